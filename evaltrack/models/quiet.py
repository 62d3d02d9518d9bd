"""Days on which nobody is written to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models.people import Office


class QuietDays(models.Model):
    """From one day to another, both included, at an office and those below it, or everywhere."""

    office = models.ForeignKey(
        Office, models.CASCADE, null=True, blank=True, related_name="quiet_days", verbose_name=_("office")
    )
    name = models.CharField(_("occasion"), max_length=100)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("quiet days")
        verbose_name_plural = _("quiet days")
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="quiet_days_in_order"),
        ]
        indexes = [models.Index(fields=["last"], name="quiet_days_until")]

    def __str__(self) -> str:
        return f"{self.name}: {self.first} – {self.last}"
