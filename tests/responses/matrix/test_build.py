"""The matrix of a response, as it stands in the database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from evaltrack.deadlines import Deadline, Kind
from recommendations import results
from recommendations.models import RecommendationParty, SubPoint
from responses.matrix.build import build
from responses.matrix.document import (
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Party,
    Recommendation,
    Response,
    Responsible,
)
from responses.matrix.document import SubPoint as Point
from responses.models import ActionParty, ManagementResponse, ProgressUpdate
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 6, 1, 9, 0, tzinfo=UTC)


def said(subject, days_ago: int, **fields) -> ProgressUpdate:
    kind = "action" if hasattr(subject, "answer") else "answer"
    as_of = (NOW - timedelta(days=days_ago)).date()
    return ProgressUpdate.objects.create(**{kind: subject}, as_of=as_of, reported_at=NOW, **fields)


def test_nothing_but_a_title():
    evaluation = factories.evaluation(reference="SH-1", title="Safe Harbours")
    assert build(factories.response(evaluation)) == Matrix(
        "iom-matrix", "en", Evaluation("Safe Harbours", reference="SH-1")
    )


def test_what_was_written_stands_in_the_matrix():
    evaluation = factories.evaluation(
        reference="SH-1", title="Safe Harbours", short_title="Harbours", conducted="2030", language="fr"
    )
    response = factories.response(evaluation, coordinator_text="Harbour master", overall_comment="Fair.")
    response.responded_on = Deadline("May 2031", Kind.MONTH, None, date(2031, 5, 31))
    response.save()
    response.footnotes.create(mark="b", text="Second", order=2)
    response.footnotes.create(mark="a", text="First", order=1)
    one = factories.recommendation(
        evaluation, number="R1", text="Light it.", rationale="Dark.", directed_to="Master", priority=2,
        priority_note="Soon", responsible_text="Quays; Nets",
    )  # fmt: skip
    one.timeline = Deadline("2032", Kind.YEAR, None, date(2032, 12, 31))
    one.save()
    RecommendationParty.objects.create(recommendation=one, name="Nets", part="support", order=2)
    RecommendationParty.objects.create(recommendation=one, name="Quays", order=1)
    outer = SubPoint.objects.create(recommendation=one, text="Lamps", order=1)
    SubPoint.objects.create(recommendation=one, text="Buoys", order=2)
    SubPoint.objects.create(recommendation=one, text="Solar", order=1, parent=outer)
    answer = factories.answer(one, response, decision="accepted", narrative="Yes.")
    action = factories.action(answer, due=date(2031, 12, 1), text="Buy", responsible_text="Quays")
    ActionParty.objects.create(action=action, name="Quays")
    factories.action(answer, text="Hang", own_number="ii")
    assert build(response) == Matrix(
        profile="iom-matrix",
        language="fr",
        evaluation=Evaluation("Safe Harbours", "Harbours", "SH-1", "2030"),
        coordinator="Harbour master",
        overall_comment="Fair.",
        responded_on=Deadline("May 2031", Kind.MONTH, None, date(2031, 5, 31)),
        recommendations=(
            Recommendation(
                number="R1",
                text="Light it.",
                rationale="Dark.",
                directed_to="Master",
                responsible=Responsible("Quays; Nets", (Party("Quays", "lead"), Party("Nets", "support"))),
                priority=2,
                priority_note="Soon",
                timeline=Deadline("2032", Kind.YEAR, None, date(2032, 12, 31)),
                sub_points=(Point("Lamps", (Point("Solar"),)), Point("Buoys")),
                response=Response("accepted", "Yes."),
                actions=(
                    Action(
                        "R1.1",
                        "Buy",
                        Deadline("2031-12-01", Kind.DATE, None, date(2031, 12, 1)),
                        Responsible("Quays", (Party("Quays", "lead"),)),
                    ),
                    Action("ii", "Hang"),
                ),
            ),
        ),
        footnotes=(Footnote("a", "First"), Footnote("b", "Second")),
    )


def test_parties_follow_the_words():
    one = factories.recommendation(responsible_text="Quays")
    RecommendationParty.objects.create(recommendation=one, name="Quays")
    results.amend(one, by=None, responsible_text="Quays", directed_to="Master")
    response = factories.response(one.evaluation)
    assert build(response).recommendations[0].responsible == Responsible("Quays", (Party("Quays", "lead"),))
    results.amend(one, by=None, responsible_text="Nets")
    assert build(response).recommendations[0].responsible == Responsible("Nets", (Party("Nets", "lead"),))
    results.amend(one, by=None, responsible_text="")
    assert build(response).recommendations[0].responsible is None


def test_the_order_is_that_of_the_rows_and_what_was_removed_is_left_out():
    evaluation = factories.evaluation()
    second = factories.recommendation(evaluation, number="2", text="Second", order=2)
    factories.recommendation(evaluation, number="1", text="First", order=1)
    factories.recommendation(evaluation, number="3", text="Gone", order=3, removed_at=NOW)
    answer = factories.answer(second, decision="accepted")
    factories.action(answer, text="Last", order=3)
    factories.action(answer, text="Gone", order=1, removed_at=NOW)
    factories.action(answer, text="Once second", order=2)
    matrix = build(answer.response)
    assert [one.text for one in matrix.recommendations] == ["First", "Second"]
    assert matrix.recommendations[1].actions == (Action("2.1", "Once second"), Action("2.2", "Last"))


def test_numbers_nobody_gave_follow_from_the_position():
    evaluation = factories.evaluation()
    factories.recommendation(evaluation, number="")
    answer = factories.answer(factories.recommendation(evaluation, number=""))
    factories.action(answer, text="Go")
    matrix = build(answer.response)
    assert [one.number for one in matrix.recommendations] == ["1", "2"]
    assert matrix.recommendations[1].actions == (Action("2.1", "Go"),)


def test_the_answers_of_another_office_stay_out():
    one = factories.recommendation()
    mine, theirs = (factories.response(one.evaluation, office=factories.office()) for _number in range(2))
    factories.action(factories.answer(one, theirs, decision="accepted"))
    theirs.footnotes.create(mark="1", text="Theirs")
    matrix = build(mine)
    assert (matrix.recommendations[0].response, matrix.recommendations[0].actions) == (Response(), ())
    assert matrix.footnotes == ()


def test_the_latest_update_says_how_an_action_stands():
    action = factories.action(text="Go")
    said(action, 1, status="completed", comment="Done.")
    said(action, 9, status="ongoing", comment="Under way.")
    [found] = build(action.answer.response).recommendations[0].actions
    assert (found.status, found.status_text, found.comment) == ("completed", None, "Done.")
    said(action, 1, status_text="Nearly")
    [found] = build(action.answer.response).recommendations[0].actions
    assert (found.status, found.status_text, found.comment) == (None, "Nearly", None)


def test_each_round_has_its_latest_update_where_the_status_is_kept_by_recommendation():
    one = factories.recommendation(factories.evaluation(profile_slug="iom-2022"))
    answer = factories.answer(one, decision="accepted")
    said(answer, 5, round="Time 2", status="open")
    said(answer, 4, round="Time 2", status="completed", status_text="Closed", comment="All done.")
    factories.recommendation(one.evaluation)
    first, second = build(answer.response).recommendations
    assert first.monitoring == (
        Monitoring("Time 2", "completed", "Closed", "All done."),
        Monitoring("Time 3"),
    )
    assert second.monitoring == (Monitoring("Time 2"), Monitoring("Time 3"))


def test_no_rounds_where_the_status_is_kept_by_action():
    answer = factories.answer(decision="accepted")
    assert build(answer.response).recommendations[0].monitoring == ()


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_size(count: int, django_assert_num_queries):
    evaluation = factories.evaluation(profile_slug="iom-2022")
    for _number in range(count):
        answer = factories.answer(factories.recommendation(evaluation), decision="accepted")
        SubPoint.objects.create(recommendation=answer.recommendation, text="Point")
        RecommendationParty.objects.create(recommendation=answer.recommendation, name="Quays")
        said(answer, 1, round="Time 2", status="open")
        for _again in range(count):
            said(factories.action(answer, lead=factories.user()), 1, status="open")
    response = ManagementResponse.objects.select_related("evaluation__profile").get()
    with django_assert_num_queries(9):
        assert len(build(response).recommendations) == count
