"""Snapshots: the matrix frozen at a moment, with the hash that proves it was not altered since."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from evaltrack.models import User
from responses.choices import SnapshotKind
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer
from responses.models import ManagementResponse, Snapshot


@dataclass(frozen=True, slots=True)
class Clearing:
    """Who cleared a step, as printed; ``acting_for`` names the person a deputy stood in for."""

    step: str
    name: str
    function: str
    office: str
    on: date
    acting_for: str = ""


def take(
    response: ManagementResponse,
    kind: SnapshotKind,
    *,
    submission: int,
    now: datetime,
    by: User | None,
    cleared_by: Sequence[Clearing] = (),
) -> Snapshot:
    """Freeze the matrix as it stands; the label tells version and submission, such as "1" or "2, draft 3"."""
    frozen = writer.write(build(response)).decode()
    label = f"{response.version}"
    if kind == SnapshotKind.SUBMITTED:
        label = f"{response.version}, draft {submission}"
    return Snapshot.objects.create(
        response=response,
        kind=kind,
        version=response.version,
        submission=submission,
        label=label,
        matrix=frozen,
        cleared_by=[asdict(one) | {"on": one.on.isoformat()} for one in cleared_by],
        sha256=sha256(frozen),
        taken_at=now,
        taken_by=by,
    )


def sha256(frozen: str) -> str:
    return hashlib.sha256(frozen.encode()).hexdigest()


def is_intact(snapshot: Snapshot) -> bool:
    """Whether the matrix is still the one that was frozen."""
    return sha256(snapshot.matrix) == snapshot.sha256


def matrix_of(snapshot: Snapshot) -> Matrix:
    return reader.read(snapshot.matrix.encode())


def clearings_of(snapshot: Snapshot) -> list[Clearing]:
    """Who cleared what was frozen, in the order of the steps."""
    return [Clearing(**one | {"on": date.fromisoformat(one["on"])}) for one in snapshot.cleared_by]


def cleared(response: ManagementResponse, version: int | None = None) -> Snapshot | None:
    """The matrix of a cleared version, of the latest without a number."""
    found = response.snapshots.filter(kind=SnapshotKind.CLEARED)
    if version is not None:
        found = found.filter(version=version)
    return found.order_by("-version").first()
