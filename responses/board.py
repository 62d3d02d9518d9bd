"""The overview of follow-up: which key actions there are for a person, and which of them need someone now.

What is asked of the database stands here as conditions (Q objects), which lists, columns, months, counts, the
export and moves on many all combine.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaltrack.models import Bounce, Membership, Office, Part, User
from recommendations.choices import OVER, CommonStatus, Decision
from recommendations.models import Evaluation
from responses.choices import ClosedAs, RequestState
from responses.dates import answers_at
from responses.models import ActionParty, Closure, DeadlineChange, KeyAction, Question, Verification
from responses.models.action import KeyActionQuerySet

NAME = "board"  # under which filters of it are kept
SOON = timedelta(days=30)
NOT_DONE = (ClosedAs.DROPPED, ClosedAs.NOT_IMPLEMENTED)


class Column(models.TextChoices):
    """How an action stands, whatever its organisation calls it. Not reported is not not started."""

    NOT_REPORTED = "not_reported", _("Not reported")
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    DROPPED = "dropped", _("Closed without being done")


class Rank(models.IntegerChoices):
    """What needs a person now comes first; the first that holds counts."""

    OVERDUE = 0, _("Overdue")
    ASKED = 1, _("Asked, and not answered")
    WAITING = 2, _("Waits for approval")
    SOON = 3, _("Due within 30 days")
    NO_LEAD = 4, _("Nobody leads it")
    LATER = 5, _("Later")
    CLOSED = 6, _("Closed")


class Show(models.TextChoices):
    """What to look at alone: each stands above the list with its count."""

    OPEN = "open", pgettext_lazy("key actions", "Still open")
    LATE = "late", _("Overdue")
    LATE_30 = "late30", _("More than 30 days late")
    LATE_90 = "late90", _("More than 90 days late")
    ASKED = "asked", _("Asked, and not answered")
    WAITING = "waiting", _("Waits for approval")
    DISAGREEMENT = "disagreement", _("The independent check disagrees")
    NO_LEAD = "no_lead", _("No lead is named")
    UNREACHABLE = "unreachable", _("Lead cannot be reached")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the person wants to see; blank is everything."""

    q: str = ""
    office: Office | None = None
    evaluation: str = ""
    lead: str = ""
    priority: int | None = None
    due_from: date | None = None
    due_to: date | None = None
    unreported_since: date | None = None
    over: bool = False
    status: str = ""
    show: str = ""

    @property
    def is_set(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def without_chips(self) -> Self:
        """Without what the bar and the chips choose: what these count."""
        return replace(self, status="", show="")


# Conditions ----------------------------------------------------------------------------------------------

IS_OPEN = Q(closed_as="", answer__closed_as="")


def _reached(today: date) -> Q:
    """The parties with an active person behind them whose mail arrives, read as reminders do."""
    people = User.objects.annotate(address=Lower("email"))
    bounced = people.filter(address__in=Bounce.objects.open().values("address")).values("pk")
    holding = Membership.objects.current(today).exclude(person__in=bounced)
    holding = holding.filter(office=OuterRef("office"), role=OuterRef("role"))
    focal_point = Q(person=None, role="", office__focal_point__is_active=True)
    return (
        (Q(person__is_active=True) & ~Q(person__in=bounced))
        | (~Q(role="") & Q(person=None) & Q(Exists(holding)))
        | (focal_point & ~Q(office__focal_point__in=bounced))
    )


def _leads(which: Q | None = None) -> Exists:
    leads = ActionParty.objects.filter(action=OuterRef("pk"), part=Part.LEAD)
    return Exists(leads.filter(which) if which else leads)


def is_asked(today: date) -> Q:
    """Somebody waits for an answer: an open round, the independent check, or the day to ask has come."""
    questions: Any = Question.objects.filter(matrix__closed_at=None).with_reports()
    asked = questions.filter(reported=False)
    return (
        Q(deadline_due=None, check_on__lte=today)
        | Q(pk__in=asked.exclude(action=None).values("action"))
        | Q(answer__in=asked.exclude(answer=None).values("answer"))
        | is_disagreed()
    )


def is_waiting() -> Q:
    """A later deadline or its closing was asked for, and nobody has decided."""
    postponing = DeadlineChange.objects.filter(state=RequestState.WAITING)
    closing = Closure.objects.filter(state=RequestState.WAITING)
    return (
        Q(pk__in=postponing.values("action"))
        | Q(pk__in=closing.exclude(action=None).values("action"))
        | Q(answer__in=closing.exclude(answer=None).values("answer"))
    )


def is_disagreed() -> Q:
    """The independent check asked the lead something that no report has answered yet."""
    open_ = Verification.objects.filter(evaluation=None).unanswered()
    return Q(pk__in=open_.exclude(action=None).values("action")) | Q(
        answer__in=open_.exclude(answer=None).values("answer")
    )


def shows(today: date) -> dict[str, Q]:
    """The condition of each ``Show``: all of them only of what is open."""
    conditions = {
        Show.OPEN: Q(),
        Show.LATE: Q(deadline_due__lt=today),
        Show.LATE_30: Q(deadline_due__lt=today - timedelta(days=30)),
        Show.LATE_90: Q(deadline_due__lt=today - timedelta(days=90)),
        Show.ASKED: is_asked(today),
        Show.WAITING: is_waiting(),
        Show.DISAGREEMENT: is_disagreed(),
        Show.NO_LEAD: Q(~_leads()),
        Show.UNREACHABLE: Q(_leads()) & Q(~_leads(_reached(today))),
    }
    return {name.value: IS_OPEN & condition for name, condition in conditions.items()}


def column() -> Case:
    """The column of each: closed counts before reported, its own report before its recommendation's."""
    dropped = Q(closed_as__in=NOT_DONE) | Q(closed_as="", answer__closed_as__in=NOT_DONE)
    done = Q(closed_as=ClosedAs.COMPLETED) | Q(answer__closed_as=ClosedAs.COMPLETED)
    own = Q(common_status=CommonStatus.NOT_STARTED)
    above = Q(common_status="", answer__common_status=CommonStatus.NOT_STARTED)
    return Case(
        When(dropped, then=_text("dropped")),
        When(done, then=_text("completed")),
        When(own | above, then=_text("not_started")),
        # Reported as done, and not closed yet, is on its way.
        When(~Q(common_status="") | ~Q(answer__common_status=""), then=_text("in_progress")),
        default=_text("not_reported"),
        output_field=models.CharField(),
    )


def _text(value: str) -> Value:
    return Value(value, output_field=models.CharField())


def rank(today: date) -> Case:
    return Case(
        When(~IS_OPEN, then=Value(Rank.CLOSED.value)),
        When(deadline_due__lt=today, then=Value(Rank.OVERDUE.value)),
        When(is_asked(today), then=Value(Rank.ASKED.value)),
        When(is_waiting(), then=Value(Rank.WAITING.value)),
        When(deadline_due__lte=today + SOON, then=Value(Rank.SOON.value)),
        When(~_leads(), then=Value(Rank.NO_LEAD.value)),
        default=Value(Rank.LATER.value),
        output_field=models.SmallIntegerField(),
    )


# The rows ------------------------------------------------------------------------------------------------


def seen_by(user: User, *, over: bool = False) -> KeyActionQuerySet:
    """The key actions the person may know of, of evaluations that are not over (or of all not cancelled)."""
    rows = KeyAction.objects.present().order_by().exclude(answer__decision=Decision.REJECTED)
    seen = Evaluation.objects.visible_to(user).exclude(state__in=OVER[1:] if over else OVER)
    return rows.filter(answer__response__evaluation__in=seen)


def matching(user: User, wanted: Filter, today: date) -> KeyActionQuerySet:
    """Those of them that a filter shows, in no order."""
    rows = _worded(seen_by(user, over=wanted.over), wanted)
    if wanted.office:
        below = Office.objects.all().with_sub_offices([wanted.office.pk])
        rows = rows.filter(answers_at(below, "answer__response__"))
    if wanted.priority:
        rows = rows.filter(answer__recommendation__priority=wanted.priority)
    if wanted.due_from:
        rows = rows.filter(deadline_due__gte=wanted.due_from)
    if wanted.due_to:
        rows = rows.filter(deadline_due__lte=wanted.due_to)
    if wanted.unreported_since:
        day = wanted.unreported_since
        rows = rows.filter(
            IS_OPEN,
            Q(reported_on=None) | Q(reported_on__lt=day),
            Q(answer__reported_on=None) | Q(answer__reported_on__lt=day),
        )
    if wanted.status:
        rows = rows.annotate(column=column()).filter(column=wanted.status)
    if condition := shows(today).get(wanted.show):
        rows = rows.filter(condition)
    return rows


def _worded(rows: KeyActionQuerySet, wanted: Filter) -> KeyActionQuerySet:
    """Every word must stand somewhere in what is searched."""
    of = "answer__response__evaluation__"
    for word in wanted.evaluation.split():
        rows = rows.filter(
            Q(**{f"{of}title__icontains": word})
            | Q(**{f"{of}short_title__icontains": word})
            | Q(**{f"{of}reference__icontains": word})
        )
    for word in wanted.q.split():
        rows = rows.filter(
            Q(text__icontains=word)
            | Q(responsible_text__icontains=word)
            | Q(answer__recommendation__text__icontains=word)
            | Q(**{f"{of}title__icontains": word})
            | Q(**{f"{of}reference__icontains": word})
        )
    if wanted.lead:
        lead = ActionParty.objects.filter(part=Part.LEAD)
        for word in wanted.lead.split():
            lead = lead.filter(
                Q(name__icontains=word)
                | Q(person__name__icontains=word)
                | Q(person__email__iexact=word)
                | Q(office__name__icontains=word)
                | Q(office__short_name__icontains=word)
            )
        rows = rows.filter(pk__in=lead.values("action"))
    return rows


def ordered(rows: KeyActionQuerySet, today: date) -> KeyActionQuerySet:
    """What needs a person now first; within that the longest overdue, then by the day to ask."""
    return rows.annotate(rank=rank(today)).order_by(
        "rank", F("deadline_due").asc(nulls_last=True), F("check_on").asc(nulls_last=True), "pk"
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are in each column, and of each ``Show``."""

    columns: dict[str, int]
    shows: dict[str, int]

    @property
    def all(self) -> int:
        return sum(self.columns.values())


def counts(user: User, wanted: Filter, today: date) -> Counts:
    """Of the filter without what bar and chips choose: three statements, none of which asks row by row."""
    rows = matching(user, wanted.without_chips(), today)
    columns = rows.annotate(column=column()).values("column").annotate(count=Count("pk"))
    by_column = dict(columns.values_list("column", "count"))
    leads = (Show.NO_LEAD, Show.UNREACHABLE)
    simple = {name: which for name, which in shows(today).items() if name not in leads}
    asked: dict[str, Any] = {f"show_{name}": Count("pk", filter=which) for name, which in simple.items()}
    found = rows.aggregate(**asked)
    parties = ActionParty.objects.filter(part=Part.LEAD, action__in=rows.filter(IS_OPEN).values("pk"))
    led = parties.aggregate(
        named=Count("action", distinct=True),
        reached=Count("action", distinct=True, filter=_reached(today)),
    )
    by_show = {name: found[f"show_{name}"] for name in simple}
    by_show[Show.NO_LEAD.value] = by_show[Show.OPEN.value] - led["named"]
    by_show[Show.UNREACHABLE.value] = led["named"] - led["reached"]
    return Counts({name: by_column.get(name, 0) for name in Column.values}, by_show)
