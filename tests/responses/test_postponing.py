"""Another deadline once the response is cleared: with a reason, approved where it need be, the first one kept."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Notification
from evaltrack.roles import Role
from responses import approvals, lateness, postponing
from responses.choices import RequestState, ResponseState
from responses.models import ActionParty, DeadlineChange, KeyAction
from tests import factories as make
from tests.responses.clearances import World as Clearance
from tests.responses.clearances import deputy_of
from tests.responses.follow_ups import DUE, World

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def there():
    """Postponing is approved by the clearing officer in this profile."""
    return World("plain")


@pytest.fixture
def free():
    """... and by nobody in this one."""
    return World("iom-matrix")


def ask(there, text="30 June 2026", by=None, reason="The ministry moved the date."):
    return postponing.ask(there.fresh(), text, by=by or there.lead, now=timezone.localtime(), reason=reason)


def decide(change, by, state=RequestState.APPROVED, comment=""):
    fresh = DeadlineChange.objects.get(pk=change.pk)
    return postponing.decide(fresh, state, by=by, now=timezone.localtime(), comment=comment)


def due(there):
    there.action.refresh_from_db()
    return there.action.deadline_text, there.action.deadline_due


def told(kind):
    return {str(one.person) for one in Notification.objects.filter(kind=kind).select_related("person")}


def test_where_nobody_approves_it_holds_at_once_and_the_first_stays(free):
    change = ask(free)
    assert change.state == RequestState.APPROVED
    assert due(free) == ("30 June 2026", JUNE)
    assert (free.action.first_deadline_text, free.action.first_due) == ("2026-03-31", DUE)
    entry = AuditEntry.objects.get(verb="postponed")
    assert entry.changes["deadline"] == ["2026-03-31", "30 June 2026"]
    assert entry.changes["reason"] == ["", "The ministry moved the date."]


def test_put_off_twice_late_stays_late(free, time_machine):
    ask(free)
    ask(free, "end of 2026", reason="Again.")
    assert [one.reason for one in DeadlineChange.objects.order_by("pk")] == [
        "The ministry moved the date.", "Again.",
    ]  # fmt: skip
    free.action.refresh_from_db()
    assert lateness.of(free.action, date(2026, 7, 10)).first == 101
    assert lateness.of(free.action, date(2026, 7, 10)).current == 0


def test_where_it_is_approved_the_deadline_stays_until_then(there):
    change = ask(there)
    assert (change.state, due(there)) == (RequestState.WAITING, ("2026-03-31", DUE))
    assert told("approval_wanted") == {"Halima Deane"}
    decide(change, there.head, comment="Agreed.")
    assert due(there) == ("30 June 2026", JUNE)
    assert told("approval_decided") == {"Arlo Quist", "Cora Vance"}


def test_a_refusal_needs_a_word_and_leaves_the_deadline(there):
    change = ask(there)
    with pytest.raises(Refused, match="why you refuse"):
        decide(change, there.head, RequestState.REFUSED)
    decide(change, there.head, RequestState.REFUSED, "Keep to it.")
    assert due(there) == ("2026-03-31", DUE)
    assert "Keep to it." in Notification.objects.get(kind="approval_decided", person=there.lead).detail


def test_who_asked_withdraws_and_asks_anew(there):
    change = ask(there)
    with pytest.raises(Refused, match="waits for approval. Withdraw that first"):
        ask(there, "31 May 2026")
    decide(change, there.lead, RequestState.WITHDRAWN)
    assert ask(there, "31 May 2026").state == RequestState.WAITING


def test_an_earlier_deadline_needs_no_approval(there):
    assert ask(there, "15 March 2026").state == RequestState.APPROVED
    assert due(there) == ("15 March 2026", date(2026, 3, 15))


def test_in_three_months_counts_from_the_day_it_is_said(free):
    ask(free, "in 3 months")
    assert due(free)[1] == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("text", "reason", "sentence"),
    [
        ("when funds allow", "x", "not understood as a day"),
        ("30 June 2026" + "!" * 300, "x", "not understood as a day"),
        ("1 March 2026", "x", "is over already"),
        ("31 March 2026", "x", "its deadline already"),
        ("30 June 2026", " ", "Say in a sentence why"),
    ],
)
def test_what_cannot_be_asked(free, text, reason, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(free, text, reason=reason)
    assert not DeadlineChange.objects.exists()
    assert due(free) == ("2026-03-31", DUE)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(ResponseState.DRAFTING, "not cleared yet"), (ResponseState.IN_CLEARANCE, "not cleared yet")],
)
def test_before_it_is_cleared_a_deadline_is_changed_in_the_matrix(free, state, sentence):
    free.response.state = state
    free.response.save()
    with pytest.raises(Refused, match=sentence):
        ask(free)


def test_while_a_later_version_is_in_clearance_its_deadlines_stay(there):
    change = ask(there)
    there.response.state, there.response.version = ResponseState.IN_CLEARANCE, 2
    there.response.save()
    with pytest.raises(Refused, match="is in clearance"):
        decide(change, there.head)
    change.delete()
    with pytest.raises(Refused, match="is in clearance"):
        ask(there)


def test_what_was_closed_meanwhile_gets_no_new_deadline(there):
    change = ask(there)
    there.report(there.word("completed"))
    with pytest.raises(Refused, match="closed in the meantime"):
        decide(change, there.head)
    with pytest.raises(Refused, match="It is closed"):
        ask(there, "1 December 2026")


def test_who_has_no_part_in_it_asks_for_nothing(there):
    with pytest.raises(PermissionDenied):
        ask(there, by=there.head)


# Who approves --------------------------------------------------------------------------------------------


def test_nobody_else_decides(there):
    change = ask(there)
    elsewhere = make.member(Role.CLEARING_OFFICER, make.office("Ostania", parent=there.top))
    for person in (there.lead, there.coordinator, there.unit, elsewhere, make.user(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            decide(change, person)
    with pytest.raises(PermissionDenied):
        decide(change, there.head, RequestState.WITHDRAWN)


def test_a_deputy_of_who_approves_does_so(there):
    change = ask(there)
    deputy = deputy_of(there.head, "Dora Pine")
    assert [one.asked for one in approvals.waiting_for(there.head, timezone.localdate())] == [change]
    decide(change, deputy)
    assert due(there)[1] == JUNE


def test_nobody_approves_their_own_not_even_as_deputy(there):
    above = make.member(Role.CLEARING_OFFICER, there.top, "Abel Roth")
    ActionParty.objects.create(action=there.action, name="Halima Deane", person=there.head)
    change = ask(there, by=there.head)
    with pytest.raises(PermissionDenied):
        decide(change, there.head)
    assert told("approval_wanted") == {"Abel Roth"}
    with pytest.raises(PermissionDenied):
        decide(change, deputy_of(there.head))
    decide(change, above)


def test_where_nobody_could_approve_it_is_not_asked(there):
    Membership.objects.filter(person=there.head).delete()
    with pytest.raises(Refused, match="nobody but you is"):
        ask(there)
    assert not DeadlineChange.objects.exists()


def test_what_is_confidential_goes_to_who_may_know_of_it(there):
    seeing = make.member(Role.CLEARING_OFFICER, there.top, "Abel Roth")
    Membership.objects.create(person=seeing, office=there.top, role=Role.EVALUATION_UNIT)
    there.evaluation.confidential = True
    there.evaluation.save()
    change = ask(there)
    assert told("approval_wanted") == {"Abel Roth"}
    with pytest.raises(PermissionDenied):
        decide(change, there.head)
    decide(change, seeing)


def test_of_two_who_decide_the_second_is_told_who_was_quicker(there):
    other = make.member(Role.CLEARING_OFFICER, there.here, "Otto Bell")
    change = ask(there)
    decide(change, there.head)
    with pytest.raises(Refused, match="Halima Deane was quicker: it is “Approved” already"):
        decide(change, other, RequestState.REFUSED, "No.")
    assert due(there)[1] == JUNE


# With a report, and at the first clearance ---------------------------------------------------------------


def test_a_report_asks_for_the_date_it_expects(free):
    update = free.report(
        free.word("in_progress"), expected="30 June 2026", expected_reason="The donor is late."
    )
    change = DeadlineChange.objects.get()
    assert (change.update_id, change.reason, due(free)[1]) == (update.pk, "The donor is late.", JUNE)


def test_a_report_whose_date_cannot_be_asked_is_not_kept(free):
    with pytest.raises(Refused, match="is over already"):
        free.report(free.word("in_progress"), expected="1 March 2026", expected_reason="x")
    assert not free.action.updates.exists()


def test_the_first_deadline_is_what_the_response_was_first_cleared_with():
    there = Clearance()
    action = KeyAction.objects.get()
    action.deadline_text, action.deadline_kind, action.deadline_due = "31 March 2026", "date", DUE
    action.save()
    there.submit()
    there.move("clear", there.head)
    action.refresh_from_db()
    assert action.first_deadline_text == ""
    there.move("clear", there.unit)
    action.refresh_from_db()
    assert (action.first_deadline_text, action.first_due) == ("31 March 2026", DUE)
    there.move("revise", there.coordinator)
    action.deadline_text, action.deadline_due = "30 June 2026", JUNE
    action.save()
    later = make.action(action.answer, due=JUNE)
    there.clear_all()
    action.refresh_from_db()
    later.refresh_from_db()
    assert (action.first_due, later.first_due) == (DUE, JUNE)
