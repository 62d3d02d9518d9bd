"""Asking not to be reminded of a key action until a day, and why.

The reason is shown with the action. Escalation and the questions of a round do not wait for it.
"""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import Part, User
from evaltrack.roles import identities
from responses.models import ActionParty, KeyAction, Snooze
from responses.permissions import party_of

AT_MOST = timedelta(days=60)


def may_snooze(user: User, action: KeyAction) -> bool:
    """Whether the person is reminded of it: who leads it; where nobody does, who coordinates the response."""
    if action.is_closed or not user.is_active:
        return False
    leads = ActionParty.objects.filter(action=action, part=Part.LEAD)
    if leads.filter(party_of(user)).exists():
        return True
    response = action.answer.response
    looks_after = response.coordinator_id or response.evaluation.manager_id
    return looks_after in identities(user)


def latest_day(action: KeyAction, today: date) -> date:
    """Until when it may be put off: 60 days, and not beyond a deadline that is still to come."""
    last = today + AT_MOST
    due = action.deadline_due
    return min(last, due) if due and due > today else last


@transaction.atomic
def snooze(action: KeyAction, until: date, reason: str, *, by: User, now: datetime) -> Snooze:
    """Remind ``by`` of the action on that day again, and not before. An earlier wish of theirs is replaced.

    Raises PermissionDenied, and Refused without a reason, for a day that is not to come or too far off, and
    for an action that is closed.
    """
    action = KeyAction.objects.select_for_update(of=("self",)).select_related(
        "answer__response__evaluation"
    ).get(pk=action.pk)  # fmt: skip
    if action.is_closed or action.removed_at:
        raise Refused(_("This action is closed: nobody is reminded of it any more."))
    if not may_snooze(by, action):
        raise PermissionDenied(_("Only who is reminded of this action can put that off."))
    today, reason = timezone.localdate(now), reason.strip()
    last = latest_day(action, today)
    if not reason:
        raise Refused(_("Say in a sentence why: it is shown with the action."))
    if until <= today:
        raise Refused(_("Choose a day to come."))
    if until > last:
        raise Refused(
            _("You can put it off until %(day)s at the latest: 60 days, and not beyond the deadline.")
            % {"day": date_format(last)}
        )
    of_person(action, by).filter(until__gt=today).delete()
    made = Snooze.objects.create(action=action, person=by, until=until, reason=reason, at=now)
    changes = {"until": (None, until), "reason": ("", reason)}
    audit.record("snoozed", action, by=by, parent=action.answer.response.evaluation, changes=changes)
    return made


@transaction.atomic
def wake(action: KeyAction, *, by: User, now: datetime) -> bool:
    """Take the wish back: reminders come as usual from now on. False where there was none."""
    found = of_person(action, by).filter(until__gt=timezone.localdate(now)).first()
    if found is None:
        return False
    evaluation = action.answer.response.evaluation
    audit.record("woken", action, by=by, parent=evaluation, changes={"until": (found.until, None)})
    found.delete()
    return True


def of_person(action: KeyAction, person: User) -> "QuerySet[Snooze]":
    return Snooze.objects.filter(action=action, person=person)


def of_action(action: KeyAction, today: date) -> "QuerySet[Snooze]":
    """The wishes in force, to be shown with the action."""
    found = Snooze.objects.filter(action=action, until__gt=today).select_related("person")
    return found.order_by("until", "pk")
