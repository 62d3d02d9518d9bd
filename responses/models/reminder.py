"""Reminders that are due, and those a person asked to have later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import Mail, User
from responses.models.action import KeyAction


class Reminder(models.Model):
    """A reminder that is due: planned once for an action, an occasion, its day, deadline and recipient."""

    class Occasion(models.TextChoices):
        BEFORE = "before", _("Before the deadline")
        ON_DAY = "on_day", _("On the day")
        AFTER = "after", _("After the deadline")
        CHECK = "check", _("No deadline: how does it stand?")
        ROUND = "round", _("Asked in a round")
        HEAD = "head", _("Overdue: to the head of the office")
        UNIT = "unit", _("Long overdue: to the evaluation unit")

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
    # The number of its line in that mail, by which an answer to the mail names it.
    place = models.PositiveSmallIntegerField(_("number in the mail"), null=True)

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


class Snooze(models.Model):
    """A person asked not to be reminded of an action until a day. Escalation does not wait for it."""

    action = models.ForeignKey(KeyAction, models.CASCADE, related_name="snoozes")
    person = models.ForeignKey(User, models.CASCADE, related_name="snoozes")
    until = models.DateField(_("until"))
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")
        indexes = [models.Index(fields=["action", "person", "until"], name="snooze_of_action")]

    def __str__(self) -> str:
        return f"{self.person}: {self.action} ({self.until})"
