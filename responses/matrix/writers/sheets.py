"""A matrix as an Excel file to be filled in away from EvalTrack, and to find its way back."""

import base64
import json as json_module
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaltrack.documents.sheets import Column, Row, Sheet, Value, workbook
from evaltrack.text import is_right_to_left, to_plain
from recommendations.choices import Layout, StatusLevel
from recommendations.profiles import Profile, in_language
from responses.matrix.document import Matrix
from responses.matrix.edition import Edition
from responses.matrix.tabular import (
    ACTION,
    PROGRESS,
    RECOMMENDATION,
    Words,
    of_action,
    of_front,
    of_recommendation,
    round_fields,
)
from responses.matrix.writers import json
from responses.matrix.writers.options import Options

IDENTITY = "EvalTrack"  # the document property that holds the handout
MARKS = {name: f"evaltrack:{name}" for name in ("front", "recommendations", "actions", "identity")}
CHUNK = 30_000  # characters in one cell of what the file is known by
SPARE = 30  # empty rows for new key actions, or for recommendations where there are none yet
LONGEST_REMINDER = 90  # characters of a recommendation beside its key actions

WIDTHS = {
    "number": 7, "text": 52, "sub_points": 36, "rationale": 36, "directed_to": 20, "responsible_units": 24,
    "priority": 16, "priority_note": 18, "timeline": 16, "decision": 18, "narrative": 60,
    "action_number": 8, "key_action": 60, "deadline": 20, "responsible": 28, "comment": 46, "status": 22,
}  # fmt: skip
ANSWERS = ("decision", "narrative")
# What the form prints whether there is something in it or not, by its layout.
ALWAYS = {
    Layout.ACTION_TABLE: {"number", "text", "rationale", "directed_to", "priority", *ANSWERS},
    Layout.ACTION_LIST: {"number", "text", "responsible_units", *ANSWERS},
}


def write(
    matrix: Matrix,
    profile: Profile,
    *,
    language: str = "en",
    printed_on: date | None = None,
    edition: Edition | None = None,
    options: Options | None = None,
    handout: str = "",
) -> bytes:
    """The matrix as XLSX: a sheet to read, one of recommendations and one of key actions.

    ``language`` is that of the form's words. ``handout`` is hidden in the file together with the matrix as it
    is now, so that nothing that nobody touched differs when it comes back.
    """
    book = _Book(matrix, profile, language, options or Options())
    with translation.override(language):
        sheets = [book.front(printed_on, edition), book.recommendations()]
        if not book.options.blank:
            sheets.append(book.actions())
        sheets.append(_identity(matrix, book, handout))
        title = f"{book.say('running_line')}{book.say('colon')} {to_plain(matrix.evaluation.title)}"
    return workbook(
        sheets, title=title, language=language, properties={IDENTITY: handout or "-"}, made_on=printed_on
    )


class _Book:
    """One matrix in the words of its profile, sheet by sheet; ask in the language of the words."""

    def __init__(self, matrix: Matrix, profile: Profile, language: str, options: Options) -> None:
        self.matrix, self.profile, self.language, self.options = matrix, profile, language, options
        self.words = Words.of(profile, language)
        self.right_to_left = is_right_to_left(language)

    def say(self, key: str) -> str:
        return self.profile.label(key, self.language)

    # The sheet to read --------------------------------------------------------------------------------------

    def front(self, printed_on: date | None, edition: Edition | None) -> Sheet:
        columns = (Column(width=4, is_hidden=True), Column(width=34), Column(width=96))
        rows = [*self._about(printed_on, edition), *self._instructions(), *self._notes()]
        return Sheet(
            _("Read me"),
            columns,
            rows,
            is_protected=True,
            right_to_left=self.right_to_left,
            mark=MARKS["front"],
        )

    def _about(self, printed_on: date | None, edition: Edition | None) -> Iterator[Row]:
        cells = of_front(self.matrix)
        yield Row(["", self.say("document_title")], "title")
        record = [("evaluation_title", self.say("evaluation_title"))]
        record += [(name, self.say(name)) for name in ("short_title", "reference")]
        record += [("period", _("Evaluation conducted"))]
        is_open = frozenset({2} if self.options.blank else ())
        for name, label in record:
            if cells[name] or name == "evaluation_title" or self.options.blank:
                yield Row([name, label, cells[name]], "label", is_open)
        said = [_version(edition)] if edition else []
        if printed_on:
            said.append(_("Taken out of EvalTrack on %(date)s") % {"date": date_format(printed_on, "j F Y")})
        if said:
            yield Row(["", _("Version"), " · ".join(said)], "label", frozenset())
        if not self.options.blank:
            yield Row(["", ""], "note")
            yield Row(["", _("The response as a whole")], "heading")
            for name in ("coordinator", "responded_on", "overall_comment"):
                yield Row([name, self.say(name), cells[name]], "label", frozenset({2}))

    def _instructions(self) -> Iterator[Row]:
        yield Row(["", ""], "note")
        yield Row(["", _("How to fill it in and bring it back")], "heading")
        for number, sentence in enumerate(_sentences(blank=self.options.blank), 1):
            yield Row(["", "", f"{number}. {sentence}"], "note")

    def _notes(self) -> Iterator[Row]:
        if not self.matrix.footnotes:
            return
        yield Row(["", ""], "note")
        yield Row(["", self.say("notes")], "heading")
        for place, note in enumerate(self.matrix.footnotes, 1):
            yield Row([f"n{place}", note.mark, note.text], "label", frozenset({2}))

    # Recommendations ----------------------------------------------------------------------------------------

    def recommendations(self) -> Sheet:
        rows = [of_recommendation(one, self.words) for one in self.matrix.recommendations]
        fields = [name for name in RECOMMENDATION if self._is_shown(name, rows)]
        columns = [Column(width=4, is_hidden=True), *(self._column(name) for name in fields)]
        for place, name in enumerate(self.rounds()):
            for field, key in zip(round_fields(name), round_fields(str(place)), strict=True):
                fields.append(field)
                columns.append(self._round_column(key, name))
        return Sheet(
            _("Recommendations"),
            tuple(columns),
            [
                *(
                    Row([f"r{place}", *(cells.get(name, "") for name in fields)])
                    for place, cells in enumerate(rows, 1)
                ),
                *(Row([""] * len(columns)) for _spare in range(SPARE if self.options.blank else 0)),
            ],
            is_protected=True,
            right_to_left=self.right_to_left,
            mark=MARKS["recommendations"],
        )

    def _is_shown(self, name: str, rows: list[dict[str, str]]) -> bool:
        if self.options.blank and name in ANSWERS:
            return False
        if name == "priority" and not self.profile.priorities:
            return any(cells[name] for cells in rows)
        asked = self.options.blank and name in ("sub_points", "timeline", "rationale")
        return asked or name in ALWAYS[self.profile.layout] or any(cells[name] for cells in rows)

    def rounds(self) -> list[str]:
        """Those of the profile where the status stands here, and any other that the matrix tells of."""
        if self.options.blank:
            return []
        told = (entry.round for one in self.matrix.recommendations for entry in one.monitoring)
        own = self.words.rounds if self.options.monitoring else ()
        return list(dict.fromkeys((*own, *told)))

    def _column(self, name: str, *, is_open: bool | None = None) -> Column:
        heads = {
            "number": _("No."),
            "text": _("Recommendation"),
            "action_number": _("No. of the key action"),
        }
        choices = {
            "decision": self.words.decisions,
            "priority": self.words.priorities,
            "status": self.words.statuses,
        }
        open_to_all = self.options.blank or name in (*ANSWERS, *ACTION[1:])
        return Column(
            heads.get(name) or self.say(name),
            WIDTHS[name],
            name,
            tuple(choices[name].values()) if name in choices else (),
            strict=name != "status",
            is_open=open_to_all if is_open is None else is_open,
        )

    def _round_column(self, key: str, name: str) -> Column:
        kind = key.partition(":")[0].removeprefix("round_")
        rule = self.profile.round(name)
        labels = (rule.status_labels if kind == "status" else rule.comment_labels) if rule else {}
        head = in_language(labels, self.language) if labels else f"{self.say(kind)} ({name})"
        choices = tuple(self.words.statuses.values()) if kind == "status" else ()
        return Column(head, WIDTHS[kind], key, choices, strict=False, is_open=True)

    # Key actions --------------------------------------------------------------------------------------------

    def actions(self) -> Sheet:
        items = [
            (f"r{place}a{at}", one, of_action(action, self.words))
            for place, one in enumerate(self.matrix.recommendations, 1)
            for at, action in enumerate(one.actions, 1)
        ]
        shown = self.options.monitoring and self.profile.status_level == StatusLevel.ACTION
        fields = [
            name
            for name in ACTION
            if name not in PROGRESS or shown or any(cells[name] for _key, _one, cells in items)
        ]
        numbers = tuple(dict.fromkeys(one.number for one in self.matrix.recommendations if one.number))
        columns = (
            Column(width=4, is_hidden=True),
            Column(_("Recommendation"), 16, "number", numbers),
            Column(_("Beginning of the recommendation"), 30),
            *(self._column(name) for name in fields),
        )
        rows = [
            Row([key, one.number, _beginning(one.text), *(cells[name] for name in fields)])
            for key, one, cells in items
        ]
        spare_open = frozenset({1, *range(4, len(columns))})
        spare = [Row([""] * len(columns), is_open=spare_open) for _count in range(SPARE)]
        return Sheet(
            _("Key actions"),
            columns,
            [*rows, *spare],
            is_protected=True,
            right_to_left=self.right_to_left,
            mark=MARKS["actions"],
        )


def _version(edition: Edition) -> str:
    words = _("Version %(number)d, not cleared") if edition.is_draft else _("Version %(number)d")
    return words % {"number": edition.version}


def _beginning(text: str) -> str:
    return Truncator(" ".join(to_plain(text).split())).chars(LONGEST_REMINDER)


def _sentences(*, blank: bool) -> Iterator[str]:
    yield _("White cells can be filled in. Grey ones are fixed: what stands there is changed in EvalTrack.")
    if blank:
        yield _(
            "Write one recommendation in each row of the sheet “Recommendations”, its sub-points one a line."
        )
        yield _("Leave out what your report does not say: an empty cell is better than a guess.")
    else:
        yield _("Choose from the list where a cell has one, and write in your own words everywhere else.")
        yield _("For a new key action take an empty row below the others and choose its recommendation.")
        yield _(
            "Write deadlines as you would say them: “30 June 2027”, “third quarter of 2027”, “continuous”."
        )
        yield _("To take a key action out, empty all white cells of its row.")
    yield _("You may sort, filter and widen what you like, and open the file in any spreadsheet program.")
    yield _(
        "Save the file as Excel (.xlsx) and import it into EvalTrack at its evaluation. You are shown every"
        " difference, and nothing is kept until you say so."
    )


# What the file is known by ----------------------------------------------------------------------------------


def _identity(matrix: Matrix, book: _Book, handout: str) -> Sheet:
    """The matrix as it goes out: packed, so that it fits into cells and no program takes it for text."""
    kept = {"matrix": json.data(matrix), "words": asdict(book.words), "rounds": book.rounds()}
    packed = zlib.compress(json_module.dumps(kept, ensure_ascii=True).encode("ascii"), 9)
    text = base64.b64encode(packed).decode("ascii")
    chunks: list[list[Value]] = [
        ["packed", text[start : start + CHUNK]] for start in range(0, len(text), CHUNK)
    ]
    rows = [Row([MARKS["identity"], "1"]), Row(["handout", handout]), *map(Row, chunks)]
    return Sheet("evaltrack", (Column(), Column()), rows, is_hidden=True)
