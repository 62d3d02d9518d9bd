"""A notification as a mail of its own, and as a line of the daily mail."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator

from evaltrack.mail import one_line
from evaltrack.models import Mail, Notification, User
from evaltrack.text import to_plain
from evaltrack.zones import local_day

SUBJECT = 150  # characters; the whole text follows in the mail
SHOWN = 200  # characters of what was said, in the daily mail


@dataclass(slots=True)
class Line:
    """What happened, as the daily mail tells it, with what was said; the same of one thing is told once."""

    text: str
    url: str
    said: list[str] = field(default_factory=list)


def compose(notification: Notification, person: User, *, reason: Any, mandatory: bool, now: datetime) -> Mail:
    """The mail that tells at once; its key is one for the person's day, the kind and the thing."""
    day = local_day(now, person.time_zone)
    with translation.override(person.language):
        context = {
            "person": person,
            "notification": notification,
            "url": address_of(notification),
            "reason": reason,
            "mandatory": mandatory,
            "choices_url": choices_url(),
        }
        return Mail(
            key=f"notification/{person.pk}/{day}/{notification.kind}/{notification.about}",
            kind=notification.kind,
            to=person.email,
            person=person,
            subject=one_line(Truncator(notification.text).chars(SUBJECT)),
            text=render_to_string("mail/notification.txt", context),
            html=render_to_string("mail/notification.html", context),
            created_at=now,
            not_before=now,
        )


def lines(notifications: Iterable[Notification]) -> list[Line]:
    """The lines of a daily mail, oldest first; each leads to the newest of those it stands for."""
    found: dict[tuple[str, str], Line] = {}
    for one in notifications:
        line = found.setdefault((one.about, one.text), Line(one.text, ""))
        line.url = address_of(one)
        said = Truncator(" ".join(to_plain(one.detail).split())).chars(SHOWN)
        line.said += [said] if said and said not in line.said else []
    return list(found.values())


def address_of(notification: Notification) -> str:
    """Of the page to open: the thing's own, so that the link holds when the notification is deleted."""
    return f"{settings.BASE_URL}{notification.url or reverse('notifications')}"


def choices_url() -> str:
    return f"{settings.BASE_URL}{reverse('notification_choices')}"
