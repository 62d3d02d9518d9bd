"""What differs between two matrices of one response: item by item, field by field.

A recommendation or key action that was renumbered, moved or reworded is recognised as the same one. Progress
(status and comments) is kept apart from the wording, which is what is cleared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evaltrack.deadlines import Deadline
from evaltrack.documents.alike import alike
from responses.matrix import pairing
from responses.matrix.document import Action, Matrix, Monitoring, Recommendation, Responsible, SubPoint
from responses.matrix.pairing import Pair, Pass

# A recommendation with the number of another stays that one, however little of its text is left; an action
# does not, because most actions have no number but their place.
RECOMMENDATIONS = (Pass(True, 0.5), Pass(False, 0.5), Pass(True, 0.0))
ACTIONS = (Pass(True, 0.3), Pass(False, 0.5))
ACTIONS_ELSEWHERE = (Pass(False, 0.7),)

Values = dict[str, str]  # field -> text; blanks are left out


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after; "" is blank. ``round`` names the round that a report belongs to."""

    field: str
    old: str
    new: str
    is_progress: bool = False
    round: str = ""


@dataclass(frozen=True, slots=True)
class ActionDifference:
    """A key action in one of the matrices or in both.

    ``came_from`` and ``went_to`` name the recommendation on the other side where that is another one: such an
    action is told of twice, once at either end.
    """

    old: Action | None
    new: Action | None
    changes: tuple[Change, ...]
    is_moved: bool = False
    came_from: str | None = None
    went_to: str | None = None
    place: int | None = None  # in the new matrix

    @property
    def is_same(self) -> bool:
        stays = self.came_from is None and self.went_to is None
        return bool(self.old and self.new and stays) and not (self.changes or self.is_moved)


@dataclass(frozen=True, slots=True)
class RecommendationDifference:
    """A recommendation in one of the matrices or in both; one that only has another number is the same."""

    old: Recommendation | None
    new: Recommendation | None
    changes: tuple[Change, ...]
    actions: tuple[ActionDifference, ...]
    is_moved: bool = False
    place: int | None = None  # in the new matrix

    @property
    def is_same(self) -> bool:
        kept = bool(self.old and self.new) and not (self.changes or self.is_moved)
        return kept and all(action.is_same for action in self.actions)

    @property
    def is_renumbered(self) -> bool:
        return bool(self.old and self.new and self.old.number != self.new.number)


@dataclass(frozen=True, slots=True)
class Differences:
    """``recommendations`` and their actions are all there, in the new order, the removed ones in between."""

    front: tuple[Change, ...]
    recommendations: tuple[RecommendationDifference, ...]
    notes: tuple[Change, ...]  # ``field`` is the mark

    @property
    def changed(self) -> list[RecommendationDifference]:
        return [one for one in self.recommendations if not one.is_same]

    def __bool__(self) -> bool:
        return bool(self.front or self.notes or self.changed)

    def of_wording(self) -> "Differences":
        """Without what was only reported on progress."""
        return replace(
            self,
            recommendations=tuple(
                replace(
                    one,
                    changes=_of_wording(one.changes),
                    actions=tuple(
                        replace(action, changes=_of_wording(action.changes)) for action in one.actions
                    ),
                )
                for one in self.recommendations
            ),
        )


def between(old: Matrix, new: Matrix) -> Differences:
    """What became of ``old``; the other way round, the same with old and new changed over."""
    return Differences(
        front=_changes(_front(old), _front(new)),
        recommendations=tuple(_Recommendations(old, new)),
        notes=_changes(_notes(old), _notes(new)),
    )


def _of_wording(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(change for change in changes if not change.is_progress)


# Items ------------------------------------------------------------------------------------------------------


class _Recommendations:
    """Brings the items of two matrices together, and goes through them in order."""

    def __init__(self, old: Matrix, new: Matrix) -> None:
        self.old, self.new = old.recommendations, new.recommendations
        self.pairs = pairing.pairs(self.old, self.new, RECOMMENDATIONS)
        self.moved = pairing.moved(self.old, self.new, self.pairs)
        within = {
            (i, j): pairing.pairs(self.old[i].actions, self.new[j].actions, ACTIONS) for i, j in self.pairs
        }
        self.moved_within = {
            (i, j): pairing.moved(self.old[i].actions, self.new[j].actions, pairs)
            for (i, j), pairs in within.items()
        }
        self.within = within
        self.went, self.came = self._elsewhere()

    def _elsewhere(self) -> tuple[dict[Pair, Pair], dict[Pair, Pair]]:
        """The actions that are now under another recommendation: from where to where, and back."""
        settled_old = {(i, a) for (i, _j), pairs in self.within.items() for a, _b in pairs}
        settled_new = {(j, b) for (_i, j), pairs in self.within.items() for _a, b in pairs}
        left_old = [at for at in _places(self.old) if at not in settled_old]
        left_new = [at for at in _places(self.new) if at not in settled_new]
        found = pairing.pairs(
            [self.old[i].actions[a] for i, a in left_old],
            [self.new[j].actions[b] for j, b in left_new],
            ACTIONS_ELSEWHERE,
        )
        went = {left_old[i]: left_new[j] for i, j in found}
        return went, {new: old for old, new in went.items()}

    def __iter__(self) -> Iterator[RecommendationDifference]:
        for i, j in _in_order(len(self.old), len(self.new), self.pairs):
            old = None if i is None else self.old[i]
            new = None if j is None else self.new[j]
            yield RecommendationDifference(
                old=old,
                new=new,
                changes=_changes(_recommendation(old), _recommendation(new))
                + _reported(_monitoring(old), _monitoring(new)),
                actions=tuple(self._actions(i, j)),
                is_moved=(i, j) in self.moved,
                place=j,
            )

    def _actions(self, i: int | None, j: int | None) -> Iterator[ActionDifference]:
        before = () if i is None else self.old[i].actions
        after = () if j is None else self.new[j].actions
        pairs = [] if i is None or j is None else self.within[i, j]
        moved = set() if i is None or j is None else self.moved_within[i, j]
        for a, b in _in_order(len(before), len(after), pairs):
            old = None if a is None else before[a]
            new = None if b is None else after[b]
            came_from = went_to = None
            if old is None and j is not None and b is not None and (j, b) in self.came:
                k, c = self.came[j, b]
                old, came_from = self.old[k].actions[c], self.old[k].number
            elif new is None and i is not None and a is not None and (i, a) in self.went:
                k, c = self.went[i, a]
                new, went_to = self.new[k].actions[c], self.new[k].number
            yield ActionDifference(
                old=old,
                new=new,
                changes=_changes(_action(old), _action(new))
                + _reported({"": _progress(old)}, {"": _progress(new)}),
                is_moved=(a, b) in moved,
                came_from=came_from,
                went_to=went_to,
                place=b,
            )


def _places(recommendations: Sequence[Recommendation]) -> Iterator[Pair]:
    for i, recommendation in enumerate(recommendations):
        for a, _action_there in enumerate(recommendation.actions):
            yield i, a


def _in_order(old: int, new: int, pairs: Iterable[Pair]) -> Iterator[tuple[int | None, int | None]]:
    """Every place of both lists once, in the new order; what was removed stands after what it followed."""
    to_old = {j: i for i, j in pairs}
    to_new = {i: j for j, i in to_old.items()}
    removed: dict[int | None, list[int]] = {}
    follows: int | None = None
    for i in range(old):
        if i in to_new:
            follows = to_new[i]
        else:
            removed.setdefault(follows, []).append(i)
    yield from ((i, None) for i in removed.get(None, ()))
    for j in range(new):
        yield to_old.get(j), j
        yield from ((i, None) for i in removed.get(j, ()))


# Fields -----------------------------------------------------------------------------------------------------


def _changes(old: Values, new: Values) -> tuple[Change, ...]:
    fields = dict.fromkeys((*new, *old))
    return tuple(
        Change(name, old.get(name, ""), new.get(name, ""))
        for name in fields
        if not alike(old.get(name, ""), new.get(name, ""))
    )


def _reported(old: dict[str, Values], new: dict[str, Values]) -> tuple[Change, ...]:
    """What was reported differently, by round ("" where there are none)."""
    return tuple(
        replace(change, is_progress=True, round=round_)
        for round_ in dict.fromkeys((*new, *old))
        for change in _changes(*_in_words(old.get(round_, {}), new.get(round_, {})))
    )


def _in_words(old: Values, new: Values) -> tuple[Values, Values]:
    """A status in words of its own is told in them; ``status`` alone is a code of the profile.

    The same code with words on one side only is the same: without any, those of the profile are meant.
    """
    has_words = ["status_text" in side for side in (old, new)]
    same_code = old.get("status") and old.get("status") == new.get("status")
    if same_code and has_words != [True, True]:
        return _without(old, "status", "status_text"), _without(new, "status", "status_text")
    old, new = (_without(side, "status") if "status_text" in side else side for side in (old, new))
    return old, new


def _without(values: Values, *names: str) -> Values:
    return {name: value for name, value in values.items() if name not in names}


def _filled(values: dict[str, str | None]) -> Values:
    return {name: value for name, value in values.items() if value}


def _front(matrix: Matrix) -> Values:
    evaluation = matrix.evaluation
    return _filled(
        {
            "evaluation_title": evaluation.title,
            "short_title": evaluation.short_title,
            "reference": evaluation.reference,
            "period": evaluation.conducted,
            "coordinator": matrix.coordinator,
            "responded_on": _written(matrix.responded_on),
            "overall_comment": matrix.overall_comment,
            "language": matrix.language,
            "profile": matrix.profile,
        }
    )


def _notes(matrix: Matrix) -> Values:
    return {note.mark: note.text for note in matrix.footnotes}


def _recommendation(one: Recommendation | None) -> Values:
    if one is None:
        return {}
    return _filled(
        {
            "text": one.text,
            "sub_points": _outlined(one.sub_points),
            "rationale": one.rationale,
            "directed_to": one.directed_to,
            "priority": None if one.priority is None else str(one.priority),
            "priority_note": one.priority_note,
            "responsible_units": _written(one.responsible),
            "timeline": _written(one.timeline),
            "decision": one.response.decision,
            "narrative": one.response.narrative,
        }
    )


def _action(one: Action | None) -> Values:
    if one is None:
        return {}
    return _filled(
        {"key_action": one.text, "deadline": _written(one.deadline), "responsible": _written(one.responsible)}
    )


def _progress(one: Action | Monitoring | None) -> Values:
    if one is None:
        return {}
    return _filled({"status": one.status, "status_text": one.status_text, "comment": one.comment})


def _monitoring(one: Recommendation | None) -> dict[str, Values]:
    return {entry.round: _progress(entry) for entry in one.monitoring} if one else {}


def _outlined(points: Iterable[SubPoint], depth: int = 0) -> str:
    lines = []
    for point in points:
        lines.append(f"{'  ' * depth}- {point.text}")
        lines += [_outlined(point.sub_points, depth + 1)] if point.sub_points else []
    return "\n".join(lines)


def _written(value: Deadline | Responsible | None) -> str | None:
    return value.text if value else None
