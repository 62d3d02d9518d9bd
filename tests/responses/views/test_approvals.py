"""The pages on which what is asked for is decided, and what was not done is closed and opened again."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from responses import closing, postponing
from responses.choices import RequestState
from responses.models import Closure, DeadlineChange
from tests import factories as make
from tests.responses.follow_ups import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def there():
    return World()


def ask(there, text="30 June 2026", action=None):
    return postponing.ask(
        action or there.fresh(), text, by=there.lead, now=timezone.localtime(), reason="The <b>donor</b>."
    )


def page(client, person, url, status=200):
    client.force_login(person)
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def post(client, person, name, pk=None, **data):
    client.force_login(person)
    return client.post(reverse(name, args=[pk] if pk else []), data)


# Approvals -----------------------------------------------------------------------------------------------


def test_who_decides_finds_it_at_home_and_approves_it_on_its_page(client, there):
    change = ask(there)
    assert "Waiting for your approval" in page(client, there.head, reverse("home"))
    assert "Waiting for your approval" not in page(client, there.unit, reverse("home"))
    shown = page(client, there.head, reverse("approvals"))
    assert "2026-03-31 → 30 June 2026" in shown
    assert "The &lt;b&gt;donor&lt;/b&gt;." in shown
    answer = post(client, there.head, "deadline_decide", change.pk, do="approve")
    assert answer.url == reverse("approvals")
    there.action.refresh_from_db()
    assert there.action.deadline_due == date(2026, 6, 30)
    assert "Nothing waits for your approval" in page(client, there.head, reverse("approvals"))


def test_a_refusal_without_a_word_says_so_and_keeps_the_page(client, there):
    there.drop()
    closure = Closure.objects.get()
    answer = post(client, there.unit, "closure_decide", closure.pk, do="refuse", comment=" ")
    assert answer.status_code == 422
    assert "Say in a sentence why you refuse it." in answer.content.decode()
    post(client, there.unit, "closure_decide", closure.pk, do="refuse", comment="Try again.")
    shown = page(client, there.lead, reverse("action", args=[there.action.pk]))
    assert "Refused" in shown
    assert "Try again." in shown


def test_who_asked_withdraws_on_the_page_of_the_action(client, there):
    change = ask(there)
    shown = page(client, there.lead, reverse("action", args=[there.action.pk]))
    assert 'value="withdraw"' in shown
    assert "It will be later" not in shown
    post(client, there.lead, "deadline_decide", change.pk, do="withdraw")
    change.refresh_from_db()
    assert change.state == RequestState.WITHDRAWN
    assert "It will be later" in page(client, there.lead, reverse("action", args=[there.action.pk]))


@pytest.mark.parametrize("do", ["approve", "refuse"])
def test_others_do_not_decide(client, there, do):
    change = ask(there)
    for person, status in ((there.lead, 403), (there.unit, 403), (make.user(), 404)):
        assert post(client, person, "deadline_decide", change.pk, do=do, comment="x").status_code == status
    change.refresh_from_db()
    assert change.state == RequestState.WAITING


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_number_of_queries(client, there, django_assert_num_queries, count):
    for number in range(count):
        action = make.action(there.answer, lead=there.lead, due=date(2026, 4, 1 + number))
        ask(there, action=action)
    client.force_login(there.head)
    client.get(reverse("approvals"))
    with django_assert_num_queries(15):
        client.get(reverse("approvals"))


# The page of the action ----------------------------------------------------------------------------------


def test_the_page_tells_the_first_deadline_and_each_change(client):
    there = World("iom-matrix")
    ask(there)
    ask(there, "end of 2026")
    shown = page(client, there.lead, reverse("action", args=[there.action.pk]))
    assert "First deadline" in shown
    assert "changed 2 times" in shown
    assert "30 June 2026 → end of 2026" in shown


def test_a_report_says_what_was_done_and_asks_for_a_date(client, there):
    answer = post(
        client, there.lead, "action_report", there.action.pk, status=there.word("in_progress"), comment="Half.",
        done="Two of four.", next_step="The third.", as_of="2026-03-02", expected="end of June 2026",
        expected_reason="Floods.",
    )  # fmt: skip
    assert answer.status_code == 302
    assert DeadlineChange.objects.get().reason == "Floods."
    shown = page(client, there.lead, reverse("action", args=[there.action.pk]))
    for words in ("Two of four.", "The third.", "The new date counts once it is approved."):
        assert words in shown


def test_dropping_without_a_reason_is_refused_and_holds_what_was_typed(client, there):
    said = {"status": there.word("dropped"), "comment": "No money.", "as_of": "2026-03-02"}
    answer = post(client, there.lead, "action_report", there.action.pk, **said)
    assert answer.status_code == 422
    assert "No money." in answer.content.decode()
    post(client, there.lead, "action_report", there.action.pk, reason_code="no_funds", **said)
    shown = page(client, there.lead, reverse("action", args=[there.action.pk]))
    assert "It stays open until that is approved." in shown
    assert "Cancelled: not approved" in shown


def test_what_goes_on_until_a_day_is_asked_back_about(client, there):
    there.action.deadline_kind, there.action.deadline_text = "continuous", "Continuous until March 2026"
    there.action.save()
    said = {"status": there.word("completed"), "as_of": "2026-03-02"}
    post(client, there.lead, "action_report", there.action.pk, **said)
    assert "It runs until 31 March 2026" in page(client, there.lead, reverse("home"))
    assert there.stands == ("completed", "completed")


# Closing -------------------------------------------------------------------------------------------------


def test_one_is_closed_and_reopened_on_its_page(client, there):
    url = reverse("action", args=[there.action.pk])
    assert "Close without its being done" in page(client, there.unit, url)
    assert "Close without its being done" not in page(client, there.lead, url)
    post(client, there.unit, "action_close", there.action.pk, code="no_funds", reason="No donor.")
    shown = page(client, there.lead, url)
    for words in ("Closed, not implemented", "No funds or staff", "No donor."):
        assert words in shown
    assert "Reopen it" not in shown
    assert "Reopen it" in page(client, there.coordinator, url)
    post(client, there.coordinator, "action_reopen", there.action.pk, reason="A donor came.")
    assert there.stands == ("", "")
    assert "A donor came." in page(client, there.lead, url)


def test_closing_is_for_those_who_oversee(client, there):
    for name in ("action_close", "action_reopen"):
        assert post(client, there.lead, name, there.action.pk, reason="x").status_code in (302, 403)
        assert post(client, make.user(), name, there.action.pk, reason="x").status_code == 404
    assert there.stands == ("", "")


def ended(there):
    """Its tracking is over since yesterday."""
    there.evaluation.report_date = date(2021, 3, 1)
    there.evaluation.profile = make.profile("iom-matrix")
    there.evaluation.save()


def test_what_is_open_when_tracking_ends_is_closed_in_one_go(client, there):
    second = make.action(there.answer, text="Second.")
    assert "Nothing is open" in page(client, there.unit, reverse("tracking_ended"))
    ended(there)
    shown = page(client, there.unit, reverse("tracking_ended"))
    assert "tracked until 1 March 2026" in shown
    chosen = [f"action.{there.action.pk}", f"action.{second.pk}", "action.9x", "answer.99999999999999999999"]
    confirm = post(client, there.unit, "tracking_ended", close=chosen).content.decode()
    assert "Close 2 as not implemented?" in confirm
    assert there.stands == ("", "")
    assert post(client, there.unit, "tracking_ended", close=chosen, reason=" ").status_code == 422
    post(client, there.unit, "tracking_ended", close=chosen, reason="Tracking ended.")
    second.refresh_from_db()
    assert (there.stands[1], second.closed_as) == ("not_implemented", "not_implemented")
    assert "Nothing is open" in page(client, there.unit, reverse("tracking_ended"))


def test_the_list_is_for_those_who_oversee_and_closes_nothing_of_others(client, there):
    ended(there)
    page(client, there.lead, reverse("tracking_ended"), status=403)
    stranger = make.member(make.Role.EVALUATION_UNIT, make.office("Elsewhere"))
    assert "Nothing is open" in page(client, stranger, reverse("tracking_ended"))
    chosen = [f"action.{there.action.pk}"]
    post(client, stranger, "tracking_ended", close=chosen, reason="x")
    assert there.stands == ("", "")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, there, django_assert_num_queries, count):
    ended(there)
    for _number in range(count):
        make.action(there.answer)
    client.force_login(there.unit)
    client.get(reverse("tracking_ended"))
    with django_assert_num_queries(11):
        client.get(reverse("tracking_ended"))


def test_what_is_derived_is_said_to_be(client, there):
    make.action(there.answer)
    there.report(there.word("completed"))
    shown = page(client, there.unit, reverse("answer", args=[there.answer.pk]))
    assert "derived from 1 of 2 key actions" in shown
    matrix = page(client, there.unit, reverse("matrix", args=[there.response.pk]))
    assert "derived from 1 of 2 key actions" in matrix


def test_the_matrix_shows_what_was_closed_without_being_done(client, there):
    closing.close(there.fresh(), by=there.unit, now=timezone.now(), reason="No donor.")
    assert "Closed, not implemented" in page(client, there.lead, reverse("matrix", args=[there.response.pk]))
