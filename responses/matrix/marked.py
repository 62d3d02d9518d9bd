"""Differences in the words of their profile, ready for page and paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaltrack import redline
from evaltrack.redline import Piece
from recommendations.profiles import Profile, in_language
from responses.matrix.differences import ActionDifference, Change, Differences, RecommendationDifference

# What the profiles have no words for, because no form prints it so.
OTHER_LABELS: dict[str, Promise] = {
    "text": gettext_lazy("Text"),
    "key_action": gettext_lazy("Text"),
    "period": gettext_lazy("Period conducted"),
    "language": gettext_lazy("Language of the text"),
    "profile": gettext_lazy("Rule profile"),
}
ANSWER = ("decision", "narrative")


@dataclass(frozen=True)
class MarkedChange:
    """A field with both its wordings; ``before`` and ``after`` stand side by side, ``both`` is one text."""

    label: str
    old: str
    new: str

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return redline.compare(self.old, self.new)

    @property
    def before(self) -> SafeString:
        return redline.before(self.pieces)

    @property
    def after(self) -> SafeString:
        return redline.after(self.pieces)

    @property
    def both(self) -> SafeString:
        return redline.both(self.pieces)


@dataclass(frozen=True)
class MarkedAction:
    heading: str
    fate: str  # what became of it, where that is not seen from its fields
    changes: tuple[MarkedChange, ...]
    recommendation: int | None  # places in the new matrix, to find the cell
    place: int | None


@dataclass(frozen=True)
class MarkedRecommendation:
    heading: str
    fate: str
    changes: tuple[MarkedChange, ...]
    actions: tuple[MarkedAction, ...]
    unchanged: str  # of its actions
    place: int | None


class Marked:
    """The changes in the form's words in one language; texts are compared only when they are shown."""

    def __init__(self, differences: Differences, profile: Profile, language: str) -> None:
        self.differences, self.profile, self.language = differences, profile, language

    def __bool__(self) -> bool:
        return bool(self.differences)

    @property
    def front(self) -> list[MarkedChange]:
        return [self.change(change) for change in self.differences.front]

    @property
    def notes(self) -> list[MarkedChange]:
        return [
            MarkedChange(_("Note %(mark)s") % {"mark": change.field}, change.old, change.new)
            for change in self.differences.notes
        ]

    @property
    def recommendations(self) -> list[MarkedRecommendation]:
        """Those that differ."""
        return [self.recommendation(one) for one in self.differences.changed]

    @property
    def unchanged(self) -> str:
        """One line for all the others."""
        same = [one for one in self.differences.recommendations if one.is_same]
        if not same:
            return ""
        words = ngettext(
            "%(count)d recommendation is unchanged", "%(count)d recommendations are unchanged", len(same)
        ) % {"count": len(same)}
        if renumbered := sum(1 for one in same if one.is_renumbered):
            words += ngettext(
                ", %(count)d of them with another number",
                ", %(count)d of them with other numbers",
                renumbered,
            ) % {"count": renumbered}
        return f"{words}."

    @property
    def summary(self) -> list[str]:
        """What changed, counted."""
        return [sentence for count, sentence in _counted(self.differences) if count]

    def recommendation(self, one: RecommendationDifference) -> MarkedRecommendation:
        present = one.new or one.old
        assert present  # noqa: S101 - for mypy; it stands in one of the two
        same = sum(1 for action in one.actions if action.is_same)
        return MarkedRecommendation(
            heading=self.profile.label("recommendation", self.language).format(number=present.number),
            fate=_fate_of_recommendation(one),
            changes=tuple(self.change(change) for change in one.changes),
            actions=tuple(self._action(action, one.place) for action in one.actions if not action.is_same),
            unchanged=(
                ngettext("%(count)d key action is unchanged.", "%(count)d key actions are unchanged.", same)
                % {"count": same}
                if same
                else ""
            ),
            place=one.place,
        )

    def _action(self, one: ActionDifference, recommendation: int | None) -> MarkedAction:
        present = one.new if one.new and one.went_to is None else one.old
        assert present  # noqa: S101 - for mypy; it stands in one of the two
        return MarkedAction(
            heading=_("Key action %(number)s") % {"number": present.number},
            fate=_fate_of_action(one),
            # What went elsewhere is told there.
            changes=() if one.went_to is not None else tuple(self.change(change) for change in one.changes),
            recommendation=recommendation,
            place=one.place,
        )

    def change(self, change: Change) -> MarkedChange:
        old, new = (self._words(change.field, value) for value in (change.old, change.new))
        return MarkedChange(self._label(change), old, new)

    def _label(self, change: Change) -> str:
        name = change.field.removesuffix("_text")
        if round_ := self.profile.round(change.round):
            labels = round_.comment_labels if name == "comment" else round_.status_labels
            return in_language(labels, self.language)
        if name in OTHER_LABELS:
            return str(OTHER_LABELS[name])
        label = self.profile.label(name, self.language)
        return f"{label} ({change.round})" if change.round else label

    def _words(self, field: str, value: str) -> str:
        """A code in the words of the profile."""
        known = {"decision": self.profile.decision, "status": self.profile.status}.get(field)
        rule = known(value) if known else None
        return in_language(rule.labels, self.language) if rule else value


def _fate_of_recommendation(one: RecommendationDifference) -> str:
    if one.old is None:
        return _("Added")
    if one.new is None:
        return _("Removed")
    said = [_("Moved")] if one.is_moved else []
    said += [_("was number %(number)s") % {"number": one.old.number}] if one.is_renumbered else []
    return ", ".join(said)


def _fate_of_action(one: ActionDifference) -> str:
    if one.came_from is not None:
        return _("Moved here from recommendation %(number)s") % {"number": one.came_from}
    if one.went_to is not None:
        return _("Moved to recommendation %(number)s: see there") % {"number": one.went_to}
    if one.old is None:
        return _("Added")
    if one.new is None:
        return _("Removed")
    if one.is_moved:
        return _("Moved, was %(number)s") % {"number": one.old.number}
    return ""


def _counted(differences: Differences) -> Iterable[tuple[int, str]]:
    """(how many, the sentence) of each kind of change."""
    recommendations = differences.recommendations
    both = [one for one in recommendations if one.old and one.new]
    actions = [action for one in recommendations for action in one.actions if action.went_to is None]
    kept = [action for action in actions if action.old and action.new]
    fields = [one.changes for one in both] + [one.changes for one in kept]
    reports = sum(1 for changes in fields if any(change.is_progress for change in changes))
    added = sum(1 for one in recommendations if one.old is None)
    yield added, ngettext("%(n)d recommendation added", "%(n)d recommendations added", added) % {"n": added}
    removed = sum(1 for one in recommendations if one.new is None)
    yield (
        removed,
        ngettext("%(n)d recommendation removed", "%(n)d recommendations removed", removed) % {"n": removed},
    )
    moved = sum(1 for one in both if one.is_moved)
    yield moved, ngettext("%(n)d recommendation moved", "%(n)d recommendations moved", moved) % {"n": moved}
    worded = sum(1 for one in both if _touches(one.changes, answer=False))
    yield (
        worded,
        ngettext("%(n)d recommendation reworded", "%(n)d recommendations reworded", worded) % {"n": worded},
    )
    answers = sum(1 for one in both if _touches(one.changes, answer=True))
    yield answers, ngettext("%(n)d answer changed", "%(n)d answers changed", answers) % {"n": answers}
    added = sum(1 for one in actions if one.old is None)
    yield added, ngettext("%(n)d key action added", "%(n)d key actions added", added) % {"n": added}
    removed = sum(1 for one in actions if one.new is None)
    yield removed, ngettext("%(n)d key action removed", "%(n)d key actions removed", removed) % {"n": removed}
    moved = sum(1 for one in kept if one.is_moved or one.came_from is not None)
    yield moved, ngettext("%(n)d key action moved", "%(n)d key actions moved", moved) % {"n": moved}
    changed = sum(1 for one in kept if any(not change.is_progress for change in one.changes))
    yield changed, ngettext("%(n)d key action changed", "%(n)d key actions changed", changed) % {"n": changed}
    yield reports, ngettext("%(n)d report on progress", "%(n)d reports on progress", reports) % {"n": reports}
    front = len(differences.front)
    yield (
        front,
        ngettext("%(n)d field of the front block changed", "%(n)d fields of the front block changed", front)
        % {"n": front},
    )
    notes = len(differences.notes)
    yield notes, ngettext("%(n)d note changed", "%(n)d notes changed", notes) % {"n": notes}


def _touches(changes: Iterable[Change], *, answer: bool) -> bool:
    return any((change.field in ANSWER) == answer for change in changes if not change.is_progress)
