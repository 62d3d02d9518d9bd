"""A report as one row of paragraphs, those of its tables among them, each as it stands and where.

A table whose columns are named ("Recommendation", "Priority", "Addressed to") is written out as what a list
would say, so that one reader understands both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from recommendations.report_headings import folded, in_contents, plain


@dataclass(frozen=True, slots=True)
class Piece:
    """``written`` is the paragraph with its marker and set in as in the report; ``source`` is as it stands.

    ``heading`` is its level, 0 where it is none; ``level`` that of a list item.
    """

    written: str
    source: str
    place: Place
    heading: int = 0
    level: int | None = None
    marker: str = ""
    bold: bool = False
    in_table: bool = False

    @property
    def words(self) -> str:
        return plain(self.source)

    @property
    def as_printed(self) -> str:
        """As it stands, set in by its level."""
        return f"{'    ' * (self.level or 0)}{self.source}"

    @property
    def is_caption(self) -> bool:
        """Whether it says what a picture shows, and whose it is."""
        return self.level is None and not self.heading and bool(_CAPTION.fullmatch(self.words))


_CAPTION = re.compile(
    r".{0,300}© ?.{2,100}|(?:photo|figure|foto|fotografía) ?\d* ?: ?.{0,200}", re.IGNORECASE
)
_COLUMNS = {
    "number": r"n\.? ?o\.?|n°|nr\.?|#|num(?:ber|ero)?|ref\.?",
    "text": r"(?:evaluation |key |main )?recommendations?|recommandations?|recomendacion(?:es)?"
    r"|texte? de la recommandation",
    "Rationale": r"rationale|justification|justificacion|basis",
    "Directed to": r"(?:directed|addressed) to|addressees?|responsib(?:le|ility).*|responsables?.*"
    r"|destinataires?|destinatari[oa]s?|who|target audience|acteurs? .*",
    "Priority": r"priority(?: level)?|priorite|prioridad|niveau de priorite|nivel de prioridad|urgency",
    "Timeline": r"(?:proposed |recommended )?(?:timeline|time ?frame|timing|deadline|when)|delais?|echeance"
    r"|calendrier|plazos?|cronograma",
    "Based on": r"(?:linked |related |relevant )?(?:conclusions?|findings?)(?: and findings?)?|constats?"
    r"|conclusiones|hallazgos|link to .*",
}


def pieces(content: Content) -> list[Piece]:
    """All of a report's paragraphs in order, without the lines of its table of contents."""
    found: list[Piece] = []
    for block in content.blocks:
        found.extend([_piece(block)] if isinstance(block, Paragraph) else _of_table(block))
    if {piece.place.page for piece in found} == {1}:  # a file that does not say where its pages end
        found = [replace(piece, place=replace(piece.place, page=0)) for piece in found]
    return [piece for piece in found if piece.source.strip() and not in_contents(piece.source)]


def _piece(paragraph: Paragraph, place: Place | None = None, *, in_table: bool = False) -> Piece:
    indent = "  " * (paragraph.level or 0)
    text = paragraph.text.strip()
    source = f"{paragraph.marker} {text}" if paragraph.marker else text
    at = paragraph.place
    if place and not at.page:
        at = replace(at, page=place.page)
    return Piece(
        written="\n".join(f"{indent}{line}" if line.strip() else "" for line in source.split("\n")),
        source=source,
        place=at,
        heading=paragraph.heading,
        level=paragraph.level,
        marker=paragraph.marker,
        bold=paragraph.bold or paragraph.text.startswith("**"),
        in_table=in_table,
    )


def _of_table(table: Table) -> Iterator[Piece]:
    columns = _columns(table)
    if columns:
        yield from _as_list(table, columns)
        return
    for row in table.rows:
        for cell in row:
            for paragraph in cell.paragraphs:
                yield _piece(paragraph, cell.place, in_table=True)


def _columns(table: Table) -> dict[int, str]:
    """What the columns hold, by position; nothing where they do not name a text and something else."""
    if len(table.rows) < 2 or len(table.rows[0]) < 2:
        return {}
    columns: dict[int, str] = {}
    for position, cell in enumerate(table.rows[0]):
        head = re.sub(r"\s*\([^)]*\)", "", folded(cell.text)).strip(" :.")
        name = next((name for name, words in _COLUMNS.items() if re.fullmatch(words, head)), "")
        if name and name not in columns.values():
            columns[position] = name
    return columns if "text" in columns.values() and len(columns) > 1 else {}


def _as_list(table: Table, columns: dict[int, str]) -> Iterator[Piece]:
    """Row by row: the recommendation under its number, then what the other columns say of it."""
    for row in table.rows[1:]:
        cells = {columns[position]: cell for position, cell in enumerate(row) if position in columns}
        text = cells.get("text")
        if text is None or not text.text.strip():
            yield from (_piece(one, cell.place, in_table=True) for cell in row for one in cell.paragraphs)
            continue
        yield from _row_text(text, plain(cells["number"].text).strip(" .)") if "number" in cells else "")
        for position, cell in enumerate(row):
            if position not in columns and cell.text.strip():
                head = plain(table.rows[0][position].text) if position < len(table.rows[0]) else ""
                yield _said(head, cell)
        for name, cell in cells.items():
            if name not in ("text", "number") and cell.text.strip():
                yield _said(name, cell)


def _said(name: str, cell: Cell) -> Piece:
    """What a cell says under the head of its column."""
    words = " ".join(cell.text.split())
    return Piece(f"{name}: {words}" if name else words, words, cell.place, in_table=True)


def _row_text(cell: Cell, number: str) -> Iterator[Piece]:
    first, *others = [_piece(one, cell.place, in_table=True) for one in cell.paragraphs if one.text.strip()]
    labelled = re.match(r"[*_]{0,3}(?:recomm?[ae]ndat|recomendaci|R ?\d)", first.source, re.IGNORECASE)
    if not labelled:
        label = f"Recommendation {number}:" if number else "Recommendation:"
        words = re.sub(r"^\d{1,2}[.)] +", "", first.source) if number or first.marker else first.source
        first = replace(first, written=f"{label} {words}")
    yield first
    yield from others
