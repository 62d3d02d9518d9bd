"""The matrix as one document: a frozen tree whose JSON form is ``matrix.schema.json``.

Every reader yields one, every writer is given one. Text is the small Markdown of ``evaltrack.text``.
A value that the source does not print is ``None`` (or an empty tuple), never a guess.
"""

from dataclasses import dataclass, field

from evaltrack.deadlines import Deadline
from evaltrack.parties import Party

__all__ = [
    "Action",
    "Evaluation",
    "Footnote",
    "Matrix",
    "Monitoring",
    "Party",
    "Recommendation",
    "Response",
    "Responsible",
    "SubPoint",
]

FORMAT = "evaltrack-matrix"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Responsible:
    """A responsible cell: the text as printed and the parties read from it."""

    text: str
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class SubPoint:
    text: str
    sub_points: tuple["SubPoint", ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """Management's answer to one recommendation: decision code and narrative."""

    decision: str | None = None
    narrative: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    number: str
    text: str
    deadline: Deadline | None = None
    responsible: Responsible | None = None
    comment: str | None = None
    status: str | None = None
    status_text: str | None = None


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What one round says of a recommendation, in layouts that keep the status there."""

    round: str
    status: str | None = None
    status_text: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    number: str
    text: str
    rationale: str | None = None
    directed_to: str | None = None
    responsible: Responsible | None = None
    priority: int | None = None
    priority_note: str | None = None
    timeline: Deadline | None = None
    sub_points: tuple[SubPoint, ...] = ()
    response: Response = field(default_factory=Response)
    actions: tuple[Action, ...] = ()
    monitoring: tuple[Monitoring, ...] = ()


@dataclass(frozen=True, slots=True)
class Footnote:
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    title: str
    short_title: str | None = None
    reference: str | None = None
    conducted: str | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole matrix of one management response."""

    profile: str
    language: str
    evaluation: Evaluation
    coordinator: str | None = None
    overall_comment: str | None = None
    responded_on: Deadline | None = None
    recommendations: tuple[Recommendation, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
