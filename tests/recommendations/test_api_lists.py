"""Lists of evaluations and recommendations in the API: their filters, and what they cost."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltrack import audit
from evaltrack.deadlines import Deadline, Kind
from evaltrack.roles import Role
from recommendations.models import SubPoint
from tests import factories
from tests.api import Program, World, error, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


@pytest.fixture
def unit(there: World) -> Program:
    return there.program("unit")


def test_evaluations_are_filtered(there: World, unit: Program) -> None:
    first = there.evaluation
    second = factories.evaluation(
        [there.elsewhere], "plain", type="joint", timing="final", report_date=date(2026, 1, 31)
    )
    below = factories.evaluation([factories.office("Kilima Sub-office", parent=there.here, short_name="KSO")])
    cells = {
        f"reference={second.reference}": [second],
        "type=joint": [second],
        "timing=final": [second],
        "profile=plain": [second],
        "office=baraka country OFFICE": [second],
        "office=Kilima Country Office": [first, below],
        "office=kso": [below],
        "report_after=2026-01-31": [second],
        "report_after=2026-02-01": [],
        "report_before=2026-01-31": [second],
        "report_before=2026-01-30": [],
    }
    found = {query: unit.ids(f"evaluations/?{query}") for query in cells}
    assert found == {query: [one.pk for one in wanted] for query, wanted in cells.items()}


def test_recommendations_are_filtered(there: World, unit: Program) -> None:
    first = there.recommendation
    second = factories.recommendation(factories.evaluation([there.elsewhere]), number="3.2", priority=2)
    second.timeline = Deadline("end of June", Kind.DATE, None, date(2026, 6, 30))
    second.save()
    cells = {
        f"evaluation={there.evaluation.pk}": [first],
        "number=3.2": [second],
        "priority=2": [second],
        "office=Baraka Country Office": [second],
        "due_before=2026-06-30": [second],
        "due_before=2026-06-29": [],
        "due_after=2026-06-30": [second],
        "due_after=2026-07-01": [],
    }
    found = {query: unit.ids(f"recommendations/?{query}") for query in cells}
    assert found == {query: [one.pk for one in wanted] for query, wanted in cells.items()}


def test_what_was_updated_since_a_moment(there: World, unit: Program) -> None:
    factories.recommendation(there.evaluation)
    with audit.at(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        audit.record("changed", there.recommendation, by=None)
    assert unit.ids("recommendations/?updated_after=2026-03-02T09:00:00Z") == [there.recommendation.pk]
    assert unit.ids("recommendations/?updated_after=2026-03-02T09:00:01Z") == []


@pytest.mark.parametrize(
    "query",
    ["office=Atlantis", "report_after=soon", "type=huge", "staus=open", "updated_after=yesterday", "limit=0",
     "limit=201", "limit=all"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(unit: Program, query: str) -> None:
    assert error(unit.get(f"evaluations/?{query}")) == (400, "invalid", [query.partition("=")[0]])


@pytest.mark.parametrize("path", ["evaluations/", "recommendations/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    there: World, path: str, django_assert_num_queries: Any
) -> None:
    there.evaluation.evaluators.add(factories.user())
    program = Program(factories.member(Role.EVALUATION_UNIT, there.here.parent))
    with CaptureQueriesContext(connection) as one:
        assert len(program.rows(path)) == 1
    for _ in range(2):
        more = factories.evaluation([there.here, there.elsewhere], manager=factories.user())
        more.evaluators.add(factories.user())
        recommendation = factories.recommendation(more)
        SubPoint.objects.create(recommendation=recommendation, text="First aid")
        recommendation.parties.create(name="The unit")
    with django_assert_num_queries(len(one)):
        assert len(program.rows(path)) == 3
