"""What is frozen when a response is submitted and cleared, and that it stays so."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from evaltrack.errors import Refused
from recommendations import evaluations
from responses import answers, progress, snapshots
from responses.choices import ResponseState, SnapshotKind
from responses.models import KeyAction, Snapshot
from tests import chain
from tests.responses.clearances import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return World()


def test_the_wording_is_fixed_from_submission_on_and_free_again_when_returned(there: World) -> None:
    answer = there.response.answers.get()
    there.submit()
    with pytest.raises(Refused, match="in clearance"):
        answers.narrate(answer, "Another answer.", by=there.coordinator)
    there.move("return", there.head, comment="Say by when.")
    answers.narrate(there.response.answers.get(), "Agreed, by May.", by=there.coordinator)
    there.clear_all()
    with pytest.raises(Refused, match="Version 1 of this response is cleared"):
        answers.narrate(answer, "Another answer.", by=there.coordinator)


def test_what_is_cleared_is_what_was_submitted_and_who_cleared_it(there: World) -> None:
    there.clear_all()
    submitted, cleared = there.response.snapshots.all()
    assert [submitted.kind, cleared.kind] == [SnapshotKind.SUBMITTED, SnapshotKind.CLEARED]
    assert [submitted.label, cleared.label] == ["1, draft 1", "1"]
    assert snapshots.same_wording(submitted, cleared)
    today = timezone.localdate()
    assert [(one.step, one.name, one.on) for one in snapshots.clearings_of(cleared)] == [
        ("Head of office", "Halima Deane", today),
        ("Evaluation unit", "Una Berg", today),
    ]


def test_the_last_step_is_refused_where_the_matrix_is_not_what_was_submitted(there: World) -> None:
    there.submit()
    there.move("clear", there.head)
    evaluations.amend(there.evaluation, by=None, title="Another title")
    with pytest.raises(Refused, match="no longer as it was submitted"):
        there.move("clear", there.unit)
    there.response.refresh_from_db()
    assert there.response.state == ResponseState.IN_CLEARANCE
    assert not there.response.snapshots.filter(kind=SnapshotKind.CLEARED).exists()


@pytest.mark.parametrize("state", ResponseState.values)
def test_progress_is_reported_in_every_state(there: World, state: str) -> None:
    there.response.state = state
    there.response.save()
    action = KeyAction.objects.get()
    lead = action.parties.get().person
    progress.report(
        action, by=lead, now=timezone.now(), as_of=date(2026, 3, 1), status="initiated", comment="Begun."
    )
    action.refresh_from_db()
    assert action.status == "initiated"


def test_progress_in_between_does_not_stand_in_the_way_of_clearance(there: World) -> None:
    there.submit()
    action = KeyAction.objects.get()
    progress.report(action, by=None, now=timezone.now(), as_of=date(2026, 3, 1), status="initiated")
    there.move("clear", there.head)
    there.move("clear", there.unit)
    submitted, cleared = there.response.snapshots.all()
    assert snapshots.matrix_of(submitted) != snapshots.matrix_of(cleared)


# That it stays so ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"matrix": "{}"}, {"sha256": "0" * 64}, {"cleared_by": []}, {"label": "7"}, {"version": 7}]
)
def test_the_database_alters_no_snapshot(there: World, change: dict) -> None:
    there.clear_all()
    with pytest.raises(DatabaseError, match="stays as it was taken"), transaction.atomic():
        Snapshot.objects.update(**change)


def test_the_database_removes_no_snapshot(sealed: None, there: World) -> None:
    there.clear_all()
    chain.seal_what_waits()
    with pytest.raises(DatabaseError, match="stays as it was taken"), transaction.atomic():
        there.evaluation.delete()


def test_a_snapshot_is_published_once(there: World) -> None:
    there.publish()
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.filter(kind=SnapshotKind.CLEARED).update(published_at=timezone.now())


def test_who_took_a_snapshot_may_leave(there: World) -> None:
    there.clear_all()
    there.unit.delete()
    cleared = snapshots.cleared(there.response)
    assert cleared.taken_by is None
    assert snapshots.clearings_of(cleared)[1].name == "Una Berg"


@pytest.mark.parametrize("name", ["matrix", "both", "cleared_by"])
def test_a_snapshot_altered_behind_the_back_is_not_intact(there: World, name: str) -> None:
    there.clear_all()
    cleared = snapshots.cleared(there.response)
    assert snapshots.is_intact(cleared)
    other = cleared.matrix.replace("Agreed.", "Refused.")
    cleared.matrix = cleared.matrix if name == "cleared_by" else other
    if name == "both":
        cleared.sha256 = snapshots.sha256(other)
    if name == "cleared_by":
        cleared.cleared_by = cleared.cleared_by[:1]
    assert not snapshots.is_intact(cleared)
