"""Closing what was not done: dropped with approval, closed at the end of tracking, and opened again."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Notification
from responses import closing, progress
from responses.choices import RequestState
from responses.matrix.build import build
from responses.models import Closure, KeyAction
from tests import factories as make
from tests.responses.follow_ups import World, days

pytestmark = pytest.mark.django_db

OPEN, DROPPED = ("in_progress", ""), ("dropped", "dropped")


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def there():
    """In every profile that is shipped, the evaluation unit approves what is dropped."""
    made = World()
    made.report(made.word("in_progress"), as_of=timezone.localdate() - days(3))
    return made


def decide(there, state=RequestState.APPROVED, by=None, comment=""):
    closure = Closure.objects.get(state=RequestState.WAITING)
    return closing.decide(closure, state, by=by or there.unit, now=timezone.now(), comment=comment)


def close(there, by=None, reason="Tracking has ended."):
    return closing.close(there.fresh(), by=by or there.unit, now=timezone.now(), reason=reason)


def reopen(there, by=None, reason="There is money again."):
    closing.reopen(there.fresh(), by=by or there.unit, now=timezone.now(), reason=reason)


def printed(there):
    """What the matrix prints as status: the code, and words where the code does not say it all."""
    action = build(there.response).recommendations[0].actions[0]
    return action.status, action.status_text


# Dropping ------------------------------------------------------------------------------------------------


def test_dropping_waits_for_approval_and_is_open_until_then(there):
    there.drop()
    assert there.stands == OPEN
    assert KeyAction.objects.open().filter(pk=there.action.pk).exists()
    assert printed(there) == (there.word("dropped"), "Cancelled: not approved")
    assert Notification.objects.filter(kind="approval_wanted", person=there.unit).exists()
    decide(there)
    assert there.stands == DROPPED
    assert there.action.closed_on == timezone.localdate()
    assert printed(there) == (there.word("dropped"), None)
    assert Notification.objects.filter(kind="approval_decided", person=there.lead).exists()


def test_the_reason_is_from_the_list_and_in_a_sentence(there):
    for more, sentence in (
        ({"reason_code": ""}, "Choose on its own page why"),
        ({"reason_code": "bored"}, "“bored” is not on the list of reasons"),
        ({"reason": "  "}, "Say in a sentence why"),
    ):
        with pytest.raises(Refused, match=sentence):
            there.drop(**more)
    assert there.action.updates.count() == 1
    there.drop(reason="", comment="The donor left.")
    assert Closure.objects.get().reason == "The donor left."


def test_a_refusal_keeps_what_was_said_and_leaves_it_open(there):
    there.drop()
    decide(there, RequestState.REFUSED, comment="Find other money.")
    assert there.stands == OPEN
    assert there.action.status == there.word("dropped")
    assert "Find other money." in Notification.objects.get(kind="approval_decided", person=there.lead).detail
    there.drop(reason_code="overtaken", reason="Still not.")
    decide(there)
    assert there.stands == DROPPED


def test_who_asked_may_withdraw_it(there):
    there.drop()
    with pytest.raises(PermissionDenied):
        decide(there, RequestState.WITHDRAWN, by=there.coordinator)
    decide(there, RequestState.WITHDRAWN, by=there.lead)
    assert there.stands == OPEN


def test_a_later_report_that_goes_on_takes_the_request_back(there):
    there.drop()
    there.report(there.word("in_progress"), comment="We found money.")
    assert Closure.objects.get().state == RequestState.WITHDRAWN
    assert there.stands == OPEN


def test_saying_it_twice_asks_once(there):
    there.drop()
    there.report(there.word("dropped"), comment="As I said.")
    assert Closure.objects.count() == 1
    decide(there)
    assert there.stands == DROPPED


def test_nobody_approves_what_they_dropped_themselves(there):
    with pytest.raises(Refused, match="nobody but you is"):
        there.drop(by=there.unit)


def test_what_is_dropped_is_dropped_as_of_the_last_report_or_later(there):
    with pytest.raises(Refused, match="There is a report as of"):
        there.drop(as_of=timezone.localdate() - days(10))


def test_where_nobody_approves_it_is_closed_at_once(there):
    rules = there.evaluation.profile
    rules.data["approvals"]["dropping"] = ""
    type(rules).objects.filter(pk=rules.pk).update(data=rules.data)
    there.drop()
    assert there.stands == DROPPED
    assert Closure.objects.get().state == RequestState.APPROVED


def test_an_imported_document_closes_what_it_says_is_dropped(there):
    progress.report(
        there.fresh(), by=None, now=timezone.now(), as_of=timezone.localdate(), status=there.word("dropped")
    )
    assert there.stands == DROPPED
    assert not Closure.objects.exists()


def test_a_report_that_drops_cannot_be_slipped_in_as_a_correction(there):
    update = there.report(there.word("in_progress"))
    with pytest.raises(Refused, match="takes a report of its own"):
        progress.correct(update, by=there.lead, status=there.word("dropped"), comment="")


def test_what_was_dropped_is_not_reported_away(there):
    there.drop()
    decide(there)
    with pytest.raises(Refused, match="can reopen it"):
        there.report(there.word("completed"))
    there.report(comment="A word about it.")
    assert there.stands == DROPPED


def test_an_answer_is_dropped_with_its_actions():
    there = World("iom-2022")
    now = timezone.localtime()
    progress.drop(
        there.answer, by=there.coordinator, now=now, as_of=now.date(), reason_code="overtaken", reason="War."
    )
    assert KeyAction.objects.open().exists()
    decide(there)
    there.answer.refresh_from_db()
    assert there.answer.closed_as == "dropped"
    assert not KeyAction.objects.open().exists()


# At the end of tracking ----------------------------------------------------------------------------------


def test_the_unit_closes_what_was_not_done_and_every_matrix_says_so(there):
    close(there)
    assert there.stands == ("in_progress", "not_implemented")
    assert there.action.closed_on == timezone.localdate()
    assert printed(there) == (there.word("in_progress"), "Closed, not implemented")
    assert Notification.objects.filter(kind="closed_or_reopened", person=there.lead).exists()
    with pytest.raises(Refused, match="is closed already"):
        close(there)


def test_a_matrix_with_the_status_on_recommendations_says_so_in_the_last_round():
    there = World("iom-2022")
    closing.close(there.answer, by=there.unit, now=timezone.now(), reason="Tracking has ended.")
    *_before, last = build(there.response).recommendations[0].monitoring
    assert last.status_text == "Closed, not implemented"


def test_only_who_oversees_closes_so_and_says_why(there):
    for person in (there.lead, there.coordinator, there.head):
        with pytest.raises(PermissionDenied):
            close(there, by=person)
    with pytest.raises(Refused, match="Say in a sentence why"):
        close(there, reason=" ")
    assert there.stands == OPEN


def test_what_waits_for_approval_is_over_with_it(there):
    there.drop()
    close(there)
    assert set(Closure.objects.values_list("closed_as", "state")) == {
        ("dropped", "withdrawn"), ("not_implemented", "approved"),
    }  # fmt: skip


# Opening again -------------------------------------------------------------------------------------------


def dropped(there):
    there.drop()
    decide(there)


def completed(there):
    there.report(there.word("completed"))


@pytest.mark.parametrize("closed_by", [dropped, completed, close])
def test_what_is_closed_is_opened_again_with_a_reason(there, closed_by):
    closed_by(there)
    said = there.action.updates.count()
    with pytest.raises(Refused, match="why it is reopened"):
        reopen(there, reason="")
    reopen(there, by=there.coordinator)
    assert there.stands == OPEN
    assert AuditEntry.objects.get(verb="reopened").changes["reason"] == ["", "There is money again."]
    assert there.action.updates.count() == said + (closed_by is not close)
    with pytest.raises(Refused, match="nothing to reopen"):
        reopen(there)


def test_what_was_reopened_is_dropped_anew_only_with_approval(there):
    dropped(there)
    reopen(there)
    there.drop()
    assert there.stands == OPEN


def test_who_leads_it_does_not_reopen_it(there):
    completed(there)
    for person in (there.lead, there.head):
        with pytest.raises(PermissionDenied):
            reopen(there, by=person)


def test_who_lost_the_role_no_longer_decides(there):
    there.drop()
    other = make.member(make.Role.EVALUATION_UNIT, there.top)
    Membership.objects.filter(person=there.unit).update(ends_on=date(2026, 1, 1))
    with pytest.raises(PermissionDenied):
        decide(there)
    decide(there, by=other)
