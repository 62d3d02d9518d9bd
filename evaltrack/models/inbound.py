"""Mail that comes in: answers to ours, and what came back because it could not be delivered."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from evaltrack.models.outbox import Mail, mail_reach
from evaltrack.models.people import User


class InboundMailQuerySet(models.QuerySet["InboundMail"]):
    def visible_to(self, user: User | AnonymousUser) -> "InboundMailQuerySet":
        """As with the mails that go out: those of people at the offices whose mails ``user`` may see."""
        return self.filter(mail_reach(user)[0])


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

    objects: ClassVar[InboundMailQuerySet] = InboundMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("received mail")
        verbose_name_plural = _("received mails")
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="inbound_log"),
            models.Index(fields=["sender", "received_at"], name="inbound_of_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject}"


class BounceQuerySet(models.QuerySet["Bounce"]):
    def open(self) -> "BounceQuerySet":
        return self.filter(settled_at=None)

    def visible_to(self, user: User | AnonymousUser) -> "BounceQuerySet":
        """Those of people whose mails ``user`` may see; a top-level office's also those of nobody here."""
        reach, of_nobody = mail_reach(user, "pk")
        people = User.objects.annotate(address=Lower("email"))
        seen = Q(address__in=people.filter(reach).values("address"))
        return self.filter(seen | ~Q(address__in=people.values("address")) if of_nobody else seen)


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

    objects: ClassVar[BounceQuerySet] = BounceQuerySet.as_manager()  # type: ignore[assignment]

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
