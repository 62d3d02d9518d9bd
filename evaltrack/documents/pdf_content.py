"""What a PDF says: its paragraphs and tables in order, the pages put together again.

pdfium (pypdfium2) tells beforehand whether the file can be read at all; pdfplumber gives glyphs and rules.
Both are imported when the first PDF is read. What is guessed from places is guessed in the modules pdf_lines,
pdf_text, pdf_paragraphs, pdf_tables, pdf_joining, pdf_columns and pdf_running.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic

from evaltrack.documents import pdf_columns, pdf_joining, pdf_opened, pdf_running, pdf_tables
from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from evaltrack.documents.pdf_lines import Line
from evaltrack.documents.pdf_paragraphs import paragraphs
from evaltrack.documents.pdf_running import Page
from evaltrack.documents.pdf_tables import RawCell, RawTable
from evaltrack.documents.pdf_text import Setting, vocabulary

SECONDS = 60.0  # for one file; a report of 200 pages takes 25

Flow = list[Line | RawTable]


def read(
    data: bytes, *, starts: Callable[[str, int], bool] | None = None, seconds: float = SECONDS
) -> Content:
    """What the PDF says; raises :class:`UnreadableFileError` with a sentence.

    ``starts`` tells of the first words of a text, of which so many letters are bold, whether they begin
    something new wherever they stand: such a cell at the head of a page is not the rest of the one before.
    """
    opened = pdf_opened.read(data, until=monotonic() + seconds)
    pages = opened.pages
    running = pdf_running.take_running(pages, starts)
    size = _body_size(pages)
    notes = pdf_running.take_notes(pages, size)
    pdf_columns.find(pages)
    setting = Setting(
        vocabulary(line for page in pages for line in page.all_lines),
        set(notes),
        size,
        _heading_sizes(pages, size),
        starts,
    )
    flow = _joined(pages, setting)
    return Content(
        blocks=tuple(_blocks(flow, setting)),
        footnotes={mark: pdf_running.note_text(lines, setting) for mark, lines in notes.items()},
        running=running,
        title=opened.title,
        language=opened.language,
        remarks=opened.remarks,
    )


def _body_size(pages: list[Page]) -> float:
    """The size of most letters."""
    counts: Counter[float] = Counter()
    for page in pages:
        for line in page.all_lines:
            counts[round(line.size * 2) / 2] += len(line.printed)
    return counts.most_common(1)[0][0] if counts else 11.0


def _heading_sizes(pages: list[Page], size: float) -> tuple[float, ...]:
    sizes = {round(line.size * 2) / 2 for page in pages for line in page.lines if line.size > 1.12 * size}
    return tuple(sorted(sizes, reverse=True))


def _joined(pages: list[Page], setting: Setting) -> Flow:
    """Lines and tables of all pages in order, tables that go on over the page as one."""
    flow: Flow = []
    foot = max((page.foot for page in pages), default=0.0)
    for before, page in zip([None, *pages], pages, strict=False):
        blocks = page.blocks
        last = flow[-1] if flow else None
        if blocks and before and isinstance(last, RawTable) and last.last_page == before.number:
            first = blocks[0]
            room = min(foot, before.notes_top) - last.bottom
            if isinstance(first, RawTable) and pdf_joining.join(last, first, setting, room):
                blocks = blocks[1:]
        flow += blocks
    return flow


def _blocks(flow: Flow, setting: Setting) -> Iterator[Paragraph | Table]:
    held: list[Line] = []
    count = 0
    for block in flow:
        if isinstance(block, Line):
            held.append(block)
            continue
        yield from paragraphs(held, setting, Place())
        held = []
        count += 1
        yield _table(block, count, setting)
    yield from paragraphs(held, setting, Place())


def _table(raw: RawTable, number: int, setting: Setting) -> Table:
    edges = pdf_tables.clusters(x for cell in raw.cells for x in (cell.x0, cell.x1))
    rows = []
    for index, row in enumerate(raw.rows, 1):
        tops = [other.top for other in raw.rows if other.page == row.page]
        cells = []
        for cell in row.cells:
            column = pdf_tables.position(edges, cell.x0)
            spanned = sum(cell.top - 1 <= top < cell.bottom - 1 for top in tops)
            place = Place(page=row.page, table=number, row=index, column=column + 1)
            cells.append(
                Cell(
                    tuple(_cell_blocks(cell, number, place, setting)),
                    place,
                    columns=max(1, pdf_tables.position(edges, cell.x1) - column),
                    rows=max(1, spanned),
                )
            )
        rows.append(tuple(cells))
    return Table(tuple(rows), Place(page=raw.page, table=number), raw.headers)


def _cell_blocks(cell: RawCell, number: int, place: Place, setting: Setting) -> Iterator[Paragraph | Table]:
    lines = list(cell.lines)
    for table in cell.tables:
        above = [line for line in lines if (line.page, line.top) < (table.page, table.top)]
        lines = lines[len(above) :]
        yield from paragraphs(above, setting, place)
        yield _table(table, number, setting)
    yield from paragraphs(lines, setting, place)
