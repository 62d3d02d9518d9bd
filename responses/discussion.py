"""The discussion of one recommendation as shown: its threads, and the wordings suggested for its cells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from evaltrack import redline
from evaltrack.models import User
from recommendations.models import Recommendation
from responses import comments, suggestions
from responses.cells import Address, digest
from responses.models import Comment, Drafter, KeyAction, ManagementResponse, Suggestion
from responses.permissions import Access
from responses.wording import reason


@dataclass(slots=True)
class Thread:
    """A remark with its replies; ``about`` is the number of the key action that it is on, if any."""

    opening: Comment
    about: str
    replies: list[Comment] = field(default_factory=list)

    @property
    def said(self) -> list[Comment]:
        return [self.opening, *self.replies]


@dataclass(frozen=True, slots=True)
class Words:
    """A cell for which other words can be suggested, with its present text."""

    cell: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A suggestion beside the present text."""

    suggestion: Suggestion
    label: str
    present: str

    @property
    def seen(self) -> str:
        """What taking it is checked against."""
        return digest(self.present)

    @property
    def moved_on(self) -> bool:
        """Whether the text was changed since the suggestion was made."""
        return self.present != self.suggestion.before

    @property
    def difference(self) -> SafeString:
        """Word by word against the present text."""
        return redline.both(redline.compare(self.present, self.suggestion.text))


class Discussion:
    """What one person sees of the discussion of a recommendation: a constant number of queries."""

    def __init__(
        self,
        response: ManagementResponse,
        recommendation: Recommendation,
        user: User,
        access: Access,
        now: datetime,
    ) -> None:
        self.response, self.recommendation = response, recommendation
        self.user, self.access, self.now = user, access, now

    @property
    def number(self) -> str:
        return self.recommendation.number or str(self.recommendation.order)

    @cached_property
    def actions(self) -> list[tuple[KeyAction, str]]:
        """The key actions with their numbers."""
        present = KeyAction.objects.present().filter(
            answer__response=self.response, answer__recommendation=self.recommendation
        )
        return [
            (action, action.own_number or f"{self.number}.{place}")
            for place, action in enumerate(present, start=1)
        ]

    @cached_property
    def drafters(self) -> list[Drafter]:
        asked = Drafter.objects.filter(
            answer__response=self.response, answer__recommendation=self.recommendation
        )
        return list(asked.select_related("person", "office").order_by("order", "pk"))

    @property
    def may_assign(self) -> bool:
        return self.access.respond

    # Threads --------------------------------------------------------------------------------------------

    @cached_property
    def threads(self) -> list[Thread]:
        rows = Comment.objects.filter(response=self.response, recommendation=self.recommendation)
        related = rows.select_related("resolved_by").prefetch_related("mentions").order_by("at", "pk")
        numbers = {action.pk: number for action, number in self.actions}
        found: dict[int, Thread] = {}
        for comment in related:
            if comment.thread_id is None:
                about = numbers.get(comment.action_id or 0, _("removed")) if comment.action_id else ""
                found[comment.pk] = Thread(comment, about)
            elif comment.thread_id in found:
                found[comment.thread_id].replies.append(comment)
        return list(found.values())

    @property
    def open_threads(self) -> list[Thread]:
        return [thread for thread in self.threads if not thread.opening.resolved_at]

    @property
    def resolved_threads(self) -> list[Thread]:
        return [thread for thread in self.threads if thread.opening.resolved_at]

    @property
    def editable(self) -> set[int]:
        """The comments (ids) that the person may still change."""
        said = (comment for thread in self.threads for comment in thread.said)
        return {comment.pk for comment in said if comments.may_edit(comment, self.user, self.now)}

    # Suggestions ----------------------------------------------------------------------------------------

    @cached_property
    def words(self) -> list[Words]:
        """The cells for which other words can be suggested."""
        answer = Address("answer", self.recommendation.pk, "narrative")
        found = [Words(str(answer), _("Management response"), suggestions.wording(answer, self.response))]
        for action, number in self.actions:
            label = _("Key action %(number)s") % {"number": number}
            found.append(Words(str(Address("action", action.pk, "text")), label, action.text))
        return found

    @cached_property
    def _suggestions(self) -> list[Suggestion]:
        rows = Suggestion.objects.filter(response=self.response, recommendation=self.recommendation)
        return list(rows.select_related("decided_by").order_by("at", "pk"))

    @property
    def proposed(self) -> list[Proposed]:
        """What waits for a decision."""
        return self._beside(one for one in self._suggestions if one.outcome == Suggestion.Outcome.OPEN)

    @property
    def decided(self) -> list[Proposed]:
        return self._beside(one for one in self._suggestions if one.outcome != Suggestion.Outcome.OPEN)

    def _beside(self, rows: Iterable[Suggestion]) -> list[Proposed]:
        words = {one.cell: one for one in self.words}
        gone = Words("", _("Removed key action"), "")
        found = ((row, words.get(row.cell, gone)) for row in rows)
        return [Proposed(row, present.label, present.text) for row, present in found]

    @property
    def may_decide(self) -> bool:
        return self.access.may_respond(self.recommendation.pk)

    @cached_property
    def fixed(self) -> str:
        """Why no wording can be taken just now; "" where it can."""
        return reason(self.response)

    @property
    def is_empty(self) -> bool:
        return not (self.threads or self._suggestions)

    @property
    def open_count(self) -> int:
        return len(self.open_threads) + len(self.proposed)
