"""Two rounds of one response, or one and how it stands now: what moved on, stood still, slipped, fell back.

The rule is in ``matrix.motion``; here it is asked about each key action, or each recommendation where the
profile keeps the status there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaltrack.models import User
from recommendations.choices import Decision, StatusLevel
from recommendations.models import RuleProfile
from recommendations.profiles import Profile
from responses import snapshots
from responses.comparison import Version
from responses.matrix import differences
from responses.matrix.document import Action, Matrix, Recommendation
from responses.matrix.motion import Motion, Stood, has_slipped, motion
from responses.models import Round, RoundMatrix, Snapshot

MOTIONS = {
    Motion.FELL_BACK: _("Fell back"),
    Motion.SLIPPED: _("Slipped"),
    Motion.STOOD_STILL: _("Stood still"),
    Motion.MOVED_ON: _("Moved on"),
    Motion.DROPPED: _("Dropped"),
    Motion.CLOSED_BEFORE: _("Closed before"),
    Motion.NEW: _("New"),
    Motion.GONE: _("Gone"),
}
RULE = 1  # counts the changes of the rule, so that what was worked out by an earlier one is not taken for it
KEPT = 30 * 24 * 3600  # seconds; two snapshots differ in the same way for ever
READ_AT_ONCE = 50  # pairs of snapshots


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it was called, its deadline as written, its status (a code; "" not reported)."""

    number: str
    status: str
    deadline: str
    stood: Stood


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one key action or recommendation."""

    text: str
    then: Side | None
    now: Side | None
    motion: Motion

    @property
    def number(self) -> str:
        side = self.now or self.then
        return side.number if side else ""

    @property
    def label(self) -> str:
        return str(MOTIONS[self.motion])

    @property
    def is_later(self) -> bool:
        """Whether its deadline slipped as well, whatever became of it."""
        return bool(self.then and self.now and has_slipped(self.then.stood, self.now.stood))


class Share(NamedTuple):
    """How many went one way; ``start`` and ``width`` place it in a bar of 100."""

    motion: Motion
    label: str
    many: int
    start: float
    width: float


def rows(then: Matrix, now: Matrix, rules: Profile, *, then_on: date, now_on: date) -> list[Row]:
    """What became of each, in the order of the newer matrix."""
    found = differences.between(then, now)
    if rules.status_level == StatusLevel.RECOMMENDATION:
        pairs: Iterable[tuple[Side | None, Side | None, str]] = (
            (
                _of_recommendation(one.old, rules, then_on),
                _of_recommendation(one.new, rules, now_on),
                _text(one.old, one.new),
            )
            for one in found.recommendations
        )
    else:
        pairs = (
            (_of_action(one.old, rules, then_on), _of_action(one.new, rules, now_on), _text(one.old, one.new))
            for recommendation in found.recommendations
            for one in recommendation.actions
            if one.went_to is None  # it is told of where it is now
        )
    return [
        Row(text, old, new, motion(old.stood if old else None, new.stood if new else None))
        for old, new, text in pairs
        if old or new
    ]


def _text(old: Action | Recommendation | None, new: Action | Recommendation | None) -> str:
    one = new or old
    return one.text if one else ""


def _of_action(action: Action | None, rules: Profile, on: date) -> Side | None:
    if action is None:
        return None
    due = action.deadline.due if action.deadline else None
    status = action.status or ""
    written = action.deadline.text if action.deadline else ""
    return Side(action.number, status, written, Stood(rules.common(status), due, on))


def _of_recommendation(one: Recommendation | None, rules: Profile, on: date) -> Side | None:
    """What was rejected, or not answered, is nobody's to do. It is due with the last of its key actions."""
    if one is None or one.response.decision in (None, Decision.REJECTED):
        return None
    said = [entry.status for entry in one.monitoring if entry.status]
    status = said[-1] if said else ""
    deadlines = [action.deadline for action in one.actions if action.deadline and action.deadline.due]
    last = one.timeline or max(deadlines, key=lambda each: each.due or date.min, default=None)
    stood = Stood(rules.common(status), last.due if last else None, on)
    return Side(one.number, status, last.text if last else "", stood)


def counted(found: Iterable[Row]) -> dict[Motion, int]:
    """How many went each way, all of them named."""
    counts = Counter(row.motion for row in found)
    return {one: counts[one] for one in Motion}


def shares(counts: Mapping[Motion, int]) -> list[Share]:
    """As the parts of a bar, those that there are."""
    whole = sum(counts.values())
    made, start = [], 0.0
    for one in Motion:
        if count := counts.get(one, 0):
            width = round(100 * count / whole, 3)
            made.append(Share(one, str(MOTIONS[one]), count, round(start, 3), width))
            start += width
    return made


# Of one response -----------------------------------------------------------------------------------------


def of_versions(old: Version, new: Version, *, today: date) -> list[Row]:
    """Between two versions of one response, of which one may be how it stands now."""
    rules = new.response.evaluation.profile.rules
    return rows(old.matrix, new.matrix, rules, then_on=_day(old, today), now_on=_day(new, today))


def _day(version: Version, today: date) -> date:
    return _taken_on(version.snapshot) if version.snapshot else today


def _taken_on(snapshot: Snapshot) -> date:
    return timezone.localdate(snapshot.taken_at, timezone.get_default_timezone())


# Of a whole round ----------------------------------------------------------------------------------------


class OfEvaluation(NamedTuple):
    """What became, in one response, of what stood at the end of an earlier round."""

    matrix: RoundMatrix
    earlier: RoundMatrix
    counts: dict[Motion, int]


def earlier_names(round_: Round, user: User) -> list[str]:
    """The names of the closed rounds that the same responses went through before, the latest first."""
    before = _before(round_, user).order_by("-closed_at", "-pk").values_list("name", flat=True)
    return list(dict.fromkeys(before))


def of_round(round_: Round, name: str, user: User) -> list[OfEvaluation]:
    """Each response that the person may know of, closed in this round and before in the one of that name.

    Snapshots do not change, so what was worked out once is kept.
    """
    before = {one.response_id: one for one in _before(round_, user).filter(name=name)}
    closed = _visible(user).filter(round=round_, response__in=before).exclude(closed_at=None)
    pairs = [
        (one, before[one.response_id])
        for one in closed.select_related("response__evaluation", "response__office").order_by("pk")
    ]
    known = cache.get_many([_key(now, then) for now, then in pairs])
    missing = [pair for pair in pairs if _key(*pair) not in known]
    fresh = dict(_work_out(missing))
    cache.set_many(fresh, KEPT)
    known |= fresh
    return [
        OfEvaluation(now, then, {one: known[_key(now, then)].get(one.value, 0) for one in Motion})
        for now, then in pairs
    ]


def _visible(user: User) -> QuerySet[RoundMatrix]:
    return RoundMatrix.objects.visible_to(user)


def _before(round_: Round, user: User) -> QuerySet[RoundMatrix]:
    own = RoundMatrix.objects.filter(round=round_).values("response")
    closed = _visible(user).filter(response__in=own, round__opened_at__lt=round_.opened_at)
    return closed.exclude(round=round_).exclude(closed_at=None)


def _key(now: RoundMatrix, then: RoundMatrix) -> str:
    return f"rounds/{RULE}/{then.snapshot_id}/{now.snapshot_id}"


def _work_out(pairs: list[tuple[RoundMatrix, RoundMatrix]]) -> Iterator[tuple[str, dict[str, int]]]:
    profiles = {one.response.evaluation.profile_id for one, _then in pairs}
    rules = {pk: profile.rules for pk, profile in RuleProfile.objects.in_bulk(profiles).items()}
    for start in range(0, len(pairs), READ_AT_ONCE):
        lot = pairs[start : start + READ_AT_ONCE]
        taken = Snapshot.objects.in_bulk([pk for pair in lot for one in pair if (pk := one.snapshot_id)])
        for now, then in lot:
            old, new = taken[then.snapshot_id or 0], taken[now.snapshot_id or 0]
            found = rows(
                snapshots.matrix_of(old), snapshots.matrix_of(new),
                rules[now.response.evaluation.profile_id],
                then_on=_taken_on(old), now_on=_taken_on(new),
            )  # fmt: skip
            yield _key(now, then), {one.value: count for one, count in counted(found).items()}
