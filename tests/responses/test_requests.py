"""Asking for a response, its term, more time for it, and what the way of its evaluation means."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Notification
from evaltrack.roles import Role
from recommendations.choices import EvaluationState
from recommendations.lifecycle import WAY
from recommendations.models import Evaluation
from responses import requests
from responses.choices import ResponseState
from responses.models import Extension, ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def evaluation(office):
    made = make.evaluation([office], "plain", title="River ports", report_date=date(2026, 2, 1))
    make.recommendation(made)
    return made


@pytest.fixture
def unit(office):
    return make.member(Role.EVALUATION_UNIT, office, "Una Berg")


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


@pytest.fixture
def rhea(office):
    return make.member(Role.COORDINATOR, office, "Rhea Lund")


def ask(evaluation, office, coordinator, by, **more):
    return requests.ask(evaluation, office, coordinator, by=by, now=make.NOW, today=TODAY, **more)


def told(kind):
    return list(Notification.objects.filter(kind=kind).order_by("pk"))


# Asking --------------------------------------------------------------------------------------------------


def test_who_coordinates_is_told_until_when_and_what_was_said_with_it(evaluation, office, unit, rhea):
    response = ask(evaluation, office, rhea, unit, note="The board meets in May.")
    assert (response.state, response.asked_for_on, response.due_on) == (
        ResponseState.DRAFTING, TODAY, date(2026, 4, 13),
    )  # fmt: skip
    assert response.coordinator_text == "Rhea Lund"
    (one,) = told("response_asked_for")
    assert (one.person, one.detail) == (rhea, "The board meets in May.")
    assert one.text == f"A management response to River ports ({evaluation}) is asked for by 13 April 2026."
    entry = AuditEntry.objects.get(verb="opened")
    assert entry.changes == {
        "due_on": ["", "2026-04-13"],
        "comment": ["", "The board meets in May."],
    }


def test_without_a_coordinator_the_focal_point_is_told_and_then_the_manager(
    evaluation, office, unit, officer
):
    office.focal_point = officer
    office.save()
    ask(evaluation, office, None, unit)
    assert [one.person for one in told("response_asked_for")] == [officer]
    evaluation.manager = make.user("Mara Keel")
    evaluation.save()
    ask(evaluation, make.office(), None, unit)
    assert told("response_asked_for")[-1].person == evaluation.manager


def test_what_is_drafted_from_the_start_is_handed_over_and_its_evaluators_no_longer_see_it(
    evaluation, office, unit, rhea
):
    evaluator = make.user("Eva Lutz")
    evaluation.evaluators.add(evaluator)
    ask(evaluation, office, rhea, unit)
    assert Evaluation.objects.get().handed_over_at == make.NOW
    assert not Evaluation.objects.visible_to(evaluator).exists()


def test_recommendations_may_be_handed_over_later(office, unit, rhea):
    evaluation = make.evaluation([office])
    with pytest.raises(Refused, match="no recommendations to answer yet"):
        ask(evaluation, office, rhea, unit)
    response = ask(evaluation, office, rhea, unit, prefill=True)
    assert response.state == ResponseState.PREFILLING
    assert Evaluation.objects.get().handed_over_at is None
    assert "you are told when they are handed over" in told("response_asked_for")[0].text


def test_of_several_offices_each_gives_its_own_and_the_last_prepared_one_keeps_the_evaluators(
    evaluation, office, unit, rhea
):
    ask(evaluation, office, rhea, unit, prefill=True)
    ask(evaluation, make.office(), rhea, unit)
    assert Evaluation.objects.get().handed_over_at is None
    assert [one.state for one in evaluation.responses.order_by("pk")] == ["prefilling", "drafting"]


def test_what_was_handed_over_is_not_prepared_again(evaluation, office, unit, rhea):
    ask(evaluation, office, rhea, unit)
    assert ask(evaluation, make.office(), rhea, unit, prefill=True).state == ResponseState.DRAFTING


@pytest.mark.parametrize(
    ("state", "way_out"),
    [
        ("planned", "The report is not final yet. Say on the page of"),
        ("under_way", "The report is not final yet. Say on the page of"),
        ("closed", "Reopen it first"),
        ("cancelled", "Reopen it first"),
    ],
)
def test_only_what_is_final_is_answered(evaluation, office, unit, rhea, state, way_out):
    evaluation.state = state
    evaluation.save()
    with pytest.raises(Refused, match=way_out):
        ask(evaluation, office, rhea, unit)
    assert not ManagementResponse.objects.exists()


def test_a_day_that_is_over_is_refused(evaluation, office, unit, rhea):
    with pytest.raises(Refused, match="cannot be due before today"):
        ask(evaluation, office, rhea, unit, due_on=TODAY - timedelta(days=1))


def test_another_day_than_the_profile_s_is_set_by_those_who_keep_the_record(
    evaluation, office, officer, rhea
):
    later = date(2026, 6, 1)
    with pytest.raises(PermissionDenied):
        ask(evaluation, office, rhea, rhea, due_on=later)
    assert ask(evaluation, office, rhea, officer, due_on=later).due_on == later


@pytest.mark.parametrize("role", [Role.READER, Role.CLEARING_OFFICER, Role.ACTION_OWNER, Role.EVALUATOR])
def test_who_may_not_ask(evaluation, office, rhea, role):
    with pytest.raises(PermissionDenied):
        ask(evaluation, office, rhea, make.member(role, office))


# More time -----------------------------------------------------------------------------------------------


@pytest.fixture
def response(evaluation, office, unit, rhea):
    return ask(evaluation, office, rhea, unit)


def extend(response, by, until=date(2026, 5, 1), reason="The rains came late."):
    return requests.extend(response, until, reason, by=by, now=make.NOW)


def test_an_extension_keeps_what_was_due_before_and_tells_the_coordinator(response, unit, rhea):
    extend(response, unit)
    extend(response, unit, date(2026, 6, 1), "And stayed.")
    assert list(Extension.objects.order_by("pk").values_list("before", "after", "reason", "by")) == [
        (date(2026, 4, 13), date(2026, 5, 1), "The rains came late.", unit.pk),
        (date(2026, 5, 1), date(2026, 6, 1), "And stayed.", unit.pk),
    ]
    assert ManagementResponse.objects.get().due_on == date(2026, 6, 1)
    assert [(one.person, one.detail) for one in told("term_extended")] == [
        (rhea, "The rains came late."),
        (rhea, "And stayed."),
    ]
    assert AuditEntry.objects.filter(verb="extended").count() == 2


@pytest.mark.parametrize(
    ("until", "reason", "sentence"),
    [
        (date(2026, 4, 13), "Because.", "due on 13 April 2026 already"),
        (date(2026, 5, 1), "  ", "why more time is needed"),
    ],
)
def test_more_time_is_more_and_has_a_reason(response, unit, rhea, until, reason, sentence):
    with pytest.raises(Refused, match=sentence):
        extend(response, unit, until, reason)
    with pytest.raises(Refused, match=sentence):
        requests.ask_for_more_time(response, until, reason, by=rhea, now=make.NOW)
    assert not Extension.objects.exists()


@pytest.mark.parametrize("state", ["cleared", "published"])
def test_what_is_given_is_not_put_off(response, unit, state):
    ManagementResponse.objects.update(state=state)
    with pytest.raises(Refused, match="not owed now"):
        extend(response, unit)


def test_only_who_oversees_gives_more_time(response, officer, rhea):
    for person in (officer, rhea):
        with pytest.raises(PermissionDenied):
            extend(response, person)


def test_the_coordinator_asks_those_who_oversee_it(response, unit, officer, rhea):
    requests.ask_for_more_time(response, date(2026, 5, 1), "Two people are ill.", by=rhea, now=make.NOW)
    (one,) = told("more_time_asked")
    assert (one.person, one.detail) == (unit, "Two people are ill.")
    assert one.url == f"/responses/{response.pk}/extend/?until=2026-05-01"
    assert not Extension.objects.exists()
    reader = make.member(Role.READER, response.office)
    with pytest.raises(PermissionDenied):
        requests.ask_for_more_time(response, date(2026, 5, 1), "Me too.", by=reader, now=make.NOW)


# The way of the evaluation -------------------------------------------------------------------------------


def move(evaluation, name, by):
    return WAY.make(evaluation, name, by=by, now=make.NOW, comment="Because.")


@pytest.mark.parametrize("name", ["resume", "cancel"])
@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("in_clearance", "Country Office Norland is in clearance. Withdraw it first."),
        ("cleared", "rests on this report"),
        ("published", "rests on this report"),
    ],
)
def test_a_report_that_a_response_rests_on_is_not_taken_back(
    response, evaluation, unit, name, state, sentence
):
    ManagementResponse.objects.update(state=state)
    with pytest.raises(Refused, match=sentence):
        move(evaluation, name, unit)


@pytest.mark.parametrize("state", ["prefilling", "drafting", "returned"])
def test_a_draft_keeps_nobody_from_cancelling_and_its_coordinator_is_told(
    response, evaluation, unit, rhea, state
):
    ManagementResponse.objects.update(state=state)
    move(evaluation, "cancel", unit)
    (one,) = told("evaluation_moved")
    assert (one.person, one.detail) == (rhea, "Because.")
    assert one.text == f"River ports ({evaluation}) is cancelled."


def test_it_is_closed_when_all_is_answered_and_done(response, evaluation, unit):
    evaluation.state = EvaluationState.PUBLISHED
    evaluation.save()
    with pytest.raises(Refused, match="not published yet"):
        move(evaluation, "close", unit)
    ManagementResponse.objects.update(state=ResponseState.PUBLISHED)
    answer = make.answer(evaluation.recommendations.get(), response, decision="accepted")
    action = make.action(answer)
    with pytest.raises(Refused, match="Key actions are still open"):
        move(evaluation, "close", unit)
    for name, value in make.closed().items():
        setattr(action, name, value)
    action.save()
    move(evaluation, "close", unit)
    assert evaluation.state == EvaluationState.CLOSED


def test_what_was_never_answered_is_closed_when_tracking_has_ended(evaluation, unit):
    evaluation.state = EvaluationState.PUBLISHED
    evaluation.save()
    with pytest.raises(Refused, match="not answered it yet"):
        move(evaluation, "close", unit)
    evaluation.report_date = date(2021, 3, 1)  # the profile follows for five years
    evaluation.save()
    move(evaluation, "close", unit)


def test_the_focal_point_and_who_oversees_hear_that_a_report_is_final(evaluation, office, unit, officer):
    office.focal_point = make.member(Role.READER, office, "Foca Linde")
    office.save()
    evaluation.state = EvaluationState.UNDER_WAY
    evaluation.save()
    move(evaluation, "finalise", officer)
    assert {one.person.name for one in told("evaluation_moved")} == {"Foca Linde", "Una Berg"}
