"""What management answers: the response of one office to one evaluation, recommendation by recommendation."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import Office, User
from evaltrack.models.when import When, day_column, in_order, kind_column, text_column
from recommendations.choices import OWING, CommonStatus, Decision
from recommendations.models import Evaluation, Recommendation
from responses.choices import FIXED, OWED, ClosedAs, ResponseState


class ManagementResponseQuerySet(models.QuerySet["ManagementResponse"]):
    def visible_to(self, user: User | AnonymousUser) -> "ManagementResponseQuerySet":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))

    def owed(self) -> "ManagementResponseQuerySet":
        """Those that are still to be given: see ``ManagementResponse.is_owed``."""
        return self.filter(state__in=OWED, version=1, evaluation__state__in=OWING)


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
    state = models.CharField(
        _("state"), max_length=20, choices=ResponseState.choices, default=ResponseState.DRAFTING
    )
    # Counts what was cleared: while version 2 is drafted, version 1 holds.
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    asked_for_on = models.DateField(_("asked for on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    responded_on = When("responded_on")
    objects: ClassVar[ManagementResponseQuerySet] = ManagementResponseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("management response")
        verbose_name_plural = _("management responses")
        indexes = [models.Index(fields=["state", "due_on"], name="response_owed")]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "office"], name="one_response_per_office"),
            models.UniqueConstraint(
                fields=["evaluation"], condition=Q(office=None), name="one_response_without_office"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ResponseState.values), name="response_state_is_known"
            ),
            in_order("responded_on", "responded_on_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation.reference}" + (f" ({self.office})" if self.office else "")

    @property
    def is_owed(self) -> bool:
        """Whether it is still to be given: the report is final, and no version of it is cleared yet."""
        return self.state in OWED and self.version == 1 and self.evaluation.state in OWING

    @property
    def issued_on(self) -> date | None:
        """The day it was issued: what "within three months" counts from."""
        return self.responded_on_due or self.evaluation.report_date

    @property
    def is_cleared(self) -> bool:
        """Whether a version of it is cleared, be it that another one is being drafted."""
        return self.version > 1 or self.state in (ResponseState.CLEARED, ResponseState.PUBLISHED)

    @property
    def is_fixed(self) -> bool:
        """Whether its wording can no longer be changed: someone clears it, or has."""
        return self.state in FIXED


class Extension(models.Model):
    """The term of a response was put off: from when to when, by whom, why."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="extensions")
    before = models.DateField(_("was due on"), null=True)
    after = models.DateField(_("now due on"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        indexes = [models.Index(fields=["response", "at"], name="extension_of_response")]

    def __str__(self) -> str:
        return f"{self.response}: {self.after}"


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
    reported_on = day_column(_("last reported as of"))
    closed_as = models.CharField(_("closed as"), max_length=20, choices=ClosedAs.choices, blank=True)
    closed_on = day_column(_("closed as of"))

    objects: ClassVar[RecommendationResponseQuerySet] = RecommendationResponseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("recommendation response")
        verbose_name_plural = _("recommendation responses")
        constraints = [
            models.UniqueConstraint(
                fields=["response", "recommendation"], name="one_answer_per_recommendation"
            ),
            models.CheckConstraint(
                condition=Q(closed_as="", closed_on=None) | ~Q(closed_as="") & Q(closed_on__isnull=False),
                name="closed_answer_has_day",
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
