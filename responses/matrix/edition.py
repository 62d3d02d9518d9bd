"""Which edition of a matrix a printed document is: a version and who cleared it, or a draft."""

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
class Edition:
    """``cleared_by`` is in the order of the steps, and empty for a draft; ``on`` is the day of the draft."""

    version: int
    cleared_by: tuple[Clearing, ...] = ()
    on: date | None = None

    @property
    def is_draft(self) -> bool:
        return not self.cleared_by

    @property
    def holds(self) -> int:
        """The version that holds: of the draft of a first version, none (0)."""
        return self.version - 1 if self.is_draft else self.version
