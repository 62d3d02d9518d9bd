"""PDF from HTML with WeasyPrint: bytes out, nothing fetched but our own fonts.

Either a document as it is, or a part of one, to be put together with others by ``assembly``.

WeasyPrint is imported when the first PDF is asked for: it costs 0.4 s and 30 MB, and where the system
library pango is missing everything else must still work.
"""

import gc
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from importlib import metadata
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import fontpkg
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from evaltrack.documents import assembly, parts, tags
from evaltrack.documents.assembly import Attachment
from evaltrack.text import is_right_to_left

APT_LINE = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

SANS = "Document Sans"  # Latin with Vietnamese, Greek, Cyrillic
ARABIC = "Document Arabic"  # of the Arabic fonts, the one whose text can be searched and copied

TAGGED = "pdf/ua-1"  # the rest of what PDF/A-3a and PDF/UA-1 ask for, ``assembly`` writes
EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
NONE = "{ content: none }"
NO_NUMBER = "@page { @bottom-right { content: none } }"
NO_EDGES = f"{NO_NUMBER} @page {{ @top-left {NONE} @top-right {NONE} @bottom-left {NONE} }}"
NUMERALS = """
@page place { @bottom-right { content: "0" } }
.place { page: place }
.piece { break-before: page; page: piece; white-space: pre }
"""

# A render changes two things that belong to the whole process: the garbage collector and an environment
# variable. Python runs one thread at a time anyway, so waiting in line costs nothing.
_one_at_a_time = threading.Lock()


class PdfUnavailableError(Exception):
    """PDF cannot be made on this machine; the text says what to install."""


def render(
    html: str,
    *,
    title: str,
    language: str,
    stylesheet: str,
    attachments: Sequence[Attachment] = (),
    created: datetime | None = None,
) -> bytes:
    """A tagged PDF (PDF/A-3a and PDF/UA-1) of ``html``, the content of a body; equal arguments, equal bytes.

    ``language`` is a BCP 47 tag; it also gives the direction of writing. ``created`` stands in the document's
    properties only. Raises :class:`PdfUnavailableError`.
    """
    frozen = _frozen(html, language, [stylesheet], has_edges=True)
    whole = assembly.Section([lambda: frozen], attachments=attachments)
    out = BytesIO()
    assembly.assemble([whole], out, assembly.About(title, language, created))
    return out.getvalue()


def part(html: str, *, language: str, stylesheet: str) -> bytes:
    """Pages without head and foot, frozen: see ``parts``. A link to an anchor that ``html`` does not have
    is left for the other parts of the document. Raises :class:`PdfUnavailableError`."""
    return _frozen(_leading_elsewhere(html), language, [stylesheet, NO_EDGES])


def edges(html: str, *, language: str, stylesheet: str) -> bytes:
    """What stands at the head and foot of every page of a section but for the page number, frozen."""
    return _frozen(html, language, [stylesheet, NO_NUMBER], as_forms=True)


def numerals(words: assembly.Words, *, language: str, stylesheet: str) -> bytes:
    """What page numbers are put together from, frozen; before it a page that shows where they stand."""
    direction = "rtl" if assembly.reads_leftwards(words) else "ltr"
    shown = format_html_join(
        "",
        '<p class="piece" dir="{}">{}</p>',
        ((direction, piece) for piece in assembly.pieces(words) if piece),
    )
    html = format_html('<p class="place"></p>{}', shown)
    return _frozen(html, language, [stylesheet, NO_EDGES + NUMERALS], as_forms=True)


def key(kind: str, *said: str) -> str:
    """Under which a part made of all that can be kept: it tells another version of the engine, too."""
    digest = sha256(f"{kind} {_made_with()}".encode())
    for one in said:
        digest.update(f"\n{len(one)} {one}".encode())
    return digest.hexdigest()


@cache
def _made_with() -> str:
    """The versions that a part depends on, ours too; found without importing WeasyPrint."""
    packages = ("weasyprint", "pydyf", "fontpkg-noto-sans", "fontpkg-amiri")
    sources = (Path(__file__), Path(parts.__file__), Path(tags.__file__))
    ours = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return " ".join((ours, *map(metadata.version, packages)))


def _frozen(
    html: str, language: str, stylesheets: Sequence[str], *, as_forms: bool = False, has_edges: bool = False
) -> bytes:
    engine = _engine()
    shell = _shell(html, language=language)
    made: list[Any] = []

    def take(document: Any, pdf: Any) -> None:
        made.append(pdf)
        raise _TakenError

    variant = None if as_forms else TAGGED
    with _one_at_a_time, _steady(EPOCH):
        document = _set(engine, shell, stylesheets, variant)
        with suppress(_TakenError):
            document.write_pdf(finisher=take, pdf_variant=variant)
        if not as_forms:
            tags.name_notes(made[0])
        return parts.freeze(document, made[0], as_forms=as_forms, has_edges=has_edges)


class _TakenError(Exception):
    """The objects are all that is wanted: nothing is to be written."""


def _set(engine: "_Engine", shell: str, stylesheets: Sequence[str], variant: str | None) -> Any:
    source = engine.weasyprint.HTML(string=shell, url_fetcher=engine.fetcher)
    document = source.render(
        stylesheets=[engine.fonts, *map(_style, stylesheets)],
        font_config=engine.font_config,
        pdf_variant=variant,
    )
    for page in document.pages:
        _end_under_the_last_line(page._page_box.children[0])
    return document


def _leading_elsewhere(html: str) -> str:
    """Links to what is not there lead into another part."""
    here = set(re.findall(r'\bid="([^"]*)"', html))

    def led(link: re.Match[str]) -> str:
        return link[0] if link[1] in here else f'href="{parts.ELSEWHERE}{link[1]}"'

    return re.sub(r'href="#([^"]*)"', led, html)


def _end_under_the_last_line(root: Any) -> None:
    """End the blocks that go on overleaf where their last line on this page does.

    WeasyPrint draws them down to the foot of the page, as CSS has it and no property changes: a bordered
    block then closes round empty space. Nothing moves, since nothing stands below them.
    """
    from weasyprint.formatting_structure.boxes import BlockBox

    blocks, last = [], root
    while isinstance(last, BlockBox) and last.children and not last.is_table_wrapper:
        blocks.append(last)
        last = last.children[-1]
    for block in reversed(blocks):
        block.height = last.position_y + last.margin_height() - block.content_box_y()
        last = block


def _shell(html: str, *, language: str) -> str:
    """A whole page. Its title stands in the document, which other pages may belong to."""
    return (
        format_html(
            '<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><title></title></head>',
            language,
            "rtl" if is_right_to_left(language) else "ltr",
        )
        + f"<body>{_with_list_bodies(html)}</body></html>"
    )


def _with_list_bodies(html: str) -> str:
    """Each list item's content in a ``dd``, which is what WeasyPrint tags as the body of the item.

    Without it the paragraphs of an item are tagged as its direct children, which PDF/UA (7.2) forbids.
    """
    return re.sub(r"(<li\b[^>]*>)", r"\1<dd>", html).replace("</li>", "</dd></li>")


@contextmanager
def _steady(moment: datetime) -> Iterator[None]:
    """No garbage collection (10 to 14 % faster), and the font subsets dated ``moment`` instead of now."""
    collecting, before = gc.isenabled(), os.environ.get("SOURCE_DATE_EPOCH")
    gc.disable()
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
        if collecting:
            gc.enable()


def is_available() -> bool:
    """Whether PDF can be made on this machine."""
    try:
        _engine()
    except PdfUnavailableError:
        return False
    return True


@dataclass(frozen=True)
class _Engine:
    weasyprint: ModuleType
    fetcher: Any
    font_config: Any
    fonts: Any


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailableError(
            _("PDF needs the system library pango, which is missing here. As root: %(line)s")
            % {"line": APT_LINE}
        ) from error

    tags.install()
    faces = _font_faces()
    allowed = {face.as_uri() for face in faces}

    class OwnFontsOnly(URLFetcher):  # type: ignore[misc]
        """Everything is refused, whatever its scheme, but the font files of our packages."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url not in allowed:
                raise ValueError(f"refused: {url[:200]}")
            return super().fetch(url, headers)

    fetcher, font_config = OwnFontsOnly(), FontConfiguration()
    css = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{face.as_uri()}"); {style} }}'
        for face, (family, style) in faces.items()
    )
    fonts = weasyprint.CSS(string=css, font_config=font_config, url_fetcher=fetcher)
    return _Engine(weasyprint, fetcher, font_config, fonts)


def _font_faces() -> dict[Path, tuple[str, str]]:
    """Each font file with its family and its style as CSS; Noto's two files hold all weights."""
    faces: dict[Path, tuple[str, str]] = {}
    for family, source in ((SANS, "Noto Sans"), (ARABIC, "Amiri")):
        for style in ("normal", "italic"):
            for weight in (400, 700):
                path = fontpkg.path(source, weight, style).resolve()
                kept = f"font-style: {style}"
                faces[path] = (family, kept if path in faces else f"{kept}; font-weight: {weight}")
    return faces


@lru_cache(maxsize=8)
def _style(stylesheet: str) -> Any:
    engine = _engine()
    return engine.weasyprint.CSS(
        string=stylesheet, font_config=engine.font_config, url_fetcher=engine.fetcher
    )
