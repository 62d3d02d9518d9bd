"""API tokens: issuing one, whose secret is shown once, and revoking it."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import Token, User


@transaction.atomic
def issue(*, by: User, name: str, days: int | None) -> tuple[Token, str]:
    """A token of the person's own, valid for ``days`` (None: until revoked), and its secret.

    The secret is kept nowhere. Raises Refused without a name.
    """
    name = name.strip()
    if not name:
        raise Refused(_("Give the token a name, so that you know later what it was for."))
    expiry = None if days is None else timedelta(days=days)
    token, secret = Token.objects.issue(by, name, expiry)
    audit.record("issued a token", by, by=by, changes={"token": ("", name)})
    return token, secret


@transaction.atomic
def revoke(token: Token, *, by: User) -> None:
    """From now on requests with it are refused."""
    audit.record("revoked a token", token.user, by=by, changes={"token": (token.name, "")})
    token.delete()
