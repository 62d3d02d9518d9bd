"""Evidence in a real browser: chosen, refused before it is sent, attached, enlarged by keyboard; for everyone."""

import io

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from evaltrack import files, inspection, stores
from recommendations.choices import Decision
from responses import evidence, progress
from tests import factories as make
from tests import files as samples
from tests.browser import SCREENS, enter, inspect
from tests.people import five

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "colours", "beside"), SCREENS)
def test_evidence_on_the_page_of_an_action(
    page: Page, live_server, settings, tmp_path, width: int, colours, beside: int
) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage("", tmp_path)}
    settings.MAX_UPLOAD_MB = 1
    office = make.office()
    owner = five(office)["action owner"]
    recommendation = make.recommendation(make.evaluation([office], profile_slug="plain"), priority=1)
    action = make.action(make.answer(recommendation, decision=Decision.ACCEPTED), lead=owner)
    photo = files.Upload(
        io.BytesIO(samples.picture("JPEG", (900, 600))), "a-photo-with-a-long-name" * 5 + ".jpg"
    )
    shown = [
        evidence.uploaded(photo, now=timezone.now()),
        evidence.linked("https://example.org/" + "a" * 150),
    ]
    progress.report(
        action, by=owner, now=timezone.now(), as_of=timezone.localdate(), status="in_progress",
        attachments=shown,
    )  # fmt: skip
    inspection.inspect(now=timezone.now())
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=colours)
    enter(page, live_server, owner, reverse("action", args=[action.pk]))

    page.get_by_text("Evidence: files or a link").click()
    inspect(page, f"evidence-{width}", beside)
    picture = page.locator("a[data-enlarge]")
    picture.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    inspect(page, f"evidence-enlarged-{width}", beside)
    page.keyboard.press("Escape")
    expect(picture).to_be_focused()

    field = page.get_by_label("Evidence: files")
    large = {"name": "film.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + b"x" * 1_100_000}
    field.set_input_files([large])
    expect(page.locator(".chosen-files")).to_contain_text("“film.pdf” is too large")
    page.get_by_label("Completed").check()
    page.get_by_role("button", name="Save", exact=True).click()
    assert action.updates.count() == 1  # the browser did not send it
    field.set_input_files([{"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Agreed."}])
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="notes.txt", exact=True)).to_be_visible()
    assert action.updates.count() == 2
