"""Any two versions of the matrix of one response: which there are, and what differs between two of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from responses import snapshots
from responses.choices import SnapshotKind
from responses.matrix import differences
from responses.matrix.build import build
from responses.matrix.differences import Differences, RecommendationDifference
from responses.matrix.document import Matrix
from responses.matrix.marked import Marked, MarkedRecommendation
from responses.models import KeyAction, ManagementResponse, Snapshot

NOW = "now"  # the key of the matrix as it stands
PER_PAGE = 25  # recommendations that differ


@dataclass(frozen=True)
class Version:
    """One side of a comparison: a snapshot, or (without one) the matrix as it stands."""

    response: ManagementResponse
    snapshot: Snapshot | None = None

    @property
    def key(self) -> str:
        return self.snapshot.label if self.snapshot else NOW

    @property
    def name(self) -> str:
        if self.snapshot is None:
            return _("As it stands now")
        if self.is_of_round:
            return self.snapshot.label
        if self.is_cleared:
            return _("Version %(number)d") % {"number": self.snapshot.version}
        return _("Version %(number)d, draft %(submission)d") % {
            "number": self.snapshot.version,
            "submission": self.snapshot.submission,
        }

    @property
    def is_cleared(self) -> bool:
        return self.snapshot is not None and self.snapshot.kind == SnapshotKind.CLEARED

    @property
    def is_of_round(self) -> bool:
        return self.snapshot is not None and self.snapshot.kind == SnapshotKind.ROUND

    @property
    def at(self) -> datetime | None:
        return self.snapshot.taken_at if self.snapshot else None

    @property
    def by(self) -> str:
        return str(self.snapshot.taken_by or "EvalTrack") if self.snapshot else ""

    def described(self, today: date | None) -> str:
        """The name with the day, for paper."""
        if self.snapshot is None:
            return (
                _("As it stood on %(date)s") % {"date": date_format(today, "j F Y")} if today else self.name
            )
        taken_on = timezone.localdate(self.snapshot.taken_at, timezone.get_default_timezone())
        cleared, submitted = _("%(version)s, cleared on %(date)s"), _("%(version)s, submitted on %(date)s")
        words = cleared if self.is_cleared else submitted
        if self.is_of_round:
            words = _("%(version)s, closed on %(date)s")
        return words % {"version": self.name, "date": date_format(taken_on, "j F Y")}

    @cached_property
    def matrix(self) -> Matrix:
        return snapshots.matrix_of(self.snapshot) if self.snapshot else build(self.response)


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions, in the words of the evaluation's profile."""

    old: Version
    new: Version
    language: str
    wording_only: bool = False

    @cached_property
    def differences(self) -> Differences:
        found = differences.between(self.old.matrix, self.new.matrix)
        return found.of_wording() if self.wording_only else found

    @cached_property
    def marked(self) -> Marked:
        rules = self.new.response.evaluation.profile.rules
        return Marked(self.differences, rules, self.language)

    def page(self, number: str | int | None = 1) -> "Changes":
        """Some of what differs, for the template ``comparison/_changes.html``."""
        found = Paginator(self.differences.changed, PER_PAGE).get_page(number)
        links = {} if self.new.snapshot else _links(self.new.response)
        blocks = [Block(self.marked.recommendation(one), links) for one in found]
        return Changes(self.old, self.new, self.marked, found, blocks)


Links = dict[tuple[int, int | None], str]  # place of the recommendation, and of the action in it


@dataclass(frozen=True)
class Block:
    """A recommendation that differs, with the ways to its cells where those still say the same."""

    shown: MarkedRecommendation
    links: Links

    @property
    def url(self) -> str:
        return self._url(self.shown.place, None)

    @property
    def actions(self) -> list[tuple[object, str]]:
        return [(action, self._url(action.recommendation, action.place)) for action in self.shown.actions]

    def _url(self, recommendation: int | None, action: int | None) -> str:
        return "" if recommendation is None else self.links.get((recommendation, action), "")


@dataclass(frozen=True)
class Changes:
    """A page of what differs: the front block stands on the first, the notes on the last."""

    old: Version
    new: Version
    marked: Marked
    page: "Page[RecommendationDifference]"
    blocks: list[Block]


def versions(response: ManagementResponse, *, with_matrix: bool = False) -> list[Version]:
    """All of them, the newest first: one query, which leaves the matrices out unless they are asked for."""
    rows: QuerySet[Snapshot] = response.snapshots.select_related("taken_by").order_by("-taken_at", "-pk")
    taken = [Version(response, snapshot) for snapshot in (rows if with_matrix else rows.defer("matrix"))]
    return [Version(response), *taken]


def version(response: ManagementResponse, key: str) -> Version | None:
    """The version with that key: a snapshot's label, or ``now``."""
    if key == NOW:
        return Version(response)
    snapshot = response.snapshots.select_related("taken_by").filter(label=key).first()
    return Version(response, snapshot) if snapshot else None


def between(old: Version, new: Version, *, language: str, wording_only: bool = False) -> Comparison:
    """What became of ``old``: of a snapshot, say, ``between(Version(response, seen), Version(response))``."""
    return Comparison(old, new, language, wording_only)


def _links(response: ManagementResponse) -> Links:
    """Where each recommendation and key action of the matrix as it stands is on its page: two queries."""
    matrix = reverse("matrix", args=[response.pk])
    links: Links = {}
    recommendations = list(response.evaluation.recommendations.present().values_list("pk", flat=True))
    at = {pk: place for place, pk in enumerate(recommendations)}
    for pk, place in at.items():
        links[place, None] = f"{matrix}?open={pk}#recommendation-{pk}"
    actions = KeyAction.objects.present().filter(answer__response=response).order_by("order", "pk")
    before: Counter[int] = Counter()
    for recommendation, action in actions.values_list("answer__recommendation", "pk"):
        if recommendation in at:
            links[at[recommendation], before[recommendation]] = (
                f"{matrix}?open={recommendation}#action-{action}"
            )
            before[recommendation] += 1
    return links
