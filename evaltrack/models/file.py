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

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    # As its bytes say, not as its name does.
    media_type = models.CharField(_("type"), max_length=100)
    content = models.FileField(max_length=200, upload_to="files")
    thumbnail = models.FileField(max_length=200, upload_to="files", blank=True)
    scan = models.CharField(_("malware"), max_length=10, choices=Scan.choices, default=Scan.NONE)
    scan_says = models.CharField(max_length=200, blank=True)
    stored_at = models.DateTimeField(_("stored"))

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["stored_at"], condition=models.Q(scan="waiting"), name="file_to_scan")
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} B"
