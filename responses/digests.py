"""The digest: one mail per person and day with everything they are to be reminded of."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery

from evaltrack.models import Mail, User
from responses.digest_mail import Subject, compose
from responses.models import ActionParty, KeyAction, Reminder
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook, Addressee

REMINDERS_AT_ONCE = 2_000


def write(book: AddressBook, actions: KeyActionQuerySet, *, now: datetime) -> tuple[int, int]:
    """Write a digest to everyone with reminders that were not mailed yet, and tie those to it.

    Who had a digest today already gets the rest tomorrow. ``actions`` are those still to be reminded of.
    Returns how many mails were written and how many reminders wait.
    """
    Reminder.objects.filter(mail=None, recipient__is_active=False).delete()
    written = waiting = 0
    for people in _batches(book):
        with transaction.atomic():
            batch = _Batch(book, actions, now, people)
            written += batch.write()
            waiting += batch.waiting
    return written, waiting


def key(person: Addressee) -> str:
    return f"digest/{person.pk}/{person.today}"


def _batches(book: AddressBook) -> Iterator[dict[int, int]]:
    """Who has reminders that were not mailed, and how many: some people at a time."""
    unsent = Reminder.objects.filter(mail=None).order_by("recipient")
    batch: dict[int, int] = {}
    for person, count in unsent.values_list("recipient").annotate(Count("pk")):
        if person not in book.people:
            continue
        if batch and sum(batch.values()) + count > REMINDERS_AT_ONCE:
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
        self._tie(kept, self._mail(told, leads))
        return len(told)

    def _recipients(self, subject: Subject, leads: dict[int, set[int]]) -> set[int]:
        return leads.get(subject.pk) or self.book.stand_in(subject.coordinator, subject.manager)

    def _forget(self, stale: list[int], unasked: list[int]) -> None:
        """Take back what was planned and is no longer so: done meanwhile, put off, or led by someone else."""
        if stale:
            Reminder.objects.filter(pk__in=stale).delete()
            KeyAction.objects.filter(pk__in=unasked).update(check_on=self.book.today)

    def _mail(self, told: dict[int, dict[int, Subject]], leads: dict[int, set[int]]) -> list[Mail]:
        mails = []
        for pk, subjects in told.items():
            person = self.people[pk]
            led = [subject for action, subject in subjects.items() if action in leads]
            unled = [subject for action, subject in subjects.items() if action not in leads]
            mails.append(compose(person, led, unled, key=key(person), now=self.now))
        return Mail.objects.bulk_create(mails)

    def _tie(self, reminders: list[int], mails: list[Mail]) -> None:
        digest = Mail.objects.filter(pk__in=[mail.pk for mail in mails], person=OuterRef("recipient"))
        Reminder.objects.filter(pk__in=reminders).update(mail=Subquery(digest.values("pk")))
