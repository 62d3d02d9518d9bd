"""Who has a matrix open now, and what became of the response since they opened it."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack.models import AuditEntry, User
from responses.lifecycle import WAY
from responses.models import ManagementResponse, Presence

EVERY = timedelta(seconds=45)  # how often a page says that it is open
GONE = timedelta(minutes=2)  # after as long without a word the page is taken as closed
KEPT = timedelta(days=1)

MOVED = {
    "hand_over": gettext_lazy("%(who)s handed it over to the coordinator at %(time)s."),
    "hand_back": gettext_lazy("%(who)s gave it back to the evaluators at %(time)s."),
    "submit": gettext_lazy("%(who)s submitted it for clearance at %(time)s."),
    "withdraw": gettext_lazy("%(who)s withdrew it from clearance at %(time)s."),
    "clear": gettext_lazy("%(who)s cleared it at %(time)s."),
    "return": gettext_lazy("%(who)s returned it with a comment at %(time)s."),
    "publish": gettext_lazy("%(who)s published it at %(time)s."),
    "revise": gettext_lazy("%(who)s began a new version at %(time)s."),
}


def seen(response: ManagementResponse, person: User, *, now: datetime) -> None:
    """The person has the matrix open: one statement, but for the first time."""
    own = Presence.objects.filter(response=response, person=person)
    if own.update(seen_at=now):
        return
    Presence.objects.filter(seen_at__lt=now - KEPT).delete()
    # Two pages of one person may say it at the same moment.
    Presence.objects.bulk_create(
        [Presence(response=response, person=person, seen_at=now)], ignore_conflicts=True
    )


def others(response: ManagementResponse, person: User, *, now: datetime) -> list[User]:
    """Who else has it open: one query."""
    here = Presence.objects.filter(response=response, seen_at__gte=now - GONE).exclude(person=person)
    return [one.person for one in here.select_related("person").order_by("person__name", "person")]


def news(response: ManagementResponse, moment: str) -> str:
    """What was done with the response since a page showed it at that ``moment``; "" nothing."""
    if not moment or moment == WAY.moment(response):
        return ""
    entries = AuditEntry.objects.filter(
        target_type=response._meta.model_name, target_id=response.pk, verb__in=WAY.names()
    )
    last = entries.order_by("-pk").first()
    if last is None:
        return _("It was changed since you opened it.")
    at = timezone.localtime(last.at)
    today = at.date() == timezone.localdate()
    time = date_format(at, "TIME_FORMAT" if today else "SHORT_DATETIME_FORMAT")
    return MOVED[last.verb] % {"who": last.actor, "time": time}
