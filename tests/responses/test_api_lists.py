"""Lists of what is answered and done in the API, their filters and what they cost; and the matrix as a document."""

import json
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator

from evaltrack.roles import Role
from responses import exports
from responses.models import KeyAction, ProgressUpdate
from tests import factories
from tests.api import Program, World, error, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


@pytest.fixture
def unit(there: World) -> Program:
    return there.program("unit")


@pytest.fixture
def second(there: World) -> KeyAction:
    """An action of another office, overdue and in progress; the first has no deadline and no status."""
    evaluation = factories.evaluation([there.elsewhere])
    answer = factories.answer(factories.recommendation(evaluation), decision="partially_accepted")
    return factories.action(
        answer,
        due=date(2026, 2, 28),
        lead=there.people["unit"],
        status="in_progress",
        common_status="in_progress",
    )


@time_machine.travel("2026-03-02 09:00:00Z", tick=False)
def test_actions_are_filtered(there: World, unit: Program, second: KeyAction) -> None:
    first = there.action
    other = second.answer
    cells = {
        f"evaluation={there.evaluation.pk}": [first],
        f"response={other.response_id}": [second],
        f"recommendation={other.recommendation_id}": [second],
        f"answer={other.pk}": [second],
        "office=Baraka Country Office": [second],
        "office=Headquarters": [first, second],
        "status=in_progress": [second],
        "common_status=in_progress": [second],
        "common_status=not_reported": [first],
        "decision=accepted": [first],
        "decision=partially_accepted": [second],
        "due_before=2026-02-28": [second],
        "due_before=2026-02-27": [],
        "due_after=2026-02-28": [second],
        "due_after=2026-03-01": [],
        "overdue=true": [second],
        "overdue=false": [first],
        "mine=true": [second],
        "mine=false": [first],
        "mine=true&overdue=false": [],
    }
    found = {query: unit.ids(f"actions/?{query}") for query in cells}
    assert found == {query: [one.pk for one in wanted] for query, wanted in cells.items()}


@pytest.mark.parametrize(
    ("today", "closed_as", "of_recommendation", "overdue"),
    [
        ("2026-02-28", "", "", False),  # the day itself is in time
        ("2026-03-01", "", "", True),
        ("2026-03-01", "completed", "", False),
        ("2026-03-01", "dropped", "", False),
        ("2026-03-01", "not_implemented", "", False),
        ("2026-03-01", "", "completed", False),
    ],
)
def test_overdue_is_said_and_filtered_alike(
    there: World, unit: Program, today: str, closed_as: str, of_recommendation: str, overdue: bool
) -> None:
    days = [factories.NOW.date() if one else None for one in (closed_as, of_recommendation)]
    action = factories.action(there.answer, due=date(2026, 2, 28), closed_as=closed_as, closed_on=days[0])
    there.answer.closed_as, there.answer.closed_on = of_recommendation, days[1]
    there.answer.save()
    with time_machine.travel(f"{today} 09:00:00Z", tick=False):
        assert unit.get(f"actions/{action.pk}/").json()["overdue"] is overdue
        assert (action.pk in unit.ids("actions/?overdue=true")) is overdue
        assert (action.pk in unit.ids("actions/?overdue=false")) is not overdue


def test_answers_responses_and_updates_are_filtered(there: World, unit: Program, second: KeyAction) -> None:
    answer, other = there.answer, second.answer
    other.status, other.common_status = "open", "in_progress"
    other.save()
    ProgressUpdate.objects.create(
        answer=other, as_of=date(2026, 4, 1), status="open", round="Time 2", reported_at=factories.NOW
    )
    updates = [there.update.pk, there.update.pk + 1]
    cells = {
        f"answers/?evaluation={there.evaluation.pk}": [answer.pk],
        f"answers/?response={other.response_id}": [other.pk],
        f"answers/?recommendation={other.recommendation_id}": [other.pk],
        "answers/?office=Baraka Country Office": [other.pk],
        "answers/?decision=accepted": [answer.pk],
        "answers/?decision=undecided": [],
        "answers/?status=open": [other.pk],
        "answers/?common_status=in_progress": [other.pk],
        "answers/?common_status=not_reported": [answer.pk],
        f"responses/?evaluation={there.evaluation.pk}": [there.response.pk],
        "responses/?office=Baraka Country Office": [other.response_id],
        f"updates/?action={there.action.pk}": updates[:1],
        f"updates/?answer={other.pk}": updates[1:],
        f"updates/?evaluation={there.evaluation.pk}": updates[:1],
        f"updates/?evaluation={other.response.evaluation_id}": updates[1:],
        "updates/?status=open": updates[1:],
        "updates/?round=Time 2": updates[1:],
        "updates/?as_of_after=2026-04-01": updates[1:],
        "updates/?as_of_before=2026-03-31": updates[:1],
        "updates/?reported_after=2026-03-02T09:00:00Z": updates,
        "updates/?reported_after=2026-03-02T09:00:01Z": [],
    }
    assert {query: unit.ids(query) for query in cells} == cells


@pytest.mark.parametrize(
    "query",
    [
        "overdue=perhaps",
        "decision=maybe",
        "common_status=open",
        "evaluation=x",
        "evaluation=0",
        f"evaluation={10**30}",
        "state=open",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(unit: Program, query: str) -> None:
    assert error(unit.get(f"actions/?{query}")) == (400, "invalid", [query.partition("=")[0]])


@pytest.mark.parametrize("path", ["responses/", "answers/", "actions/", "updates/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    there: World, path: str, django_assert_num_queries: Any
) -> None:
    program = Program(factories.member(Role.EVALUATION_UNIT, there.here.parent))
    with CaptureQueriesContext(connection) as one:
        assert len(program.rows(path)) == 1
    for _ in range(2):
        response = factories.response(
            factories.evaluation([there.here, there.elsewhere]),
            office=there.here,
            coordinator=factories.user(),
        )
        response.footnotes.create(mark="1", text="In writing.")
        answer = factories.answer(
            factories.recommendation(response.evaluation), response, decision="accepted"
        )
        action = factories.action(answer, lead=factories.user())
        ProgressUpdate.objects.create(
            action=action, as_of=factories.NOW.date(), reported_by=factories.user(), reported_at=factories.NOW
        )
    with django_assert_num_queries(len(one)):
        assert len(program.rows(path)) == 3


# The matrix -----------------------------------------------------------------------------------------------


def test_the_matrix_is_the_document_that_is_exported(there: World) -> None:
    reader = there.program("reader")
    path = f"responses/{there.response.pk}/matrix/"
    read = reader.get(path)
    assert read.json() == json.loads(exports.export(there.response, "json"))
    assert [one["actions"][0]["text"] for one in read.json()["recommendations"]] == [there.action.text]
    assert reader.get(path, If_None_Match=read["ETag"]).status_code == 304
    there.program("owner").post("updates/", {"action": there.action.pk, "status": "completed"})
    assert reader.get(path, If_None_Match=read["ETag"]).status_code == 200
    for send in (reader.post, reader.patch):
        assert error(send(path, {})) == (405, "method_not_allowed", [])


def test_the_matrix_is_described_by_its_own_schema(there: World) -> None:
    schema = Program().get("schema/").json()
    described = {**schema["components"]["schemas"]["Matrix"], "components": schema["components"]}
    matrix = there.program("reader").get(f"responses/{there.response.pk}/matrix/").json()
    assert not list(Draft202012Validator(described).iter_errors(matrix))
    matrix["recommendations"][0]["actions"][0]["deadline"] = {"text": "soon"}
    assert list(Draft202012Validator(described).iter_errors(matrix))
