"""Key actions as the overview shows them: lines of a list, cards in columns, months and their export."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    Q,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack import deadlines, text
from evaltrack.models import Part
from recommendations.models import Evaluation
from recommendations.profiles import Profile
from responses import board, leading, standing, subjects, work
from responses.badges import Badge
from responses.board import Column, Show
from responses.models import ActionParty, KeyAction
from responses.models.action import KeyActionQuerySet

_MARKS = re.compile(r"[*_\[\]`~\\<>&^|!\n]|^\s*(?:[-+•·–—]|\w{1,3}[.)])")
CARDS = 10  # of one column or month
MONTHS = 12
MARKED = (Show.ASKED, Show.WAITING, Show.DISAGREEMENT, Show.NO_LEAD, Show.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Line:
    """``leads`` is who does it, by the names EvalTrack knows; ``marks`` what stands in the way."""

    action: KeyAction
    number: str
    text: str
    evaluation: Evaluation
    office: str
    status: Badge
    distance: str
    days_late: int
    leads: list[str]
    marks: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """One column or month: the first of what it holds."""

    key: str
    title: str
    count: int
    lines: list[Line]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def lines(keys: list[int], today: date) -> list[Line]:
    """The key actions with these keys, in their order: three queries."""
    rows = marked(KeyAction.objects.filter(pk__in=keys).with_place(), board.shows(today))
    found: dict[int, Any] = {row.pk: row for row in with_related(rows)}
    rules = standing.rules_of({row.answer.response.evaluation.profile_id for row in found.values()})
    leads = leads_of(keys)
    return [line(found[pk], rules, leads.get(pk, []), today) for pk in keys if pk in found]


def marked(rows: Any, conditions: Mapping[str, Q]) -> Any:
    """With what stands in the way of each, for ``line``."""
    return rows.annotate(
        **{f"is_{name}": ExpressionWrapper(conditions[name], BooleanField()) for name in MARKED}
    )


def with_related(rows: Any, *, recommendation: bool = False) -> Any:
    """Without the long texts that no line shows; the recommendation's where it is asked for."""
    unread = ["answer__narrative", "answer__recommendation__rationale", "answer__response__overall_comment"]
    if not recommendation:
        unread.append("answer__recommendation__text")
    related = ("answer__recommendation", "answer__response__evaluation", "answer__response__office")
    return rows.select_related(*related).defer(*unread)


def leads_of(actions: Iterable[int]) -> dict[int, list[str]]:
    """Who leads each action: one query."""
    parties = ActionParty.objects.filter(action__in=list(actions), part=Part.LEAD)
    parties = parties.select_related("person", "office").order_by("action", "order", "pk")
    return {
        action: list(dict.fromkeys(leading.named(party) for party in found))
        for action, found in groupby(parties, key=lambda party: party.action_id)
    }


def one_line(words: str) -> str:
    """A narrative text as one plain line; what holds no mark of the small Markdown is not parsed for any."""
    return " ".join((text.to_plain(words) if _MARKS.search(words) else words).split())


def line(row: Any, rules: dict[int, Profile], leads: list[str], today: date) -> Line:
    response = row.answer.response
    due = None if row.is_closed else row.deadline_due
    return Line(
        action=row,
        number=subjects.number(row, row.place),
        text=one_line(row.text),
        evaluation=response.evaluation,
        office=str(response.office or ""),
        status=work.status_of(row, rules[response.evaluation.profile_id]),
        distance=work.distance(due, today) if due else "",
        days_late=max(0, (today - due).days) if due else 0,
        leads=leads,
        marks=[str(name.label) for name in MARKED if getattr(row, f"is_{name.value}", False)],
    )


# Columns and months --------------------------------------------------------------------------------------


def by_column(rows: KeyActionQuerySet, today: date) -> list[Group]:
    """The columns, also those without anything."""
    titles = {one.value: str(one.label) for one in Column}
    return list(_grouped(rows, board.column(), titles, today))


def by_month(rows: KeyActionQuerySet, today: date) -> list[Group]:
    """What is open by the month it is due in: what is overdue, the months ahead, what comes later, no day."""
    this = today.replace(day=1)
    firsts = [deadlines.months_after(this, months) for months in range(MONTHS + 1)]
    titles = {"overdue": _("Overdue")}
    cases = [
        When(deadline_due=None, then=Value("undated")),
        When(deadline_due__lt=today, then=Value("overdue")),
    ]
    for first, after in pairwise(firsts):
        key = first.isoformat()[:7]
        titles[key] = date_format(first, "YEAR_MONTH_FORMAT")
        cases.append(When(deadline_due__lt=after, then=Value(key)))
    titles |= {"later": _("Later"), "undated": _("No due date")}
    month = Case(*cases, default=Value("later"), output_field=CharField())
    found = _grouped(rows.filter(board.IS_OPEN), month, titles, today)
    return [group for group in found if group.count]


def _grouped(rows: KeyActionQuerySet, key: Case, titles: dict[str, str], today: date) -> Iterator[Group]:
    """The first of each group in the order of the list, and how many there are: two queries and its lines."""
    ranked: Any = board.ordered(rows.annotate(group=key), today)
    order = ranked.query.order_by
    place = Window(RowNumber(), partition_by=F("group"), order_by=list(order))
    first: Any = ranked.order_by().annotate(at=place).filter(at__lte=CARDS).order_by("group", "at")
    keys = list(first.values_list("group", "pk"))
    counted: Any = rows.annotate(group=key).order_by().values("group")
    many = dict(counted.annotate(n=Count("pk")).values_list("group", "n"))
    shown = {line.action.pk: line for line in lines([pk for _group, pk in keys], today)}
    for name, title in titles.items():
        within = [shown[pk] for group, pk in keys if group == name and pk in shown]
        yield Group(name, title, many.get(name, 0), within)
