"""How a file differs from the matrix that is there: what is told of, and what of it is proposed."""

from dataclasses import replace

import pytest

from evaltrack.deadlines import read
from responses import actions, cells, progress
from responses.importing.comparing import compare
from responses.importing.values import Verdict
from responses.matrix.document import Action, Footnote, Recommendation, Response, Responsible
from responses.models import ManagementResponse
from tests.responses.importing.handed_in import NOW, TODAY, There, changed, with_action

pytestmark = pytest.mark.django_db
TAKE, KEEP, OPEN = Verdict.TAKE, Verdict.KEEP, Verdict.OPEN


def found(there: There, theirs, base=None) -> dict[str, tuple[str, str, Verdict]]:
    """Key -> our text, their text and what is proposed; rows by the text they add or remove."""
    response = ManagementResponse.objects.select_related("evaluation__profile").get(pk=there.response.pk)
    comparison = compare(response, theirs, base)
    told = {}
    for one in comparison.everything:
        if hasattr(one, "field"):
            told[one.key] = (one.ours, one.theirs, one.verdict)
        else:
            texts = tuple(side.text if side else "" for side in (one.ours, one.theirs))
            told[one.key] = (*texts, one.verdict)
    return told


def test_what_was_given_out_and_came_back_as_it_was_differs_in_nothing():
    there = There()
    progress.report(there.action, by=None, now=NOW, as_of=TODAY, status="initiated", comment="Begun.")
    went_out, _token = there.given_out()
    assert found(there, went_out, went_out) == {}
    assert found(there, went_out) == {}


@pytest.mark.parametrize(
    ("theirs", "key"),
    [
        ({"text": "Dig deeper wells."}, "recommendation.{first}.text"),
        ({"rationale": "They ran dry."}, "recommendation.{first}.rationale"),
        ({"priority": 2}, "recommendation.{first}.priority"),
        ({"responsible": Responsible("Water unit")}, "recommendation.{first}.responsible_text"),
        ({"timeline": read("30 June 2027")}, "recommendation.{first}.timeline"),
        ({"response": Response("rejected", "We agree with it.")}, "answer.{first}.decision"),
        ({"response": Response("accepted", "No.")}, "answer.{first}.narrative"),
    ],
)
def test_each_field_of_a_recommendation_is_told_of_alone(theirs, key):
    there = There()
    went_out, _token = there.given_out()
    told = found(there, changed(went_out, **theirs), went_out)
    assert list(told) == [key.format(first=there.first.pk)]
    assert next(iter(told.values()))[2] is TAKE


@pytest.mark.parametrize(
    ("theirs", "name"),
    [
        ({"text": "Survey both valleys"}, "text"),
        ({"deadline": read("30 June 2027")}, "deadline"),
        ({"responsible": Responsible("Quay unit")}, "responsible"),
        ({"status": "completed"}, "status"),
        ({"comment": "Done in May."}, "comment"),
    ],
)
def test_each_field_of_a_key_action_is_told_of_alone(theirs, name):
    there = There()
    went_out, _token = there.given_out()
    told = found(there, with_action(went_out, 0, **theirs), went_out)
    assert list(told) == [f"action.{there.action.pk}.{name}"]


def test_the_front_block_and_the_notes_are_compared_as_well():
    there = There()
    went_out, _token = there.given_out()
    theirs = replace(
        went_out,
        evaluation=replace(went_out.evaluation, title="Wells and pumps"),
        overall_comment="Very useful.",
        footnotes=(Footnote("1", "As of May."),),
    )
    told = found(there, theirs, went_out)
    assert set(told) == {
        f"evaluation.{there.evaluation.pk}.title",
        f"response.{there.response.pk}.overall_comment",
        f"note.{there.response.pk}.1",
    }


def test_the_statuses_of_rounds_are_compared_by_round():
    there = There("iom-2022")
    went_out, _token = there.given_out()
    entries = went_out.recommendations[0].monitoring
    theirs = changed(went_out, monitoring=(entries[0], replace(entries[1], status="completed")))
    assert found(there, theirs, went_out) == {
        f"round.{there.first.pk}.1.status": ("", "completed", TAKE),
    }


def test_a_text_changed_on_both_sides_is_a_conflict():
    there = There()
    went_out, _token = there.given_out()
    theirs = changed(went_out, response=Response("accepted", "We agree in part."))
    cells.answers.narrate(there.answer, "We agree, with thanks.", by=there.officer)
    key = f"answer.{there.first.pk}.narrative"
    assert found(there, theirs, went_out) == {
        key: ("We agree, with thanks.", "We agree in part.", OPEN),
    }


def test_what_was_changed_here_only_is_not_told_of():
    there = There()
    went_out, _token = there.given_out()
    actions.amend(there.action, by=there.officer, text="Survey the whole valley")
    actions.add(there.answer, by=there.officer, text="A third one")
    assert found(there, went_out, went_out) == {}


class TestRows:
    def test_one_that_the_file_adds_is_proposed(self):
        there = There()
        went_out, _token = there.given_out()
        first = went_out.recommendations[0]
        theirs = changed(went_out, actions=(*first.actions, Action("1.3", "Paint the pumps")))
        assert found(there, theirs, went_out) == {
            "new.recommendations[0].actions[2]": ("", "Paint the pumps", TAKE),
        }

    def test_one_that_the_file_left_out_is_to_be_decided_where_it_went_out_with_it(self):
        there = There()
        went_out, _token = there.given_out()
        theirs = changed(went_out, actions=went_out.recommendations[0].actions[:1])
        key = f"gone.action.{there.other.pk}"
        assert found(there, theirs, went_out) == {key: ("Order the pumps", "", OPEN)}
        assert found(there, theirs) == {key: ("Order the pumps", "", KEEP)}

    def test_one_removed_here_since_comes_back_only_where_the_file_changed_it(self):
        there = There()
        went_out, _token = there.given_out()
        actions.remove(there.other, by=there.officer, now=NOW)
        assert found(there, went_out, went_out) == {}
        theirs = with_action(went_out, 1, text="Order the pumps at once")
        assert found(there, theirs, went_out) == {
            "new.recommendations[0].actions[1]": ("", "Order the pumps at once", OPEN),
        }

    def test_one_that_was_wholly_rewritten_is_known_by_its_number(self):
        there = There()
        went_out, _token = there.given_out()
        theirs = with_action(went_out, 1, text="Something else altogether")
        assert list(found(there, theirs, went_out)) == [f"action.{there.other.pk}.text"]

    def test_a_recommendation_of_the_file_alone_is_one_row(self):
        there = There()
        went_out, _token = there.given_out()
        more = Recommendation("3", "Pay the keepers.", actions=(Action("3.1", "Find the money"),))
        theirs = replace(went_out, recommendations=(*went_out.recommendations, more))
        assert found(there, theirs, went_out) == {"new.recommendations[2]": ("", "Pay the keepers.", TAKE)}

    def test_the_same_one_added_on_both_sides_is_one(self):
        there = There()
        went_out, _token = there.given_out()
        actions.add(there.answer, by=there.officer, text="Paint the pumps")
        first = went_out.recommendations[0]
        theirs = changed(went_out, actions=(*first.actions, Action("1.3", "Paint the pumps")))
        assert found(there, theirs, went_out) == {}


def test_blanks_of_a_file_that_we_did_not_give_out_are_counted_only():
    there = There()
    theirs = changed(there.matrix, response=Response())
    comparison = compare(there.response, theirs, None)
    assert (list(comparison.everything), comparison.blank) == ([], 2)


@pytest.mark.parametrize("more", [1, 3])
def test_the_number_of_queries_does_not_grow(more, django_assert_num_queries):
    there = There()
    went_out, _token = there.given_out()
    for number in range(more):
        actions.add(there.answer, by=None, text=f"More of it {number}")
    response = ManagementResponse.objects.select_related("evaluation__profile").get(pk=there.response.pk)
    with django_assert_num_queries(11):
        compare(response, went_out, went_out)
