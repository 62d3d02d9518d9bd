"""Whether two texts in the small Markdown read the same on paper, however they are marked up."""

import re
from collections.abc import Iterator

from evaltrack.documents.runs import Paragraph, Run, paragraphs_of
from evaltrack.text import to_html

_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\x7f-\x9f]")
_BLANKS = re.compile(r"[^\S\n]+")

Letter = tuple[str, bool, bool, str]  # bold, italic, and where it leads; signs and links have no emphasis


def alike(one: str, other: str) -> bool:
    """``_so_`` and ``*so*`` are alike, as are ``• so`` and ``- so``, and blanks that no paper shows."""
    if one == other:
        return True
    if _plain(one) and _plain(other):
        return _tidy(one) == _tidy(other)
    return _read(one) == _read(other)


def _plain(text: str) -> bool:
    """Whether there can be no markup in it."""
    return not re.search(r"[*_\[\]\n\\]|://|^\s*(?:\W|\d+\.|o\t)\s*", text)


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()


def _read(text: str) -> list[tuple[object, ...]]:
    read = paragraphs_of(to_html(text))
    counts = list(read.starts)
    found: list[tuple[object, ...]] = []
    for paragraph in read.paragraphs:
        number = None
        if paragraph.is_item and paragraph.numbered is not None:
            number = counts[paragraph.numbered]
            counts[paragraph.numbered] += 1
        if letters := _letters(paragraph):
            found.append((paragraph.level, paragraph.is_item, number, letters))
    return found


def _letters(paragraph: Paragraph) -> tuple[Letter, ...]:
    letters: list[Letter] = []
    for run in paragraph.runs:
        letters += _of_run(run)
    tidy: list[Letter] = []
    for letter in letters:
        blank = letter[0].isspace()
        if blank and (not tidy or tidy[-1][0] == "\n" or (tidy[-1][0] == " " and letter[0] != "\n")):
            continue
        if letter[0] == "\n" and tidy[-1][0] == " ":
            tidy.pop()
        tidy.append(letter)
    while tidy and tidy[-1][0].isspace():
        tidy.pop()
    return tuple(tidy)


def _of_run(run: Run) -> Iterator[Letter]:
    if run.note:
        yield f"[^{run.note}]", False, False, ""
    for sign in _UNSEEN.sub("", run.text):
        if sign == "\n":
            yield "\n", False, False, ""
        elif sign.isspace():
            yield " ", False, False, ""
        else:
            shows = sign.isalnum() and not run.address
            yield sign, shows and run.bold, shows and run.italic, run.address.rstrip("/")
