"""Deciding, planning, ordering: the rules of the answer and its key actions."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from evaltrack.deadlines import Deadline, Kind
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from recommendations import results
from recommendations.choices import Decision
from recommendations.models import Recommendation
from responses import actions, answers
from responses.models import KeyAction, RecommendationResponse
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_second_response_of_the_same_office_is_refused():
    evaluation = make.evaluation()
    answers.open_response(evaluation, by=None, now=make.NOW)
    with pytest.raises(Refused, match="has a management response already"):
        answers.open_response(evaluation, by=None, now=make.NOW)
    answers.open_response(evaluation, by=None, now=make.NOW, office=make.office())


def test_a_rejected_recommendation_can_have_no_action():
    answer = make.answer(decision=Decision.REJECTED)
    with pytest.raises(Refused, match="is rejected, so it can have no key actions"):
        actions.add(answer, by=None, text="Do it anyway.")
    assert not KeyAction.objects.exists()


def test_what_has_actions_cannot_be_rejected():
    action = make.action()
    with pytest.raises(Refused, match="has 1 key action. Remove it before rejecting"):
        answers.decide(action.answer, Decision.REJECTED, by=None)
    actions.remove(action, by=None, now=make.NOW)
    answers.decide(action.answer, Decision.REJECTED, by=None)
    action.refresh_from_db()
    with pytest.raises(Refused, match="is rejected"):
        actions.restore(action, by=None)


def test_a_decision_that_the_profile_does_not_know_is_refused():
    with pytest.raises(Refused, match="not on the list"):
        answers.decide(make.answer(), "maybe", by=None)


def order_of(answer):
    return [action.text for action in KeyAction.objects.present().filter(answer=answer)]


def three_actions():
    answer = make.answer()
    return answer, [actions.add(answer, by=None, text=text) for text in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("which", "position", "expected"),
    [(0, 2, "bca"), (2, 0, "cab"), (1, 1, "abc"), (0, 99, "bca"), (2, -5, "cab"), (0, 1, "bac")],
)
def test_moving_an_action(which, position, expected):
    answer, three = three_actions()
    actions.move(three[which], position, by=None)
    assert "".join(order_of(answer)) == expected


def test_a_duplicate_stands_after_its_original_without_progress():
    answer, three = three_actions()
    actions.set_deadline(three[0], "30 November 2026", by=None)
    copy = actions.duplicate(three[0], by=None)
    assert order_of(answer) == ["a", "a", "b", "c"]
    copy.refresh_from_db()
    assert copy.deadline == Deadline("30 November 2026", Kind.DATE, None, date(2026, 11, 30))


def test_removing_and_bringing_back_keeps_the_place():
    answer, three = three_actions()
    actions.remove(three[1], by=None, now=make.NOW)
    assert order_of(answer) == ["a", "c"]
    three[1].refresh_from_db()
    actions.restore(three[1], by=None)
    assert order_of(answer) == ["a", "b", "c"]
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")][-2:] == ["removed", "restored"]


def test_a_deadline_keeps_its_words_and_its_meaning():
    action = make.action()
    actions.set_deadline(action, "by end of March 2027", by=None)
    action.refresh_from_db()
    assert action.deadline_text == "by end of March 2027"
    assert action.deadline_due == date(2027, 3, 31)
    assert action.check_on is None
    actions.set_deadline(action, "continuous", by=None)
    action.refresh_from_db()
    assert action.deadline_due is None
    actions.set_deadline(action, "", by=None)
    action.refresh_from_db()
    assert action.deadline is None


def numbers(evaluation):
    return [(one.number, one.text) for one in evaluation.recommendations.present()]


def test_recommendations_are_renumbered_where_numbers_are_plain():
    evaluation = make.evaluation()
    for text in "abc":
        results.add(evaluation, by=None, text=text)
    last = evaluation.recommendations.get(text="c")
    results.move(last, 0, by=None)
    assert numbers(evaluation) == [("1", "c"), ("2", "a"), ("3", "b")]
    results.remove(Recommendation.objects.get(text="a"), by=None, now=make.NOW)
    assert numbers(evaluation) == [("1", "c"), ("2", "b")]
    results.restore(Recommendation.objects.get(text="a"), by=None)
    assert numbers(evaluation) == [("1", "c"), ("2", "a"), ("3", "b")]


def test_numbers_that_the_report_prints_are_kept():
    evaluation = make.evaluation()
    for number in ("R1", "R2a", "R2b"):
        results.add(evaluation, by=None, text=number, number=number)
    results.move(evaluation.recommendations.get(number="R2b"), 0, by=None)
    assert [number for number, _text in numbers(evaluation)] == ["R2b", "R1", "R2a"]


def test_sub_points_are_an_indented_list_two_deep():
    recommendation = make.recommendation()
    results.set_sub_points(recommendation, "- one\n  - inner\n• two\n    deeper still", by=None)
    assert results.sub_points_as_text(recommendation) == "- one\n  - inner\n- two\n  - deeper still"


@pytest.mark.parametrize(
    "broken",
    [
        lambda: make.action(text=""),
        lambda: make.recommendation(text=""),
        lambda: make.evaluation(title=""),
        lambda: make.action(
            deadline_text="x", deadline_start=date(2026, 2, 1), deadline_due=date(2026, 1, 1)
        ),
        lambda: RecommendationResponse.objects.create(
            response=(one := make.answer()).response, recommendation=one.recommendation
        ),
    ],
)
def test_the_database_itself_refuses_what_must_never_be(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        broken()
