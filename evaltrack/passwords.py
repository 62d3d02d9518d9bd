"""The link with which a person sets a password, and the mails that carry it. Nobody else may read them."""

import uuid
from datetime import datetime

from allauth.account import app_settings
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36

from evaltrack import mail
from evaltrack.models import User


def link(person: User) -> str:
    """A fresh link, good once and for ``PASSWORD_RESET_TIMEOUT`` seconds."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    return link_of(f"{int_to_base36(person.pk)}-{token}")


def link_of(key: str) -> str:
    """The link that carries the key. Never made from a request, whose Host header anyone can write."""
    uidb36, token = key.split("-", 1)
    return str(settings.BASE_URL) + reverse("account_reset_password_from_key", args=[uidb36, token])


def send(person: User, kind: str, url: str, *, now: datetime, by: User | None = None) -> None:
    """Write the mail of that kind (``password_reset``, ``invitation``) in the person's language."""
    context = {
        "person": person,
        "by": by,
        "url": url,
        "address": settings.BASE_URL,
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
    }
    with translation.override(person.language):
        mail.enqueue(
            key=f"{kind}:{uuid.uuid4()}",
            kind=kind,
            person=person,
            subject=render_to_string(f"mail/{kind}_subject.txt", context),
            text=render_to_string(f"mail/{kind}.txt", context),
            html=render_to_string(f"mail/{kind}.html", context),
            confidential=True,
            now=now,
        )
