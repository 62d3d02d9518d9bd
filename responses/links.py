"""The signed link in a mail to who clears: it leads that person to that step, and signs nobody in."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from evaltrack.models import User
from responses.models import ClearanceStep

SALT = "responses.clearance"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link was made for (ids), and whether its days are over."""

    step: int
    person: int
    expired: bool


def address(step: ClearanceStep, person: User) -> str:
    return reverse("clear_link", args=[signing.dumps([step.pk, person.pk], salt=SALT)])


def read(token: str) -> Link | None:
    """What the link says; None where it is not one of ours, or not whole."""
    try:
        step, person = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    try:
        signing.loads(token, salt=SALT, max_age=timedelta(days=settings.CLEARANCE_LINK_DAYS))
    except signing.SignatureExpired:
        return Link(step, person, expired=True)
    return Link(step, person, expired=False)
