"""Reminders that a response itself is due: which occasion, for whom, told once each.

As with key actions, what is due follows from dates and not from when a job ran: after days without one the
next run catches up, and a second run tells nobody twice, for the occasion is the key of the notification.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit, notifications
from evaltrack.errors import Refused
from evaltrack.models import Notification, User
from recommendations.models import RuleProfile
from responses import audiences, kinds
from responses.choices import ResponseState
from responses.models import ManagementResponse
from responses.permissions import access
from responses.reminders import latest
from responses.requests import due_of, named


@dataclass(frozen=True, slots=True)
class Reminder:
    """One occasion to remind of a response, and whom it reached."""

    response: ManagementResponse
    due: date
    key: str
    people: tuple[User, ...] = ()


def remind(*, now: datetime, today: date | None = None) -> list[Reminder]:
    """Tell the coordinators of what is due, and once who oversees what is overdue.

    The number of statements does not grow with the responses, but for those told of anew.
    """
    day = today or now.astimezone(UTC).date()
    found = [reminder for row in _asked_for(day) for reminder in _occasions(*row, day)]
    keys = [reminder.key for reminder in found]
    there = set(Notification.objects.filter(key__in=keys).values_list("key", flat=True))
    told = [_tell(reminder, day, now) for reminder in found if reminder.key not in there]
    return [reminder for reminder in told if reminder.people]


def _asked_for(today: date) -> Iterator[tuple[ManagementResponse, date, date | None]]:
    """What was asked for and waits for its coordinator, with its due day and the day of its last occasion."""
    rules = {profile.pk: profile.rules.response_reminders for profile in RuleProfile.objects.all()}
    earliest = max((days for plan in rules.values() for days in plan.before), default=0)
    rows = ManagementResponse.objects.owed().exclude(state=ResponseState.IN_CLEARANCE)
    rows = rows.filter(due_on__lte=today + timedelta(days=earliest)).exclude(asked_for_on=None)
    rows = rows.select_related("evaluation__profile", "office").annotate(put_off=Max("extensions__at"))
    waiting: list[Any] = list(rows.order_by("pk"))
    for row in waiting:
        occasion = latest(row.due_on, rules[row.evaluation.profile_id], today)
        put_off = timezone.localdate(row.put_off) if row.put_off else row.asked_for_on
        known_since = max(row.asked_for_on, put_off)
        # Who was just told of the day is not reminded of it.
        yield row, row.due_on, occasion[1] if occasion and occasion[1] > known_since else None


def _occasions(response: ManagementResponse, due: date, day: date | None, today: date) -> Iterator[Reminder]:
    if day:
        yield Reminder(response, due, f"response.{response.pk}/due/{due}/{day}")
    if due < today:
        yield Reminder(response, due, f"response.{response.pk}/overdue/{due}")


def _tell(reminder: Reminder, today: date, now: datetime) -> Reminder:
    response = reminder.response
    asked = audiences.all_of(_answerable(response), response.evaluation, response)
    people = asked
    if "/overdue/" in reminder.key:
        people = [one for one in audiences.overseers(response.evaluation) if one not in asked]
    notifications.tell(
        people,
        kinds.RESPONSE_DUE,
        key=reminder.key,
        about=f"response.{response.pk}",
        text=lambda: in_words(response, reminder.due, today),
        url=reverse("matrix", args=[response.pk]),
        now=now,
    )
    return Reminder(response, reminder.due, reminder.key, tuple(people))


def _answerable(response: ManagementResponse) -> tuple[str, ...]:
    """Before the hand-over it is not only the coordinator who keeps the response waiting."""
    prepared = response.state == ResponseState.PREFILLING
    return ("evaluators", "coordinator") if prepared else ("coordinator",)


def in_words(response: ManagementResponse, due: date, today: date) -> str:
    """What a reminder says, in the reader's language."""
    days = (due - today).days
    if days > 0:
        words = ngettext(
            "The management response to %(evaluation)s is due on %(day)s, in %(count)d day.",
            "The management response to %(evaluation)s is due on %(day)s, in %(count)d days.",
            days,
        )
    elif days == 0:
        words = _("The management response to %(evaluation)s is due today.")
    else:
        words = ngettext(
            "The management response to %(evaluation)s was due on %(day)s, %(count)d day ago.",
            "The management response to %(evaluation)s was due on %(day)s, %(count)d days ago.",
            -days,
        )
    values = {"evaluation": named(response.evaluation), "day": date_format(due), "count": abs(days)}
    said = words % values
    if response.state == ResponseState.PREFILLING:
        said += " " + _("Its recommendations have not been handed over yet.")
    return said


@transaction.atomic
def remind_now(response: ManagementResponse, *, by: User, now: datetime) -> list[User]:
    """Remind whoever has to do the next step, at most once a day, and say who that was.

    Raises PermissionDenied, and Refused where nobody is to be reminded, or was today already.
    """
    if not access(by, response).oversee:
        raise PermissionDenied
    due, today = due_of(response), timezone.localdate(now)
    if not response.is_owed or due is None:
        raise Refused(_("Nothing is owed here now: look at the list again."))
    in_clearance = response.state == ResponseState.IN_CLEARANCE
    names = ("clearing",) if in_clearance else _answerable(response)
    people = [one for one in audiences.all_of(names, response.evaluation, response) if one.pk != by.pk]
    if not people:
        raise Refused(_("There is nobody else to remind. Name a coordinator of the response first."))
    key = f"response.{response.pk}/asked_again/{today}"
    if Notification.objects.filter(key=key).exists():
        raise Refused(_("They were reminded today already. Do so again tomorrow, or call them."))
    audit.record("reminded", response, by=by, parent=response.evaluation)
    notifications.tell(
        people,
        kinds.RESPONSE_DUE,
        key=key,
        about=f"response.{response.pk}",
        text=lambda: in_words(response, due, today),
        url=reverse("matrix", args=[response.pk]),
        now=now,
        by=by,
    )
    return people
