"""The frame of every page: navigation, signing in on the way, refusals, pages of a list."""

import json
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from evaltrack import web
from evaltrack.models import User
from evaltrack.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db

# Open without signing in: the way in, the two health questions, and what has its own guard (API, admin,
# calendar feeds, the links in mails).
OPEN = (
    "accounts/", "healthz", "readyz", "admin/", "api/", "feeds/", "updates-by-mail/<", "my-actions/link/",
)  # fmt: skip


def addresses(patterns: list[URLPattern | URLResolver], above: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        path = above + str(pattern.pattern)
        found += addresses(pattern.url_patterns, path) if isinstance(pattern, URLResolver) else [path]
    return found


def filled(path: str) -> str:
    """An address that fits the pattern."""
    samples = {
        "int": "1",
        "uuid": "00000000-0000-0000-0000-000000000000",
        "str": "x",
        "slug": "x",
        "path": "x",
    }
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: samples[found[1] or "str"], path)


def test_every_page_asks_for_a_sign_in(client: Client) -> None:
    pages = [path for path in addresses(get_resolver().url_patterns) if not path.startswith(OPEN)]
    assert len(pages) > 15
    for page in pages:
        answers = [client.get(filled(page)), client.post(filled(page))]
        for answer in answers:
            if answer.status_code != 405:
                assert (answer.status_code, answer.headers.get("Location", "")[:15]) == (
                    302,
                    "/accounts/login",
                ), page
        assert any(answer.status_code == 302 for answer in answers), page


@pytest.mark.parametrize("header", ["HX-Request", "X-Requested-With"])
def test_a_script_without_a_session_is_told_instead_of_led_away(client: Client, header: str) -> None:
    answer = client.get("/profile/", headers={header: "true"})

    assert answer.status_code == 401
    assert json.loads(answer.headers["HX-Trigger"]) == {"signed-out": {}}
    assert answer.content == b""


@pytest.mark.parametrize(
    ("role", "entries"),
    [
        (None, ["My work", "Evaluations"]),
        (Role.READER, ["My work", "Evaluations", "Follow-up"]),
        (
            Role.EVALUATION_UNIT,
            [
                "My work",
                "Evaluations",
                "Follow-up",
                "Responses owed",
                "Rounds",
                "Independent check",
                "Mail",
            ],
        ),
        (
            Role.ADMINISTRATOR,
            ["My work", "Evaluations", "Follow-up", "Mail", "People", "Offices"],
        ),
    ],
)
def test_the_navigation_offers_what_the_person_may_use(
    client: Client, role: Role | None, entries: list[str], django_assert_num_queries: object
) -> None:
    person = make.member(role) if role else make.user()
    request = RequestFactory().get("/evaluations/")
    request.user = person

    with django_assert_num_queries(1):
        shown = web.navigation(request)

    assert [str(entry["label"]) for entry in shown] == entries
    assert [entry["url"] for entry in shown if entry["here"]] == ["/evaluations/"]


def test_a_page_part_without_navigation_asks_nothing(django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    request.user = make.user()

    with django_assert_num_queries(0):
        render_to_string("_breadcrumbs.html", {"crumbs": [("Here", "")]}, request)


def test_get_or_404_knows_only_what_it_is_given() -> None:
    person = make.user("Rea")

    assert web.get_or_404(User.objects.filter(name="Rea"), pk=person.pk) == person
    with pytest.raises(Http404):
        web.get_or_404(User.objects.filter(name="Else"), pk=person.pk)


def test_require_says_why() -> None:
    web.require(True, "never said")
    with pytest.raises(PermissionDenied, match="Ask Ada"):
        web.require(False, "Ask Ada.")


@pytest.mark.parametrize(
    ("asked", "number", "rows"), [("1", 1, 2), ("2", 2, 1), ("9", 2, 1), ("0", 2, 1), ("x", 1, 2), ("", 1, 2)]
)
def test_a_page_number_gives_the_nearest_page(asked: str, number: int, rows: int) -> None:
    for _row in range(3):
        make.user()

    page = web.paginate(User.objects.order_by("pk"), RequestFactory().get(f"/?page={asked}"), per_page=2)

    assert (page.number, len(page.object_list)) == (number, rows)


def test_a_toast_travels_in_a_header() -> None:
    answer = web.toast(HttpResponse(), "Removed.", undo="/undo/1/")

    assert json.loads(answer.headers["HX-Trigger"]) == {"toast": {"text": "Removed.", "undo": "/undo/1/"}}


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("400.html", "Nothing was changed."),
        ("403_csrf.html", "You have signed in or out since it was opened"),
        ("404.html", "There is no such page"),
        ("429.html", "Wait five minutes"),
        ("500.html", "What you had saved before is safe."),
    ],
)
def test_error_pages_help_and_need_no_request(template: str, sentence: str) -> None:
    page = render_to_string(template)

    assert sentence in page
    assert page.count("<h1>") == 1


def test_pages_carry_no_inline_script_or_style(client: Client) -> None:
    client.force_login(make.member(Role.ADMINISTRATOR))
    for path in ("/profile/", "/people/", "/people/add/", "/offices/", "/offices/add/", "/roles/"):
        page = client.get(path)
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        for forbidden in (" style=", "<style", "javascript:", " onclick=", "<script>"):
            assert forbidden not in page.text, (path, forbidden)


def test_a_form_from_an_older_session_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/accounts/login/", {"login": "a@example.org", "password": "x"})

    assert answer.status_code == 403
    assert "This page was out of date" in answer.text
