"""What a person is told: on screen always, by mail as they chose."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models.outbox import Mail
from evaltrack.models.people import User


class Delivery(models.TextChoices):
    """How a kind of notification reaches a person beside the screen."""

    AT_ONCE = "at_once", _("By mail at once")
    DAILY = "daily", _("In one mail a day")
    OFF = "off", _("Only on screen")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def for_daily_mail(self) -> Self:
        """What no mail has told yet and the next daily one is to tell."""
        return self.filter(mail=None, delivery=Delivery.DAILY)


class Notification(models.Model):
    person = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=40)
    # One for one occasion and person, so that telling twice changes nothing.
    key = models.CharField(max_length=200)
    # What it is about, such as "response.12": what a mail of the same day said of it is not said again.
    about = models.CharField(max_length=80)
    text = models.TextField(_("what happened"))
    detail = models.TextField(_("what was said"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(null=True)
    delivery = models.CharField(max_length=10, choices=Delivery.choices)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="notifications")

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notification_list"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["person", "at"], condition=Q(mail=None, delivery="daily"), name="notification_unsent"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class NotificationChoice(models.Model):
    """How a person wants one kind of notification; without a row it is the kind's own way."""

    person = models.ForeignKey(User, models.CASCADE, related_name="notification_choices")
    kind = models.CharField(_("kind"), max_length=40)
    delivery = models.CharField(_("how"), max_length=10, choices=Delivery.choices)

    class Meta:
        verbose_name = _("notification choice")
        verbose_name_plural = _("notification choices")
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery}"
