"""Putting a reminder off: until when, who, and what does not wait for it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Mail, User
from evaltrack.roles import Role
from responses import reminders, snoozing
from responses.models import KeyAction, Reminder, Snooze
from tests import factories as make

pytestmark = pytest.mark.django_db

DUE = date(2026, 6, 15)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9, tzinfo=UTC))


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def mailed(first: date, count: int) -> list[date]:
    return [day for day in days(first, count) if reminders.plan(now=at(day)).mails]


@pytest.fixture
def lead() -> User:
    return make.user("Nadia Osei")


@pytest.fixture
def action(lead: User) -> KeyAction:
    return make.action(due=DUE, lead=lead)


def snooze(action: KeyAction, lead: User, on: date, until: date, reason: str = "Waiting for the ministry."):
    return snoozing.snooze(action, until, reason, by=lead, now=at(on))


def test_nothing_comes_until_the_day_and_then_it_does(action: KeyAction, lead: User):
    late = DUE + timedelta(days=1)
    snooze(action, lead, late, DUE + timedelta(days=40))
    # Without it: on days 14, 30, 61; the one on the day itself had not been sent yet.
    assert mailed(late, 70) == [DUE + timedelta(days=40), DUE + timedelta(days=61)]


def test_one_that_ends_between_two_occasions_reminds_on_its_day(action: KeyAction, lead: User):
    assert mailed(DUE, 1) == [DUE]
    snooze(action, lead, DUE, DUE + timedelta(days=5))
    assert mailed(DUE + timedelta(days=1), 14) == [DUE + timedelta(days=5), DUE + timedelta(days=14)]


def test_an_action_without_a_due_day_is_asked_about_on_the_day(lead: User):
    action = make.action(check_on=DUE, lead=lead)
    assert mailed(DUE, 1) == [DUE]
    snooze(action, lead, DUE, DUE + timedelta(days=10))
    assert mailed(DUE + timedelta(days=1), 60) == [DUE + timedelta(days=10)]
    assert set(Reminder.objects.values_list("occasion", flat=True)) == {"check"}


def test_what_waits_for_the_next_digest_is_held_too(action: KeyAction, lead: User):
    run = reminders.Planner(at(DUE), _book(DUE))
    run.plan()
    snooze(action, lead, DUE, DUE + timedelta(days=3))
    assert mailed(DUE, 6) == [DUE + timedelta(days=3)]


def _book(day: date):
    from responses.recipients import AddressBook

    return AddressBook(now=at(day))


def test_it_is_one_persons_and_one_actions(action: KeyAction, lead: User):
    other = make.user("Tomas Reyes")
    action.parties.create(name=other.name, person=other)
    second = make.action(due=DUE, lead=lead)
    snooze(action, lead, DUE, DUE + timedelta(days=30))
    reminders.plan(now=at(DUE))
    assert set(Reminder.objects.values_list("action", "recipient")) == {
        (action.pk, other.pk), (second.pk, lead.pk),
    }  # fmt: skip


def test_escalation_does_not_wait_for_it():
    office = make.office()
    head, lead = make.member(Role.CLEARING_OFFICER, office), make.member(Role.ACTION_OWNER, office)
    action = make.action(due=DUE, lead=lead)
    snooze(action, lead, DUE + timedelta(days=1), DUE + timedelta(days=60))
    reminders.plan(now=at(DUE + timedelta(days=30)))
    assert list(Mail.objects.values_list("person", flat=True)) == [head.pk]


@pytest.mark.parametrize(
    ("on", "until", "refused"),
    [
        (-30, -30, True), (-30, -29, False), (-30, 0, False), (-30, 1, True),  # not beyond the deadline
        (0, 0, True), (0, 60, False), (0, 61, True), (20, 80, False), (20, 81, True), (-100, -40, False),
        (-100, -39, True),
    ],
)  # fmt: skip
def test_until_when(action: KeyAction, lead: User, on: int, until: int, refused: bool):
    on_day, until_day = DUE + timedelta(days=on), DUE + timedelta(days=until)
    if refused:
        with pytest.raises(Refused):
            snooze(action, lead, on_day, until_day)
        assert not Snooze.objects.exists()
    else:
        snooze(action, lead, on_day, until_day)
        assert Snooze.objects.get().until == until_day


def test_not_without_a_reason_nor_by_someone_else_nor_what_is_closed(action: KeyAction, lead: User):
    until = DUE + timedelta(days=5)
    with pytest.raises(Refused, match="why"):
        snooze(action, lead, DUE, until, "  ")
    with pytest.raises(PermissionDenied):
        snooze(action, make.user(), DUE, until)
    KeyAction.objects.update(**make.closed())
    with pytest.raises(Refused, match="closed"):
        snooze(action, lead, DUE, until)


def test_a_new_wish_replaces_the_one_in_force_and_waking_takes_it_back(action: KeyAction, lead: User):
    snooze(action, lead, DUE, DUE + timedelta(days=50))
    snooze(action, lead, DUE, DUE + timedelta(days=20), "The ministry has answered.")
    assert [one.until for one in snoozing.of_action(action, DUE)] == [DUE + timedelta(days=20)]
    assert snoozing.wake(action, by=lead, now=at(DUE))
    assert not snoozing.wake(action, by=lead, now=at(DUE))
    assert mailed(DUE, 1) == [DUE]
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "snoozed", "snoozed", "woken",
    ]  # fmt: skip


def test_from_the_page(client, time_machine):
    time_machine.move_to(at(DUE))
    lead = make.user("Nadia Osei")
    action = make.action(due=DUE, lead=lead)
    client.force_login(lead)
    page = client.get(reverse("action", args=[action.pk])).content.decode()
    address = reverse("action_snooze", args=[action.pk])
    assert address in page
    assert "14 August 2026 at the latest." in client.get(address).content.decode()
    wrong = client.post(address, {"until": "2027-01-01", "reason": "Later."})
    assert (wrong.status_code, "60 days" in wrong.content.decode()) == (422, True)
    assert client.post(address, {"until": "2026-07-01", "reason": "<b>Leave</b>"}).status_code == 302
    page = client.get(reverse("action", args=[action.pk])).content.decode()
    assert "Nadia Osei is reminded again on 1 July 2026" in page
    assert "&lt;b&gt;Leave" in page
    assert client.post(reverse("action_wake", args=[action.pk])).status_code == 302
    assert not Snooze.objects.exists()
    history = client.get(reverse("history_action", args=[action.pk])).content.decode()
    assert "put off the reminders of" in history


def test_a_clock_set_forward_and_back_plans_nothing_twice(action: KeyAction, lead: User):
    for day in (0, 40, 3, 0, 39, 40, 41):
        reminders.plan(now=at(DUE + timedelta(days=day)))
    keys = list(Reminder.objects.values_list("action", "occasion", "due_for", "recipient", "deadline"))
    assert len(keys) == len(set(keys)) == 2
    assert Reminder.objects.exclude(mail=None).count() == 2
    assert Mail.objects.count() == 2
