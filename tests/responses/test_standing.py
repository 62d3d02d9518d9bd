"""How far evaluations are answered, counted."""

from datetime import date, timedelta

import pytest

from recommendations.choices import Decision
from recommendations.models import Evaluation
from responses import progress, standing
from responses.models import ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()
EARLIER = TODAY - timedelta(days=1)


def standing_of(response):
    return standing.standings([response], TODAY)[0]


def test_what_a_response_lacks_is_counted():
    response = make.response(make.evaluation(report_date=date(2026, 1, 1)))
    person = make.user()

    def answered(decision, narrative=""):
        recommendation = make.recommendation(response.evaluation)
        return make.answer(recommendation, response, decision=decision, narrative=narrative)

    answered("")
    answered(Decision.ACCEPTED)  # without an action
    answered(Decision.REJECTED, "No money.")  # needs none
    answered(Decision.REJECTED)  # without its reason
    make.recommendation(response.evaluation)  # not even begun
    partly = answered(Decision.PARTIALLY_ACCEPTED, "Only half.")
    make.action(partly, due=EARLIER, lead=person)  # overdue
    make.action(partly)  # without lead and deadline
    make.action(partly, status="completed", **make.closed())  # closed: nobody misses a lead
    make.action(partly, removed_at=make.NOW)
    counted = standing_of(response)
    assert (counted.recommendations, counted.answered, counted.is_answered) == (6, 4, False)
    assert (counted.actions, counted.closed, counted.overdue) == (3, 1, 1)
    assert counted.gaps == [
        "2 recommendations not answered",
        "1 decision without its reason",
        "1 accepted without a key action",
        "1 key action without a lead",
        "1 key action without a deadline",
    ]
    assert counted.due == date(2026, 2, 12)  # six weeks
    assert counted.days_late == 18


def test_a_whole_response_lacks_nothing_and_is_late_no_more():
    answer = make.answer(
        make.recommendation(make.evaluation(report_date=date(2026, 1, 1))), decision=Decision.ACCEPTED
    )
    make.action(answer, due=TODAY, lead=make.user())
    counted = standing_of(answer.response)
    assert (counted.gaps, counted.is_answered, counted.days_late, counted.overdue) == ([], True, 0, 0)


def test_a_recommendation_that_was_removed_counts_for_nothing():
    answer = make.answer(make.recommendation(), decision=Decision.ACCEPTED)
    make.action(answer, due=EARLIER)
    answer.recommendation.removed_at = make.NOW
    answer.recommendation.save()
    counted = standing_of(answer.response)
    assert (counted.recommendations, counted.answered, counted.actions) == (0, 0, 0)
    assert counted.gaps == ["no recommendations entered yet"]


@pytest.mark.parametrize(
    ("report", "round_"),
    [(date(2025, 9, 3), None), (date(2025, 9, 2), "Time 2"), (date(2025, 3, 2), "Time 3"), (None, None)],
)
def test_the_round_under_way_follows_from_the_date_of_the_report(report, round_):
    evaluation = make.evaluation(profile_slug="iom-2022", report_date=report)
    response = make.response(evaluation)
    found = standing.round_under_way(evaluation.profile.rules, response, TODAY)
    assert (found.name if found else None) == round_


def test_statuses_by_recommendation_are_missed_once_their_round_has_begun():
    evaluation = make.evaluation(profile_slug="iom-2022", report_date=date(2025, 9, 2))
    answers = [make.answer(make.recommendation(evaluation), decision=Decision.ACCEPTED) for _ in range(3)]
    make.answer(make.recommendation(evaluation), decision=Decision.REJECTED, narrative="No.")
    for answer in answers:
        make.action(answer, due=TODAY, lead=make.user())
    progress.report(answers[0], by=None, now=make.NOW, as_of=TODAY, status="open", round="Time 2")
    assert standing_of(answers[0].response).gaps == ["Time 2: 2 recommendations without a status"]


def test_the_states_of_evaluations():
    missing = make.evaluation()
    make.recommendation(missing)
    empty = make.response().evaluation
    begun = make.answer(make.recommendation(), decision=Decision.ACCEPTED).response.evaluation
    make.recommendation(begun)
    whole = make.answer(make.recommendation(), decision=Decision.REJECTED).response.evaluation
    for states, evaluations in (
        ([standing.MISSING], {missing}),
        ([standing.INCOMPLETE], {empty, begun}),
        ([standing.COMPLETE], {whole}),
        ([standing.MISSING, standing.INCOMPLETE], {missing, empty, begun}),
    ):
        assert set(standing.in_state(Evaluation.objects.all(), *states)) == evaluations
    counted = standing.answering(standing.with_counts(Evaluation.objects.all(), TODAY), TODAY)
    assert {one.evaluation: one.state for one in counted} == {
        missing: "missing", empty: "incomplete", begun: "incomplete", whole: "complete",
    }  # fmt: skip
    assert {one.evaluation: (one.answered, one.recommendations) for one in counted} == {
        missing: (0, 1), empty: (0, 0), begun: (1, 2), whole: (1, 1),
    }  # fmt: skip


def test_two_offices_that_answer_one_recommendation_answer_it_once():
    recommendation = make.recommendation()
    for _number in range(2):
        response = make.response(recommendation.evaluation, office=make.office())
        answer = make.answer(recommendation, response, decision=Decision.ACCEPTED)
        make.action(answer, due=EARLIER)
    (counted,) = standing.answering(standing.with_counts(Evaluation.objects.all(), TODAY), TODAY)
    assert (counted.recommendations, counted.answered, counted.overdue, counted.state) == (
        1,
        1,
        2,
        "complete",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_counting_takes_five_queries_however_many(django_assert_num_queries, count):
    for _number in range(count):
        answer = make.answer(make.recommendation(), decision=Decision.ACCEPTED)
        make.action(answer, due=EARLIER, lead=make.user())
    responses = ManagementResponse.objects.select_related("evaluation")
    list(responses)
    with django_assert_num_queries(6):
        assert len(standing.standings(responses.all(), TODAY)) == count
