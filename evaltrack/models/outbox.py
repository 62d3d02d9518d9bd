"""The outbox: a mail is a row first, written in the transaction of what it tells about."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaltrack.models.people import Membership, Office, User
from evaltrack.roles import Permission, office_ids


def mail_reach(user: User | AnonymousUser, person: str = "person") -> tuple[Q, bool]:
    """Whose mails ``user`` may see, as a condition on the field that holds the ``person``; and whether also
    those of addresses that nobody here has.

    They are those of people with a role in the offices where ``user`` may, whether active or not. A top-level
    office sees also those of people without any role, and of nobody here.
    """
    if user.is_authenticated and user.is_active and user.is_superuser:
        return Q(), True
    offices = office_ids(user, Permission.SEE_DELIVERY)
    held = Membership.objects.not_over(timezone.localdate())
    seen = Q(**{f"{person}__in": held.filter(office__in=offices).values("person")})
    if Office.objects.filter(pk__in=offices, parent=None).exists():
        return seen | ~Q(**{f"{person}__in": held.values("person")}), True
    return seen, False


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: User | AnonymousUser) -> "MailQuerySet":
        return self.filter(mail_reach(user)[0])

    def ready(self, now: datetime) -> "MailQuerySet":
        """What may be sent now: waiting, its time come, and no other sender holds it."""
        return self.filter(
            Q(claimed_until=None) | Q(claimed_until__lt=now), state=Mail.State.WAITING, not_before__lte=now
        )


class Mail(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    # What makes a second planner harmless: one mail for one occasion and recipient.
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    to = models.EmailField(_("to"))
    person = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="mails", verbose_name=_("person")
    )
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    # A password link is for its reader only: not even an administrator sees it in the delivery log.
    confidential = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(_("written"))
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.TextField(_("error"), blank=True)

    objects: ClassVar[MailQuerySet] = MailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="waiting"), name="mail_waiting"),
            models.Index(fields=["-created_at", "-id"], name="mail_log"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | Q(sent_at=None) & ~Q(state="sent"),
                name="mail_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
