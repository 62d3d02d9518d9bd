"""Responses, answers, key actions and progress updates in the API, and the matrix as a document."""

from datetime import date
from typing import Any

import pytest
import time_machine

from evaltrack.deadlines import Deadline, Kind
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from tests import factories
from tests.api import PEOPLE, Program, World, error, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


@pytest.fixture
def officer(there: World) -> Program:
    return there.program("officer")


@pytest.fixture
def unit(there: World) -> Program:
    return there.program("unit")


# Who may do what: rows seen in the list, then the status of each verb --------------------------------------

RESPONSES = {
    #                list  read  matrix make  change
    "unit":          (1,   200,  200,   201,  200),
    "officer":       (1,   200,  200,   201,  200),
    "other officer": (0,   404,  404,   400,  404),
    "owner":         (1,   200,  200,   403,  403),
    "reader":        (1,   200,  200,   403,  403),
    "stranger":      (0,   404,  404,   400,  404),
    "nobody":        (401, 401,  401,   401,  401),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_with_responses(there: World, who: str) -> None:
    program, one = there.program(who), f"responses/{there.response.pk}/"
    new = {"evaluation": there.evaluation.pk, "office": there.here.name}
    assert (
        program.listed("responses/"),
        program.get(one).status_code,
        program.get(f"{one}matrix/").status_code,
        program.post("responses/", new).status_code,
        program.patch(one, {"overall_comment": "Welcome."}).status_code,
    ) == RESPONSES[who]


ANSWERS = {
    #                list  read  make  change
    "unit":          (1,   200,  201,  200),
    "officer":       (1,   200,  201,  200),
    "other officer": (0,   404,  400,  404),
    "owner":         (1,   200,  403,  403),
    "reader":        (1,   200,  403,  403),
    "stranger":      (0,   404,  400,  404),
    "nobody":        (401, 401,  401,  401),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_with_answers(there: World, who: str) -> None:
    program, one = there.program(who), f"answers/{there.answer.pk}/"
    new = {"response": there.response.pk, "recommendation": factories.recommendation(there.evaluation).pk}
    assert (
        program.listed("answers/"),
        program.get(one).status_code,
        program.post("answers/", new).status_code,
        program.patch(one, {"decision": "partially_accepted"}).status_code,
    ) == ANSWERS[who]


ACTIONS = {
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
def test_who_may_do_what_with_actions(there: World, who: str) -> None:
    program, one = there.program(who), f"actions/{there.action.pk}/"
    assert (
        program.listed("actions/"),
        program.get(one).status_code,
        program.post("actions/", {"answer": there.answer.pk, "text": "Buy radios."}).status_code,
        program.patch(one, {"text": "Buy two radios."}).status_code,
        program.delete(one).status_code,
    ) == ACTIONS[who]


UPDATES = {
    #                list  read  of an action  of an answer
    "unit":          (1,   200,  201,          201),
    "officer":       (1,   200,  201,          201),
    "other officer": (0,   404,  400,          400),
    "owner":         (1,   200,  201,          403),
    "reader":        (1,   200,  403,          403),
    "stranger":      (0,   404,  400,          400),
    "nobody":        (401, 401,  401,          401),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_with_updates(there: World, who: str) -> None:
    program, one = there.program(who), f"updates/{there.update.pk}/"
    assert (
        program.listed("updates/"),
        program.get(one).status_code,
        program.post("updates/", {"action": there.action.pk, "status": "completed"}).status_code,
        program.post("updates/", {"answer": there.answer.pk, "comment": "Under way."}).status_code,
    ) == UPDATES[who]


def test_nobody_changes_or_removes_an_update(there: World, unit: Program) -> None:
    one = f"updates/{there.update.pk}/"
    assert error(unit.patch(one, {"comment": "Rewritten"})) == (405, "method_not_allowed", [])
    assert error(unit.delete(one)) == (405, "method_not_allowed", [])
    there.update.refresh_from_db()
    assert there.update.comment == "Begun."


@pytest.mark.parametrize("path", ["evaluations/", "responses/", "answers/"])
def test_what_cannot_be_removed(there: World, unit: Program, path: str) -> None:
    (pk,) = unit.ids(path)
    assert error(unit.delete(f"{path}{pk}/")) == (405, "method_not_allowed", [])


def test_the_coordinator_answers_without_any_role(there: World) -> None:
    there.response.coordinator = there.people["stranger"]
    there.response.save()
    assert (
        there.program("stranger").patch(f"answers/{there.answer.pk}/", {"narrative": "Yes."}).status_code
        == 200
    )


# Responses ------------------------------------------------------------------------------------------------


def test_a_response_is_opened_and_its_front_block_filled(there: World, officer: Program) -> None:
    sent = {
        "evaluation": there.evaluation.pk,
        "office": "kilima country office",
        "coordinator": "The programme unit",
        "coordinator_person": "olga.officer@example.org",
        "overall_comment": "Management thanks the team.[^1]",
        "responded_on": {"text": "31 January 2026"},
        "footnotes": [{"mark": "1", "text": "In writing."}, {"mark": "2", "text": "See annex."}],
    }
    made = officer.post("responses/", sent)
    assert made.status_code == 201, made.content
    read = made.json()
    assert read["office"] == "Kilima Country Office"
    assert read["reference"] == there.evaluation.reference
    assert read["responded_on"] == {
        "text": "31 January 2026",
        "kind": "date",
        "start": None,
        "due": "2026-01-31",
    }
    assert (read["coordinator"], read["coordinator_person"]) == (
        "The programme unit",
        "olga.officer@example.org",
    )
    assert read["footnotes"] == sent["footnotes"]
    assert officer.get(f"responses/{read['id']}/").json() == read


def test_footnotes_are_replaced_as_a_whole(there: World, officer: Program) -> None:
    one = f"responses/{there.response.pk}/"
    officer.patch(
        one, {"footnotes": [{"mark": "1", "text": "In writing."}, {"mark": "2", "text": "See annex."}]}
    )
    kept = [{"mark": "2", "text": "See annex B."}]
    assert officer.patch(one, {"footnotes": kept}).json()["footnotes"] == kept
    assert officer.patch(one, {"overall_comment": "x"}).json()["footnotes"] == kept
    assert officer.patch(one, {"footnotes": []}).json()["footnotes"] == []


def test_an_evaluation_has_one_response_of_an_office(there: World, officer: Program) -> None:
    assert error(officer.post("responses/", {"evaluation": there.evaluation.pk})) == (409, "refused", [])
    assert ManagementResponse.objects.count() == 1


def test_a_response_stays_with_its_evaluation_and_office(there: World, officer: Program) -> None:
    other = factories.evaluation([there.here])
    one = f"responses/{there.response.pk}/"
    assert error(officer.patch(one, {"evaluation": other.pk})) == (400, "invalid", ["evaluation"])
    assert error(officer.patch(one, {"office": there.here.name})) == (400, "invalid", ["office"])


# Answers --------------------------------------------------------------------------------------------------


def test_a_recommendation_is_answered(there: World, officer: Program) -> None:
    new = factories.recommendation(there.evaluation)
    sent = {
        "response": there.response.pk,
        "recommendation": new.pk,
        "decision": "rejected",
        "narrative": "Not ours to do.",
    }
    read = officer.post("answers/", sent).json()
    assert {name: read[name] for name in sent} == sent
    assert (read["status"], read["common_status"]) == (None, None)
    assert officer.patch(f"answers/{read['id']}/", {"decision": None}).json()["decision"] is None


def test_a_recommendation_is_answered_once(there: World, officer: Program) -> None:
    sent = {"response": there.response.pk, "recommendation": there.recommendation.pk, "decision": "rejected"}
    answer = officer.post("answers/", sent)
    assert error(answer) == (409, "refused", [])
    assert str(there.answer.pk) in answer.json()["error"]["message"]
    assert RecommendationResponse.objects.get().decision == "accepted"


def test_an_answer_keeps_to_the_rules(there: World, officer: Program) -> None:
    one = f"answers/{there.answer.pk}/"
    # It has a key action; and nothing of the request is kept.
    assert error(officer.patch(one, {"narrative": "No.", "decision": "rejected"})) == (409, "refused", [])
    assert error(officer.patch(one, {"decision": "perhaps"})) == (400, "invalid", ["decision"])
    foreign = factories.recommendation(factories.evaluation([there.here]))
    sent = {"response": there.response.pk, "recommendation": foreign.pk}
    assert error(officer.post("answers/", sent)) == (409, "refused", [])
    there.answer.refresh_from_db()
    assert (there.answer.decision, there.answer.narrative) == ("accepted", "")
    assert RecommendationResponse.objects.count() == 1


# Key actions ----------------------------------------------------------------------------------------------


def test_an_action_is_promised_with_a_deadline_as_people_write_it(there: World, officer: Program) -> None:
    sent = {
        "answer": there.answer.pk,
        "text": "Buy radios.",
        "deadline": {"text": "by the end of June 2026"},
        "responsible": {"text": "Kilima Country Office, with support from Otieno Owner"},
    }
    made = officer.post("actions/", sent)
    assert made.status_code == 201, made.content
    read = made.json()
    assert read["deadline"]["text"] == "by the end of June 2026"
    assert read["deadline"]["due"] == "2026-06-30"
    assert read["responsible"] == {
        "text": "Kilima Country Office, with support from Otieno Owner",
        "parties": [
            {"name": "Kilima Country Office", "role": "lead"},
            {"name": "Otieno Owner", "role": "support"},
        ],
    }
    assert (read["recommendation"], read["response"]) == (there.recommendation.pk, there.response.pk)
    assert read["number"] == f"{there.recommendation.number}.2"
    assert officer.get(f"actions/{read['id']}/").json() == read
    parties = KeyAction.objects.get(pk=read["id"]).parties.order_by("order")
    assert [(one.office, one.person) for one in parties] == [
        (there.here, None),
        (None, there.people["owner"]),
    ]


def test_a_deadline_that_is_understood_already(there: World, officer: Program) -> None:
    one = f"actions/{there.action.pk}/"
    whole = {"text": "rainy season", "kind": "period", "start": "2026-10-01", "due": "2026-12-15"}
    assert officer.patch(one, {"deadline": whole}).json()["deadline"] == whole
    there.action.refresh_from_db()
    assert there.action.deadline == Deadline(
        "rainy season", Kind.PERIOD, date(2026, 10, 1), date(2026, 12, 15)
    )
    assert officer.patch(one, {"deadline": None, "responsible": None}).json()["responsible"] is None
    there.action.refresh_from_db()
    assert there.action.deadline is None
    assert not there.action.parties.exists()


def test_a_very_long_name_is_kept_as_written(there: World, officer: Program) -> None:
    text = "The unit for " + "very " * 200 + "long names"
    changed = officer.patch(f"actions/{there.action.pk}/", {"responsible": {"text": text}})
    assert changed.json()["responsible"]["text"] == text


def test_a_rejected_recommendation_has_no_actions(there: World, officer: Program) -> None:
    rejected = factories.answer(
        factories.recommendation(there.evaluation), there.response, decision="rejected"
    )
    sent = {"answer": rejected.pk, "text": "Buy radios."}
    assert error(officer.post("actions/", sent)) == (409, "refused", [])
    assert KeyAction.objects.count() == 1


def test_an_action_cannot_be_moved_to_another_answer(there: World, officer: Program) -> None:
    other = factories.answer(factories.recommendation(there.evaluation), there.response)
    assert error(officer.patch(f"actions/{there.action.pk}/", {"answer": other.pk})) == (
        400,
        "invalid",
        ["answer"],
    )


def test_a_removed_action_is_gone_with_its_updates(there: World, officer: Program) -> None:
    assert officer.delete(f"actions/{there.action.pk}/").status_code == 204
    assert officer.get(f"actions/{there.action.pk}/").status_code == 404
    assert officer.get(f"updates/{there.update.pk}/").status_code == 404
    assert officer.ids("updates/") == []
    sent = {"action": there.action.pk, "comment": "Late news"}
    assert error(officer.post("updates/", sent)) == (400, "invalid", ["action"])


def test_under_a_removed_recommendation_nothing_is_left(there: World, officer: Program) -> None:
    officer.delete(f"recommendations/{there.recommendation.pk}/")
    assert [officer.ids(path) for path in ("answers/", "actions/", "updates/")] == [[], [], []]


def test_numbers_count_what_was_not_removed(there: World, officer: Program) -> None:
    for text in ("Second", "Third"):
        officer.post("actions/", {"answer": there.answer.pk, "text": text})
    officer.delete(f"actions/{there.action.pk}/")
    assert [(row["number"], row["text"]) for row in officer.rows("actions/")] == [
        ("1.1", "Second"),
        ("1.2", "Third"),
    ]


# Progress updates -----------------------------------------------------------------------------------------


@time_machine.travel("2026-03-02 09:00:00Z", tick=False)
def test_progress_is_reported_by_adding_an_update(there: World) -> None:
    owner = there.program("owner")
    sent = {"action": there.action.pk, "status": "completed", "comment": "Sent to all offices."}
    made = owner.post("updates/", sent)
    assert made.status_code == 201, made.content
    assert made.json() == {
        "id": made.json()["id"],
        "action": there.action.pk,
        "answer": None,
        "round": None,
        "as_of": "2026-03-02",
        "status": "completed",
        "status_text": None,
        "comment": "Sent to all offices.",
        "done": None,
        "next_step": None,
        "channel": "api",
        "reported_by": "Otieno Owner",
        "reported_at": "2026-03-02T09:00:00Z",
    }
    read = owner.get(f"actions/{there.action.pk}/").json()
    assert (read["status"], read["common_status"]) == ("completed", "completed")
    assert read["comment"] == "Sent to all offices."
    there.update.refresh_from_db()
    assert there.update.comment == "Begun."


BAD_UPDATES = [
    ({}, (400, "invalid", [])),
    ({"action": 1, "answer": 1}, (400, "invalid", [])),
    ({"action": 1}, (409, "refused", [])),
    ({"action": 1, "status": "half done"}, (409, "refused", [])),
    ({"action": 1, "comment": "x", "round": "Time 9"}, (409, "refused", [])),
    ({"action": 1, "comment": "x", "as_of": "2026-03-03"}, (409, "refused", [])),
    ({"action": 1, "comment": "x", "as_of": "yesterday"}, (400, "invalid", ["as_of"])),
    ({"action": 1, "comment": "x", "reported_by": "Uma Unit", "by": "Uma"}, (400, "invalid", ["by"])),
]


@time_machine.travel("2026-03-02 09:00:00Z", tick=False)
@pytest.mark.parametrize(("sent", "wanted"), BAD_UPDATES, ids=[str(sent) for sent, _wanted in BAD_UPDATES])
def test_an_update_that_cannot_be_taken(
    there: World, unit: Program, sent: dict[str, Any], wanted: Any
) -> None:
    ids = {"action": there.action.pk, "answer": there.answer.pk}
    assert (
        error(unit.post("updates/", {**sent, **{name: ids[name] for name in ids if name in sent}})) == wanted
    )
    assert ProgressUpdate.objects.count() == 1


@time_machine.travel("2026-03-02 22:00:00Z", tick=False)
def test_today_is_the_day_of_the_person_who_reports(there: World) -> None:
    there.people["owner"].time_zone = "Pacific/Auckland"  # where it is 3 March already
    there.people["owner"].save()
    made = there.program("owner").post("updates/", {"action": there.action.pk, "comment": "Done at dawn."})
    assert made.json()["as_of"] == "2026-03-03"
    assert made.json()["reported_at"] == "2026-03-02T22:00:00Z"
