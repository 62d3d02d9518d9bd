"""What was done about it: progress updates, which are added and never overwritten, and their evidence."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import StoredFile, User
from recommendations.models import Evaluation
from responses.choices import Channel
from responses.models.action import KeyAction
from responses.models.response import RecommendationResponse


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    def visible_to(self, user: User | AnonymousUser) -> "ProgressUpdateQuerySet":
        seen = Evaluation.objects.visible_to(user)
        return self.filter(
            Q(action__answer__response__evaluation__in=seen) | Q(answer__response__evaluation__in=seen)
        )

    def present(self) -> "ProgressUpdateQuerySet":
        """Those of actions and recommendations that were not removed."""
        return self.filter(
            Q(action__removed_at=None, action__answer__recommendation__removed_at=None, answer=None)
            | Q(answer__recommendation__removed_at=None, action=None)
        )


class ProgressUpdate(models.Model):
    """How a key action (or, where the profile keeps status there, a recommendation) stood on a day."""

    action = models.ForeignKey(KeyAction, models.CASCADE, null=True, blank=True, related_name="updates")
    answer = models.ForeignKey(
        RecommendationResponse, models.CASCADE, null=True, blank=True, related_name="updates"
    )
    round = models.CharField(_("round"), max_length=60, blank=True)
    as_of = models.DateField(_("as of"))
    status = models.CharField(_("status"), max_length=40, blank=True)
    # What the source printed, where it is not the profile's own word.
    status_text = models.TextField(_("status as printed"), blank=True)
    comment = models.TextField(_("comments or action taken"), blank=True)
    done = models.TextField(_("what was done"), blank=True)
    next_step = models.TextField(_("next step"), blank=True)
    channel = models.CharField(
        _("reported by way of"), max_length=10, choices=Channel.choices, default=Channel.PAGE
    )
    reported_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported"))
    # What the browser called it: the same update sent once more is still one.
    client_key = models.CharField(max_length=40, blank=True, default="", editable=False)

    objects: ClassVar[ProgressUpdateQuerySet] = ProgressUpdateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        indexes = [
            models.Index(fields=["action", "-as_of", "-id"], name="update_of_action"),
            models.Index(fields=["answer", "-as_of", "-id"], name="update_of_answer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(action=None, answer__isnull=False) | Q(action__isnull=False, answer=None),
                name="update_has_one_subject",
            ),
            models.UniqueConstraint(
                fields=["action", "client_key"], condition=~Q(client_key=""), name="update_sent_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}: {self.status or self.comment[:60]}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User | AnonymousUser) -> "EvidenceQuerySet":
        """Of updates that are shown to the person."""
        return self.filter(update__in=ProgressUpdate.objects.present().visible_to(user))

    def present(self) -> "EvidenceQuerySet":
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """A file or a link that shows what an update says."""

    update = models.ForeignKey(ProgressUpdate, models.CASCADE, related_name="evidence")
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="evidence", verbose_name=_("file")
    )
    url = models.URLField(_("link"), max_length=2000, blank=True)
    # The file's name as it was uploaded, or what a link is called.
    name = models.CharField(_("name"), max_length=200)
    added_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"))
    removed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None) & ~Q(url="") | Q(file__isnull=False, url=""),
                name="evidence_is_file_or_link",
            ),
        ]

    def __str__(self) -> str:
        return self.name
