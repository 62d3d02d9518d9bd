"""The whole history of one thing, in words."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations import evaluations, results
from recommendations.choices import Decision
from responses import actions, answers, comments, history, progress, timeline
from responses.choices import ResponseState
from responses.models import ManagementResponse
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


def days(found):
    return timeline.days(found, found.entries)


def lines(found):
    return [line for day in days(found) for click in day.clicks for line in click.lines]


def told(found):
    """Each line, with its short changes as ``field: old > new``."""
    return [
        " | ".join(
            [f"{line.did} {line.subject}"]
            + ([line.note] if line.note else [])
            + [f"{one.field}: {one.old} > {one.new}" for one in line.changes]
        )
        for line in lines(found)
    ]


def test_every_change_stands_in_it_with_its_old_and_new_value(evaluation, answer, officer):
    action = make.action(answer, text="Write it.")
    actions.set_deadline(action, "Q4 2027", by=officer)
    actions.set_deadline(action, "Q1 2028", by=officer)
    answers.decide(answer, "", by=officer)
    evaluations.amend(evaluation, by=officer, report_date=date(2026, 1, 5))
    progress.report(
        action, by=officer, now=make.NOW, as_of=make.NOW.date(), status="initiated", comment="Half."
    )
    assert told(timeline.of_evaluation(evaluation, officer)) == [
        "reported on the key action “Write it.” | status:  > Initiated | comment:  > Half.",
        "changed the record of the evaluation | date of the report:  > 5 January 2026",
        "changed the answer to recommendation 3 | decision: Accept > ",
        "changed the key action “Write it.” | deadline: Q4 2027 > Q1 2028",
        "changed the key action “Write it.” | deadline:  > Q4 2027",
    ]


def test_each_thing_has_the_history_of_what_belongs_to_it(evaluation, answer, officer):
    action, other = make.action(answer, text="Write it."), make.action(answer, text="Read it.")
    elsewhere = make.answer(make.recommendation(evaluation, number="4"), of=answer.response)
    evaluations.amend(evaluation, by=officer, conducted="2025")
    answers.amend(answer.response, by=officer, overall_comment="Thanks.")
    answers.narrate(elsewhere, "Elsewhere.", by=officer)
    results.amend(answer.recommendation, by=officer, rationale="Because.")
    answers.narrate(answer, "We agree.", by=officer)
    actions.amend(other, by=officer, text="Read all.")
    actions.amend(action, by=officer, text="Write all.")
    update = progress.report(action, by=officer, now=make.NOW, as_of=make.NOW.date(), status="initiated")
    progress.correct(update, by=officer, status="completed", comment="")

    def fields(found):
        return [change.field for line in lines(found) for change in line.changes][::-1]

    own = ["key action", "status", "status"]
    of_recommendation = ["rationale", "management response", "key action", *own]
    in_matrix = ["overall comment", "management response", *of_recommendation]
    assert fields(timeline.of_action(action, officer)) == own
    assert fields(timeline.of_recommendation(answer.recommendation, officer)) == of_recommendation
    assert fields(timeline.of_response(answer.response, officer)) == in_matrix
    assert fields(timeline.of_evaluation(evaluation, officer)) == ["period conducted", *in_matrix]


def test_long_texts_are_compared_word_by_word(answer, officer):
    before = "We agree with this recommendation and will act on it within the present year, as far as funds allow, and report on it to the board each autumn."
    answers.narrate(answer, before, by=officer)
    answers.narrate(answer, before.replace("present", "coming"), by=officer)
    newest, first = lines(timeline.of_recommendation(answer.recommendation, officer))
    assert newest.changes[0].is_long
    assert "<del>" in newest.changes[0].marked
    assert "coming" in newest.changes[0].marked
    assert first.changes[0].marked is None


def test_changes_of_one_click_stand_together_by_day_in_the_persons_zone(answer, officer):
    with audit.at(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)), audit.one_click():
        answers.narrate(answer, "We agree.", by=officer)
        answers.amend(answer.response, by=officer, overall_comment="Thanks.")
    with timezone.override("Asia/Yangon"):
        (day,) = days(timeline.of_evaluation(answer.response.evaluation, officer))
    assert day.day == date(2026, 3, 3)
    (click,) = day.clicks
    assert [line.changes[0].field for line in click.lines] == ["management response", "overall comment"]


def test_a_step_of_the_way_is_told_in_the_words_of_its_button(evaluation, officer):
    audit.record("finalise", evaluation, by=officer, parent=evaluation,
                 changes={"state": ("under_way", "final"), "comment": ("", "At last.")})  # fmt: skip
    assert told(timeline.of_evaluation(evaluation, officer)) == [
        "declared final the record of the evaluation | At last. | state: Under way > Report final"
    ]
    assert history.of_evaluation(evaluation)[0].detail == "At last."


def test_what_nobody_foresaw_is_shown_as_it_is_stored(evaluation, officer):
    strange = {
        "colour": ["red", {"hue": 3}],
        "flags": [True, [None, "x"]],
        "half": "only one",
        "at": ["soon", 5],
    }
    AuditEntry.objects.create(
        at=timezone.now(), actor="Someone", verb="turned_around", target_type="lighthouse", target_id=7,
        target="The lighthouse", parent_type="evaluation", parent_id=evaluation.pk, changes=strange,
    )  # fmt: skip
    (sentence,) = told(timeline.of_evaluation(evaluation, officer))
    did, *changes = sentence.split(" | ")
    assert did == "turned around The lighthouse"
    assert set(changes) == {"colour: red > 3", "flags: yes > x", "half:  > only one", "at: soon > 5"}


# Who reads what -------------------------------------------------------------------------------------------


def test_the_discussion_is_for_those_who_take_part_in_it(evaluation, answer, officer, reader):
    thread = comments.add(answer.response, answer.recommendation, "Not so fast.", by=officer, now=make.NOW)
    comments.resolve(thread, by=officer, now=make.NOW)
    assert [line.did for line in lines(timeline.of_evaluation(evaluation, officer))] == [
        "settled a discussion of",
        "commented on",
    ]
    of_recommendation = told(timeline.of_recommendation(answer.recommendation, officer))
    assert of_recommendation[-1] == "commented on recommendation 3 | comment:  > Not so fast."
    assert lines(timeline.of_evaluation(evaluation, reader)) == []
    assert history.of_evaluation(evaluation) == []
    assert history.recent(reader, make.NOW) == []


# Finding --------------------------------------------------------------------------------------------------


def test_it_can_be_narrowed_to_a_person_a_kind_of_change_and_some_days(answer, officer):
    action = make.action(answer)
    with audit.at(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        answers.narrate(answer, "We agree.", by=officer)
    with audit.at(datetime(2026, 3, 4, 9, tzinfo=UTC)):
        progress.report(action, by=None, now=make.NOW, as_of=make.NOW.date(), status="initiated")
        actions.remove(action, by=officer, now=make.NOW)
    found = timeline.of_response(answer.response, officer)

    def verbs(**wanted):
        return [entry.verb for entry in timeline.filtered(found.entries, **wanted)]

    assert found.actors() == ["EvalTrack", "Ines Okafor"]
    assert verbs() == ["removed", "reported", "changed"]
    assert verbs(who="EvalTrack") == ["reported"]
    assert verbs(kind="wording") == ["changed"]
    assert verbs(kind="progress") == ["reported"]
    assert verbs(kind="removals") == ["removed"]
    assert verbs(kind="moves") == verbs(kind="people") == verbs(kind="discussion") == []
    assert verbs(since=date(2026, 3, 3)) == ["removed", "reported"]
    assert verbs(until=date(2026, 3, 3)) == ["changed"]


def test_every_entry_is_of_exactly_one_kind(evaluation, answer, officer):
    for kind, verb in [("recommendation", "changed"), ("keyaction", "reported"), ("evaluation", "publish"),
                       ("keyaction", "removed"), ("recommendationresponse", "assigned"), ("comment", "commented"),
                       ("lighthouse", "lit")]:  # fmt: skip
        AuditEntry.objects.create(
            at=timezone.now(), actor="x", verb=verb, target_type=kind, target_id=1, target="x"
        )
    found = [timeline.filtered(AuditEntry.objects.all(), kind=kind).count() for kind in timeline.KINDS]
    assert sum(found) == AuditEntry.objects.count()


# Bringing back --------------------------------------------------------------------------------------------


def test_a_removal_can_be_taken_back(answer, officer):
    action = make.action(answer)
    actions.remove(action, by=officer, now=make.NOW)
    (line,) = lines(timeline.of_action(action, officer))
    assert line.restores
    timeline.bring_back(AuditEntry.objects.get(pk=line.pk), by=officer)
    action.refresh_from_db()
    assert action.removed_at is None
    assert [(line.did, line.restores) for line in lines(timeline.of_action(action, officer))] == [
        ("brought back", False),
        ("removed", False),
    ]
    with pytest.raises(Refused):
        timeline.bring_back(AuditEntry.objects.get(pk=line.pk), by=officer)


def test_only_the_latest_removal_can_be_taken_back(evaluation, answer, officer):
    recommendation = answer.recommendation
    for _round in range(2):
        results.remove(recommendation, by=officer, now=make.NOW)
        results.restore(recommendation, by=officer)
    results.remove(recommendation, by=officer, now=make.NOW)
    found = lines(timeline.of_recommendation(recommendation, officer))
    assert [line.restores for line in found] == [True, False, False, False, False]


def test_who_may_not_write_cannot_bring_back(answer, officer, reader):
    action = make.action(answer)
    actions.remove(action, by=officer, now=make.NOW)
    (line,) = lines(timeline.of_action(action, reader))
    assert not line.restores
    with pytest.raises(PermissionDenied):
        timeline.bring_back(AuditEntry.objects.get(pk=line.pk), by=reader)


def test_what_is_cleared_cannot_be_brought_back_into(answer, officer):
    action = make.action(answer)
    actions.remove(action, by=officer, now=make.NOW)
    ManagementResponse.objects.update(state=ResponseState.CLEARED)
    action.answer.response.refresh_from_db()
    assert not lines(timeline.of_action(action, officer))[0].restores
    with pytest.raises(Refused):
        timeline.bring_back(AuditEntry.objects.get(verb="removed"), by=officer)


# Its size -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_reading_it_takes_the_same_number_of_queries(
    client, django_assert_max_num_queries, evaluation, officer, count
):
    client.force_login(officer)
    url = reverse("history_evaluation", args=[evaluation.pk])
    response = make.response(evaluation)
    for number in range(count):
        answer = make.answer(make.recommendation(evaluation), of=response)
        answers.narrate(answer, f"We agree {number}.", by=officer)
        action = make.action(answer)
        progress.report(action, by=officer, now=make.NOW, as_of=make.NOW.date(), status="completed")
        comments.add(response, answer.recommendation, "So?", by=officer, now=make.NOW)
        actions.remove(action, by=officer, now=make.NOW)
    with django_assert_max_num_queries(36):
        page = client.get(url)
    assert page.content.count(b"Bring back") == count
