"""Several people at one key action at the same moment, on PostgreSQL: it ends in one state, whoever comes first."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from responses import closing, postponing, progress, rounds
from responses.choices import RequestState
from responses.matrix.build import build
from responses.models import Closure, DeadlineChange, KeyAction, ProgressUpdate, Round, RoundMatrix
from responses.snapshots import matrix_of
from tests import factories as make
from tests.responses.follow_ups import World
from tests.responses.test_clearance_races import at_once, refusals

ROUNDS = range(4)


@pytest.fixture
def there(transactional_db: None) -> World:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")
    return World()


def fresh(there: World) -> KeyAction:
    return KeyAction.objects.select_related("answer__response__evaluation").get(pk=there.action.pk)


def say(there: World, status: str, **more: Any) -> Callable[[], Any]:
    def deed() -> Any:
        now = timezone.localtime()
        return progress.report(
            fresh(there), by=there.lead, now=now, as_of=now.date(), status=status, comment="Said.", **more
        )

    return deed


def decide(pk: int, by: Any, state: RequestState) -> Callable[[], Any]:
    def deed() -> Any:
        closure = Closure.objects.get(pk=pk)
        return closing.decide(closure, state, by=by, now=timezone.now(), comment="So.")

    return deed


def test_of_two_who_decide_at_once_one_does(there: World) -> None:
    other = make.member(Role.EVALUATION_UNIT, there.top)
    there.drop()
    pk = Closure.objects.get().pk
    outcomes = at_once(decide(pk, there.unit, RequestState.APPROVED), decide(pk, other, RequestState.REFUSED))
    [refused] = refusals(outcomes)
    assert "was quicker" in refused
    closure = Closure.objects.get()
    wanted = "dropped" if closure.state == RequestState.APPROVED else ""
    assert there.stands[1] == wanted
    assert AuditEntry.objects.filter(verb__in=["closed", "refused_to_close"]).count() == 1


def test_two_deadlines_asked_for_at_once_are_one_request(there: World) -> None:
    def ask() -> Any:
        return postponing.ask(
            fresh(there), "31 December 2099", by=there.lead, now=timezone.localtime(), reason="Late."
        )

    outcomes = at_once(ask, ask)
    assert len(refusals(outcomes)) == 1
    assert DeadlineChange.objects.count() == 1


def test_approval_while_the_lead_reports_ends_soundly(there: World) -> None:
    """Either it was closed first and the report is refused, or the report took the request back."""
    for _round in ROUNDS:
        there.drop()
        pk = Closure.objects.get(state=RequestState.WAITING).pk
        approved, said = at_once(
            decide(pk, there.unit, RequestState.APPROVED), say(there, there.word("in_progress"))
        )
        if isinstance(said, Exception):
            assert "can reopen it" in str(said)
            assert there.stands == ("dropped", "dropped")
            closing.reopen(fresh(there), by=there.unit, now=timezone.now(), reason="Again.")
        else:
            assert "already" in str(approved)
            assert Closure.objects.get(pk=pk).state == RequestState.WITHDRAWN
        assert there.stands == ("in_progress", "")


def test_a_report_while_the_round_closes_is_in_it_or_after_it(there: World) -> None:
    """What carries the round's name is in its snapshot, and what is not does not."""
    for number in ROUNDS:
        now, name = timezone.now(), f"Round {number}"
        opened = Round.objects.create(name=name, due_on=now.date(), opened_at=now)
        RoundMatrix.objects.create(round=opened, response=there.response, name=name, due_on=now.date())
        rounds.close(RoundMatrix.objects.filter(round=opened), by=None, now=timezone.now())
        text = f"Said in {name}."

        def speak(text: str = text) -> Any:
            moment = timezone.localtime()
            return progress.report(fresh(there), by=there.lead, now=moment, as_of=moment.date(), comment=text)

        def freeze(opened: Round = opened) -> int:
            return rounds.freeze(now=timezone.now(), of=opened)

        update, frozen = at_once(speak, freeze)
        assert (isinstance(update, ProgressUpdate), frozen) == (True, 1)
        snapshot = RoundMatrix.objects.get(round=opened).snapshot
        assert snapshot is not None
        printed = matrix_of(snapshot).recommendations[0].actions[0].comment
        assert (printed == text) == (update.round == name)
        assert build(there.response).recommendations[0].actions[0].comment == text
