"""Bold and italic runs of a paragraph, to and from the small Markdown of ``evaltrack.text``."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Run:
    """Letters in one style; ``atom`` is Markdown already, a link or a footnote mark, and never cut."""

    text: str
    bold: bool = False
    italic: bool = False
    atom: bool = False


_EMPHASIS = re.compile(r"(?<![\w\\*])(\*{1,3})(?=[^\s*])(.+?)(?<=[^\s*\\])\1(?![\w*])", re.DOTALL)
_ESCAPED = re.compile(r"\\([*_\[\]])")
# A link or a footnote mark, which holds no emphasis of ours.
_ATOM = re.compile(r"\[\^[^\s\[\]^]{1,20}\]|\[[^\[\]\n]*\]\((?:https?://|mailto:)[^\s()]*\)")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_TYPED = re.compile(r"([*_])")  # told from the marks we write by a NUL, until the whole is known
_OPENING = re.compile(r"(?<![\w\\])([*_]+)(?=\S)")
_CLOSING = re.compile(r"(?<=\S)[*_]+(?!\w)")


def plain(runs: Iterable[Run]) -> str:
    """The letters alone; an atom counts with all of its own."""
    return "".join(run.text for run in runs)


def from_markdown(text: str) -> list[Run]:
    """The runs of a paragraph; what was escaped is plain again."""
    return _read(text, bold=False, italic=False)


def to_markdown(runs: Sequence[Run]) -> str:
    """The paragraph as Markdown. Emphasis of all of it is house style and left out; so is that of a part of
    a word, which the small Markdown has no way to say.
    """
    said = [run for run in runs if not run.atom and any(map(str.isalnum, run.text))]
    bold, italic = all(run.bold for run in said), all(run.italic for run in said)
    if bold or italic:
        runs = [replace(run, bold=run.bold and not bold, italic=run.italic and not italic) for run in runs]
    if any(run.bold or run.italic for run in runs):
        runs = _whole_words(_by_words(runs))
    marked = _marked(runs)
    if plain(from_markdown(marked)) == plain(runs):
        return marked
    # Stars that were typed beside ours would be read as one with them: letters go before looks.
    bare = _marked([replace(run, bold=False, italic=False) for run in runs])
    return bare if plain(from_markdown(bare)) == plain(runs) else plain(runs)


def _marked(runs: Iterable[Run]) -> str:
    out = []
    for (bold, italic), group in groupby(runs, key=lambda run: (run.bold, run.italic)):
        words = "".join(run.text if run.atom else _TYPED.sub("\0\\1", run.text) for run in group)
        out.append(_wrapped(words, "*" * (2 * bold + italic)))
    return _with_literals("".join(out))


def cut(runs: Sequence[Run], start: int, end: int | None = None) -> list[Run]:
    """The runs of the letters from ``start`` to ``end``; an atom goes whole or not at all."""
    found, at = [], 0
    stop = len(plain(runs)) if end is None else end
    for run in runs:
        first, last = max(start - at, 0), min(stop - at, len(run.text))
        at += len(run.text)
        if first >= last:
            continue
        if not run.atom:
            found.append(replace(run, text=run.text[first:last]))
        elif first == 0:
            found.append(run)
    return found


def _read(text: str, *, bold: bool, italic: bool) -> list[Run]:
    runs, start = [], 0
    for found in _EMPHASIS.finditer(text):
        runs += _plain_runs(text[start : found.start()], bold, italic)
        strength = len(found[1])
        runs += _read(found[2], bold=bold or strength >= 2, italic=italic or strength % 2 == 1)
        start = found.end()
    return runs + _plain_runs(text[start:], bold, italic)


def _plain_runs(text: str, bold: bool, italic: bool) -> list[Run]:
    runs, start = [], 0
    for found in _ATOM.finditer(text):
        runs.append(Run(_ESCAPED.sub(r"\1", text[start : found.start()]), bold, italic))
        runs.append(Run(found[0], bold, italic, atom=True))
        start = found.end()
    runs.append(Run(_ESCAPED.sub(r"\1", text[start:]), bold, italic))
    return [run for run in runs if run.text]


def _by_words(runs: Iterable[Run]) -> list[Run]:
    """Runs of a word, a blank or a mark each; blanks in the style of what is around them."""
    words = []
    for run in runs:
        bold, italic = (False, False) if _is_note(run) else (run.bold, run.italic)
        if run.atom:
            words.append(Run(run.text, bold, italic, atom=True))
        else:
            words += [Run(word, bold, italic) for word in _WORD.findall(run.text)]
    out: list[Run] = []
    for at, word in enumerate(words):
        if word.text.isspace() and out:
            following = next((one for one in words[at + 1 : at + 9] if not one.text.isspace()), None)
            out.append(_blank(word, out[-1], following))
        else:
            out.append(word)
    return out


def _is_note(run: Run) -> bool:
    return run.atom and run.text.startswith("[^")


def _blank(blank: Run, before: Run, following: Run | None) -> Run:
    if following is None:
        return replace(blank, bold=False, italic=False)
    return replace(blank, bold=before.bold and following.bold, italic=before.italic and following.italic)


def _whole_words(letters: list[Run]) -> list[Run]:
    """A word that is emphasised in part is not emphasised."""
    out: list[Run] = []
    for is_word, group in groupby(letters, key=lambda run: not run.atom and _in_word(run.text)):
        word = list(group)
        if is_word:
            bold, italic = all(one.bold for one in word), all(one.italic for one in word)
            word = [replace(one, bold=bold, italic=italic) for one in word]
        out += word
    return out


def _in_word(letter: str) -> bool:
    return letter[0].isalnum() or letter[0] == "_"


def _wrapped(words: str, mark: str) -> str:
    """Marks stand close to the words, and outside of punctuation at their ends."""
    found = re.match(r"([\s\W]*?)((?:[\w“\"(\[‘'\0].*)?[\w)\]”\"’'\0])?([\s\W]*)$", words, re.DOTALL)
    if not mark or not found or not found[2]:
        return words
    return f"{found[1]}{mark}{found[2]}{mark}{found[3]}"


def _with_literals(text: str) -> str:
    """What was typed is escaped only where it would be read as emphasis."""
    if "\0" not in text:
        return text
    bare = text.replace("\0", "")
    emphatic = "*" in re.sub("\0.", "", text) or (_OPENING.search(bare) and _CLOSING.search(bare))
    return re.sub("\0(.)", r"\\\1" if emphatic else r"\1", text)
