"""Mail that comes in: answers to ours, and what came back because it could not be delivered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models.outbox import Mail
from evaltrack.models.people import User


class InboundMail(models.Model):
    """A mail that was received, and what became of it. It is taken on once, by its Message-ID."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("Read")
        NOTHING = "nothing", _("Nothing in it could be read as an answer")
        UNKNOWN = "unknown", _("From an address that nobody here has")
        NO_THREAD = "no_thread", _("Not an answer to a mail of ours")
        AUTOMATIC = "automatic", _("An automatic answer")
        LOOP = "loop", _("Too many mails from there")
        BOUNCE = "bounce", _("Could not be delivered")
        BROKEN = "broken", _("Could not be read")

    key = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(_("received"))
    sender = models.CharField(_("from"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    answers = models.ForeignKey(
        Mail, models.SET_NULL, null=True, related_name="answers", verbose_name=_("answer to")
    )

    class Meta:
        verbose_name = _("received mail")
        verbose_name_plural = _("received mails")
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="inbound_log"),
            models.Index(fields=["sender", "received_at"], name="inbound_of_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject}"


class Bounce(models.Model):
    """Mail to an address came back for good, until someone settles it or the person's address changes."""

    address = models.EmailField(_("address"))
    at = models.DateTimeField(_("when"))
    reason = models.CharField(_("what the mail server said"), max_length=500)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="bounces")
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("returned mail")
        verbose_name_plural = _("returned mails")
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(settled_at=None), name="one_open_bounce_per_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.reason[:60]}"
