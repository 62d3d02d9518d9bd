"""What a plain text says: as somebody pastes it, or as a program took it out of a PDF.

Such a text has lost its tables, and what stood at the head and foot of a page stands in the middle of it.
Lines were broken to fit the page; cells come as blocks with blank lines between.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil

from django.utils.translation import gettext as _

from evaltrack.documents.content import Content, Paragraph, Place
from evaltrack.documents.errors import UnreadableFileError

MEGABYTE = 1024 * 1024
LARGEST = 5 * MEGABYTE
MOST_LINES = 100_000
MOST_NOTES = 99

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u200b\u2060]")
_LINE_ENDS = re.compile(r"\r\n?|[\v\x85\u2028\u2029]")
_ITEM = re.compile(
    r"(\s*)([•◦▪■●○‣·➢✓\uf0b7\uf0a7]|[-–*](?=\s)|o(?=\s{2}|\t)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s))\s*(?=\S)"
)
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:page|página|p\.|pág\.)\s*)?\d{1,4}(?:\s*(?:of|de|sur|/)\s*\d{1,4})?[-–—|\s]*",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s?(\d{1,2})\s+(?=[\w“\"«(\[])")
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)\S+", re.IGNORECASE)
_LABEL = re.compile(r"[^\W\d_]\w*(?: \w+){0,3} ?:(?= |$)")
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*$")


@dataclass(slots=True)
class _Line:
    text: str
    starts_page: bool = False

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


@dataclass(slots=True)
class _Block:
    """Lines without a blank one between; ``blanks`` is how many stand before it."""

    lines: list[_Line]
    page: int
    blanks: int = 0

    @property
    def words(self) -> str:
        return " ".join(line.words for line in self.lines)


@dataclass(slots=True)
class _Text:
    blocks: list[_Block]
    width: int
    has_feeds: bool
    notes: dict[str, str] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)


def read(data: bytes) -> Content:
    """What the text says; raises :class:`UnreadableFileError` with a sentence."""
    if len(data) > LARGEST:
        raise UnreadableFileError(
            _("The text has %(size)d MB, and %(largest)d MB at most can be read.")
            % {"size": len(data) // MEGABYTE, "largest": LARGEST // MEGABYTE}
        )
    return from_text(decoded(data))


def from_text(written: str) -> Content:
    """What a text says that came without a file, such as a pasted one."""
    cleaned = _CONTROL.sub("", _LINE_ENDS.sub("\n", written)).replace("\xa0", " ")
    if not cleaned.strip():
        raise UnreadableFileError(_("The text is empty."))
    lines = list(_lines(cleaned))
    if len(lines) > MOST_LINES:
        raise UnreadableFileError(
            _("The text has %(lines)d lines, and %(most)d at most can be read.")
            % {"lines": len(lines), "most": MOST_LINES}
        )
    text = _Text(list(_blocks(lines)), _width(lines), "\f" in cleaned)
    _take_running(text)
    _take_notes(text)
    paragraphs = [paragraph for block in text.blocks for paragraph in _paragraphs(block, text.width)]
    marked = list(_marked(paragraphs, text.notes))
    return Content(tuple(marked), footnotes=text.notes, running=tuple(dict.fromkeys(text.running)))


def decoded(data: bytes) -> str:
    """The text in bytes, by their mark or by what can be read; raises :class:`UnreadableFileError`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[:200].count(b"\0") > 40:
        encodings = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\0") <= 8:
            return text
    raise UnreadableFileError(_("This is not a text. Save it as text in UTF-8, and try once more."))


def _lines(text: str) -> Iterator[_Line]:
    """The lines; where pages begin is said by form feeds, or by lines that alone begin with a space."""
    lines = text.expandtabs(4).split("\n")
    led = [line for line in lines if re.match(r" \S", line)]
    ended = sum(line.endswith(" ") for line in lines if line.strip())
    filled = sum(bool(line.strip()) for line in lines)
    by_space = "\f" not in text and len(led) < 0.06 * filled and ended > 0.5 * filled
    for line in lines:
        *before, last = line.split("\f")
        for part in before:
            if part.strip():
                yield _Line(part)
        yield _Line(last, starts_page=bool(before) or (by_space and bool(re.match(r" \S", line))))


def _width(lines: list[_Line]) -> int:
    """How long lines get before they are broken."""
    lengths = sorted(len(line.words) for line in lines if line.text.strip())
    return lengths[ceil(0.97 * (len(lengths) - 1))] if lengths else 80


def _blocks(lines: list[_Line]) -> Iterator[_Block]:
    """Blocks; a line of two spaces or more, which is an empty cell, is one of its own without words."""
    page, blanks, held, begun = 1, 0, _Block([], 1), False
    for line in lines:
        if line.starts_page and begun:
            if held.lines:
                yield held
                held = _Block([], page)
            page += 1
        begun = begun or bool(line.text.strip())
        if line.text.strip():
            if not held.lines:
                held = _Block([], page, blanks)
            held.lines.append(line)
            blanks = 0
            continue
        blanks += 1
        if held.lines:
            yield held
            held = _Block([], page)
        if len(line.text) >= 2:
            yield _Block([], page)
    if held.lines:
        yield held


# What is not part of the text ---------------------------------------------------------------------------


def _take_running(text: _Text) -> None:
    """Takes off page numbers with the line beside them, lines repeated on pages, and addresses of links."""
    _take_numbers(text)
    edges = list(_at_edges(text)) if text.has_feeds else []
    shapes = Counter(_shape(block) for block in edges)
    often = max(2, max((block.page for block in text.blocks), default=1) // 3)
    running = {id(block) for block in edges if _shape(block) and shapes[_shape(block)] >= often}
    for block in list(text.blocks):
        if not block.lines:
            continue
        only_addresses = all(_ADDRESS.fullmatch(line.words) for line in block.lines)
        if only_addresses or id(block) in running:
            text.running += _parted(block)
            text.blocks.remove(block)


def _take_numbers(text: _Text) -> None:
    """A number alone between blank lines is that of a page, and a line right before it is its foot."""
    filled = [block for block in text.blocks if block.lines]
    gone: set[int] = set()
    for index, block in enumerate(filled):
        if (
            len(block.lines) > 1
            or not _PAGE_NUMBER.fullmatch(block.words)
            or _belongs_to_label(filled, index)
        ):
            continue
        gone.add(id(block))
        beside = filled[index - 1] if index else None
        if beside and _is_foot(beside):
            gone.add(id(beside))
            text.running += _parted(beside)
    text.blocks = [block for block in text.blocks if id(block) not in gone]


def _parted(block: _Block) -> list[str]:
    """The lines of a head or foot, and what stood apart in one."""
    return [part for line in block.lines for part in re.split(r"\s{2,}|\t", line.text.strip()) if part]


def _belongs_to_label(filled: list[_Block], index: int) -> bool:
    """Whether a number is the answer to what stands above it, such as a priority."""
    before = filled[index - 1].words if index else ""
    return before.endswith(":") or (
        filled[index].blanks < 2 and not _is_foot(filled[index - 1]) if index else False
    )


def _is_foot(block: _Block) -> bool:
    """A single line set off from the text, no sentence and no label."""
    return (
        len(block.lines) == 1
        and block.blanks > 1
        and len(block.words) < 160
        and not block.words.endswith(":")
        and not _SENTENCE_END.search(block.words)
    )


def _at_edges(text: _Text) -> Iterator[_Block]:
    """The first and last block of each page of several."""
    pages: dict[int, list[_Block]] = {}
    for block in text.blocks:
        if block.lines:
            pages.setdefault(block.page, []).append(block)
    for blocks in pages.values():
        yield blocks[0]
        if len(blocks) > 1:
            yield blocks[-1]


def _shape(block: _Block) -> str:
    if not block.lines or len(block.lines) > 2 or len(block.words) > 160:
        return ""
    return re.sub(r"\d+", "#", block.words.casefold())


def _take_notes(text: _Text) -> None:
    """Takes off footnotes: blocks that begin with the next number, whose mark is glued to a word."""
    whole = " ".join(block.words for block in text.blocks)
    for block in list(text.blocks):
        for index, line in enumerate(block.lines):
            found = _NOTE.match(line.text)
            number = len(text.notes) + 1
            if (
                not found
                or int(found[1]) != number
                or number > MOST_NOTES
                or not _glued(number).search(whole)
            ):
                continue
            if index and not line.starts_page:
                continue
            rest = block.lines[index:]
            joined = _joined([replace(rest[0], text=rest[0].text[found.end() :]), *rest[1:]])
            text.notes[str(number)] = joined
            block.lines = block.lines[:index]
            if not block.lines:
                text.blocks.remove(block)
            break


def _glued(number: int) -> re.Pattern[str]:
    """The mark of a footnote behind a word, or behind the digits of a year."""
    return re.compile(rf"(?:(?<=[a-zà-öø-ÿ)\]”\"’])|(?<=\b(?:19|20)\d\d))[.,;]?{number}(?=[\s.,;:)\]]|$)")


def _marked(paragraphs: list[Paragraph], notes: dict[str, str]) -> Iterator[Paragraph]:
    """The paragraphs with the marks of notes, each where it stands first."""
    left = list(notes)
    for paragraph in paragraphs:
        text = paragraph.text
        for mark in list(left):
            found = _glued(int(mark)).search(text)
            if found:
                end = found.end()
                text = f"{text[: end - len(mark)]}[^{mark}]{text[end:]}"
                left.remove(mark)
        yield replace(paragraph, text=text)


# Paragraphs ---------------------------------------------------------------------------------------------


def _paragraphs(block: _Block, width: int) -> Iterator[Paragraph]:
    place = Place(page=block.page)
    if not block.lines:
        yield Paragraph("", place)
        return
    indents: list[int] = []
    held: list[_Line] = []
    marker, level = "", None
    is_wide = max(len(line.words) for line in block.lines) > 0.6 * width
    for line in block.lines:
        item = _ITEM.match(line.text)
        if held and (item or _ends(held[-1], line, width, is_wide=is_wide)):
            yield Paragraph(_joined(held), place, level=level, marker=marker)
            held, marker, level = [], "", None
        if item:
            while indents and len(item[1]) < indents[-1]:
                indents.pop()
            if not indents or len(item[1]) > indents[-1]:
                indents.append(len(item[1]))
            marker, level = item[2], len(indents) - 1
        held.append(_Line(line.text[item.end() :]) if item else line)
    if held:
        yield Paragraph(_joined(held), place, level=level, marker=marker)


def _ends(before: _Line, line: _Line, width: int, *, is_wide: bool) -> bool:
    """Whether a paragraph ends with ``before``: the next word would have fitted well."""
    length = len(before.words)
    if before.words.endswith(":") and length < 0.75 * width:
        return True
    if is_wide and _SENTENCE_END.search(before.words) and _LABEL.match(line.words):
        return True
    return is_wide and length + 1 + len(line.words.split(" ")[0]) < 0.8 * width


def _joined(lines: list[_Line]) -> str:
    text = ""
    for line in lines:
        words = line.words
        if text and not re.search(r"\w[-\u2010]$|\xad$", text):
            text += " "
        text = text.rstrip("\xad") + words
    return text
