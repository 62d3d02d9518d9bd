"""The screens of people and accounts in a real Chromium: no accessibility fault, no overflow, working scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack.models import Membership, Office, User
from evaltrack.roles import Role
from tests import factories as make
from tests.browser import SCREENS, enter, inspect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/profile/",
    "/accounts/password/",
    "/people/",
    "/people/?q=nobody",
    "/people/add/",
    "/people/{person}/",
    "/people/{person}/edit/",
    "/people/{person}/hand-over/",
    "/offices/",
    "/offices/add/",
    "/offices/{office}/",
    "/offices/{office}/edit/",
    "/offices/{office}/merge/",
    "/orphans/",
    "/roles/",
    "/nowhere/",
]
OPEN_PAGES = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/1-used/"]


@pytest.fixture
def hq() -> Office:
    return make.office("Department of Operations and Emergencies", short_name="DOE", kind="headquarters")


@pytest.fixture
def admin(hq: Office) -> User:
    return make.member(Role.ADMINISTRATOR, hq, "Ada Admin", time_zone="Africa/Nairobi")


@pytest.fixture
def clerk(hq: Office) -> User:
    country = make.office("Country Office Arvendia", parent=hq)
    country.aliases.create(name="Bureau d’Arvendié")
    return make.member(Role.READER, country, "Cy Clerk", function="Programme officer")


@pytest.fixture(autouse=True)
def no_complaints(page: Page) -> Iterator[None]:
    """The console stays empty: no script error, nothing that the content policy had to stop."""
    said: list[str] = []
    refused = re.compile(r"status of 4[02]|Response Status Error Code 401")
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert [text for text in said if not refused.search(text)] == []


@pytest.mark.parametrize(("width", "scheme", "beside"), SCREENS)
def test_every_screen_is_accessible_at_every_width(
    page: Page, live_server: LiveServer, admin: User, clerk: User, width: int, scheme: str, beside: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    office = Membership.objects.get(person=clerk).office_id
    for path in OPEN_PAGES:
        page.goto(live_server.url + path)
        inspect(page, f"{path.strip('/').replace('/', '-')}-{width}-{scheme}", beside)
    enter(page, live_server, admin, "/profile/")
    for path in PAGES:
        page.goto(live_server.url + path.format(person=clerk.pk, office=office))
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        inspect(page, f"{path.strip('/').replace('/', '-').replace('?', '-')}-{width}-{scheme}", beside)


def test_the_menu_of_a_small_screen_opens_by_keyboard(
    page: Page, live_server: LiveServer, admin: User
) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    enter(page, live_server, admin, "/profile/")
    people = page.get_by_role("navigation", name="Main").get_by_role("link", name="People")
    expect(people).to_be_hidden()

    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(people).to_be_visible()
    inspect(page, "menu-360")

    page.get_by_text("Ada Admin", exact=True).first.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_the_list_follows_the_typing(page: Page, live_server: LiveServer, admin: User, clerk: User) -> None:
    enter(page, live_server, admin, "/people/")
    expect(page.get_by_role("link", name="Cy Clerk")).to_be_visible()

    page.get_by_label("Name or address").press_sequentially("ada")

    expect(page.get_by_role("link", name="Cy Clerk")).to_have_count(0)
    expect(page.get_by_role("link", name="Ada Admin")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}/people/?q=ada&office=&role=&active=")
    page.go_back()
    expect(page.get_by_role("link", name="Cy Clerk")).to_be_visible()


def test_a_question_is_asked_before_a_person_is_deactivated(
    page: Page, live_server: LiveServer, admin: User, clerk: User
) -> None:
    enter(page, live_server, admin, f"/people/{clerk.pk}/")

    page.get_by_role("button", name="Deactivate").click()
    inspect(page, "confirm-1280")
    page.get_by_role("button", name="Cancel").click()
    assert User.objects.get(pk=clerk.pk).is_active

    page.get_by_role("button", name="Deactivate").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Cy Clerk can no longer sign in.")).to_be_visible()
    assert not User.objects.get(pk=clerk.pk).is_active


def test_an_expired_session_keeps_what_was_typed(
    page: Page, live_server: LiveServer, admin: User, clerk: User
) -> None:
    enter(page, live_server, admin, "/people/")
    page.context.clear_cookies()

    page.get_by_label("Name or address").press_sequentially("cy")

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You are no longer signed in. What you typed is still here.")
    expect(page.get_by_label("Name or address")).to_have_value("cy")
    inspect(page, "signed-out-1280")
    with page.context.expect_page() as opened:
        alert.get_by_role("link").click()
    tab = opened.value
    tab.get_by_label("Email").fill(admin.email)
    tab.get_by_label("Password").fill("correct horse")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are signed in again")

    page.get_by_label("Name or address").fill("cy clerk")
    expect(page.get_by_role("link", name="Ada Admin")).to_have_count(0)
    expect(alert).to_be_hidden()


def test_a_toast_offers_to_take_it_back(page: Page, live_server: LiveServer, admin: User) -> None:
    enter(page, live_server, admin, "/profile/")
    page.evaluate("evaltrack.toast('Row removed.', () => { document.title = 'taken back' })")
    inspect(page, "toast-1280")

    page.get_by_role("button", name="Undo").click()

    expect(page).to_have_title("taken back")
    expect(page.get_by_text("Row removed.")).to_have_count(0)


def test_everything_works_without_javascript(
    browser: object, live_server: LiveServer, admin: User, clerk: User
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = context.new_page()
    enter(page, live_server, admin, "/people/")

    page.get_by_label("Name or address").fill("cy")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Cy Clerk").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Cy Clerk can no longer sign in.")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Offices").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Offices")
    context.close()


def test_what_a_person_holds_is_handed_over_before_the_account_is_closed(
    page: Page, live_server: LiveServer, admin: User, clerk: User, hq: Office
) -> None:
    evaluation = make.evaluation([hq], short_title="River ports", manager=clerk)
    answer = make.answer(make.recommendation(evaluation), decision="accepted")
    action = make.action(answer, text="Mend the pump.", lead=clerk)
    enter(page, live_server, admin, f"/people/{clerk.pk}/")
    page.get_by_role("link", name="Deactivate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand over from Cy Clerk")
    expect(page.get_by_role("link", name="River ports: Mend the pump.")).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        inspect(page, f"hand-over-{width}")

    page.get_by_label("Reason").fill("Moves to another agency.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Name the new holder.")).to_be_visible()
    page.get_by_label("New holder").fill("Ada Admin")
    page.get_by_role("button", name="Hand over").click()

    expect(page.get_by_text("What Cy Clerk held is handed over.")).to_be_visible()
    expect(page.get_by_text("Cy Clerk can no longer sign in.")).to_be_visible()
    assert action.parties.get().person == admin
