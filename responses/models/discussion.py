"""Working together on a response: who drafts what, what is said about it, wordings suggested, who is here."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import PartyBase, User
from recommendations.models import Evaluation, Recommendation
from responses.models.action import KeyAction
from responses.models.response import ManagementResponse, RecommendationResponse


class DrafterQuerySet(models.QuerySet["Drafter"]):
    def visible_to(self, user: User | AnonymousUser) -> "DrafterQuerySet":
        return self.filter(answer__response__evaluation__in=Evaluation.objects.visible_to(user))


class Drafter(PartyBase):
    """Who is to draft the answer to a recommendation: a person, a role at an office, or an office."""

    answer = models.ForeignKey(RecommendationResponse, models.CASCADE, related_name="drafters")

    objects: ClassVar[DrafterQuerySet] = DrafterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(PartyBase.Meta):
        verbose_name = _("drafter")
        verbose_name_plural = _("drafters")
        abstract = False


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User | AnonymousUser) -> "CommentQuerySet":
        return self.filter(response__evaluation__in=Evaluation.objects.visible_to(user))


class Comment(models.Model):
    """A remark on a recommendation or a key action of a response, or an answer to such a remark."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="comments")
    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="comments")
    action = models.ForeignKey(KeyAction, models.CASCADE, null=True, blank=True, related_name="comments")
    # The remark that opened the thread; none for that remark itself.
    thread = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    author_name = models.CharField(max_length=150)
    text = models.TextField(_("comment"))
    mentions = models.ManyToManyField(User, blank=True, related_name="+", verbose_name=_("mentions"))
    at = models.DateTimeField(_("when"))
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("resolved by")
    )

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            models.Index(fields=["response", "recommendation", "at"], name="comment_thread"),
            models.Index(
                fields=["response"], condition=Q(thread=None, resolved_at=None), name="comment_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_text"),
            models.CheckConstraint(
                condition=Q(thread=None) | Q(resolved_at=None), name="threads_are_resolved"
            ),
        ]

    def __str__(self) -> str:
        # The history names it to people who do not read the discussion.
        return str(self.recommendation)


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def visible_to(self, user: User | AnonymousUser) -> "SuggestionQuerySet":
        return self.filter(response__evaluation__in=Evaluation.objects.visible_to(user))


class Suggestion(models.Model):
    """Another wording for one cell of the answer, which the coordinator takes or leaves."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        LEFT = "left", _("Left")

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="suggestions")
    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="suggestions")
    # The address of the cell, as in ``cells.Address``.
    cell = models.CharField(max_length=60)
    before = models.TextField(_("wording then"), blank=True)
    text = models.TextField(_("suggested wording"))
    note = models.TextField(_("why"), blank=True)
    reply = models.TextField(_("why it was left"), blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    author_name = models.CharField(max_length=150)
    at = models.DateTimeField(_("when"))
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SuggestionQuerySet] = SuggestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        indexes = [models.Index(fields=["response", "recommendation", "at"], name="suggestion_of_cell")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="open", decided_at=None)
                | ~Q(outcome="open") & Q(decided_at__isnull=False),
                name="decided_suggestion_has_time",
            ),
        ]

    def __str__(self) -> str:
        # The history names it to people who do not read the discussion.
        return str(self.recommendation)


class Presence(models.Model):
    """A person has the matrix open: the page says so from time to time."""

    response = models.ForeignKey(ManagementResponse, models.CASCADE, related_name="presences")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["response", "person"], name="present_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.response}"
