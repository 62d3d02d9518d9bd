"""What falls on which day: the deadlines of a person, or of an office as a person may see them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaltrack import text
from evaltrack.models import Office, User
from evaltrack.roles import Permission, identities, reach
from recommendations.choices import OVER
from recommendations.models import Evaluation
from recommendations.models.evaluation import EvaluationQuerySet
from responses import subjects
from responses.choices import ResponseState, StepState
from responses.models import ClearanceStep, KeyAction, ManagementResponse, Question, RoundMatrix
from responses.models.action import KeyActionQuerySet
from responses.permissions import actions_of, clears
from responses.reminders import to_remind_of

WORDS = 120  # characters of a key action
BACK = timedelta(days=548)  # eighteen months
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is due on a day.

    ``kind`` and ``pk`` name its row; ``made_at`` is when it was made, for what has no history.
    """

    kind: str
    pk: int
    day: date
    title: str
    about: str
    written: str
    url: str
    late: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are looked at; ``last=None`` is everything ahead."""

    first: date
    last: date | None
    today: date

    def on(self, column: str) -> Q:
        wanted = Q(**{f"{column}__gte": self.first})
        return wanted & Q(**{f"{column}__lte": self.last}) if self.last else wanted


def around(today: date) -> Window:
    """Eighteen months back, and all that is ahead."""
    return Window(today - BACK, None, today)


def offices_of(user: User) -> frozenset[int] | None:
    """The offices (ids) whose deadlines the person may look at; ``None`` for all."""
    held = reach(user)
    return None if held.everywhere else held.at(Permission.VIEW)


def of_person(user: User, window: Window) -> list[Entry]:
    """What the person leads or helps with, answers, clears, or was asked in a round: by day.

    A number of queries that does not grow; the same for a deputy, who has the tasks of the absent one.
    """
    seen, acting = Evaluation.objects.visible_to(user), identities(user)
    coordinated = Q(coordinator__in=acting) | Q(coordinator=None, office__focal_point__in=acting)
    steps = ClearanceStep.objects.filter(clears(user), state=StepState.WAITING)
    asked = Question.objects.filter(person__in=acting, action__removed_at=None)
    return _by_day(
        [
            *_actions(to_remind_of().filter(actions_of(user)), seen, window),
            *_responses(ManagementResponse.objects.filter(coordinated), seen, window),
            *_clearances(steps, seen, window),
            *_rounds(RoundMatrix.objects.filter(Exists(asked.filter(matrix=OuterRef("pk")))), seen, window),
        ]
    )


def of_office(user: User, office: Office, window: Window) -> list[Entry]:
    """What an office and those below it are to do, as far as the person sees it: by day."""
    seen = Evaluation.objects.visible_to(user)
    below = Office.objects.all().with_sub_offices([office.pk])
    allowed = offices_of(user)
    if allowed is not None:
        below &= allowed
    return _by_day(
        [
            *_actions(to_remind_of().filter(answers_at(below, "answer__response__")), seen, window),
            *_responses(ManagementResponse.objects.filter(answers_at(below)), seen, window),
            *_rounds(RoundMatrix.objects.filter(answers_at(below, "response__")), seen, window),
        ]
    )


def answers_at(offices: Iterable[int], path: str = "") -> Q:
    """The responses one of these offices (ids) gives, or has a part in where the whole organisation does."""
    at = Evaluation.offices.through.objects.filter(office__in=offices).values("evaluation")
    return Q(**{f"{path}office__in": offices}) | Q(**{f"{path}office": None, f"{path}evaluation__in": at})


def of_action(action: KeyAction, today: date) -> Entry | None:
    """The deadline of one key action; ``None`` where no day is due any more."""
    if action.is_closed or action.deadline_due is None:
        return None
    return _action(action, subjects.place(action), today)


def _by_day(entries: list[Entry]) -> list[Entry]:
    """Those of one day in an order that stays the same."""
    return sorted(entries, key=lambda one: (one.day, one.kind, one.pk))


def _actions(actions: KeyActionQuerySet, seen: EvaluationQuerySet, window: Window) -> Iterator[Entry]:
    """Those ahead first, then those behind, the nearest of each: not more than there is room for."""
    rows = actions.filter(window.on("deadline_due"), answer__response__evaluation__in=seen)
    rows = rows.with_place().select_related("answer__recommendation", "answer__response__evaluation")
    rows = rows.defer("answer__narrative", "answer__recommendation__rationale")
    ahead = list(rows.filter(deadline_due__gte=window.today).order_by("deadline_due", "pk")[:MOST])
    behind = rows.filter(deadline_due__lt=window.today).order_by("-deadline_due", "-pk")
    for row in [*ahead, *behind[: MOST - len(ahead)]]:
        annotated: Any = row
        yield _action(row, annotated.place, window.today)


def _action(action: KeyAction, place: int, today: date) -> Entry:
    response, due = action.answer.response, action.deadline_due
    words = Truncator(" ".join(text.to_plain(action.text).split())).chars(WORDS)
    return Entry(
        kind="keyaction",
        pk=action.pk,
        day=due,
        title=f"{subjects.number(action, place)} {words}",
        about=response.evaluation.name,
        written=action.deadline_text,
        url=reverse("action", args=[action.pk]),
        late=due < today,
        made_at=response.created_at,
    )


def _responses(responses: Any, seen: EvaluationQuerySet, window: Window) -> Iterator[Entry]:
    rows = responses.owed().filter(window.on("due_on"), evaluation__in=seen)
    for row in rows.select_related("evaluation", "office").order_by("-due_on", "pk")[:MOST]:
        yield _response(row, "managementresponse", row.pk, _("Answer the evaluation"), window.today)


def _clearances(steps: Any, seen: EvaluationQuerySet, window: Window) -> Iterator[Entry]:
    """A step has no day of its own: it is the response that is due."""
    earlier = ClearanceStep.objects.filter(
        response=OuterRef("response"), state=StepState.WAITING, order__lt=OuterRef("order")
    )
    rows = steps.filter(
        ~Exists(earlier),
        window.on("response__due_on"),
        response__state=ResponseState.IN_CLEARANCE,
        response__version=1,
        response__evaluation__in=seen,
    ).exclude(response__evaluation__state__in=OVER)
    rows = rows.select_related("response__evaluation", "response__office")
    for row in rows.order_by("-response__due_on", "pk")[:MOST]:
        yield _response(row.response, "clearancestep", row.pk, _("Clear the response"), window.today)


def _response(row: ManagementResponse, kind: str, pk: int, title: str, today: date) -> Entry:
    due: Any = row.due_on
    about = f"{row.evaluation.name} ({row.office})" if row.office else row.evaluation.name
    page = "clearance" if kind == "clearancestep" else "matrix"
    return Entry(kind, pk, due, title, about, "", reverse(page, args=[row.pk]), due < today, row.created_at)


def _rounds(matrices: Any, seen: EvaluationQuerySet, window: Window) -> Iterator[Entry]:
    rows = matrices.filter(window.on("due_on"), closed_at=None, response__evaluation__in=seen)
    rows = rows.select_related("round", "response__evaluation", "response__office")
    for row in rows.order_by("-due_on", "pk")[:MOST]:
        yield Entry(
            kind="roundmatrix",
            pk=row.pk,
            day=row.due_on,
            title=_("Say how it stands: %(round)s") % {"round": row.name},
            about=row.response.evaluation.name,
            written="",
            url=reverse("matrix", args=[row.response_id]),
            late=row.due_on < window.today,
            made_at=row.round.opened_at,
        )
