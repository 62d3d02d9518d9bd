"""How late an action is: against what was promised first, and against its deadline as it is now."""

from datetime import date

import pytest

from responses import lateness
from responses.lateness import Lateness
from responses.models import KeyAction, RecommendationResponse

MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)


def action(*, due=MARCH, first=None, closed=None, with_answer=None):
    answer = RecommendationResponse(closed_on=with_answer)
    made = KeyAction(answer=answer, deadline_due=due, closed_on=closed)
    if first:
        made.first_deadline_text, made.first_due = first.isoformat(), first
    return made


@pytest.mark.parametrize(
    ("one", "today", "wanted"),
    [
        (action(), date(2026, 3, 31), Lateness(0, 0)),
        (action(), date(2026, 4, 10), Lateness(10, 10)),
        (action(due=JUNE, first=MARCH), date(2026, 4, 10), Lateness(10, 0)),
        (action(due=JUNE, first=MARCH), date(2026, 7, 1), Lateness(92, 1)),
        (action(closed=date(2026, 4, 2)), date(2030, 1, 1), Lateness(2, 2)),
        (action(due=JUNE, first=MARCH, closed=date(2026, 6, 1)), date(2030, 1, 1), Lateness(62, 0)),
        (action(with_answer=date(2026, 4, 5)), date(2030, 1, 1), Lateness(5, 5)),
        (action(closed=date(2026, 3, 1)), date(2030, 1, 1), Lateness(0, 0)),
        (action(due=None), date(2030, 1, 1), Lateness(0, 0)),
    ],
)
def test_days_late(one, today, wanted):
    assert lateness.of(one, today) == wanted


def test_a_first_deadline_without_a_day_makes_nothing_late():
    one = action(due=JUNE)
    one.first_deadline_text = "when funds allow"
    assert lateness.of(one, date(2026, 7, 10)) == Lateness(0, 10)
