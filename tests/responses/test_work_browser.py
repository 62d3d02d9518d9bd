"""My work and the pages behind it in a real browser: in place, by keyboard, without a script, on a small screen."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evaltrack.models import Notification
from recommendations.choices import Decision
from recommendations.models import Evaluation
from responses import actions, answers, progress
from responses.choices import ResponseState
from responses.models import ProgressUpdate
from tests import factories as make
from tests.people import five

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Agree before construction begins who keeps the pump, who pays for spare parts and who is called. " * 7
LONG_OFFICE = (
    "Regional Office for the Northern Archipelago and the Western Uplands, with Liaison to the Assembly"
)
LIST = "1. Strengthen the handover.\n   a) write it down\n   b) go back\n2. Revise the manual.\n3. Publish the survey.\n"


@pytest.fixture
def office():
    return make.office(LONG_OFFICE)


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def evaluation(office, people):
    return make.evaluation([office], title=LONG[:300], report_date=timezone.localdate() - timedelta(days=200))


@pytest.fixture
def action(evaluation, people):
    answer = make.answer(
        make.recommendation(evaluation, text=LONG), decision=Decision.ACCEPTED, narrative=LONG
    )
    made = make.action(answer, lead=people["action owner"], text=LONG[:400])
    actions.set_deadline(made, (timezone.localdate() - timedelta(days=3)).isoformat(), by=None)
    return made


def sign_in(context: BrowserContext, live_server, person) -> None:
    client = Client()
    client.force_login(person)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def test_an_update_takes_three_clicks_and_a_line_and_leaves_one_where_one_was(
    page: Page, context, live_server, people, action
):
    sign_in(context, live_server, people["action owner"])
    page.goto(live_server.url)
    row = page.locator(f"#action-{action.pk}")
    row.get_by_role("link", name="Update").click()
    row.get_by_label("Completed").check()
    row.get_by_label("Comments or action taken").fill("All eleven have signed.")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_text("Saved.")).to_be_visible()
    expect(row.get_by_text("Completed")).to_be_visible()
    expect(row.get_by_role("link", name="Update")).to_be_focused()
    assert page.url == live_server.url + "/"
    update = ProgressUpdate.objects.get()
    assert (update.status, update.comment, update.as_of) == (
        "completed",
        "All eleven have signed.",
        timezone.localdate(),
    )


def test_the_keyboard_is_enough(page: Page, context, live_server, people, action):
    sign_in(context, live_server, people["action owner"])
    page.goto(live_server.url)
    row = page.locator(f"#action-{action.pk}")
    row.get_by_role("link", name="Update").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_label("Not initiated")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("Begun.")
    page.keyboard.press("Tab")
    row.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text("Saved.")).to_be_visible()
    assert ProgressUpdate.objects.get().status == "initiated"


def test_without_a_script_the_way_leads_over_the_page_of_the_action_and_back(
    browser: Browser, live_server, people, action
):
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server, people["action owner"])
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("link", name="Update").click()
    page.get_by_label("Completed").check()
    page.get_by_label("Comments or action taken").fill("All signed.")
    page.get_by_role("button", name="Save").click()
    assert page.url == f"{live_server.url}/#action-{action.pk}"
    expect(page.get_by_text("Saved:")).to_be_visible()
    assert ProgressUpdate.objects.get().comment == "All signed."
    context.close()


def enter(page: Page, live_server) -> None:
    """From the cover of a report to its matrix."""
    page.set_default_timeout(8000)
    page.goto(live_server.url + "/evaluations/new/")
    page.get_by_label("Title", exact=True).fill("Evaluation of the river ports")
    page.locator("fieldset", has_text="Countries").locator("summary").click()
    page.get_by_label("Kenya").check()
    page.get_by_role("radio", name="Plain management response matrix").check()
    page.get_by_role("button", name="Save, and on to the recommendations").click()
    page.get_by_label("The recommendations, as a numbered list").fill(LIST)
    page.get_by_role("button", name="Show what was understood").click()
    page.locator("fieldset", has_text="Row 3").get_by_role("button", name="Merge").click()
    expect(page.get_by_text("2 rows. Nothing is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save the recommendations").click()
    expect(page.get_by_role("group", name="Who answers").get_by_label(LONG_OFFICE)).to_be_checked()
    expect(page.get_by_label("hand them over now")).to_be_checked()
    page.locator("#id_coordinator").select_option(label="Arlo Quist")
    day = timezone.localdate() + timedelta(days=20)
    page.get_by_label("Due on").fill(day.isoformat())
    page.get_by_label("A word to the coordinator").fill("By the board, please.")
    page.get_by_role("button", name="Ask for the response").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Management response matrix")
    made = Evaluation.objects.get(title="Evaluation of the river ports")
    assert [one.text for one in made.recommendations.present()] == [
        "Strengthen the handover.", "Revise the manual.\n\nPublish the survey.",
    ]  # fmt: skip
    assert [country.code for country in made.countries] == ["KE"]
    response = made.responses.get()
    assert (response.office.name, response.coordinator.name, response.due_on, response.state) == (
        LONG_OFFICE, "Arlo Quist", day, ResponseState.DRAFTING,
    )  # fmt: skip
    assert response.coordinator_text == "Arlo Quist"
    assert Notification.objects.get(person=response.coordinator).detail == "By the board, please."


@pytest.mark.parametrize("script", [True, False])
def test_an_evaluation_is_entered_from_cover_to_matrix(browser: Browser, live_server, people, script):
    context = browser.new_context(java_script_enabled=script)
    sign_in(context, live_server, people["officer of the office"])
    enter(context.new_page(), live_server)
    context.close()


def test_countries_are_found_by_typing_and_named_when_chosen(page: Page, context, live_server, people):
    sign_in(context, live_server, people["officer of the office"])
    page.goto(live_server.url + "/evaluations/new/")
    picker = page.locator("fieldset", has_text="Countries")
    picker.locator("summary").click()
    search = picker.get_by_label("Search the countries")
    expect(search).to_be_focused()
    search.fill("cote d")
    expect(picker.get_by_role("checkbox")).to_have_count(1)
    search.press("Enter")
    expect(picker.locator("summary")).to_contain_text("Côte d'Ivoire")
    search.fill("zzz")
    expect(picker.get_by_text("Nothing matches.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_passes_axe_and_fits_the_screen(
    browser: Browser, live_server, people, office, action, width
):
    unit, officer, owner = (
        people[name] for name in ("evaluation unit", "officer of the office", "action owner")
    )
    progress.report(
        action, by=owner, now=timezone.now(), as_of=timezone.localdate(), status="ongoing", comment=LONG
    )
    answers.narrate(action.answer, LONG, by=unit)
    by_round = make.evaluation([office], profile_slug="iom-2022", report_date=timezone.localdate())
    answer = make.answer(make.recommendation(by_round, text=LONG), decision=Decision.ACCEPTED)
    bare = make.evaluation([office])
    evaluation = action.answer.response.evaluation
    pages = [
        (owner, reverse("home")), (officer, reverse("home")), (unit, reverse("home") + "?changes=week"),
        (people["reader"], reverse("home")), (owner, reverse("action", args=[action.pk])),
        (officer, reverse("answer", args=[answer.pk])), (unit, reverse("evaluations")),
        (officer, reverse("evaluation", args=[evaluation.pk])), (officer, reverse("evaluation_new")),
        (officer, reverse("evaluation_edit", args=[evaluation.pk])),
        (officer, reverse("recommendations_paste", args=[bare.pk])),
        (officer, reverse("recommendations_paste", args=[bare.pk]) + "?rows"),
        (officer, reverse("response_new", args=[bare.pk])),
    ]  # fmt: skip
    faults = []
    for person, address in pages:
        context = browser.new_context(viewport={"width": width, "height": 900})
        sign_in(context, live_server, person)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(live_server.url + address)
        found = [fault["id"] for fault in Axe().run(page).response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if found or wide or said:
            faults.append((str(person), address, found, wide, said))
        context.close()
    assert faults == []
