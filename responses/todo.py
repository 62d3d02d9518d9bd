"""What is still to be done in a matrix: how far it is, and which recommendations lack what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from responses.models import Comment, Drafter, ManagementResponse, RecommendationResponse, Suggestion
from responses.permissions import Access
from responses.shown import Block


@dataclass(frozen=True, slots=True)
class Show:
    """A view of part of the matrix: its name in the address, and which recommendations belong to it."""

    name: str
    label: Any
    holds: Callable[[Block], bool]


def _awaits_actions(block: Block) -> bool:
    """Accepted, if only in part, and nothing is planned for it."""
    return bool(block.decision) and block.allows_actions and not block.actions


SHOWS = {
    show.name: show
    for show in (
        Show("mine", gettext_lazy("Mine to draft"), lambda block: block.is_mine),
        Show("unanswered", gettext_lazy("Not answered"), lambda block: not block.decision),
        Show("comments", gettext_lazy("With open comments"), lambda block: bool(block.comments)),
        Show("suggestions", gettext_lazy("With open suggestions"), lambda block: bool(block.suggestions)),
        Show("no-action", gettext_lazy("Without key action"), _awaits_actions),
        Show(
            "no-owner", gettext_lazy("With actions that nobody is named for"), lambda one: bool(one.ownerless)
        ),
        Show("no-deadline", gettext_lazy("With actions without deadline"), lambda one: bool(one.undated)),
    )
}


def shown(blocks: Sequence[Block], name: str) -> list[Block]:
    """Those of a view; all of them where there is no view of that name."""
    show = SHOWS.get(name)
    return [block for block in blocks if show is None or show.holds(block)]


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of something is done; ``show`` names the view of what is missing."""

    label: str
    done: int
    total: int
    show: str

    @property
    def is_whole(self) -> bool:
        return self.done == self.total


@dataclass(frozen=True, slots=True)
class Choice:
    """A view that is offered, with the number of recommendations in it."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Todo:
    """The bar above a matrix."""

    blocks: Sequence[Block]

    @property
    def total(self) -> int:
        return len(self.blocks)

    @property
    def answered(self) -> int:
        return sum(1 for block in self.blocks if block.decision)

    @property
    def meters(self) -> list[Meter]:
        accepted = [block for block in self.blocks if block.decision and block.allows_actions]
        actions = sum(block.actions for block in self.blocks)
        with_owner = actions - sum(block.ownerless for block in self.blocks)
        with_deadline = actions - sum(block.undated for block in self.blocks)
        with_actions = sum(1 for block in accepted if block.actions)
        meters = (
            Meter(_("Recommendations answered"), self.answered, self.total, "unanswered"),
            Meter(_("Accepted with key actions"), with_actions, len(accepted), "no-action"),
            Meter(_("Actions with someone responsible"), with_owner, actions, "no-owner"),
            Meter(_("Actions with a deadline"), with_deadline, actions, "no-deadline"),
        )
        return [meter for meter in meters if meter.total]

    def choices(self, chosen: str) -> list[Choice]:
        """The views worth offering: what is in none is left out, but for the one that is shown."""
        counted = [
            Choice(show.name, str(show.label), len(shown(self.blocks, show.name))) for show in SHOWS.values()
        ]
        usual = ("mine", "unanswered", "comments", "suggestions")
        return [one for one in counted if one.name == chosen or (one.count and one.name in usual)]


def with_counts(answers: QuerySet[RecommendationResponse]) -> QuerySet[RecommendationResponse]:
    """The answers with the numbers of their key actions: planned, closed, without owner, without deadline."""
    present = Q(actions__removed_at=None)
    return answers.annotate(
        planned=Count("actions", filter=present),
        closed=Count("actions", filter=present & ~Q(actions__closed_as="")),
        ownerless=Count("actions", filter=present & Q(actions__responsible_text="")),
        undated=Count("actions", filter=present & Q(actions__deadline_text="")),
    )


def mark(blocks: Sequence[Block], response: ManagementResponse, access: Access) -> None:
    """Say in each block who drafts it and what is open in its discussion: two queries, none for readers."""
    if not access.comment:
        return
    by_key = {block.recommendation.pk: block for block in blocks}
    drafters = Drafter.objects.filter(answer__response=response, answer__recommendation__in=by_key)
    for pk, name in drafters.order_by("order", "pk").values_list("answer__recommendation", "name"):
        by_key[pk].drafters.append(name)
    threads = Comment.objects.filter(response=response, thread=None, resolved_at=None)
    suggestions = Suggestion.objects.filter(response=response, outcome=Suggestion.Outcome.OPEN)
    for pk, kind, count in _counted(threads, "comments").union(
        _counted(suggestions, "suggestions"), all=True
    ):
        if pk in by_key:
            setattr(by_key[pk], kind, count)
    for pk in access.drafts & by_key.keys():
        by_key[pk].is_mine = True


def _counted(rows: QuerySet[Any], kind: str) -> QuerySet[Any, Any]:
    """The number of rows by recommendation."""
    counted: QuerySet[Any, Any] = rows.order_by().values("recommendation")
    counted = counted.annotate(kind=Value(kind), count=Count("pk"))
    return counted.values_list("recommendation", "kind", "count")
