"""What others changed, in words."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaltrack.roles import Role
from recommendations import evaluations, results
from recommendations.choices import Decision
from responses import actions, answers, cells, history, progress
from responses.models import KeyAction
from responses.permissions import access
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


@pytest.fixture
def reader(office):
    return make.member(Role.READER, office, "Rhea Lund")


@pytest.fixture
def evaluation(office):
    return make.evaluation([office])


@pytest.fixture
def answer(evaluation):
    return make.answer(make.recommendation(evaluation, number="3"), decision=Decision.ACCEPTED)


def read_by(person, days=1):
    return history.recent(person, timezone.now() - timedelta(days=days))


def sentences(person):
    return [
        " ".join(filter(None, (event.actor, event.did, event.subject, event.fields, event.detail)))
        for changes in read_by(person)
        for event in changes.events
    ]


def test_each_change_is_a_sentence(office, officer, reader):
    unit = make.member(Role.EVALUATION_UNIT, office, "Una Berg")
    evaluation = evaluations.enter(
        by=unit, today=make.NOW.date(), profile=make.profile(), title="A", offices=[office]
    )
    recommendation = results.add(evaluation, by=unit, text="Improve *handover* notes.", number="3")
    response = answers.open_response(evaluation, by=unit, now=make.NOW)
    answer = answers.answer_to(recommendation, response)
    answers.decide(answer, "accepted", by=officer)
    action = actions.add(answer, by=officer, text="Write the guidance.")
    progress.report(
        action, by=officer, now=make.NOW, as_of=make.NOW.date(), status="initiated", comment="Half written."
    )
    assert sentences(reader) == [
        "Ines Okafor reported on the key action “Write the guidance.” Initiated – Half written.",
        "Ines Okafor added the key action “Write the guidance.”",
        "Ines Okafor changed the answer to recommendation 3 decision Accept",
        "Una Berg began the management response",
        "Una Berg added recommendation 3 Improve handover notes.",
        "Una Berg entered the record of the evaluation",
    ]


def test_fields_are_named_in_words_and_read_as_they_are_now(evaluation, answer, officer, reader):
    action = make.action(answer)
    answers.set_footnote(answer.response, "1", "As of May.", by=officer)
    actions.set_deadline(action, "Q4 2027", by=officer)
    evaluations.amend(evaluation, by=officer, report_date=date(2026, 1, 5))
    assert sentences(reader) == [
        "Ines Okafor changed the record of the evaluation date of the report 2026-01-05",
        f"Ines Okafor changed the key action “{action.text}” deadline Q4 2027",
        "Ines Okafor changed the management response note 1 As of May.",
    ]


def test_a_cell_saved_again_and_again_is_told_once(answer, officer, reader):
    for text in ("We", "We ag", "We agree."):
        answers.narrate(answer, text, by=officer)
    assert sentences(reader) == [
        "Ines Okafor changed the answer to recommendation 3 management response We agree."
    ]


def test_what_was_taken_back_is_not_told(answer, officer, reader):
    answers.narrate(answer, "We agree.", by=officer)
    answers.narrate(answer, "", by=officer)
    assert sentences(reader) == []


def test_what_was_made_includes_how_it_was_filled(answer, officer, reader):
    action = actions.add(answer, by=officer, text="Write the guidance.")
    actions.set_deadline(action, "Q4 2027", by=officer)
    assert sentences(reader) == ["Ines Okafor added the key action “Write the guidance.”"]


def test_many_changes_of_one_kind_are_told_as_a_number_but_reports_one_by_one(answer, officer, reader):
    for number in range(3):
        action = actions.add(answer, by=officer, text=f"Step {number}.")
        progress.report(action, by=officer, now=make.NOW, as_of=make.NOW.date(), status="completed")
    assert sentences(reader) == [
        "Ines Okafor reported on the key action “Step 2.” Completed",
        "Ines Okafor added 3 key actions",
        "Ines Okafor reported on the key action “Step 1.” Completed",
        "Ines Okafor reported on the key action “Step 0.” Completed",
    ]


def test_a_corrected_report_leads_to_its_action(answer, officer, reader):
    action = make.action(answer)
    update = progress.report(action, by=None, now=make.NOW, as_of=make.NOW.date(), status="initiated")
    update.reported_by = officer
    update.save()
    progress.correct(update, by=officer, status="completed", comment="")
    newest = read_by(reader)[0].events[0]
    assert (newest.did, newest.detail) == ("corrected a report on", "Completed")
    assert newest.url == reverse("action", args=[action.pk])


def test_every_event_leads_to_what_it_tells_of(evaluation, answer, officer, reader):
    matrix = reverse("matrix", args=[answer.response_id])
    at = f"{matrix}?open={answer.recommendation_id}#recommendation-{answer.recommendation_id}"
    action = make.action(answer)
    answers.narrate(answer, "We agree.", by=officer)
    results.amend(answer.recommendation, by=officer, rationale="Because.")
    answers.amend(answer.response, by=officer, overall_comment="Thanks.")
    actions.amend(action, by=officer, text="Write it.")
    evaluations.amend(evaluation, by=officer, conducted="2025")
    assert [event.url for event in read_by(reader)[0].events] == [
        reverse("evaluation", args=[evaluation.pk]),
        reverse("action", args=[action.pk]),
        matrix,
        at,
        at,
    ]
    for event in read_by(reader)[0].events:
        assert event.url


def test_what_is_gone_leads_nowhere(answer, officer, reader):
    action = make.action(answer)
    actions.remove(action, by=officer, now=make.NOW)
    (event,) = read_by(reader)[0].events
    assert (event.did, event.url) == ("removed", "")


def test_ones_own_changes_and_those_of_other_offices_and_older_ones_are_not_told(answer, officer, reader):
    answers.narrate(answer, "We agree.", by=officer)
    assert read_by(officer) == []
    assert read_by(make.member(Role.READER)) == []
    assert history.recent(reader, timezone.now() + timedelta(minutes=1)) == []


def test_what_evaltrack_itself_did_is_told(answer, reader):
    answers.narrate(answer, "We agree.", by=None)
    assert sentences(reader)[0].startswith("EvalTrack changed the answer to recommendation 3")


def test_an_evaluation_shows_its_own_latest_changes_whoever_made_them(evaluation, answer, officer):
    answers.narrate(answer, "We agree.", by=officer)
    answers.narrate(make.answer(decision=Decision.ACCEPTED), "Elsewhere.", by=None)
    assert [event.actor for event in history.of_evaluation(evaluation)] == ["Ines Okafor"]
    assert history.of_evaluation(make.evaluation()) == []


def test_a_cell_of_the_matrix_is_told_like_any_other_change(answer, officer, reader):
    action = make.action(answer)
    address = cells.Address("action", action.pk, "status")
    seen = cells.digest("")
    cells.save(
        answer.response, address, "completed", seen=seen, by=officer, access=access(officer, answer.response)
    )
    assert sentences(reader) == [f"Ines Okafor reported on the key action “{action.text}” Completed"]


@pytest.mark.parametrize("count", [1, 3])
def test_reading_it_takes_the_same_number_of_queries(
    django_assert_num_queries, office, officer, reader, count
):
    for _number in range(count):
        answer = make.answer(make.recommendation(make.evaluation([office])), decision=Decision.ACCEPTED)
        answers.narrate(answer, "We agree.", by=officer)
        action = make.action(answer)
        progress.report(action, by=officer, now=make.NOW, as_of=make.NOW.date(), status="completed")
    assert KeyAction.objects.count() == count
    with django_assert_num_queries(10):
        assert len(read_by(reader)) == count
