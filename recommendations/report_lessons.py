"""Lessons learned and good practices as a report lists them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from evaltrack.documents.content import Place
from recommendations.pasted_lines import Marker, ends_sentence, marked
from recommendations.report_headings import Part, folded
from recommendations.report_links import results_in
from recommendations.report_pieces import Piece
from recommendations.report_sections import Section

_LABEL = re.compile(
    r"[*_]{0,3}(?P<label>LL ?-? ?\d{0,2}|GP ?-? ?\d{0,2}|BP ?-? ?\d{0,2}"
    r"|(?:key )?(?:lessons?(?: learn(?:ed|t))?|leçons?(?: apprise)?|enseignement|lecci[oó]n(?: aprendida)?"
    r"|(?:good|best|promising) practices?|(?:bonne|meilleure) pratique|buena pr[aá]ctica|mejor pr[aá]ctica)"
    r"(?: n[°º])? ?#?\d{1,2})"
    r"[*_]{0,3}(?: ?[:.)–—-]+[*_]{0,3}(?= |$)| (?=[^\W\d_]))[*_]{0,3}[ \xa0]*",
    re.IGNORECASE,
)
_PRACTICE = re.compile(r"GP|BP|.*pra[ck]ti|.*pratique|.*practica", re.IGNORECASE)
_BOLD_TITLE = re.compile(
    r"(?P<marks>\*{2,3})(?P<title>[^*]{3,250}?)[:.]?(?P=marks) ?[:.–—-]? ?(?P<rest>.*)", re.DOTALL
)
_TRAILING = re.compile(r"\s*[*_]{0,2}[(\[][^()\[\]]{3,120}[)\]][*_]{0,2}\.?$")


@dataclass(slots=True)
class Learned:
    """A lesson or a good practice as it was read; ``source`` are its paragraphs as they stand,
    and ``under`` is the heading they stand under.
    """

    is_practice: bool
    place: Place
    label: str = ""
    title: str = ""
    text: str = ""
    based_on: str = ""
    under: str = ""
    source: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def learned_in(section: Section) -> tuple[list[Learned], list[str]]:
    """The lessons and practices of a section, in order, and sentences on what of it is in none of them."""
    found: list[Learned] = []
    before: list[str] = []
    body = [piece for piece in section.body if not piece.is_caption]
    captions = [piece.words for piece in section.body if piece.is_caption]
    first = _first(body)
    for piece in body:
        label, mark, words = _begin(piece)
        if label or _begins(piece, mark, first):
            found.append(_begun(piece, label or (mark.number if mark else ""), words, section))
        elif found:
            _go_on(found[-1], piece, titled=first is None)
        else:
            before.append(piece.words)
    remarks = [_("Left out as the caption of a picture: “%(words)s”") % {"words": one} for one in captions]
    if before and found:
        remarks.append(
            _("Before the first entry of “%(title)s” stands, and is left out: “%(words)s”")
            % {"title": section.title, "words": " ".join(before)}
        )
    return [_finished(one) for one in found], remarks


def _begin(piece: Piece) -> tuple[str, Marker | None, str]:
    """The label an entry begins with or its mark, and the words after it."""
    words = piece.source
    mark, rest = marked(words)
    label = _LABEL.match(rest if mark and mark.kind == "bullet" else words)
    if label:
        source = rest if mark and mark.kind == "bullet" else words
        return label["label"].strip(), mark, _closed(source, source[label.end() :].strip())
    return "", mark, rest if mark else words


def _closed(words: str, rest: str) -> str:
    """With an emphasis that begins before the label begun again after it."""
    opened = re.match(r"[*_]{1,3}", words)
    return opened[0] + rest if opened and rest.count(opened[0]) % 2 else rest


def _first(body: Sequence[Piece]) -> Marker | None:
    """The outermost mark of the list; none where entries have neither marks nor labels."""
    for piece in body:
        label, mark, _words = _begin(piece)
        if label:
            return mark or Marker("label")
        if mark and (mark.kind == "bullet" or mark.value in (0, 1)):
            return mark
    return None


def _begins(piece: Piece, mark: Marker | None, first: Marker | None) -> bool:
    if first is None:  # each heading or, where there is none, each long paragraph
        return bool(piece.heading) or _BOLD_TITLE.match(piece.source) is not None
    return bool(mark and (mark.kind, mark.shape) == (first.kind, first.shape) and not piece.level)


def _begun(piece: Piece, label: str, words: str, section: Section) -> Learned:
    both = {Part.LESSONS, Part.PRACTICES} <= section.parts
    is_practice = bool(_PRACTICE.match(folded(label))) if both else Part.PRACTICES in section.parts
    entry = Learned(is_practice, piece.place, label=label, under=section.title, source=[piece.as_printed])
    if both and not label.strip("0123456789"):
        entry.doubts.append(
            _("Look whether it is a lesson or a good practice: the report lists them together.")
        )
    titled = _BOLD_TITLE.fullmatch(words)
    if piece.heading:
        entry.title = words.strip(" *_:.")
    elif titled:
        entry.title, entry.text = titled["title"].strip(" :."), titled["rest"].strip()
        if not entry.text:
            entry.title, entry.text = (entry.title, "") if len(entry.title) < 200 else ("", words)
    else:
        entry.text = words
    return entry


def _go_on(entry: Learned, piece: Piece, *, titled: bool) -> None:
    entry.source.append(piece.as_printed)
    if entry.text and not ends_sentence(entry.text) and piece.words[:1].islower():  # broken off by a page
        entry.text = f"{entry.text} {piece.source}"
        return
    has_text = bool(entry.text)
    written = piece.written if piece.level is not None else piece.source
    entry.text = f"{entry.text}\n{'' if piece.level is not None else chr(10)}{written}".strip()
    if has_text and not titled and piece.level is None and not results_in(piece.source):
        entry.doubts.append(_("“%(words)s” stands apart; it was put into the text.") % {"words": piece.words})


def _finished(entry: Learned) -> Learned:
    """With what it rests on taken out of its end, and the title alone as its text where there is no other."""
    found = _TRAILING.search(entry.text)
    if found and results_in(found[0]):
        entry.based_on = found[0].strip(" *_.()[]")
        entry.text = entry.text[: found.start()].rstrip()
        if found[0].endswith(".") and not ends_sentence(entry.text):
            entry.text += "."
    if not entry.text:
        entry.title, entry.text = "", entry.title
    return entry
