"""The way through clearance in a real browser: wide, on a small screen, and without a script."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from responses import answers
from responses.choices import ResponseState
from tests.browser import inspect
from tests.responses.clearances import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def there() -> World:
    return World()


def page_of(browser: Browser, live_server, person, **options) -> Page:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context = browser.new_context(**options)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


def open_page(page: Page, live_server, there: World, name: str) -> None:
    page.goto(live_server.url + reverse(name, args=[there.response.pk]))


def state(there: World) -> str:
    there.response.refresh_from_db()
    return there.response.state


@pytest.mark.parametrize("javascript", [True, False])
def test_a_response_is_submitted_returned_and_cleared(browser, live_server, there, javascript):
    drafting = page_of(browser, live_server, there.coordinator, java_script_enabled=javascript)
    clearing = page_of(browser, live_server, there.head, java_script_enabled=javascript)

    def submit() -> None:
        open_page(drafting, live_server, there, "matrix")
        drafting.locator("summary", has_text="Submit for clearance").click()
        drafting.get_by_role("button", name="Submit for clearance").click()
        if javascript:
            drafting.get_by_role("button", name="Yes").click()
        expect(drafting.get_by_text("Submitted. It is now with Halima Deane")).to_be_visible()

    submit()
    open_page(clearing, live_server, there, "clearance")
    decide = clearing.locator(".moves").first
    decide.locator("summary", has_text="Return with a comment").click()
    decide.get_by_label("What is to be changed?").fill("Say by when.")
    decide.get_by_role("button", name="Return with a comment").click()
    expect(clearing.get_by_text("Returned with your comment.")).to_be_visible()
    assert state(there) == ResponseState.RETURNED
    answers.narrate(there.response.answers.get(), "Agreed, by May.", by=there.coordinator)
    submit()
    open_page(clearing, live_server, there, "clearance")
    expect(clearing.locator("ins").first).to_be_visible()
    decide = clearing.locator(".moves").last
    decide.locator("summary", has_text="Clear").click()
    decide.get_by_role("button", name="Clear", exact=True).click()
    expect(clearing.get_by_text("Cleared. It is now with Una Berg (Evaluation unit).")).to_be_visible()
    assert state(there) == ResponseState.IN_CLEARANCE


@pytest.mark.parametrize("width", [1280, 320])
def test_every_screen_of_the_way_is_accessible(browser, live_server, there, width):
    there.submit()
    there.move("return", there.head, comment="Say by when.")
    answers.narrate(there.response.answers.get(), "Agreed, by May.", by=there.coordinator)
    there.submit()
    for person, name in ((there.head, "clearance"), (there.coordinator, "matrix"), (there.head, "home")):
        page = page_of(browser, live_server, person, viewport={"width": width, "height": 800})
        page.goto(
            live_server.url + (reverse(name) if name == "home" else reverse(name, args=[there.response.pk]))
        )
        for summary in page.locator(".move > summary").all():
            summary.click()
        inspect(page, f"{name}-in-clearance-{width}")
