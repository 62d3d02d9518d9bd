"""The bell, the list of notifications, opening one, and the page of choices."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from evaltrack.models import Delivery, Notification, User
from evaltrack.notifications import Kind
from tests import factories as make
from tests.factories import NOW
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

RAINED = Kind("rained", "It rains", group="Weather")
STORMED = Kind("stormed", "It storms", Delivery.DAILY, mandatory=True, group="Weather")
DANCED = Kind("danced", "Someone dances", Delivery.OFF, group="Feasts")
KINDS = (RAINED, STORMED, DANCED)


@pytest.fixture(autouse=True)
def kinds(settings: LazySettings) -> None:
    settings.NOTIFICATION_KINDS = ["tests.evaltrack.test_notification_pages.KINDS"]


@pytest.fixture
def una(client: Client) -> User:
    person = make.user("Una Berg")
    client.force_login(person)
    return person


def told(person: User, text: str = "It rains in.", **fields: Any) -> Notification:
    number = Notification.objects.count()
    fields = {
        "kind": "rained", "key": str(number), "about": "roof.1", "url": "/roles/", "delivery": "off",
        "at": NOW + timedelta(minutes=number), **fields,
    }  # fmt: skip
    return Notification.objects.create(person=person, text=text, **fields)


def page(client: Client, address: str = "/notifications/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def bell(html: str) -> tuple[str, str]:
    """The bell's name, and the number that is seen."""
    name = re.search(r'id="bell"[^>]*aria-label="([^"]*)"', html)
    count = re.search(r'class="count"[^>]*>([^<]*)<', html)
    assert name
    return name[1], count[1] if count else ""


# The bell -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unread", "name", "count"),
    [(0, "none unread", ""), (1, "1 unread", "1"), (3, "3 unread", "3"), (99, "99 unread", "99"),
     (130, "99+ unread", "99+")],
)  # fmt: skip
def test_the_bell_says_how_many_are_unread(
    client: Client, una: User, unread: int, name: str, count: str
) -> None:
    told(una, read_at=NOW)
    told(make.user())
    for _one in range(unread):
        told(una)
    for address in ("/roles/", "/notifications/bell/"):
        assert bell(page(client, address)) == (f"Notifications, {name}", count)


def test_the_bell_alone_is_one_query_beside_signing_in(
    client: Client, una: User, django_assert_num_queries: Any
) -> None:
    told(una)
    with django_assert_num_queries(3):
        html = page(client, "/notifications/bell/")
    assert "<html" not in html


def test_who_is_not_signed_in_has_no_bell_and_is_led_to_sign_in(client: Client) -> None:
    assert 'id="bell"' not in page(client, reverse("account_login"))
    for address in ("/notifications/", "/notifications/1/", "/profile/notifications/"):
        answer = client.get(address)
        assert answer.url == f"/accounts/login/?next={address}"  # type: ignore[attr-defined]
    assert client.get("/notifications/bell/", headers={"HX-Request": "true"}).status_code == 401


# The list -------------------------------------------------------------------------------------------------


def test_the_newest_come_first_and_what_is_unread_is_marked(client: Client, una: User) -> None:
    told(una, "First.", read_at=NOW)
    told(una, "Second.", detail="See **page 3** <script>.")
    html = page(client)
    assert html.index("Second.") < html.index("First.")
    assert html.count('<li class="unread">') == 1
    assert "See page 3 &lt;script&gt;." in html
    assert "It rains" in html


def test_only_ones_own_are_listed(client: Client, una: User) -> None:
    told(make.user(), "Not yours.")
    html = page(client)
    assert "Not yours." not in html
    assert "Nothing yet." in html


def test_the_list_is_filtered_by_kind_and_by_what_is_unread(client: Client, una: User) -> None:
    told(una, "Rain.")
    told(una, "Old rain.", read_at=NOW)
    told(una, "Storm.", kind="stormed", read_at=NOW)
    seen = {
        query: [text for text in ("Rain.", "Old rain.", "Storm.") if f">{text}<" in page(client, f"/notifications/?{query}")]
        for query in ("state=unread", "kind=stormed", "kind=rained&state=unread", "kind=nonsense&state=x")
    }  # fmt: skip
    assert list(seen.values()) == [["Rain."], ["Storm."], ["Rain."], ["Rain.", "Old rain.", "Storm."]]
    assert "Nothing like that." in page(client, "/notifications/?kind=danced")


def test_a_kind_that_is_no_more_is_listed_all_the_same(client: Client, una: User) -> None:
    told(una, "Long ago.", kind="forgotten")
    assert "Long ago." in page(client)


def test_fifty_are_on_a_page_and_their_number_costs_no_query(
    client: Client, una: User, django_assert_num_queries: Any
) -> None:
    for count in (1, 3, 51):
        for _one in range(count):
            told(una)
        with django_assert_num_queries(6):
            html = page(client)
    assert html.count('class="unread"') == 50
    assert "Page 1 of 2" in html


# Opening --------------------------------------------------------------------------------------------------


def test_opening_one_marks_it_and_leads_to_the_thing(client: Client, una: User) -> None:
    one = told(una, url="/roles/?role=reader#who")
    answer = client.get(f"/notifications/{one.pk}/")
    assert answer.url == "/roles/?role=reader#who"  # type: ignore[attr-defined]
    assert "no-store" in answer["Cache-Control"]
    one.refresh_from_db()
    assert one.read_at


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org",
        "javascript:x()",
        "roles/",
    ],
)
def test_it_leads_to_pages_of_our_own_alone(client: Client, una: User, url: str) -> None:
    one = told(una, url=url)
    assert client.get(f"/notifications/{one.pk}/").url == "/notifications/"  # type: ignore[attr-defined]


def test_nobody_opens_or_marks_anothers(client: Client) -> None:
    office = make.office()
    people = five(office)
    theirs = {name: told(person) for name, person in people.items()}
    for name in FIVE:
        client.force_login(people[name])
        seen = {other: client.get(f"/notifications/{one.pk}/").status_code for other, one in theirs.items()}
        assert seen == {other: 302 if other == name else 404 for other in FIVE}
        assert client.post(f"/notifications/{theirs[name].pk}/").status_code == 405


def test_everyone_may_see_and_choose_for_themselves(client: Client) -> None:
    for person in five(make.office()).values():
        client.force_login(person)
        assert "Nothing yet." in page(client)
        assert client.post("/profile/notifications/", chosen("off")).status_code == 302
        assert person.notification_choices.get().kind == "rained"


def test_all_are_marked_as_read_at_once(client: Client, una: User) -> None:
    other = told(make.user())
    told(una)
    told(una)
    assert client.get("/notifications/read/").status_code == 405
    answer = client.post("/notifications/read/", follow=True)
    assert "2 notifications are marked as read." in answer.content.decode()
    assert list(Notification.objects.unread()) == [other]


# Choices --------------------------------------------------------------------------------------------------


def chosen(rained: str = "at_once", stormed: str = "daily", danced: str = "off") -> dict[str, str]:
    return {"rained": rained, "stormed": stormed, "danced": danced}


def test_the_page_shows_each_kind_under_its_heading_as_it_reaches_one(client: Client, una: User) -> None:
    html = page(client, "/profile/notifications/")
    order = [
        "Weather",
        "It rains",
        "It storms",
        "Your organisation wants everyone",
        "Feasts",
        "Someone dances",
    ]
    assert sorted(order, key=html.index) == order
    assert re.findall(r'value="(\w+)" selected', html) == ["at_once", "daily", "off"]
    assert html.count('value="off"') == 2, "what is mandatory cannot be switched off"
    assert "/profile/notifications/" in page(client, "/roles/"), "the menu leads here"


def test_a_choice_is_kept_and_reset(client: Client, una: User) -> None:
    answer = client.post("/profile/notifications/", chosen(rained="off", stormed="at_once"), follow=True)
    html = answer.content.decode()
    assert "Your choice is saved." in html
    assert re.findall(r'value="(\w+)" selected', html) == ["off", "at_once", "off"]
    html = client.post("/profile/notifications/reset/", follow=True).content.decode()
    assert re.findall(r'value="(\w+)" selected', html) == ["at_once", "daily", "off"]


@pytest.mark.parametrize("wrong", [chosen(stormed="off"), chosen(rained="never"), {"rained": "off"}])
def test_what_cannot_be_chosen_is_said_beside_it_and_changes_nothing(
    client: Client, una: User, wrong: dict[str, str]
) -> None:
    answer = client.post("/profile/notifications/", wrong)
    assert "errorlist" in answer.content.decode()
    assert not una.notification_choices.exists()
