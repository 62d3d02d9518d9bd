"""Key actions: what management promised, by when, and who."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from evaltrack.models import PartyBase, User
from evaltrack.models.when import When, day_column, in_order, kind_column, text_column
from recommendations.choices import CommonStatus
from recommendations.models import Evaluation
from responses.choices import ClosedAs
from responses.models.response import RecommendationResponse


class KeyActionQuerySet(models.QuerySet["KeyAction"]):
    def visible_to(self, user: User | AnonymousUser) -> "KeyActionQuerySet":
        return self.filter(answer__response__evaluation__in=Evaluation.objects.visible_to(user))

    def present(self) -> "KeyActionQuerySet":
        """Those that were not removed, in the order of the matrix."""
        return self.filter(removed_at=None, answer__recommendation__removed_at=None).order_by("order", "pk")

    def open(self) -> "KeyActionQuerySet":
        """Promised and not closed, neither by itself nor with its recommendation."""
        return self.present().filter(closed_as="", answer__closed_as="")

    def with_place(self) -> "KeyActionQuerySet":
        """With ``place``: the position of each among the actions of its recommendation, from 1."""
        before = Q(order__lt=OuterRef("order")) | Q(order=OuterRef("order"), pk__lt=OuterRef("pk"))
        siblings = KeyAction.objects.filter(before, removed_at=None, answer=OuterRef("answer"))
        counted = siblings.order_by().values("answer").annotate(count=Count("pk")).values("count")
        return self.annotate(place=Coalesce(Subquery(counted), 0) + 1)


class KeyAction(models.Model):
    answer = models.ForeignKey(RecommendationResponse, models.CASCADE, related_name="actions")
    order = models.PositiveIntegerField(_("position"), default=0)
    # Only where the source prints a number of its own; otherwise it follows from the position.
    own_number = models.CharField(_("number"), max_length=20, blank=True)
    text = models.TextField(_("key action"))
    deadline_text = text_column(_("time frame or deadline"))
    deadline_kind = kind_column()
    deadline_start = day_column(_("starts"))
    deadline_due = day_column(_("due"))
    check_on = models.DateField(_("ask again on"), null=True, blank=True)
    responsible_text = models.TextField(_("responsible individual or unit(s)"), blank=True)
    # The latest progress update's status, kept here so that lists need no join. Blank is "not reported".
    status = models.CharField(_("status"), max_length=40, blank=True)
    common_status = models.CharField(max_length=20, choices=CommonStatus.choices, blank=True)
    reported_on = day_column(_("last reported as of"))
    # Dropped counts only once it is approved, where the profile asks for that.
    closed_as = models.CharField(_("closed as"), max_length=20, choices=ClosedAs.choices, blank=True)
    closed_on = day_column(_("closed as of"))
    # As promised when the response was first cleared with it: late is late against this one.
    first_deadline_text = text_column(_("first deadline"))
    first_due = day_column(_("first due"))
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    deadline = When("deadline")
    objects: ClassVar[KeyActionQuerySet] = KeyActionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("key action")
        verbose_name_plural = _("key actions")
        indexes = [
            models.Index(fields=["answer", "order"], name="action_order"),
            models.Index(
                fields=["deadline_due"],
                condition=Q(removed_at=None, closed_as=""),
                name="action_due",
            ),
            models.Index(
                fields=["check_on"],
                condition=Q(removed_at=None, closed_as=""),
                name="action_check",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="action_has_text"),
            models.CheckConstraint(
                condition=Q(closed_as="", closed_on=None) | ~Q(closed_as="") & Q(closed_on__isnull=False),
                name="closed_action_has_day",
            ),
            in_order("deadline", "deadline_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.text[:120]

    @property
    def is_closed(self) -> bool:
        """Whether nobody is asked about it any more, for itself or with its recommendation."""
        return bool(self.closed_as or self.answer.closed_as)


class ActionParty(PartyBase):
    """One of those responsible for a key action. Reminders go to the lead."""

    action = models.ForeignKey(KeyAction, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = _("responsible party")
        verbose_name_plural = _("responsible parties")
        abstract = False
