"""Rows on their way in: joined, parted, kept."""

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations import drafts, results
from recommendations.drafts import Draft
from tests import factories as make


def test_a_row_joins_the_one_above_which_keeps_its_number_and_attributes():
    rows = [
        Draft("1", "First.", sub_points="- a", directed_to="HQ"),
        Draft("2", "Second.", sub_points="- b", directed_to="RO", priority="2", rationale="Because."),
        Draft("3", "Third."),
    ]
    assert drafts.merged(rows, 1) == [
        Draft("1", "First.\n\nSecond.", "- a\n- b", "Because.", "HQ", priority="2"),
        Draft("3", "Third."),
    ]


def test_a_row_is_parted_at_its_first_blank_line_and_the_rest_goes_to_the_second():
    rows = [Draft("1", "One.\n \nTwo.\n\nThree.", "- a", "Because.", priority="1", doubts="Two in one?")]
    assert drafts.split(rows, 0) == [
        Draft("1", "One.", priority="1"),
        Draft("", "Two.\n\nThree.", "- a", "Because.", priority="1"),
    ]


def test_without_a_blank_line_there_is_nothing_to_part_at():
    with pytest.raises(Refused, match="blank line"):
        drafts.split([Draft("1", "One.\nTwo.")], 0)


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def evaluation(office):
    return make.evaluation([office])


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office)


@pytest.mark.django_db
def test_rows_are_kept_in_order_with_everything_but_those_left_out(evaluation, officer):
    rows = [
        Draft("1", " Improve. ", "- a\n  - b", "Because.", "HQ", priority="2"),
        Draft("2", "Never mind.", left_out=True),
        Draft(),
        Draft("4.b", "Publish."),
    ]
    kept = drafts.save(evaluation, rows, by=officer, seen=0)
    assert list(evaluation.recommendations.present()) == kept
    first, second = kept
    assert (first.number, first.text, first.rationale, first.directed_to, first.priority) == (
        "1", "Improve.", "Because.", "HQ", 2,
    )  # fmt: skip
    assert results.sub_points_as_text(first) == "- a\n  - b"
    assert (second.number, second.text, second.priority) == ("4.b", "Publish.", None)
    assert AuditEntry.objects.filter(verb="added", actor=str(officer)).count() == 2


@pytest.mark.django_db
def test_rows_come_after_those_that_were_there(evaluation, officer):
    make.recommendation(evaluation, text="There before.")
    drafts.save(evaluation, [Draft(text="New.")], by=officer, seen=1)
    assert [(one.number, one.text) for one in evaluation.recommendations.present()] == [
        ("1", "There before."), ("2", "New."),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_same_form_sent_twice_adds_its_rows_once(evaluation, officer):
    rows = [Draft("1", "Improve.")]
    drafts.save(evaluation, rows, by=officer, seen=0)
    with pytest.raises(Refused, match="Meanwhile the evaluation has 1 recommendation"):
        drafts.save(evaluation, rows, by=officer, seen=0)
    assert evaluation.recommendations.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [[], [Draft()], [Draft("1", "Improve.", left_out=True)]])
def test_nothing_to_keep_is_said(evaluation, officer, rows):
    with pytest.raises(Refused, match="no recommendation to save"):
        drafts.save(evaluation, rows, by=officer, seen=0)


@pytest.mark.django_db
def test_all_rows_or_none(evaluation, officer):
    with pytest.raises(Refused, match="needs a text"):
        drafts.save(
            evaluation, [Draft("1", "Improve."), Draft("2", rationale="Because.")], by=officer, seen=0
        )
    assert not evaluation.recommendations.exists()


@pytest.mark.django_db
def test_only_who_enters_recommendations_may_keep_them(evaluation, office):
    with pytest.raises(PermissionDenied):
        drafts.save(evaluation, [Draft("1", "Improve.")], by=make.member(Role.READER, office), seen=0)
