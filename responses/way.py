"""The way of one response as pages show it: where it stands, who clears it, and what this person may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltrack.models import User
from evaltrack.roles import Role
from evaltrack.states import Made, Offer
from recommendations.profiles import in_language
from responses import clearance, wording
from responses.choices import ResponseState, SnapshotKind, StepState
from responses.lifecycle import WAY
from responses.models import ClearanceStep, ManagementResponse, Snapshot
from responses.permissions import Access, access

S = ResponseState
STATIONS = (S.PREFILLING, S.DRAFTING, S.IN_CLEARANCE, S.CLEARED, S.PUBLISHED)
BADGES = {
    S.PREFILLING: "not_reported",
    S.DRAFTING: "in_progress",
    S.IN_CLEARANCE: "in_progress",
    S.RETURNED: "warning",
    S.CLEARED: "completed",
    S.PUBLISHED: "completed",
}
STEP_BADGES = {StepState.CLEARED: "completed", StepState.RETURNED: "warning", StepState.WITHDRAWN: "dropped"}


@dataclass(frozen=True, slots=True)
class Station:
    label: str
    is_here: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the clearance: decided by whom, or waiting for whom; ``since`` while it is its turn."""

    label: str
    post: str
    people: list[str]
    state: str = ""
    badge: str = ""
    decided: ClearanceStep | None = None
    since: datetime | None = None


class Way:
    """One response and one person. Nothing is asked of the database before a page shows it."""

    def __init__(self, response: ManagementResponse, user: User, held: Access | None = None) -> None:
        self.response, self.user = response, user
        self._held = held

    @cached_property
    def access(self) -> Access:
        return self._held or access(self.user, self.response)

    @property
    def label(self) -> str:
        return str(S(self.response.state).label)

    @property
    def badge(self) -> str:
        return BADGES[S(self.response.state)]

    @cached_property
    def moment(self) -> str:
        """What the page sends back with a move."""
        return WAY.moment(self.response)

    @property
    def stations(self) -> list[Station]:
        state = S(self.response.state)
        here = STATIONS.index(S.DRAFTING if state == S.RETURNED else state)
        return [
            Station(self.label if place == here else str(one.label), place == here, place < here)
            for place, one in enumerate(STATIONS)
        ]

    # What may be done -----------------------------------------------------------------------------------

    @cached_property
    def offers(self) -> "list[Offer[ManagementResponse]]":
        return WAY.offers(self.response, self.user, self.access)

    @property
    def decisions(self) -> "list[Offer[ManagementResponse]]":
        """Clearing and returning: made where the whole matrix is read."""
        return [one for one in self.offers if one.move.needs == "clear"]

    @property
    def moves(self) -> "list[Offer[ManagementResponse]]":
        """All others."""
        return [one for one in self.offers if one.move.needs != "clear"]

    @property
    def reason(self) -> str:
        """Why the wording is fixed just now, for those who would write it; "" where it is not."""
        held = self.access
        writes = held.respond or held.drafts or held.edit_recommendations
        return wording.reason(self.response) if writes else ""

    @property
    def who_can_change_that(self) -> str:
        """Who else; nothing for whoever may do it here."""
        if any(one.move.name in ("hand_over", "withdraw", "revise") for one in self.moves):
            return ""
        match self.response.state:
            case S.IN_CLEARANCE:
                people = ", ".join(name for step in self.steps if step.since for name in step.people)
                return _("%(coordinator)s can withdraw it, and who clears it can return it: %(people)s.") % {
                    "coordinator": self.coordinator,
                    "people": people or _("nobody just now"),
                }
            case S.CLEARED | S.PUBLISHED:
                return _("%(coordinator)s can begin a new version.") % {"coordinator": self.coordinator}
            case S.PREFILLING:
                return _("The evaluators or the evaluation unit hand it over.")
        return ""

    @property
    def coordinator(self) -> str:
        return _coordinator(self.response)

    # Who clears -----------------------------------------------------------------------------------------

    @cached_property
    def steps(self) -> list[Step]:
        """The steps of the latest submission; before there is one, those that the profile asks for."""
        if self.response.state in (S.PREFILLING, S.DRAFTING):
            return self._planned()
        steps = clearance.steps_now(self.response)
        waiting = [(one.office_id, one.role) for one in steps if one.state == StepState.WAITING]
        people = clearance.people_at(waiting) if waiting else {}
        since = self._waits_since(steps)
        shown = []
        for one in steps:
            turn = one.state == StepState.WAITING
            shown.append(
                Step(
                    label=clearance.called(one),
                    post=_post(one.role, one.office_name or str(one.office)),
                    people=people.get((one.office_id, one.role), []) if turn else [],
                    state=_("Waits")
                    if turn and since
                    else _("Comes after")
                    if turn
                    else one.get_state_display(),
                    badge=STEP_BADGES.get(StepState(one.state), "in_progress" if since else "not_reported"),
                    decided=None if turn else one,
                    since=since if turn else None,
                )
            )
            since = None if turn else since
        return shown

    def _planned(self) -> list[Step]:
        posts = clearance.chain(self.response)
        held = [(post.office.pk, post.rule.role.value) for post in posts if post.office]
        people = clearance.people_at(held) if held else {}
        language = get_language() or "en"
        return [
            Step(
                label=in_language(post.rule.labels, language),
                post=_post(post.rule.role, str(post.office or self.response.office or "")),
                people=people.get((post.office.pk, post.rule.role.value), []) if post.office else [],
            )
            for post in posts
        ]

    def _waits_since(self, steps: Iterable[ClearanceStep]) -> datetime | None:
        """Since when it is the turn of the first step that waits: since the one before was decided."""
        decided = [one.decided_at for one in steps if one.state == StepState.CLEARED and one.decided_at]
        return max(decided, default=self.submitted.taken_at if self.submitted else None)

    @property
    def is_planned(self) -> bool:
        return self.response.state in (S.PREFILLING, S.DRAFTING)

    @property
    def is_over(self) -> bool:
        return self.response.state in (S.CLEARED, S.PUBLISHED)

    @property
    def returned(self) -> ClearanceStep | None:
        """The step that returned it, while it is being mended."""
        if self.response.state != S.RETURNED:
            return None
        decided = (step.decided for step in self.steps if step.decided)
        return next((step for step in decided if step.state == StepState.RETURNED), None)

    @cached_property
    def submitted(self) -> Snapshot | None:
        """What was submitted last, without its matrix."""
        return self._snapshot(SnapshotKind.SUBMITTED)

    @cached_property
    def holding(self) -> Snapshot | None:
        """The cleared version that holds while the one after it is written, without its matrix."""
        found = self._snapshot(SnapshotKind.CLEARED) if self.response.version > 1 else None
        return found if found and found.version < self.response.version else None

    def _snapshot(self, kind: SnapshotKind) -> Snapshot | None:
        found = self.response.snapshots.filter(kind=kind).select_related("taken_by").defer("matrix")
        return found.order_by("-pk").first()


def _post(role: str, office: str) -> str:
    label = str(Role(role).label)
    return f"{label}, {office}" if office else label


def _coordinator(response: ManagementResponse) -> str:
    if response.coordinator:
        return str(response.coordinator)
    return _("Who answers for %(office)s") % {"office": response.office or _("the organisation")}


def what_comes_next(made: Made[ManagementResponse]) -> str:
    """What happened and what comes next, for whoever made a move."""
    response = made.subject
    values = {"coordinator": _coordinator(response), "version": response.version}
    if response.state == S.IN_CLEARANCE:
        return _now_with(made)
    match made.move.name:
        case "hand_over":
            return _("Handed over. It is now with %(coordinator)s.") % values
        case "hand_back":
            return _("Given back: the evaluators can enter and correct the recommendations again.")
        case "withdraw":
            return _("Withdrawn. The wording can be changed again.")
        case "return":
            return _("Returned with your comment. It is now with %(coordinator)s.") % values
        case "clear":
            return _("Cleared. That was the last step: version %(version)d is fixed.") % values
        case "publish":
            return _("Version %(version)d is published.") % values
    return _("Version %(version)d is begun. Until it is cleared, the version before it holds.") % values


def _now_with(made: Made[ManagementResponse]) -> str:
    step = clearance.current(made.subject)
    assert step  # noqa: S101 - for mypy; in clearance there is one
    place = (step.office_id, step.role)
    values = {
        "people": ", ".join(clearance.people_at([place])[place]),
        "step": clearance.called(step),
    }
    if made.move.name == "clear":
        return _("Cleared. It is now with %(people)s (%(step)s).") % values
    return _("Submitted. It is now with %(people)s (%(step)s).") % values
