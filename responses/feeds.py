"""Calendar feeds: deadlines at a secret address that a calendar program reads again and again.

Of the address only a digest is kept. What is in it is worked out each time it is read, from what its person
may see at that moment.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.documents.calendar import AllDay
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Office, User
from evaltrack.zones import beginning, local_day
from responses import dates
from responses.dates import Entry
from responses.models import CalendarFeed

MOST = 20  # addresses of one person
NOTED_EVERY = timedelta(hours=1)
# Codes of rows to the words that stay in the UID for ever.
UID_OF = {
    "keyaction": "action",
    "managementresponse": "response",
    "clearancestep": "step",
    "roundmatrix": "round",
}


@transaction.atomic
def make(*, by: User, now: datetime, office: Office | None = None) -> tuple[CalendarFeed, str]:
    """A feed of the person's own deadlines, or of an office they see, and its secret.

    The secret is kept nowhere. Raises PermissionDenied for an office that is not theirs to look at, and
    Refused for more than ``MOST``.
    """
    if office and (allowed := dates.offices_of(by)) is not None and office.pk not in allowed:
        raise PermissionDenied
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if CalendarFeed.objects.live().filter(person=by).count() >= MOST:
        raise Refused(_("You have %(count)d calendar addresses. Revoke one first.") % {"count": MOST})
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(person=by, office=office, digest=digest(secret), made_at=now)
    audit.record("made a calendar feed", by, by=by, changes={"calendar": ("", _named(feed))})
    return feed, secret


@transaction.atomic
def revoke(feed: CalendarFeed, *, by: User, now: datetime) -> None:
    """From now on the address leads nowhere. Raises PermissionDenied for another's."""
    if feed.person_id != by.pk:
        raise PermissionDenied
    if CalendarFeed.objects.live().filter(pk=feed.pk).update(revoked_at=now):
        audit.record("revoked a calendar feed", by, by=by, changes={"calendar": (_named(feed), "")})


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _named(feed: CalendarFeed) -> str:
    return str(feed.office) if feed.office else "own deadlines"


def opened(secret: str) -> CalendarFeed | None:
    """The feed behind an address; None where there is none, it is revoked, or its person's account closed."""
    found = CalendarFeed.objects.live().filter(digest=digest(secret), person__is_active=True)
    return found.select_related("person", "office").first()


def note_reading(feed: CalendarFeed, *, now: datetime) -> None:
    """Programs ask every few minutes; when they did is written down once an hour."""
    late = Q(read_at=None) | Q(read_at__lte=now - NOTED_EVERY)
    CalendarFeed.objects.filter(late, pk=feed.pk).update(read_at=now)


def title(feed: CalendarFeed) -> str:
    if feed.office:
        return _("EvalTrack: deadlines of %(office)s") % {"office": feed.office}
    return _("EvalTrack: my deadlines")


def events(feed: CalendarFeed, *, now: datetime) -> list[AllDay]:
    """What the feed holds now, in the language that is active; the number of queries does not grow."""
    person = feed.person
    window = dates.around(local_day(now, person.time_zone))
    office = feed.office
    entries = dates.of_office(person, office, window) if office else dates.of_person(person, window)
    # Where they are too many, the oldest are left out.
    return as_events(entries[-dates.MOST :], person.time_zone)


def of_action(entry: Entry, time_zone: str) -> list[AllDay]:
    """One deadline alone, to be put into a calendar once."""
    return as_events([entry], time_zone)


def as_events(entries: list[Entry], time_zone: str) -> list[AllDay]:
    """With each change in the history the number grows by which a calendar program knows the newer one."""
    changes = _changes(entries)
    made = []
    for entry in entries:
        count, changed_at = changes.get((entry.kind, entry.pk), (0, entry.made_at))
        if entry.late:  # which its title says from the day after on
            changed_at = max(changed_at, beginning(entry.day + timedelta(days=1), time_zone))
        made.append(
            AllDay(
                uid=f"{UID_OF[entry.kind]}-{entry.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}",
                day=entry.day,
                summary=_summary(entry),
                description=_description(entry),
                url=f"{settings.BASE_URL}{entry.url}",
                changed_at=changed_at,
                sequence=count,
            )
        )
    return made


def _summary(entry: Entry) -> str:
    return _("%(what)s (overdue)") % {"what": entry.title} if entry.late else entry.title


def _description(entry: Entry) -> str:
    lines = [entry.about]
    if entry.written and entry.written != entry.day.isoformat():
        lines.append(_("Deadline as written: %(deadline)s") % {"deadline": entry.written})
    return "\n".join([*lines, f"{settings.BASE_URL}{entry.url}"])


def _changes(entries: Iterable[Entry]) -> dict[tuple[str, int], tuple[int, datetime]]:
    """How often each was changed, and when the last time: one query."""
    keys: dict[str, list[int]] = {}
    for entry in entries:
        keys.setdefault(entry.kind, []).append(entry.pk)
    wanted = Q(pk__in=[])
    for kind, pks in keys.items():
        wanted |= Q(target_type=kind, target_id__in=pks)
    rows = AuditEntry.objects.filter(wanted).values("target_type", "target_id").order_by()
    counted = rows.annotate(count=Count("pk"), last=Max("at"))
    return {(one["target_type"], one["target_id"]): (one["count"], one["last"]) for one in counted}
