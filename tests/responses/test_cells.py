"""One cell, many people: what saving a cell does, and what it never does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations.choices import Decision
from responses import cells, progress
from responses.cells import Address, Conflict, Saved, digest
from responses.models import ProgressUpdate
from responses.permissions import access
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def response(office):
    return make.response(make.evaluation([office]), overall_comment="First words.")


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


def save(response, name, text, seen, by):
    address = Address.parse(name)
    return cells.save(response, address, text, seen=digest(seen), by=by, access=access(by, response))


def test_a_cell_is_saved_and_told_in_the_history(response, officer):
    result = save(response, f"response.{response.pk}.overall_comment", "New words.", "First words.", officer)
    response.refresh_from_db()
    assert result == Saved(Address("response", response.pk, "overall_comment"), "New words.")
    assert response.overall_comment == "New words."
    entry = AuditEntry.objects.get()
    assert entry.changes == {"overall_comment": ["First words.", "New words."]}
    assert entry.actor == "Ines Okafor"


def test_the_second_writer_gets_both_texts_and_nothing_is_overwritten(response, officer, office):
    other = make.member(Role.ME_OFFICER, office, "Piet Madsen")
    name = f"response.{response.pk}.overall_comment"
    save(response, name, "Piet's words.", "First words.", other)
    result = save(response, name, "My words.", "First words.", officer)
    assert isinstance(result, Conflict)
    assert (result.mine, result.theirs, result.who) == ("My words.", "Piet's words.", "Piet Madsen")
    response.refresh_from_db()
    assert response.overall_comment == "Piet's words."


def test_choosing_mine_after_a_conflict_saves_it(response, officer):
    name = f"response.{response.pk}.overall_comment"
    save(response, name, "Theirs.", "First words.", officer)
    conflict = save(response, name, "Mine.", "First words.", officer)
    assert isinstance(save(response, name, conflict.mine, conflict.theirs, officer), Saved)


def test_a_cell_that_was_not_touched_never_conflicts(response, officer):
    """A whole form sends every cell; the ones left as they were read are nobody's wish."""
    name = f"response.{response.pk}.overall_comment"
    save(response, name, "Theirs.", "First words.", officer)
    result = save(response, name, "First words.", "First words.", officer)
    assert result == Saved(Address.parse(name), "Theirs.")


def test_two_people_writing_the_same_words_agree(response, officer):
    name = f"response.{response.pk}.overall_comment"
    save(response, name, "Same.", "First words.", officer)
    assert isinstance(save(response, name, "Same.", "First words.", officer), Saved)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "",
        "response",
        "response.x.overall_comment",
        "response.1.pk",
        "user.1.password",
        "note.9.1",
        "round.1.7.status",
    ],
)
def test_an_address_outside_the_matrix_is_refused(response, officer, name):
    with pytest.raises(Refused):
        save(response, name, "x", "", officer)


def test_a_cell_of_another_matrix_is_refused(response, officer):
    other = make.action()
    with pytest.raises(Refused, match="no longer in the matrix"):
        save(response, f"action.{other.pk}.text", "Mine now.", other.text, officer)
    with pytest.raises(Refused, match="no longer in the matrix"):
        save(response, f"evaluation.{other.answer.response.evaluation_id}.title", "Mine now.", "", officer)


CELLS = ["evaluation.title", "recommendation.text", "answer.narrative", "action.text", "action.comment"]
MAY = {
    Role.EVALUATION_UNIT: CELLS,
    Role.ME_OFFICER: CELLS,
    Role.COORDINATOR: ["answer.narrative", "action.text", "action.comment"],
    Role.CLEARING_OFFICER: [],
    Role.ACTION_OWNER: [],
    Role.EVALUATOR: [],
    Role.READER: [],
    Role.ADMINISTRATOR: [],
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("cell", CELLS)
def test_who_may_write_which_cell(response, office, role, cell):
    recommendation = make.recommendation(response.evaluation)
    action = make.action(make.answer(recommendation, response, decision=Decision.ACCEPTED))
    person = make.member(role, office)
    pk = {
        "evaluation": response.evaluation_id,
        "recommendation": recommendation.pk,
        "answer": recommendation.pk,
        "action": action.pk,
    }
    kind, name = cell.split(".")
    seen = {
        "evaluation.title": response.evaluation.title,
        "recommendation.text": recommendation.text,
        "action.text": action.text,
    }
    if cell in MAY[role]:
        assert isinstance(
            save(response, f"{kind}.{pk[kind]}.{name}", "New.", seen.get(cell, ""), person), Saved
        )
    else:
        with pytest.raises(PermissionDenied):
            save(response, f"{kind}.{pk[kind]}.{name}", "New.", seen.get(cell, ""), person)


def test_the_lead_reports_on_their_own_action_only(response, office):
    lead = make.member(Role.ACTION_OWNER, office)
    answer = make.answer(make.recommendation(response.evaluation), response)
    own, other = make.action(answer, lead=lead), make.action(answer)
    assert isinstance(save(response, f"action.{own.pk}.status", "completed", "", lead), Saved)
    with pytest.raises(PermissionDenied):
        save(response, f"action.{other.pk}.status", "completed", "", lead)
    with pytest.raises(PermissionDenied):
        save(response, f"action.{own.pk}.text", "Something easier.", own.text, lead)


def test_an_evaluator_writes_recommendations_and_nothing_else(response, office):
    evaluator = make.member(Role.EVALUATOR, office)
    response.evaluation.evaluators.add(evaluator)
    recommendation = make.recommendation(response.evaluation)
    assert isinstance(
        save(response, f"recommendation.{recommendation.pk}.text", "New.", recommendation.text, evaluator),
        Saved,
    )
    with pytest.raises(PermissionDenied):
        save(response, f"answer.{recommendation.pk}.narrative", "New.", "", evaluator)


def test_status_and_comment_of_one_sitting_are_one_update(response, officer, time_machine):
    action = make.action(make.answer(make.recommendation(response.evaluation), response))
    time_machine.move_to("2026-03-02T09:00:00Z", tick=False)
    save(response, f"action.{action.pk}.status", "initiated", "", officer)
    save(response, f"action.{action.pk}.comment", "Consultant hired.", "", officer)
    update = ProgressUpdate.objects.get()
    assert (update.status, update.comment) == ("initiated", "Consultant hired.")
    time_machine.move_to("2026-03-02T09:16:00Z", tick=False)
    save(response, f"action.{action.pk}.status", "completed", "initiated", officer)
    assert [one.status for one in ProgressUpdate.objects.order_by("pk")] == ["initiated", "completed"]
    assert ProgressUpdate.objects.last().comment == "Consultant hired."
    action.refresh_from_db()
    assert (action.status, action.common_status) == ("completed", "completed")


def test_another_persons_update_is_never_changed(response, officer, office):
    action = make.action(make.answer(make.recommendation(response.evaluation), response))
    other = make.member(Role.ME_OFFICER, office)
    now = timezone.now()
    progress.report(action, by=other, now=now, as_of=now.date(), status="initiated")
    save(response, f"action.{action.pk}.comment", "Late.", "", officer)
    assert ProgressUpdate.objects.count() == 2


def test_rounds_are_kept_apart(office, officer):
    response = make.response(make.evaluation([office], "iom-2022"))
    recommendation = make.recommendation(response.evaluation)
    save(response, f"round.{recommendation.pk}.0.status", "open", "", officer)
    save(response, f"round.{recommendation.pk}.1.status", "completed", "", officer)
    assert {one.round: one.status for one in ProgressUpdate.objects.all()} == {
        "Time 2": "open",
        "Time 3": "completed",
    }


def test_text_is_kept_tidy(response, officer):
    save(response, f"response.{response.pk}.overall_comment", "  one\r\ntwo\0  \r\n", "First words.", officer)
    response.refresh_from_db()
    assert response.overall_comment == "one\ntwo"


def test_a_text_too_long_for_its_cell_is_refused_with_both_numbers(response, officer):
    with pytest.raises(Refused, match=r"at most 300 characters; the text has 301"):
        save(response, f"response.{response.pk}.responded_on", "x" * 301, "", officer)


def test_a_priority_off_the_scale_is_refused(response, officer):
    recommendation = make.recommendation(response.evaluation)
    with pytest.raises(Refused, match="not on the scale of priority. Choose one of: 1, 2, 3"):
        save(response, f"recommendation.{recommendation.pk}.priority", "4", "", officer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one writer in at a time; the race is PostgreSQL's"
)
def test_of_two_people_at_the_same_moment_one_is_told_of_the_other():
    office = make.office()
    response = make.response(make.evaluation([office]))
    recommendation = make.recommendation(response.evaluation)
    people = [make.member(Role.ME_OFFICER, office) for _person in range(4)]
    name = f"answer.{recommendation.pk}.narrative"  # the answer's row is not even there yet
    ready = threading.Barrier(len(people))

    def write(person):
        try:
            ready.wait()
            return save(response, name, f"Words of {person.name}.", "", person)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        results = list(pool.map(write, people))
    kept = [result for result in results if isinstance(result, Saved)]
    told = [result for result in results if isinstance(result, Conflict)]
    assert len(kept) == 1
    assert {conflict.theirs for conflict in told} == {kept[0].text}


@pytest.mark.parametrize("name", ["urgency", "difficulty", "impact"])
def test_a_recommendation_is_weighed_in_three_steps(response, officer, name):
    recommendation = make.recommendation(response.evaluation)
    at = f"recommendation.{recommendation.pk}.{name}"
    assert isinstance(save(response, at, "high", "", officer), Saved)
    with pytest.raises(
        Refused, match=f"“huge” is not on the scale of {name}. Choose one of: low, medium, high"
    ):
        save(response, at, "huge", "high", officer)
