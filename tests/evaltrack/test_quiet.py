"""Days on which nobody is written to: who keeps them, and for whom a day is quiet."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from evaltrack import quiet
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Office, QuietDays, User
from evaltrack.quiet import Calendar
from evaltrack.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 15)  # a Monday
DAY = timedelta(days=1)


@pytest.fixture
def top() -> Office:
    return make.office("Headquarters")


@pytest.fixture
def country(top: Office) -> Office:
    return make.office("Country Office", parent=top)


@pytest.fixture
def administrator(country: Office) -> User:
    return make.member(Role.ADMINISTRATOR, country)


def quiet_days(office: Office | None, first: date, last: date) -> QuietDays:
    return QuietDays.objects.create(office=office, name="Closure", first=first, last=last)


def is_quiet(*offices: Office, day: date = TODAY) -> bool:
    return Calendar(day, day).is_quiet([office.pk for office in offices], day)


def test_days_count_at_the_office_below_it_and_everywhere_but_not_above(top: Office, country: Office):
    quiet_days(country, TODAY, TODAY + DAY)
    assert [is_quiet(country, day=TODAY + DAY * number) for number in (-1, 0, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]
    assert not is_quiet(top)
    quiet_days(top, TODAY + DAY * 5, TODAY + DAY * 5)
    assert is_quiet(country, day=TODAY + DAY * 5)
    assert not is_quiet(day=TODAY + DAY * 5)
    quiet_days(None, TODAY + DAY * 7, TODAY + DAY * 7)
    assert is_quiet(day=TODAY + DAY * 7)
    assert is_quiet(country, day=TODAY + DAY * 7)


def test_days_of_rest_are_those_of_the_nearest_office_that_has_some(top: Office, country: Office):
    def rests(office: Office) -> list[int]:
        return [number for number in range(1, 8) if is_quiet(office, day=TODAY + DAY * (number - 1))]

    assert rests(country) == []
    Office.objects.filter(pk=top.pk).update(rest_days="67")
    assert (rests(top), rests(country)) == ([6, 7], [6, 7])
    Office.objects.filter(pk=country.pk).update(rest_days="56")
    assert (rests(top), rests(country)) == ([6, 7], [5, 6])


def test_who_works_at_two_offices_rests_when_both_do(top: Office):
    one, other = make.office(rest_days="56"), make.office(rest_days="67")
    assert [is_quiet(one, other, day=TODAY + DAY * number) for number in (4, 5, 6)] == [False, True, False]


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [(0, 0, False), (0, 59, False), (0, 60, True), (3, 2, True), (-2, -1, True), (-2, 0, False)],
)
def test_which_days_are_kept(country: Office, administrator: User, first: int, last: int, refused: bool):
    days = {"first": TODAY + DAY * first, "last": TODAY + DAY * last, "name": "Closure"}
    if refused:
        with pytest.raises(Refused):
            quiet.add(country, by=administrator, today=TODAY, **days)
    else:
        quiet.add(country, by=administrator, today=TODAY, **days)
        assert AuditEntry.objects.get().verb == "added"
        with pytest.raises(Refused, match="already"):
            quiet.add(country, by=administrator, today=TODAY, **days)


def test_each_keeps_those_of_the_offices_they_manage(top: Office, country: Office, administrator: User):
    for office in (top, None):
        with pytest.raises(PermissionDenied):
            quiet.add(office, by=administrator, today=TODAY, name="Closure", first=TODAY, last=TODAY)
        with pytest.raises(PermissionDenied):
            quiet.remove(quiet_days(office, TODAY, TODAY), by=administrator)
    above = make.member(Role.ADMINISTRATOR, top)
    for office in (top, country, None):
        made = quiet.add(office, by=above, today=TODAY, name="More", first=TODAY + DAY, last=TODAY + DAY)
        quiet.remove(made, by=above)


def test_the_page_adds_refuses_and_removes(client, time_machine, country: Office, administrator: User):
    time_machine.move_to("2026-06-15T09:00Z")
    client.force_login(administrator)
    address = reverse("quiet_days")
    assert "None: reminders go out every day" in client.get(address).content.decode()
    days = {"name": "<b>Eid</b>", "office": country.pk, "first": "2026-06-20", "last": "2026-06-22"}
    assert client.post(address, days).status_code == 302
    assert client.post(address, days).status_code == 422
    assert client.post(address, days | {"office": ""}).status_code == 403
    page = client.get(address).content.decode()
    assert "&lt;b&gt;Eid" in page
    assert client.post(reverse("quiet_remove", args=[QuietDays.objects.get().pk])).status_code == 302
    assert not QuietDays.objects.exists()
    client.force_login(make.member(Role.EVALUATION_UNIT, country))
    assert client.get(address).status_code == 403


def test_the_days_of_rest_are_ticked_with_the_office(client, country: Office, administrator: User):
    client.force_login(administrator)
    address = reverse("office_edit", args=[country.pk])
    form = client.get(address).context["form"]
    fields = {name: value for name, value in form.initial.items() if value} | {"parent": country.parent_id}
    assert client.post(address, fields | {"rest_days": ["6", "5"]}).status_code == 302
    country.refresh_from_db()
    assert country.rest_days == "56"
    assert "Friday, Saturday" in client.get(reverse("office", args=[country.pk])).content.decode()
    assert client.post(address, fields | {"rest_days": list("1234567")}).status_code == 200
    country.refresh_from_db()
    assert country.rest_days == "56"


def test_the_number_of_queries_does_not_grow(client, administrator: User, country: Office):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(administrator)
    counted = []
    for number in (1, 3):
        for day in range(number):
            quiet_days(country, date(2099, number, 1 + day), date(2099, number, 1 + day))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("quiet_days"))
        counted.append(len(captured))
    assert counted[0] == counted[1]
