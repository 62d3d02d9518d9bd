"""The overview and the calendar in a real browser: by keyboard, many at once, on a small screen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from evaltrack.models import Notification
from responses.models import ActionParty
from tests import factories as make
from tests.browser import enter, inspect
from tests.people import five

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Agree before construction begins who keeps the pump, who pays for spare parts and who is called. " * 4


@pytest.fixture
def people():
    office = make.office("Regional Office for the Northern Archipelago and the Western Uplands")
    people = five(office)
    evaluation = make.evaluation([office], title=LONG[:300])
    response = make.response(evaluation, office=office, state="cleared")
    answer = make.answer(make.recommendation(evaluation), response, decision="accepted")
    today = timezone.localdate()
    for number in range(8):
        due = today + timedelta(days=number - 3 if number < 7 else 0)
        make.action(answer, text=f"{number}: {LONG}", due=due, lead=people["action owner"])
    make.action(answer, text="Nobody's.")
    make.action(answer, text="Done.", **make.closed())
    return people


def test_by_keyboard_many_are_chosen_and_asked_about(page: Page, live_server, people):
    enter(page, live_server, people["officer of the office"], "/follow-up/?all")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#picked")).to_have_text("1 chosen")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    boxes = page.locator("input[name=action]")
    assert [boxes.nth(at).is_checked() for at in range(4)] == [False, True, False, False]
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("#picked")).to_have_text("3 chosen")
    # While one types, letters are letters.
    page.keyboard.press("/")
    page.keyboard.type("jxk?")
    assert page.locator("#id_q").input_value() == "jxk?"
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#id_q").fill("")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    inspect(page, "board-keys")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Ask how they stand").click()
    inspect(page, "board-move")
    page.get_by_label("A word to those").fill("Before Friday, please.")
    page.get_by_role("button", name="Ask about 3 key actions").click()
    expect(page.get_by_text("1 person is asked about 3 key actions.")).to_be_visible()
    assert Notification.objects.get().person == people["action owner"]

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/actions/*/")


@pytest.mark.parametrize("width", [1280, 320])
def test_every_view_is_sound(page: Page, live_server, people, width):
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, live_server, people["officer of the office"], "/follow-up/?show=late")
    for name, path in (
        ("list", "/follow-up/?all"), ("columns", "/follow-up/?view=columns"), ("months", "/follow-up/?view=months"),
        ("calendar", "/calendar/"), ("calendar-office", f"/calendar/?office={ActionParty.objects.first().action.answer.response.office_id}"),
        ("feeds", "/profile/calendar/"),
    ):  # fmt: skip
        page.goto(f"{live_server.url}{path}")
        inspect(page, f"{name}-{width}")
    page.get_by_role("button", name="Make the address").click()
    assert page.get_by_label("Address", exact=True).input_value().startswith(f"{live_server.url}/feeds/")
    inspect(page, f"feed-made-{width}")
