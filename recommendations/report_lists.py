"""One list of recommendations of a report: each with its own paragraphs, and with what was left out of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaltrack.documents.content import Content, Place
from recommendations.pasted import Point, Proposed, recommendations_in
from recommendations.pasted_lines import is_heading, marked, split
from recommendations.report_headings import addressee, folded, plain
from recommendations.report_links import results_in
from recommendations.report_pieces import Piece
from recommendations.report_sections import Section

ANNOUNCEMENT = 80  # characters at most
_STYLED = re.compile(r"(?P<mark>\*{1,3})(?P<words>.+)(?P=mark)", re.DOTALL)
_NOTE = re.compile(r"\[\^([^\s\[\]^]{1,20})\]")


@dataclass(frozen=True, slots=True)
class Found:
    """A recommendation, and its paragraphs as they stand in the report."""

    proposed: Proposed
    place: Place
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of recommendations of the report, with the sentences on what was left out of it."""

    section: Section
    found: tuple[Found, ...]
    inside: str
    remarks: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(len(words_of(one.proposed)) for one in self.found)


def words_of(proposed: Proposed) -> str:
    return folded(f"{proposed.text}\n{re.sub(r'(?m)^ *- ', '', proposed.outline)}")


def listed_in(section: Section, content: Content) -> Listed:
    """The recommendations of a section, each with its own paragraphs and the heading it stands under."""
    body = [piece for piece in section.body if not piece.is_caption]
    captions = [piece.words for piece in section.body if piece.is_caption]
    found: list[Found] = []
    for group in _groups(body):
        headings = _headings(group)
        listed = [piece for piece in group if not _is_group(piece)]
        for proposed, own in _read(listed):
            pieces_of = [listed[at] for at in own]
            one = Found(proposed, pieces_of[0].place, tuple(piece.as_printed for piece in pieces_of))
            found.append(_mended(one, pieces_of, headings.get(id(pieces_of[0]), ""), content))
    remarks = [_("Left out as the caption of a picture: “%(words)s”") % {"words": one} for one in captions]
    found, announced = _without_announcements(found)
    remarks += [_("Left out, as it only announces points: “%(words)s”") % {"words": one} for one in announced]
    return Listed(section, tuple(found), section.inside, tuple(remarks))


def _without_announcements(found: Sequence[Found]) -> tuple[list[Found], list[str]]:
    """Without paragraphs that only lead to the sub-points ("This can be done by:"), and which those were."""
    kept, announced = [], []
    for original in found:
        one = original
        paragraphs = one.proposed.text.split("\n\n")
        last = plain(paragraphs[-1])
        if (
            len(paragraphs) > 1
            and one.proposed.sub_points
            and last.endswith(":")
            and len(last) <= ANNOUNCEMENT
        ):
            announced.append(last)
            one = replace(one, proposed=replace(one.proposed, text="\n\n".join(paragraphs[:-1])))
        kept.append(one)
    return kept, list(dict.fromkeys(announced))


def _is_group(piece: Piece) -> bool:
    """A heading above several recommendations, not the words of one."""
    return is_heading(piece.words) or (bool(piece.heading) and marked(piece.source)[0] is None)


def _groups(body: Sequence[Piece]) -> list[list[Piece]]:
    """A list in one piece, or parted at the headings within it where the numbers begin anew after them."""
    parts: list[list[Piece]] = [[]]
    for piece in body:
        if _is_group(piece):
            parts.append([])
        parts[-1].append(piece)
    anew = [part for part in parts if _first_value(part) == 1]
    return parts if len(anew) > 1 else [list(body)]


def _first_value(part: Sequence[Piece]) -> int | None:
    marks = (marked(piece.source)[0] for piece in part)
    return next((mark.value for mark in marks if mark and mark.kind != "bullet"), None)


def _headings(group: Sequence[Piece]) -> dict[int, str]:
    """The heading each piece (by its identity) stands under, within the section."""
    under: dict[int, str] = {}
    heading = ""
    for piece in group:
        if _is_group(piece):
            heading = piece.words
        else:
            under[id(piece)] = heading
    return under


def _read(listed: Sequence[Piece]) -> Iterator[tuple[Proposed, range]]:
    """The recommendations of some paragraphs, each with the positions of its own."""
    text, began, line, page = [], [], 0, 0
    for position, piece in enumerate(listed):
        between = "\f" if page and piece.place.page > page else "\n"
        page = piece.place.page or page
        part = f"{piece.written}\n{between}"
        began.append((line, position))
        text.append(part)
        line += len(split(part)) - 1
    found = recommendations_in("".join(text))
    if not found:
        return
    starts = [max(position for at, position in began if at <= one.at) for one in found]
    for one, start, end in zip(found, starts, [*starts[1:], len(listed)], strict=True):
        yield one, range(start, max(end, start + 1))


def _mended(one: Found, own: Sequence[Piece], heading: str, content: Content) -> Found:
    """With what its place in the report says: to whom its heading is directed, footnotes, lost indents."""
    proposed = one.proposed
    doubts = proposed.doubts
    if heading:
        who = addressee(heading)
        if who and not proposed.directed_to:
            proposed = replace(proposed, directed_to=who)
            doubts.append(
                _("To whom it is directed is taken from the heading “%(title)s”.") % {"title": heading}
            )
        else:
            doubts.append(_("It stands under the heading “%(title)s”.") % {"title": heading})
    if re.search(r"(?:^|\s)i{1,3}[.)] .*\si?[iv][.)] ", proposed.text):
        doubts.append(_("It counts points within its text; they were left there."))
    doubts.extend(_lost_indents(proposed, own))
    doubts.extend(footnotes(one.source, content.footnotes))
    named = [words for text in (proposed.text, proposed.rationale) for words in results_in(text)]
    if not proposed.based_on and named:
        proposed = replace(proposed, based_on="; ".join(dict.fromkeys(named)))
    return replace(one, proposed=without_notes(proposed))


def _lost_indents(proposed: Proposed, own: Sequence[Piece]) -> Iterator[str]:
    """A list that was announced and ends at once, before a page break or with its only point."""
    points = proposed.sub_points
    for point, following in pairwise(points):
        if not (point.text.rstrip().endswith(":") and following.text):
            continue
        last = point.points[-1] if point.points else point.text
        at = next((at for at, piece in enumerate(own) if plain(last) and plain(last) in piece.words), None)
        broken = at is not None and at + 1 < len(own) and own[at + 1].place.page > own[at].place.page > 0
        if broken or len(point.points) <= 1:
            yield _(
                "The points after “%(words)s” may belong under it: they are not set in as the first is."
            ) % {"words": Truncator(plain(point.text)).chars(120)}


def footnotes(source: Sequence[str], notes: dict[str, str]) -> Iterator[str]:
    for mark in dict.fromkeys(mark for text in source for mark in _NOTE.findall(text)):
        if notes.get(mark):
            yield _("It has a footnote, which was left out: “%(words)s”") % {"words": plain(notes[mark])}


def without_marks(text: str) -> str:
    """Without the marks of footnotes."""
    return _NOTE.sub("", text)


def without_notes(proposed: Proposed) -> Proposed:
    return replace(
        proposed,
        text=_unstyled(without_marks(proposed.text)),
        rationale=without_marks(proposed.rationale),
        sub_points=tuple(
            Point(without_marks(point.text), tuple(without_marks(inner) for inner in point.points))
            for point in proposed.sub_points
        ),
    )


def _unstyled(text: str) -> str:
    """Without emphasis that goes from its first to its last word: that is how the report sets such texts."""
    whole = _STYLED.fullmatch(text)
    return whole["words"] if whole and whole["mark"] not in whole["words"] else text
