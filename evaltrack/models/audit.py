"""What was changed: one row a change, never altered, without foreign keys so that it outlives its objects."""

import hashlib
import json
import uuid
from datetime import UTC
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    at = models.DateTimeField(_("when"), db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(_("who"), max_length=300)
    # Entries of one click belong together.
    click = models.UUIDField(default=uuid.uuid4, db_index=True)
    verb = models.CharField(_("what"), max_length=60)
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    target = models.CharField(_("on what"), max_length=300)
    # The evaluation (or other record) under which the change is shown.
    parent_type = models.CharField(max_length=60, blank=True)
    parent_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    # Of all the above (``digest_of``); what the seals chain.
    digest = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes = [
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_target"),
            models.Index(fields=["parent_type", "parent_id", "-at"], name="audit_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.verb} {self.target}"


class AuditSeal(models.Model):
    """One link of the chain over the history, made by a trigger of the database when an entry is committed.

    ``chain`` is the SHA-256 of the link before, the position, the entry's number and its digest (``link``):
    no entry can be changed, removed or put in between without breaking every link after it.
    """

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("history seal")
        verbose_name_plural = _("history seals")

    def __str__(self) -> str:
        return f"{self.position}: {self.chain[:12]}"


def digest_of(entry: Any) -> str:
    """The SHA-256 of what an entry says, as lower-case hex. Its form is for ever: the seals hold it.

    It is taken of a JSON object with the names below in alphabetical order, without white space, in UTF-8,
    the time in UTC with six decimals.
    """
    said = {
        "actor": entry.actor,
        "actor_id": entry.actor_id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "changes": entry.changes,
        "click": str(entry.click),
        "parent_id": entry.parent_id,
        "parent_type": entry.parent_type,
        "target": entry.target,
        "target_id": entry.target_id,
        "target_type": entry.target_type,
        "verb": entry.verb,
    }
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def link(before: str, position: int, entry_id: int, digest: str) -> str:
    """What the database writes as ``chain`` of the seal at a position; ``before`` is "" for the first."""
    return hashlib.sha256(f"{before} {position} {entry_id} {digest}".encode()).hexdigest()
