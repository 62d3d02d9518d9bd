"""Two wordings of one text compared word by word, and shown with what was removed and what was added.

The small Markdown of :mod:`evaltrack.text` stays whole: a link, an address or a note mark is one word, and
the marks of bold and italic turn into bold and italic on either side of a change.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import accumulate, groupby
from typing import NamedTuple

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from evaltrack.text import to_inline_html

MOST_WORDS = 4_000  # in both wordings together: beyond it, lines are compared
MOST_MEETINGS = 50_000  # of equal words: beyond it, the commonest no longer count as places to meet
HAIR_SPACE = "\u200a"
LEAST_IN_COMMON = 0.2  # of the shorter wording's words: below it, one wording replaced the other

_WORDS = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<whole>
        \\[*_\[\]]                                                  # a mark that is meant as typed
        | \[\^[^\s\[\]^]{1,20}\]                                    # a note mark
        | \[[^\[\]\n]{1,500}\]\((?:https?://|mailto:)[^\s()]{1,2000}\)  # a link
        | https?://[^\s<>\[\]"`|{}\\^]+                             # an address
      )
    | (?P<word>[^\W_]+(?:[-'’_.,][^\W_]+)*)
    | (?P<mark>\*+|_+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Word(NamedTuple):
    """A word, a space or a sign as it was typed, and how the marks around it have it shown."""

    text: str
    bold: bool = False
    italic: bool = False
    kind: str = "word"  # or: space, whole (a link, an address, a note mark), mark (bold or italic), other


class Kind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are the same in both wordings, or words that stand for one another."""

    old: tuple[Word, ...]
    new: tuple[Word, ...]

    @property
    def kind(self) -> Kind:
        if self.old == self.new:
            return Kind.SAME
        if not self.new:
            return Kind.REMOVED
        return Kind.REPLACED if self.old else Kind.ADDED

    @property
    def old_text(self) -> str:
        return "".join(word.text for word in self.old)

    @property
    def new_text(self) -> str:
        return "".join(word.text for word in self.new)


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that, put together, give both wordings; compared the other way round, the same pieces."""
    if new < old:
        return tuple(Piece(piece.new, piece.old) for piece in compare(new, old))
    before, after = _words(old), _words(new)
    if len(before) + len(after) > 2 * MOST_WORDS:  # every other one is a space
        before, after = _lines(old), _lines(new)
    head = _alike_from_the_start(before, after)
    tail = _alike_from_the_start(before[head:][::-1], after[head:][::-1])
    between = _pieces(before[head : len(before) - tail], after[head : len(after) - tail])
    return tuple(_joined([*_same(before[:head]), *between, *_same(before[len(before) - tail :])]))


# Comparing --------------------------------------------------------------------------------------------------


def _same(words: Sequence[Word]) -> list[Piece]:
    return [Piece(tuple(words), tuple(words))] if words else []


def _alike_from_the_start(one: Sequence[Word], other: Sequence[Word]) -> int:
    """How many words the two begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _pieces(before: Sequence[Word], after: Sequence[Word]) -> list[Piece]:
    """Spaces and all too common words only follow what is found alike: alone they would tie any two texts."""
    followers = _too_common(before, after)
    matcher = SequenceMatcher(
        lambda word: word.kind == "space" or word in followers, before, after, autojunk=False
    )
    pieces = [
        Piece(tuple(before[i:j]), tuple(after[k:m]))  #
        for _tag, i, j, k, m in matcher.get_opcodes()
    ]
    alike = sum(_count(piece.old) for piece in pieces if piece.kind == Kind.SAME)
    if alike < LEAST_IN_COMMON * min(_count(before), _count(after)):
        return [Piece(tuple(before), tuple(after))]
    return pieces


def _too_common(before: Sequence[Word], after: Sequence[Word]) -> set[Word]:
    """Words that would meet so often that comparing them took too long."""
    old, new = Counter(before), Counter(after)
    meetings = sorted((old[word] * new[word], word) for word in old.keys() & new.keys())
    upto = list(accumulate(count for count, _word in meetings))
    return {word for (_count, word), total in zip(meetings, upto, strict=True) if total > MOST_MEETINGS}


def _count(words: Iterable[Word]) -> int:
    return sum(1 for word in words if word.kind in ("word", "whole"))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with what lies between two changes taken into them where it holds no word at all."""
    gathered: Piece | None = None
    for place, piece in enumerate(pieces):
        between = 0 < place < len(pieces) - 1 and not _count(piece.old)
        if piece.kind == Kind.SAME and not (gathered and between):
            if gathered:
                yield gathered
            gathered = None
            yield piece
        elif gathered:
            gathered = Piece(gathered.old + piece.old, gathered.new + piece.new)
        else:
            gathered = piece
    if gathered:
        yield gathered


# Words ------------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[Word]:
    lines = text.splitlines(keepends=True)
    return [Word(line, kind="word" if line.strip() else "space") for line in lines]


def _words(text: str) -> list[Word]:
    """The words of a text; marks that have no counterpart are signs like any other."""
    found = [Word(match[0], kind=match.lastgroup or "other") for match in _WORDS.finditer(text)]
    paired = _paired_marks(found)
    words: list[Word] = []
    open_marks: list[str] = []
    for place, word in enumerate(found):
        if place in paired:
            if paired[place] > place:
                open_marks.append(word.text)
            else:
                open_marks.pop()
            words.append(word)
            continue
        kind = "other" if word.kind == "mark" else word.kind
        bold = any(len(mark) >= 2 for mark in open_marks)
        italic = any(len(mark) != 2 for mark in open_marks)
        words.append(Word(word.text, bold, italic, kind))
    return words


def _paired_marks(words: Sequence[Word]) -> dict[int, int]:
    """The place of each mark that has a counterpart, with the place of that."""
    paired: dict[int, int] = {}
    waiting: list[int] = []
    for place, word in enumerate(words):
        if word.kind == "space" and word.text.count("\n") > 1:
            waiting = []  # a mark has no hold beyond its paragraph
        if word.kind != "mark" or len(word.text) > 3:
            continue
        before = words[place - 1] if place else Word(" ", kind="space")
        after = words[place + 1] if place + 1 < len(words) else Word(" ", kind="space")
        inside = word.text == "**"  # the only mark that counts within a word
        counterpart = next((one for one in reversed(waiting) if words[one].text == word.text), None)
        closes = before.kind != "space" and (inside or after.kind != "word") and counterpart != place - 1
        if closes and counterpart is not None:
            del waiting[waiting.index(counterpart) :]
            paired[counterpart], paired[place] = place, counterpart
        elif after.kind != "space" and (inside or before.kind != "word"):
            waiting.append(place)
    return paired


# On screen and on paper -------------------------------------------------------------------------------------


def before(pieces: Iterable[Piece]) -> SafeString:
    """The old wording with what was removed marked."""
    return _shown((_removed(piece.old) if piece.kind != Kind.SAME else _html(piece.old)) for piece in pieces)


def after(pieces: Iterable[Piece]) -> SafeString:
    """The new wording with what was added marked."""
    return _shown((_added(piece.new) if piece.kind != Kind.SAME else _html(piece.new)) for piece in pieces)


def both(pieces: Iterable[Piece]) -> SafeString:
    """One text with what was removed and what was added marked, the removed first."""
    parts = []
    for piece in pieces:
        gap = SafeString(HAIR_SPACE if piece.kind == Kind.REPLACED else "")
        same = piece.kind == Kind.SAME
        parts.append(_html(piece.new) if same else _removed(piece.old) + gap + _added(piece.new))
    return _shown(parts)


def _shown(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _removed(words: Sequence[Word]) -> SafeString:
    if not words:
        return SafeString("")
    return format_html(
        '<del><span class="visually-hidden">[{} </span>{}<span class="visually-hidden">]</span></del>',
        _("removed:"),
        _visible(words),
    )


def _added(words: Sequence[Word]) -> SafeString:
    if not words:
        return SafeString("")
    return format_html(
        '<ins><span class="visually-hidden">[{} </span>{}<span class="visually-hidden">]</span></ins>',
        _("added:"),
        _visible(words),
    )


def _visible(words: Sequence[Word]) -> SafeString:
    """A line end that came or went by itself is shown by a sign, as in word processors."""
    if all(word.kind == "space" for word in words) and "\n" in "".join(word.text for word in words):
        return format_html("¶{}", _html(words))
    return _html(words)


def _html(words: Sequence[Word]) -> SafeString:
    shown = []
    for (bold, italic), run in groupby(words, key=lambda word: (word.bold, word.italic)):
        inner = "".join(_word_html(word) for word in run if word.kind != "mark")
        if italic and inner:
            inner = f"<em>{inner}</em>"
        if bold and inner:
            inner = f"<strong>{inner}</strong>"
        shown.append(inner)
    return mark_safe("".join(shown))


def _word_html(word: Word) -> str:
    if word.kind == "whole":
        return to_inline_html(word.text)
    if word.kind == "space" and "\n" in word.text:
        return "<br>" * min(2, word.text.count("\n"))
    return escape(word.text)
