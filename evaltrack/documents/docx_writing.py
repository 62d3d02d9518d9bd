"""Word files: bytes out, of texts and tables that know nothing of what they are about.

The XML is written here, not through python-docx: that has no footnotes, lists or properties of one's own.
Nothing in a file refers to anything outside but links.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from evaltrack.documents import docx_styles
from evaltrack.documents.docx_document import Cell, Document, Row, Table, Text
from evaltrack.documents.docx_package import Links, escape, pack, part, relation_id, tag
from evaltrack.documents.docx_styles import BULLET_LIST, DASH_LIST, STEP, numbered_list, style_id
from evaltrack.documents.runs import Paragraph, Run, paragraphs_of
from evaltrack.text import is_right_to_left

# A4 with its margins, in twips (a twentieth of a point).
PAGE = (11906, 16838)
MARGINS = {
    "top": 1247,
    "right": 1021,
    "bottom": 1134,
    "left": 1021,
    "header": 567,
    "footer": 510,
    "gutter": 0,
}
WIDTH = PAGE[0] - MARGINS["left"] - MARGINS["right"]
FIRST_NOTE = 1  # -1 and 0 are the lines that part notes from the text


def write(document: Document) -> bytes:
    """The Word file; the same bytes for the same document."""
    return _Writer(document).packed()


class _Writer:
    """Writes the parts one after another; numbers lists, notes and links as they come."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.right_to_left = is_right_to_left(document.properties.language)
        self.links = {"word/document.xml": Links(), "word/footnotes.xml": Links()}
        self.here = self.links["word/document.xml"]
        self.starts: list[int] = []
        self.cited: dict[str, int] = {}  # mark -> number of the note
        self.automatic: set[str] = set()  # the marks that Word counts itself
        self.in_notes = False

    def packed(self) -> bytes:
        document = self.document
        body = self._body()
        self.here, self.in_notes = self.links["word/footnotes.xml"], True
        footnotes = self._footnotes()
        label_language = document.label_language or document.properties.language
        parts = {
            "word/document.xml": body,
            "word/styles.xml": docx_styles.styles(
                document.styles,
                document.properties.language,
                right_to_left=self.right_to_left,
                label_language=label_language,
            ),
            "word/numbering.xml": docx_styles.numbering(self.starts),
            "word/settings.xml": self._settings(),
            "word/footnotes.xml": footnotes,
            "word/header1.xml": part("hdr", self._head()),
            "word/footer1.xml": part("ftr", self._foot()),
        }
        return pack(parts, document.properties, self.links)

    # The body -----------------------------------------------------------------------------------------------

    def _body(self) -> str:
        blocks = "".join(self._blocks())
        ends = tag(
            "sectPr",
            f'<w:headerReference w:type="default" r:id="{relation_id("word/header1.xml")}"/>',
            f'<w:footerReference w:type="default" r:id="{relation_id("word/footer1.xml")}"/>',
            tag("pgSz", w=PAGE[0], h=PAGE[1]),
            tag("pgMar", **MARGINS),
            tag("bidi") if self.right_to_left else "",
        )
        return part("document", tag("body", blocks, self._uncited(), ends))

    def _blocks(self) -> Iterator[str]:
        after_table = False
        for block in self.document.blocks:
            is_table = isinstance(block, Table)
            if after_table and is_table:  # two tables with nothing in between become one
                yield self._between()
            yield self._table(block) if isinstance(block, Table) else self._text(block)
            after_table = is_table
        if after_table:
            yield self._between()

    def _between(self) -> str:
        return tag("p", tag("pPr", tag("pStyle", val=style_id("Between tables"))))

    def _uncited(self) -> str:
        missing = [mark for mark in self.document.notes if mark not in self.cited]
        if not missing:
            return ""
        label = Run(self.document.notes_label, label=True)
        runs = [label] + [run for mark in missing for run in (Run(" "), Run("", note=mark))]
        return self._paragraph(Paragraph(runs), Text("", self.document.notes_style))

    def _table(self, table: Table) -> str:
        widths = [round(WIDTH * share / sum(table.widths)) for share in table.widths]
        properties = tag(
            "tblPr",
            tag("tblStyle", val="TableGrid"),
            tag("bidiVisual") if self.right_to_left else "",
            tag("tblW", w=sum(widths), type="dxa"),
            tag("tblLayout", type="fixed"),
            tag("tblLook", val="0020" if any(row.header for row in table.rows) else "0000"),
            tag("tblCaption", val=table.title) if table.title else "",
        )
        grid = tag("tblGrid", *(tag("gridCol", w=width) for width in widths))
        spanned: dict[int, int] = {}  # column -> rows that a cell above still fills
        rows = [self._row(row, widths, spanned) for row in table.rows]
        return tag("tbl", properties, grid, *rows)

    def _row(self, row: Row, widths: Sequence[int], spanned: dict[int, int]) -> str:
        cells, column = [], 0
        given = iter(row.cells)
        while column < len(widths):
            if spanned.get(column):
                spanned[column] -= 1
                cells.append(self._cell(Cell(), widths[column : column + 1], merge="continue"))
                column += 1
                continue
            cell = next(given, Cell())
            if cell.rows > 1:
                spanned[column] = cell.rows - 1
            merge = "restart" if cell.rows > 1 else ""
            cells.append(self._cell(cell, widths[column : column + cell.columns], merge, keeps=row.keeps))
            column += cell.columns
        properties = tag(
            "trPr",
            "" if row.parts else tag("cantSplit"),
            tag("tblHeader") if row.header else "",
        )
        return tag("tr", properties if row.header or not row.parts else "", *cells)

    def _cell(self, cell: Cell, widths: Sequence[int], merge: str = "", *, keeps: bool = False) -> str:
        properties = tag(
            "tcPr",
            tag("tcW", w=sum(widths), type="dxa"),
            tag("gridSpan", val=len(widths)) if len(widths) > 1 else "",
            tag("vMerge", val=merge) if merge else "",
            tag("shd", val="clear", color="auto", fill="D9D9D9") if cell.shaded else "",
        )
        texts = [self._text(text, keeps=keeps) for text in cell.texts]
        return tag("tc", properties, *(texts or [tag("p")]))

    # Texts --------------------------------------------------------------------------------------------------

    def _text(self, text: Text, *, keeps: bool = False) -> str:
        read = paragraphs_of(text.html)
        first = len(self.starts)
        self.starts += read.starts
        paragraphs = read.paragraphs or [Paragraph()]
        if text.item is not None:
            paragraphs = list(_as_item(paragraphs, text.item))
        elif text.below is not None:
            paragraphs = list(_deeper(paragraphs, text.below))
        rest = replace(text, style=text.further or text.style)
        styled = ((one, rest if place else text) for place, one in enumerate(paragraphs))
        return "".join(self._paragraph(one, given, first, keeps=keeps) for one, given in styled)

    def _paragraph(self, paragraph: Paragraph, text: Text, first: int = 0, *, keeps: bool = False) -> str:
        level, numbering, indent = paragraph.level, "", ""
        if level is not None and paragraph.is_item:
            number = DASH_LIST if text.dashed and level == text.item else BULLET_LIST
            if paragraph.numbered is not None:
                number = numbered_list(first + paragraph.numbered)
            numbering = tag("numPr", tag("ilvl", val=min(level, 8)), tag("numId", val=number))
        elif level is not None:
            indent = tag("ind", left=STEP * (min(level, 8) + 1))
        properties = (
            tag("pStyle", val=style_id(text.style)) if text.style != "Normal" else "",
            tag("keepNext") if keeps else "",
            numbering,
            tag("bidi") if self.right_to_left else "",
            indent,
        )
        runs = "".join(self._runs(paragraph.runs))
        return tag("p", tag("pPr", *properties) if any(properties) else "", runs)

    def _runs(self, runs: Sequence[Run]) -> Iterator[str]:
        for run in runs:
            if run.note:
                yield self._note_mark(run.note)
            elif run.address:
                link = self.here.id_of(run.address)
                yield f'<w:hyperlink r:id="{link}" w:history="1">{self._letters(run)}</w:hyperlink>'
            elif run.text:
                yield self._letters(run)

    def _letters(self, run: Run) -> str:
        style = "Label" if run.label else "Hyperlink" if run.address else ""
        looks = (
            tag("rStyle", val=style) if style else "",
            *([tag("b"), tag("bCs")] if run.bold else []),
            *([tag("i"), tag("iCs")] if run.italic else []),
            tag("rtl") if _is_written_right_to_left(run.text, self.right_to_left) else "",
        )
        return tag("r", tag("rPr", *looks) if any(looks) else "", *_letters(run.text))

    # Footnotes ----------------------------------------------------------------------------------------------

    def _note_mark(self, mark: str) -> str:
        """The first mark of a note is Word's own; later ones, and those within notes, refer to that."""
        if mark not in self.document.notes:
            return tag("r", *_letters(f"[^{mark}]"))
        raised = tag("rPr", tag("vertAlign", val="superscript"))
        if self.in_notes or mark in self.cited:
            place = f"note_{list(self.document.notes).index(mark) + 1}"
            field_ = (
                tag("fldChar", fldCharType="begin"),
                f'<w:instrText xml:space="preserve"> NOTEREF {place} \\h </w:instrText>',
                tag("fldChar", fldCharType="separate"),
                "".join(_letters(mark)),
                tag("fldChar", fldCharType="end"),
            )
            return "".join(tag("r", raised, piece) for piece in field_)
        number = self.cited[mark] = FIRST_NOTE + len(self.cited)
        if mark == str(len(self.automatic) + 1):
            self.automatic.add(mark)
        is_own = mark not in self.automatic
        reference = tag("footnoteReference", customMarkFollows=1 if is_own else None, id=number)
        shown = "".join(_letters(mark)) if is_own else ""
        at = list(self.document.notes).index(mark) + 1
        return "".join(
            (
                tag("bookmarkStart", id=at, name=f"note_{at}"),
                tag("r", tag("rPr", tag("rStyle", val=style_id("footnote reference"))), reference, shown),
                tag("bookmarkEnd", id=at),
            )
        )

    def _footnotes(self) -> str:
        lines = "".join(
            tag("footnote", tag("p", tag("r", tag(kind))), type=kind, id=number)
            for number, kind in ((-1, "separator"), (0, "continuationSeparator"))
        )
        notes = (self._footnote(mark, number) for mark, number in self.cited.items())
        return part("footnotes", lines, *notes)

    def _footnote(self, mark: str, number: int) -> str:
        shown = tag("footnoteRef") if mark in self.automatic else "".join(_letters(mark))
        raised = tag("rPr", tag("rStyle", val=style_id("footnote reference")))
        begins = tag("r", raised, shown) + tag("r", *_letters(" "))
        text = self._text(Text(self.document.notes[mark], "footnote text"))
        head, _end, rest = text.partition("</w:pPr>")
        return tag("footnote", f"{head}</w:pPr>{begins}{rest}", id=number)

    # Beside the body ----------------------------------------------------------------------------------------

    def _settings(self) -> str:
        language = self.document.properties.language
        return part(
            "settings",
            tag("defaultTabStop", val=709),
            tag("footnotePr", tag("footnote", id=-1), tag("footnote", id=0)),
            tag(
                "compat",
                tag(
                    "compatSetting",
                    name="compatibilityMode",
                    uri="http://schemas.microsoft.com/office/word",
                    val=15,
                ),
            ),
            tag("themeFontLang", **({"bidi": language} if self.right_to_left else {"val": language})),
        )

    def _head(self) -> str:
        running = self.document.running
        return self._edge("header", [Run(running.title)], [Run(running.date)])

    def _foot(self) -> str:
        running = self.document.running
        numbers = "".join(
            self._letters(Run(piece)) if is_text else tag("fldSimple", tag("r", tag("t", "1")), instr=piece)
            for piece, is_text in (
                (running.before, True), ("PAGE", False), (running.between, True), ("NUMPAGES", False),
                (running.after, True),
            )
            if piece
        )  # fmt: skip
        return self._edge("footer", [Run(running.foot)], [], numbers if running.before else "")

    def _edge(self, style: str, left: Sequence[Run], right: Sequence[Run], more: str = "") -> str:
        properties = tag(
            "pPr",
            tag("pStyle", val=style_id(style)),
            tag("tabs", tag("tab", val="right", pos=WIDTH)),
            tag("bidi") if self.right_to_left else "",
        )
        return tag("p", properties, *self._runs(left), tag("r", tag("tab")), *self._runs(right), more)


def _as_item(paragraphs: Sequence[Paragraph], level: int) -> Iterator[Paragraph]:
    """The paragraphs of a text as one item of a list around it."""
    if paragraphs[0].is_item:
        yield Paragraph(level=level, is_item=True)
    else:
        yield Paragraph(paragraphs[0].runs, level, is_item=True)
        paragraphs = paragraphs[1:]
    yield from _deeper(paragraphs, level)


def _deeper(paragraphs: Iterable[Paragraph], level: int) -> Iterator[Paragraph]:
    """What stands below an item of a list: indented with it, its own lists a level deeper."""
    for one in paragraphs:
        yield replace(one, level=level if one.level is None else level + 1 + one.level)


def _letters(text: str) -> Iterator[str]:
    """The text as Word holds it: line breaks and tabs are elements."""
    for line_number, line in enumerate(text.split("\n")):
        if line_number:
            yield tag("br")
        for piece_number, piece in enumerate(line.split("\t")):
            if piece_number:
                yield tag("tab")
            if piece:
                yield f'<w:t xml:space="preserve">{escape(piece)}</w:t>'


def _is_written_right_to_left(text: str, otherwise: bool) -> bool:
    """By its first letter that has a direction."""
    if text.isascii():
        return otherwise and not any(map(str.isalpha, text))
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return otherwise
