"""The whole day in a real browser: enter an evaluation, answer it, report on it, and take the PDF home."""

import subprocess
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack.models import User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import reminders, requests
from responses.choices import ResponseState
from responses.models import KeyAction, ProgressUpdate, RecommendationResponse
from tests import factories as make
from tests.browser import SCREENS, enter, inspect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTED = """1. Strengthen the part that fishing communities take in planning the repair of quays, so that plans reflect
the whole year.
   - Hold a yearly hearing in each port.
   - Publish what was said within a month.

2. Give the port authorities a handbook for the maintenance of floating piers.

3. Close the small grants scheme for boat builders."""


@pytest.fixture
def officer() -> User:
    office = make.office("Country Office Norland", short_name="CO Norland")
    make.member(Role.ACTION_OWNER, office, "Piet Madsen")
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


def cell(page: Page, name: str) -> object:
    return page.locator(f"#{name.replace('.', '-')}")


def fill(page: Page, name: str, text: str) -> None:
    found = page.locator(f"#{name.replace('.', '-')}")
    field = found.locator("textarea, select")
    if field.evaluate("field => field.matches('select')"):
        field.select_option(text)
    else:
        field.focus()
        field.fill(text)
        field.press("Tab")
    expect(found.locator(".saved")).to_be_visible()


def test_from_the_report_to_the_reported_action(
    page: Page, live_server: LiveServer, officer: User, tmp_path: Path
) -> None:
    page.set_default_timeout(10_000)
    enter(page, live_server, officer, "/")
    inspect(page, "day-1-my-work-empty")

    # The cover of the report.
    page.get_by_role("link", name="Enter an evaluation").click()
    inspect(page, "day-2-cover")
    page.get_by_label("Title", exact=True).fill("Final evaluation of the river ports programme")
    page.get_by_label("Short title").fill("River ports final evaluation")
    page.get_by_label("Period conducted").fill("2025-2026")
    page.get_by_label("IOM", exact=False).first.check()
    page.get_by_role("button", name="Save, and on to the recommendations").click()

    # Its recommendations, pasted, looked at, and only then saved.
    inspect(page, "day-3-paste")
    page.locator("textarea").first.fill(PASTED)
    page.get_by_role("button", name="Show what was understood").click()
    expect(page.get_by_text("3 rows. Nothing is saved yet.")).to_be_visible()
    assert not Evaluation.objects.get().recommendations.exists()
    inspect(page, "day-4-preview")
    page.get_by_role("button", name="Save the recommendations").click()

    # Who answers, who sees to it, and until when.
    inspect(page, "day-5-response")
    made = Evaluation.objects.get()
    due = requests.term_from(made, timezone.localdate())
    who = page.get_by_role("group", name="Who answers")
    expect(who.get_by_label("Country Office Norland")).to_be_checked()
    expect(who.get_by_label("The organisation as a whole")).not_to_be_checked()
    expect(page.get_by_label("Due on")).to_have_value(due.isoformat())
    expect(page.get_by_label("hand them over now")).to_be_checked()
    page.locator("#id_coordinator").select_option(label="Ines Okafor")
    page.get_by_role("button", name="Ask for the response").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Management response matrix")
    expect(page.get_by_text("The management response is asked for.")).to_be_visible()
    response = made.responses.get()
    assert (response.office, response.coordinator, response.due_on, response.state) == (
        officer.memberships.get().office,
        officer,
        due,
        ResponseState.DRAFTING,
    )
    first, _second, third = Evaluation.objects.get().recommendations.present()
    assert [point.text for point in first.sub_points.all()] == [
        "Hold a yearly hearing in each port.",
        "Publish what was said within a month.",
    ]

    # The matrix.
    fill(page, f"answer.{first.pk}.decision", "accepted")
    fill(page, f"answer.{first.pk}.narrative", "Management accepts the recommendation and has begun.")
    fill(page, f"answer.{third.pk}.decision", "rejected")
    fill(
        page,
        f"answer.{third.pk}.narrative",
        "The scheme is evaluated next year; closing it now would be early.",
    )
    new = page.locator(f"#new-action-{first.pk}")
    new.fill("Hold the first hearing in each port.")
    new.press("Enter")
    expect(page.locator("tr[data-action]")).to_have_count(1)
    action = KeyAction.objects.get()
    fill(page, f"action.{action.pk}.deadline", "30 November 2026")
    fill(page, f"action.{action.pk}.responsible", "Piet Madsen with support of CO Norland")
    inspect(page, "day-6-matrix")
    page.reload()
    expect(page.locator(f"#answer-{first.pk}-narrative textarea")).to_have_value(
        "Management accepts the recommendation and has begun."
    )
    assert RecommendationResponse.objects.get(recommendation=third).decision == "rejected"

    # The official PDF.
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    path = tmp_path / "matrix.pdf"
    download.value.save_as(path)
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Hold the first hearing" in text
    assert "River ports final evaluation" in text
    assert "Ines Okafor" in text


def test_the_action_owner_reports_from_the_first_page(
    page: Page, live_server: LiveServer, officer: User
) -> None:
    """At most three clicks and a line of text, and one is where one was."""
    owner = User.objects.get(name="Piet Madsen")
    answer = make.answer(make.recommendation(make.evaluation()), decision="accepted")
    action = make.action(answer, due=make.NOW.date(), lead=owner, text="Hold the first hearing in each port.")
    reminders.plan(today=make.NOW.date(), now=make.NOW)
    enter(page, live_server, owner, "/")
    inspect(page, "day-7-my-work")
    row = page.locator("li", has_text="Hold the first hearing").first
    row.get_by_role("link", name="Update").click()
    page.get_by_label("Completed").check()
    page.get_by_role("textbox").first.fill("Held in all four ports.")
    inspect(page, "day-8-reporting")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".row-note")).to_have_text("Saved.")
    expect(page).to_have_url(f"{live_server.url}/")
    update = ProgressUpdate.objects.get()
    assert (update.status, update.comment, update.reported_by) == (
        "completed",
        "Held in all four ports.",
        owner,
    )
    for path, name in [(f"/actions/{action.pk}/", "day-9-action"), ("/profile/mail/", "day-10-mail")]:
        page.goto(live_server.url + path)
        inspect(page, name)


@pytest.mark.parametrize(("width", "scheme", "beside"), SCREENS)
@pytest.mark.parametrize("profile", ["iom-matrix", "iom-2022", "plain"])
def test_the_screens_of_the_day_at_every_width(
    page: Page, live_server: LiveServer, officer: User, profile: str, width: int, scheme: str, beside: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    evaluation = make.evaluation([officer.memberships.get().office], profile)
    response = make.response(
        evaluation, overall_comment="See the **annex** at https://example.org/annex[^1]."
    )
    answer = make.answer(make.recommendation(evaluation), response, decision="partially_accepted")
    action = make.action(answer, due=make.NOW.date(), lead=officer)
    make.answer(make.recommendation(evaluation), response, decision="rejected", narrative="No.")
    enter(page, live_server, officer, "/")
    screens = {
        "home": "/",
        "list": "/evaluations/",
        "evaluation": f"/evaluations/{evaluation.pk}/",
        "edit": f"/evaluations/{evaluation.pk}/edit/",
        "matrix": f"/responses/{response.pk}/matrix/",
        "closed": f"/responses/{response.pk}/matrix/?open=0",
        "action": f"/actions/{action.pk}/",
        "answer": f"/answers/{answer.pk}/",
    }
    for name, path in screens.items():
        page.goto(live_server.url + path)
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        inspect(page, f"{name}-{profile}-{width}-{scheme}", beside)
