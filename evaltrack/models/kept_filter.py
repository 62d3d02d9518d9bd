"""Filters of a list that a person kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evaltrack.models.people import User


class KeptFilter(models.Model):
    """What a person looks at in a list; without a name it is what they last looked at there."""

    person = models.ForeignKey(User, models.CASCADE, related_name="kept_filters")
    page = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60, blank=True)
    query = models.CharField(max_length=2000)

    class Meta:
        verbose_name = _("kept filter")
        verbose_name_plural = _("kept filters")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["person", "page", "name"], name="kept_once")]

    def __str__(self) -> str:
        return self.name or self.query
