"""What was changed: one row a change, never altered, without foreign keys so that it outlives its objects."""

import uuid

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
    # Of all the above; what the seals chain.
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

    ``chain`` is the SHA-256 of the link before and of the entry's digest, so no entry can be changed, removed
    or put in between without breaking every link after it.
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
