"""Proving the history unaltered: every link of its chain worked out anew and compared with what is stored.

The database writes the chain (migration 0005); this only reads, and takes the same memory however long the
history is. Its sentences are for the administrator at the command line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection
from django.db.models import Exists, OuterRef

from evaltrack.models import AuditEntry, AuditSeal
from evaltrack.models.audit import digest_of, link

BATCH = 2_000
# What the migration leaves on the tables of the history, by database.
GUARDS = {
    "postgresql": {
        "history_entry_awaits_seal", "history_seal", "history_entry_unaltered", "history_entry_kept",
        "history_seal_unaltered", "history_seal_kept",
    },
    "sqlite": {
        "history_entry_sealed", "history_entry_unaltered", "history_entry_kept", "history_entry_unreplaced",
        "history_seal_unaltered", "history_seal_kept", "history_seal_unreplaced",
    },
}  # fmt: skip
ENABLED = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'history%%' AND tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'history%%'",
}


@dataclass(slots=True)
class Walk:
    """One walk along the chain; once it is over, ``position`` and ``head`` tell the last link.

    ``since`` is the position of a link noted earlier, which is taken as it stands. ``expect`` is such a link:
    it must still be one of those walked, or the one at ``since``.
    """

    since: int = 0
    expect: str = ""
    count: int = 0
    position: int = 0
    head: str = ""

    def faults(self) -> Iterator[str]:
        """Each thing that is not as it was written, in a sentence; nothing for an unaltered history."""
        yield from missing_guards()
        yield from self._start()
        met = self.expect in ("", self.head)
        last = ""
        for seal, entry in _sealed(self.since):
            yield from self._compare(seal, entry, last)
            met = met or seal.chain == self.expect
            last = f"; before it stands {told(entry)}" if entry else last
        yield from _unsealed()
        if not met:
            yield (
                f"The noted hash {self.expect} is no link of the chain: the history was cut off before it,"
                " or written anew."
            )

    def _start(self) -> Iterator[str]:
        self.position = self.since
        if not self.since:
            return
        seal = AuditSeal.objects.filter(pk=self.since).first()
        self.head = seal.chain if seal else ""
        if seal is None:
            yield f"Seal {self.since}, to go on from, is missing."

    def _compare(self, seal: AuditSeal, entry: AuditEntry | None, last: str) -> Iterator[str]:
        """One link against the one before, and the entry against its seal; goes on from what is stored."""
        if seal.position != self.position + 1:
            yield f"Of the seals, {self.position + 1} to {seal.position - 1} are missing{last}."
        elif link(self.head, seal.position, seal.entry_id, seal.digest) != seal.chain:
            yield f"Seal {seal.position}, of entry {seal.entry_id}, does not follow from the one before it."
        if entry is None:
            yield f"Entry {seal.entry_id}, sealed at {seal.position}, is missing{last}."
        elif not entry.digest == seal.digest == digest_of(entry):
            yield f"{told(entry)} was altered after it was sealed (position {seal.position})."
        self.count += 1
        self.position, self.head = seal.position, seal.chain


def missing_guards() -> Iterator[str]:
    """The triggers that are not there or switched off: without them anything could have been written."""
    with connection.cursor() as cursor:
        cursor.execute(ENABLED[connection.vendor], [])
        there = {row[0] for row in cursor.fetchall()}
    for name in sorted(GUARDS[connection.vendor] - there):
        yield f"The trigger {name}, which guards the history, is not there or switched off."


def told(entry: AuditEntry) -> str:
    """Which entry: its number, when, who, what, as it reads now."""
    what = f"{entry.verb} {entry.target_type} {entry.target_id} “{entry.target[:60]}”"
    return f"Entry {entry.pk} ({entry.at:%Y-%m-%d %H:%M} UTC, {entry.actor}: {what})"


def _sealed(since: int) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """The seals in their order, each with its entry (None where that is gone)."""
    seals = AuditSeal.objects.filter(position__gt=since).order_by("position").iterator(BATCH)
    while batch := list(islice(seals, BATCH)):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in batch])
        for seal in batch:
            yield seal, entries.get(seal.entry_id)


def _unsealed() -> Iterator[str]:
    seal = AuditSeal.objects.filter(entry_id=OuterRef("pk"))
    for entry in AuditEntry.objects.filter(~Exists(seal)).order_by("pk").iterator(BATCH):
        yield f"{told(entry)} has no seal: it was not written by way of the database's trigger."
