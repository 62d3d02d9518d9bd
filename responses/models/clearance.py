"""Clearance: who has to clear a response, who did, and the matrix as it was frozen then."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from evaltrack.models import Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses.choices import SnapshotKind, StepState
from responses.models.response import ManagementResponse


class ClearanceStep(models.Model):
    """One step of one submission. The words of who decided are kept as they were on that day."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="steps")
    version = models.PositiveSmallIntegerField(_("version"))
    # A response that was returned goes through the whole chain again: its steps are of another submission.
    submission = models.PositiveSmallIntegerField(_("submission"))
    order = models.PositiveSmallIntegerField(_("step"))
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("office"))
    label = models.CharField(_("name of the step"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=StepState.choices, default=StepState.WAITING)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    # As printed: name, function and office, and for whom a deputy acted.
    name = models.CharField(_("name"), max_length=150, blank=True)
    function = models.CharField(_("function"), max_length=150, blank=True)
    office_name = models.CharField(_("office"), max_length=200, blank=True)
    acting_for = models.CharField(_("acting for"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("when"), null=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("clearance step")
        verbose_name_plural = _("clearance steps")
        ordering = ["version", "submission", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["response", "version", "submission", "order"], name="one_step_per_place"
            ),
            # Two officers at once: the database itself lets only one decision stand.
            models.CheckConstraint(
                condition=models.Q(state=StepState.WAITING, decided_at=None)
                | models.Q(decided_at__isnull=False) & ~models.Q(state=StepState.WAITING),
                name="decided_step_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "role"], condition=models.Q(state="waiting"), name="step_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.response} {self.version}.{self.submission}.{self.order}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: User | AnonymousUser) -> "SnapshotQuerySet":
        return self.filter(response__evaluation__in=Evaluation.objects.visible_to(user))


class Snapshot(models.Model):
    """The matrix frozen at a moment: ``matrix`` is its JSON, ``sha256`` that of its bytes.

    The database refuses to alter or remove one.
    """

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="snapshots")
    kind = models.CharField(_("kind"), max_length=20, choices=SnapshotKind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    submission = models.PositiveSmallIntegerField(_("submission"))
    label = models.CharField(_("name"), max_length=60)
    matrix = models.TextField()
    # Who cleared it, as printed: name, function, office, date (see ``snapshots.Clearing``).
    cleared_by = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Of a cleared version; a version after it does not take that away.
    published_at = models.DateTimeField(_("published"), null=True)

    objects: ClassVar[SnapshotQuerySet] = SnapshotQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["taken_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["response", "label"], name="snapshot_has_own_name")]

    def __str__(self) -> str:
        return f"{self.response}: {self.label}"


class Sighting(models.Model):
    """A person has looked at a snapshot: what changed since is shown to them against it."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="sightings")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        constraints = [models.UniqueConstraint(fields=["snapshot", "person"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.snapshot}"
