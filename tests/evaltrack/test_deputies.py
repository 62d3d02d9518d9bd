"""Deputies: who may be named when, and what they may do meanwhile."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from evaltrack import deputies, people
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Deputy, Notification, Office, User
from evaltrack.roles import Permission, Role, can, identities, permissions_of
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
WEEK = TODAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def frozen() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return make.office("Country Office Arvendia")


@pytest.fixture
def absent(office: Office) -> User:
    return make.member(Role.COORDINATOR, office, "Abel Marsh")


@pytest.fixture
def deputy() -> User:
    return make.user("Dina Roe")


def name(person: User, deputy: User, **options: Any) -> Deputy:
    days = {"starts_on": TODAY, "ends_on": WEEK, "by": person, **options}
    return deputies.name(person, deputy, now=NOW, today=TODAY, **days)


# Naming --------------------------------------------------------------------------------------------------


def test_people_name_their_deputy_and_the_deputy_is_told(absent: User, deputy: User) -> None:
    made = name(absent, deputy, reason=" Annual leave ")

    assert (made.starts_on, made.ends_on, made.reason) == (TODAY, WEEK, "Annual leave")
    told = Notification.objects.get()
    assert (told.person, told.kind, told.detail) == (deputy, "deputy_named", "Annual leave")
    assert told.text == "Dina Roe stands in for Abel Marsh from 2 March 2026 to 9 March 2026."
    entry = AuditEntry.objects.get(verb="deputy named")
    assert (entry.target, entry.actor) == ("Abel Marsh", "Abel Marsh")
    assert entry.changes == {
        "deputy": ["", "Dina Roe"],
        "starts_on": [None, "2026-03-02"],
        "ends_on": [None, "2026-03-09"],
        "comment": ["", "Annual leave"],
    }


def test_an_administrator_names_one_and_both_are_told(absent: User, deputy: User, office: Office) -> None:
    name(absent, deputy, by=make.member(Role.ADMINISTRATOR, office))

    assert {one.person for one in Notification.objects.all()} == {absent, deputy}


@pytest.mark.parametrize("who", ["deputy", "reader", "administrator elsewhere"])
def test_nobody_else_names_it(who: str, absent: User, deputy: User, office: Office) -> None:
    by = {
        "deputy": deputy,
        "reader": make.member(Role.READER, office),
        "administrator elsewhere": make.member(Role.ADMINISTRATOR),
    }[who]

    with pytest.raises(PermissionDenied, match="names their deputy"):
        name(absent, deputy, by=by)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"starts_on": TODAY - timedelta(days=1)}, "must not lie in the past"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends before it begins"),
        ({"starts_on": WEEK + timedelta(days=1)}, "ends before it begins"),
    ],
)
def test_the_days_are_to_come_and_in_order(
    days: dict[str, date], sentence: str, absent: User, deputy: User
) -> None:
    with pytest.raises(Refused, match=sentence):
        name(absent, deputy, **days)


def test_nobody_stands_in_for_themselves(absent: User) -> None:
    with pytest.raises(Refused, match="Nobody stands in for themselves"):
        name(absent, absent)


@pytest.mark.parametrize("closed", ["absent", "deputy"])
def test_a_closed_account_neither_has_a_deputy_nor_is_one(closed: str, absent: User, deputy: User) -> None:
    one = {"absent": absent, "deputy": deputy}[closed]
    User.objects.filter(pk=one.pk).update(is_active=False)

    with pytest.raises(Refused, match=f"The account of {one} is deactivated"):
        name(absent, deputy, by=None)


@pytest.mark.parametrize(
    ("begin", "end", "allowed"),
    [(0, 7, False), (7, 9, False), (2, 3, False), (8, 9, True)],
    ids=["same", "touching", "within", "after"],
)
def test_the_same_two_are_named_once_for_a_day(
    begin: int, end: int, allowed: bool, absent: User, deputy: User
) -> None:
    name(absent, deputy)
    days = {"starts_on": TODAY + timedelta(days=begin), "ends_on": TODAY + timedelta(days=end)}

    if allowed:
        name(absent, deputy, **days)
    else:
        with pytest.raises(Refused, match="already from 2 March 2026 to 9 March 2026"):
            name(absent, deputy, **days)
    name(absent, make.user(), **days)


# Ending --------------------------------------------------------------------------------------------------


def test_one_that_began_earlier_ends_yesterday_and_stays_on_record(absent: User, deputy: User) -> None:
    row = Deputy.objects.create(
        person=absent, deputy=deputy, starts_on=TODAY - timedelta(days=3), ends_on=WEEK
    )

    deputies.end(row, by=absent, now=NOW, today=TODAY)

    row.refresh_from_db()
    assert row.ends_on == TODAY - timedelta(days=1)
    assert identities(deputy) == {deputy.pk}
    assert Notification.objects.get().text == "Dina Roe no longer stands in for Abel Marsh."
    deputies.end(row, by=absent, now=NOW, today=TODAY)
    assert AuditEntry.objects.filter(verb="deputy ended").count() == 1


def test_one_that_has_not_begun_leaves_only_its_history(absent: User, deputy: User) -> None:
    row = name(absent, deputy)

    deputies.end(row, by=absent, now=NOW, today=TODAY)

    assert not Deputy.objects.exists()
    verbs = AuditEntry.objects.filter(target_id=absent.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["deputy named", "deputy ended"]


def test_the_deputy_does_not_end_it(absent: User, deputy: User) -> None:
    row = name(absent, deputy)

    with pytest.raises(PermissionDenied):
        deputies.end(row, by=deputy, now=NOW, today=TODAY)


# What a deputy may do ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "may"), [(-1, False), (0, True), (7, True), (8, False)])
def test_a_deputy_may_what_the_person_may_between_the_days_alone(
    day: int, may: bool, absent: User, deputy: User, office: Office
) -> None:
    Deputy.objects.create(person=absent, deputy=deputy, starts_on=TODAY, ends_on=WEEK)

    with time_machine.travel(NOW + timedelta(days=day), tick=False):
        assert can(deputy, Permission.RESPOND, [office.pk]) is may
        assert (absent.pk in identities(deputy)) is may
        assert permissions_of(deputy) == (permissions_of(absent) if may else frozenset())


def test_it_does_not_go_on_to_the_deputys_deputy(absent: User, deputy: User, office: Office) -> None:
    third = make.user()
    name(absent, deputy)
    name(deputy, third)

    assert can(deputy, Permission.RESPOND, [office.pk])
    assert not can(third, Permission.RESPOND, [office.pk])


def test_a_deputy_does_not_manage_people(office: Office, deputy: User) -> None:
    administrator = make.member(Role.ADMINISTRATOR, office)
    name(administrator, deputy)

    assert can(deputy, Permission.VIEW, [office.pk])
    assert not can(deputy, Permission.MANAGE_PEOPLE)
    assert people.managed_by(deputy) == frozenset()
    assert not people.may_manage(deputy, make.member(Role.READER, office), TODAY)


@pytest.mark.parametrize("closed", ["absent", "deputy"])
def test_a_closed_account_ends_it(closed: str, absent: User, deputy: User, office: Office) -> None:
    name(absent, deputy)
    User.objects.filter(pk={"absent": absent, "deputy": deputy}[closed].pk).update(is_active=False)

    assert not can(User.objects.get(pk=deputy.pk), Permission.RESPOND, [office.pk])
    assert deputies.standing_in([absent.pk], TODAY) == {}


def test_who_stands_in_for_whom(absent: User, deputy: User) -> None:
    second = make.user()
    now = name(absent, deputy)
    later = name(absent, second, starts_on=WEEK, ends_on=WEEK)
    Deputy.objects.create(
        person=absent, deputy=second, starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1)
    )

    assert list(deputies.of(absent, TODAY)) == [now, later]
    assert list(deputies.duties_of(deputy, TODAY)) == [now]
    assert deputies.standing_in([absent.pk, deputy.pk], TODAY) == {absent.pk: {deputy.pk}}
    assert deputies.standing_in(None, WEEK) == {absent.pk: {deputy.pk, second.pk}}
