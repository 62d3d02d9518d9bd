"""What was done about it: progress updates, which are added and never overwritten, and reminders."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import Mail, User
from recommendations.models import Evaluation
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
    reported_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported"))

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
        ]

    def __str__(self) -> str:
        return f"{self.as_of}: {self.status or self.comment[:60]}"


class Reminder(models.Model):
    """A reminder that is due: planned once for an action, an occasion, its day, deadline and recipient."""

    class Occasion(models.TextChoices):
        BEFORE = "before", _("Before the deadline")
        ON_DAY = "on_day", _("On the day")
        AFTER = "after", _("After the deadline")
        CHECK = "check", _("No deadline: how does it stand?")

    action = models.ForeignKey(KeyAction, models.CASCADE, related_name="reminders")
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion.choices)
    # The day the reminder is for, such as 30 days before the deadline; with the deadline it makes the key.
    due_for = models.DateField(_("for"))
    deadline = models.DateField(_("deadline"), null=True)
    recipient = models.ForeignKey(User, models.CASCADE, related_name="reminders", verbose_name=_("recipient"))
    planned_at = models.DateTimeField(_("planned"))
    mail = models.ForeignKey(
        Mail, models.SET_NULL, null=True, related_name="reminders", verbose_name=_("mail")
    )

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["action", "occasion", "due_for", "recipient", "deadline"], name="reminder_once"
            ),
            # NULL is no equal of NULL in the one above.
            models.UniqueConstraint(
                fields=["action", "occasion", "due_for", "recipient"],
                condition=Q(deadline=None),
                name="reminder_once_without_deadline",
            ),
        ]
        indexes = [models.Index(fields=["recipient"], condition=Q(mail=None), name="reminder_unsent")]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}: {self.action} ({self.due_for})"
