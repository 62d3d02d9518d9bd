"""How long management has to answer, counted from a day."""

from datetime import date, timedelta

from django.utils.translation import ngettext

from evaltrack import deadlines
from recommendations.profiles import Term


def ends(term: Term, since: date) -> date:
    """The last day in time. Working days are Monday to Friday; holidays differ too much to be known."""
    match term.unit:
        case "months":
            return deadlines.months_after(since, term.length)
        case "weeks":
            return since + timedelta(weeks=term.length)
        case "working_days":
            return _working_days_after(since, term.length)
    return since + timedelta(days=term.length)


def _working_days_after(since: date, count: int) -> date:
    # From a weekend the count starts as on the Friday before.
    since -= timedelta(days=max(0, since.weekday() - 4))
    weeks, rest = divmod(count, 5)
    over_weekend = 2 if since.weekday() + rest > 4 else 0
    return since + timedelta(weeks=weeks, days=rest + over_weekend)


def in_words(term: Term) -> str:
    """The term as people say it, such as "6 weeks"."""
    words = {
        "days": ngettext("%(count)d day", "%(count)d days", term.length),
        "working_days": ngettext("%(count)d working day", "%(count)d working days", term.length),
        "weeks": ngettext("%(count)d week", "%(count)d weeks", term.length),
        "months": ngettext("%(count)d month", "%(count)d months", term.length),
    }
    return words[term.unit] % {"count": term.length}
