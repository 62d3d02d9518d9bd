"""Ways in for those who come twice a year: a signed link in the digest, an answer to it, a calendar."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import InboundMail, Mail, Office, User
from responses.choices import ProposalState
from responses.models.action import KeyAction
from responses.models.progress import ProgressUpdate


class ReportLink(models.Model):
    """A link by which one person reports on what they lead, without a password. Its secret is not kept."""

    person = models.ForeignKey(User, models.CASCADE, related_name="report_links")
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="report_links")
    issued_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("expires"))
    # A digest of the address and password the person had: with others it is no longer good.
    issued_for = models.CharField(max_length=64, default="", editable=False)
    # A digest of what the browser that first opened it was given.
    bound_to = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("link for reporting")
        verbose_name_plural = _("links for reporting")
        indexes = [models.Index(fields=["person", "-issued_at"], name="report_link_of_person")]

    def __str__(self) -> str:
        return f"{self.person}, {self.issued_at:%Y-%m-%d}"


class LinkUse(models.Model):
    """Each use of a link, and each one that was refused."""

    link = models.ForeignKey(ReportLink, models.CASCADE, related_name="uses")
    at = models.DateTimeField(_("when"))
    what = models.CharField(_("what"), max_length=20)
    action = models.ForeignKey(KeyAction, models.SET_NULL, null=True, related_name="+")
    browser = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("use of a link")
        verbose_name_plural = _("uses of links")
        indexes = [models.Index(fields=["link", "-at"], name="use_of_link")]

    def __str__(self) -> str:
        return f"{self.link}: {self.what}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> "ProposalQuerySet":
        return self.filter(state=ProposalState.WAITING)


class Proposal(models.Model):
    """What a person wrote about an action in an answer to their digest: an update once they confirm it."""

    mail = models.ForeignKey(InboundMail, models.CASCADE, related_name="proposals")
    person = models.ForeignKey(User, models.CASCADE, related_name="proposals")
    action = models.ForeignKey(KeyAction, models.CASCADE, related_name="proposals")
    status = models.CharField(_("status"), max_length=40, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    update = models.ForeignKey(ProgressUpdate, models.SET_NULL, null=True, related_name="proposals")
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects: ClassVar[ProposalQuerySet] = ProposalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("update by mail")
        verbose_name_plural = _("updates by mail")
        constraints = [models.UniqueConstraint(fields=["mail", "action"], name="proposal_once_per_mail")]
        indexes = [
            models.Index(fields=["person"], condition=Q(state="waiting"), name="proposal_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.status}"


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def live(self) -> "CalendarFeedQuerySet":
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """An address at which a calendar program reads a person's deadlines, or an office's as they see them."""

    person = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds")
    office = models.ForeignKey(Office, models.CASCADE, null=True, related_name="+")
    # Of the secret in the address, which is shown once.
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))
    read_at = models.DateTimeField(_("last read"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects: ClassVar[CalendarFeedQuerySet] = CalendarFeedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return f"{self.person}: {self.office or ''}"
