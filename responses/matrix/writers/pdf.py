"""The official document: a matrix as PDF in the layout of its rule profile."""

from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from evaltrack.documents import pdf
from evaltrack.text import to_plain
from recommendations.profiles import Profile
from responses.matrix.document import Matrix
from responses.matrix.edition import Edition
from responses.matrix.writers import json
from responses.matrix.writers.printed import Paper
from responses.matrix.writers.running import draft_line, edition_named, running

ATTACHED_AS = "matrix.json"
STYLESHEET = "evaltrack/matrix-print.css"


def write(
    matrix: Matrix,
    profile: Profile,
    *,
    language: str = "en",
    printed_on: date | None = None,
    edition: Edition | None = None,
) -> bytes:
    """The matrix as tagged PDF (PDF/UA-1), with its JSON inside as ``matrix.json``.

    ``language`` is that of the form's words; the matrix says in which language its texts are. ``printed_on``
    is printed at the foot, and ``edition`` there and at the end. The same arguments give the same bytes.
    Raises :class:`evaltrack.documents.pdf.PdfUnavailableError`.
    """
    paper = Paper(matrix, profile, language, edition.round if edition else None)
    with translation.override(language):
        html = render_to_string(
            f"matrix/pdf/{profile.layout}.html",
            {
                "paper": paper,
                "running": running(paper, printed_on, edition_named(edition, paper) if edition else ""),
                "edition": edition,
                "draft": draft_line(edition) if edition and edition.is_draft else "",
            },
        )
        description = _("The matrix as data, to be imported again")
    return pdf.render(
        html,
        title=f"{paper.say('running_line')}{paper.say('colon')} {to_plain(matrix.evaluation.title)}",
        language=matrix.language,
        stylesheet=stylesheet(),
        attachments=[pdf.Attachment(ATTACHED_AS, json.write(matrix), description)],
        created=datetime.combine(printed_on, time(), UTC) if printed_on else None,
    )


@cache
def stylesheet() -> str:
    return Path(str(finders.find(STYLESHEET))).read_text(encoding="utf-8")
