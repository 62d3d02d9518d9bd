"""The digest as a mail: its lines, its words, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db.models.functions import Left
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import deadlines, notification_mail
from evaltrack.mail import one_line
from evaltrack.models import Mail, Notification
from evaltrack.text import to_plain
from responses.models.action import KeyActionQuerySet
from responses.recipients import Addressee

LISTED = 20  # lines in one group; the rest is a number
SHOWN = 200  # characters of a key action's text
READ = 2 * SHOWN  # of it, in the database: links in it are longer than what is shown


class Subject(NamedTuple):
    """A key action as a digest tells of it."""

    pk: int
    text: str
    deadline: str
    due: date | None
    number: str
    order: int
    short_title: str
    title: str
    coordinator: int | None
    manager: int | None
    is_only_asked: bool = True  # no day of its deadline has come, only the day to ask how it stands

    @classmethod
    def of(cls, actions: KeyActionQuerySet) -> "dict[int, Subject]":
        rows = actions.order_by().values_list(
            "pk",
            Left("text", READ),
            "deadline_text",
            "deadline_due",
            "answer__recommendation__number",
            "answer__recommendation__order",
            "answer__response__evaluation__short_title",
            "answer__response__evaluation__title",
            "answer__response__coordinator",
            "answer__response__evaluation__manager",
        )
        return {row[0]: cls(*row) for row in rows}

    def told_as_due(self, today: date) -> date | None:
        """The due date, unless it is still to come and nothing but how it stands is asked for now."""
        return None if self.due and self.due > today and self.is_only_asked else self.due


@dataclass(frozen=True, slots=True)
class Line:
    where: str
    text: str
    deadline: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines under a heading, and how many there are beyond those shown."""

    heading: str
    lines: list[Line]
    more: int


def compose(
    person: Addressee,
    led: list[Subject],
    unled: list[Subject],
    happened: list[Notification],
    *,
    key: str,
    now: datetime,
) -> Mail:
    """The digest: the key actions a person leads, those nobody leads that they look after, and the news."""
    with translation.override(person.language):
        overdue = [subject for subject in led if subject.due and subject.due < person.today]
        news = notification_mail.lines(happened)
        title = _title(len(led) + len(unled), len(overdue), len(news))
        context = {
            "person": person,
            "title": title,
            "groups": list(_groups(person, led, unled)),
            "news": news[:LISTED],
            "more_news": len(news[LISTED:]),
            "news_url": settings.BASE_URL + reverse("notifications"),
            "choices_url": notification_mail.choices_url(),
            "url": settings.BASE_URL + reverse("home"),
            "language": person.language,
        }
        return Mail(
            key=key,
            kind="digest",
            to=person.email,
            person_id=person.pk,
            subject=one_line(title),
            text=render_to_string("mail/digest.txt", context),
            html=render_to_string("mail/digest.html", context),
            created_at=now,
            not_before=now,
        )


def _title(count: int, overdue: int, news: int) -> str:
    if not count:
        return ngettext("%(count)d thing happened", "%(count)d things happened", news) % {"count": news}
    needs = ngettext("%(count)d key action needs you", "%(count)d key actions need you", count)
    title = needs % {"count": count}
    if not overdue:
        return title
    late = ngettext("%(count)d overdue", "%(count)d overdue", overdue) % {"count": overdue}
    return _("%(title)s: %(late)s") % {"title": title, "late": late}


def _groups(person: Addressee, led: list[Subject], unled: list[Subject]) -> Iterator[Group]:
    dated = sorted(
        (due, subject.pk, subject) for subject in led if (due := subject.told_as_due(person.today))
    )
    for heading, subjects in (
        (_("Overdue"), [subject for due, _pk, subject in dated if due < person.today]),
        (_("Due today"), [subject for due, _pk, subject in dated if due == person.today]),
        (_("Due soon"), [subject for due, _pk, subject in dated if due > person.today]),
        (_("How does it stand?"), [one for one in led if not one.told_as_due(person.today)]),
        (_("No one who has an account is named for these: please name someone"), unled),
    ):
        if subjects:
            lines = [_line(subject, person) for subject in subjects[:LISTED]]
            yield Group(heading, lines, len(subjects) - len(lines))


def _line(subject: Subject, person: Addressee) -> Line:
    where = _("%(evaluation)s, recommendation %(number)s") % {
        "evaluation": subject.short_title or subject.title,
        "number": subject.number or subject.order,
    }
    text = " ".join(to_plain(subject.text).split())
    if len(text) > SHOWN:
        text = f"{text[: SHOWN - 1].rstrip()}…"
    url = settings.BASE_URL + reverse("action", args=[subject.pk])
    return Line(where, text, _deadline(subject, person), url)


def _deadline(subject: Subject, person: Addressee) -> str:
    """The deadline as written; its date too, where that says something else; and how far off it is."""
    parts = [subject.deadline] if subject.deadline else []
    if subject.due:
        day = _written(subject.due, person.language)
        parts += [day] if day != subject.deadline else []
        parts.append(_distance((subject.due - person.today).days))
    return _("Deadline: %(deadline)s") % {"deadline": ", ".join(parts)} if parts else ""


@lru_cache(maxsize=10_000)
def _written(day: date, language: str) -> str:
    return deadlines.from_date(day, language).text


def _distance(days: int) -> str:
    if days < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -days) % {"count": -days}
    if days == 0:
        return _("today")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
