"""How allauth behaves here: nobody signs up by themselves, and its mails go through the outbox."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaltrack import passwords
from evaltrack.models import User


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "No account has that address and password. Check both, or get a new password."
        ),
        "too_many_login_attempts": _(
            "Too many failed attempts to sign in. Wait five minutes and try again, or get a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: that one is signed in shows, and a message would wait for some later page."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        return passwords.link_of(key)

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Called for each account with the address; the form has checked that it is active."""
        person = cast(User, user)
        passwords.send(person, "password_reset", context["password_reset_url"], now=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail there is has its own function; allauth may not send others past the outbox."""
        raise NotImplementedError(template_prefix)
