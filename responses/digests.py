"""The digest: one mail per person and day with everything they are to be reminded of, and what happened."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, OuterRef, Subquery

from evaltrack.models import Mail, Notification, User
from responses import report_links
from responses.digest_mail import Content, Subject, compose
from responses.digest_reasons import Found, Reasons
from responses.models import KeyAction, Reminder
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook, Addressee

LINES_AT_ONCE = 2_000


@dataclass(slots=True)
class Written:
    """How many digests were written and notifications told in them.

    ``waiting``: how many lines wait for the next, as there was one today; ``resting``: how many for a working
    day of their reader's office.
    """

    mails: int = 0
    news: int = 0
    waiting: int = 0
    resting: int = 0


def write(book: AddressBook, actions: KeyActionQuerySet, *, now: datetime) -> Written:
    """Write a digest to everyone with reminders or news that were not mailed yet, and tie those to it.

    News is what happened before the person's day began and is to be told in one mail a day. Who had a digest
    today already gets the rest tomorrow, and whose office rests on the next day on which it does not.
    ``actions`` are those still to be reminded of.
    """
    Reminder.objects.filter(mail=None, recipient__is_active=False).delete()
    written = Written()
    lines = _counted(book)
    for people in _batches(book, lines, written):
        with transaction.atomic():
            batch = _Batch(book, actions, now, people)
            written.mails += batch.write()
            written.news += batch.news
            written.waiting += batch.waiting
    return written


def key(person: Addressee) -> str:
    return f"digest/{person.pk}/{person.today}"


def preview(
    person: Addressee, book: AddressBook, actions: KeyActionQuerySet, *, now: datetime
) -> Mail | None:
    """The digest that would be written to the person now, without the link; the caller takes all back."""
    batch = _Batch(book, actions, now, {person.pk: 0}, link=lambda _people: {})
    batch.write()
    return batch.mails[0] if batch.mails else None


def _counted(book: AddressBook) -> Counter[int]:
    """For whom there is something that was not mailed yet, and how many lines."""
    unsent = Reminder.objects.filter(mail=None).order_by("recipient")
    counted = unsent.values_list("recipient").annotate(Count("pk"))
    lines = Counter({person: count for person, count in counted if person in book.people})
    news = Notification.objects.for_daily_mail().filter(at__lt=book.last_midnight)
    for person, at in news.values_list("person", "at").iterator():
        if person in book.people and at < book.people[person].midnight:
            lines[person] += 1
    return lines


def _batches(book: AddressBook, lines: Counter[int], written: Written) -> Iterator[dict[int, int]]:
    """Who is to get a digest today, and how many lines for it: some people at a time."""
    batch: dict[int, int] = {}
    for person, count in sorted(lines.items()):
        if book.rests(book.people[person]):
            written.resting += count
            continue
        if batch and sum(batch.values()) + count > LINES_AT_ONCE:
            yield batch
            batch = {}
        batch[person] = count
    if batch:
        yield batch


class _Batch:
    """The digests of some people, in one transaction: a number of statements that does not grow with them."""

    def __init__(
        self,
        book: AddressBook,
        actions: KeyActionQuerySet,
        now: datetime,
        people: dict[int, int],
        link: Callable[[list[int]], Mapping[int, str]] | None = None,
    ) -> None:
        self.book = book
        self.actions = actions
        self.now = now
        self.link = link or (lambda asked: report_links.issue(asked, now=now))
        # Two planners must not write to one person at once: each would tie what the other's mail lacks. Rows
        # that only refer to the person, such as a new reminder, do not wait for this lock.
        locked = User.objects.filter(pk__in=people).select_for_update(skip_locked=True, no_key=True)
        mine = [book.people[pk] for pk in locked.values_list("pk", flat=True)]
        written = set(Mail.objects.filter(key__in=map(key, mine)).values_list("key", flat=True))
        self.waiting = sum(people[person.pk] for person in mine if key(person) in written)
        self.people = {person.pk: person for person in mine if key(person) not in written}
        self.news = 0
        self.mails: list[Mail] = []

    def write(self) -> int:
        unsent = Reminder.objects.filter(mail=None, recipient__in=self.people)
        found = [
            Found(*row) for row in unsent.values_list("pk", "action", "occasion", "deadline", "recipient")
        ]
        subjects = Subject.of(self.actions.filter(pk__in=unsent.order_by().values("action")))
        reasons = Reasons(self.book, subjects, unsent.order_by().values("action"), found)
        contents: dict[int, Content] = defaultdict(Content)
        kept: list[Found] = []
        stale: list[Found] = []
        for one in found:
            if reasons.put(one, contents[one.recipient]):
                kept.append(one)
            else:
                stale.append(one)
        self._forget(stale, subjects)
        reasons.tell(contents, self.people)
        places = self._mail(contents, self._news())
        self._tie(kept, places)
        return len(self.mails)

    def _forget(self, stale: list[Found], subjects: Mapping[int, Subject]) -> None:
        """Take back what was planned and is no longer so: done meanwhile, put off, or led by someone else."""
        if stale:
            Reminder.objects.filter(pk__in=[one.pk for one in stale]).delete()
            check = Reminder.Occasion.CHECK
            unasked = [one.action for one in stale if one.occasion == check and one.action in subjects]
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
        self, contents: Mapping[int, Content], news: Mapping[int, list[Notification]]
    ) -> dict[int, dict[int, int]]:
        """Write the mails, and tie the news to theirs; the number of each action's line, by person."""
        told = {pk: content for pk, content in contents.items() if content}
        links = self.link([pk for pk, content in told.items() if content.own])
        places: dict[int, dict[int, int]] = {}
        mails = []
        for pk in sorted(told.keys() | news.keys()):
            content = told.get(pk) or Content()
            content.link = links.get(pk, "")
            content.answered_by_mail = bool(getattr(settings, "INBOUND_ADDRESS", ""))
            person = self.people[pk]
            mail, places[pk] = compose(person, content, news.get(pk, []), key=key(person), now=self.now)
            mails.append(mail)
        self.mails = Mail.objects.bulk_create(mails)
        mine = Mail.objects.filter(pk__in=[mail.pk for mail in mails], person=OuterRef("person")).values("pk")
        rows = Notification.objects.filter(pk__in=[one.pk for some in news.values() for one in some])
        rows.update(mail=Subquery(mine))
        return places

    def _tie(self, reminders: list[Found], places: Mapping[int, Mapping[int, int]]) -> None:
        """Note in which mail each reminder went out, and under which number: one statement for all."""
        if not reminders:
            return
        mails = {mail.person_id: mail.pk for mail in self.mails}
        values: list[int | None] = []
        for one in reminders:
            values += [one.pk, mails[one.recipient], places[one.recipient].get(one.action)]
        rows = ", ".join(["(%s, %s, %s)"] * len(reminders))
        table = connection.ops.quote_name(Reminder._meta.db_table)
        with connection.cursor() as cursor:
            # Each row has a value of its own, for which the query builder would write a CASE of thousands.
            cursor.execute(
                f"UPDATE {table} SET mail_id = given.column2, place = CAST(given.column3 AS smallint)"  # noqa: S608
                f" FROM (VALUES {rows}) AS given WHERE {table}.id = given.column1",
                values,
            )
