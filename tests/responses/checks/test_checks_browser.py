"""From a finding to its cell with one click, in a browser."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack.roles import Role
from recommendations.choices import Decision
from tests import factories as make
from tests.browser import enter, inspect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_finding_leads_to_its_cell_on_this_page_and_from_its_own(
    page: Page, live_server: LiveServer
) -> None:
    office = make.office()
    response = make.response(make.evaluation([office]))
    first, second = make.recommendation(response.evaluation), make.recommendation(response.evaluation)
    make.action(make.answer(first, response, decision=Decision.ACCEPTED), lead=make.user())
    enter(page, live_server, make.member(Role.ME_OFFICER, office), f"/responses/{response.pk}/matrix/")
    page.locator("#checks summary").click()
    expect(page.locator("#checks")).to_contain_text("1 to mend before clearance")
    inspect(page, "checks-panel")
    page.locator("#checks").get_by_role("link", name="Recommendation 2").first.click()
    decision = page.locator(f"#answer-{second.pk}-decision select")
    expect(decision).to_be_focused()
    decision.select_option("rejected")
    expect(page.locator(f"#answer-{second.pk}-decision .saved")).to_be_visible()
    page.get_by_role("link", name="Check again").click()
    expect(page.locator("#checks")).to_contain_text("Partly accepted or rejected without a reason")
    page.goto(f"{live_server.url}/responses/{response.pk}/checks/")
    inspect(page, "checks-page")
    page.get_by_role("link", name="Recommendation 2").first.click()
    expect(page.locator(f"#answer-{second.pk}-narrative textarea")).to_be_focused()
