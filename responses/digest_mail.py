"""The digest as a mail: its lines, its words, in the reader's language."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db.models.functions import Left
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import deadlines, notification_mail
from evaltrack.mail import one_line
from evaltrack.models import Mail, Notification
from evaltrack.text import to_plain
from responses.models import Reminder
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
    office: int | None
    evaluation: int
    confidential: bool
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
            "answer__response__office",
            "answer__response__evaluation",
            "answer__response__evaluation__confidential",
        )
        return {row[0]: cls(*row) for row in rows}

    def told_as_due(self, today: date) -> date | None:
        """The due date, unless it is still to come and nothing but how it stands is asked for now."""
        return None if self.due and self.due > today and self.is_only_asked else self.due


class Asked(NamedTuple):
    """The round in which someone is asked, and until when."""

    name: str
    due_on: date


@dataclass
class Content:
    """What one digest says, action by action (by their ids).

    ``led`` are the person's own, ``asked`` those of them that a round asks about; ``unled`` are led by nobody
    and ``unreachable`` by someone whose mail comes back; ``escalated`` are overdue elsewhere, by the stage.
    ``notes`` are sentences beside the line of an action, in the reader's language.
    """

    led: dict[int, Subject] = field(default_factory=dict)
    asked: dict[Asked, dict[int, Subject]] = field(default_factory=lambda: defaultdict(dict))
    unled: dict[int, Subject] = field(default_factory=dict)
    unreachable: dict[int, Subject] = field(default_factory=dict)
    escalated: dict[str, dict[int, Subject]] = field(default_factory=lambda: defaultdict(dict))
    notes: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    link: str = ""
    answered_by_mail: bool = False

    def __bool__(self) -> bool:
        return bool(self.led or self.asked or self.unled or self.unreachable or self.escalated)

    def remind(self, subject: Subject, *, is_check: bool) -> None:
        earlier = self.led.get(subject.pk, subject)
        self.led[subject.pk] = subject._replace(is_only_asked=is_check and earlier.is_only_asked)

    def ask(self, subject: Subject, asked: Asked) -> None:
        self.asked[asked][subject.pk] = subject

    def escalate(self, subject: Subject, stage: str) -> None:
        self.escalated[stage][subject.pk] = subject

    @property
    def own(self) -> dict[int, Subject]:
        """What the person reports on: each action once, whether or not a round asks about it as well."""
        found = dict(self.led)
        for subjects in self.asked.values():
            found.update(subjects)
        return found

    @property
    def above(self) -> dict[int, Subject]:
        """What is overdue elsewhere, each action once."""
        return {pk: subject for subjects in self.escalated.values() for pk, subject in subjects.items()}


@dataclass(frozen=True, slots=True)
class Line:
    where: str
    text: str
    deadline: str
    url: str
    notes: tuple[str, ...] = ()
    number: int | None = None  # in the whole mail, for who answers it


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines under a heading, and how many there are beyond those shown."""

    heading: str
    lines: list[Line]
    more: int

    @property
    def first(self) -> int | None:
        return self.lines[0].number


class Part(NamedTuple):
    """What will be a group; the lines of what others lead have no number."""

    heading: str
    subjects: list[Subject]
    is_numbered: bool = True


def compose(
    person: Addressee, content: Content, happened: list[Notification], *, key: str, now: datetime
) -> tuple[Mail, dict[int, int]]:
    """The digest, and under which number the line of each action stands in it, by action (id)."""
    with translation.override(person.language):
        news = notification_mail.lines(happened)
        title = _title(person, content, len(news))
        groups, places = _groups(person, content)
        context = {
            "person": person,
            "title": title,
            "groups": groups,
            "news": news[:LISTED],
            "more_news": len(news[LISTED:]),
            "news_url": settings.BASE_URL + reverse("notifications"),
            "choices_url": notification_mail.choices_url(),
            "url": settings.BASE_URL + reverse("home"),
            "link": content.link,
            "link_days": settings.REPORT_LINK_DAYS,
            "answer": _("1: done - ...") if places and content.answered_by_mail else "",
            "language": person.language,
        }
        mail = Mail(
            key=key,
            kind="digest",
            to=person.email,
            person_id=person.pk,
            subject=one_line(title),
            text=get_template("mail/digest.txt").render(context),
            html=get_template("mail/digest.html").render(context),
            created_at=now,
            not_before=now,
        )
        return mail, places


def _title(person: Addressee, content: Content, news: int) -> str:
    own, above = content.own, content.above
    count = len(own) + len(content.unled) + len(content.unreachable.keys() - own.keys())
    if not count and above:
        title = ngettext(
            "%(count)d key action is overdue at your office",
            "%(count)d key actions are overdue at your office",
            len(above),
        )
        return title % {"count": len(above)}
    if not count:
        return ngettext("%(count)d thing happened", "%(count)d things happened", news) % {"count": news}
    needs = ngettext("%(count)d key action needs you", "%(count)d key actions need you", count)
    title = needs % {"count": count}
    overdue = sum(1 for subject in own.values() if subject.due and subject.due < person.today)
    if not overdue:
        return title
    late = ngettext("%(count)d overdue", "%(count)d overdue", overdue) % {"count": overdue}
    return _("%(title)s: %(late)s") % {"title": title, "late": late}


def _groups(person: Addressee, content: Content) -> tuple[list[Group], dict[int, int]]:
    groups: list[Group] = []
    places: dict[int, int] = {}
    for part in _parts(person, content):
        shown = part.subjects[:LISTED]
        if part.is_numbered:
            places.update({one.pk: len(places) + n for n, one in enumerate(shown, 1)})
        lines = [
            _line(one, person, content.notes, places.get(one.pk) if part.is_numbered else None)
            for one in shown
        ]
        if lines:
            groups.append(Group(part.heading, lines, len(part.subjects) - len(lines)))
    return groups, places


def _parts(person: Addressee, content: Content) -> Iterator[Part]:
    told: set[int] = set()
    for asked in sorted(content.asked, key=lambda one: (one.due_on, one.name)):
        heading = _("Asked in %(round)s, answers due on %(day)s") % {
            "round": asked.name,
            "day": _written(asked.due_on, person.language),
        }
        yield Part(heading, _by_due(one for pk, one in content.asked[asked].items() if pk not in told))
        told |= content.asked[asked].keys()
    yield from _own(person, [one for pk, one in content.led.items() if pk not in told])
    heading = _("No one who has an account is named for these: please name someone")
    yield Part(heading, list(content.unled.values()))
    yield Part(_("Mail to who leads these comes back"), list(content.unreachable.values()))
    stages = (
        (Reminder.Occasion.HEAD.value, _("Overdue at your office")),
        (Reminder.Occasion.UNIT.value, _("Long overdue at the offices you look after")),
    )
    told = set()
    for stage, heading in reversed(stages):  # who heads an office and is its evaluation unit reads it once
        part = Part(heading, _by_due(content.escalated.get(stage, {}).values()), is_numbered=False)
        yield part._replace(subjects=[one for one in part.subjects if one.pk not in told])
        told |= content.escalated.get(stage, {}).keys()


def _own(person: Addressee, led: list[Subject]) -> Iterator[Part]:
    dated = sorted(
        (due, subject.pk, subject) for subject in led if (due := subject.told_as_due(person.today))
    )
    yield Part(_("Overdue"), [subject for due, _pk, subject in dated if due < person.today])
    yield Part(_("Due today"), [subject for due, _pk, subject in dated if due == person.today])
    yield Part(_("Due soon"), [subject for due, _pk, subject in dated if due > person.today])
    yield Part(_("How does it stand?"), [one for one in led if not one.told_as_due(person.today)])


def _by_due(subjects: Iterable[Subject]) -> list[Subject]:
    """The longest overdue first, what has no due date last."""
    return sorted(subjects, key=lambda one: (one.due or date.max, one.pk))


def _line(subject: Subject, person: Addressee, notes: Mapping[int, list[str]], number: int | None) -> Line:
    where = _("%(evaluation)s, recommendation %(number)s") % {
        "evaluation": subject.short_title or subject.title,
        "number": subject.number or subject.order,
    }
    text = " ".join(to_plain(subject.text).split())
    if len(text) > SHOWN:
        text = f"{text[: SHOWN - 1].rstrip()}…"
    url = settings.BASE_URL + reverse("action", args=[subject.pk])
    return Line(where, text, _deadline(subject, person), url, tuple(notes.get(subject.pk, ())), number)


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
