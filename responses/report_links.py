"""The link in a digest by which one person reports on what they lead, without a password, from one browser.

A link is a row; its address is the row's number, signed, so that the secret is kept nowhere. It is good for
``REPORT_LINK_DAYS``, until it is withdrawn, and as long as the person's account, address and password stay as
they were. The first browser that opens it is the only one: it gets a key of which the row holds the digest.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import salted_hmac

from evaltrack.models import User
from responses.models import ReportLink

SALT = "responses.report_links"
AT_ONCE = 5_000  # people asked for in one query


def issue(people: Iterable[int], *, now: datetime) -> dict[int, str]:
    """A new link for each of these people (ids): its address, by person. None for a closed account.

    One bulk insert, however many they are.
    """
    wanted = sorted(set(people))
    made = [
        ReportLink(
            person_id=pk, issued_for=_held_by(password, email), issued_at=now,
            expires_at=now + timedelta(days=settings.REPORT_LINK_DAYS),
        )
        for first in range(0, len(wanted), AT_ONCE)
        for pk, password, email in User.objects.filter(
            pk__in=wanted[first : first + AT_ONCE], is_active=True
        ).values_list("pk", "password", "email")
    ]  # fmt: skip
    return {link.person_id: address(link) for link in ReportLink.objects.bulk_create(made)}


def _held_by(password: str, email: str) -> str:
    """A digest that is another one once the person has another password or address."""
    return salted_hmac(SALT, f"{password}\n{email}", algorithm="sha256").hexdigest()


def token(link: ReportLink) -> str:
    return _signer().sign(str(link.pk))


def address(link: ReportLink) -> str:
    """The whole address, as a mail carries it; never made from a request, whose Host anyone can write."""
    return str(settings.BASE_URL) + reverse("report_link", args=[token(link)])


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
