"""The calendar's pages: the month, the addresses, what a calendar program gets, one deadline as a file."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from evaltrack.models import User
from responses import feeds, month
from responses.models import CalendarFeed
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()
PAGE, FEEDS = "/calendar/", "/profile/calendar/"


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW, tick=False)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def staff(office):
    return five(office)


@pytest.fixture
def owner(staff):
    return staff["action owner"]


@pytest.fixture
def answer(office):
    evaluation = make.evaluation([office], short_title="Safe water")
    return make.answer(make.recommendation(evaluation, number="3"), decision="accepted")


@pytest.fixture
def action(answer, owner):
    return make.action(answer, text="Publish the guidance.", due=date(2026, 3, 9), lead=owner)


# The month -----------------------------------------------------------------------------------------------


def shown(client, person, **query):
    client.force_login(person)
    answered = client.get(PAGE, query)
    assert answered.status_code == 200
    return answered


def test_each_finds_their_own_deadlines_and_an_offices_where_they_see_it(
    client, staff, owner, office, action
):
    assert "Publish the guidance." in shown(client, owner).content.decode()
    reader = staff["reader"]
    assert "Publish the guidance." not in shown(client, reader).content.decode()
    assert "Publish the guidance." in shown(client, reader, office=office.pk).content.decode()
    assert "Whose deadlines" not in shown(client, owner).content.decode()
    # Not theirs to look at: they stay with their own.
    elsewhere = shown(client, staff["officer elsewhere"], office=office.pk)
    assert "Publish the guidance." not in elsewhere.content.decode()


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2026-11", date(2026, 11, 1)), ("", date(2026, 3, 1)), ("nonsense", date(2026, 3, 1)),
        ("2026-13", date(2026, 3, 1)), ("0001-01", date(2026, 3, 1)), ("9999-12", date(2026, 3, 1)),
        ("2026-11-09", date(2026, 3, 1)),
    ],
)  # fmt: skip
def test_the_address_names_the_month(client, owner, asked, first):
    assert shown(client, owner, month=asked).context["month"].first == first


def test_previous_and_next_keep_the_office(client, staff, office):
    page = shown(client, staff["reader"], office=office.pk, month="2026-12").content.decode()
    links = re.findall(r'rel="(prev|next)" href="([^"]+)"', page)
    assert [(rel, "month=2026-11" in url or "month=2027-01" in url, "office=" in url) for rel, url in links] == [
        ("prev", True, True), ("next", True, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "head", "first"), [(0, "Sunday", 1), (1, "Monday", 23), (6, "Saturday", 28)]
)
def test_the_week_begins_as_in_the_readers_language(monkeypatch, begins, head, first):
    monkeypatch.setattr(month, "get_format", lambda _name: begins)
    laid_out = month.laid_out(date(2026, 3, 1), [], TODAY)
    assert laid_out.heads[0][1] == head
    assert laid_out.weeks[0][0].day.day == first


def test_its_words_are_in_the_readers_language(client, owner):
    User.objects.update(language="fr")
    assert shown(client, owner).context["month"].heads[0][1] == "lundi"


def test_a_full_day_folds_what_is_over(client, owner, answer):
    for _number in range(7):
        make.action(answer, due=TODAY, lead=owner)
    page = shown(client, owner).content.decode()
    assert "3 more" in page
    assert page.count('<li class="keyaction') == 7


def test_five_need_no_folding():
    assert not month.Day(TODAY, [None] * 5, True, False).folded
    assert len(month.Day(TODAY, [None] * 6, True, False).folded) == 2


@pytest.mark.parametrize("who", ["action owner", "reader"])
def test_the_number_of_queries_does_not_grow(client, staff, owner, answer, office, who):
    query = {"office": office.pk} if who == "reader" else {}
    client.force_login(staff[who])
    counts = []
    for count in (1, 3):
        while answer.actions.count() < count:
            make.action(answer, due=TODAY, lead=owner)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(PAGE, query).context["month"].count == count
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 24


# Addresses -----------------------------------------------------------------------------------------------


def made(client, person, **data):
    client.force_login(person)
    page = client.post(FEEDS, data)
    assert page.status_code == 200
    return re.search(r'value="(http://testserver/feeds/[^"]+)"', page.content.decode())[1]


def test_an_address_is_shown_once_and_can_be_revoked(client, owner, action):
    address = made(client, owner)
    assert address not in client.get(FEEDS).content.decode()
    client.logout()
    assert client.get(address).status_code == 200
    client.force_login(owner)
    client.post(reverse("calendar_feed_revoke", args=[CalendarFeed.objects.get().pk]))
    assert client.get(address).status_code == 404


def test_anothers_address_cannot_be_revoked(client, owner, staff):
    feed, _secret = feeds.make(by=owner, now=make.NOW)
    client.force_login(staff["reader"])
    assert client.post(reverse("calendar_feed_revoke", args=[feed.pk])).status_code == 404
    assert CalendarFeed.objects.live().exists()


def test_an_office_not_theirs_to_see_cannot_be_chosen(client, owner, office):
    client.force_login(owner)
    assert "errorlist" in client.post(FEEDS, {"office": office.pk}).content.decode()
    assert not CalendarFeed.objects.exists()


# What a calendar program gets ----------------------------------------------------------------------------


def test_the_feed_is_a_private_calendar_in_the_persons_language(client, owner, action, time_machine):
    User.objects.filter(pk=owner.pk).update(language="fr")
    time_machine.move_to(make.NOW + timedelta(days=30), tick=False)
    _feed, secret = feeds.make(by=owner, now=make.NOW)
    got = client.get(f"/feeds/{secret}.ics")
    assert got.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in got.headers["Cache-Control"]
    (event,) = Calendar.from_ical(got.content).walk("VEVENT")
    assert event["url"] == f"http://127.0.0.1:8000/actions/{action.pk}/"
    assert "3.1 Publish the guidance." in event["summary"]


def test_who_asks_again_is_told_that_nothing_changed(client, owner, answer, action):
    _feed, secret = feeds.make(by=owner, now=make.NOW)
    address = f"/feeds/{secret}.ics"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make.action(answer, due=TODAY, lead=owner)
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize("secret", ["nothing", "x" * 400, "%00", "..%2F.."])
def test_a_wrong_address_tells_nothing(client, secret):
    assert client.get(f"/feeds/{secret}.ics").status_code == 404


# One deadline --------------------------------------------------------------------------------------------


def test_one_deadline_is_a_file_to_put_into_a_calendar(client, owner, action):
    client.force_login(owner)
    got = client.get(reverse("action_ics", args=[action.pk]))
    assert got.headers["Content-Disposition"] == f'attachment; filename="deadline-{action.pk}.ics"'
    calendar = Calendar.from_ical(got.content)
    assert calendar["method"] == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].dt == date(2026, 3, 9)


@pytest.mark.parametrize("fields", [{"due": None}, {"due": TODAY, **make.closed()}])
def test_without_a_day_there_is_no_file_and_no_link_to_one(client, owner, answer, fields):
    action = make.action(answer, lead=owner, **fields)
    client.force_login(owner)
    address = reverse("action_ics", args=[action.pk])
    assert client.get(address).status_code == 404
    assert address not in client.get(reverse("action", args=[action.pk])).content.decode()


def test_the_actions_page_leads_to_it(client, owner, action):
    client.force_login(owner)
    page = client.get(reverse("action", args=[action.pk])).content.decode()
    assert reverse("action_ics", args=[action.pk]) in page
