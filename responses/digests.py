"""The digest: one mail per person and day with everything they are to be reminded of, and what happened."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery

from evaltrack.models import Mail, Notification, User
from responses.digest_mail import Subject, compose
from responses.models import ActionParty, KeyAction, Reminder
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook, Addressee

LINES_AT_ONCE = 2_000


@dataclass(slots=True)
class Written:
    """How many digests were written and notifications told in them, and how many lines wait for the next."""

    mails: int = 0
    news: int = 0
    waiting: int = 0


def write(book: AddressBook, actions: KeyActionQuerySet, *, now: datetime) -> Written:
    """Write a digest to everyone with reminders or news that were not mailed yet, and tie those to it.

    News is what happened before the person's day began and is to be told in one mail a day. Who had a digest
    today already gets the rest tomorrow. ``actions`` are those still to be reminded of.
    """
    Reminder.objects.filter(mail=None, recipient__is_active=False).delete()
    written = Written()
    for people in _batches(book):
        with transaction.atomic():
            batch = _Batch(book, actions, now, people)
            written.mails += batch.write()
            written.news += batch.news
            written.waiting += batch.waiting
    return written


def key(person: Addressee) -> str:
    return f"digest/{person.pk}/{person.today}"


def _batches(book: AddressBook) -> Iterator[dict[int, int]]:
    """Who is to get a digest, and how many lines for it were not mailed yet: some people at a time."""
    unsent = Reminder.objects.filter(mail=None).order_by("recipient")
    counted = unsent.values_list("recipient").annotate(Count("pk"))
    lines = Counter({person: count for person, count in counted if person in book.people})
    news = Notification.objects.for_daily_mail().filter(at__lt=book.last_midnight)
    for person, at in news.values_list("person", "at").iterator():
        if person in book.people and at < book.people[person].midnight:
            lines[person] += 1
    batch: dict[int, int] = {}
    for person, count in sorted(lines.items()):
        if batch and sum(batch.values()) + count > LINES_AT_ONCE:
            yield batch
            batch = {}
        batch[person] = count
    if batch:
        yield batch


class _Batch:
    """The digests of some people, in one transaction: a number of statements that does not grow with them."""

    def __init__(
        self, book: AddressBook, actions: KeyActionQuerySet, now: datetime, people: dict[int, int]
    ) -> None:
        self.book = book
        self.actions = actions
        self.now = now
        # Two planners must not write to one person at once: each would tie what the other's mail lacks. Rows
        # that only refer to the person, such as a new reminder, do not wait for this lock.
        locked = User.objects.filter(pk__in=people).select_for_update(skip_locked=True, no_key=True)
        mine = [book.people[pk] for pk in locked.values_list("pk", flat=True)]
        written = set(Mail.objects.filter(key__in=map(key, mine)).values_list("key", flat=True))
        self.waiting = sum(people[person.pk] for person in mine if key(person) in written)
        self.people = {person.pk: person for person in mine if key(person) not in written}
        self.news = 0

    def write(self) -> int:
        unsent = Reminder.objects.filter(mail=None, recipient__in=self.people)
        reminders = list(unsent.values_list("pk", "action", "occasion", "deadline", "recipient"))
        subjects = Subject.of(self.actions.filter(pk__in=unsent.values("action")))
        leads = self.book.leads(ActionParty.objects.filter(action__in=unsent.values("action")))
        told: dict[int, dict[int, Subject]] = defaultdict(dict)
        kept, stale, unasked = [], [], []
        for pk, action, occasion, deadline, person in reminders:
            subject = subjects.get(action)
            if subject and subject.due == deadline and person in self._recipients(subject, leads):
                kept.append(pk)
                earlier = told[person].get(action, subject)
                is_check = occasion == Reminder.Occasion.CHECK
                told[person][action] = subject._replace(is_only_asked=is_check and earlier.is_only_asked)
                continue
            stale.append(pk)
            if subject and occasion == Reminder.Occasion.CHECK:
                unasked.append(action)
        self._forget(stale, unasked)
        news = self._news()
        mails = self._mail(told, leads, news)
        self._tie(kept, news, mails)
        return len(mails)

    def _recipients(self, subject: Subject, leads: dict[int, set[int]]) -> set[int]:
        return leads.get(subject.pk) or self.book.stand_in(subject.coordinator, subject.manager)

    def _forget(self, stale: list[int], unasked: list[int]) -> None:
        """Take back what was planned and is no longer so: done meanwhile, put off, or led by someone else."""
        if stale:
            Reminder.objects.filter(pk__in=stale).delete()
            KeyAction.objects.filter(pk__in=unasked).update(check_on=self.book.today)

    def _news(self) -> dict[int, list[Notification]]:
        """What is to be told in the daily mail and happened before it is due, by person, oldest first."""
        unsent = Notification.objects.for_daily_mail().filter(person__in=self.people)
        found: dict[int, list[Notification]] = defaultdict(list)
        for one in unsent.filter(at__lt=self.book.last_midnight).order_by("at", "pk"):
            if one.at < self.people[one.person_id].midnight:
                found[one.person_id].append(one)
        self.news = sum(map(len, found.values()))
        return found

    def _mail(
        self,
        told: dict[int, dict[int, Subject]],
        leads: dict[int, set[int]],
        news: dict[int, list[Notification]],
    ) -> list[Mail]:
        mails = []
        for pk in sorted(told.keys() | news.keys()):
            person, subjects = self.people[pk], told.get(pk, {})
            led = [subject for action, subject in subjects.items() if action in leads]
            unled = [subject for action, subject in subjects.items() if action not in leads]
            mails.append(compose(person, led, unled, news.get(pk, []), key=key(person), now=self.now))
        return Mail.objects.bulk_create(mails)

    def _tie(self, reminders: list[int], news: dict[int, list[Notification]], mails: list[Mail]) -> None:
        digests = Mail.objects.filter(pk__in=[mail.pk for mail in mails])
        mine = digests.filter(person=OuterRef("recipient")).values("pk")
        Reminder.objects.filter(pk__in=reminders).update(mail=Subquery(mine))
        mine = digests.filter(person=OuterRef("person")).values("pk")
        told = [one.pk for rows in news.values() for one in rows]
        Notification.objects.filter(pk__in=told).update(mail=Subquery(mine))
