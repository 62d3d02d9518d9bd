"""Who was told what about a key action, when, by what, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from evaltrack.models import Bounce, Mail, Membership, Notification, Office, User
from evaltrack.notifications import kinds
from responses.models import KeyAction, Reminder

PLANNED, RETURNED = "planned", "returned"  # states that a mail's own do not tell


@dataclass(frozen=True, slots=True)
class Told:
    """One person told once. ``mail`` is None for what was shown on screen only, or is still to be mailed."""

    at: datetime
    person: User
    what: str
    detail: str
    mail: Mail | None
    is_reminder: bool
    came_back: tuple[Bounce, ...] = ()

    @property
    def when(self) -> datetime:
        """When it went out; until then, when it was written or planned."""
        return (self.mail.sent_at or self.mail.created_at) if self.mail else self.at


def of_action(action: KeyAction) -> list[Told]:
    """All that people were told of the action, the latest first: a number of queries that does not grow."""
    found = [_reminder(row) for row in with_mails(action.reminders.all())]
    news = Notification.objects.filter(about=f"keyaction.{action.pk}").select_related("person", "mail")
    known = kinds()
    for one in news.prefetch_related("mail__bounces"):
        kind = known.get(one.kind)
        came_back = tuple(one.mail.bounces.all()) if one.mail else ()
        label = str(kind.label) if kind else ""
        found.append(Told(one.at, one.person, one.text, label, one.mail, False, came_back))
    return sorted(found, key=lambda one: one.when, reverse=True)


def with_mails(rows: "QuerySet[Reminder]") -> "QuerySet[Reminder]":
    """The reminders with whom they went to and what became of the mail."""
    return rows.select_related("recipient", "mail").prefetch_related("mail__bounces")


def seen_by(user: User) -> "QuerySet[Reminder]":
    """The reminders of the key actions the person sees, the latest first."""
    actions = KeyAction.objects.present().visible_to(user).order_by()
    rows = with_mails(Reminder.objects.filter(action__in=actions.values("pk")))
    return rows.select_related("action__answer__recommendation__evaluation").order_by("-pk")


def matching(
    rows: "QuerySet[Reminder]",
    *,
    q: str = "",
    occasion: str = "",
    state: str = "",
    office: Office | None = None,
) -> "QuerySet[Reminder]":
    """Those that a search shows: each word in the person, the action or the evaluation."""
    for word in q.split():
        evaluation = "action__answer__recommendation__evaluation"
        rows = rows.filter(
            Q(recipient__name__icontains=word)
            | Q(recipient__email__icontains=word)
            | Q(action__text__icontains=word)
            | Q(**{f"{evaluation}__reference__icontains": word})
            | Q(**{f"{evaluation}__title__icontains": word})
            | Q(**{f"{evaluation}__short_title__icontains": word})
        )
    if occasion:
        rows = rows.filter(occasion=occasion)
    if office:
        places = Office.objects.all().with_sub_offices([office.pk])
        rows = rows.filter(recipient__in=Membership.objects.filter(office__in=places).values("person"))
    if state == RETURNED:
        return rows.filter(Exists(Bounce.objects.filter(mail=OuterRef("mail"))))
    if state == PLANNED:
        return rows.filter(mail=None)
    return rows.filter(mail__state=state) if state else rows


def _reminder(row: Reminder) -> Told:
    came_back = tuple(row.mail.bounces.all()) if row.mail else ()
    what = str(row.get_occasion_display())
    return Told(row.planned_at, row.recipient, what, "", row.mail, True, came_back)
