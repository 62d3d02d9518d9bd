"""What a printed matrix says around its matrix: which edition it is, and the head and foot of every page."""

from datetime import date

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaltrack.text import to_plain
from responses.matrix.edition import Edition
from responses.matrix.writers.printed import Paper

LONGEST_RUNNING_TITLE = 110  # characters: two lines of the page's head


def edition_named(edition: Edition, paper: Paper) -> str:
    """Which edition a page belongs to, for its foot."""
    words = _("Version %(number)d, not cleared") if edition.is_draft else _("Version %(number)d")
    named = words % {"number": edition.version}
    if edition.round is None:
        return named
    day = {"round": paper.round_called, "date": date_format(edition.round.closed_on, "j F Y")}
    return f"{named} · {_('%(round)s, closed on %(date)s') % day}"


def draft_line(edition: Edition) -> str:
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
