"""Deadlines as people write them: a value made of the text as written and what it was understood to mean."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What sort of time a wording names."""

    DATE = "date"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    PERIOD = "period"
    FROM = "from"
    CONTINUOUS = "continuous"
    IMMEDIATE = "immediate"
    RELATIVE = "relative"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time as written, its kind, the first day (start) and the last day still in time (due)."""

    text: str
    kind: Kind = Kind.UNKNOWN
    start: date | None = None
    due: date | None = None
