"""Which edition of the matrix of a response a printed document is: as it stands, or as it was frozen."""

from datetime import date

from django.utils import timezone

from responses import snapshots
from responses.choices import ResponseState, SnapshotKind
from responses.matrix.edition import ClosedRound, Edition
from responses.models import ManagementResponse, Snapshot


def frozen_edition(snapshot: Snapshot) -> Edition:
    """What a snapshot says by itself, so that it is printed the same for ever and for everyone."""
    of_round = snapshot.rounds.first() if snapshot.kind == SnapshotKind.ROUND else None
    closed = None
    if of_round:
        closed = ClosedRound(of_round.name, taken_on(snapshot), of_round.asked, tuple(of_round.not_reported))
    return Edition(snapshot.version, tuple(snapshots.clearings_of(snapshot)), taken_on(snapshot), closed)


def taken_on(snapshot: Snapshot) -> date:
    """The day it was frozen, the same for everyone."""
    return timezone.localdate(snapshot.taken_at, timezone.get_default_timezone())


def edition_now(response: ManagementResponse, on: date | None) -> Edition:
    """Of a cleared response the version that holds, with the progress since; else the draft of that day."""
    if response.state in (ResponseState.CLEARED, ResponseState.PUBLISHED):
        holding = snapshots.cleared(response, response.version)
        return Edition(response.version, tuple(snapshots.clearings_of(holding)) if holding else (), on)
    return Edition(response.version, (), on)
