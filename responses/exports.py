"""The matrix of a response as a file, in every format there is."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from recommendations.profiles import Profile
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.writers import json, pdf
from responses.models import ManagementResponse

Writer = Callable[[Matrix, Profile, str, date | None], bytes]

WRITERS: dict[str, Writer] = {
    "json": lambda matrix, profile, language, printed_on: json.write(matrix),
    "pdf": lambda matrix, profile, language, printed_on: pdf.write(
        matrix, profile, language=language, printed_on=printed_on
    ),
}


def export(
    response: ManagementResponse,
    format: str,
    *,
    profile: Profile | None = None,
    language: str | None = None,
    printed_on: date | None = None,
) -> bytes:
    """The matrix as a file of that format.

    Printed formats take the words and layout of ``profile`` (else of the evaluation's own) in ``language``
    (else in that of the text), and say when they were printed. Raises Refused for an unknown format, and
    ``evaltrack.documents.pdf.PdfUnavailableError``.
    """
    write = WRITERS.get(format)
    if write is None:
        raise Refused(
            _("A matrix cannot be written as “%(format)s”. Choose one of: %(known)s.")
            % {"format": format, "known": ", ".join(WRITERS)}
        )
    matrix = build(response)
    return write(
        matrix, profile or response.evaluation.profile.rules, language or matrix.language, printed_on
    )
