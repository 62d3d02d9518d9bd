"""What a reader understood of a file: the matrix, where each value came from, and what is doubtful."""

from dataclasses import dataclass, field
from enum import StrEnum

from evaltrack.documents.content import Place
from responses.matrix.document import Matrix


class Origin(StrEnum):
    """How a value came about."""

    PRINTED = "printed"  # it stands there under its label
    READ = "read"  # taken out of a sentence
    MAPPED = "mapped"  # a column that a person named


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from, and how it is written there."""

    place: Place
    text: str
    origin: Origin = Origin.PRINTED


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a person should look at, in their language.

    ``path`` is that of a value, such as ``recommendations[0].response.decision``, or "" for the whole file.
    """

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A text of the file that stands nowhere in the matrix, and why: guidance of the form, a page's head."""

    text: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """``sources`` go by path. ``handout`` is the identity of a file that we gave out ourselves, or ""."""

    matrix: Matrix
    sources: dict[str, Source] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    handout: str = ""
