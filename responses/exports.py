"""The matrix of a response as a file, in every format there is."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.profiles import Profile
from responses import handouts, prints, round_prints, snapshots
from responses.choices import SnapshotKind
from responses.comparison import Comparison
from responses.editions import edition_now, frozen_edition, taken_on
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.edition import Edition
from responses.matrix.writers import csv, docx, json, marked_pdf, pdf, sheets
from responses.matrix.writers.options import ALL, Options, chosen
from responses.matrix.writers.pdf import Sheet
from responses.models import ManagementResponse, Snapshot


@dataclass(frozen=True, slots=True)
class Order:
    """How a file is wanted: ``language`` is that of its labels, ``handout`` what it is known by again."""

    language: str
    printed_on: date | None
    edition: Edition
    options: Options = ALL
    handout: str = ""


Writer = Callable[[Matrix, Profile, Order], bytes]

WRITERS: dict[str, Writer] = {
    "docx": lambda matrix, profile, order: docx.write(matrix, profile, **_asked(order)),
    "xlsx": lambda matrix, profile, order: sheets.write(matrix, profile, **_asked(order)),
    "csv": lambda matrix, profile, order: csv.write(matrix, profile, **_asked(order)),
    "json": lambda matrix, profile, order: json.write(matrix),
    "pdf": lambda matrix, profile, order: prints.printed(
        Sheet(matrix, profile, order.language, order.printed_on, order.edition, order.options),
        handout=order.handout,
    ),
}

FILLED_IN = ("docx", "xlsx", "csv")  # these are known again


def _asked(order: Order) -> dict[str, Any]:
    return {field.name: getattr(order, field.name) for field in fields(order)}


def export(
    response: ManagementResponse,
    format: str,
    *,
    snapshot: Snapshot | None = None,
    profile: Profile | None = None,
    language: str | None = None,
    printed_on: date | None = None,
    options: Options = ALL,
    identify: Callable[[Matrix], str] | None = None,
) -> bytes:
    """The matrix as a file of that format: as it stands, or as it was frozen in ``snapshot``.

    Printed formats take the words and layout of ``profile`` (else of the evaluation's own) in ``language``
    (else in that of the text), and say which version it is, who cleared it and when it was printed. What was
    frozen at the end of a round is printed as of that day, the PDF as it was printed first. ``identify``
    gives the identity of a file with that matrix in it, which is hidden there (``handouts.issue``). Raises
    Refused for an unknown format, and ``evaltrack.documents.pdf.PdfUnavailableError``.
    """
    write = WRITERS.get(format)
    if write is None:
        raise Refused(
            _("A matrix cannot be written as “%(format)s”. Choose one of: %(known)s.")
            % {"format": format, "known": ", ".join(WRITERS)}
        )
    if snapshot and snapshot.kind == SnapshotKind.ROUND:
        if format == "pdf" and profile is None and language is None and options == ALL:
            return of_round(snapshot)
        printed_on = taken_on(snapshot)
    matrix = chosen(snapshots.matrix_of(snapshot) if snapshot else build(response), options)
    edition = frozen_edition(snapshot) if snapshot else edition_now(response, printed_on)
    rules = profile or response.evaluation.profile.rules
    handout = identify(matrix) if identify else ""
    return write(matrix, rules, Order(language or matrix.language, printed_on, edition, options, handout))


def identity(
    response: ManagementResponse, format: str, *, by: User | None, now: datetime
) -> Callable[[Matrix], str] | None:
    """What a file is known by when it comes back filled in; None for a format that nobody fills in."""
    if format not in FILLED_IN:
        return None
    return lambda matrix: handouts.issue(response, matrix, format, by, now)


def of_round(snapshot: Snapshot) -> bytes:
    """The PDF of a closed round: byte for byte what was printed first, which is kept."""
    if found := round_prints.kept(snapshot):
        return found
    matrix, day = snapshots.matrix_of(snapshot), taken_on(snapshot)
    rules = snapshot.response.evaluation.profile.rules
    content = pdf.write(
        matrix, rules, language=matrix.language, printed_on=day, edition=frozen_edition(snapshot)
    )
    return round_prints.keep(snapshot, content, now=timezone.now())


def compared(found: Comparison, *, printed_on: date | None = None) -> bytes:
    """Two versions as one PDF with the changes marked. Raises ``PdfUnavailableError``."""
    with translation.override(found.language):
        old, new = found.old.described(printed_on), found.new.described(printed_on)
    return marked_pdf.write(found.new.matrix, found.marked, old=old, new=new, printed_on=printed_on)
