"""Paragraphs and list items out of the lines of a PDF.

A PDF has no paragraphs. A line goes on in the next one where the structure of a tagged file says so, or else
where the next word would not have fitted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from evaltrack.documents.content import Paragraph, Place
from evaltrack.documents.pdf_lines import Line, Run, words
from evaltrack.documents.pdf_text import Setting, evened, joined, marked_up, without_marker

_BULLETS = frozenset("•◦▪■●○‣⁃∙·➢➤✓✔□◆❖\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0e0\uf02d\uf06f")
_DASHES = frozenset("-–—*")
_NUMBER = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,5}|[A-Z])[.)]|(?:\d{1,2}\.){2,4}\d{0,2}|[①-⑳]")
_LED = re.compile(r"[^\W\d_a-zà-ÿ][^:.]{3,120}:(?:\s|$)")  # "Date of publication: "
_ENDS_SENTENCE = re.compile(r"[.!?:;…)\]»”\"][\s\d]*$")
_ENDS_PART = re.compile(r"[.!?:;…][)\]»”\"]*$")

WIDE_PITCH = 1.32  # of the usual distance of lines: more parts paragraphs
INDENT_STEP = 7.0  # points by which list items of one level may differ


@dataclass(slots=True)
class Draft:
    """The lines of a paragraph; ``text_x`` is where its text hangs, from the left edge."""

    lines: list[Line]
    marker: str = ""
    marker_x: float = 0.0
    text_x: float = 0.0


def paragraphs(lines: list[Line], setting: Setting, place: Place) -> list[Paragraph]:
    """The paragraphs of a cell or column, whose lines may come from several pages."""
    drafts = list(_drafts(lines, setting))
    levels = _levels(drafts)
    found: list[Paragraph] = []
    for draft, level in zip(drafts, levels, strict=True):
        found += _finished(draft, level, setting, place)
    return found


def goes_on(before: Line, line: Line, setting: Setting, hangs_at: float | None = None) -> bool:
    """Whether ``line`` continues the paragraph of ``before``.

    ``hangs_at`` is where the text of a list item hangs, from the left edge.
    """
    first, second = before.last_element, line.first_element
    if first and second and first.paragraph and second.paragraph:
        return first.paragraph == second.paragraph
    if marker(line) and not _may_wrap(before, line, hangs_at, setting):
        return False
    if _starts_anew(before, line, setting):
        return False
    if _is_after_label(before, line):
        return False
    if _begins_with_label(line) and not before.runs[-1].bold and _ENDS_SENTENCE.search(before.text.rstrip()):
        return False
    return not would_have_fitted(before, line, setting)


def _starts_anew(before: Line, line: Line, setting: Setting) -> bool:
    """Whether a line begins with words that are known to begin something, set off from those before it."""
    if not setting.starts:
        return False
    if not begins_bold(line):
        return bool(_LED.match(line.text.strip())) and setting.starts(line.text.strip(), 0)
    if before.runs[-1].bold and not _ENDS_SENTENCE.search(before.text.rstrip()):
        return False
    return setting.starts(line.text.strip(), bold_length(line))


def begins_bold(line: Line) -> bool:
    first = next((run for run in line.runs if run.text.strip()), None)
    return first is not None and first.bold


def bold_length(line: Line) -> int:
    """How many letters at the beginning of a line are bold."""
    length = 0
    for run in line.runs:
        if run.text.strip() and not run.bold:
            break
        length += len(run.text)
    return length


def _is_after_label(before: Line, line: Line) -> bool:
    """Whether the one is a bold label, to its end, and the other what it labels."""
    label = before.text.rstrip()
    bold = all(run.bold for run in before.runs if run.text.strip())
    other = not any(run.bold for run in line.runs) and not line.text.lstrip().startswith("(")
    return bold and other and label.endswith((":", ")"))


def _begins_with_label(line: Line) -> bool:
    """Whether a line begins with bold words and a colon, and goes on in another way."""
    text = ""
    for run in line.runs:
        if run.text.strip() and not run.bold:
            return text.rstrip().endswith(":") or (bool(text.strip()) and run.text.lstrip().startswith(":"))
        text += run.text
    return text.rstrip().endswith(":")


def would_have_fitted(before: Line, line: Line, setting: Setting) -> bool:
    """Whether there was room for the first word of ``line`` at the end of ``before``."""
    room = before.right - before.left - max(0.0, before.x0 - before.left) - (before.x1 - before.x0)
    last = before.glyphs[-1]
    space = last.x1 - last.x0 if last.text.isspace() else 0.27 * before.size
    return room > line.first_word_width + space + 1.0


def is_cut(before: Line, line: Line, setting: Setting) -> int:
    """How much speaks for a text going on from one page's last line to the next one's first."""
    first, second = before.last_element, line.first_element
    if first and second and first.paragraph and second.paragraph:
        return 4 if first.paragraph == second.paragraph else -1
    ends, begins = before.text.rstrip(), line.text.lstrip()
    score = 0
    if marker(line):
        return 0
    if begins[:1].islower() or begins[:1] in ",;)":
        score += 2
    if ends.endswith(("-", ",", "/", "(")) or not _ENDS_SENTENCE.search(ends):
        score += 1
    elif begins[:1].isupper():
        score -= 1
    if would_have_fitted(before, line, setting):
        score -= 3
    return score


def marker(line: Line) -> str:
    """What is printed before a list item that begins with this line."""
    found = _marker(line)
    return found[0] if found else ""


def _marker(line: Line) -> tuple[str, float, float] | None:
    """The marker, where it stands and where the text after it begins."""
    parts = list(words(line.glyphs))
    first = line.printed[0]
    if first.element and first.element.kind == "Lbl" and len(parts) > 1:
        return parts[0][2], parts[0][0], parts[1][0]
    if (first.text in _BULLETS or first.pictogram) and len(line.printed) > 1:
        return "•" if first.pictogram else first.text, first.x0, line.printed[1].x0
    if len(parts) < 2:
        return None
    (x0, x1, word), (after, _x, _word) = parts[0], parts[1]
    gap = (after - x1) / line.size
    if word in _BULLETS or (word == "o" and gap > 0.45) or (word in _DASHES and gap > 0.15):
        return word, x0, after
    if _NUMBER.fullmatch(word) and gap > 0.15:
        return word, x0, after
    return None


def _may_wrap(before: Line, line: Line, hangs_at: float | None, setting: Setting) -> bool:
    """Whether what looks like a marker may be words of a line that goes on: a dash, "A." or "2."."""
    found = _marker(line)
    if found is None or found[0] in _BULLETS or found[0] == "o" or line.printed[0].pictogram:
        return False
    if hangs_at is not None:
        return abs(line.x0 - line.left - hangs_at) < 2.0
    if _marker(before) or abs(line.x0 - before.x0) > 2.0:
        return False
    return not (would_have_fitted(before, line, setting) or _ENDS_PART.search(before.text.rstrip()))


def _drafts(lines: list[Line], setting: Setting) -> Iterator[Draft]:
    pitches = [line.top - before.top for before, line in pairwise(lines) if line.page == before.page]
    usual = _usual_pitch(lines, pitches)
    draft: Draft | None = None
    for line in lines:
        before = draft.lines[-1] if draft else None
        if draft and before and _belongs(draft, before, line, usual, setting):
            draft.lines.append(line)
            continue
        if draft:
            yield draft
        found = _marker(line) if not _is_heading(line, setting) else None
        left = line.left
        draft = (
            Draft([line], found[0], found[1] - left, found[2] - left)
            if found
            else Draft([line], "", line.x0 - left, line.x0 - left)
        )
    if draft:
        yield draft


def _belongs(draft: Draft, before: Line, line: Line, usual: float, setting: Setting) -> bool:
    if before.page == line.page:
        pitch = line.top - before.top
        size = max(before.size, line.size)
        if pitch > max(WIDE_PITCH * usual * max(1.0, size / (setting.size or size)), 1.05 * size):
            return False
    if abs(before.size - line.size) > 0.15 * max(before.size, line.size):
        return False
    if not goes_on(before, line, setting, draft.text_x if draft.marker else None):
        return False
    last, new = before.last_element, line.first_element
    tagged = last and new and last.paragraph and last.paragraph == new.paragraph
    if draft.marker and not tagged:
        if marker(line) and abs(line.x0 - line.left - draft.text_x) > 2.0:
            return False
        hangs = line.x0 - line.left > draft.marker_x + 2.0 or draft.text_x - draft.marker_x < 2.0
        return hangs or _is_typed(draft, line)
    return True


def _is_typed(draft: Draft, line: Line) -> bool:
    """Whether the marker was typed into the text, so that its lines go on below the marker, as ``line``."""
    below = [one for one in (*draft.lines[1:], line) if abs(one.x0 - one.left - draft.marker_x) > 2.0]
    wraps = len(draft.lines) > 1 or not _ENDS_PART.search(draft.lines[-1].text.rstrip())
    return wraps and not below


def _usual_pitch(lines: list[Line], pitches: list[float]) -> float:
    """The distance of lines within paragraphs: the least that occurs more than by accident."""
    size = median(line.size for line in lines) if lines else 10.0
    close = sorted(pitch for pitch in pitches if 0.8 * size < pitch < 2.2 * size)
    return close[len(close) // 4] if close else 1.25 * size


def _levels(drafts: list[Draft]) -> list[int | None]:
    """How deep each list item stands, by its indent; a paragraph of text ends the list above it."""
    levels: list[int | None] = []
    open_: list[float] = []
    for draft in drafts:
        if not draft.marker:
            if open_ and draft.marker_x < open_[0] + INDENT_STEP:
                open_ = []
            levels.append(None)
            continue
        while open_ and draft.marker_x < open_[-1] - INDENT_STEP:
            open_.pop()
        if not open_ or draft.marker_x > open_[-1] + INDENT_STEP:
            open_.append(draft.marker_x)
        levels.append(len(open_) - 1)
    return levels


def _is_heading(line: Line, setting: Setting) -> bool:
    return bool(setting.size) and line.size > 1.12 * setting.size


def _heading(draft: Draft, setting: Setting) -> int:
    kind = element.kind if (element := draft.lines[0].last_element) else ""
    if re.fullmatch(r"H[1-6]", kind):
        return int(kind[1])
    size = draft.lines[0].size
    if len(draft.lines) <= 4 and _is_heading(draft.lines[0], setting):
        larger = [one for one in setting.heading_sizes if one > size + 0.3]
        return min(len(larger) + 1, 6)
    return 0


# Text with its looks --------------------------------------------------------------------------------------


def _finished(draft: Draft, level: int | None, setting: Setting, place: Place) -> list[Paragraph]:
    runs = joined(draft.lines, setting)
    if draft.marker:
        runs = without_marker(runs, draft.lines[0], draft.marker)
    if not any(run.text.strip() for run in runs):
        return []
    heading = _heading(draft, setting) if not draft.marker else 0
    shown = Place(page=draft.lines[0].page, table=place.table, row=place.row, column=place.column)
    return [_paragraph(runs, shown, heading, level, draft.marker)]


def _paragraph(runs: list[Run], place: Place, heading: int, level: int | None, marker: str) -> Paragraph:
    runs = evened(runs)
    values = _after_label(runs)
    return Paragraph(
        marked_up(runs),
        place,
        heading=heading,
        level=level,
        marker=marker,
        bold=_all(runs, "bold"),
        italic=_all(values, "italic"),
        grey=_all(values, "grey"),
    )


def _after_label(runs: list[Run]) -> list[Run]:
    """What follows a bold beginning; all of it where nothing does."""
    at = 0
    while at < len(runs) and (runs[at].bold or not runs[at].text.strip()):
        at += 1
    rest = [run for run in runs[at:] if run.text.strip()]
    return rest or runs


def _all(runs: list[Run], look: str) -> bool:
    said = [run for run in runs if any(map(str.isalnum, run.text)) and not run.raised]
    return bool(said) and all(getattr(run, look) for run in said)
