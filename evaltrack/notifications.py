"""Telling people what happened: on screen always, by mail as each of them chose.

Written in the transaction of what it tells about, like everything else; sending is the outbox's business.

What a mail of the day said no other says again: of one kind, about one thing, the first is mailed at once.
The others of that day (the reader's own) wait for the daily mail, which takes only what no mail has told yet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from evaltrack import notification_mail
from evaltrack.errors import Refused
from evaltrack.models import Delivery, Deputy, Mail, Notification, NotificationChoice, User
from evaltrack.models.notification import NotificationQuerySet
from evaltrack.zones import local_day

KEPT = timedelta(days=365)  # after that, what was read is deleted
COUNTED = 100  # unread ones; beyond that nobody wants to know the number


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notification: ``label`` says when it comes, and stands under ``group`` where people choose.

    ``mandatory``: the organisation lets nobody switch its mail off.
    """

    code: str
    label: Any
    delivery: Delivery = Delivery.AT_ONCE
    mandatory: bool = False
    group: Any = ""

    @property
    def is_mandatory(self) -> bool:
        return self.mandatory or self.code in settings.MANDATORY_NOTIFICATIONS

    def reaches(self, chosen: str | None) -> Delivery:
        """How it reaches a person who chose so, or nothing; what is mandatory by mail in any case."""
        wanted = Delivery(chosen or self.delivery)
        if wanted == Delivery.OFF and self.is_mandatory:
            return Delivery.DAILY if self.delivery == Delivery.OFF else self.delivery
        return wanted


def kinds() -> dict[str, Kind]:
    """Every kind there is, by its code, in the order of the tables."""
    return {kind.code: kind for table in settings.NOTIFICATION_KINDS for kind in import_string(table)}


@dataclass
class _Reader:
    """Someone to be told, for themselves or as the deputy of others (their names)."""

    person: User
    stands_in_for: list[str]


@transaction.atomic
def tell(
    people: Iterable[User],
    kind: Kind,
    *,
    key: str,
    about: str,
    text: Callable[[], str],
    now: datetime,
    url: str | Callable[[User], str] = "",
    detail: str = "",
    by: User | None = None,
) -> None:
    """Tell active people and their deputies of the day, but not the one who did it.

    The number of statements does not grow with the people. ``text`` is asked for in each reader's language.
    ``key`` is the occasion: told twice, it counts once. ``about`` names the thing, such as "response.12".
    ``detail`` is what someone wrote, as it is. ``url`` is the path of the page to open; it may be asked for
    each reader, where it is theirs alone.
    """
    readers = _readers(people, by, now)
    if not readers:
        return
    chosen = NotificationChoice.objects.filter(person__in=readers, kind=kind.code)
    choices = dict(chosen.values_list("person", "delivery"))
    rows = []
    for pk, reader in sorted(readers.items()):
        with translation.override(reader.person.language):
            rows.append(
                Notification(
                    person=reader.person, kind=kind.code, key=key, about=about,
                    text=_addressed(text(), reader), detail=detail,
                    url=url(reader.person) if callable(url) else url, at=now,
                    delivery=kind.reaches(choices.get(pk)),
                )
            )  # fmt: skip
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    _mail_at_once(kind, key, readers, now)


def _readers(people: Iterable[User], by: User | None, now: datetime) -> dict[int, _Reader]:
    told = {one.pk: one for one in people if one.is_active and (by is None or one.pk != by.pk)}
    readers = {pk: _Reader(person, []) for pk, person in told.items()}
    for deputy, person in _deputies(told, now):
        if deputy.pk not in told and (by is None or deputy.pk != by.pk):
            names = readers.setdefault(deputy.pk, _Reader(deputy, [])).stands_in_for
            names += [str(person)] if str(person) not in names else []
    return readers


def _deputies(people: Mapping[int, User], now: datetime) -> Iterator[tuple[User, User]]:
    """Who stands in for one of these people, on the day it is for the absent one: one query."""
    if not people:
        return
    day = now.astimezone(UTC).date()
    near = Deputy.objects.filter(
        person__in=people,
        deputy__is_active=True,
        starts_on__lte=day + timedelta(days=1),
        ends_on__gte=day - timedelta(days=1),
    )
    for row in near.select_related("deputy").order_by("person__name", "pk"):
        person = people[row.person_id]
        if row.starts_on <= local_day(now, person.time_zone) <= row.ends_on:
            yield row.deputy, person


def _addressed(text: str, reader: _Reader) -> str:
    if not reader.stands_in_for:
        return text
    return _("For %(people)s: %(text)s") % {"people": ", ".join(reader.stands_in_for), "text": text}


def _mail_at_once(kind: Kind, key: str, readers: Mapping[int, _Reader], now: datetime) -> None:
    """Write the mails of those just told. Who had one of the kind about this today gets it in the daily mail.

    The unique key of the mail decides, also between two transactions at the same moment: a mail that is there
    and tells of nothing yet is the one we have just written.
    """
    told = Notification.objects.filter(key=key, person__in=readers, delivery=Delivery.AT_ONCE, mail=None)
    fresh = list(told.order_by("person"))
    if not fresh:
        return
    mails = [
        notification_mail.compose(
            one, readers[one.person_id].person, reason=kind.label, mandatory=kind.is_mandatory, now=now
        )
        for one in fresh
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    ours = Mail.objects.filter(
        key__in=[mail.key for mail in mails], notifications=None, person=OuterRef("person")
    )
    rows = Notification.objects.filter(pk__in=[one.pk for one in fresh])
    rows.update(mail=Subquery(ours.values("pk")[:1]))
    rows.filter(mail=None).update(delivery=Delivery.DAILY)


def unread(person: User) -> int:
    """How many the person has not read, counted up to ``COUNTED``."""
    return Notification.objects.unread().filter(person=person)[:COUNTED].count()


def read(notification: Notification, *, by: User, now: datetime) -> None:
    if notification.person_id != by.pk:
        raise PermissionDenied
    _mark(Notification.objects.filter(pk=notification.pk), now)


def read_all(*, by: User, now: datetime) -> int:
    """Mark as read whatever the person has not read; how many those were."""
    return _mark(Notification.objects.filter(person=by), now)


def _mark(rows: NotificationQuerySet, now: datetime) -> int:
    """What was read on screen is not mailed as well, unless its kind is mandatory."""
    free = ~Q(kind__in=[kind.code for kind in kinds().values() if kind.is_mandatory])
    seen = When(free, delivery=Delivery.DAILY, mail=None, then=Value(Delivery.OFF))
    return rows.unread().update(read_at=now, delivery=Case(seen, default=F("delivery")))


def choices_of(person: User) -> dict[str, Delivery]:
    """How each kind reaches the person, by its code."""
    chosen = dict(NotificationChoice.objects.filter(person=person).values_list("kind", "delivery"))
    return {code: kind.reaches(chosen.get(code)) for code, kind in kinds().items()}


@transaction.atomic
def choose(choices: Mapping[str, Delivery], *, by: User) -> None:
    """Keep how these kinds (codes) are to reach the person from now on, where it is not the kind's own way.

    Raises Refused for switching off what the organisation has made mandatory.
    """
    known = kinds()
    for code, wanted in choices.items():
        if wanted == Delivery.OFF and known[code].is_mandatory:
            sentence = _(
                "“%(kind)s”: your organisation wants everyone to get this by mail, at once or daily."
            )
            raise Refused(sentence % {"kind": known[code].label})
    own = {code: wanted for code, wanted in choices.items() if wanted != known[code].reaches(None)}
    NotificationChoice.objects.filter(person=by, kind__in=choices).exclude(kind__in=own).delete()
    NotificationChoice.objects.bulk_create(
        [NotificationChoice(person=by, kind=code, delivery=wanted) for code, wanted in own.items()],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["delivery"],
    )


def reset(*, by: User) -> None:
    """Forget every choice of the person."""
    NotificationChoice.objects.filter(person=by).delete()


def forget(*, now: datetime) -> int:
    """Delete what was read and is older than a year; how many those were."""
    return Notification.objects.filter(at__lt=now - KEPT).exclude(read_at=None).delete()[0]


def check_mandatory(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A system check: the kinds an organisation makes mandatory are there."""
    known = kinds()
    return [
        checks.Error(
            f"EVALTRACK_MANDATORY_NOTIFICATIONS names “{code}”, which is no kind of notification.",
            hint=f"There are: {', '.join(known)}.",
            id="evaltrack.E001",
        )
        for code in settings.MANDATORY_NOTIFICATIONS
        if code not in known
    ]
