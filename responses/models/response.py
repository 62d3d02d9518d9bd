"""What management answers: the response of one office to one evaluation, recommendation by recommendation."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import Office, User
from evaltrack.models.when import When, day_column, in_order, kind_column, text_column
from recommendations.choices import CommonStatus, Decision
from recommendations.models import Evaluation, Recommendation


class ManagementResponseQuerySet(models.QuerySet["ManagementResponse"]):
    def visible_to(self, user: User | AnonymousUser) -> "ManagementResponseQuerySet":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))


class ManagementResponse(models.Model):
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="responses")
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
        verbose_name=_("responding office"),
    )
    coordinator = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="coordinated",
        verbose_name=_("coordinator"),
    )
    coordinator_text = models.TextField(
        _("person or entity responsible for completing the matrix"), blank=True
    )
    overall_comment = models.TextField(_("overall comment"), blank=True)
    responded_on_text = text_column(_("date of the response"))
    responded_on_kind = kind_column()
    responded_on_start = day_column(_("starts"))
    responded_on_due = day_column(_("responded on"))
    created_at = models.DateTimeField(auto_now_add=True)

    responded_on = When("responded_on")
    objects: ClassVar[ManagementResponseQuerySet] = ManagementResponseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("management response")
        verbose_name_plural = _("management responses")
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "office"], name="one_response_per_office"),
            models.UniqueConstraint(
                fields=["evaluation"], condition=Q(office=None), name="one_response_without_office"
            ),
            in_order("responded_on", "responded_on_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation.reference}" + (f" ({self.office})" if self.office else "")


class RecommendationResponseQuerySet(models.QuerySet["RecommendationResponse"]):
    def visible_to(self, user: User | AnonymousUser) -> "RecommendationResponseQuerySet":
        return self.filter(response__evaluation__in=Evaluation.objects.visible_to(user))

    def present(self) -> "RecommendationResponseQuerySet":
        """Those to recommendations that were not removed."""
        return self.filter(recommendation__removed_at=None)


class RecommendationResponse(models.Model):
    """The answer to one recommendation: decision, narrative and, where profiles keep it here, the status."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="answers")
    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="answers")
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices, blank=True)
    narrative = models.TextField(_("management response"), blank=True)
    # The latest progress update's status, kept here so that lists need no join. Blank is "not reported".
    status = models.CharField(_("status"), max_length=40, blank=True)
    common_status = models.CharField(max_length=20, choices=CommonStatus.choices, blank=True)

    objects: ClassVar[RecommendationResponseQuerySet] = RecommendationResponseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("recommendation response")
        verbose_name_plural = _("recommendation responses")
        constraints = [
            models.UniqueConstraint(
                fields=["response", "recommendation"], name="one_answer_per_recommendation"
            ),
        ]

    def __str__(self) -> str:
        return str(self.recommendation)


class Footnote(models.Model):
    """A note at the mark ``[^mark]`` of any text: how management corrects words that it may not edit."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="footnotes")
    order = models.PositiveSmallIntegerField(default=0)
    mark = models.CharField(_("mark"), max_length=10)
    text = models.TextField(_("note"))

    class Meta:
        verbose_name = _("footnote")
        verbose_name_plural = _("footnotes")
        constraints = [models.UniqueConstraint(fields=["response", "mark"], name="one_note_per_mark")]

    def __str__(self) -> str:
        return f"[{self.mark}] {self.text[:60]}"
