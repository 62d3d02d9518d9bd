"""The status of the level at which none is kept: of a recommendation from its key actions, of a key action
from its recommendation. Derived, and always shown as such.

Pure: common statuses in, "" being not reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recommendations.choices import CommonStatus, StatusLevel
from recommendations.profiles import Profile
from responses.models import KeyAction, RecommendationResponse

BEGUN = (CommonStatus.IN_PROGRESS, CommonStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class Derived:
    """A common status, "" for not reported, and of how many key actions how many said anything."""

    common_status: str
    reported: int
    total: int


def together(statuses: Sequence[str]) -> str:
    """What the statuses of the key actions amount to.

    ==================================================  ===============
    all dropped                                         dropped
    completed, at least one; the rest dropped           completed
    any begun                                           in progress
    not started, of those that go on                    not started
    none of those that go on reported                   not reported ""
    ==================================================  ===============
    """
    going_on = [status for status in statuses if status != CommonStatus.DROPPED]
    if statuses and not going_on:
        return CommonStatus.DROPPED.value
    if going_on and all(status == CommonStatus.COMPLETED for status in going_on):
        return CommonStatus.COMPLETED.value
    if any(status in BEGUN for status in going_on):
        return CommonStatus.IN_PROGRESS.value
    return CommonStatus.NOT_STARTED.value if any(going_on) else ""


def of_actions(statuses: Iterable[str]) -> Derived | None:
    """From the common statuses of the key actions under one recommendation; None where there are none."""
    found = list(statuses)
    if not found:
        return None
    return Derived(together(found), sum(1 for status in found if status), len(found))


def of_answer(answer: RecommendationResponse, rules: Profile, actions: Iterable[KeyAction]) -> Derived | None:
    """The status of a recommendation where the organisation keeps it with the key actions."""
    if rules.status_level != StatusLevel.ACTION:
        return None
    return of_actions(action.common_status for action in actions)
