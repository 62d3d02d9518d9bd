"""What the overview shows, as rows of a table: the whole of a filter, a piece at a time, as CSV or Excel."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from evaltrack.documents import sheets
from evaltrack.errors import Refused
from evaltrack.text import is_right_to_left
from responses import board, board_lines, lateness, standing
from responses.board import Column, Rank
from responses.models.action import KeyActionQuerySet

AT_ONCE = 1_000  # rows in memory

HEADS = (
    gettext_lazy("Evaluation"),
    gettext_lazy("Title of the evaluation"),
    gettext_lazy("Responding office"),
    gettext_lazy("Recommendation"),
    gettext_lazy("Text of the recommendation"),
    gettext_lazy("Priority"),
    gettext_lazy("Key action"),
    gettext_lazy("Text of the key action"),
    gettext_lazy("Lead"),
    gettext_lazy("Responsible as written"),
    gettext_lazy("First deadline as written"),
    gettext_lazy("First due on"),
    gettext_lazy("Deadline as written"),
    gettext_lazy("Due on"),
    gettext_lazy("Days late"),
    gettext_lazy("Days late against the first deadline"),
    pgettext_lazy("of a key action", "Status"),
    gettext_lazy("Common status"),
    gettext_lazy("Last reported as of"),
    gettext_lazy("Closed on"),
    gettext_lazy("What it needs"),
    gettext_lazy("Remarks"),
)


# Of each column, in characters.
WIDTHS = (14, 40, 24, 10, 60, 8, 8, 60, 30, 30, 18, 12, 18, 12, 8, 8, 18, 16, 12, 12, 24, 40)
MOST_IN_WORKBOOK = 100_000  # rows


def heads() -> list[str]:
    return [str(head) for head in HEADS]


def workbook(found: KeyActionQuerySet, today: date, language: str) -> bytes:
    """The rows as an Excel file of one sheet. Raises Refused for more than ``MOST_IN_WORKBOOK``."""
    if found.count() > MOST_IN_WORKBOOK:
        raise Refused(
            _("An Excel file holds %(most)d key actions at most. Search for less, or export as CSV.")
            % {"most": MOST_IN_WORKBOOK}
        )
    name = _("Follow-up")
    columns = tuple(map(sheets.Column, heads(), WIDTHS))
    lines = map(sheets.Row, rows(found, today, language))
    sheet = sheets.Sheet(name, columns, lines, right_to_left=is_right_to_left(language))
    return sheets.workbook([sheet], title=name, language=language, made_on=today)


def rows(found: KeyActionQuerySet, today: date, language: str) -> Iterator[list[Any]]:
    """The rows in the order of the list; memory does not grow with them.

    They are read while the answer is sent, when the request's own language is over: so it is handed in.
    """
    conditions = board.shows(today)
    wanted: Any = board.ordered(found.annotate(column=board.column()).with_place(), today)
    wanted = board_lines.marked(wanted, conditions)
    wanted = board_lines.with_related(wanted, recommendation=True)
    stream = iter(wanted.iterator(chunk_size=AT_ONCE))
    while piece := list(islice(stream, AT_ONCE)):
        with translation.override(language):
            written = _piece(piece, today)
        yield from written


def _piece(piece: list[Any], today: date) -> list[list[Any]]:
    rules = standing.rules_of({row.answer.response.evaluation.profile_id for row in piece})
    leads = board_lines.leads_of([row.pk for row in piece])
    return [_row(row, board_lines.line(row, rules, leads.get(row.pk, []), today), today) for row in piece]


def _row(row: Any, line: board_lines.Line, today: date) -> list[Any]:
    recommendation = row.answer.recommendation
    late = lateness.of(row, today)
    return [
        line.evaluation.reference,
        line.evaluation.title,
        line.office or _("The organisation as a whole"),
        recommendation.number or recommendation.order,
        board_lines.one_line(recommendation.text),
        recommendation.priority,
        line.number,
        line.text,
        "; ".join(line.leads),
        board_lines.one_line(row.responsible_text),
        row.first_deadline_text,
        row.first_due,
        row.deadline_text,
        row.deadline_due,
        late.current,
        late.first,
        line.status.words,
        str(Column(row.column).label),
        row.reported_on or row.answer.reported_on,
        lateness.ended_on(row),
        str(Rank(row.rank).label),
        "; ".join(line.marks),
    ]
