"""Why each reminder stands in a digest: in which part of it, with which words; or that it is out of date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.models import Part
from evaltrack.text import to_plain
from evaltrack.zones import local_day
from responses import escalation
from responses.digest_mail import READ, Asked, Content, Subject
from responses.escalation import Ladder
from responses.models import ActionParty, KeyAction, ProgressUpdate, Reminder, Snooze
from responses.recipients import AddressBook, Addressee
from responses.round_questions import unanswered

SAID = 120  # characters of the last report
Occasion = Reminder.Occasion
TO_LEAD = (Occasion.BEFORE, Occasion.ON_DAY, Occasion.AFTER, Occasion.CHECK, Occasion.ROUND)


class Found(NamedTuple):
    """A reminder that was planned and not mailed yet."""

    pk: int
    action: int
    occasion: str
    deadline: date | None
    recipient: int


class Report(NamedTuple):
    """What was said last of an action, by whom (id and name), as of which day."""

    by: int | None
    name: str | None
    as_of: date
    comment: str


class Reasons:
    """What the reminders of some people say, looked at again: the number of queries does not grow with them.

    ``actions`` are the key actions the reminders are about, as a query.
    """

    def __init__(
        self,
        book: AddressBook,
        subjects: Mapping[int, Subject],
        actions: "QuerySet[Reminder, Any]",
        reminders: Iterable[Found],
    ) -> None:
        self._book = book
        self._subjects = subjects
        self._actions = actions
        occasions = {one.occasion for one in reminders}
        self._escalated = not occasions.isdisjoint(escalation.OCCASIONS)
        parties = ActionParty.objects.filter(action__in=actions)
        self._leads = book.leads(parties)
        self._ladder = Ladder(book, subjects.values() if self._escalated else (), parties)
        self._parties = parties
        self._asked = self._questions() if Occasion.ROUND in occasions else {}
        self._snoozed = self._put_off()

    def _questions(self) -> dict[tuple[int, int], Asked]:
        """The round in which a person is asked about an action; of several, the one to answer first."""
        asked: dict[tuple[int, int], Asked] = {}
        rows = unanswered().filter(action__in=self._actions).order_by("-matrix__due_on", "pk")
        for action, person, name, due_on in rows.values_list(
            "action_id", "person_id", "matrix__name", "matrix__due_on"
        ):
            for pk in self._book.reached(person):
                asked[action, pk] = Asked(name, due_on)
        return asked

    def _put_off(self) -> set[tuple[int, int]]:
        rows = Snooze.objects.filter(action__in=self._actions, until__gt=self._book.first_day)
        people = self._book.people
        return {
            (action, person)
            for action, person, until in rows.values_list("action_id", "person_id", "until")
            if person in people and until > people[person].today
        }

    def put(self, one: Found, content: Content) -> bool:
        """Put the action where it belongs in the person's digest; False for what is no longer so."""
        subject = self._subjects.get(one.action)
        if subject is None:
            return False
        if one.occasion == Occasion.ROUND:
            asked = self._asked.get((one.action, one.recipient))
            if asked:
                content.ask(subject, asked)
            return bool(asked)
        if subject.due != one.deadline:
            return False
        leads = self._leads.get(one.action, set())
        if one.occasion in escalation.OCCASIONS:
            told = one.recipient in self._ladder.whom(one.occasion, one.action, leads)
            if told:
                content.escalate(subject, one.occasion)
            return told
        people = self._book.reminded(leads, subject.coordinator, subject.manager)
        if one.recipient not in people or (one.action, one.recipient) in self._snoozed:
            return False
        if one.recipient in leads:
            content.remind(subject, is_check=one.occasion == Occasion.CHECK)
        elif leads:
            content.unreachable[one.action] = subject
        else:
            content.unled[one.action] = subject
        return True

    # What is said beside a line ---------------------------------------------------------------------------

    def tell(self, contents: Mapping[int, Content], people: Mapping[int, Addressee]) -> None:
        """Add to each line who else is told, and what the lead was told, in its reader's language."""
        above, reports = self._told_above(), self._last_reports()
        lead, told = self._leads_told() if self._escalated or self._lost(contents) else ({}, {})
        for pk, content in contents.items():
            person = people[pk]
            with translation.override(person.language):
                for action in content.own:
                    report = reports.get(action)
                    if report and report.by != pk:
                        content.notes[action].append(_last_told(report))
                    if also := above.get((action, self._subjects[action].due)):
                        content.notes[action].append(_also_told(also, person))
                for action in content.above:
                    content.notes[action].append(_("Lead: %(people)s") % {"people": lead.get(action, "–")})
                    content.notes[action].append(_was_told(told.get(action, ()), person))
                for action in content.unreachable:
                    names = ", ".join(self._names(action))
                    words = _("Mail to %(people)s comes back. Please reach them, or name someone else.")
                    content.notes[action].append(words % {"people": names})

    @staticmethod
    def _lost(contents: Mapping[int, Content]) -> bool:
        return any(content.unreachable for content in contents.values())

    def _names(self, action: int) -> list[str]:
        lost = self._leads.get(action, set()) & self._book.unreachable
        return sorted(self._book.people[pk].name for pk in lost)

    def _told_above(self) -> dict[tuple[int, date | None], list[tuple[str, Any]]]:
        """Who above the lead is told of each action with that deadline, and when."""
        rows = Reminder.objects.filter(action__in=self._actions, occasion__in=escalation.OCCASIONS)
        found: dict[tuple[int, date | None], list[tuple[str, Any]]] = defaultdict(list)
        for action, deadline, name, at in rows.order_by("due_for", "pk").values_list(
            "action_id", "deadline", "recipient__name", "planned_at"
        ):
            found[action, deadline].append((name, at))
        return found

    def _last_reports(self) -> "dict[int, Report]":
        """The newest report on each action: who takes an action over reads what was said before."""
        newest = (
            ProgressUpdate.objects.filter(action=OuterRef("pk")).order_by("-as_of", "-pk").values("pk")[:1]
        )
        reported = KeyAction.objects.filter(pk__in=self._actions).exclude(reported_on=None).order_by()
        rows = ProgressUpdate.objects.filter(
            pk__in=reported.annotate(newest=Subquery(newest)).values("newest")
        )
        columns = rows.values_list(
            "action_id", "reported_by", "reported_by__name", "as_of", Left("comment", READ)
        )
        return {action: Report(*said) for action, *said in columns}

    def _leads_told(self) -> tuple[dict[int, str], dict[int, list[tuple[str, int, Any]]]]:
        """By action: its leads as they are written; and who of them was reminded how often, and when last."""
        names: dict[int, list[str]] = defaultdict(list)
        for action, name in (
            self._parties.filter(part=Part.LEAD).order_by("order", "pk").values_list("action_id", "name")
        ):
            names[action].append(name)
        sent = Reminder.objects.filter(action__in=self._actions, occasion__in=TO_LEAD).exclude(mail=None)
        rows = (
            sent.order_by("recipient__name")
            .values_list("action_id", "recipient__name")
            .annotate(Count("mail", distinct=True), Max("mail__created_at"))
        )
        told: dict[int, list[tuple[str, int, Any]]] = defaultdict(list)
        for action, name, times, last in rows:
            told[action].append((name, times, last))
        return {action: ", ".join(some) for action, some in names.items()}, told


def _last_told(report: Report) -> str:
    who, day = report.name or "EvalTrack", date_format(report.as_of)
    said = Truncator(" ".join(to_plain(report.comment).split())).chars(SAID)
    if said:
        return _("Last told by %(person)s, %(day)s: %(words)s") % {"person": who, "day": day, "words": said}
    return _("Last told by %(person)s, %(day)s") % {"person": who, "day": day}


def _also_told(also: list[tuple[str, Any]], person: Addressee) -> str:
    names = list(dict.fromkeys(name for name, _at in also))
    day = date_format(local_day(max(at for _name, at in also), person.time_zone))
    return _("Also told, %(day)s: %(people)s") % {"people": ", ".join(names), "day": day}


def _was_told(told: Iterable[tuple[str, int, Any]], person: Addressee) -> str:
    parts = []
    for name, times, last in told:
        words = ngettext(
            "%(person)s was reminded once, on %(day)s",
            "%(person)s was reminded %(count)d times, last on %(day)s",
            times,
        )
        day = date_format(local_day(last, person.time_zone))
        parts.append(words % {"person": name, "count": times, "day": day})
    return "; ".join(parts) or _("The lead was not reminded by mail before today.")
