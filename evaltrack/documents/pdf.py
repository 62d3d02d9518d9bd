"""PDF from HTML with WeasyPrint: bytes out, nothing fetched but our own fonts.

WeasyPrint is imported when the first PDF is asked for: it costs 0.4 s and 30 MB, and where the system
library pango is missing everything else must still work.
"""

import gc
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import fontpkg
from django.utils.html import format_html
from django.utils.translation import gettext as _

from evaltrack.text import is_right_to_left

APT_LINE = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

SANS = "Document Sans"  # Latin with Vietnamese, Greek, Cyrillic
ARABIC = "Document Arabic"  # of the Arabic fonts, the one whose text can be searched and copied

# A render changes two things that belong to the whole process: the garbage collector and an environment
# variable. Python runs one thread at a time anyway, so waiting in line costs nothing.
_one_at_a_time = threading.Lock()


class PdfUnavailableError(Exception):
    """PDF cannot be made on this machine; the text says what to install."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to put inside the PDF; its media type follows from the ending of its name."""

    name: str
    data: bytes
    description: str


def render(
    html: str,
    *,
    title: str,
    language: str,
    stylesheet: str,
    attachments: Sequence[Attachment] = (),
    created: datetime | None = None,
) -> bytes:
    """A tagged PDF (PDF/UA-1) of ``html``, the content of a body; the same bytes for the same arguments.

    ``language`` is a BCP 47 tag; it also gives the direction of writing. ``created`` stands in the document's
    properties only. Raises :class:`PdfUnavailableError`.
    """
    engine = _engine()
    moment = created or datetime(1980, 1, 1, tzinfo=UTC)
    files = [
        engine.weasyprint.Attachment(
            string=file.data,
            name=file.name,
            description=file.description,
            created=moment,
            modified=moment,
        )
        for file in attachments
    ]
    with _one_at_a_time, _steady(moment):
        source = engine.weasyprint.HTML(
            string=_shell(html, title=title, language=language, created=created),
            url_fetcher=engine.fetcher,
        )
        document = source.render(
            stylesheets=[engine.fonts, _style(stylesheet)],
            font_config=engine.font_config,
            pdf_variant="pdf/ua-1",
        )
        for page in document.pages:
            _end_under_the_last_line(page._page_box.children[0])
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", attachments=files)
    return pdf


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


def _shell(html: str, *, title: str, language: str, created: datetime | None) -> str:
    created_line = (
        format_html('<meta name="dcterms.created" content="{}">', created.isoformat()) if created else ""
    )
    return (
        format_html(
            '<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><title>{}</title>{}</head>',
            language,
            "rtl" if is_right_to_left(language) else "ltr",
            title,
            created_line,
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
