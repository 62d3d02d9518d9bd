"""The official document: a matrix as PDF in the layout of its rule profile."""

from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaltrack.documents import pdf
from evaltrack.text import to_plain
from recommendations.profiles import Profile
from responses.matrix.document import Matrix
from responses.matrix.writers import json
from responses.matrix.writers.printed import Paper

ATTACHED_AS = "matrix.json"
STYLESHEET = "evaltrack/matrix-print.css"
LONGEST_RUNNING_TITLE = 110  # characters: two lines of the page's head


def write(matrix: Matrix, profile: Profile, *, language: str = "en", printed_on: date | None = None) -> bytes:
    """The matrix as tagged PDF (PDF/UA-1), with its JSON inside as ``matrix.json``.

    ``language`` is that of the form's words; the matrix says in which language its texts are. ``printed_on``
    is printed at the foot. The same arguments give the same bytes. Raises
    :class:`evaltrack.documents.pdf.PdfUnavailableError`.
    """
    paper = Paper(matrix, profile, language)
    with translation.override(language):
        html = render_to_string(
            f"matrix/pdf/{profile.layout}.html",
            {"paper": paper, "running": _running(paper, printed_on)},
        )
        description = _("The matrix as data, to be imported again")
    return pdf.render(
        html,
        title=f"{paper.say('running_line')}{paper.say('colon')} {to_plain(matrix.evaluation.title)}",
        language=matrix.language,
        stylesheet=_stylesheet(),
        attachments=[pdf.Attachment(ATTACHED_AS, json.write(matrix), description)],
        created=datetime.combine(printed_on, time(), UTC) if printed_on else None,
    )


def _running(paper: Paper, printed_on: date | None) -> dict[str, str]:
    """What stands at the head and foot of every page; the page number comes between its three words."""
    matrix = paper.matrix
    printed = _("Printed on %(date)s") % {"date": date_format(printed_on, "j F Y")} if printed_on else ""
    title = matrix.evaluation.short_title or to_plain(matrix.evaluation.title)
    before, _sign, rest = paper.profile.label("page", paper.language).partition("{page}")
    between, _sign, after = rest.partition("{pages}")
    return {
        "title": Truncator(f"{paper.say('running_line')}{paper.say('colon')} {title}").chars(
            LONGEST_RUNNING_TITLE
        ),
        "date": matrix.responded_on.text.removesuffix(".") if matrix.responded_on else "",
        "foot": " · ".join(filter(None, (matrix.evaluation.reference, printed))),
        "before": before,
        "between": between,
        "after": after,
    }


@cache
def _stylesheet() -> str:
    return Path(str(finders.find(STYLESHEET))).read_text(encoding="utf-8")
