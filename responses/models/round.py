"""Rounds: follow-up at a set time, in which each lead is asked once and the matrix is then frozen."""

from datetime import UTC, datetime
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from evaltrack.models import StoredFile, User
from recommendations.models import Evaluation
from responses.models.action import KeyAction
from responses.models.clearance import Snapshot
from responses.models.progress import ProgressUpdate
from responses.models.response import ManagementResponse, RecommendationResponse

_LATER = datetime(9999, 1, 1, tzinfo=UTC)  # a round that is open is open until then


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: User | AnonymousUser) -> "RoundQuerySet":
        """Those held of at least one response that the person may know of."""
        return self.filter(pk__in=RoundMatrix.objects.visible_to(user).order_by().values("round"))


class Round(models.Model):
    """One opening of a round, for one response or many; ``opened_by=None`` is the profile's calendar."""

    name = models.CharField(_("name"), max_length=60)
    due_on = models.DateField(_("answers are due on"))
    note = models.TextField(_("a word to those who are asked"), blank=True)
    opened_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened"))

    objects: ClassVar[RoundQuerySet] = RoundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        indexes = [models.Index(fields=["-opened_at", "-id"], name="round_list")]

    def __str__(self) -> str:
        return self.name


class RoundMatrixQuerySet(models.QuerySet["RoundMatrix"]):
    def visible_to(self, user: User | AnonymousUser) -> "RoundMatrixQuerySet":
        return self.filter(response__evaluation__in=Evaluation.objects.visible_to(user))

    def open(self) -> "RoundMatrixQuerySet":
        return self.filter(closed_at=None)

    def under_way(self, response: int) -> "RoundMatrix | None":
        """The open round of a response (its id), locked: it is not closed before this transaction ends."""
        return self.open().filter(response=response).select_for_update(no_key=True).first()


class RoundMatrix(models.Model):
    """One response in a round. Its updates are those that carry the round's name."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="matrices")
    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="rounds")
    # That of the round, so that the database can refuse to hold a round twice.
    name = models.CharField(_("name"), max_length=60)
    due_on = models.DateField(_("answers are due on"))
    # Many are asked, and closed, some at a time: None while its leads are still to be asked, and what it was
    # told to close at.
    asked_at = models.DateTimeField(_("leads asked"), null=True)
    closing_at = models.DateTimeField(_("being closed since"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("closed by")
    )
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="rounds")
    # As it was when it was closed: how much was asked, and the numbers of what nobody had reported on.
    asked = models.PositiveIntegerField(_("asked about"), default=0)
    not_reported = models.JSONField(_("not reported"), default=list)
    # As it was first printed: later versions of EvalTrack might set it differently.
    printed = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[RoundMatrixQuerySet] = RoundMatrixQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("matrix in a round")
        verbose_name_plural = _("matrices in a round")
        constraints = [
            models.UniqueConstraint(fields=["response", "name"], name="round_once_per_response"),
            # An update belongs to the round that is open: there cannot be two.
            models.UniqueConstraint(
                fields=["response"], condition=Q(closed_at=None), name="one_open_round_per_response"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, snapshot=None)
                | Q(closed_at__isnull=False, snapshot__isnull=False),
                name="closed_round_has_snapshot",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(closed_at=None), name="round_open"),
            models.Index(
                fields=["id"], condition=Q(closed_at=None, asked_at=None), name="round_still_to_ask"
            ),
            models.Index(
                fields=["id"],
                condition=Q(closed_at=None, closing_at__isnull=False),
                name="round_still_to_close",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response}: {self.name}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def present(self) -> "QuestionQuerySet":
        """Those about what was not removed meanwhile."""
        return self.filter(
            Q(action__removed_at=None, action__answer__recommendation__removed_at=None, answer=None)
            | Q(answer__recommendation__removed_at=None, action=None)
        )

    def with_reports(self) -> "QuestionQuerySet":
        """Annotated with ``reported``: whether anyone has reported on it in the round, while it was open."""
        return self.annotate(reported=_reported())

    def without_reports(self) -> "QuestionQuerySet":
        return self.filter(~_reported())


def _reported() -> Q:
    until = Coalesce(OuterRef("matrix__closed_at"), Value(_LATER), output_field=models.DateTimeField())
    made = ProgressUpdate.objects.filter(
        round=OuterRef("matrix__name"),
        reported_at__gte=OuterRef("matrix__round__opened_at"),
        reported_at__lte=until,
    )
    on_action = made.filter(action=OuterRef("action"))
    on_answer = made.filter(answer=OuterRef("answer"))
    return Q(Exists(on_action)) | Q(Exists(on_answer))


class Question(models.Model):
    """In a round a person was asked how an action stands, or, where the status is kept there, an answer."""

    matrix = models.ForeignKey(RoundMatrix, models.CASCADE, related_name="questions")
    action = models.ForeignKey(KeyAction, models.CASCADE, null=True, related_name="questions")
    answer = models.ForeignKey(RecommendationResponse, models.CASCADE, null=True, related_name="questions")
    # None where nobody with an account could be asked.
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"))

    objects: ClassVar[QuestionQuerySet] = QuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("question of a round")
        verbose_name_plural = _("questions of a round")
        constraints = [
            models.UniqueConstraint(fields=["matrix", "action", "person"], name="action_asked_once"),
            models.UniqueConstraint(fields=["matrix", "answer", "person"], name="answer_asked_once"),
            models.CheckConstraint(
                condition=Q(action=None, answer__isnull=False) | Q(action__isnull=False, answer=None),
                name="question_has_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matrix}: {self.action or self.answer}"
