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
from django.db.models import Exists, OuterRef

from evaltrack import deadlines
from recommendations.choices import OVER, Decision
from recommendations.models import RuleProfile
from recommendations.profiles import ReminderPlan, ResponseReminderPlan
from responses import digests, escalation
from responses.escalation import Ladder
from responses.models import ActionParty, KeyAction, Reminder, Snooze
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook
from responses.round_questions import unanswered

ACTIONS_AT_ONCE = 2_000
ASKED_AGAIN = (timedelta(days=7), timedelta(0))  # before the day on which the answers to a round are due

Occasion = tuple[str, date]  # which one, and the day it is for
Rule = Callable[["Due", Mapping[int, date]], dict[int, Occasion]]  # what is due for each person on their day


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run did: new reminders and digests, and how many lines wait for the next day's digest.

    ``without_recipient``: the key actions (ids) with a reminder due and nobody to lead them.
    ``news``: how many notifications the digests tell. ``resting``: how many lines wait for a working day.
    """

    reminders: int
    mails: int
    waiting: int
    without_recipient: frozenset[int]
    news: int = 0
    resting: int = 0


class Due(NamedTuple):
    """What planning needs to know of a key action."""

    pk: int
    due: date | None
    check_on: date | None
    profile: int
    coordinator: int | None
    manager: int | None
    office: int | None
    evaluation: int
    confidential: bool

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
                "answer__response__office",
                "answer__response__evaluation",
                "answer__response__evaluation__confidential",
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
    run = Planner(now, AddressBook(now=now, today=today))
    run.plan()
    written = digests.write(run.book, to_remind_of(), now=now)
    without_recipient = frozenset(run.without_recipient)
    return Planned(
        run.reminders, written.mails, written.waiting, without_recipient, written.news, written.resting
    )


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


class Planner:
    """One planning of reminders: what it has read, and what it counts."""

    def __init__(self, now: datetime, book: AddressBook) -> None:
        self.now = now
        self.book = book
        profiles = list(RuleProfile.objects.all())
        self.rules = {profile.pk: profile.rules.reminders for profile in profiles}
        self.escalation = {profile.pk: profile.rules.escalation for profile in profiles}
        self.reminders = 0
        self.without_recipient: set[int] = set()

    def plan(self) -> None:
        self.plan_by_deadline()
        self.start_asking()
        self.plan_checks()
        self.plan_woken()
        self.plan_rounds()
        self.plan_escalation()

    def actions(self) -> KeyActionQuerySet:
        """What is reminded of in this run."""
        return to_remind_of()

    def plan_by_deadline(self) -> None:
        earliest = max((days for rules in self.rules.values() for days in rules.before), default=0)
        horizon = self.book.last_day + timedelta(days=earliest)
        for rows in Due.chunks(self.actions().filter(deadline_due__lte=horizon)):
            with transaction.atomic():
                self._plan(rows, self._by_deadline)

    def start_asking(self) -> None:
        """What has neither a due date nor a day to ask gets one, so that no action is silent for ever."""
        silent = self.actions().filter(deadline_due=None, check_on=None).order_by()
        for profile, rules in self.rules.items():
            first = deadlines.next_check(self.book.today, every_months=rules.check_every_months)
            silent.filter(answer__response__evaluation__profile=profile).update(check_on=first)

    def plan_checks(self) -> None:
        """Ask how it stands with what a due date alone does not drive, and put down when to ask next."""
        last_day = self.book.last_day
        for rows in Due.chunks(self.actions().filter(check_on__lte=last_day)):
            with transaction.atomic():
                moved: dict[date | None, list[int]] = defaultdict(list)
                for row in self._plan(_still_to_ask(rows, last_day), self._by_check):
                    moved[self._next_check(row)].append(row.pk)
                for day, asked in moved.items():
                    KeyAction.objects.filter(pk__in=asked).update(check_on=day)

    def plan_woken(self) -> None:
        """Remind again, on the day they chose, of what people had put off."""
        there = Reminder.objects.filter(
            action=OuterRef("action"), recipient=OuterRef("person"), due_for=OuterRef("until")
        )
        over = Snooze.objects.filter(until__lte=self.book.last_day).exclude(Exists(there))
        woken: dict[int, dict[int, date]] = defaultdict(dict)
        for action, person, until in over.values_list("action", "person", "until"):
            if person in self.book.people and until <= self.book.people[person].today:
                woken[action][person] = until
        self._woken = woken
        for rows in Due.chunks(self.actions().filter(pk__in=over.values("action"))):
            with transaction.atomic():
                self._plan(rows, self._by_waking)

    def plan_rounds(self) -> None:
        """Ask again in a round: a week before the answers are due, and on the day."""
        before = max(ASKED_AGAIN)
        questions = unanswered().filter(
            matrix__due_on__lte=self.book.last_day + before,
            matrix__due_on__gte=self.book.first_day,
            action__in=self.actions().order_by().values("pk"),
        )
        last = 0
        while rows := list(
            questions.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "action", "action__deadline_due", "person", "matrix__due_on", "asked_at")[
                :ACTIONS_AT_ONCE
            ]
        ):
            with transaction.atomic():
                self._save({one.key: one for row in rows for one in self._asked_again(*row[1:])})
            last = rows[-1][0]

    def _asked_again(
        self, action: int, deadline: date | None, asked: int, due_on: date, at: datetime
    ) -> Iterator["New"]:
        for pk in self.book.reached(asked):
            today = self.book.people[pk].today
            passed = [day for before in ASKED_AGAIN if at.date() < (day := due_on - before) <= today]
            if passed:
                yield New(action, Reminder.Occasion.ROUND.value, max(passed), pk, deadline)

    def plan_escalation(self) -> None:
        """Tell the head of the office, later the evaluation unit: together, once, for each deadline."""
        for stage in escalation.STAGES:
            late = escalation.due_now(self.actions(), stage, self.escalation, self.book.last_day)
            for rows in Due.chunks(late):
                with transaction.atomic():
                    self._escalate(rows, stage)

    def _escalate(self, rows: list[Due], stage: escalation.Stage) -> None:
        parties = ActionParty.objects.filter(action__in=[row.pk for row in rows])
        leads, ladder = self.book.leads(parties), Ladder(self.book, rows, parties)
        found: list[New] = []
        for row in rows:
            assert row.due  # noqa: S101 - for mypy; the query has seen to it
            day = row.due + timedelta(days=stage.days(self.escalation[row.profile]))
            people = ladder.whom(stage.occasion.value, row.pk, leads.get(row.pk, ()))
            # Together, when it has come for the first of them: told once is told to all.
            if any(self.book.people[pk].today >= day for pk in people):
                found += [New(row.pk, stage.occasion.value, day, pk, row.due) for pk in people]
        self._save({one.key: one for one in found})

    def _plan(self, rows: list[Due], rule: Rule) -> list[Due]:
        """Write the reminders of these actions that are due and not there yet; the actions that have one."""
        numbers = [row.pk for row in rows]
        leads = self.book.leads(ActionParty.objects.filter(action__in=numbers))
        snoozed = self._snoozed(numbers)
        reminders: dict[Key, New] = {}
        for row in rows:
            people = self.book.reminded(leads.get(row.pk), row.coordinator, row.manager)
            if row.pk not in leads and rule(row, {0: self.book.today}):
                self.without_recipient.add(row.pk)
            days = {pk: self.book.people[pk].today for pk in people if (row.pk, pk) not in snoozed}
            for pk, (occasion, due_for) in rule(row, days).items():
                new = New(row.pk, occasion, due_for, pk, row.due)
                reminders[new.key] = new
        self._save(reminders)
        reached = {action for action, *_rest in reminders}
        return [row for row in rows if row.pk in reached]

    def _snoozed(self, actions: list[int]) -> set[tuple[int, int]]:
        """Which of the actions who does not want to be reminded of today."""
        rows = Snooze.objects.filter(action__in=actions, until__gt=self.book.first_day)
        people = self.book.people
        return {
            (action, person)
            for action, person, until in rows.values_list("action", "person", "until")
            if person in people and until > people[person].today
        }

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

    def _by_waking(self, row: Due, days: Mapping[int, date]) -> dict[int, Occasion]:
        """Each on the day they chose, told by where that lies before or after the deadline."""
        occasion = Reminder.Occasion
        found = {}
        for pk in self._woken[row.pk].keys() & days.keys():
            until = self._woken[row.pk][pk]
            when = occasion.CHECK
            if row.due:
                later = occasion.AFTER if until > row.due else occasion.ON_DAY
                when = occasion.BEFORE if until < row.due else later
            found[pk] = when.value, until
        return found

    def _next_check(self, row: Due) -> date | None:
        every = self.rules[row.profile].check_every_months
        day = deadlines.next_check(self.book.today, every_months=every)
        # From the due date on, that one drives the reminders.
        return None if row.due and day >= row.due else day

    def _save(self, reminders: "dict[Key, New]") -> None:
        if not reminders:
            return
        missing = self._missing(reminders)
        # Another planner may be writing the same ones; the unique key decides.
        Reminder.objects.bulk_create((one.row(self.now) for one in missing), ignore_conflicts=True)
        self.reminders += len(missing)

    def _missing(self, reminders: "dict[Key, New]") -> "list[New]":
        there = Reminder.objects.filter(
            action__in={one.action for one in reminders.values()},
            due_for__gte=min(one.due_for for one in reminders.values()),
        )
        planned = set(there.values_list("action", "occasion", "due_for", "recipient", "deadline"))
        return [one for key, one in reminders.items() if key not in planned]


Key = tuple[int, str, date, int, date | None]  # a reminder's action, occasion, day, recipient and deadline


class New(NamedTuple):
    """A reminder that is due and may be there already."""

    action: int
    occasion: str
    due_for: date
    recipient: int
    deadline: date | None

    @property
    def key(self) -> Key:
        return self.action, self.occasion, self.due_for, self.recipient, self.deadline

    def row(self, now: datetime) -> Reminder:
        return Reminder(
            action_id=self.action,
            occasion=self.occasion,
            due_for=self.due_for,
            deadline=self.deadline,
            recipient_id=self.recipient,
            planned_at=now,
        )


def _still_to_ask(rows: list[Due], last_day: date) -> list[Due]:
    """Lock the actions. Those another planner has or a person is just changing are left for the next run."""
    there = KeyAction.objects.filter(pk__in=[row.pk for row in rows], check_on__lte=last_day)
    locked = set(there.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return [row for row in rows if row.pk in locked]
