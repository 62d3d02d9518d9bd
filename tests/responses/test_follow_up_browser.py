"""The pages of follow-up in a real Chromium: nothing that axe finds, nothing wider than a small screen."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack.inbound import intake
from recommendations.models import Recommendation
from responses import postponing, progress, reminders, rounds, verification
from responses.models import KeyAction, Round, RoundMatrix
from tests import factories as make
from tests import mails
from tests.browser import enter, inspect
from tests.responses.follow_ups import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Agree before construction begins who keeps the pump, who pays for spare parts and who is called. " * 4


@pytest.fixture
def there(settings: LazySettings) -> World:
    """A year of follow-up: reported and doubted, put off, reminded, asked in two rounds, answered by mail."""
    settings.INBOUND_ADDRESS = "reply@example.net"
    made = World()
    now = timezone.localtime()
    Recommendation.objects.update(text=LONG)
    KeyAction.objects.update(text=LONG)
    dropped = make.action(made.answer, lead=made.lead, text=LONG, due=now.date() + timedelta(days=7))
    progress.report(
        dropped, by=made.lead, now=now, as_of=now.date(), status=made.word("dropped"),
        reason_code="no_funds", reason=LONG,
    )  # fmt: skip
    postponing.ask(made.fresh(), "30 June 2031", by=made.lead, now=now, reason=LONG)
    made.report(made.word("completed"), comment=LONG)
    verification.name_reviewer(made.response, make.user("Rolf Second"), by=made.unit, now=now)
    verification.check(
        made.fresh(), by=made.unit, now=now, implementation="partly", reason=LONG, question=LONG
    )
    for name in ("Time 2", "Time 3", "Board cut-off"):
        if before := RoundMatrix.objects.open():
            rounds.close(before, by=made.unit, now=now)
            rounds.freeze(now=now)
        rounds.open([made.response.pk], name, by=made.unit, now=now, today=now.date())
        rounds.ask(now=now)
    reminders.plan(now=now)
    digest = mails.digest(made.lead)
    intake.take(mails.answer(digest, LONG), now=now)
    intake.take(mails.returned(digest), now=now)
    return made


def test_every_page_is_accessible_and_fits(page: Page, live_server: LiveServer, there: World) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    page.emulate_media(color_scheme="dark")
    enter(page, live_server, there.unit, "/approvals/")
    open_round = Round.objects.get(name="Board cut-off")
    matrix = open_round.matrices.get()
    addresses = {
        "approvals": "/approvals/",
        "tracking-ended": "/tracking-ended/",
        "check-list": "/responses/to-check/",
        "check-response": f"/responses/{there.response.pk}/check/",
        "check-action": f"/actions/{there.action.pk}/check/",
        "rounds": "/rounds/",
        "round-open": f"/rounds/open/?response={there.response.pk}",
        "round": f"/rounds/{open_round.pk}/",
        "round-matrix": f"/rounds/{open_round.pk}/{matrix.pk}/",
        "rounds-compare": f"/responses/{there.response.pk}/rounds/compare/",
        "received": "/mail/received/",
        "coming": "/reminders/coming/",
        "told": "/reminders/told/",
        "action-told": f"/actions/{there.action.pk}/told/",
        "action": f"/actions/{there.action.pk}/",
    }
    for name, address in addresses.items():
        answer = page.goto(live_server.url + address)
        assert answer
        assert answer.ok, address
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        inspect(page, f"follow-up-{name}", 1280)
