"""Rows of key actions out of a text that has lost its tables.

The cells come as blocks in the order of reading. A deadline is what tells one best, so each row is built
around one: before it stands the action, after it who is responsible, then perhaps a comment and a status.
Cells that a page break cut come again after it, in the order of their columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evaltrack import deadlines
from evaltrack.deadlines import Kind
from evaltrack.documents.content import Paragraph

LONGEST_DEADLINE = 90  # characters
LONGEST_STATUS = 40
MOST_WORDS_OF_DATE = 12

_OPEN_END = re.compile(
    r"(?:[,;/(–-]|\b(?:a|an|and|as|at|by|for|from|in|into|of|on|or|regional|that|the|to|towards|with|within"
    r"|à|au|aux|avec|dans|de|des|du|en|et|la|le|les|ou|par|pour|que|qui|sur|un|une"
    r"|al|con|del|e|el|las|los|o|para|por|u|una|y))\s*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*\s*$")
_VAGUE = (Kind.UNKNOWN, Kind.CONTINUOUS, Kind.IMMEDIATE)


@dataclass(slots=True)
class Row:
    """The texts of one key action; ``doubtful`` says that where one ended was not certain."""

    action: list[Paragraph] = field(default_factory=list)
    deadline: Paragraph | None = None
    responsible: list[Paragraph] = field(default_factory=list)
    comment: list[Paragraph] = field(default_factory=list)
    status: Paragraph | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text: ``date`` is the part that reads as a deadline, ``rest`` what stands after it."""

    paragraph: Paragraph
    date: str = ""
    rest: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.paragraph.text.strip()

    @property
    def begins_small(self) -> bool:
        return self.paragraph.text[:1].islower()


def rows(paragraphs: Iterable[Paragraph], statuses: frozenset[str]) -> list[Row]:
    """The key actions in blocks of text; ``statuses`` are the words for a status, casefolded."""
    blocks = [_block(paragraph) for paragraph in paragraphs]
    anchors = list(_anchors(blocks, statuses))
    if not anchors:
        return [Row(action=[block.paragraph]) for block in blocks if not block.is_empty]
    found: list[Row] = []
    start = 0
    for index, anchor in enumerate(anchors):
        before, start = blocks[start:anchor], anchor + 1
        row = Row(deadline=_with_text(blocks[anchor].paragraph, blocks[anchor].date))
        if found:
            row.action = _tail(found[-1], before, statuses, more=True)
        else:
            row.action = [block.paragraph for block in before if not block.is_empty]
        if rest := blocks[anchor].rest:
            row.responsible = [_with_text(blocks[anchor].paragraph, rest)]
        found.append(row)
        if index == len(anchors) - 1:
            _tail(row, blocks[start:], statuses, more=False)
    return found


def _block(paragraph: Paragraph) -> Block:
    text = paragraph.text.strip()
    if not text or paragraph.marker:
        return Block(paragraph)
    if len(text) <= LONGEST_DEADLINE and deadlines.read(text).kind != Kind.UNKNOWN:
        return Block(paragraph, date=text)
    words = text.split(" ")
    for count in range(min(MOST_WORDS_OF_DATE, len(words) - 1), 0, -1):
        date = " ".join(words[:count])
        meaning = deadlines.read(date)
        if meaning.kind not in _VAGUE and re.search(r"\d", date) and words[count][:1].isupper():
            return Block(paragraph, date=date, rest=" ".join(words[count:]))
    return Block(paragraph)


def _anchors(blocks: Sequence[Block], statuses: frozenset[str]) -> Iterator[int]:
    """Where deadlines stand. There is always an action before one, and a word that is also a status is one
    only where somebody responsible comes after it, and not the next deadline.
    """
    last = -1
    for index, block in enumerate(blocks):
        if not block.date:
            continue
        between = [one for one in blocks[last + 1 : index] if not one.is_empty]
        needed = 1 if last < 0 else 1 + (not blocks[last].rest)
        if len(between) < needed:
            continue
        if block.date.casefold().strip(" .") in statuses and not _leads_to_responsible(blocks, index):
            continue
        last = index
        yield index


def _leads_to_responsible(blocks: Sequence[Block], index: int) -> bool:
    after = [one for one in blocks[index + 1 :] if not one.is_empty][:2]
    if not after or after[0].date or after[0].begins_small or _SENTENCE_END.search(after[0].paragraph.text):
        return False
    return not (len(after) > 1 and after[1].date)


def _tail(row: Row, blocks: Sequence[Block], statuses: frozenset[str], *, more: bool) -> list[Paragraph]:
    """Gives a row what comes after its deadline, and back what is the next row's action.

    ``more`` says that there is a next row.
    """
    page = row.deadline.place.page if row.deadline else 0
    left = list(blocks)
    while left and left[0].is_empty:
        left.pop(0)
    if not row.responsible and left and not (more and len([one for one in left if not one.is_empty]) < 2):
        row.responsible = [left.pop(0).paragraph]
    emptied = bool(left) and left[0].is_empty
    cut = _cut_at(left, page, row)
    own, rest = left[:cut], [one for one in left[cut:] if not one.is_empty]
    _comment_and_status(row, own, rest, statuses, more=more, emptied=emptied)
    return _continued(row, rest, more=more)


def _cut_at(blocks: Sequence[Block], page: int, row: Row) -> int:
    """Where the blocks of a new page begin, or what goes on in the middle of a sentence."""
    started = max((one.place.page for one in row.responsible), default=page)
    for index, block in enumerate(blocks):
        if block.paragraph.place.page > started or block.begins_small:
            return index
    return len(blocks)


def _comment_and_status(
    row: Row, own: list[Block], rest: list[Block], statuses: frozenset[str], *, more: bool, emptied: bool
) -> None:
    """What stands behind the responsible cell on the same page; ``rest`` gets what is not of this row."""
    filled = [one for one in own if not one.is_empty]
    said = next((index for index, one in enumerate(filled) if _is_status(one, statuses)), None)
    if said is not None:
        row.comment = [one.paragraph for one in filled[:said]]
        row.status = filled[said].paragraph
        rest[:0] = filled[said + 1 :]
        return
    if emptied or not filled:
        rest[:0] = filled
        return
    left_over = len(filled) - (1 if more and not rest else 0)
    if more and rest and all(one.begins_small for one in rest):
        left_over = len(filled) - 1
    if left_over > 0:
        row.comment = [one.paragraph for one in filled[:left_over]]
        row.doubtful = True
    rest[:0] = filled[max(left_over, 0) :]


def _is_status(block: Block, statuses: frozenset[str]) -> bool:
    text = block.paragraph.text.strip(" .*").casefold()
    return len(text) <= LONGEST_STATUS and text in statuses


def _continued(row: Row, rest: list[Block], *, more: bool) -> list[Paragraph]:
    """Gives the cells of a row what goes on after a page break, in the order of columns."""
    cells = [cell for cell in (row.action, row.responsible, row.comment) if cell]
    at = 0
    left = list(rest)
    while left and at < len(cells) and (len(left) > 1 or not more):
        scores = [
            (_goes_on(cell, left[0], is_last=not more), -index) for index, cell in enumerate(cells[at:], at)
        ]
        best, index = max(scores)
        if best <= 0:
            break
        _append(cells[-index], left.pop(0).paragraph)
        at = -index + 1
    if not more and left:
        target = row.comment or row.responsible or row.action
        for block in left:
            target.append(block.paragraph)
        row.doubtful = True
        return []
    row.doubtful = row.doubtful or (len(left) > 1 and not all(one.paragraph.marker for one in left[1:]))
    return [block.paragraph for block in left]


def _goes_on(cell: list[Paragraph], block: Block, *, is_last: bool) -> int:
    """How much speaks for a block being the rest of a cell."""
    text = cell[-1].text
    if _SENTENCE_END.search(text):
        return 1 if block.begins_small and is_last else -1
    score = 2 if _OPEN_END.search(text) else 0
    score += 1 if block.begins_small else -1
    return score


def _append(cell: list[Paragraph], more: Paragraph) -> None:
    before = cell.pop()
    glue = "" if re.search(r"\w-$", before.text) else " "
    cell.append(_with_text(before, before.text + glue + more.text))


def _with_text(paragraph: Paragraph, text: str) -> Paragraph:
    return Paragraph(text, paragraph.place, level=paragraph.level, marker=paragraph.marker)
