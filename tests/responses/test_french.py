"""Who reads French finds no English: pages and mails of the demo are searched for the catalogue's own words."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import polib
import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from evaltrack.models import Mail, Office, User
from recommendations.models import Evaluation
from responses import demo
from responses.models import KeyAction, ManagementResponse, RecommendationResponse

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CATALOGUE = settings.LOCALE_PATHS[0] / "fr" / "LC_MESSAGES" / "django.po"
PLACE = re.compile(r"%(?:\\\(\w+\\\))?[\d.]*[sdfX]|\\\{\w*\\\}")
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
DATA = {"code", "pre", "script", "style", "textarea"}  # not our words
SPOKEN = {"alt", "aria-label", "content", "placeholder", "title"}
OURS = ("data-",)


def whole(text: str) -> str:
    """A pattern for the text with anything in its places."""
    return PLACE.sub(".+", re.escape(text))


def english() -> re.Pattern[str]:
    """What stands in English in the catalogue, if it has a word and reads otherwise in French."""
    found = set()
    for entry in polib.pofile(str(CATALOGUE)):
        french = {entry.msgstr, *entry.msgstr_plural.values()}
        for text in filter(None, (entry.msgid, entry.msgid_plural)):
            if text not in {*french, "English"} and re.search("[A-Za-z]{3}", PLACE.sub("", re.escape(text))):
                found.add(whole(text))
    return re.compile("|".join(sorted(found)), re.DOTALL)


ENGLISH = english()


class Words(HTMLParser):
    """The texts of a page that are EvalTrack's own: what people wrote is marked ``dir="auto"``."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._foreign = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if value and (name in SPOKEN or name.startswith(OURS))]
        if tag not in VOID and (self._foreign or tag in DATA or ("dir", "auto") in attrs):
            self._foreign += 1

    def handle_endtag(self, tag: str) -> None:
        if self._foreign:
            self._foreign -= 1

    def handle_data(self, data: str) -> None:
        if not self._foreign and data.strip():
            self.found.append(" ".join(data.split()))


def left_in_english(page: str) -> list[str]:
    return [text for text in Words(page).found if ENGLISH.fullmatch(text)]


pytestmark = pytest.mark.own_database


@pytest.fixture(scope="module")
def organisation(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, where everyone works in French from now on."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        demo.seed(now=timezone.now())
        Mail.objects.exclude(person__language="fr").delete()
        User.objects.update(language="fr")
        yield
        transaction.set_rollback(True)


def open_pages(user: User, *addresses: str) -> dict[str, str]:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(user)
    return {address: client.get(address).content.decode() for address in addresses}


def check(pages: dict[str, str]) -> None:
    assert all("EvalTrack" in page for page in pages.values())
    found = {address: left_in_english(page) for address, page in pages.items()}
    assert {address: texts for address, texts in found.items() if texts} == {}


def test_english_is_noticed() -> None:
    page = '<p title="Move up">Saved.</p><br><p>Page 2 of 3</p><p dir="auto">Saved.<b>Saved.</b></p><p>Enregistré.</p>'
    assert left_in_english(page) == ["Move up", "Saved.", "Page 2 of 3"]


def test_pages_of_an_administrator(organisation: None) -> None:
    person, office = User.objects.get(name="Mariame Étoilé-Cissé").pk, Office.objects.earliest("pk").pk
    names = ("home", "people", "person_add", "offices", "office_add", "roles", "profile", "tokens", "api")
    check(
        open_pages(
            User.objects.get(name="Sigurbjörn Hvítfell"),
            *map(reverse, (*names, "deliveries", "my_mail", "account_change_password")),
            *(reverse(name, args=[person]) for name in ("person", "person_edit")),
            *(reverse(name, args=[office]) for name in ("office", "office_edit")),
            "/nothing/here/",
        )
    )


def test_pages_of_the_evaluation_unit(organisation: None) -> None:
    of_each = [
        *((name, row.pk) for row in Evaluation.objects.all() for name in
          ("evaluation", "evaluation_edit", "recommendations_paste", "response_new")),
        *(("matrix", row.pk) for row in ManagementResponse.objects.all()),
        *(("answer", row.pk) for row in RecommendationResponse.objects.all()[::4]),
        *(("action", row.pk) for row in KeyAction.objects.all()[::8]),
    ]  # fmt: skip
    check(
        open_pages(
            User.objects.get(name="Aurelia Winterbourne"),
            *map(reverse, ("home", "evaluations", "evaluation_new")),
            *(reverse(name, args=[pk]) for name, pk in of_each),
            f"{reverse('home')}?changes=week",
            f"{reverse('evaluations')}?q=nothing",
        )
    )


def test_pages_of_who_answers_and_acts(organisation: None) -> None:
    addresses = [
        *map(reverse, ("home", "evaluations", "my_mail", "people")),
        f"{reverse('home')}?changes=week",
    ]
    for name in ("Mariame Étoilé-Cissé", "Rustam Halevi-Okoro", "Brân Teferi-Lowe", "Đặng Sao Mai"):
        check(open_pages(User.objects.get(name=name), *addresses))


@pytest.mark.django_db
def test_pages_before_signing_in() -> None:
    client = Client(headers={"accept-language": "fr"})
    names = ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive")
    pages = {name: client.get(reverse(name)).content.decode() for name in names}
    pages["a used link"] = client.get("/accounts/password/reset/key/x-y/", follow=True).content.decode()
    pages["wrong"] = client.post(
        reverse("account_login"), {"login": "x@example.org", "password": "wrong"}
    ).content.decode()
    assert "Aucun compte ne correspond" in pages["wrong"]
    check(pages)


def test_mails(organisation: None) -> None:
    mails = Mail.objects.filter(kind="digest", person__name__in=["Mariame Étoilé-Cissé", "Ousmane Baobabou"])
    assert mails
    for mail in mails:
        assert re.search("requi(?:ert|èrent) votre attention", mail.subject)
        lines = [line.strip() for line in mail.text.splitlines()]
        assert [line for line in lines if line and ENGLISH.fullmatch(line)] == []
        assert left_in_english(mail.html) == []


def test_what_changed_is_a_french_sentence(organisation: None) -> None:
    page = open_pages(User.objects.get(name="Aurelia Winterbourne"), f"{reverse('home')}?changes=week")
    text = " ".join(" ".join(re.sub("<[^>]*>", " ", next(iter(page.values()))).split()).split("\u00a0"))
    assert "Rustam Halevi-Okoro a modifié les réponses à 3 recommandations" in text
    assert "a fait le point sur la réponse à la recommandation 6 : Ouverte" in text
