"""Bulk exports: the matrices of many evaluations as one file, made in the background and kept for a week."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import User
from responses.choices import BulkForm, BulkState
from responses.models.response import ManagementResponse


class BulkExportQuerySet(models.QuerySet["BulkExport"]):
    def visible_to(self, user: User | AnonymousUser) -> "BulkExportQuerySet":
        """A person's own: what is inside is what they may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(person=user.pk)

    def unfinished(self) -> "BulkExportQuerySet":
        return self.filter(state__in=(BulkState.WAITING, BulkState.PRINTING, BulkState.PACKING))


class BulkExport(models.Model):
    """What was asked for, how far it is, and where the file lies once it is made."""

    person = models.ForeignKey(
        User, models.CASCADE, related_name="bulk_exports", verbose_name=_("asked for by")
    )
    form = models.CharField(_("form"), max_length=10, choices=BulkForm.choices)
    # Of the contents, and of the words of the forms where it is one document.
    language = models.CharField(_("language"), max_length=20, default="en")
    title = models.CharField(_("title"), max_length=200)
    # The day that is printed, though it may be made over midnight.
    printed_on = models.DateField(_("as of"))
    asked_at = models.DateTimeField(_("asked for"))
    state = models.CharField(_("state"), max_length=10, choices=BulkState.choices, default=BulkState.WAITING)
    refusal = models.TextField(_("why it could not be made"), blank=True)
    # A worker's claim: its mark, until when it counts, and how many have had it since something got done.
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    file = models.CharField(max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True)
    kept_until = models.DateTimeField(_("kept until"), null=True)

    objects: ClassVar[BulkExportQuerySet] = BulkExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bulk export")
        verbose_name_plural = _("bulk exports")
        indexes = [models.Index(fields=["person", "-asked_at"], name="bulk_export_list")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=BulkState.READY) | ~Q(file=""), name="ready_export_has_file"
            )
        ]

    def __str__(self) -> str:
        return self.title


class BulkItem(models.Model):
    """A response in a bulk export; done once its document is printed and kept."""

    export = models.ForeignKey(BulkExport, models.CASCADE, related_name="items")
    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="+")
    order = models.PositiveIntegerField()
    done = models.BooleanField(default=False)
    # Why it is not in the file.
    failed = models.TextField(blank=True)

    class Meta:
        verbose_name = _("response in a bulk export")
        verbose_name_plural = _("responses in a bulk export")
        constraints = [models.UniqueConstraint(fields=["export", "response"], name="exported_once")]
        indexes = [models.Index(fields=["export", "order"], name="bulk_item_order")]

    def __str__(self) -> str:
        return f"{self.export}: {self.response}"
