"""Several people at one response at the same moment: it ends in one state, and nobody's words are lost.

With real transactions on PostgreSQL. Each race is run several times; whoever comes first, the end is sound.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, User
from evaltrack.roles import Role
from responses import cells, snapshots
from responses.cells import Address
from responses.choices import ResponseState, SnapshotKind, StepState
from responses.lifecycle import WAY
from responses.models import ManagementResponse, RecommendationResponse
from responses.permissions import access
from tests import factories as make
from tests.responses.clearances import World

ROUNDS = range(5)


@pytest.fixture
def there(transactional_db: None) -> World:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")
    return World()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What came of each: its result, or its refusal."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=20)
            return deed()
        except (Refused, PermissionDenied) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def move(there: World, name: str, by: User, seen: str = "") -> Callable[[], Any]:
    """As a request makes it: with an object of its own."""

    def deed() -> Any:
        response = ManagementResponse.objects.get(pk=there.response.pk)
        return WAY.make(response, name, by=by, now=timezone.now(), comment="Because.", seen=seen)

    return deed


def type_in(there: World, text: str, by: User) -> Callable[[], Any]:
    """The narrative of the answer, saved as the page does, which worked out before what the person may."""
    response = ManagementResponse.objects.get(pk=there.response.pk)
    held = access(by, response)
    answer = RecommendationResponse.objects.get(response=response)
    address = Address("answer", answer.recommendation_id, "narrative")
    seen = cells.digest(answer.narrative)

    def deed() -> Any:
        fresh = ManagementResponse.objects.select_related("evaluation").get(pk=response.pk)
        return cells.save(fresh, address, text, seen=seen, by=by, access=held)

    return deed


def narrative(there: World) -> str:
    return RecommendationResponse.objects.get(response=there.response).narrative


def refusals(outcomes: Sequence[Any]) -> list[str]:
    return [str(one) for one in outcomes if isinstance(one, Exception)]


def test_of_officers_who_clear_at_once_one_does_and_the_next_step_still_waits(there: World) -> None:
    officers = [there.head, *(make.member(Role.CLEARING_OFFICER, there.here) for _one in range(3))]
    there.submit()
    seen = WAY.moment(there.response)
    outcomes = at_once(*(move(there, "clear", one, seen) for one in officers))
    assert len(refusals(outcomes)) == len(officers) - 1
    assert all("was quicker: “Clear”" in one for one in refusals(outcomes))
    assert there.steps == [("Head of office", "cleared"), ("Evaluation unit", "waiting")]
    assert AuditEntry.objects.filter(verb="clear").count() == 1


def test_a_double_click_of_who_holds_both_steps_clears_one(there: World) -> None:
    Membership.objects.filter(person=there.unit).update(person=there.head)
    there.submit()
    seen = WAY.moment(there.response)
    outcomes = at_once(*[move(there, "clear", there.head, seen)] * 4)
    assert refusals(outcomes) == ["You have done that already. It is “In clearance” now."] * 3
    assert there.steps == [("Head of office", "cleared"), ("Evaluation unit", "waiting")]


def test_of_clearing_and_returning_at_once_one_counts(there: World) -> None:
    other = make.member(Role.CLEARING_OFFICER, there.here)
    for _round in ROUNDS:
        there.response.refresh_from_db()
        if there.response.state == ResponseState.IN_CLEARANCE:
            there.move("withdraw", there.coordinator)
        there.submit()
        seen = WAY.moment(there.response)
        outcomes = at_once(move(there, "clear", there.head, seen), move(there, "return", other, seen))
        assert len(refusals(outcomes)) == 1
        assert "was quicker" in refusals(outcomes)[0]
        there.response.refresh_from_db()
        states = [state for _label, state in there.steps[-2:]]
        assert (there.response.state, *states) in {
            (ResponseState.IN_CLEARANCE, StepState.CLEARED, StepState.WAITING),
            (ResponseState.RETURNED, StepState.RETURNED, StepState.WITHDRAWN),
        }


def test_of_the_last_clearance_and_a_withdrawal_at_once_one_counts(there: World) -> None:
    there.submit()
    there.move("clear", there.head)
    seen = WAY.moment(there.response)
    outcomes = at_once(
        move(there, "clear", there.unit, seen), move(there, "withdraw", there.coordinator, seen)
    )
    assert len(refusals(outcomes)) == 1
    there.response.refresh_from_db()
    frozen = there.response.snapshots.filter(kind=SnapshotKind.CLEARED).count()
    assert (there.response.state, frozen) in {(ResponseState.CLEARED, 1), (ResponseState.DRAFTING, 0)}


def test_what_is_typed_while_it_is_returned_is_saved_after_it_or_refused(there: World) -> None:
    """Refused, the page keeps it: the next save has it."""
    for number in ROUNDS:
        there.submit()
        text = f"Agreed, by May {number}."
        saving = type_in(there, text, there.coordinator)
        before = narrative(there)
        returned, saved = at_once(move(there, "return", there.head), saving)
        assert not isinstance(returned, Exception)
        if isinstance(saved, Exception):
            assert "in clearance, so its wording cannot be changed now" in str(saved)
            assert narrative(there) == before
            saving()
        assert narrative(there) == text
        there.response.refresh_from_db()
        assert there.response.state == ResponseState.RETURNED


def test_what_is_typed_while_it_is_submitted_is_in_the_snapshot_or_refused(there: World) -> None:
    for number in ROUNDS:
        text = f"Agreed, by May {number}."
        before = narrative(there)
        submitted, saved = at_once(
            move(there, "submit", there.coordinator), type_in(there, text, there.coordinator)
        )
        assert not isinstance(submitted, Exception)
        assert narrative(there) == (before if isinstance(saved, Exception) else text)
        frozen = snapshots.latest(there.response)
        assert snapshots.matrix_of(frozen).recommendations[0].response.narrative == narrative(there)
        assert snapshots.is_intact(frozen)
        there.move("return", there.head)


def test_who_loses_the_right_while_the_page_is_open_writes_no_more(there: World) -> None:
    """Before or after, but never half: the cell is as it was, or as it was typed in time."""
    officer = make.user()
    for number in ROUNDS:
        held = Membership.objects.create(person=officer, office=there.here, role=Role.ME_OFFICER)
        text, before = f"Agreed, by May {number}.", narrative(there)
        _gone, saved = at_once(held.delete, type_in(there, text, officer))
        assert narrative(there) == (before if isinstance(saved, Exception) else text)
        late = at_once(type_in(there, "Too late.", officer))
        assert isinstance(late[0], PermissionDenied)
        assert narrative(there) != "Too late."


def test_of_two_who_submit_at_once_one_does(there: World) -> None:
    officer = make.member(Role.ME_OFFICER, there.here)
    seen = WAY.moment(there.response)
    outcomes = at_once(move(there, "submit", there.coordinator, seen), move(there, "submit", officer, seen))
    assert len(refusals(outcomes)) == 1
    assert there.response.snapshots.count() == 1
    assert len(there.steps) == 2


def test_of_two_responses_handed_over_at_once_the_last_closes_the_evaluation_to_its_evaluators(
    there: World,
) -> None:
    second = make.response(there.evaluation, office=there.elsewhere, coordinator=make.user())
    ManagementResponse.objects.update(state=ResponseState.PREFILLING)
    other = World.__new__(World)
    other.response = second
    outcomes = at_once(move(there, "hand_over", there.unit), move(other, "hand_over", there.unit))
    assert not refusals(outcomes)
    there.evaluation.refresh_from_db()
    assert there.evaluation.handed_over_at
