"""The way of an evaluation: who may make which move from where, what stands in the way, what is left behind."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations.choices import EvaluationState
from recommendations.lifecycle import WAY
from recommendations.models import Evaluation
from tests import factories as make
from tests.api import Program, error

pytestmark = pytest.mark.django_db

# Every state x person: the moves they may make. All that stands in no cell is refused.
TABLE = """
who                      | planned      | under_way       | final                 | published | closed | cancelled
evaluation_unit here     | start cancel | finalise cancel | resume publish cancel | close     | reopen | reopen
me_officer here          | start        | finalise        |                       |           |        |
coordinator here         |              |                 |                       |           |        |
clearing_officer here    |              |                 |                       |           |        |
action_owner here        |              |                 |                       |           |        |
evaluator here           |              |                 |                       |           |        |
reader here              |              |                 |                       |           |        |
administrator here       |              |                 |                       |           |        |
evaluation_unit elsewhere|              |                 |                       |           |        |
me_officer elsewhere     |              |                 |                       |           |        |
coordinator elsewhere    |              |                 |                       |           |        |
clearing_officer elsewhere|             |                 |                       |           |        |
action_owner elsewhere   |              |                 |                       |           |        |
evaluator elsewhere      |              |                 |                       |           |        |
reader elsewhere         |              |                 |                       |           |        |
administrator elsewhere  |              |                 |                       |           |        |
evaluator of it          |              |                 |                       |           |        |
manager of it            | start cancel | finalise cancel | resume publish cancel | close     | reopen | reopen
nobody                   |              |                 |                       |           |        |
"""
LEADS_TO = {
    ("start", "planned"): "under_way",
    ("finalise", "under_way"): "final",
    ("resume", "final"): "under_way",
    ("publish", "final"): "published",
    ("close", "published"): "closed",
    ("cancel", "planned"): "cancelled",
    ("cancel", "under_way"): "cancelled",
    ("cancel", "final"): "cancelled",
    ("reopen", "closed"): "published",
    ("reopen", "cancelled"): "under_way",
}
HEAD, *ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]


@pytest.fixture
def evaluation():
    """Nothing of it stands in the way of any move."""
    made = make.evaluation(report_date=date(2020, 1, 31))
    make.recommendation(made)
    return made


def person(who, evaluation):
    name, _space, where = who.partition(" ")
    if where == "of it":
        found = make.user(name)
        if name == "manager":
            evaluation.manager = found
            evaluation.save()
        else:
            evaluation.evaluators.add(found)
        return found
    if name == "nobody":
        return make.user(name)
    return make.member(Role(name), evaluation.offices.get() if where == "here" else make.office())


def test_the_table_names_every_state_and_every_role_at_both_offices_and_every_move():
    assert HEAD[1:] == EvaluationState.values
    named = {row[0] for row in ROWS}
    assert named == {f"{role} {where}" for role in Role.values for where in ("here", "elsewhere")} | {
        "evaluator of it", "manager of it", "nobody",
    }  # fmt: skip
    assert {(move.name, source): move.target for move in WAY.moves for source in move.sources} == LEADS_TO


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_who_may_make_which_move_from_where(evaluation, row):
    by = person(row[0], evaluation)
    ever = {name for cell in row[1:] for name in cell.split()}
    for state, cell in zip(HEAD[1:], row[1:], strict=True):
        evaluation.state = state
        evaluation.save()
        assert [offer.move.name for offer in WAY.offers(evaluation, by)] == cell.split(), state
        for name in WAY.names():
            if name in cell.split():
                expected = LEADS_TO[name, state]
            else:
                expected = Refused if name in ever else PermissionDenied
            assert tried(evaluation, name, by) == expected, (state, name)


def tried(evaluation, name, by):
    """The state it leads to, or how it is refused; afterwards all is as it was."""
    point = transaction.savepoint()
    try:
        WAY.make(Evaluation.objects.get(pk=evaluation.pk), name, by=by, now=make.NOW, comment="Because.")
    except (Refused, PermissionDenied) as error:
        assert Evaluation.objects.get(pk=evaluation.pk).state == evaluation.state
        return type(error)
    else:
        return Evaluation.objects.get(pk=evaluation.pk).state
    finally:
        transaction.savepoint_rollback(point)


# What stands in the way ----------------------------------------------------------------------------------


@pytest.fixture
def unit(evaluation):
    return make.member(Role.EVALUATION_UNIT, evaluation.offices.get(), "Una Berg")


def move(evaluation, name, by, **more):
    return WAY.make(evaluation, name, by=by, now=make.NOW, **more)


def test_a_report_is_final_once_it_has_a_date_and_recommendations(unit, evaluation):
    bare = make.evaluation([evaluation.offices.get()], state=EvaluationState.UNDER_WAY)
    with pytest.raises(Refused, match="Enter the date of the report first"):
        move(bare, "finalise", unit)
    bare.report_date = date(2026, 2, 1)
    bare.save()
    with pytest.raises(Refused, match="Enter its recommendations first"):
        move(bare, "finalise", unit)
    make.recommendation(bare)
    move(bare, "finalise", unit)
    assert bare.state == EvaluationState.FINAL


@pytest.mark.parametrize(
    ("name", "state"),
    [("resume", "final"), ("cancel", "planned"), ("reopen", "closed"), ("reopen", "cancelled")],
)
def test_going_back_needs_a_reason(unit, evaluation, name, state):
    evaluation.state = state
    evaluation.save()
    with pytest.raises(Refused, match="needs a reason"):
        move(evaluation, name, unit, comment="  ")


def test_a_move_is_one_entry_of_the_history_with_its_comment(unit, evaluation):
    move(evaluation, "publish", unit, comment="Approved by the board.")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.changes) == (
        "publish",
        "Una Berg",
        {"state": ["final", "published"], "comment": ["", "Approved by the board."]},
    )


def test_a_button_pressed_by_two_people_counts_once(unit, evaluation):
    move(evaluation, "publish", unit, seen="final")
    other = make.member(Role.EVALUATION_UNIT, evaluation.offices.get())
    with pytest.raises(Refused, match="Una Berg was quicker: “The report is published”"):
        move(evaluation, "publish", other, seen="final")


# By the API ----------------------------------------------------------------------------------------------


def test_a_program_reads_the_same_table_and_makes_the_move(unit, evaluation):
    program, moves = Program(unit), f"evaluations/{evaluation.pk}/moves/"
    offered = program.get(moves).json()
    assert (offered["state"], [one["move"] for one in offered["moves"]]) == (
        "final",
        ["resume", "publish", "cancel"],
    )
    after = program.post(moves, {"move": "publish", "seen": offered["seen"]})
    assert (after.status_code, after.json()["state"]) == (200, "published")
    assert [one["move"] for one in after.json()["moves"]] == ["close"]
    assert error(program.post(moves, {"move": "publish", "seen": "final"})) == (409, "refused", [])
    assert error(program.post(moves, {"move": "burn"})) == (400, "invalid", ["move"])


@pytest.mark.parametrize(("role", "status"), [(Role.READER, 403), (Role.EVALUATOR, 404)])
def test_a_program_may_not_do_more_than_its_person(evaluation, role, status):
    program = Program(make.member(role, evaluation.offices.get()))
    moves = f"evaluations/{evaluation.pk}/moves/"
    assert program.get(moves).status_code == (200 if status == 403 else 404)
    assert program.post(moves, {"move": "publish"}).status_code == status
    assert Evaluation.objects.get().state == EvaluationState.FINAL
