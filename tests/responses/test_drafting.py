"""Giving recommendations to drafters: who may, who is reached, what a drafter may write."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Notification
from evaltrack.roles import Role
from recommendations.choices import Decision
from recommendations.models import Evaluation
from responses import actions, answers, cells, drafting
from responses.cells import Address, digest
from responses.choices import ResponseState
from responses.models import Drafter
from responses.permissions import access
from tests import factories as make
from tests.api import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def response(office):
    found = make.response(make.evaluation([office], title="River ports", short_title="River ports"))
    for _number in range(5):
        make.recommendation(found.evaluation)
    return found


@pytest.fixture
def coordinator(office):
    return make.member(Role.COORDINATOR, office, "Cora Dahl")


@pytest.fixture
def outsider():
    return make.user("Dario Fenn")


def recommendations(response):
    return list(response.evaluation.recommendations.present())


def assign(response, numbers, who, by, now=make.NOW):
    wanted = drafting.numbered(recommendations(response), numbers)
    return drafting.assign(response, wanted, who, by=by, now=now)


# Numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1-3, 5", "1-3, 5"),
        ("5; 2", "2, 5"),
        (" 4 – 2 ", "2-4"),
        ("1,2", "1, 2"),
        ("3", "3"),
        ("", ""),
    ],
)
def test_numbers_are_read_as_people_write_them(response, text, found):
    every = recommendations(response)
    wanted = drafting.numbered(every, text)
    assert drafting.in_ranges(every, {one.pk for one in wanted}) == found


def test_a_number_with_a_dash_of_its_own_is_one_number(response):
    make.recommendation(response.evaluation, number="2-b")
    assert [one.number for one in drafting.numbered(recommendations(response), "2-b, 1")] == ["1", "2-b"]


def test_a_number_that_is_not_there_is_named(response):
    with pytest.raises(Refused, match="no recommendation 9"):
        drafting.numbered(recommendations(response), "1-9")


# Assigning -----------------------------------------------------------------------------------------------


def test_a_person_is_asked_and_told_once_of_all(response, coordinator, outsider):
    made = assign(response, "1-3, 5", "Dario Fenn", coordinator)
    assert [one.answer.recommendation.number for one in made] == ["1", "2", "3", "5"]
    told = Notification.objects.get()
    assert (told.person, told.kind) == (outsider, "recommendation_assigned")
    assert told.text == "You are asked to draft the answers to recommendations 1-3, 5 of River ports."
    assert told.url == f"/responses/{response.pk}/matrix/?show=mine"
    assert Evaluation.objects.visible_to(outsider).get() == response.evaluation


def test_a_role_and_an_office_reach_their_people(response, coordinator, office, outsider):
    unit = make.office("Ports Unit", focal_point=outsider)
    holder = make.member(Role.ME_OFFICER, office, "Mara Lind")
    assign(response, "1", "M&E officer (Country Office Norland); Ports Unit", coordinator)
    assert {one.person for one in Notification.objects.all()} == {holder, outsider}
    assert {(one.office, one.role) for one in Drafter.objects.all()} == {
        (office, Role.ME_OFFICER),
        (unit, ""),
    }


def test_who_drafts_it_already_is_neither_doubled_nor_told_again(response, coordinator, outsider):
    assign(response, "1", "Dario Fenn", coordinator)
    made = assign(response, "1-2", "Dario Fenn", coordinator, now=make.NOW + timedelta(minutes=1))
    assert [one.answer.recommendation.number for one in made] == ["2"]
    assert Drafter.objects.count() == 2
    told = Notification.objects.order_by("pk").last()
    assert told.text == "You are asked to draft the answer to recommendation 2 of River ports."


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("", "Say who is to draft"),
        ("Nobody Inparticular", "does not know “Nobody Inparticular”"),
        ("Ports Unit", "has no focal point"),
        ("Clearing officer (Country Office Norland)", "Nobody holds that role there"),
    ],
)
def test_nobody_is_asked_silently(response, coordinator, who, sentence):
    make.office("Ports Unit")
    with pytest.raises(Refused, match=sentence):
        assign(response, "1", who, coordinator)
    assert not Drafter.objects.exists()


def test_an_evaluator_does_not_draft_the_answer(response, coordinator, outsider):
    response.evaluation.evaluators.add(outsider)
    with pytest.raises(Refused, match="an evaluator does not draft"):
        assign(response, "1", "Dario Fenn", coordinator)


def test_only_who_coordinates_assigns(response, office, outsider):
    with pytest.raises(PermissionDenied):
        assign(response, "1", "Dario Fenn", make.member(Role.READER, office))
    with pytest.raises(PermissionDenied):
        assign(response, "1", "Dario Fenn", outsider)


def test_the_statements_do_not_grow_with_the_recommendations(
    response, coordinator, outsider, django_assert_max_num_queries
):
    with django_assert_max_num_queries(60) as few:
        assign(response, "1", "Dario Fenn", coordinator)
    Drafter.objects.all().delete()
    with django_assert_max_num_queries(len(few)):
        assign(response, "2-5", "Dario Fenn", coordinator)


def test_taking_back_tells_and_is_on_record(response, coordinator, outsider):
    [drafter] = assign(response, "1", "Dario Fenn", coordinator)
    drafting.unassign(drafter, by=coordinator, now=make.NOW)
    assert not Drafter.objects.exists()
    assert Notification.objects.filter(person=outsider).count() == 2
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "changes")
    assert [(verb, changes["drafters"]) for verb, changes in verbs] == [
        ("assigned", ["", "Dario Fenn"]),
        ("unassigned", ["Dario Fenn", ""]),
    ]
    assert not Evaluation.objects.visible_to(outsider).exists()


# What a drafter may write --------------------------------------------------------------------------------


@pytest.fixture
def drafted(response, coordinator, outsider):
    """The first recommendation, which Dario Fenn drafts, and the second, which he does not."""
    assign(response, "1", "Dario Fenn", coordinator)
    first, second = recommendations(response)[:2]
    return answers.answer_to(first, response), answers.answer_to(second, response)


def write(response, name, text, by):
    seen = digest("")
    return cells.save(response, Address.parse(name), text, seen=seen, by=by, access=access(by, response))


def test_a_drafter_writes_answer_narrative_and_actions_of_theirs(drafted, response, outsider):
    own, _other = drafted
    write(response, f"answer.{own.recommendation_id}.decision", "accepted", outsider)
    write(response, f"answer.{own.recommendation_id}.narrative", "Agreed.", outsider)
    action = actions.add(own, by=outsider, text="Train the pilots.")
    write(response, f"action.{action.pk}.deadline", "Q2 2027", outsider)
    write(response, f"action.{action.pk}.responsible", "Dario Fenn", outsider)
    copy = actions.duplicate(action, by=outsider)
    actions.move(copy, 0, by=outsider)
    actions.remove(copy, by=outsider, now=make.NOW)
    actions.restore(copy, by=outsider)
    own.refresh_from_db()
    assert (own.decision, own.narrative) == (Decision.ACCEPTED, "Agreed.")


def test_and_nothing_else(drafted, response, outsider):
    _own, other = drafted
    action = make.action(other)
    names = [
        f"answer.{other.recommendation_id}.decision",
        f"answer.{other.recommendation_id}.narrative",
        f"action.{action.pk}.text",
        f"action.{action.pk}.deadline",
        f"action.{action.pk}.responsible",
        f"action.{action.pk}.status",
        f"response.{response.pk}.overall_comment",
        f"response.{response.pk}.responded_on",
        f"evaluation.{response.evaluation_id}.title",
        f"recommendation.{other.recommendation_id}.text",
        f"note.{response.pk}.1",
    ]
    for name in names:
        with pytest.raises(PermissionDenied):
            write(response, name, "Mine now", outsider)
    for verb in (
        lambda: actions.add(other, by=outsider, text="One more."),
        lambda: actions.duplicate(action, by=outsider),
        lambda: actions.move(action, 0, by=outsider),
        lambda: actions.remove(action, by=outsider, now=make.NOW),
        lambda: drafting.assign(response, [other.recommendation], "Dario Fenn", by=outsider, now=make.NOW),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_their_own_recommendation_is_not_theirs_to_reword(drafted, response, outsider):
    own, _other = drafted
    with pytest.raises(PermissionDenied):
        write(response, f"recommendation.{own.recommendation_id}.text", "Do less.", outsider)


def test_a_drafter_whose_page_was_open_when_it_was_taken_back_is_refused(
    drafted, response, coordinator, outsider
):
    own, _other = drafted
    held = access(outsider, response)
    drafting.unassign(Drafter.objects.get(), by=coordinator, now=make.NOW)
    name = Address.parse(f"answer.{own.recommendation_id}.narrative")
    with pytest.raises(PermissionDenied):
        cells.save(response, name, "Too late.", seen=digest(""), by=outsider, access=held)
    own.refresh_from_db()
    assert own.narrative == ""


def test_a_drafter_of_what_is_in_clearance_is_told_why_they_cannot_write(drafted, response, outsider):
    own, _other = drafted
    response.state = ResponseState.IN_CLEARANCE
    response.save()
    with pytest.raises(Refused, match="in clearance"):
        write(response, f"answer.{own.recommendation_id}.narrative", "Agreed.", outsider)


def test_the_holder_of_a_role_drafts_as_long_as_they_hold_it(response, coordinator, office):
    holder = make.member(Role.ACTION_OWNER, office, "Arlo Quist")
    assign(response, "2", "Action owner (Country Office Norland)", coordinator)
    second = recommendations(response)[1]
    assert access(holder, response).drafts == {second.pk}
    Membership.objects.filter(person=holder).delete()
    assert access(holder, response).drafts == frozenset()


def test_the_api_obeys_the_same_rule(drafted, response, outsider):
    own, other = drafted
    theirs = make.action(other)
    program = Program(outsider)
    assert program.patch(f"answers/{own.pk}/", {"decision": "accepted"}).status_code == 200
    assert program.post("actions/", {"answer": own.pk, "text": "Train the pilots."}).status_code == 201
    assert program.patch(f"answers/{other.pk}/", {"narrative": "Mine."}).status_code == 403
    assert program.post("actions/", {"answer": other.pk, "text": "Mine."}).status_code == 403
    assert program.patch(f"actions/{theirs.pk}/", {"text": "Mine."}).status_code == 403
    assert program.delete(f"actions/{theirs.pk}/").status_code == 403
    assert program.patch(f"responses/{response.pk}/", {"overall_comment": "Mine."}).status_code == 403
    again = {"response": response.pk, "recommendation": own.recommendation_id, "narrative": "Again."}
    assert f"change answer {own.pk}" in program.post("answers/", again).json()["error"]["message"]


# My work -------------------------------------------------------------------------------------------------


def test_what_waits_for_a_drafter(response, coordinator, outsider, django_assert_num_queries):
    assign(response, "1-2", "Dario Fenn", coordinator)
    answers.decide(response.answers.get(recommendation__number="1"), "accepted", by=outsider)
    with django_assert_num_queries(1):
        [waiting] = drafting.drafts_of(outsider)
    assert (waiting.response, waiting.numbers, waiting.count, waiting.unanswered) == (response, "1, 2", 2, 1)
    response.state = ResponseState.IN_CLEARANCE
    response.save()
    assert drafting.drafts_of(outsider) == []
