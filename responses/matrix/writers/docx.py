"""A matrix as a Word file in the layout of its rule profile: to be printed, or filled in and brought back.

It says what the PDF says, with the same words; what is still blank is there to be filled in. Each paragraph
has the style of its part (``responses.matrix.word_form``), so that a file that comes back needs no guessing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from evaltrack.documents.docx_document import Cell, Document, Row, Running, Table, Text
from evaltrack.documents.docx_package import Properties
from evaltrack.documents.docx_styles import Style
from evaltrack.documents.docx_writing import write as write_document
from evaltrack.text import to_html, to_plain
from recommendations.choices import Layout
from recommendations.profiles import Profile
from responses.matrix.document import Matrix
from responses.matrix.edition import Edition
from responses.matrix.word_form import Part, Property
from responses.matrix.writers import edition_word, guidance
from responses.matrix.writers.options import ALL, Options
from responses.matrix.writers.printed import NOTHING, Paper, PrintedAction, PrintedRecommendation, led
from responses.matrix.writers.running import draft_line, edition_named, running

BAR = "Between tables"
BLANK_ROWS = 3  # for key actions, in a form that is to be filled in
FULL, PAIR = (1.0,), (0.59, 0.41)
ACTION_WIDTHS = {  # of the columns of key actions, with monitoring and without
    True: (0.26, 0.14, 0.20, 0.23, 0.17),
    False: (0.48, 0.22, 0.30),
}
UNWRITTEN = PrintedAction(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "", NOTHING, is_tall=False)
LONG = 1200  # letters; a row with more may go on overleaf

STYLES = (
    Style(Part.EVALUATION_TITLE),
    Style(Part.CONDUCTED),
    Style(Part.COORDINATOR),
    Style(Part.RESPONDED_ON),
    Style(Part.OVERALL_COMMENT),
    Style(Part.TEXT),
    Style(Part.SUB_POINT),
    Style(Part.SUB_POINT_MORE),
    Style(Part.RATIONALE),
    Style(Part.DIRECTED_TO),
    Style(Part.PRIORITY),
    Style(Part.TIMELINE),
    Style(Part.UNITS),
    Style(Part.DECISION, following=Part.NARRATIVE),
    Style(Part.NARRATIVE),
    *(
        Style(part, size=9.5)
        for part in (
            Part.ACTION,
            Part.ACTION_MORE,
            Part.DEADLINE,
            Part.RESPONSIBLE,
            Part.COMMENT,
            Part.STATUS,
        )
    ),
    Style(Part.ROUND_STATUS, following=Part.ROUND_COMMENT),
    Style(Part.ROUND_COMMENT),
    Style(Part.LABEL, bold=True, keeps=True),
    Style(Part.GUIDANCE, italic=True, color="6B6B6B", size=9),
    Style(Part.GAP, size=6),
    Style(Part.ASIDE),
    Style(Part.ASIDE_HEADING, based_on=Part.HEADING, following=Part.ASIDE, before=10),
)


def write(
    matrix: Matrix,
    profile: Profile,
    *,
    language: str = "en",
    printed_on: date | None = None,
    edition: Edition | None = None,
    options: Options = ALL,
    handout: str = "",
) -> bytes:
    """The matrix as Word file; ``matrix`` is what ``options.chosen`` left of it.

    ``language`` is that of the form's words, and ``handout`` what the file is known by when it comes back.
    The same arguments give the same bytes.
    """
    edition = None if options.blank else edition  # who cleared it, cleared no blank form
    paper = Paper(matrix, profile, language, edition.round if edition else None)
    with translation.override(language):
        blocks = list(_Form(paper, edition, options).blocks())
        around = running(paper, printed_on, edition_named(edition, paper) if edition else "")
    around["date"] = matrix.responded_on.text if matrix.responded_on else ""
    return write_document(
        Document(
            properties=Properties(
                title=f"{paper.say('running_line')}{paper.say('colon')} {to_plain(matrix.evaluation.title)}",
                language=matrix.language,
                created=datetime.combine(printed_on, time(), UTC) if printed_on else None,
                custom=_properties(matrix, profile, language, handout),
            ),
            blocks=blocks,
            styles=STYLES,
            notes={mark: to_html(text, note=paper.notes.link) for mark, text in paper.notes.texts.items()},
            notes_label=paper.say("notes") + paper.say("colon"),
            notes_style=Part.ASIDE,
            label_language=language,
            running=Running(**around),
        )
    )


def _properties(matrix: Matrix, profile: Profile, language: str, handout: str) -> dict[str, str]:
    """What the page does not say, or only in part."""
    given = {
        Property.PROFILE: matrix.profile,
        Property.FORM: profile.slug,
        Property.LANGUAGE: matrix.language,
        Property.LABELS: language,
        Property.REFERENCE: matrix.evaluation.reference,
        Property.SHORT_TITLE: matrix.evaluation.short_title,
        Property.HANDOUT: handout,
    }
    return {name: value for name, value in given.items() if value}


class _Form:
    """The blocks of the form, in order."""

    def __init__(self, paper: Paper, edition: Edition | None, options: Options) -> None:
        self.paper = paper
        self.edition = edition
        self.options = options
        self.as_table = paper.profile.layout == Layout.ACTION_TABLE

    def blocks(self) -> Iterator[Text | Table]:
        if self.edition and self.edition.is_draft:
            yield Text(format_html("<strong>{}</strong>", draft_line(self.edition)), Part.ASIDE)
        yield from self._front()
        for recommendation in self.paper.recommendations():
            yield Text("", Part.GAP)
            yield from self._recommendation(recommendation)
        if self.edition:
            yield from edition_word.blocks(self.edition, self.paper)

    # The front ----------------------------------------------------------------------------------------------

    def _front(self) -> Iterator[Text | Table]:
        front = self.paper.front()
        said = [
            Text(front.coordinator, Part.COORDINATOR),
            Text(front.responded_on, Part.RESPONDED_ON),
            Text(front.overall_comment, Part.OVERALL_COMMENT),
        ]
        conducted = [Text(front.conducted, Part.CONDUCTED)] if front.conducted else []
        if self.as_table:
            title = format_html("{} {}", front.title_label, front.title)
            yield _box([_row(Text(title, "heading 1"), *conducted, *said)], self.paper.document_title)
            return
        yield Text(format_html("{}", self.paper.document_title), "Title")
        yield Text(format_html("<strong>{}</strong>", front.title), Part.EVALUATION_TITLE)
        yield from (*conducted, *said)

    # A recommendation ---------------------------------------------------------------------------------------

    def _recommendation(self, one: PrintedRecommendation) -> Iterator[Text | Table]:
        title = one.heading.rstrip(": \u00a0")
        rows = [] if self.as_table else [Row([Cell([Text("", BAR)], columns=2, shaded=True)], keeps=True)]
        rows += [_row(*self._said(one), keeps=self.as_table)]
        if one.pair:
            cells = [
                Cell([Text(label, Part.LABEL), Text(value, part)]) for part, label, value in self._pair(one)
            ]
            rows.append(Row(cells if len(cells) == 2 else [Cell(cells[0].texts, columns=2)], keeps=True))
        when_and_who = [Text(one.responsible, Part.UNITS), Text(one.timeline, Part.TIMELINE)]
        if lines := [text for text in when_and_who if text.html]:
            rows.append(_row(*lines, keeps=self.as_table))
        rows.append(_row(*self._response(one), keeps=self.as_table and one.shows_actions))
        rounds = [_row(*texts) for texts in self._rounds(one)]
        if not (self.as_table and one.shows_actions):
            yield Table(rows + rounds, PAIR, title)
            return
        yield Table(rows, PAIR, title)
        yield self._action_table(one, title)
        if rounds:
            yield Table(rounds, PAIR, f"{title}, {self.paper.columns['monitoring']}")

    def _said(self, one: PrintedRecommendation) -> Iterator[Text]:
        yield Text(one.heading, Part.HEADING)
        yield Text(one.text, Part.TEXT)
        yield from _points(one.points)
        if one.rationale:
            yield Text(one.rationale, Part.RATIONALE)

    def _pair(self, one: PrintedRecommendation) -> Iterator[tuple[Part, SafeString, SafeString]]:
        for label, value in one.pair:
            is_addressee = label == self.paper.directed_to
            yield Part.DIRECTED_TO if is_addressee else Part.PRIORITY, label, value

    def _response(self, one: PrintedRecommendation) -> Iterator[Text]:
        yield Text(one.decision, Part.DECISION)
        if self.options.blank:
            yield Text(
                format_html("{}", guidance.response(self.paper.profile, self.paper.language)), Part.GUIDANCE
            )
        yield Text(one.narrative, Part.NARRATIVE)
        if self.as_table or not one.shows_actions:
            return
        yield Text(self.paper.key_actions, Part.LABEL)
        if self.options.blank:
            yield Text(format_html("{}", guidance.actions_in_list()), Part.GUIDANCE)
        for action in one.actions or [UNWRITTEN] * self._empty_rows:
            yield from self._listed(action)

    @property
    def _empty_rows(self) -> int:
        return BLANK_ROWS if self.options.blank else 1

    def _listed(self, action: PrintedAction) -> Iterator[Text]:
        """An action as an item of a list, with what a table would have in columns on lines of its own."""
        yield Text(action.text, Part.ACTION, Part.ACTION_MORE, item=0)
        columns = self.paper.columns
        for part, key, value, always in (
            (Part.DEADLINE, "deadline", action.deadline, True),
            (Part.RESPONSIBLE, "responsible", action.responsible, True),
            (Part.STATUS, "status", action.status, False),
            (Part.ASIDE, "status", escape(action.silence), False),
            (Part.COMMENT, "comment", action.comment, False),
        ):
            if value or always:
                yield Text(led(self.paper.label(columns[key]), value), part, below=0)

    def _rounds(self, one: PrintedRecommendation) -> Iterator[list[Text]]:
        if not self.options.monitoring:
            return
        for round_ in one.rounds:
            of_status = Part.ASIDE if round_.is_silent else Part.ROUND_STATUS
            yield [Text(round_.status, of_status), Text(round_.comment, Part.ROUND_COMMENT)]

    # Key actions as a table ---------------------------------------------------------------------------------

    def _action_table(self, one: PrintedRecommendation, title: str) -> Table:
        columns, with_monitoring = self.paper.columns, self.options.monitoring
        keys = ["key_action", "deadline", "responsible"]
        heads = [Cell([_head(columns[key])], rows=2 if with_monitoring else 1) for key in keys]
        header = [Row(heads, header=True, keeps=True)]
        if with_monitoring:
            header = [
                Row([*heads, Cell([_head(columns["monitoring"])], columns=2)], header=True, keeps=True),
                Row([Cell([_head(columns[key])]) for key in ("comment", "status")], header=True, keeps=True),
            ]
        rows = [self._action_row(action) for action in one.actions]
        if self.options.blank:
            hint = Text(format_html("{}", guidance.actions_in_table()), Part.GUIDANCE)
            rows = [self._blank_row(hint)]
        while len(rows) < self._empty_rows:
            rows.append(self._blank_row())
        name = f"{title}, {to_plain(self.paper.say('key_actions'))}"
        return Table(header + rows, ACTION_WIDTHS[with_monitoring], name)

    def _action_row(self, action: PrintedAction) -> Row:
        values = [(Part.ACTION, action.text), (Part.DEADLINE, action.deadline)]
        values.append((Part.RESPONSIBLE, action.responsible))
        if self.options.monitoring:
            values += [(Part.COMMENT, action.comment), (Part.STATUS, action.status)]
        cells = [Cell([Text(html, part)]) for part, html in values]
        if self.options.monitoring and action.silence:
            cells[-1] = Cell([*cells[-1].texts, Text(escape(action.silence), Part.ASIDE)])
        return Row(cells, parts=action.is_tall)

    def _blank_row(self, *hints: Text) -> Row:
        first, *others = self._action_row(UNWRITTEN).cells
        return Row([Cell([*hints, *first.texts]), *others])


def _points(points: Sequence[object], level: int = 0) -> Iterator[Text]:
    for point in points:
        yield Text(point.text, Part.SUB_POINT, Part.SUB_POINT_MORE, item=level, dashed=True)  # type: ignore[attr-defined]
        yield from _points(point.points, level + 1)  # type: ignore[attr-defined]


def _head(words: str) -> Text:
    return Text(format_html("{}", words), Part.LABEL)


def _row(*texts: Text, keeps: bool = False) -> Row:
    """A row across the whole page."""
    parts = sum(len(text.html) for text in texts) > LONG
    return Row([Cell(texts, columns=2)], parts=parts, keeps=keeps and not parts)


def _box(rows: Sequence[Row], title: str) -> Table:
    return Table(rows, PAIR, title)
