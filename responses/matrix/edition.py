"""Which edition of a matrix a printed document is: a version, who cleared it, a draft, the end of a round."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Clearing:
    """Who cleared a step, as printed; ``acting_for`` names the person a deputy stood in for."""

    step: str
    name: str
    function: str
    office: str
    on: date
    acting_for: str = ""


@dataclass(frozen=True, slots=True)
class ClosedRound:
    """A round as it was closed: how much was asked about, and the numbers of what nobody reported on."""

    name: str
    closed_on: date
    asked: int
    not_reported: tuple[str, ...] = ()

    @property
    def reported(self) -> int:
        return self.asked - len(self.not_reported)


@dataclass(frozen=True, slots=True)
class Edition:
    """``cleared_by`` is in the order of the steps, and empty for a draft; ``on`` is the day of the draft.

    ``round`` is the round at whose end it was frozen.
    """

    version: int
    cleared_by: tuple[Clearing, ...] = ()
    on: date | None = None
    round: ClosedRound | None = None

    @property
    def is_draft(self) -> bool:
        return not self.cleared_by

    @property
    def holds(self) -> int:
        """The version that holds: of the draft of a first version, none (0)."""
        return self.version - 1 if self.is_draft else self.version
