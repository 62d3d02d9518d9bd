"""Evaluations and recommendations in the API: who may do what, what is written, how lists are cut."""

from datetime import date
from typing import Any

import pytest

from evaltrack.deadlines import Deadline, Kind
from evaltrack.models import AuditEntry
from recommendations.models import Evaluation, Recommendation, SubPoint
from tests import factories
from tests.api import PEOPLE, Program, World, error, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


@pytest.fixture
def officer(there: World) -> Program:
    return there.program("officer")


# Who may do what: rows seen in the list, then the status of each verb --------------------------------------

EVALUATIONS = {
    #                list  read  make  change
    "unit":          (1,   200,  201,  200),
    "officer":       (1,   200,  409,  200),  # not for an office elsewhere
    "other officer": (0,   404,  201,  404),
    "owner":         (1,   200,  403,  403),
    "reader":        (1,   200,  403,  403),
    "stranger":      (0,   404,  403,  404),
    "nobody":        (401, 401,  401,  401),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_with_evaluations(there: World, who: str) -> None:
    program, one = there.program(who), f"evaluations/{there.evaluation.pk}/"
    new = {"title": "Evaluation of the ferry project", "profile": "plain", "offices": [there.elsewhere.name]}
    assert (
        program.listed("evaluations/"),
        program.get(one).status_code,
        program.post("evaluations/", new).status_code,
        program.patch(one, {"short_title": "Ferry"}).status_code,
    ) == EVALUATIONS[who]


RECOMMENDATIONS = {
    #                list  read  make  change remove
    "unit":          (1,   200,  201,  200,   204),
    "officer":       (1,   200,  201,  200,   204),
    "other officer": (0,   404,  400,  404,   404),
    "owner":         (1,   200,  403,  403,   403),
    "reader":        (1,   200,  403,  403,   403),
    "stranger":      (0,   404,  400,  404,   404),
    "nobody":        (401, 401,  401,  401,   401),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_with_recommendations(there: World, who: str) -> None:
    program, one = there.program(who), f"recommendations/{there.recommendation.pk}/"
    new = {"evaluation": there.evaluation.pk, "text": "Train the boat crews."}
    assert (
        program.listed("recommendations/"),
        program.get(one).status_code,
        program.post("recommendations/", new).status_code,
        program.patch(one, {"rationale": "Two accidents."}).status_code,
        program.delete(one).status_code,
    ) == RECOMMENDATIONS[who]


def test_an_evaluator_fills_in_the_recommendations_of_the_evaluation_and_no_more(there: World) -> None:
    evaluator = factories.user("Eva Evaluator")
    there.evaluation.evaluators.add(evaluator)
    program = Program(evaluator)
    new = {"evaluation": there.evaluation.pk, "text": "Train the boat crews."}
    assert program.post("recommendations/", new).status_code == 201
    assert program.patch(f"evaluations/{there.evaluation.pk}/", {"title": "Mine"}).status_code == 403


def test_a_removed_recommendation_is_gone_from_the_api(there: World, officer: Program) -> None:
    one = f"recommendations/{there.recommendation.pk}/"
    assert officer.delete(one).content == b""
    assert officer.get(one).status_code == 404
    assert officer.ids("recommendations/") == []
    assert Recommendation.objects.get().removed_at is not None


# What is written ------------------------------------------------------------------------------------------


def test_an_evaluation_is_entered_and_read_back_with_the_names_people_use(
    there: World, officer: Program
) -> None:
    there.here.aliases.create(name="Kilima Mission")
    sent = {
        "reference": "NV-2026-777",
        "title": "Evaluation of the ferry project",
        "short_title": "Ferry",
        "conducted": "2024-2025",
        "type": "project",
        "timing": "final",
        "offices": ["kilima mission"],
        "countries": ["KE", "TZ"],
        "report_date": "2026-01-31",
        "manager": "OLGA.OFFICER@example.org",
        "evaluators": ["said.stranger@example.org"],
        "profile": "iom-2022",
        "language": "fr",
    }
    made = officer.post("evaluations/", sent)
    assert made.status_code == 201, made.content
    read = officer.get(f"evaluations/{made.json()['id']}/").json()
    assert read == made.json()
    assert read | {"offices": ["Kilima Country Office"], "manager": "olga.officer@example.org"} == read
    same = [
        "title",
        "short_title",
        "type",
        "timing",
        "countries",
        "report_date",
        "evaluators",
        "profile",
        "language",
    ]
    assert [read[name] for name in same] == [sent[name] for name in same]
    assert AuditEntry.objects.get(target_id=read["id"], verb="entered").actor == "Olga Officer"


def test_what_is_missing_is_null(there: World, officer: Program) -> None:
    read = officer.get(f"evaluations/{there.evaluation.pk}/").json()
    blank = ["short_title", "conducted", "type", "timing", "report_date", "manager"]
    assert [read[name] for name in blank] == [None] * len(blank)
    read = officer.get(f"recommendations/{there.recommendation.pk}/").json()
    blank = ["rationale", "directed_to", "responsible", "priority", "priority_note", "timeline", "urgency"]
    assert [read[name] for name in blank] == [None] * len(blank)
    assert read["sub_points"] == []


def test_null_takes_a_value_back(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    officer.patch(
        one, {"short_title": "Ferry", "type": "joint", "countries": ["KE"], "report_date": "2026-01-31"}
    )
    changed = officer.patch(one, {"short_title": None, "type": None, "countries": [], "report_date": None})
    assert changed.status_code == 200, changed.content
    there.evaluation.refresh_from_db()
    assert (there.evaluation.short_title, there.evaluation.type, there.evaluation.report_date) == (
        "",
        "",
        None,
    )
    assert list(there.evaluation.countries) == []


def test_offices_and_evaluators_are_replaced(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    changed = officer.patch(
        one,
        {
            "offices": [there.here.name, there.elsewhere.name],
            "evaluators": ["said.stranger@example.org"],
            "countries": ["KE", "UG"],
        },
    )
    assert changed.status_code == 200, changed.content
    assert set(there.evaluation.offices.all()) == {there.here, there.elsewhere}
    assert officer.patch(one, {"evaluators": []}).json()["evaluators"] == []
    assert officer.patch(one, {"countries": ["KE"]}).json()["countries"] == ["KE"]


def test_the_profile_stays_and_a_whole_record_may_be_sent_back(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    read = officer.get(one).json()
    assert error(officer.patch(one, {"profile": "plain"})) == (400, "invalid", ["profile"])
    sent = {**read, "title": "Another title"}
    assert officer.patch(one, sent).json() == {**read, "title": "Another title"}


def test_a_taken_reference_is_a_rule_and_not_a_fault_of_the_field(there: World, officer: Program) -> None:
    new = {
        "title": "T",
        "profile": "plain",
        "offices": [there.here.name],
        "reference": there.evaluation.reference,
    }
    assert error(officer.post("evaluations/", new)) == (409, "refused", [])
    assert Evaluation.objects.count() == 1


def test_a_recommendation_is_added_whole(there: World, officer: Program) -> None:
    there.evaluation.report_date = date(2026, 1, 31)
    there.evaluation.save()
    sent = {
        "evaluation": there.evaluation.pk,
        "text": "Train the boat crews.",
        "rationale": "Two accidents in one year.",
        "directed_to": "Country office",
        "responsible": {"text": "Kilima Country Office"},
        "priority": 1,
        "priority_note": "Before the rains",
        "timeline": {"text": "by 30 June 2026"},
        "sub_points": [
            {"text": "First aid", "sub_points": [{"text": "on\nboard"}, {"text": "on land"}]},
            {"text": "Radio"},
        ],
        "urgency": "high",
    }
    made = officer.post("recommendations/", sent)
    assert made.status_code == 201, made.content
    read = made.json()
    assert read["number"] == "2"
    assert read["timeline"] == {"text": "by 30 June 2026", "kind": "date", "start": None, "due": "2026-06-30"}
    assert read["responsible"] == {
        "text": "Kilima Country Office",
        "parties": [{"name": "Kilima Country Office", "role": "lead"}],
    }
    assert read["sub_points"] == [
        {"text": "First aid", "sub_points": [{"text": "on board"}, {"text": "on land"}]},
        {"text": "Radio", "sub_points": []},
    ]
    assert officer.get(f"recommendations/{read['id']}/").json() == read


def test_what_a_rule_refuses_leaves_nothing_of_the_request(there: World, officer: Program) -> None:
    sent = {"evaluation": there.evaluation.pk, "text": "Train the boat crews.", "priority": 99}
    assert error(officer.post("recommendations/", sent)) == (409, "refused", [])
    one = f"recommendations/{there.recommendation.pk}/"
    both = {"sub_points": [{"text": "First aid"}], "priority": 99}
    assert error(officer.patch(one, both)) == (409, "refused", [])
    assert Recommendation.objects.count() == 1
    assert not SubPoint.objects.exists()


def test_a_timeline_is_written_as_a_text_or_whole_or_taken_back(there: World, officer: Program) -> None:
    one = f"recommendations/{there.recommendation.pk}/"
    whole = {"text": "Q3", "kind": "quarter", "start": "2026-07-01", "due": "2026-09-30"}
    assert officer.patch(one, {"timeline": whole}).json()["timeline"] == whole
    there.recommendation.refresh_from_db()
    assert there.recommendation.timeline == Deadline("Q3", Kind.QUARTER, date(2026, 7, 1), date(2026, 9, 30))
    assert officer.patch(one, {"timeline": None}).json()["timeline"] is None


BAD = [
    ({"evaluation": 10**30}, ["evaluation"]),
    ({"evaluation": "here"}, ["evaluation"]),
    ({"text": " "}, ["text"]),
    ({"text": None}, ["text"]),
    ({"text": "a\0b"}, ["text"]),
    ({"text": "a\ud800b"}, ["text"]),
    ({"priority": "high"}, ["priority"]),
    ({"priority": 10**30}, ["priority"]),
    ({"urgency": "very"}, ["urgency"]),
    ({"number": "x" * 21}, ["number"]),
    ({"responsible": "the unit"}, ["responsible"]),
    ({"responsible": {"text": ""}}, ["responsible.text"]),
    ({"timeline": {"text": ""}}, ["timeline.text"]),
    ({"timeline": {"text": "x" * 301}}, ["timeline.text"]),
    ({"timeline": {"text": "Q3", "kind": "quarter"}}, ["timeline.due", "timeline.start"]),
    ({"timeline": {"text": "Q3", "kind": "soon", "start": None, "due": None}}, ["timeline.kind"]),
    ({"timeline": {"text": "x", "kind": "date", "start": "2026-02-30", "due": None}}, ["timeline.start"]),
    ({"timeline": {"text": "x", "kind": "date", "start": "2026-02-02", "due": "2026-02-01"}}, ["timeline.due"]),
    ({"sub_points": [{"text": "a"}, {"text": ""}]}, ["sub_points[1].text"]),
    ({"sub_points": [{"text": "a", "sub_points": [{"text": "b", "sub_points": []}]}]},
     ["sub_points[0].sub_points[0].sub_points"]),
    ({"order": 3, "colour": "red"}, ["colour"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "fields"), BAD, ids=[str(fields) for _change, fields in BAD])
def test_bad_input_is_told_by_field(
    there: World, officer: Program, change: dict[str, Any], fields: list[str]
) -> None:
    sent = {"evaluation": there.evaluation.pk, "text": "Train the boat crews.", **change}
    assert error(officer.post("recommendations/", sent)) == (400, "invalid", fields)
    assert Recommendation.objects.count() == 1


BAD_EVALUATIONS = [
    ({"title": ""}, ["title"]),
    ({"reference": ""}, ["reference"]),
    ({"offices": []}, ["offices"]),
    ({"offices": ["Atlantis"]}, ["offices"]),
    ({"offices": [7]}, ["offices"]),
    ({"offices": "Kilima Country Office"}, ["offices"]),
    ({"countries": ["Kenya"]}, ["countries[0]"]),
    ({"countries": ["KE", "ZZ"]}, ["countries[1]"]),
    ({"manager": "nobody@example.org"}, ["manager"]),
    ({"manager": "a\ud800@example.org"}, ["manager"]),
    ({"manager": 3}, ["manager"]),
    ({"profile": "unknown"}, ["profile"]),
    ({"profile": "a\ud800"}, ["profile"]),
    ({"report_date": "31.01.2026"}, ["report_date"]),
]


@pytest.mark.parametrize(
    ("change", "fields"), BAD_EVALUATIONS, ids=[str(bad) for bad, _fields in BAD_EVALUATIONS]
)
def test_bad_input_for_an_evaluation(
    there: World, officer: Program, change: dict[str, Any], fields: list[str]
) -> None:
    sent = {"title": "Ferry", "profile": "plain", "offices": [there.here.name], **change}
    assert error(officer.post("evaluations/", sent)) == (400, "invalid", fields)
    assert Evaluation.objects.count() == 1


def test_an_account_that_was_closed_can_be_given_no_part(there: World, officer: Program) -> None:
    factories.user("Gone Before", is_active=False)
    one = f"evaluations/{there.evaluation.pk}/"
    assert error(officer.patch(one, {"manager": "gone.before@example.org"})) == (400, "invalid", ["manager"])
