"""API tokens: issued on a page of one's own, shown once, revocable, and void when the account is closed."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from evaltrack import tokens
from evaltrack.models import AuditEntry, Token
from tests.api import Program, World, error, session, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


@pytest.fixture
def officer(there: World) -> Program:
    return there.program("officer")


@pytest.fixture
def site(there: World) -> Iterator[Client]:
    with time_machine.travel("2026-03-02 09:00:00Z", tick=False):
        yield session(there.people["officer"])


def issued(site: Client, name: str = "Monthly report", days: str = "90") -> str:
    answer = site.post(reverse("tokens"), {"name": name, "days": days})
    assert answer.status_code == 200
    return str(answer.context["secret"])


def test_a_token_is_shown_once_and_kept_as_a_digest(there: World, site: Client) -> None:
    secret = issued(site)
    assert len(secret) == 64
    assert secret not in site.get(reverse("tokens")).content.decode()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {Token._meta.db_table}")
        assert secret not in str(cursor.fetchall())
    assert Program(token=secret).get("evaluations/").status_code == 200
    assert AuditEntry.objects.get(verb="issued a token").actor == "Olga Officer"


def test_the_page_lists_ones_own_tokens(there: World, site: Client) -> None:
    issued(site, "Monthly report", "90")
    issued(site, "Dashboard", "0")
    tokens.issue(by=there.people["unit"], name="Not mine", days=None)
    shown = " ".join(site.get(reverse("tokens")).content.decode().split())
    assert "Monthly report" in shown
    assert "valid until it is revoked" in shown
    assert "Not mine" not in shown


def test_a_token_works_as_long_as_it_was_made_for(site: Client) -> None:
    secret = issued(site, days="30")
    with time_machine.travel("2026-04-01 08:59:00Z", tick=False):
        assert Program(token=secret).get("evaluations/").status_code == 200
    with time_machine.travel("2026-04-01 09:01:00Z", tick=False):
        assert error(Program(token=secret).get("evaluations/")) == (401, "authentication_failed", [])


def test_a_revoked_token_is_refused(there: World, site: Client) -> None:
    kept, revoked = issued(site), issued(site, "Old")
    answer = site.post(reverse("token_revoke", args=[Token.objects.get(name="Old").ref]), follow=True)
    assert answer.redirect_chain == [(reverse("tokens"), 302)]
    assert Program(token=kept).get("evaluations/").status_code == 200
    assert error(Program(token=revoked).get("evaluations/")) == (401, "authentication_failed", [])
    assert AuditEntry.objects.get(verb="revoked a token").changes == {"token": ["Old", ""]}


def test_nobody_revokes_another_ones_token(there: World, site: Client) -> None:
    token, secret = tokens.issue(by=there.people["unit"], name="Hers", days=None)
    assert site.post(reverse("token_revoke", args=[token.ref])).status_code == 404
    assert site.get(reverse("token_revoke", args=[token.ref])).status_code == 405
    assert Program(token=secret).get("evaluations/").status_code == 200


def test_the_token_of_an_account_that_was_closed_is_refused(there: World, officer: Program) -> None:
    there.people["officer"].is_active = False
    there.people["officer"].save()
    assert error(officer.get("evaluations/")) == (401, "authentication_failed", [])


@pytest.mark.parametrize(
    "data", [{"name": "", "days": "90"}, {"name": "x", "days": "7"}, {"name": "x" * 101, "days": "0"}]
)
def test_a_token_needs_a_name_and_a_term(site: Client, data: dict[str, str]) -> None:
    answer = site.post(reverse("tokens"), data)
    assert answer.context["form"].errors
    assert not Token.objects.exists()


def test_the_token_page_is_for_those_signed_in(client: Client) -> None:
    assert client.get(reverse("tokens")).status_code == 302
    assert client.post(reverse("tokens"), {"name": "x", "days": "90"}).status_code == 302
    assert not Token.objects.exists()
