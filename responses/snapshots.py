"""Snapshots: the matrix frozen at a moment, with the hash that proves it was not altered since."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from evaltrack.models import AuditEntry, User
from responses.choices import SnapshotKind
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.edition import Clearing
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer
from responses.models import ClearanceStep, ManagementResponse, Sighting, Snapshot

# The kind and the hash of the matrix, and who cleared it.
Seals = dict[tuple[str, str], list[Any]]


def take(
    response: ManagementResponse,
    kind: SnapshotKind,
    *,
    submission: int,
    now: datetime,
    by: User | None,
    cleared_by: Sequence[Clearing] = (),
    round: str = "",
) -> Snapshot:
    """Freeze the matrix as it stands; the label tells version and submission, such as "1" or "2, draft 3".

    That of a round is the round's name; who closed it has not looked at the matrix by that.
    """
    frozen = writer.write(build(response)).decode()
    label = round or f"{response.version}"
    if kind == SnapshotKind.SUBMITTED:
        label = f"{response.version}, draft {submission}"
    taken = Snapshot.objects.create(
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
    if by and kind != SnapshotKind.ROUND:
        look(taken, by=by, now=now)
    return taken


def publish(response: ManagementResponse, *, now: datetime) -> None:
    """Note on the cleared version when it was published; the version after it does not take that away."""
    response.snapshots.filter(kind=SnapshotKind.CLEARED, version=response.version).update(published_at=now)


# What was frozen -----------------------------------------------------------------------------------------


def sha256(frozen: str) -> str:
    return hashlib.sha256(frozen.encode()).hexdigest()


def is_intact(snapshot: Snapshot, sealed: Seals | None = None) -> bool:
    """Whether it is still what was frozen: its matrix fits its hash, and the history has both that and who
    cleared it. Hand in the ``seals`` of its response to ask about several."""
    if sha256(snapshot.matrix) != snapshot.sha256:
        return False
    known = seals(snapshot.response_id) if sealed is None else sealed
    return snapshot.cleared_by in known.get((snapshot.kind, snapshot.sha256), [])


def seals(response: int) -> Seals:
    """What the history says of the snapshots of a response (its id): one query."""
    moves = AuditEntry.objects.filter(
        target_type=ManagementResponse._meta.model_name, target_id=response, changes__has_key="snapshot"
    )
    found: Seals = defaultdict(list)
    for changes in moves.values_list("changes", flat=True):
        found[_kind(changes), changes["snapshot"][1]].append(changes.get("cleared_by", ["", []])[1])
    return found


def _kind(changes: dict[str, Any]) -> str:
    """Of the snapshot that an entry of the history tells of."""
    if "round" in changes:
        return SnapshotKind.ROUND
    return SnapshotKind.CLEARED if "cleared_by" in changes else SnapshotKind.SUBMITTED


def altered() -> Iterator[str]:
    """A sentence for each snapshot that is no longer as it was frozen, for ``verify_history``."""
    for snapshot in Snapshot.objects.select_related("response__evaluation").order_by("pk").iterator(10):
        if not is_intact(snapshot):
            yield f"Snapshot {snapshot.pk} ({snapshot}, taken {snapshot.taken_at:%Y-%m-%d}) was altered."


def matrix_of(snapshot: Snapshot) -> Matrix:
    """The matrix that was frozen; one that does not fit its hash is read as carefully as a stranger's."""
    if sha256(snapshot.matrix) == snapshot.sha256:
        return reader.restored(snapshot.matrix)
    return reader.read(snapshot.matrix.encode())


def same_wording(one: Snapshot, other: Snapshot) -> bool:
    """Whether they differ in nothing but the progress that was reported between them."""
    return _wording(matrix_of(one)) == _wording(matrix_of(other))


def _wording(matrix: Matrix) -> Matrix:
    recommendations = tuple(
        replace(
            one,
            monitoring=(),
            actions=tuple(
                replace(action, comment=None, status=None, status_text=None) for action in one.actions
            ),
        )
        for one in matrix.recommendations
    )
    return replace(matrix, recommendations=recommendations)


def clearings_of(snapshot: Snapshot) -> list[Clearing]:
    """Who cleared what was frozen, in the order of the steps."""
    return [Clearing(**one | {"on": date.fromisoformat(one["on"])}) for one in snapshot.cleared_by]


# Which one -----------------------------------------------------------------------------------------------


def cleared(response: ManagementResponse, version: int | None = None) -> Snapshot | None:
    """The matrix of a cleared version, of the latest without a number."""
    found = response.snapshots.filter(kind=SnapshotKind.CLEARED)
    if version is not None:
        found = found.filter(version=version)
    return found.order_by("-version").first()


def submitted(step: ClearanceStep) -> Snapshot:
    """The matrix that a step decides on, read where it is asked for."""
    return _submitted(step).defer("matrix").get()


def submitter(step: ClearanceStep) -> int | None:
    """Who submitted what a step decides on (id); None is EvalTrack itself."""
    return _submitted(step).values_list("taken_by", flat=True).get()


def _submitted(step: ClearanceStep) -> "QuerySet[Snapshot]":
    found = Snapshot.objects.filter(response=step.response_id, kind=SnapshotKind.SUBMITTED)
    return found.filter(version=step.version, submission=step.submission)


def latest(response: ManagementResponse) -> Snapshot | None:
    """The last on its way through clearance."""
    return response.snapshots.exclude(kind=SnapshotKind.ROUND).order_by("-pk").first()


# Who has seen it -----------------------------------------------------------------------------------------


def seen_before(snapshot: Snapshot, person: User) -> Snapshot | None:
    """The matrix as the person last saw it before this one; else the version that this one is to replace."""
    earlier = Snapshot.objects.filter(response=snapshot.response_id, pk__lt=snapshot.pk).order_by("-pk")
    earlier = earlier.exclude(kind=SnapshotKind.ROUND)
    seen = earlier.filter(sightings__person=person).first()
    return seen or earlier.filter(kind=SnapshotKind.CLEARED).first()


def look(snapshot: Snapshot, *, by: User, now: datetime) -> None:
    """Note that the person has seen it, once."""
    Sighting.objects.bulk_create([Sighting(snapshot=snapshot, person=by, at=now)], ignore_conflicts=True)
