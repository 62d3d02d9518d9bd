"""Suggested wording: proposed, taken through the rule of the cell, or left with a word why."""

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Notification
from evaltrack.roles import Role
from responses import answers, suggestions
from responses.cells import digest
from responses.choices import ResponseState
from responses.models import Suggestion
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def coordinator():
    return make.user("Cora Dahl")


@pytest.fixture
def answer(office, coordinator):
    response = make.response(
        make.evaluation([office], title="River ports", short_title="River ports"), coordinator=coordinator
    )
    return make.answer(
        make.recommendation(response.evaluation), response, decision="accepted", narrative="Agreed."
    )


@pytest.fixture
def chief(office):
    """Takes part in the discussion, and may not write the answer."""
    return make.member(Role.CLEARING_OFFICER, office, "Kleo Ray")


def suggest(answer, by, text="Agreed, and begun.", cell="", **options):
    cell = cell or f"answer.{answer.recommendation_id}.narrative"
    return suggestions.suggest(answer.response, cell, text, by=by, now=make.NOW, **options)


def test_who_may_not_write_suggests_and_the_coordinator_is_told(answer, chief):
    made = suggest(answer, chief, note="It is under way since May.")
    assert (made.before, made.text, made.outcome) == ("Agreed.", "Agreed, and begun.", "open")
    told = Notification.objects.get()
    assert (told.person.name, told.kind, told.detail) == (
        "Cora Dahl", "suggestion_made", "It is under way since May.",
    )  # fmt: skip
    answer.refresh_from_db()
    assert answer.narrative == "Agreed."


def test_taking_writes_the_cell_and_tells_the_author(answer, chief, coordinator):
    made = suggest(answer, chief)
    assert suggestions.take(made, seen=digest("Agreed."), by=coordinator, now=make.NOW) is None
    answer.refresh_from_db()
    assert answer.narrative == "Agreed, and begun."
    assert made.outcome == "taken"
    told = Notification.objects.get(person=chief)
    assert told.text == "Cora Dahl took the wording that you suggested in recommendation 1 of River ports."
    changed = AuditEntry.objects.get(target_type="recommendationresponse")
    assert (changed.actor, changed.changes["narrative"]) == ("Cora Dahl", ["Agreed.", "Agreed, and begun."])


def test_a_text_that_was_changed_meanwhile_is_shown_first(answer, chief, coordinator):
    made = suggest(answer, chief)
    answers.narrate(answer, "Agreed in full.", by=coordinator)
    conflict = suggestions.take(made, seen=digest("Agreed."), by=coordinator, now=make.NOW)
    assert conflict is not None
    assert conflict.theirs == "Agreed in full."
    made.refresh_from_db()
    assert made.outcome == "open"
    assert suggestions.take(made, seen=digest("Agreed in full."), by=coordinator, now=make.NOW) is None
    answer.refresh_from_db()
    assert answer.narrative == "Agreed, and begun."


def test_leaving_keeps_the_text_and_says_why(answer, chief, coordinator):
    made = suggest(answer, chief)
    suggestions.leave(made, reply="Not begun yet.", by=coordinator, now=make.NOW)
    answer.refresh_from_db()
    assert answer.narrative == "Agreed."
    assert (made.outcome, made.reply) == ("left", "Not begun yet.")
    assert Notification.objects.get(person=chief).detail == "Not begun yet."


def test_a_suggestion_is_decided_once(answer, chief, coordinator):
    made = suggest(answer, chief)
    suggestions.leave(made, reply="", by=coordinator, now=make.NOW)
    with pytest.raises(Refused, match="Cora Dahl decided on this suggestion already: Left"):
        suggestions.take(made, seen=digest("Agreed."), by=coordinator, now=make.NOW)


def test_who_may_not_write_the_cell_decides_nothing(answer, chief):
    made = suggest(answer, chief)
    with pytest.raises(PermissionDenied):
        suggestions.take(made, seen=digest("Agreed."), by=chief, now=make.NOW)
    with pytest.raises(PermissionDenied):
        suggestions.leave(made, reply="", by=chief, now=make.NOW)


def test_nothing_is_taken_while_the_wording_is_fixed(answer, chief, coordinator):
    made = suggest(answer, chief)
    answer.response.state = ResponseState.IN_CLEARANCE
    answer.response.save()
    with pytest.raises(Refused, match="in clearance"):
        suggestions.take(made, seen=digest("Agreed."), by=coordinator, now=make.NOW)
    made.refresh_from_db()
    assert made.outcome == "open"


def test_words_of_a_key_action_too(answer, chief, coordinator):
    action = make.action(answer, text="Train the pilots.")
    made = suggest(answer, chief, "Train every pilot.", f"action.{action.pk}.text")
    assert made.recommendation == answer.recommendation
    suggestions.take(made, seen=digest("Train the pilots."), by=coordinator, now=make.NOW)
    action.refresh_from_db()
    assert action.text == "Train every pilot."


def test_a_key_action_that_was_removed_takes_no_words(answer, chief, coordinator):
    action = make.action(answer, text="Train the pilots.")
    made = suggest(answer, chief, "Train every pilot.", f"action.{action.pk}.text")
    action.removed_at = make.NOW
    action.save()
    with pytest.raises(Refused, match="no longer in the matrix"):
        suggestions.take(made, seen=digest("Train the pilots."), by=coordinator, now=make.NOW)


@pytest.mark.parametrize(
    "name", ["answer.{0}.decision", "recommendation.{0}.text", "nothing", "action.999.text"]
)
def test_only_words_of_the_answer_are_suggested(answer, chief, name):
    with pytest.raises(Refused):
        suggest(answer, chief, "Other words.", name.format(answer.recommendation_id))


def test_the_same_words_are_no_suggestion(answer, chief):
    for text in ("Agreed.", " Agreed. \n", ""):
        with pytest.raises(Refused, match="Change the wording first"):
            suggest(answer, chief, text)


def test_a_reader_suggests_nothing(answer, office):
    with pytest.raises(PermissionDenied):
        suggest(answer, make.member(Role.READER, office))
    assert not Suggestion.objects.exists()
