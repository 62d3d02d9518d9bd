"""The bookmarks of a PDF: a list with levels, written as the tree that PDF wants (PDF 1.7, 12.3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evaltrack.documents.pdf_file import PdfFile, reference, text

MOST_OPEN = 60  # more bookmarks come closed


@dataclass(frozen=True, slots=True)
class Bookmark:
    """``level`` counts from 1; ``destination`` is written already."""

    level: int
    label: str
    destination: bytes


@dataclass(slots=True)
class _Node:
    number: int
    level: int
    bookmark: Bookmark | None = None
    below: list["_Node"] = field(default_factory=list)

    @property
    def all_below(self) -> int:
        return len(self.below) + sum(node.all_below for node in self.below)


def write_outline(file: PdfFile, bookmarks: Sequence[Bookmark]) -> int:
    """The number of the outline; 0 without bookmarks. Levels that are left out make no gap."""
    if not bookmarks:
        return 0
    root = _Node(file.reserve(), 0)
    open_ = [root]
    for bookmark in bookmarks:
        while open_[-1].level >= bookmark.level:
            open_.pop()
        node = _Node(file.reserve(), bookmark.level, bookmark)
        open_[-1].below.append(node)
        open_.append(node)
    _write(file, root, b"/Type/Outlines", closed=len(bookmarks) > MOST_OPEN)
    return root.number


def _write(file: PdfFile, node: _Node, entries: bytes, *, closed: bool) -> None:
    if node.bookmark:
        entries += b"/Title%s/Dest%s" % (text(node.bookmark.label), node.bookmark.destination)
    if node.below:
        ends = reference(node.below[0].number), reference(node.below[-1].number)
        count = node.all_below
        if closed:  # the first level is shown, and what is below it only when it is opened
            count = -count if node.bookmark else len(node.below)
        entries += b"/First %s/Last %s/Count %d" % (*ends, count)
    file.write(node.number, b"<<%s>>" % entries)
    for place, below in enumerate(node.below):
        beside = b"/Parent " + reference(node.number)
        if place:
            beside += b"/Prev " + reference(node.below[place - 1].number)
        if place + 1 < len(node.below):
            beside += b"/Next " + reference(node.below[place + 1].number)
        _write(file, below, beside, closed=closed and node.bookmark is None)
