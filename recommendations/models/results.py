"""What the evaluation recommends. Everything but the text may be missing."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import PartyBase, User
from evaltrack.models.when import When, day_column, in_order, kind_column, text_column
from recommendations.choices import Level
from recommendations.models.evaluation import Evaluation


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def visible_to(self, user: User | AnonymousUser) -> "RecommendationQuerySet":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))

    def present(self) -> "RecommendationQuerySet":
        """Those that were not removed, in the order of the report."""
        return self.filter(removed_at=None).order_by("order", "pk")


class Recommendation(models.Model):
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="recommendations")
    order = models.PositiveIntegerField(_("position"), default=0)
    number = models.CharField(_("number"), max_length=20, blank=True)
    text = models.TextField(_("recommendation"))
    rationale = models.TextField(_("rationale"), blank=True)
    directed_to = models.TextField(_("recommendation to"), blank=True)
    responsible_text = models.TextField(_("responsible unit(s)"), blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    priority_note = models.TextField(_("note on the priority"), blank=True)
    timeline_text = text_column(_("timeline"))
    timeline_kind = kind_column()
    timeline_start = day_column(_("starts"))
    timeline_due = day_column(_("due"))
    # Conclusions and findings of the report as printed, such as "Aligned with conclusion 1".
    based_on = models.TextField(_("rests on"), blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Level.choices, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=10, choices=Level.choices, blank=True)
    impact = models.CharField(_("impact"), max_length=10, choices=Level.choices, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    timeline = When("timeline")
    objects: ClassVar[RecommendationQuerySet] = RecommendationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        indexes = [models.Index(fields=["evaluation", "order"], name="recommendation_order")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="recommendation_has_text"),
            in_order("timeline", "timeline_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation.reference}, {self.number or self.order}"


class RecommendationParty(PartyBase):
    """A unit named as responsible for a recommendation (the layout with status per recommendation)."""

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = _("responsible unit")
        verbose_name_plural = _("responsible units")
        abstract = False


class SubPoint(models.Model):
    """A point under a recommendation; points are at most two deep."""

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="sub_points")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="sub_points")
    order = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("sub-point")
        verbose_name_plural = _("sub-points")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="sub_point_has_text")]

    def __str__(self) -> str:
        return self.text[:80]
