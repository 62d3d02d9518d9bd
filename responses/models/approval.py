"""What is asked for and may need another's approval: a later deadline, closing what was not done."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import User
from evaltrack.models.when import When, day_column, kind_column, text_column
from recommendations.models import Evaluation
from responses.choices import ClosedAs, RequestState
from responses.models.action import KeyAction
from responses.models.progress import ProgressUpdate
from responses.models.response import RecommendationResponse


class Request(models.Model):
    """Who asked, when and why, and what was decided. Where no approval is needed it is approved at once."""

    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(
        _("state"), max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.TextField(_("a word with the decision"), blank=True)

    class Meta:
        abstract = True


class DeadlineChangeQuerySet(models.QuerySet["DeadlineChange"]):
    def visible_to(self, user: User | AnonymousUser) -> "DeadlineChangeQuerySet":
        return self.within(Evaluation.objects.visible_to(user))

    def within(self, evaluations: "models.QuerySet[Evaluation]") -> "DeadlineChangeQuerySet":
        return self.filter(action__answer__response__evaluation__in=evaluations)

    def present(self) -> "DeadlineChangeQuerySet":
        """Those of key actions that were not removed."""
        return self.filter(action__removed_at=None, action__answer__recommendation__removed_at=None)


class DeadlineChange(Request):
    """A deadline put off after the response was cleared. The first one stays with the action."""

    action = models.ForeignKey(KeyAction, models.CASCADE, related_name="deadline_changes")
    update = models.ForeignKey(ProgressUpdate, models.SET_NULL, null=True, related_name="deadline_changes")
    before_text = text_column(_("deadline before"))
    before_kind = kind_column()
    before_start = day_column(_("started before"))
    before_due = day_column(_("was due on"))
    after_text = text_column(_("new deadline"))
    after_kind = kind_column()
    after_start = day_column(_("starts"))
    after_due = day_column(_("now due on"))

    before = When("before")
    after = When("after")
    objects: ClassVar[DeadlineChangeQuerySet] = DeadlineChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("change of a deadline")
        verbose_name_plural = _("changes of deadlines")
        constraints = [
            models.UniqueConstraint(
                fields=["action"], condition=Q(state="waiting"), name="one_deadline_asked_for"
            ),
        ]
        indexes = [models.Index(fields=["action", "asked_at"], name="deadline_change_of_action")]

    def __str__(self) -> str:
        return f"{self.action}: {self.before_text} → {self.after_text}"

    @property
    def subject(self) -> KeyAction:
        return self.action


class ClosureQuerySet(models.QuerySet["Closure"]):
    def visible_to(self, user: User | AnonymousUser) -> "ClosureQuerySet":
        return self.within(Evaluation.objects.visible_to(user))

    def within(self, evaluations: "models.QuerySet[Evaluation]") -> "ClosureQuerySet":
        return self.filter(
            Q(action__answer__response__evaluation__in=evaluations)
            | Q(answer__response__evaluation__in=evaluations)
        )

    def present(self) -> "ClosureQuerySet":
        """Those of key actions and recommendations that were not removed."""
        return self.filter(
            Q(action__removed_at=None, action__answer__recommendation__removed_at=None, answer=None)
            | Q(answer__recommendation__removed_at=None, action=None)
        )


class Closure(Request):
    """A key action or recommendation closed without being done, and perhaps opened again."""

    action = models.ForeignKey(KeyAction, models.CASCADE, null=True, related_name="closures")
    answer = models.ForeignKey(RecommendationResponse, models.CASCADE, null=True, related_name="closures")
    closed_as = models.CharField(_("closed as"), max_length=20, choices=ClosedAs.choices)
    # The update that said so, and the profile's code of why.
    update = models.ForeignKey(ProgressUpdate, models.SET_NULL, null=True, related_name="closures")
    reason_code = models.CharField(_("why"), max_length=40, blank=True)
    reopened_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reopened by")
    )
    reopened_at = models.DateTimeField(_("reopened"), null=True)
    reopening = models.TextField(_("why it was reopened"), blank=True)

    objects: ClassVar[ClosureQuerySet] = ClosureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints = [
            models.CheckConstraint(
                condition=Q(action=None, answer__isnull=False) | Q(action__isnull=False, answer=None),
                name="closure_has_one_subject",
            ),
            models.UniqueConstraint(
                fields=["action"], condition=Q(state="waiting"), name="one_closure_of_action_asked_for"
            ),
            models.UniqueConstraint(
                fields=["answer"], condition=Q(state="waiting"), name="one_closure_of_answer_asked_for"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action or self.answer}: {self.closed_as}"

    @property
    def subject(self) -> KeyAction | RecommendationResponse:
        subject = self.action or self.answer
        assert subject is not None  # noqa: S101 - for mypy; the database holds it so
        return subject
