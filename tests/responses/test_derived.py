"""What the statuses of key actions amount to for their recommendation, case by case."""

import pytest

from responses import derived
from responses.derived import Derived

NOT, GOING, DONE, DROPPED, BLANK = "not_started", "in_progress", "completed", "dropped", ""


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ([DONE], DONE),
        ([DONE, DONE], DONE),
        ([DONE, DROPPED], DONE),
        ([DROPPED, DROPPED], DROPPED),
        ([DONE, GOING], GOING),
        ([DONE, NOT], GOING),
        ([DONE, BLANK], GOING),
        ([GOING, BLANK], GOING),
        ([GOING, DROPPED], GOING),
        ([NOT, NOT], NOT),
        ([NOT, BLANK], NOT),
        ([NOT, DROPPED], NOT),
        ([BLANK, BLANK], BLANK),
        ([BLANK, DROPPED], BLANK),
        ([], BLANK),
    ],
)
def test_what_they_amount_to(statuses, wanted):
    assert derived.together(statuses) == wanted
    assert derived.together(statuses[::-1]) == wanted


def test_it_is_said_on_how_many_it_rests():
    assert derived.of_actions([DONE, BLANK, GOING]) == Derived(GOING, 2, 3)


def test_without_key_actions_nothing_is_derived():
    assert derived.of_actions([]) is None
