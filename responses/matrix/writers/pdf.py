"""The official document: a matrix as PDF in the layout of its rule profile.

It is put together from parts of some pages each, so that after a change only the part with the change is set
anew, and from what stands at the edge of every page, which says the day and the edition.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from json import dumps, loads
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from evaltrack.documents import pdf
from evaltrack.documents.assembly import About, Attachment, Load, Section, assemble
from evaltrack.text import to_plain
from recommendations.profiles import Profile
from responses.matrix.document import Matrix
from responses.matrix.edition import Edition
from responses.matrix.writers import json
from responses.matrix.writers.options import ALL, Options
from responses.matrix.writers.printed import Paper
from responses.matrix.writers.running import draft_line, edition_named, running

ATTACHED_AS = "matrix.json"
HANDOUT = "EvalTrackHandout"  # the property that a file is known by when it comes back
STYLESHEET = "evaltrack/matrix-print.css"
# In key actions, and a recommendation counts for one more. A matrix up to WHOLE is one part; of a longer one,
# each part begins on a new page.
WHOLE = 80
PART = 30
_BREAK = "<!-- part -->"

Keep = Callable[[str, Callable[[], bytes]], Load]  # the part of that key, to be made where it is not kept


def not_kept(key: str, make: Callable[[], bytes]) -> Load:
    made = make()
    return lambda: made


def write(
    matrix: Matrix,
    profile: Profile,
    *,
    language: str = "en",
    printed_on: date | None = None,
    edition: Edition | None = None,
    handout: str = "",
) -> bytes:
    """The matrix as tagged PDF (PDF/A-3a and PDF/UA-1), with its JSON inside as ``matrix.json``.

    ``language`` is that of the form's words; the matrix says in which language its texts are. ``printed_on``
    is printed at the foot, and ``edition`` there and at the end; ``handout`` is hidden in it. The same
    arguments give the same bytes. Raises :class:`evaltrack.documents.pdf.PdfUnavailableError`.
    """
    return write_sheet(Sheet(matrix, profile, language, printed_on, edition), handout=handout)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be printed, and how."""

    matrix: Matrix
    profile: Profile
    language: str
    printed_on: date | None = None
    edition: Edition | None = None
    options: Options = ALL


def write_sheet(sheet: Sheet, *, handout: str = "", keep: Keep = not_kept, look: str = "") -> bytes:
    """The same; for ``keep`` and ``look`` see :func:`section`."""
    matrix, profile, language = sheet.matrix, sheet.profile, sheet.language
    said = profile.label("running_line", language) + profile.label("colon", language)
    created = datetime.combine(sheet.printed_on, time(), UTC) if sheet.printed_on else None
    more = {HANDOUT: handout} if handout else {}
    about = About(f"{said} {to_plain(matrix.evaluation.title)}", matrix.language, created, more)
    out = BytesIO()
    assemble([section(sheet, keep=keep, look=look)], out, about)
    return out.getvalue()


def section(
    sheet: Sheet,
    *,
    keep: Keep = not_kept,
    look: str = "",
    title: str = "",
    key: str = "",
    attached_as: str = ATTACHED_AS,
) -> Section:
    """Its pages, for a document of one matrix or of many.

    ``look`` says which version of the templates and words it is made with; with it, what is to be set is kept
    as well, so that a matrix that did not change costs next to nothing.
    """

    def plan() -> bytes:
        return dumps(_plan(sheet)).encode()

    planned = loads(keep(pdf.key("plan", look, repr(sheet)), plan)()) if look else _plan(sheet)
    words = (planned["before"], planned["between"], planned["after"])
    setter = Setter(sheet.matrix.language, keep)
    return Section(
        parts=[setter.part(one) for one in planned["body"].split(_BREAK)],
        head=setter.edges(planned["edges"]),
        numerals=setter.numerals(words),
        words=words,
        title=title,
        key=key,
        attachments=[Attachment(attached_as, planned["data"].encode(), planned["description"])],
    )


def _plan(sheet: Sheet) -> dict[str, str]:
    """The texts that are set."""
    matrix, edition = sheet.matrix, None if sheet.options.blank else sheet.edition
    paper = Paper(matrix, sheet.profile, sheet.language, edition.round if edition else None)
    with translation.override(sheet.language):
        body = render_to_string(
            f"matrix/pdf/{sheet.profile.layout}.html",
            {
                "paper": paper,
                "edition": edition,
                "draft": draft_line(edition) if edition and edition.is_draft else "",
                "breaks": set(breaks(matrix)),
                "options": sheet.options,
            },
        )
        edge = running(paper, sheet.printed_on, edition_named(edition, paper) if edition else "")
        return {
            "body": body,
            "edges": render_to_string("matrix/pdf/_edges.html", {"running": edge}),
            "data": json.write(matrix).decode(),
            "description": _("The matrix as data, to be imported again"),
            **{name: edge[name] for name in ("before", "between", "after")},
        }


def breaks(matrix: Matrix) -> Iterator[int]:
    """The recommendations (from 1) that begin a part. Where they are does not depend on any text."""
    sizes = [1 + len(one.actions) for one in matrix.recommendations]
    if sum(sizes) <= WHOLE:
        return
    begun = 0
    for place, size in enumerate(sizes, 1):
        if begun and begun + size > PART:
            yield place
            begun = 0
        begun += size


@dataclass(frozen=True, slots=True)
class Setter:
    """Sets parts in a language, unless they are kept."""

    language: str
    keep: Keep = not_kept

    def part(self, html: str) -> Load:
        css = stylesheet()
        key = pdf.key("part", html, self.language, css)
        return self.keep(key, lambda: pdf.part(html, language=self.language, stylesheet=css))

    def edges(self, html: str) -> Load:
        css = stylesheet()
        key = pdf.key("edges", html, self.language, css)
        return self.keep(key, lambda: pdf.edges(html, language=self.language, stylesheet=css))

    def numerals(self, words: tuple[str, str, str]) -> Load:
        css = stylesheet()
        key = pdf.key("numerals", *words, self.language, css)
        return self.keep(key, lambda: pdf.numerals(words, language=self.language, stylesheet=css))


@cache
def stylesheet() -> str:
    return Path(str(finders.find(STYLESHEET))).read_text(encoding="utf-8")
