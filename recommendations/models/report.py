"""What comes out of an evaluation's report: its readings, and what the evaluation has learned."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import StoredFile, User
from recommendations.choices import LessonKind, ReadingState
from recommendations.models.evaluation import Evaluation


class ReportReadingQuerySet(models.QuerySet["ReportReading"]):
    def visible_to(self, user: User | AnonymousUser) -> "ReportReadingQuerySet":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))


class ReportReading(models.Model):
    """A report that was handed in to be read, and what was found in it until a person has entered it."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="report_readings")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(
        _("state"), max_length=20, choices=ReadingState.choices, default=ReadingState.WAITING
    )
    # In which the sentences of the result are written.
    language = models.CharField(max_length=20, default="en", editable=False)
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("handed in by")
    )
    asked_at = models.DateTimeField(_("handed in"))
    read_at = models.DateTimeField(_("read"), null=True)
    refusal = models.TextField(_("why it could not be read"), blank=True)
    # What ``report_files.as_data`` says.
    result = models.JSONField(default=dict)
    entered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered"), null=True)
    # A worker's claim; it ends by itself.
    claimed_until = models.DateTimeField(null=True, editable=False)
    # How often a worker has taken it on: what kills three of them is given up.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects: ClassVar[ReportReadingQuerySet] = ReportReadingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(fields=["evaluation", "-asked_at"], name="report_reading_list"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="report_to_read"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReadingState.values), name="report_reading_state_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LessonQuerySet(models.QuerySet["Lesson"]):
    def visible_to(self, user: User | AnonymousUser) -> "LessonQuerySet":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))

    def present(self) -> "LessonQuerySet":
        """Those that were not removed: lessons, then good practices, each in the order of the report."""
        return self.filter(removed_at=None).order_by("kind", "order", "pk")


class Lesson(models.Model):
    """A lesson learned or a good practice."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="lessons")
    kind = models.CharField(_("kind"), max_length=20, choices=LessonKind.choices)
    order = models.PositiveIntegerField(_("position"), default=0)
    label = models.CharField(_("number"), max_length=30, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    text = models.TextField(_("text"))
    based_on = models.TextField(_("rests on"), blank=True)
    page = models.PositiveIntegerField(_("page of the report"), null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[LessonQuerySet] = LessonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        indexes = [models.Index(fields=["evaluation", "kind", "order"], name="lesson_order")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="lesson_has_text"),
            models.CheckConstraint(condition=Q(kind__in=LessonKind.values), name="lesson_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:80]
