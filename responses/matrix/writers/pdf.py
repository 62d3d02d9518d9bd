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
from responses.matrix.edition import Edition
from responses.matrix.writers import json
from responses.matrix.writers.printed import Paper

ATTACHED_AS = "matrix.json"
STYLESHEET = "evaltrack/matrix-print.css"
LONGEST_RUNNING_TITLE = 110  # characters: two lines of the page's head


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
                "running": running(paper, printed_on, _named(edition, paper) if edition else ""),
                "edition": edition,
                "draft": _draft(edition) if edition and edition.is_draft else "",
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


def _named(edition: Edition, paper: Paper) -> str:
    """Which edition a page belongs to, for its foot."""
    words = _("Version %(number)d, not cleared") if edition.is_draft else _("Version %(number)d")
    named = words % {"number": edition.version}
    if edition.round is None:
        return named
    day = {"round": paper.round_called, "date": date_format(edition.round.closed_on, "j F Y")}
    return f"{named} · {_('%(round)s, closed on %(date)s') % day}"


def _draft(edition: Edition) -> str:
    """What is said of a draft before anything else."""
    said = _("Draft, not cleared.")
    if edition.on:
        said = _("Draft of %(date)s, not cleared.") % {"date": date_format(edition.on, "j F Y")}
    if edition.holds:
        said += " " + _("Version %(number)d is the one that holds.") % {"number": edition.holds}
    return said


def running(paper: Paper, printed_on: date | None, edition: str) -> dict[str, str]:
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
        "foot": " · ".join(filter(None, (matrix.evaluation.reference, edition, printed))),
        "before": before,
        "between": between,
        "after": after,
    }


@cache
def stylesheet() -> str:
    return Path(str(finders.find(STYLESHEET))).read_text(encoding="utf-8")
