"""When the time to answer is over."""

from datetime import date

import pytest

from recommendations import terms
from recommendations.profiles import Term

FRIDAY, SATURDAY = date(2026, 3, 6), date(2026, 3, 7)


@pytest.mark.parametrize(
    ("length", "unit", "since", "ends"),
    [
        (10, "days", FRIDAY, date(2026, 3, 16)),
        (6, "weeks", FRIDAY, date(2026, 4, 17)),
        (1, "months", date(2026, 1, 31), date(2026, 2, 28)),
        (12, "months", date(2024, 2, 29), date(2025, 2, 28)),
        (1, "working_days", FRIDAY, date(2026, 3, 9)),
        (1, "working_days", SATURDAY, date(2026, 3, 9)),
        (5, "working_days", FRIDAY, date(2026, 3, 13)),
        (5, "working_days", SATURDAY, date(2026, 3, 13)),
        (4, "working_days", date(2026, 3, 2), FRIDAY),
        (30, "working_days", date(2026, 3, 4), date(2026, 4, 15)),
    ],
)
def test_the_last_day_in_time(length, unit, since, ends):
    assert terms.ends(Term(length, unit), since) == ends


@pytest.mark.parametrize(
    ("length", "unit", "words"),
    [
        (6, "weeks", "6 weeks"),
        (1, "months", "1 month"),
        (30, "working_days", "30 working days"),
        (1, "days", "1 day"),
    ],
)
def test_a_term_in_words(length, unit, words):
    assert terms.in_words(Term(length, unit)) == words
