"""The matrix in a real browser: typing, leaving, meeting, losing the line and coming back."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from evaltrack.roles import Role
from recommendations.choices import Decision
from responses.models import KeyAction, ProgressUpdate
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def answer(office):
    response = make.response(make.evaluation([office], title="Evaluation of the river ports programme"))
    return make.answer(
        make.recommendation(response.evaluation), response, decision=Decision.ACCEPTED, narrative="Agreed."
    )


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


def sign_in(context: BrowserContext, live_server, person) -> None:
    client = Client()
    client.force_login(person)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


@pytest.fixture
def matrix(page: Page, context: BrowserContext, live_server, officer, answer):
    """The matrix page, signed in as the officer of the office."""
    sign_in(context, live_server, officer)
    page.set_default_timeout(8000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
    page.goto(f"{live_server.url}/responses/{answer.response_id}/matrix/")
    return page


def cell(page, name):
    return page.locator(f"#{name.replace('.', '-')}")


def write(page, name, text):
    """Type into a cell; the cell is left with the Tab key."""
    field = cell(page, name).locator("textarea")
    field.focus()
    field.fill(text)
    return field


def saved(page, name):
    expect(cell(page, name).locator(".saved")).to_be_visible()


def test_leaving_a_cell_saves_it_and_says_so(matrix, answer):
    name = f"answer.{answer.recommendation_id}.narrative"
    write(matrix, name, "Agreed, and begun.").press("Tab")
    saved(matrix, name)
    answer.refresh_from_db()
    assert answer.narrative == "Agreed, and begun."
    matrix.reload()
    expect(cell(matrix, name).locator("textarea")).to_have_value("Agreed, and begun.")
    assert matrix.faults == []


def test_ctrl_enter_saves_and_escape_takes_back(matrix, answer):
    name = f"answer.{answer.recommendation_id}.narrative"
    field = write(matrix, name, "First.")
    field.press("Control+Enter")
    saved(matrix, name)
    expect(field).to_be_focused()
    field.fill("Second thoughts.")
    field.press("Escape")
    expect(field).to_have_value("First.")
    field.press("Tab")
    answer.refresh_from_db()
    assert answer.narrative == "First."


def test_tab_goes_through_a_row(matrix, answer):
    matrix.locator("[name=new_action]").fill("Train the harbour masters.")
    matrix.locator("[name=new_action]").press("Enter")
    deadline = matrix.locator("[name$='.deadline']")
    expect(deadline).to_be_focused()
    deadline.fill("Q2 2027")
    deadline.press("Tab")
    expect(matrix.locator("[name$='.responsible']")).to_be_focused()
    expect(matrix.locator("tr[data-action] .short .hint")).to_have_text("due 30 June 2027")
    matrix.keyboard.press("Tab")
    matrix.keyboard.press("Tab")
    matrix.keyboard.press("Tab")
    action = KeyAction.objects.get()
    assert (action.text, str(action.deadline_due)) == ("Train the harbour masters.", "2027-06-30")


def test_two_people_in_one_cell_see_both_texts_and_the_second_chooses(matrix, answer):
    name = f"answer.{answer.recommendation_id}.narrative"
    field = write(matrix, name, "My words.")
    answer.narrative = "Their words."
    answer.save()
    field.press("Tab")
    expect(cell(matrix, name).locator("blockquote")).to_contain_text("Their words.")
    expect(field).to_have_value("My words.")
    answer.refresh_from_db()
    assert answer.narrative == "Their words."
    cell(matrix, name).get_by_role("button", name="Keep mine").click()
    saved(matrix, name)
    answer.refresh_from_db()
    assert answer.narrative == "My words."


def test_taking_theirs_leaves_nothing_unsaved(matrix, answer):
    name = f"answer.{answer.recommendation_id}.narrative"
    field = write(matrix, name, "My words.")
    answer.narrative = "Their words."
    answer.save()
    field.press("Tab")
    cell(matrix, name).get_by_role("button", name="Take theirs").click()
    expect(field).to_have_value("Their words.")
    matrix.reload()
    expect(cell(matrix, name).locator(".kept")).to_have_count(0)


def test_a_closed_tab_loses_nothing(matrix, context, answer, live_server):
    name = f"answer.{answer.recommendation_id}.narrative"
    context.set_offline(True)
    write(matrix, name, "Typed in the last second.")
    matrix.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{live_server.url}/responses/{answer.response_id}/matrix/")
    expect(cell(again, name).locator("textarea")).to_have_value("Typed in the last second.")
    expect(cell(again, name).locator(".kept")).to_contain_text("not saved")
    cell(again, name).get_by_role("button", name="Save it").click()
    saved(again, name)
    answer.refresh_from_db()
    assert answer.narrative == "Typed in the last second."


def test_an_expired_session_loses_nothing(matrix, context, answer, live_server, officer):
    name = f"answer.{answer.recommendation_id}.narrative"
    field = write(matrix, name, "Typed after the session ended.")
    context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    field.press("Tab")
    expect(cell(matrix, name).locator(".kept")).to_contain_text("signed out")
    expect(matrix.locator("#signed-out")).to_be_visible()
    sign_in(context, live_server, officer)
    matrix.reload()
    expect(cell(matrix, name).locator("textarea")).to_have_value("Typed after the session ended.")
    # The page may have saved it itself while it was left; else it offers what it kept.
    offer = cell(matrix, name).get_by_role("button", name="Save it")
    if offer.count():
        offer.click()
        saved(matrix, name)
    answer.refresh_from_db()
    assert answer.narrative == "Typed after the session ended."


def test_a_lost_line_saves_when_it_is_back(matrix, context, answer):
    name = f"answer.{answer.recommendation_id}.narrative"
    context.set_offline(True)
    write(matrix, name, "Typed off line.").press("Tab")
    expect(cell(matrix, name).locator(".kept")).to_contain_text("kept in this browser")
    context.set_offline(False)
    saved(matrix, name)
    answer.refresh_from_db()
    assert answer.narrative == "Typed off line."


def test_rows_are_ordered_by_keyboard_and_by_dragging_and_removed_with_undo(matrix, answer, live_server):
    first, second = make.action(answer, text="First."), make.action(answer, text="Second.")
    matrix.reload()
    matrix.get_by_role("button", name="Move action 1.2 up").press("Enter")
    expect(matrix.locator("tr[data-action]").first).to_have_attribute("data-action", str(second.pk))
    target = matrix.locator(f"#action-{first.pk}")
    below = {"x": 20, "y": target.bounding_box()["height"] - 4}
    matrix.locator(f"#action-{second.pk} .handle").drag_to(target, target_position=below)
    expect(matrix.locator("tr[data-action]").first).to_have_attribute("data-action", str(first.pk))
    matrix.get_by_role("button", name="Remove action 1.2").click()
    expect(matrix.locator("tr[data-action]")).to_have_count(1)
    matrix.get_by_role("button", name="Undo").click()
    expect(matrix.locator("tr[data-action]")).to_have_count(2)
    assert [one.text for one in KeyAction.objects.present()] == ["First.", "Second."]


def test_a_status_is_chosen_in_place(matrix, answer):
    action = make.action(answer)
    matrix.reload()
    cell(matrix, f"action.{action.pk}.status").locator("select").select_option("completed")
    saved(matrix, f"action.{action.pk}.status")
    assert ProgressUpdate.objects.get().status == "completed"


def test_a_responsible_cell_proposes_and_keeps_what_was_typed(matrix, answer):
    action = make.action(answer)
    make.user("Piet Madsen")
    matrix.reload()
    field = cell(matrix, f"action.{action.pk}.responsible").locator("textarea")
    field.focus()
    field.press_sequentially("Harbour board; Piet")
    expect(matrix.locator("#proposals li").first).to_contain_text("Piet Madsen")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Harbour board; Piet Madsen")
    field.press("Tab")
    saved(matrix, f"action.{action.pk}.responsible")
    action.refresh_from_db()
    assert action.responsible_text == "Harbour board; Piet Madsen"
    assert [party.person and party.person.name for party in action.parties.order_by("order")] == [
        None,
        "Piet Madsen",
    ]


def test_opening_one_recommendation_of_many_loads_only_that_one(matrix, answer):
    for _number in range(14):
        make.recommendation(answer.response.evaluation)
    asked = []
    matrix.reload()
    matrix.on("request", lambda request: asked.append(request.url))
    matrix.get_by_role("link", name="Evaluation recommendation 3", exact=True).click()
    expect(matrix.locator("section.block:not(.closed)")).to_have_count(1)
    # The browser asks for the icon when it pleases.
    assert len([url for url in asked if not url.endswith(".svg")]) == 1


def test_the_page_works_without_javascript(browser, live_server, officer, answer):
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server, officer)
    page = context.new_page()
    page.goto(f"{live_server.url}/responses/{answer.response_id}/matrix/")
    page.locator(f"[name='answer.{answer.recommendation_id}.narrative']").fill("Saved by a plain form.")
    page.locator("[name=new_action]").fill("A plain action.")
    page.get_by_role("button", name="Save: Evaluation recommendation 1").click()
    expect(page.locator("#messages")).to_contain_text("Saved.")
    expect(page.locator(f"[name='answer.{answer.recommendation_id}.narrative']")).to_have_value(
        "Saved by a plain form."
    )
    assert KeyAction.objects.get().text == "A plain action."
    context.close()
