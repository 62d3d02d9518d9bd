"""Two versions of a matrix as one PDF, with what was removed and what was added marked."""

from datetime import UTC, date, datetime, time

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from evaltrack.documents import pdf
from evaltrack.text import to_plain
from responses.matrix.document import Matrix
from responses.matrix.marked import Marked
from responses.matrix.writers.pdf import stylesheet
from responses.matrix.writers.printed import Paper
from responses.matrix.writers.running import running


def write(matrix: Matrix, marked: Marked, *, old: str, new: str, printed_on: date | None = None) -> bytes:
    """A tagged PDF on the paper of the matrix; ``old`` and ``new`` say which versions are compared.

    ``matrix`` is the newer one. Raises :class:`evaltrack.documents.pdf.PdfUnavailableError`.
    """
    paper = Paper(matrix, marked.profile, marked.language)
    with translation.override(marked.language):
        heading = _("Comparison of two versions")
        html = render_to_string(
            "comparison/pdf.html",
            {
                "paper": paper,
                "running": running(paper, printed_on, heading),
                "heading": heading,
                "marked": marked,
                "old": old,
                "new": new,
            },
        )
    return pdf.render(
        html,
        title=f"{heading}{paper.say('colon')} {to_plain(matrix.evaluation.title)}",
        language=matrix.language,
        stylesheet=stylesheet(),
        created=datetime.combine(printed_on, time(), UTC) if printed_on else None,
    )
