"""The bell and the pages of notifications in a real browser: in place, by keyboard, on a small screen."""

from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack.models import Delivery, Notification, User
from evaltrack.notifications import Kind
from tests import factories as make
from tests.browser import enter, inspect
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Una Berg wrote of recommendation 7 of the Evaluation of the Watersheds of the Northern Archipelago "
RAINED = Kind("rained", "Someone comments on what I coordinate or draft", group="Working together")
STORMED = Kind(
    "stormed", "A response waits for my clearance", Delivery.DAILY, mandatory=True, group="Clearance"
)
KINDS = (RAINED, STORMED)
WIDTHS = (1280, 320)


@pytest.fixture(autouse=True)
def kinds(settings: LazySettings) -> None:
    settings.NOTIFICATION_KINDS = ["tests.evaltrack.test_notification_screens.KINDS"]


@pytest.fixture
def una() -> User:
    return make.user("Una Berg-Featherstonehaugh")


def told(person: User, text: str = LONG, **fields: Any) -> Notification:
    fields = {"kind": "rained", "about": "x", "url": "/roles/", "delivery": "off", "at": NOW, **fields}
    return Notification.objects.create(
        person=person, key=str(Notification.objects.count()), text=text, **fields
    )


def test_every_page_of_it_is_accessible_and_fits(page: Page, live_server: LiveServer, una: User) -> None:
    told(una, read_at=NOW)
    for _one in range(120):
        told(una, detail="Could we say **by whom**? " + "unbroken" * 20)
    enter(page, live_server, una, "/notifications/")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for name, address in (
            ("list", "/notifications/"),
            ("nothing", "/notifications/?kind=stormed"),
            ("choices", "/profile/notifications/"),
        ):
            page.goto(live_server.url + address)
            inspect(page, f"notifications-{name}-{width}")
        header = page.locator(".top-inner").bounding_box()
        assert header
        assert header["height"] < 60, "the bell and the menu stand on one line"


def test_the_bell_leads_to_the_list_and_one_of_it_to_the_thing(
    page: Page, live_server: LiveServer, una: User
) -> None:
    told(una)
    told(una, "It rains in.")
    enter(page, live_server, una, "/roles/")
    page.get_by_role("link", name="Notifications, 2 unread").click()
    page.get_by_role("link", name="It rains in.").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/roles/")
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()


def test_the_bell_looks_again_while_the_tab_is_seen(page: Page, live_server: LiveServer, una: User) -> None:
    page.clock.install()
    enter(page, live_server, una, "/roles/")
    bell = page.locator("#bell")
    expect(bell).to_have_accessible_name("Notifications, none unread")
    bell.focus()
    told(una)
    page.clock.fast_forward(60_000)
    expect(bell).to_have_accessible_name("Notifications, none unread")
    page.clock.fast_forward(61_000)
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    expect(bell).to_be_focused()

    page.evaluate("Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})")
    told(una)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(600_000)
    page.wait_for_timeout(300)
    assert asked == []
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(bell).to_have_accessible_name("Notifications, 2 unread")


def test_a_server_out_of_reach_is_no_news_to_who_asked_for_nothing(
    page: Page, live_server: LiveServer, una: User
) -> None:
    page.clock.install()
    enter(page, live_server, una, "/roles/")
    page.route("**/notifications/bell/", lambda route: route.abort())
    with page.expect_request("**/notifications/bell/"):
        page.clock.fast_forward(121_000)
    page.wait_for_timeout(300)
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator("#bell")).to_be_visible()


def test_choices_are_made_and_reset_with_a_question(page: Page, live_server: LiveServer, una: User) -> None:
    enter(page, live_server, una, "/roles/")
    page.get_by_text("Una Berg-Featherstonehaugh").click()
    page.get_by_role("link", name="How I am told").click()
    page.get_by_label(str(RAINED.label)).select_option("off")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(page.get_by_label(str(RAINED.label))).to_have_value("off")
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_label(str(RAINED.label))).to_have_value("at_once")


def test_the_filter_takes_effect_at_once(page: Page, live_server: LiveServer, una: User) -> None:
    told(una, "Rain.")
    told(una, "Storm.", kind="stormed")
    enter(page, live_server, una, "/notifications/")
    page.get_by_label("What about").select_option("stormed")
    expect(page.get_by_text("Rain.")).to_have_count(0)
    expect(page.get_by_text("Storm.")).to_be_visible()
    assert "kind=stormed" in page.url
