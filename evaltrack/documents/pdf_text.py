"""The text of a PDF's lines: ends of lines made whole, marks of notes, bold and italic as small Markdown."""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field

from evaltrack.documents import emphasis
from evaltrack.documents.pdf_lines import Line, Run, words

_NOTED = re.compile(r"(\[\^[^\s\[\]^]{1,20}\])")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLURAL = re.compile(r"\(?(?:s|x|e|es|en|ies|a)\)")  # of "unit(s)", which some programs tear apart


@dataclass(slots=True)
class Setting:
    """What is known of the whole file: its words, the marks of its notes, the size of its text."""

    vocabulary: dict[str, int] = field(default_factory=dict)
    marks: Container[str] = ()
    size: float = 0.0
    heading_sizes: tuple[float, ...] = ()
    starts: Callable[[str, int], bool] | None = None  # see ``pdf_content.read``


def vocabulary(lines: Iterable[Line]) -> dict[str, int]:
    """How often words and words with hyphens occur, within lines: at their ends they may be cut.

    A line's first word with a capital is whole.
    """
    counts: dict[str, int] = {}
    for line in lines:
        tokens = re.findall(r"[\w’']+(?:-[\w’']+)*", line.text)
        begin = 0 if tokens and tokens[0].istitle() else 1
        for token in map(str.casefold, tokens[begin:-1] if len(tokens) > 2 else ()):
            counts[token] = counts.get(token, 0) + 1
    return counts


def joined(lines: list[Line], setting: Setting) -> list[Run]:
    """The runs of all lines, with what the ends of lines cut made whole, and marks of notes as ``[^1]``."""
    runs: list[Run] = []
    for index, line in enumerate(lines):
        new = [
            Run(_noted(run, at, setting), run.bold, run.italic, run.grey, run.raised, run.link)
            for at, run in enumerate(line.runs)
        ]
        if index and runs and new:
            _tie(runs[-1], new[0], lines[index - 1], line, setting)
        for run in new:
            if runs and runs[-1].looks_as(run):
                runs[-1].text += run.text
            else:
                runs.append(run)
    return runs


def _noted(run: Run, index: int, setting: Setting) -> str:
    mark = run.text.strip()
    if not run.raised or not mark:
        return run.text
    if mark not in setting.marks or not index:
        return run.text.translate(_RAISED)
    return run.text.replace(mark, f"[^{mark}]")


def _tie(last: Run, first: Run, before: Line, line: Line, setting: Setting) -> None:
    """Puts a space between two lines, or none where a word was cut."""
    end, start = before.text.rstrip(), line.text.lstrip()
    first.text = first.text.lstrip()
    if end.endswith("\xad"):
        last.text = last.text.rstrip().rstrip("\xad")
        return
    if re.search(r"\w[-\u2010]$", end) and re.match(r"\w", start):
        last.text = last.text.rstrip()
        if not _has_own_hyphen(end, start, setting):
            last.text = last.text[:-1]
        return
    if re.match(r"[.,)\]]", start) and re.search(r"\w$", end):
        last.text = last.text.rstrip()
        return
    if _PLURAL.match(start) and re.search(r"[^\W\d_]\(?$", end):
        last.text = last.text.rstrip()
        return
    if re.search(r"\w/$", end) and not before.text.endswith(" "):
        return
    if _is_torn(before, line, setting):
        last.text = last.text.rstrip()
        return
    if not last.text.endswith(" "):
        last.text += " "


def _has_own_hyphen(end: str, start: str, setting: Setting) -> bool:
    """Whether the hyphen at a line's end is part of the word: so unless the file has the word without it."""
    left = (re.findall(r"[\w’']+(?:-[\w’']+)*", end[:-1].casefold()) or [""])[-1]
    right = (re.findall(r"[\w’']+", start.casefold()) or [""])[0]
    if not start[:1].islower():
        return True
    without, within = setting.vocabulary.get(left + right, 0), setting.vocabulary.get(f"{left}-{right}", 0)
    return within >= without


def _is_torn(before: Line, line: Line, setting: Setting) -> bool:
    """Whether a word longer than the column was torn in two, without a hyphen."""
    parts = before.text.split()
    if before.text.endswith(" ") or len(parts) != 1 or not parts[0][-1:].isalpha():
        return False
    start = (re.findall(r"[\w’']+", line.text.casefold()) or [""])[0]
    last = re.findall(r"[\w’']+", parts[0])[-1]
    if not (line.text[:1].islower() or (len(last) > 1 and last.isupper() and line.text[:2].isupper())):
        return False
    word, known = last.casefold(), setting.vocabulary
    if word not in known and (word + start in known or start == "es"):
        return True
    is_full = before.right - before.x1 < 0.9 * before.size
    whole = before.text + line.text
    if is_full and setting.starts and setting.starts(whole, len(whole) if before.runs[-1].bold else 0):
        return True
    is_rest = len(start) in (2, 3) and line.text[:1].islower() and not {word, start} & known.keys()
    return is_full and (word + start in known or is_rest or (len(start) == 1 and start not in "aàeioóuy"))


def without_marker(runs: list[Run], line: Line, marker: str) -> list[Run]:
    """The runs after what is printed before the item."""
    printed = next(words(line.glyphs), (0.0, 0.0, marker))[2]
    first = line.printed[0]
    length = len(printed) if printed == marker else len(first.text)
    left: list[Run] = []
    for run in runs:
        text = run.text
        while length and text:
            if not text[0].isspace():
                length -= 1
            text = text[1:]
        if text.strip() or left:
            left.append(
                Run(text if left else text.lstrip(), run.bold, run.italic, run.grey, run.raised, run.link)
            )
    return left


def marked_up(runs: list[Run]) -> str:
    said = [
        emphasis.Run(text, run.bold, run.italic, atom)
        for run in runs
        for text, atom in ([(_linked(run), True)] if run.link else _cut_out(run.text))
    ]
    return re.sub(r"[ \t]{2,}", " ", emphasis.to_markdown(said)).strip()


def evened(runs: list[Run]) -> list[Run]:
    """Dashes and spaces between two runs look as those do: programs take them out of other fonts."""
    evened = list(runs)
    for index in range(1, len(evened) - 1):
        before, run, after = evened[index - 1 : index + 2]
        if not any(map(str.isalnum, run.text)) and not run.link and before.bold == after.bold:
            evened[index] = Run(run.text, before.bold, before.italic and after.italic, run.grey, run.raised)
    return evened


def _cut_out(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: what is a mark of a note already, and what is not."""
    for index, part in enumerate(_NOTED.split(text)):
        if part:
            yield part, index % 2 == 1


def _linked(run: Run) -> str:
    text = run.text.strip()
    if not run.link or not text:
        return run.text
    if text.rstrip("/") == run.link.rstrip("/") or text.startswith(("http://", "https://", "www.")):
        return run.text
    if f"mailto:{text}" == run.link:
        return run.text
    return run.text.replace(text, f"[{text}]({run.link})")
