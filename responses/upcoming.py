"""What will go out in the next days, by the same rules that will send it, and without writing anything."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from evaltrack.models import Mail, Membership, Office, User
from responses import digests
from responses.models import KeyAction, Reminder
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook, Addressee
from responses.reminders import Due, Key, New, Planner, latest, to_remind_of

DAYS = 7
LATELY = 3  # days back: what fell due then and is not planned yet will be by the next run

Item = tuple[int, str]  # a key action (id) and the occasion


@dataclass(frozen=True, slots=True)
class Coming:
    """A digest that will be written: on which day, to whom, about which key actions (ids) and why."""

    day: date
    person: Addressee
    items: tuple[Item, ...]


class DryPlanner(Planner):
    """Plans for a day and keeps what it would write; what was kept before is not planned again."""

    def __init__(
        self, now: datetime, book: AddressBook, scope: KeyActionQuerySet, kept: dict[Key, New]
    ) -> None:
        super().__init__(now, book)
        self.scope = scope
        self.kept = kept
        self.added: list[New] = []

    def actions(self) -> KeyActionQuerySet:
        return self.scope

    def plan_by_deadline(self) -> None:
        for rows in Due.chunks(self.actions().filter(deadline_due__in=self._days_with_an_occasion())):
            self._plan(rows, self._by_deadline)

    def _days_with_an_occasion(self) -> set[date]:
        """The due days for which something falls due today or shortly before, whatever the profile."""
        today = self.book.today
        days = self.actions().exclude(deadline_due=None).order_by().values_list("deadline_due", flat=True)
        found = set()
        for due in days.distinct():
            for rules in self.rules.values():
                occasion = latest(due, rules, today) if due else None
                if due and occasion and (today - occasion[1]).days <= LATELY:
                    found.add(due)
        return found

    def start_asking(self) -> None:
        """Nobody is asked about these before some months have passed."""

    def plan_checks(self) -> None:
        for rows in Due.chunks(self.actions().filter(check_on__lte=self.book.last_day)):
            self._plan(rows, self._by_check)

    def _save(self, reminders: dict[Key, New]) -> None:
        new = {key: one for key, one in reminders.items() if key not in self.kept}
        if new:
            for one in self._missing(new):
                self.kept[one.key] = one
                self.added.append(one)


@dataclass
class _Week:
    """What waits for each person, day after day; all that is planned so far."""

    kept: dict[Key, New]
    coming: list[Coming]
    planned: dict[date, list[New]]


def coming(scope: KeyActionQuerySet, *, now: datetime, today: date, days: int = DAYS) -> list[Coming]:
    """The digests of the next days about these key actions, in the order in which they will go out.

    Each day is everybody's own. What happens meanwhile (reports, deadlines that move) changes it.
    """
    return _week(scope, now=now, today=today, days=days).coming


def _week(scope: KeyActionQuerySet, *, now: datetime, today: date, days: int) -> _Week:
    week = _Week({}, [], {})
    waiting: dict[int, list[Item]] = defaultdict(list)
    unsent = Reminder.objects.filter(mail=None, action__in=scope.order_by().values("pk")).order_by("pk")
    for action, occasion, person in unsent.values_list("action_id", "occasion", "recipient_id"):
        waiting[person].append((action, occasion))
    for number in range(days):
        day = today + timedelta(days=number)
        book = AddressBook(now=now, today=day)
        planner = DryPlanner(now, book, scope, week.kept)
        planner.plan()
        week.planned[day] = planner.added
        for one in planner.added:
            waiting[one.recipient].append((one.action, one.occasion))
        ready = [book.people[pk] for pk in waiting if pk in book.people]
        had = _had_one(ready) if number == 0 else set()
        for reader in sorted(ready, key=lambda one: (one.name, one.pk)):
            if reader.pk not in had and not book.rests(reader):
                items = tuple(dict(waiting.pop(reader.pk)).items())
                week.coming.append(Coming(day, reader, items))
    return week


def _had_one(people: Collection[Addressee]) -> set[int]:
    """Who had a digest already on the day it is for them."""
    written = Mail.objects.filter(key__in=[digests.key(person) for person in people])
    return {pk for pk in written.values_list("person_id", flat=True) if pk}


def digest_of(user: User, *, now: datetime, today: date, days: int = DAYS) -> tuple[date, Mail] | None:
    """The next digest of a person, word for word, and its day; None where the next days bring none.

    It is written as it will be and taken back, without the link that signs its reader in.
    """
    week = _week(to_remind_of(), now=now, today=today, days=days)
    planned: list[New] = []
    for day, added in week.planned.items():
        planned += [one for one in added if one.recipient == user.pk]
        book = AddressBook(now=now, today=day)
        person = book.people.get(user.pk)
        if person is None or book.rests(person) or _had_one([person]):
            continue
        with transaction.atomic():
            Reminder.objects.bulk_create([one.row(now) for one in planned], ignore_conflicts=True)
            mail = digests.preview(person, book, to_remind_of(), now=now)
            transaction.set_rollback(True)
        if mail:
            return day, mail
    return None


def at_office(found: Iterable[Coming], office: Office | None, today: date) -> list[Coming]:
    """Those to people with a role at the office or below it."""
    if office is None:
        return list(found)
    places = Office.objects.all().with_sub_offices([office.pk])
    held = Membership.objects.current(today).filter(office__in=places)
    people = set(held.values_list("person_id", flat=True))
    return [one for one in found if one.person.pk in people]


def actions_in(found: Iterable[Coming]) -> Mapping[int, KeyAction]:
    """The key actions these digests are about, with what names them: one query."""
    numbers = {action for one in found for action, _occasion in one.items}
    rows = KeyAction.objects.filter(pk__in=numbers).select_related(
        "answer__recommendation", "answer__response__evaluation"
    )
    return {row.pk: row for row in rows}


def only(found: Coming, count: int) -> Coming:
    """The digest with its first lines alone."""
    return replace(found, items=found.items[:count])
