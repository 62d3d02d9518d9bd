"""Files that people attach: the bytes lie in the file store, each once; the row says what they are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """The same bytes, however often they are attached, are stored once."""

    class Scan(models.TextChoices):
        """What the malware scanner said."""

        NONE = "none", _("Not scanned: no scanner is configured")
        WAITING = "waiting", _("Waiting for the scanner")
        CLEAN = "clean", _("Clean")
        INFECTED = "infected", _("Infected")

    class Preview(models.TextChoices):
        """Whether there are pictures of it, to look at on the page."""

        NONE = "none", _("There is none of this type")
        WAITING = "waiting", _("Being made")
        MADE = "made", _("Made")
        FAILED = "failed", _("Could not be made")

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    # As its bytes say, not as its name does.
    media_type = models.CharField(_("type"), max_length=100)
    content = models.FileField(max_length=200, upload_to="files")
    thumbnail = models.FileField(max_length=200, upload_to="files", blank=True)
    enlarged = models.FileField(max_length=200, upload_to="files", blank=True)
    preview = models.CharField(max_length=10, choices=Preview, default=Preview.NONE)
    scan = models.CharField(_("malware"), max_length=10, choices=Scan.choices, default=Scan.NONE)
    scan_says = models.CharField(max_length=200, blank=True)
    # When it was last wanted: what nothing refers to is deleted a day later.
    stored_at = models.DateTimeField(_("stored"))
    # When a worker last took it on, to scan it or to make its pictures.
    taken_on_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["stored_at"], condition=models.Q(scan="waiting"), name="file_to_scan"),
            models.Index(fields=["stored_at"], condition=models.Q(preview="waiting"), name="file_to_picture"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} B"
