"""What became of what was promised: the rule, cell by cell."""

from datetime import date

import pytest

from responses.matrix.motion import Motion, Stood, has_slipped, motion

THEN, NOW = date(2026, 1, 31), date(2026, 7, 31)
STATUSES = ("", "not_started", "in_progress", "completed", "dropped")
TABLE = {
    "": "stood_still stood_still moved_on moved_on dropped",
    "not_started": "stood_still stood_still moved_on moved_on dropped",
    "in_progress": "fell_back fell_back stood_still moved_on dropped",
    "completed": "fell_back fell_back fell_back closed_before dropped",
    "dropped": "fell_back fell_back fell_back moved_on closed_before",
}
CELLS = [
    (then, now, became)
    for then, row in TABLE.items()
    for now, became in zip(STATUSES, row.split(), strict=True)
]


@pytest.mark.parametrize(("then", "now", "became"), CELLS)
def test_by_status_alone(then: str, now: str, became: str):
    assert motion(Stood(then, None, THEN), Stood(now, None, NOW)) == became


@pytest.mark.parametrize(("then", "now", "became"), CELLS)
def test_what_is_open_and_promised_for_later_has_slipped_unless_it_fell_back(
    then: str, now: str, became: str
):
    later = motion(Stood(then, date(2026, 9, 1), THEN), Stood(now, date(2026, 10, 1), NOW))
    assert later == (
        "slipped" if became in ("stood_still", "moved_on") and now not in ("completed",) else became
    )


EARLY, MIDDLE, LATE = date(2026, 1, 1), date(2026, 5, 1), date(2026, 9, 1)


@pytest.mark.parametrize(
    ("then", "now", "slipped"),
    [
        (None, None, False),
        (LATE, LATE, False),
        (LATE, date(2026, 8, 1), False),  # sooner
        (MIDDLE, LATE, True),
        (LATE, None, True),  # taken away
        (None, LATE, False),  # now it has one
        (MIDDLE, MIDDLE, True),  # it has passed meanwhile
        (EARLY, EARLY, False),  # it had passed before
        (None, MIDDLE, True),  # late from the start
        (LATE, MIDDLE, True),  # sooner, and late
        (MIDDLE, NOW, True),
        (NOW, NOW, False),  # today is not over
    ],
)
def test_when_a_deadline_has_slipped(then: date | None, now: date | None, slipped: bool):
    before, after = Stood("in_progress", then, THEN), Stood("in_progress", now, NOW)
    assert has_slipped(before, after) is slipped
    assert motion(before, after) == ("slipped" if slipped else "stood_still")


def test_what_is_closed_is_not_late():
    assert not has_slipped(Stood("in_progress", MIDDLE, THEN), Stood("completed", MIDDLE, NOW))


def test_what_was_not_there_before_is_new_and_what_is_no_longer_there_is_gone():
    there = Stood("in_progress", None, NOW)
    assert motion(None, there) == Motion.NEW
    assert motion(there, None) == Motion.GONE
