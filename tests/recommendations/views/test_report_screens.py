"""A report from the file to the saved recommendations in a real Chromium, while another worker reads it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from recommendations import readings
from tests import factories as make
from tests.browser import SCREENS, enter, inspect
from tests.people import five
from tests.recommendations import made_reports as made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_report_is_read_mended_and_entered(page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    office = make.office("Country Office Norland")
    officer = five(office)["officer of the office"]
    evaluation = make.evaluation([office], title="River ports")
    report = tmp_path / "report.docx"
    report.write_bytes(made.word(*made.ENGLISH))
    width, colours, _beside = SCREENS[0]
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=colours)

    enter(page, live_server, officer, f"/evaluations/{evaluation.pk}/report/")
    inspect(page, "report-upload", 320)
    page.get_by_label("The evaluation report").set_input_files(report)
    page.get_by_role("button", name="Read the report").click()
    expect(page.get_by_text("The report waits to be read.")).to_be_visible()
    inspect(page, "report-waits", 320)
    assert readings.work(now=make.NOW) == 1
    expect(page.get_by_text("2 rows. Nothing is saved yet.")).to_be_visible()  # by itself
    inspect(page, "report-read", 320)

    page.locator("#merge-1").click()
    expect(page.get_by_text("1 row. Nothing is saved yet.")).to_be_visible()
    page.locator("[name=rows-0-text]").fill("Publish the timetable each month.")
    page.locator("[name=lessons-1-DELETE]").check()
    page.get_by_role("button", name="Save what is not left out").click()

    expect(
        page.get_by_text("1 recommendation is saved. 2 lessons and good practices are saved.")
    ).to_be_visible()
    inspect(page, "report-evaluation", 320)
    assert [one.text for one in evaluation.recommendations.present()] == ["Publish the timetable each month."]
    page.get_by_role("link", name="Mend or remove").click()
    inspect(page, "report-lessons", 320)
