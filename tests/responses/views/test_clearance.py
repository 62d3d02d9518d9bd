"""The bar of moves on the matrix page, and the page of a clearance."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaltrack.models import Membership
from evaltrack.roles import Role
from responses import answers, snapshots
from responses.lifecycle import WAY
from responses.models import Comment, Sighting
from tests import factories as make
from tests.people import five
from tests.responses.clearances import World, deputy_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def there():
    return World()


def address(name, there):
    return reverse(name, args=[there.response.pk])


def page(client, there, person, name="clearance"):
    client.force_login(person)
    reply = client.get(address(name, there))
    assert reply.status_code == 200
    return reply.content.decode()


def post(client, there, person, name, **more):
    client.force_login(person)
    form = {"move": name, "comment": "Because.", "seen": WAY.moment(there.response), **more}
    return client.post(address("response_move", there), form, follow=True)


# Who may -------------------------------------------------------------------------------------------------

PEOPLE = {
    "evaluation unit": (200, 200),
    "officer of the office": (200, 200),
    "officer elsewhere": (404, 404),
    "action owner": (200, 403),
    "reader": (200, 403),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_read_the_clearance_and_who_may_submit(client, who):
    office = make.office("Country Office Norland")
    people = five(office)
    response = make.response(make.evaluation([office]), office=office)
    answer = make.answer(
        make.recommendation(response.evaluation), response, decision="accepted", narrative="Agreed."
    )
    make.action(answer, lead=people["action owner"])
    make.member(Role.CLEARING_OFFICER, office)
    client.force_login(people[who])
    seeing, submitting = PEOPLE[who]
    assert client.get(reverse("clearance", args=[response.pk])).status_code == seeing
    form = {"move": "submit", "seen": WAY.moment(response)}
    reply = client.post(reverse("response_move", args=[response.pk]), form, follow=True)
    assert reply.status_code == submitting


def test_signed_out_one_is_led_to_sign_in_and_back(client, there):
    reply = client.get(address("clearance", there))
    assert reply.url.endswith(f"?next={address('clearance', there)}")
    assert client.post(address("response_move", there)).status_code == 302
    assert client.get(address("response_move", there)).status_code == 405


# The bar -------------------------------------------------------------------------------------------------


def test_the_bar_offers_what_the_table_allows_and_says_what_hinders(client, there):
    there.evaluation.responses.get().answers.update(decision="")
    text = page(client, there, there.coordinator, "matrix")
    assert "Submit for clearance" in text
    assert "disabled" in text
    assert "Recommendation not answered" in text
    assert "Give back to the evaluators" not in text


def test_the_bar_says_who_will_clear(client, there):
    deputy_of(there.head, "Dana Orlov")
    text = page(client, there, there.coordinator, "matrix")
    assert "Who will clear it" in text
    assert "Halima Deane, or as deputy Dana Orlov" in text
    assert "Una Berg" in text


def test_after_submission_the_bar_says_why_the_wording_is_fixed_and_who_can_change_that(client, there):
    reply = post(client, there, there.coordinator, "submit")
    assert "Submitted. It is now with Halima Deane (Head of office)." in reply.content.decode()
    officer = make.member(Role.ME_OFFICER, there.here)
    there.evaluation.manager = make.user()
    there.evaluation.save()
    text = page(client, there, there.evaluation.manager, "matrix")
    assert "its wording cannot be changed now" in text
    assert "Cora Vance can withdraw it, and who clears it can return it: Halima Deane." in text
    assert "Withdraw from clearance" in page(client, there, officer, "matrix")


def test_who_clears_decides_on_the_page_with_the_whole_matrix(client, there):
    there.submit()
    text = page(client, there, there.head, "matrix")
    assert "Read it and decide" in text
    assert 'value="clear"' not in text


def test_a_returned_response_shows_why(client, there):
    there.submit()
    there.move("return", there.head, comment="Say by when.")
    text = page(client, there, there.coordinator, "matrix")
    assert "Halima Deane returned it" in text
    assert "Say by when." in text


def test_while_a_new_version_is_written_the_bar_says_which_one_holds(client, there):
    there.publish()
    post(client, there, there.coordinator, "revise")
    text = page(client, there, there.coordinator, "matrix")
    assert "Version 1, cleared on" in text
    assert "holds until version 2 is cleared" in text
    assert "?from=1&amp;to=now" in text


# Moves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "by", "name", "said"),
    [
        ((), "coordinator", "submit", "Submitted. It is now with Halima Deane (Head of office)."),
        (("submit",), "head", "clear", "Cleared. It is now with Una Berg (Evaluation unit)."),
        (("submit",), "head", "return", "Returned with your comment. It is now with Cora Vance."),
        (("submit",), "coordinator", "withdraw", "Withdrawn. The wording can be changed again."),
        (("submit", "clear"), "unit", "clear", "Cleared. That was the last step: version 1 is fixed."),
    ],
)
def test_what_happened_and_what_comes_next_is_said(client, there, before, by, name, said):
    for one in before:
        there.move(one, {"submit": there.coordinator, "clear": there.head}[one])
    reply = post(client, there, getattr(there, by), name)
    assert said in reply.content.decode()


def test_what_is_refused_comes_back_with_the_sentence_and_what_was_typed(client, there):
    there.submit()
    seen = WAY.moment(there.response)
    there.move("clear", there.head)
    other = make.member(Role.CLEARING_OFFICER, there.here)
    reply = post(client, there, other, "return", seen=seen, comment="Which budget is it?")
    assert reply.status_code == 409
    assert "Halima Deane was quicker" in reply.content.decode()
    assert "Which budget is it?</textarea>" in reply.content.decode()
    assert there.steps == [("Head of office", "cleared"), ("Evaluation unit", "waiting")]


def test_whose_right_ended_with_the_page_open_keeps_what_was_typed(client, there):
    there.submit()
    Membership.objects.filter(person=there.head).update(role=Role.READER)
    reply = post(client, there, there.head, "return", comment="Which budget is it?")
    assert reply.status_code == 403
    assert "Which budget is it?</textarea>" in reply.content.decode()


def test_a_form_that_does_not_say_what_its_page_showed_makes_no_move(client, there):
    there.submit()
    assert post(client, there, there.head, "clear", seen="").status_code == 409
    assert post(client, there, there.head, "nonsense").status_code == 403


def test_an_evaluator_who_hands_over_is_led_away_from_what_is_no_longer_theirs(client, there):
    evaluator = make.user()
    there.evaluation.evaluators.add(evaluator)
    there.response.state = "prefilling"
    there.response.save()
    reply = post(client, there, evaluator, "hand_over")
    assert reply.redirect_chain[-1][0] == reverse("home")
    assert "Handed over. It is now with Cora Vance." in reply.content.decode()


# The page ------------------------------------------------------------------------------------------------


def test_before_it_is_submitted_the_page_leads_to_the_matrix(client, there):
    assert "has not been submitted for clearance yet" in page(client, there, there.head)
    assert not Sighting.objects.exists()


def test_the_page_shows_the_whole_matrix_as_it_was_submitted(client, there):
    there.move("submit", there.coordinator, comment="The budget is agreed.")
    text = page(client, there, there.head)
    assert "Agreed." in text
    assert "Write the guidance" in text
    assert "The budget is agreed." in text
    assert "Yes, checked now" in text
    assert text.count('name="move" value="clear"') == 2  # above and below the matrix
    assert "You have not seen it before" in text
    sighting = Sighting.objects.get(person=there.head)
    assert sighting.snapshot.label == "1, draft 1"


def test_the_page_shows_word_by_word_what_changed_since_this_person_saw_it(client, there):
    there.submit()
    page(client, there, there.head)
    there.move("return", there.head, comment="Say by when.")
    answers.narrate(there.response.answers.get(), "Agreed, by May.", by=there.coordinator)
    there.submit()
    text = page(client, there, there.head)
    assert "Compared with version 1, draft 1" in text
    assert "<ins" in text
    assert "You have not seen it before" in page(client, there, there.unit)


def test_who_returned_it_without_the_page_has_seen_it(client, there):
    there.submit()
    there.move("return", there.head)
    there.submit()
    assert "Compared with version 1, draft 1" in page(client, there, there.head)


def test_a_second_look_is_offered_to_someone_else(client, there):
    Membership.objects.create(person=there.coordinator, office=there.here, role=Role.CLEARING_OFFICER)
    there.submit()
    text = page(client, there, there.coordinator)
    assert "You submitted the response yourself, so someone else clears it: Halima Deane." in text


def test_who_only_reads_sees_no_decision_and_no_comments(client, there):
    there.submit()
    recommendation = there.evaluation.recommendations.get()
    Comment.objects.create(
        response=there.response, recommendation=recommendation, author=there.coordinator,
        author_name="Cora Vance", text="Is this wise?", at=timezone.now(),
    )  # fmt: skip
    text = page(client, there, make.member(Role.READER, there.here))
    assert 'value="clear"' not in text
    assert "Is this wise?" not in text
    assert "Is this wise?" in page(client, there, there.head)


def test_a_step_that_lost_its_people_says_so(client, there):
    there.submit()
    Membership.objects.filter(person=there.head).delete()
    assert "Nobody holds this role now." in page(client, there, there.unit)


def test_an_altered_snapshot_is_shown_as_such(client, there, monkeypatch):
    there.submit()
    monkeypatch.setattr(snapshots, "is_intact", lambda snapshot: False)
    assert "it was altered behind EvalTrack’s back" in page(client, there, there.head)


def test_the_page_asks_the_database_as_often_for_many_recommendations_as_for_one(client, there):
    def counted():
        client.force_login(there.head)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address("clearance", there)).status_code == 200
        return len(queries)

    def grow(count):
        for _one in range(count):
            answer = make.answer(
                make.recommendation(there.evaluation), there.response, decision="accepted", narrative="Yes."
            )
            make.action(answer, lead=there.head)

    there.submit()
    counted()
    one = counted()
    there.move("withdraw", there.coordinator)
    grow(3)
    there.submit()
    counted()
    few = counted()
    there.move("withdraw", there.coordinator)
    grow(20)
    there.submit()
    counted()
    assert counted() == few
    assert few <= one + 3  # the comparison with what was seen before


def test_a_long_matrix_stays_light(client, there):
    for _number in range(24):
        answer = make.answer(
            make.recommendation(there.evaluation, text="Improve the handover notes of every post. " * 10),
            there.response, decision="accepted", narrative="Agreed, with what it takes. " * 20,
        )  # fmt: skip
        for _action in range(4):
            make.action(answer, lead=there.head, text="Write the guidance for each of the posts. " * 4)
    there.submit()
    assert len(gzip.compress(page(client, there, there.head).encode())) < 100_000


# My work -------------------------------------------------------------------------------------------------


def test_my_work_begins_with_what_waits_for_ones_clearance(client, there):
    there.submit()
    client.force_login(there.head)
    text = client.get(reverse("home")).content.decode()
    assert "Waiting for your clearance" in text
    assert address("clearance", there) in text
    client.force_login(there.unit)
    assert "Waiting for your clearance" not in client.get(reverse("home")).content.decode()
