"""A PDF opened: whether it can be read at all, and its pages as glyphs, lines and ruled tables."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.documents import pdf_tables
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.pdf_lines import Glyph, Line, Run, glyph, lines
from evaltrack.documents.pdf_running import Page
from evaltrack.documents.pdf_tags import Tags

if TYPE_CHECKING:
    import pypdfium2
    from pdfplumber.page import Page as PlumberPage

MEGABYTE = 1024 * 1024
LARGEST = 100 * MEGABYTE
MOST_PAGES = 600
MOST_LETTERS = 40_000  # of a page
MOST_OBJECTS = 150_000  # of a page
FEW_LETTERS = 25  # a page with fewer has no text to speak of
LARGE_PICTURE = 0.3  # of the page

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
_SCHEMES = ("http://", "https://", "mailto:")

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of each font that is not quite right


@dataclass(frozen=True, slots=True)
class Opened:
    pages: list[Page]
    title: str
    language: str
    remarks: tuple[str, ...]


def read(data: bytes, *, until: float) -> Opened:
    """The pages of a PDF; ``until`` is the moment of ``time.monotonic`` to give up at.

    Raises :class:`UnreadableFileError` with a sentence for what cannot be read, or would take too long.
    """
    data = _whole(data)
    try:
        return _parsed(data, until)
    except UnreadableFileError:
        raise
    except Exception:  # pdfminer reads less of damaged files than pdfium, which can write them anew
        try:
            return _parsed(_anew(data), until)
        except UnreadableFileError:
            raise
        except Exception as error:
            raise UnreadableFileError(damaged()) from error


def damaged() -> str:
    return _(
        "The PDF is damaged, or was not copied whole. Export it again from the program it was made with."
    )


def _whole(data: bytes) -> bytes:
    """The bytes, once it is known that they are a PDF that can be opened, and not too large a one."""
    if not data:
        raise UnreadableFileError(_("The file is empty."))
    if len(data) > LARGEST:
        raise UnreadableFileError(
            _("The PDF has %(size)d MB, and %(largest)d MB at most can be read.")
            % {"size": len(data) // MEGABYTE, "largest": LARGEST // MEGABYTE}
        )
    if b"%PDF-" not in data[:1024]:
        raise UnreadableFileError(_("This is not a PDF, whatever its name says."))
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            _check(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableFileError(
                _("The PDF is protected by a password. Save it without one, and try once more.")
            ) from error
        raise UnreadableFileError(damaged()) from error
    return data


def _check(document: "pypdfium2.PdfDocument") -> None:
    """Counts what would have to be read, and looks whether there is any text."""
    import pypdfium2.raw as pdfium

    pages = len(document)
    if not pages:
        raise UnreadableFileError(damaged())
    if pages > MOST_PAGES:
        raise UnreadableFileError(
            _("The PDF has %(pages)d pages, and %(most)d at most can be read.")
            % {"pages": pages, "most": MOST_PAGES}
        )
    letters = pictures = 0
    for number in range(pages):
        with closing(document[number]) as page:
            objects = pdfium.FPDFPage_CountObjects(page)
            with closing(page.get_textpage()) as text:
                count = text.count_chars()
            letters += count
            if count < FEW_LETTERS:
                kinds = (pdfium.FPDF_PAGEOBJ_IMAGE,)
                pictures += any(True for _one in page.get_objects(filter=kinds, max_depth=3))
        if objects > MOST_OBJECTS or count > MOST_LETTERS:
            raise UnreadableFileError(
                _("Page %(page)d of the PDF holds more than can be read: %(count)d things.")
                % {"page": number + 1, "count": max(objects, count)}
            )
    if letters < FEW_LETTERS * min(pages, 3):
        raise UnreadableFileError(_scanned() if pictures else _without_text())


def _scanned() -> str:
    return _(
        "The PDF is a scan: its pages are pictures, without text that could be read. Ask for the Word file, "
        "or run text recognition (OCR) over it and import what comes out."
    )


def _without_text() -> str:
    return _(
        "The PDF has no text that could be read. Ask for the Word file, or export the PDF again from the "
        "program it was made with."
    )


def _anew(data: bytes) -> bytes:
    import pypdfium2

    with closing(pypdfium2.PdfDocument(data)) as document:
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _parsed(data: bytes, until: float) -> Opened:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        tags = Tags(document.doc)
        pages, scanned, unreadable = [], 0, 0
        for number, plumber in enumerate(document.pages, 1):
            if monotonic() > until:
                raise UnreadableFileError(
                    _("The PDF takes too long to read. Export the pages of the matrix alone, and try again.")
                )
            page, lost = _page(plumber, number, tags)
            unreadable += lost
            scanned += not page.letters and any(_is_large(image, plumber) for image in plumber.images)
            pages.append(page)
            plumber.close()
        letters = sum(page.letters for page in pages)
        if unreadable > 0.2 * max(1, letters):
            raise UnreadableFileError(
                _(
                    "The letters of the PDF cannot be told: its fonts do not say which sign is which. Ask "
                    "for the Word file, or run text recognition (OCR) over it."
                )
            )
        if not letters:
            raise UnreadableFileError(_scanned() if scanned else _without_text())
        return Opened(pages, _title(document), _language(document), tuple(_remarks(scanned)))


def _remarks(scanned: int) -> Iterator[str]:
    if scanned:
        yield ngettext(
            "%(count)d page is a picture and was not read.",
            "%(count)d pages are pictures and were not read.",
            scanned,
        ) % {"count": scanned}


def _page(plumber: "PlumberPage", number: int, tags: Tags) -> tuple[Page, int]:
    """A page, and how many of its letters cannot be told."""
    on_page = tags.of(plumber)
    glyphs: list[Glyph] = []
    artifacts: list[Glyph] = []
    lost = letters = 0
    for char in plumber.chars:
        element = on_page(char)
        one = glyph(char, element)
        if one is None:
            continue
        lost += one.text == "\ufffd"
        letters += not one.text.isspace()
        (artifacts if element and element.is_artifact else glyphs).append(one)
    if len(artifacts) > 0.5 * len(glyphs):  # whoever wrote the tags left most of the page out
        glyphs, artifacts = glyphs + artifacts, []
    # Heads of columns that are repeated over pages are artifacts as well, and stand in their table.
    tables, free = pdf_tables.ruled(plumber, glyphs + artifacts, number)
    page = Page(number, float(plumber.width), float(plumber.height), [], tables, letters=letters)
    page.lines = lines([one for one in free if not (one.element and one.element.is_artifact)], number)
    page.artifacts = lines([one for one in free if one.element and one.element.is_artifact], number)
    page.rules = [
        (float(rule["x0"]), float(rule["x1"]), float(rule["top"]))
        for rule in (*plumber.lines, *plumber.rects)
        if float(rule["height"]) < pdf_tables.THIN and float(rule["width"]) > 40
    ]
    _set_links(page, plumber)
    page.fit()
    return page, lost


def _is_large(image: dict[str, Any], page: "PlumberPage") -> bool:
    area = float(image["width"]) * float(image["height"])
    return area > LARGE_PICTURE * float(page.width) * float(page.height)


def _set_links(page: Page, plumber: "PlumberPage") -> None:
    """Tells runs which address they lead to; only addresses on the web and of mail."""
    try:
        links = [
            link for link in plumber.hyperlinks if str(link.get("uri") or "").lower().startswith(_SCHEMES)
        ]
    except Exception:  # an annotation that is damaged keeps no text from being read
        return
    for link in links[:2_000]:
        uri = "".join(str(link["uri"]).split()).replace(")", "%29").replace("(", "%28")
        x0, x1, top, bottom = (float(link[key]) for key in ("x0", "x1", "top", "bottom"))
        for line in page.all_lines:
            middle = (line.top + line.bottom) / 2
            if top <= middle <= bottom and line.x0 < x1 and line.x1 > x0:
                _link(line, x0, x1, uri)


def _link(line: Line, x0: float, x1: float, uri: str) -> None:
    inside = [one for one in line.glyphs if x0 - 1 <= (one.x0 + one.x1) / 2 <= x1 + 1]
    text = "".join(one.text for one in inside if not one.text.isspace())
    if not text:
        return
    runs: list[Run] = []
    for run in line.runs:
        bare = "".join(run.text.split())
        if bare and bare in text:
            run.link = uri
            runs.append(run)
            continue
        words = _found(run.text, text)
        if not words or run.link:
            runs.append(run)
            continue
        start, end = words
        for part, link in ((run.text[:start], ""), (run.text[start:end], uri), (run.text[end:], "")):
            if part:
                runs.append(Run(part, run.bold, run.italic, run.grey, run.raised, link))
    line.runs = runs


def _found(text: str, bare: str) -> tuple[int, int] | None:
    """Where letters stand in a text that has spaces between."""
    places = [index for index, sign in enumerate(text) if not sign.isspace()]
    at = "".join(text[index] for index in places).find(bare)
    return (places[at], places[at + len(bare) - 1] + 1) if at >= 0 else None


def _title(document: Any) -> str:
    title = (document.metadata or {}).get("Title")
    return " ".join(str(title).split())[:500] if isinstance(title, str) else ""


def _language(document: Any) -> str:
    from pdfminer.utils import decode_text

    said = document.doc.catalog.get("Lang")
    said = decode_text(said) if isinstance(said, bytes) else said
    return said if isinstance(said, str) and _LANGUAGE.fullmatch(said) else ""
