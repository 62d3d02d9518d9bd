"""Tokens for the API: only a digest of each is kept, so that nobody can read one out of the database."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from evaltrack.models.people import User


class TokenManager(AuthTokenManager):  # type: ignore[misc]
    def issue(self, user: User, name: str, expiry: timedelta | None) -> "tuple[Token, str]":
        """A new token and its secret."""
        made: tuple[Token, str] = self.create(user, expiry, name=name)
        return made


class Token(AbstractAuthToken, models.Model):  # type: ignore[misc]
    # What pages and addresses call it by: knox's own key is the digest.
    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(
        _("name"), max_length=100, help_text=_("What it is for, such as “Monthly report”.")
    )

    objects: ClassVar[TokenManager] = TokenManager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name
