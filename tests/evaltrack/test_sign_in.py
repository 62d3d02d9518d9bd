"""Signing in and out, forgotten passwords, invitations: through the pages, as people meet them."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import NoReverseMatch, reverse

from evaltrack import people
from evaltrack.models import Mail, User
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROFILE, LOGIN, RESET = "/profile/", "/accounts/login/", "/accounts/password/reset/"


@pytest.fixture
def person() -> User:
    return make.user("Rea Reader", email="rea@example.org")


def sign_in(client: Client, email: str, password: str = "correct horse", **more: str) -> object:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def link_in(mail: Mail) -> str:
    """The path of the link that a mail carries."""
    found = re.search(r"https?://\S+/accounts/password/reset/\S+", mail.text)
    assert found
    return urlsplit(found.group()).path


def set_password(client: Client, path: str, password: str) -> object:
    form = client.get(path, follow=True)
    assert form.status_code == 200, form
    return client.post(form.wsgi_request.path, {"password1": password, "password2": password})


@pytest.mark.parametrize("email", ["rea@example.org", "Rea@Example.ORG", " rea@example.org "])
def test_an_address_signs_in_whatever_its_case(client: Client, person: User, email: str) -> None:
    sign_in(client, email)

    assert client.get(PROFILE).context["user"] == person


def test_a_page_that_was_asked_for_is_shown_after_signing_in(client: Client, person: User) -> None:
    asked = client.get(f"{PROFILE}?tab=2")
    assert asked.url == f"{LOGIN}?next={PROFILE}%3Ftab%3D2"
    assert f'name="next" value="{PROFILE}?tab=2"' in client.get(asked.url).text

    assert sign_in(client, person.email, next=f"{PROFILE}?tab=2").url == f"{PROFILE}?tab=2"


def test_nobody_is_led_to_a_foreign_site(client: Client, person: User) -> None:
    answer = sign_in(client, person.email, next="https://evil.example.com/")

    assert "evil" not in answer.url


@pytest.mark.parametrize(
    ("email", "password"), [("rea@example.org", "wrong"), ("nobody@example.org", "correct horse")]
)
def test_a_refusal_does_not_say_whether_the_account_exists(
    client: Client, person: User, email: str, password: str
) -> None:
    answer = sign_in(client, email, password)

    assert "No account has that address and password." in answer.text


def test_the_sixth_attempt_is_refused_even_with_the_right_password(client: Client, person: User) -> None:
    for _attempt in range(5):
        assert "No account has that address" in sign_in(client, person.email, "wrong").text

    assert "Too many failed attempts to sign in. Wait five minutes" in sign_in(client, person.email).text
    assert client.get(PROFILE).status_code == 302
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        sign_in(client, person.email)
        assert client.get(PROFILE).status_code == 200


def test_a_closed_account_is_told_so(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    answer = client.get(sign_in(client, person.email).url)

    assert "This account is closed" in answer.text
    assert client.get(PROFILE).status_code == 302


def test_closing_an_account_ends_its_open_sessions(client: Client, person: User) -> None:
    client.force_login(person)
    people.deactivate(person, by=None, today=NOW.date())

    assert client.get(PROFILE).status_code == 302


def test_signing_out_is_done_by_post_alone(client: Client, person: User) -> None:
    client.force_login(person)
    assert "Sign out?" in client.get("/accounts/logout/").text
    assert client.get(PROFILE).status_code == 200

    assert client.post("/accounts/logout/").url == LOGIN
    assert client.get(PROFILE).status_code == 302


def test_nobody_signs_up(client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/accounts/signup/").status_code == 404


def test_the_administration_has_no_door_of_its_own(client: Client) -> None:
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(LOGIN)


# Forgotten passwords -------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_through_the_mail(client: Client, person: User) -> None:
    assert client.post(RESET, {"email": "REA@example.org"}).url == f"{RESET}sent/"
    mail = Mail.objects.get()
    assert (mail.to, mail.kind, mail.confidential, mail.person) == (
        person.email,
        "password_reset",
        True,
        person,
    )

    saved = set_password(client, link_in(mail), "a brand new one")

    assert saved.status_code == 302
    assert client.get(PROFILE).context["user"] == person, "who has just proved who they are is signed in"
    sign_in(other := Client(), person.email, "a brand new one")
    assert other.get(PROFILE).status_code == 200


def test_a_link_works_once(client: Client, person: User) -> None:
    client.post(RESET, {"email": person.email})
    link = link_in(Mail.objects.get())
    set_password(client, link, "a brand new one")

    assert "This link no longer works" in Client().get(link, follow=True).text


def test_a_link_grows_old(client: Client, person: User) -> None:
    with time_machine.travel(NOW):
        client.post(RESET, {"email": person.email})
    link = link_in(Mail.objects.get())

    with time_machine.travel(NOW + timedelta(days=4)):
        assert "This link no longer works" in client.get(link, follow=True).text


@pytest.mark.parametrize("email", ["nobody@example.org", "gone@example.org"])
def test_unknown_and_closed_accounts_get_no_mail_and_the_same_answer(client: Client, email: str) -> None:
    make.user("Gone", email="gone@example.org", is_active=False)

    answer = client.post(RESET, {"email": email}, follow=True)

    assert "If an account has that address, a link is on its way" in answer.text
    assert not Mail.objects.exists()


def test_reset_mails_are_rationed(client: Client, person: User) -> None:
    for _mail in range(5):
        client.post(RESET, {"email": person.email})

    answer = client.post(RESET, {"email": person.email})

    assert answer.status_code == 429
    assert "Wait five minutes" in answer.text
    assert Mail.objects.count() == 5


def test_the_link_is_not_made_from_the_host_header(client: Client, person: User, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.post(RESET, {"email": person.email}, headers={"host": "evil.example.com"})

    assert "evil" not in Mail.objects.get().text + Mail.objects.get().html


def test_an_invitation_leads_to_a_password_and_in(client: Client) -> None:
    people.add_person(by=None, name="Nia", email="nia@example.org", now=datetime.now(UTC))

    set_password(client, link_in(Mail.objects.get()), "a brand new one")

    assert client.get(PROFILE).context["user"].name == "Nia"


# While signed in -----------------------------------------------------------------------------------------


def test_a_password_is_changed_by_who_knows_the_old_one(client: Client, person: User) -> None:
    client.force_login(person)
    new = {"password1": "a brand new one", "password2": "a brand new one"}

    assert (
        "type your current password" in client.post("/accounts/password/", {"oldpassword": "no", **new}).text
    )
    client.post("/accounts/password/", {"oldpassword": "correct horse", **new})

    assert User.objects.get(pk=person.pk).check_password("a brand new one")
    assert client.get(PROFILE).status_code == 200


def test_a_password_too_short_is_explained(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.post(
        "/accounts/password/", {"oldpassword": "correct horse", "password1": "short", "password2": "short"}
    )

    assert "at least 10 characters" in answer.text
    assert User.objects.get(pk=person.pk).check_password("correct horse")


def test_the_profile_is_kept_and_used(client: Client, person: User) -> None:
    client.force_login(person)
    client.post(PROFILE, {"name": "Réa", "function": "Analyst", "language": "fr", "time_zone": "Asia/Manila"})

    person.refresh_from_db()
    assert (person.name, person.function, person.language, person.time_zone) == (
        "Réa", "Analyst", "fr", "Asia/Manila",
    )  # fmt: skip
    page = client.get(PROFILE)
    assert page.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in page.text


def test_times_are_shown_in_ones_own_time_zone(client: Client) -> None:
    admin = make.user("Root", is_superuser=True, time_zone="Asia/Manila")
    other = make.user("Other")
    User.objects.filter(pk=other.pk).update(last_login=NOW)
    client.force_login(admin)

    assert "2 March 2026, 17:00" in client.get(f"/people/{other.pk}/").text


def test_a_time_zone_that_does_not_exist_is_refused(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.post(PROFILE, {"name": "Rea", "language": "en", "time_zone": "Moon/Base"})

    assert "Moon/Base is not one of the available choices" in answer.text
