"""The matrices of many evaluations as one PDF: a list of them with page numbers, then one after the other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import IO

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack.documents.assembly import About, Section, assemble, count_pages
from evaltrack.text import to_plain
from responses.matrix.writers.pdf import Keep, Setter, Sheet, not_kept, section

Told = Callable[[int], None]  # how many matrices are ready


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: ``name`` is unique among them and what the data of the matrix are attached as."""

    name: str
    title: str
    key: str
    page: int = 0


def write(
    sheets: Iterable[Sheet],
    out: IO[bytes],
    *,
    title: str,
    language: str,
    printed_on: date | None = None,
    keep: Keep = not_kept,
    look: str = "",
    told: Told | None = None,
) -> int:
    """One PDF of all; how many pages it has. ``language`` is that of the list and of the document.

    The sheets are taken one at a time: in memory are their data alone. Raises
    :class:`evaltrack.documents.pdf.PdfUnavailableError`.
    """
    sections: list[Section] = []
    entries: list[Entry] = []
    words = ("", "", "")
    for number, sheet in enumerate(sheets, 1):
        entry = _entry(number, sheet, {one.name for one in entries})
        entries.append(entry)
        made = section(
            sheet,
            keep=keep,
            look=look,
            title=entry.title,
            key=entry.key,
            attached_as=f"{entry.name}.matrix.json",
        )
        sections.append(made)
        words = words if any(words) else made.words
        if told:
            told(number)
    setter = Setter(language, keep)
    front = _front(_Front(title, printed_on, words), entries, sections, setter)
    created = datetime.combine(printed_on, time(), UTC) if printed_on else None
    return assemble([front, *sections], out, About(title, language, created))


def _entry(number: int, sheet: Sheet, taken: set[str]) -> Entry:
    evaluation = sheet.matrix.evaluation
    name = evaluation.reference or str(number)
    if name in taken:
        name = f"{name}-{number}"
    return Entry(name, evaluation.short_title or to_plain(evaluation.title), f"matrix-{number}")


@dataclass(frozen=True, slots=True)
class _Front:
    title: str
    printed_on: date | None
    words: tuple[str, str, str]


def _front(front: _Front, entries: Sequence[Entry], sections: Sequence[Section], setter: Setter) -> Section:
    """The list: how many pages it has itself decides what it says, so it is set until that agrees."""
    counts = [count_pages(one.parts) for one in sections]
    own = 1
    with translation.override(setter.language):
        day = date_format(front.printed_on, "j F Y") if front.printed_on else ""
        printed = _("Printed on %(date)s") % {"date": day} if day else ""
        edge = {"title": front.title, "date": "", "foot": printed}
        head = setter.edges(render_to_string("matrix/pdf/_edges.html", {"running": edge}))
        for _try in range(4):
            listed, page = [], own
            for entry, count in zip(entries, counts, strict=True):
                listed.append(replace(entry, page=page + 1))
                page += count
            context = {"title": front.title, "entries": listed}
            part = setter.part(render_to_string("matrix/pdf/contents.html", context))
            if (pages := count_pages([part])) == own:
                break
            own = pages
        title = _("Contents")
    return Section(
        parts=[part], head=head, numerals=setter.numerals(front.words), words=front.words, title=title
    )
