"""Matrices that were given out as files: what comes back filled in is compared with what went out."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from evaltrack.models import User
from recommendations.models import Evaluation
from responses.models.response import ManagementResponse


class HandoutQuerySet(models.QuerySet["Handout"]):
    def visible_to(self, user: User | AnonymousUser) -> "HandoutQuerySet":
        return self.filter(response__evaluation__in=Evaluation.objects.visible_to(user))


class Handout(models.Model):
    """A file that somebody took away: ``token`` stands hidden in it, ``packed`` is its matrix as zlib."""

    token = models.CharField(max_length=32, unique=True, editable=False)
    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="handouts")
    format = models.CharField(_("format"), max_length=10)
    packed = models.BinaryField()
    # Of the matrix's JSON: who takes the same away again gets the same file.
    sha256 = models.CharField(max_length=64)
    # None: by the command line.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    objects: ClassVar[HandoutQuerySet] = HandoutQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("file given out")
        verbose_name_plural = _("files given out")
        indexes = [
            models.Index(fields=["response", "sha256"], name="handout_of_matrix"),
            models.Index(fields=["at"], name="handout_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.response}, {self.format}, {self.at:%Y-%m-%d}"
