"""A party of a responsible cell, as read from its words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """A name and its part: lead, support or coordination."""

    name: str
    role: str
