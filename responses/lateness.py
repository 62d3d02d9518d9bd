"""How late a key action is or was. Late stays late: a deadline that was put off does not make up for it.

Pure: an action with its answer is handed in, and the day.
"""

from dataclasses import dataclass
from datetime import date

from responses.models import KeyAction


@dataclass(frozen=True, slots=True)
class Lateness:
    """Days late, 0 in time: against what was promised first, and against the deadline as it is now."""

    first: int
    current: int


def first_due(action: KeyAction) -> date | None:
    """The day it was first promised for; before the response is cleared, the day it is planned for."""
    due: date | None = action.first_due if action.first_deadline_text else action.deadline_due
    return due


def ended_on(action: KeyAction) -> date | None:
    """Since when nobody is asked about it any more, for itself or with its recommendation."""
    ended: date | None = action.closed_on or action.answer.closed_on
    return ended


def days_late(due: date | None, ended: date | None, today: date) -> int:
    """How many days after ``due`` it ended, or has been open until today; 0 where there is no due day."""
    return max(0, ((ended or today) - due).days) if due else 0


def of(action: KeyAction, today: date) -> Lateness:
    """An open action counts up to today, a closed one up to the day as of which it was closed."""
    ended = ended_on(action)
    return Lateness(days_late(first_due(action), ended, today), days_late(action.deadline_due, ended, today))
