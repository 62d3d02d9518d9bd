"""The delivery log and one's own mail in a real Chromium."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack import mail
from evaltrack.models import Mail, User
from evaltrack.roles import Role
from tests import factories as make
from tests.browser import SCREENS, enter, inspect
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "Dear Eva,\n\nOverdue\n\n- Safe wells, recommendation 3\n  http://127.0.0.1:8000/actions/1/\n"


@pytest.fixture
def unit() -> User:
    person = make.member(Role.EVALUATION_UNIT, name="Eva Unit")
    for number in range(60):
        mail.enqueue(
            key=f"k{number}", kind="digest", subject=f"{number + 2} key actions need you: 2 overdue", text=TEXT,
            person=person, now=NOW,
        )  # fmt: skip
    refused = "550 5.1.1 <a.very.long.address.of.a.person.who.has.left@mail.example.org>: no such person"
    Mail.objects.filter(key="k58").update(state="failed", attempts=1, error=refused)
    Mail.objects.filter(key="k57").update(attempts=3, error="451 4.7.1 greylisted")
    Mail.objects.filter(key__lt="k5").update(state="sent", attempts=1, sent_at=NOW)
    return person


@pytest.mark.parametrize(("width", "scheme", "beside"), SCREENS)
def test_its_screens_are_accessible_at_every_width(
    page: Page, live_server: LiveServer, unit: User, width: int, scheme: str, beside: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    enter(page, live_server, unit, "/mail/")
    failed = Mail.objects.get(state="failed")
    for path in ("/mail/", "/mail/?q=nobody", f"/mail/{failed.pk}/", "/profile/mail/"):
        page.goto(live_server.url + path)
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        name = path.replace(f"{failed.pk}", "one").strip("/").replace("/", "-").replace("?", "-")
        inspect(page, f"{name}-{width}-{scheme}", beside)


def test_a_failed_mail_is_found_and_sent_again(page: Page, live_server: LiveServer, unit: User) -> None:
    enter(page, live_server, unit, "/mail/")
    page.get_by_role("link", name="Show what failed").click()
    page.get_by_role("link", name="60 key actions need you").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("The mail is sent again within a minute or so.")).to_be_visible()
    assert not Mail.objects.filter(state="failed").exists()


def test_ones_own_mail_is_in_the_menu_and_leads_to_the_action(
    page: Page, live_server: LiveServer, unit: User
) -> None:
    enter(page, live_server, unit, "/profile/")
    page.get_by_text("Eva Unit", exact=True).first.click()
    page.get_by_role("link", name="My mail").click()
    expect(page.get_by_role("link", name="http://127.0.0.1:8000/actions/1/")).to_have_count(1)
    page.get_by_text("60 key actions need you: 2 overdue").click()
    expect(page.get_by_role("link", name="http://127.0.0.1:8000/actions/1/")).to_have_count(2)
