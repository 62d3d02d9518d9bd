"""Several people at one round at the same moment: it is opened, answered and closed once, and nothing is lost.

With real transactions on PostgreSQL. Each race is run several times; whoever comes first, the end is sound.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from responses import progress, rounds, snapshots
from responses.choices import SnapshotKind
from responses.models import KeyAction, ProgressUpdate, Question, Reminder, RoundMatrix, Snapshot
from tests.responses.rounds import NOW, TODAY, World
from tests.responses.test_clearance_races import at_once, refusals


@pytest.fixture
def there(transactional_db: None) -> World:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")
    return World()


def opening(there: World, name: str) -> Callable[[], Any]:
    def deed() -> Any:
        made = rounds.open([there.response.pk], name, by=there.unit, now=NOW, today=TODAY)
        rounds.ask(now=NOW)
        return made

    return deed


def closing(there: World, after: timedelta) -> Callable[[], Any]:
    def deed() -> Any:
        rounds.close(RoundMatrix.objects.open(), by=there.unit, now=NOW + after)
        return rounds.freeze(now=NOW + after)

    return deed


def test_of_two_who_open_the_same_round_at_once_one_does_and_nobody_is_asked_twice(there: World) -> None:
    outcomes = at_once(*[opening(there, "Cut-off")] * 3)
    assert len(refusals(outcomes)) == 2
    assert RoundMatrix.objects.count() == 1
    assert Question.objects.count() == Reminder.objects.count() == 3


def test_of_two_rounds_opened_at_once_one_is_open(there: World) -> None:
    outcomes = at_once(opening(there, "First"), opening(there, "Second"))
    assert "still open: close it first" in refusals(outcomes)[0]
    assert RoundMatrix.objects.count() == 1


def test_of_two_who_ask_at_once_each_question_is_asked_once(there: World) -> None:
    there.open(ask=False)
    outcomes = at_once(*[lambda: rounds.ask(now=NOW)] * 4)
    assert sum(outcomes) == 1
    assert Question.objects.count() == 3


def test_of_two_who_close_at_once_there_is_one_snapshot(there: World) -> None:
    there.open()
    outcomes = at_once(*[closing(there, timedelta(days=1))] * 3)
    assert sum(one for one in outcomes if isinstance(one, int)) == 1
    assert Snapshot.objects.filter(kind=SnapshotKind.ROUND).count() == 1


def test_what_is_reported_while_it_closes_is_in_the_snapshot_or_in_no_round(there: World) -> None:
    for number in range(5):
        there.open(f"Round {number}")
        action = KeyAction.objects.get(pk=there.actions[0].pk)
        at = NOW + timedelta(hours=number + 1)

        def reporting(action: KeyAction = action, number: int = number, at: Any = at) -> Any:
            return progress.report(
                action, by=there.unit, now=at, as_of=at.date(), status="ongoing", comment=f"Report {number}."
            )

        closed, update = at_once(closing(there, timedelta(days=1)), reporting)
        assert not refusals([closed, update])
        update = ProgressUpdate.objects.get(pk=update.pk)
        matrix = there.matrix
        frozen = snapshots.matrix_of(matrix.snapshot).recommendations[0].actions[0]
        inside = update.round == matrix.name
        assert (frozen.comment == f"Report {number}.") is inside
        assert ("1.1" not in matrix.not_reported) is inside
        assert snapshots.is_intact(matrix.snapshot)
