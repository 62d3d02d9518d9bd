"""The evaluation: what the cover of its report says, and what the matrix needs of it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from evaltrack.models import Office, User
from evaltrack.roles import Permission, reach, remembered
from recommendations.choices import EvaluationState, EvaluationType, Timing
from recommendations.models.profile import RuleProfile


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, user: User | AnonymousUser) -> "EvaluationQuerySet":
        """What the person may know of: their offices' evaluations, and those they have a part in.

        Evaluators see theirs until they have handed them over. A confidential one is seen by those who have a
        part in it and those who are trusted with such at one of its offices.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(remembered(("evaluations seen", user.pk), lambda: _seen_by(user)))


def _seen_by(user: User) -> Q:
    at = Evaluation.offices.through.objects
    held = reach(user)
    viewed = at.filter(office_id__in=held.at(Permission.VIEW)).values("evaluation_id")
    trusted = at.filter(office_id__in=held.at(Permission.SEE_CONFIDENTIAL))
    seen = Q(pk__in=viewed, confidential=False) | Q(pk__in=trusted.values("evaluation_id"))
    seen |= Q(manager__in=held.identities)
    written = Evaluation.evaluators.through.objects.filter(user_id=user.pk).values("evaluation_id")
    seen |= Q(pk__in=written, handed_over_at=None)
    for path in settings.EVALUATION_INVOLVEMENT:
        seen |= import_string(path)(user, held)
    return seen


class Evaluation(models.Model):
    reference = models.CharField(
        _("reference"),
        max_length=60,
        unique=True,
        help_text=_("Such as NV-2026-014. Made for you when left empty."),
    )
    title = models.CharField(_("title"), max_length=500)
    short_title = models.CharField(
        _("short title"),
        max_length=150,
        blank=True,
        help_text=_("For the running line of the printed matrix."),
    )
    conducted = models.CharField(
        _("period conducted"), max_length=100, blank=True, help_text=_("As printed, such as 2024-2025.")
    )
    # What the evaluation looked at; registers print ends before starts, and so are they kept.
    period_from = models.DateField(_("period evaluated from"), null=True, blank=True)
    period_to = models.DateField(_("period evaluated to"), null=True, blank=True)
    type = models.CharField(_("type"), max_length=20, choices=EvaluationType.choices, blank=True)
    timing = models.CharField(_("timing"), max_length=20, choices=Timing.choices, blank=True)
    offices = models.ManyToManyField(Office, related_name="evaluations", verbose_name=_("offices"))
    countries = CountryField(_("countries"), multiple=True, blank=True)
    # Most are entered when their report is there.
    state = models.CharField(
        _("state"), max_length=20, choices=EvaluationState.choices, default=EvaluationState.FINAL
    )
    report_date = models.DateField(_("date of the report"), null=True, blank=True)
    manager = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="managed_evaluations",
        verbose_name=_("evaluation manager"),
    )  # fmt: skip
    evaluators = models.ManyToManyField(
        User, blank=True, related_name="evaluated", verbose_name=_("evaluators with an account")
    )
    profile = models.ForeignKey(
        RuleProfile, models.PROTECT, related_name="evaluations", verbose_name=_("rule profile")
    )
    language = models.CharField(
        _("language of the text"),
        max_length=20,
        default="en",
        help_text=_("A language tag such as en, fr or es."),
    )
    confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_("Seen only by those who have a part in it, and by the evaluation unit."),
    )
    # From then on its evaluators no longer see it.
    handed_over_at = models.DateTimeField(
        _("recommendations handed over"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[EvaluationQuerySet] = EvaluationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        indexes = [models.Index(fields=["-report_date", "reference"], name="evaluation_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EvaluationState.values), name="evaluation_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="evaluation_has_title"),
            models.CheckConstraint(condition=~Q(reference=""), name="evaluation_has_reference"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def name(self) -> str:
        return self.short_title or self.title

    @property
    def language_name(self) -> str:
        """The language of the text, named in that of the page; its tag where Django knows no name for it."""
        try:
            return str(get_language_info(self.language.lower())["name_translated"])
        except KeyError:
            return self.language
