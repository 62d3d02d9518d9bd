"""The link in a digest by which one person reports on what they lead, without a password, from one browser.

A link is a row; its address is the row's number, signed, so that the secret is kept nowhere. It is good for
``REPORT_LINK_DAYS``, until it is withdrawn, and as long as the person's account, address and password stay as
they were. The first browser in which it is opened is the only one: it keeps a key, the row the key's digest.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Prefetch, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from evaltrack import audit, mail
from evaltrack.models import Mail, User
from responses.models import KeyAction, LinkUse, ReportLink

SALT = "responses.report_links"
AT_ONCE = 5_000  # people asked for in one query
LISTED = 30
# What nobody ever used is forgotten some time after its last day, what was used a year later.
UNUSED_KEPT, USED_KEPT = timedelta(days=30), timedelta(days=365)


class Use(StrEnum):
    """What was done with a link, or why it was refused."""

    OPENED = "opened"
    LOOKED = "looked"
    TOLD = "told"
    WITHDRAWN = "withdrawn"
    RENEWED = "renewed"
    OTHER_BROWSER = "other browser"
    OVER = "over"
    ENDED = "ended"
    CHANGED = "changed"
    CLOSED = "closed"
    NOT_LED = "not led"


WORDS: dict[str, Any] = {
    Use.OPENED: _("first opened, and bound to this browser"),
    Use.LOOKED: _("the actions looked at"),
    Use.TOLD: _("reported"),
    Use.WITHDRAWN: _("withdrawn on its page"),
    Use.RENEWED: _("a new link asked for"),
    Use.OTHER_BROWSER: _("refused: another browser than the one that opened it"),
    Use.OVER: _("refused: its days were over"),
    Use.ENDED: _("refused: it had been withdrawn"),
    Use.CHANGED: _("refused: the password or the address had changed"),
    Use.CLOSED: _("refused: the account was deactivated"),
    Use.NOT_LED: _("refused: an action that the person does not lead"),
}


# Making --------------------------------------------------------------------------------------------------


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


def mail_anew(person: User, *, now: datetime) -> None:
    """Mail the person a new link, at most one an hour; nothing to a closed account."""
    key = f"report_link/{person.pk}/{now:%Y-%m-%dT%H}"
    if Mail.objects.filter(key=key).exists():
        return
    with translation.override(person.language), transaction.atomic():
        made = issue([person.pk], now=now)
        if not made:
            return
        context = {
            "person": person,
            "url": made[person.pk],
            "days": settings.REPORT_LINK_DAYS,
            "address": settings.BASE_URL,
        }
        mail.enqueue(
            key=key,
            kind="report_link",
            person=person,
            subject=render_to_string("mail/report_link_subject.txt", context),
            text=render_to_string("mail/report_link.txt", context),
            html=render_to_string("mail/report_link.html", context),
            confidential=True,
            now=now,
        )


# Using ---------------------------------------------------------------------------------------------------


def read(token: str) -> ReportLink | None:
    """The link with this token; None where it is not one of ours, not whole, or long forgotten."""
    try:
        pk = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return ReportLink.objects.select_related("person").filter(pk=pk).first()


def refusal(link: ReportLink, *, now: datetime) -> Use | None:
    """Why nobody can use the link any more; None while it is good."""
    if not link.person.is_active:
        return Use.CLOSED
    if link.revoked_at:
        return Use.ENDED
    if not constant_time_compare(link.issued_for, _held_by(link.person.password, link.person.email)):
        return Use.CHANGED
    return Use.OVER if link.expires_at <= now else None


def new_browser() -> str:
    """The key for a browser that has none yet."""
    return secrets.token_urlsafe(32)


def _digest(link: ReportLink, browser: str) -> str:
    return sha256(f"{link.pk}:{browser}".encode()).hexdigest()


def opened_by(link: ReportLink, browser: str) -> bool:
    """Whether it is this browser (its key) in which the link was opened."""
    bound = bool(browser and link.bound_to)
    return bound and constant_time_compare(link.bound_to, _digest(link, browser))


def bind(link: ReportLink, browser: str, *, now: datetime) -> bool:
    """Bind a link that nobody has opened yet to the browser. False where another was first."""
    digest = _digest(link, browser)
    free = ReportLink.objects.filter(pk=link.pk, bound_to="", revoked_at=None)
    return bool(free.update(bound_to=digest, opened_at=now)) or opened_by(link, browser)


def note(
    link: ReportLink, what: Use, *, now: datetime, browser: str, action: KeyAction | None = None
) -> None:
    """Put down a use or a refusal; ``browser`` is what people call it."""
    LinkUse.objects.create(link=link, what=what, at=now, browser=browser[:200], action=action)


def word(use: LinkUse) -> str:
    return str(WORDS.get(use.what, use.what))


# Withdrawing and looking back ----------------------------------------------------------------------------


@transaction.atomic
def withdraw(person: User, *, by: User | None, now: datetime, only: ReportLink | None = None) -> int:
    """From now on the person's links, or only this one, are good for nothing; how many there were."""
    live = ReportLink.objects.filter(person=person, revoked_at=None, expires_at__gt=now)
    count = (live.filter(pk=only.pk) if only else live).update(revoked_at=now)
    if count:
        audit.record("withdrew links for reporting", person, by=by, changes={"links": (count, 0)})
    return count


def account_closed(person: User, *, by: User | None, now: datetime) -> None:
    """What goes along with closing an account (``ACCOUNT_CLOSED`` in the settings)."""
    withdraw(person, by=by, now=now)


def listed(person: User) -> list[ReportLink]:
    """The person's latest links with all that was done with them: two queries."""
    uses = LinkUse.objects.select_related("action").order_by("-at", "-pk")
    latest = ReportLink.objects.filter(person=person).select_related("person").order_by("-issued_at", "-pk")
    return list(latest.prefetch_related(Prefetch("uses", uses))[:LISTED])


def forget(*, now: datetime) -> int:
    """Delete the links that are long over; how many there were."""
    unused = Q(opened_at=None, expires_at__lt=now - UNUSED_KEPT)
    old = ReportLink.objects.filter(unused | Q(expires_at__lt=now - USED_KEPT))
    return old.delete()[1].get(ReportLink._meta.label, 0)
