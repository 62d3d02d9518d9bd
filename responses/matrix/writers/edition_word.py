"""The end of a Word file: the round that was closed, and who cleared the version."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.documents.docx_document import Cell, Row, Table, Text
from responses.matrix.edition import Clearing, ClosedRound, Edition
from responses.matrix.word_form import Part
from responses.matrix.writers.printed import Paper

WIDTHS = (0.25, 0.33, 0.25, 0.17)


def blocks(edition: Edition, paper: Paper) -> Iterator[Text | Table]:
    """In the language that is active."""
    if edition.round:
        yield from _round(edition.round, paper)
    if edition.cleared_by:
        title = _("Clearance of version %(version)s") % {"version": edition.version}
        yield _aside(title, heading=True)
        heads = (_("Step"), _("Cleared by"), _("Office"), _("Date"))
        head = Row(
            [Cell([Text(format_html("<strong>{}</strong>", words), Part.ASIDE)]) for words in heads],
            header=True,
        )
        yield Table([head, *map(_clearing, edition.cleared_by)], WIDTHS, title)


def _round(round_: ClosedRound, paper: Paper) -> Iterator[Text]:
    named = {"called": paper.round_called, "date": date_format(round_.closed_on, "j F Y")}
    yield _aside(_("%(called)s, closed on %(date)s") % named, heading=True)
    asked = ngettext(
        "%(reported)s of %(asked)s that was asked about is reported.",
        "%(reported)s of %(asked)s that were asked about are reported.",
        round_.asked,
    )
    yield _aside(asked % {"reported": round_.reported, "asked": round_.asked})
    if round_.not_reported:
        silent = _("Not reported")
        yield Text(format_html("<strong>{}</strong> {}", silent, ", ".join(round_.not_reported)), Part.ASIDE)


def _clearing(one: Clearing) -> Row:
    name = ", ".join(filter(None, (one.name, one.function)))
    if one.acting_for:
        name += " " + _("(for %(name)s)") % {"name": one.acting_for}
    values = (one.step, name, one.office, date_format(one.on, "j F Y"))
    return Row([Cell([_aside(value)]) for value in values])


def _aside(words: str, *, heading: bool = False) -> Text:
    return Text(format_html("{}", words), Part.ASIDE_HEADING if heading else Part.ASIDE)
