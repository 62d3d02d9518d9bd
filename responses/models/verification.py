"""The independent check: another's verdict beside what the lead reported."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import User
from recommendations.models import Evaluation
from responses.models.action import KeyAction
from responses.models.progress import ProgressUpdate
from responses.models.response import ManagementResponse, RecommendationResponse


class Reviewer(models.Model):
    """A second person named to check one response, beside the evaluation unit."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="reviewers")
    person = models.ForeignKey(User, models.CASCADE, related_name="reviews")
    named_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("named by")
    )
    named_at = models.DateTimeField(_("named"))

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        constraints = [models.UniqueConstraint(fields=["response", "person"], name="reviewer_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.response}"


class VerificationQuerySet(models.QuerySet["Verification"]):
    def visible_to(self, user: User | AnonymousUser) -> "VerificationQuerySet":
        seen = Evaluation.objects.visible_to(user)
        return self.filter(
            Q(action__answer__response__evaluation__in=seen) | Q(answer__response__evaluation__in=seen)
        )

    def present(self) -> "VerificationQuerySet":
        """Those of actions and recommendations that were not removed."""
        return self.filter(
            Q(action__removed_at=None, action__answer__recommendation__removed_at=None, answer=None)
            | Q(answer__recommendation__removed_at=None, action=None)
        )

    def unanswered(self) -> "VerificationQuerySet":
        """Those with a question after which nothing was reported and nothing checked again."""
        reported = ProgressUpdate.objects.filter(
            Q(action=OuterRef("action")) | Q(answer=OuterRef("answer")), reported_at__gt=OuterRef("at")
        )
        later = Verification.objects.filter(
            Q(action=OuterRef("action")) | Q(answer=OuterRef("answer")),
            evaluation=None,
            pk__gt=OuterRef("pk"),
        )
        return self.exclude(question="").filter(~Exists(reported), ~Exists(later))


class Verification(models.Model):
    """A verdict on the profile's scales; nothing is overwritten, the latest of each source counts.

    With ``evaluation`` it is what a later evaluation found, entered by ``reviewer``.
    """

    action = models.ForeignKey(KeyAction, models.CASCADE, null=True, related_name="verifications")
    answer = models.ForeignKey(
        RecommendationResponse, models.CASCADE, null=True, related_name="verifications"
    )
    # The self-report it was made on; None where nothing was reported.
    update = models.ForeignKey(ProgressUpdate, models.SET_NULL, null=True, related_name="verifications")
    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, null=True, related_name="verdicts", verbose_name=_("later evaluation")
    )
    where = models.CharField(_("where it says so"), max_length=200, blank=True)
    reviewer = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reviewer")
    )
    at = models.DateTimeField(_("when"))
    # Codes of the profile's scales; blank is "not rated".
    implementation = models.CharField(_("implementation"), max_length=40, blank=True)
    alignment = models.CharField(_("alignment"), max_length=40, blank=True)
    timeliness = models.CharField(_("timeliness"), max_length=40, blank=True)
    reason = models.TextField(_("reason"))
    # What the lead is asked where reviewer and report disagree; the next report answers it.
    question = models.TextField(_("question to the lead"), blank=True)

    objects: ClassVar[VerificationQuerySet] = VerificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("independent check")
        verbose_name_plural = _("independent checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(action=None, answer__isnull=False) | Q(action__isnull=False, answer=None),
                name="verification_has_one_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["action", "-at", "-id"], name="verification_of_action"),
            models.Index(fields=["answer", "-at", "-id"], name="verification_of_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.action or self.answer}: {self.implementation}"
