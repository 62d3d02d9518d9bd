"""Reminders: which are due, for whom, planned once each.

Due is a stored fact (a ``Reminder`` row with a unique key), worked out from dates and not from when a job
ran: after days without one the next run catches up, and a second run changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Self

from django.db import transaction

from evaltrack import deadlines
from recommendations.choices import OVER, Decision
from recommendations.models import RuleProfile
from recommendations.profiles import ReminderPlan, ResponseReminderPlan
from responses import digests
from responses.models import ActionParty, KeyAction, Reminder
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook

ACTIONS_AT_ONCE = 2_000

Occasion = tuple[str, date]  # which one, and the day it is for
Rule = Callable[["Due", Mapping[int, date]], dict[int, Occasion]]  # what is due for each person on their day


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run did: new reminders and digests, and how many lines wait for the next day's digest.

    ``without_recipient``: the key actions (ids) with a reminder due and nobody to lead them.
    ``news``: how many notifications the digests tell.
    """

    reminders: int
    mails: int
    waiting: int
    without_recipient: frozenset[int]
    news: int = 0


class Due(NamedTuple):
    """What planning needs to know of a key action."""

    pk: int
    due: date | None
    check_on: date | None
    profile: int
    coordinator: int | None
    manager: int | None

    @classmethod
    def chunks(cls, actions: KeyActionQuerySet) -> Iterator[list[Self]]:
        """The actions, some at a time, by primary key: nothing is held over from one to the next."""
        last = 0
        while rows := list(
            actions.filter(pk__gt=last)
            .order_by("pk")
            .values_list(
                "pk",
                "deadline_due",
                "check_on",
                "answer__response__evaluation__profile",
                "answer__response__coordinator",
                "answer__response__evaluation__manager",
            )[:ACTIONS_AT_ONCE]
        ):
            yield [cls(*row) for row in rows]
            last = rows[-1][0]


def to_remind_of() -> KeyActionQuerySet:
    """The key actions somebody still has to do something about: not those of what is cancelled or closed."""
    promised = KeyAction.objects.open().exclude(answer__decision=Decision.REJECTED)
    return promised.exclude(answer__response__evaluation__state__in=OVER)


def plan(*, now: datetime, today: date | None = None) -> Planned:
    """Plan the reminders that are due and write each person's digest.

    ``today`` is the day for everyone; without it each person's own, by their time zone.
    """
    run = _Run(now, AddressBook(now=now, today=today))
    run.plan_by_deadline()
    run.start_asking()
    run.plan_checks()
    written = digests.write(run.book, to_remind_of(), now=now)
    without_recipient = frozenset(run.without_recipient)
    return Planned(run.reminders, written.mails, written.waiting, without_recipient, written.news)


@lru_cache(maxsize=10_000)
def latest(due: date, rules: ReminderPlan | ResponseReminderPlan, today: date) -> Occasion | None:
    """The last occasion up to ``today`` for what is due on a day: it stands for all that passed before it.

    Each repetition falls on the due date's day of the month, the first after the last of ``rules.after``.
    """
    offsets = [-days for days in rules.before] + list(rules.after)
    passed = [offset for offset in offsets if offset <= (today - due).days]
    if not passed:
        return None
    day = due + timedelta(days=max(passed))
    repeated = _repetition(due, rules.repeat_months, today)
    if repeated and (repeated - due).days > max(offsets):
        return Reminder.Occasion.AFTER.value, repeated
    if day == due:
        return Reminder.Occasion.ON_DAY.value, day
    return (Reminder.Occasion.AFTER if day > due else Reminder.Occasion.BEFORE).value, day


def _repetition(due: date, every: int, today: date) -> date | None:
    """The last day up to ``today`` that is a multiple of ``every`` months after ``due``."""
    months = (today.year - due.year) * 12 + today.month - due.month
    months -= months % every
    if months > 0 and deadlines.months_after(due, months) > today:
        months -= every
    return deadlines.months_after(due, months) if months > 0 else None


class _Run:
    """One planning of reminders: what it has read, and what it counts."""

    def __init__(self, now: datetime, book: AddressBook) -> None:
        self.now = now
        self.book = book
        self.rules = {profile.pk: profile.rules.reminders for profile in RuleProfile.objects.all()}
        self.reminders = 0
        self.without_recipient: set[int] = set()

    def plan_by_deadline(self) -> None:
        earliest = max((days for rules in self.rules.values() for days in rules.before), default=0)
        horizon = self.book.last_day + timedelta(days=earliest)
        for rows in Due.chunks(to_remind_of().filter(deadline_due__lte=horizon)):
            with transaction.atomic():
                self._plan(rows, self._by_deadline)

    def start_asking(self) -> None:
        """What has neither a due date nor a day to ask gets one, so that no action is silent for ever."""
        silent = to_remind_of().filter(deadline_due=None, check_on=None).order_by()
        for profile, rules in self.rules.items():
            first = deadlines.next_check(self.book.today, every_months=rules.check_every_months)
            silent.filter(answer__response__evaluation__profile=profile).update(check_on=first)

    def plan_checks(self) -> None:
        """Ask how it stands with what a due date alone does not drive, and put down when to ask next."""
        last_day = self.book.last_day
        for rows in Due.chunks(to_remind_of().filter(check_on__lte=last_day)):
            with transaction.atomic():
                moved: dict[date | None, list[int]] = defaultdict(list)
                for row in self._plan(_still_to_ask(rows, last_day), self._by_check):
                    moved[self._next_check(row)].append(row.pk)
                for day, asked in moved.items():
                    KeyAction.objects.filter(pk__in=asked).update(check_on=day)

    def _plan(self, rows: list[Due], rule: Rule) -> list[Due]:
        """Write the reminders of these actions that are due and not there yet; the actions that have one."""
        leads = self.book.leads(ActionParty.objects.filter(action__in=[row.pk for row in rows]))
        reminders: dict[Key, Reminder] = {}
        for row in rows:
            people = leads.get(row.pk) or self.book.stand_in(row.coordinator, row.manager)
            if row.pk not in leads and rule(row, {0: self.book.today}):
                self.without_recipient.add(row.pk)
            days = {pk: self.book.people[pk].today for pk in people}
            for pk, (occasion, due_for) in rule(row, days).items():
                reminders[row.pk, occasion, due_for, pk, row.due] = Reminder(
                    action_id=row.pk,
                    occasion=occasion,
                    due_for=due_for,
                    deadline=row.due,
                    recipient_id=pk,
                    planned_at=self.now,
                )
        self._save(reminders)
        reached = {action for action, *_rest in reminders}
        return [row for row in rows if row.pk in reached]

    def _by_deadline(self, row: Due, days: Mapping[int, date]) -> dict[int, Occasion]:
        assert row.due  # noqa: S101 - for mypy; the query has seen to it
        rules = self.rules[row.profile]
        return {pk: found for pk, today in days.items() if (found := latest(row.due, rules, today))}

    def _by_check(self, row: Due, days: Mapping[int, date]) -> dict[int, Occasion]:
        """Once asked, the day moves on: so all are asked together, when it has come for the first of them."""
        assert row.check_on  # noqa: S101 - for mypy; the query has seen to it
        if not days or row.check_on > max(days.values()):
            return {}
        return dict.fromkeys(days, (Reminder.Occasion.CHECK.value, row.check_on))

    def _next_check(self, row: Due) -> date | None:
        every = self.rules[row.profile].check_every_months
        day = deadlines.next_check(self.book.today, every_months=every)
        # From the due date on, that one drives the reminders.
        return None if row.due and day >= row.due else day

    def _save(self, reminders: "dict[Key, Reminder]") -> None:
        if not reminders:
            return
        there = Reminder.objects.filter(
            action__in={reminder.action_id for reminder in reminders.values()},
            due_for__gte=min(reminder.due_for for reminder in reminders.values()),
        )
        planned = set(there.values_list("action", "occasion", "due_for", "recipient", "deadline"))
        missing = [reminder for key, reminder in reminders.items() if key not in planned]
        # Another planner may be writing the same ones; the unique key decides.
        Reminder.objects.bulk_create(missing, ignore_conflicts=True)
        self.reminders += len(missing)


Key = tuple[int, str, date, int, date | None]  # a reminder's action, occasion, day, recipient and deadline


def _still_to_ask(rows: list[Due], last_day: date) -> list[Due]:
    """Lock the actions. Those another planner has or a person is just changing are left for the next run."""
    there = KeyAction.objects.filter(pk__in=[row.pk for row in rows], check_on__lte=last_day)
    locked = set(there.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return [row for row in rows if row.pk in locked]
