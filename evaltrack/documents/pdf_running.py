"""Pages of a PDF, and what stands on them beside the text: heads, feet, page numbers, footnotes."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from evaltrack.documents.content import Place
from evaltrack.documents.pdf_lines import Line, words
from evaltrack.documents.pdf_paragraphs import bold_length, paragraphs
from evaltrack.documents.pdf_tables import RawTable
from evaltrack.documents.pdf_text import Setting

EDGE = 0.16  # of the page's height: running heads and feet stand within
APART = 1.6  # of the size: parts of a head or foot are set further apart
NOTE_SIZE = 0.93  # of the text: footnotes are smaller

PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:page|página|pagina|pág\.?|p\.|seite|стр\.?|صفحة)\s*)?\d{1,4}"
    r"(?:\s*(?:of|de|sur|/|\||von|из|من)\s*\d{1,4})?[-–—|\s]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_MARK = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3}|[a-z]|[ivx]{1,4})(?=\W|$)|(\d{1,2})(?=[A-ZÀ-Þ])")


@dataclass(slots=True)
class Page:
    """``artifacts`` is what the file itself calls a head or foot; ``notes_top`` where its footnotes begin."""

    number: int
    width: float
    height: float
    lines: list[Line]
    tables: list[RawTable]
    letters: int = 0
    artifacts: list[Line] = field(default_factory=list)
    rules: list[tuple[float, float, float]] = field(default_factory=list)  # x0, x1, top
    notes_top: float = float("inf")

    @property
    def all_lines(self) -> Iterator[Line]:
        yield from self.lines
        for table in self.tables:
            yield from _lines_of(table)

    @property
    def blocks(self) -> list[Line | RawTable]:
        return sorted([*self.lines, *self.tables], key=lambda block: block.top)

    @property
    def foot(self) -> float:
        """How far down the text reaches."""
        return max((block.bottom for block in self.blocks), default=0.0)

    def fit(self) -> None:
        """Tells the lines outside of tables where the text begins and how far it may go."""
        if not self.lines:
            return
        left = min(line.x0 for line in self.lines)
        right = max(line.x1 for line in self.lines)
        for line in self.lines:
            line.left, line.right = left, right


def _lines_of(table: RawTable) -> Iterator[Line]:
    for cell in table.cells:
        yield from cell.lines
        for inner in cell.tables:
            yield from _lines_of(inner)


def take_running(pages: list[Page], starts: Callable[[str, int], bool] | None = None) -> tuple[str, ...]:
    """Takes heads, feet and page numbers off the pages; gives their texts, each once and without numbers.

    What ``starts`` something (see ``pdf_content.read``) is none, even at the head of many pages.
    """
    taken: list[str] = []
    for page in pages:
        taken += [part for line in page.artifacts if len(line.printed) > 1 for part in parts(line)]
        page.artifacts = []
    taken += _repeated_tables(pages)
    counts: Counter[tuple[str, bool]] = Counter()
    exact = Counter(line.text.strip() for page in pages for line, _at_foot in _edge_lines(page))
    for page in pages:
        counts.update({(_shape(line), at_foot) for line, at_foot in _edge_lines(page)})
    often = max(2, len(pages) // 5)
    feet = [page.height for page in pages]
    for page in pages:
        for line, at_foot in list(_edge_lines(page)):
            is_number = bool(PAGE_NUMBER.fullmatch(line.text.strip()))
            # Headings that are numbered through look alike as well, but begin few pages.
            is_same = exact[line.text.strip()] > 1
            begins = starts is not None and starts(line.text.strip(), bold_length(line))
            if begins and not is_same:
                continue
            wanted = often if is_same and not begins else max(2 if is_same else 3, len(pages) // 2)
            if is_number or counts[_shape(line), at_foot] >= wanted:
                page.lines.remove(line)
                taken += [] if is_number else parts(line)
                if at_foot:
                    feet.append(line.top)
    taken += _below(pages, min(feet))
    for page in pages:
        page.fit()
    return tuple(
        dict.fromkeys(_without_number(text) for text in taken if text and not PAGE_NUMBER.fullmatch(text))
    )


def _edge_lines(page: Page) -> Iterator[tuple[Line, bool]]:
    """The lines above and below everything else, within the page's edges; and whether they are below."""
    blocks = page.blocks
    for block in blocks:
        if not isinstance(block, Line) or block.bottom > EDGE * page.height:
            break
        yield block, False
    for block in reversed(blocks):
        if not isinstance(block, Line) or block.top < (1 - EDGE) * page.height:
            break
        yield block, True


def _shape(line: Line) -> str:
    """A line's text and height on the page, whatever its numbers."""
    return f"{_DIGITS.sub('#', line.text.strip().casefold())} {round(line.top / 12)}"


def _below(pages: list[Page], foot: float) -> Iterator[str]:
    """Lines as low as the feet of other pages: a foot that only the first page has."""
    for page in pages:
        for line, at_foot in list(_edge_lines(page)):
            if at_foot and line.top > foot - 3.0 and foot < page.height:
                page.lines.remove(line)
                yield from parts(line)


def parts(line: Line) -> list[str]:
    """The texts of a head or foot: left, middle and right."""
    found: list[str] = []
    end = 0.0
    for x0, x1, word in words(line.glyphs):
        if found and abs(x0 - end) < APART * line.size:
            found[-1] += f" {word}"
        else:
            found.append(word)
        end = x1
    return found


def _repeated_tables(pages: list[Page]) -> Iterator[str]:
    """A head or foot set as a table, the same on several pages."""
    counts = Counter(
        (table.text, round(table.top / 12))
        for page in pages
        for table in page.tables
        if _is_at_edge(table, page)
    )
    for page in pages:
        for table in list(page.tables):
            if _is_at_edge(table, page) and counts[table.text, round(table.top / 12)] > max(
                1, len(pages) // 3
            ):
                page.tables.remove(table)
                yield from (cell.text for cell in table.cells if cell.text)


def _is_at_edge(table: RawTable, page: Page) -> bool:
    return len(page.tables) > 1 and (
        table.bottom < EDGE * page.height or table.top > (1 - EDGE) * page.height
    )


def _without_number(text: str) -> str:
    """A foot without the page number at its end."""
    return re.sub(
        r"\s*(?:\|\s*)?(?:page|página|p\.)\s*\d+(?:\s*(?:of|de|sur|/)\s*\d+)?$", "", text, flags=re.IGNORECASE
    )


# Footnotes ------------------------------------------------------------------------------------------------


def take_notes(pages: list[Page], size: float) -> dict[str, list[Line]]:
    """Takes the footnotes off the pages' feet: their lines by the mark they are printed with."""
    notes: dict[str, list[Line]] = {}
    last = ""
    for page in pages:
        at_foot = _note_lines(page, size)
        if at_foot:
            page.notes_top = at_foot[0].top
        lines = [*_notes_within(page, size, at_foot), *at_foot]
        for line in lines:
            mark = _note_mark(line)
            if mark:
                last = _free_mark(mark, notes)
                notes[last] = []
            notes.setdefault(last, []).append(line)
            page.lines.remove(line)
        page.fit()
    notes.pop("", None)
    return notes


def _free_mark(mark: str, notes: dict[str, list[Line]]) -> str:
    """Where pages begin to count anew, a mark stands for two notes."""
    number = 2
    free = mark
    while free in notes:
        free = f"{mark}-{number}"
        number += 1
    return free


def _note_lines(page: Page, size: float) -> list[Line]:
    """The small lines below everything else, under their short rule or beginning with a mark."""
    low: list[Line] = []
    for block in reversed(page.blocks):
        if not isinstance(block, Line):
            break
        low.insert(0, block)
    rule = _separator(page, low)
    if rule is not None:
        low = [line for line in low if line.top > rule - 2]
    else:
        small = [index for index, line in enumerate(low) if line.size > NOTE_SIZE * size]
        low = low[small[-1] + 1 :] if small else low
        low = [line for line in low if line.top > 0.3 * page.height]
    first = next((index for index, line in enumerate(low) if _note_mark(line)), None)
    if first is None:
        return low if rule is not None and low and low[0].size <= NOTE_SIZE * size else []
    return low if rule is not None else low[first:]


def _notes_within(page: Page, size: float, at_foot: list[Line]) -> list[Line]:
    """Notes below a table in the middle of the page: small, with a raised mark, and what they go on with."""
    found: list[Line] = []
    for before, block in pairwise([None, *page.blocks]):
        if not isinstance(block, Line) or block in at_foot or block.size > NOTE_SIZE * size:
            continue
        first = next((run for run in block.runs if run.text.strip()), None)
        goes_on = bool(found) and before is found[-1] and block.top - found[-1].top < 1.8 * block.size
        if goes_on or (first and first.raised and _note_mark(block)):
            found.append(block)
    return found


def _separator(page: Page, low: list[Line]) -> float | None:
    """Where the short rule above footnotes stands."""
    if not low:
        return None
    tables = [table.bottom for table in page.tables]
    floor = max((bottom for bottom in tables), default=0.0)
    rules = [
        top
        for x0, x1, top in page.rules
        if top > floor + 2
        and x1 - x0 < 0.55 * page.width
        and x0 < 0.3 * page.width
        and _is_rule_of_notes(top, low)
    ]
    return max(rules) if rules else None


def _is_rule_of_notes(top: float, low: list[Line]) -> bool:
    """Whether a note begins right below; a rule close under letters underlines them."""
    below = [line for line in low if line.top > top - 2]
    above = [line for line in low if line.bottom <= top + 2]
    underlines = bool(above) and top - above[-1].bottom < 1.0
    return bool(below) and bool(_note_mark(below[0])) and not underlines


def _note_mark(line: Line) -> str:
    """The mark that a line of a note begins with: raised, or a number before its words."""
    first = next((run for run in line.runs if run.text.strip()), None)
    if first is None:
        return ""
    if first.raised and len(first.text.strip()) <= 4:
        return first.text.strip()
    found = _MARK.match(line.text.strip())
    mark = (found[1] or found[2]) if found else ""
    rest = line.text.strip()[len(mark) :]
    if not mark or not rest.strip() or (mark.isalpha() and not first.raised):
        return ""
    return (
        mark
        if mark.isdigit() and int(mark) < 200 and rest[:1] not in ".,)/-:%"
        else mark * (not mark.isdigit())
    )


def note_text(lines: list[Line], setting: Setting) -> str:
    """A note without its mark; its paragraphs one a line."""
    if not lines:
        return ""
    mark = _note_mark(lines[0])
    first = lines[0]
    left = len(mark)
    for run in first.runs:
        while left and run.text:
            left -= not run.text[0].isspace()
            run.text = run.text[1:]
    first.glyphs = _after(first.glyphs, mark)
    first.runs = [run for run in first.runs if run.text]
    if first.runs:
        first.runs[0].text = first.runs[0].text.lstrip()
    kept = [line for line in lines if line.text.strip()]
    return "\n".join(paragraph.text for paragraph in paragraphs(kept, setting, Place()))


def _after(glyphs: list, mark: str) -> list:  # type: ignore[type-arg]
    left = len(mark)
    for index, one in enumerate(glyphs):
        if left <= 0:
            return glyphs[index:]
        left -= 0 if one.text.isspace() else len(one.text)
    return []
