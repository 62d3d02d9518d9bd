"""The rows of a file that we gave out, put together to a matrix again.

Whatever was not touched stays as it went out, to the last blank; what was changed is read anew. Rows know by
their key what they were, wherever they stand now.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.utils.translation import gettext as _

from evaltrack.documents.sheets import cell_text
from responses.matrix.document import Action, Footnote, Matrix, Monitoring, Recommendation
from responses.matrix.readers.entered import Cells, Doubts, Entry, Meaning
from responses.matrix.reading import Doubt, LeftOut, Reading, Source
from responses.matrix.tabular import (
    Words,
    of_action,
    of_front,
    of_recommendation,
    path_of,
    paths,
    round_fields,
)

_KEY = re.compile(r"r(?P<recommendation>\d{1,6})(?:a(?P<action>\d{1,6}))?")
T = TypeVar("T")
S = TypeVar("S", Action, Monitoring)


@dataclass(frozen=True, slots=True)
class Row:
    """``key`` is what the row was when it went out: r2 a recommendation, r2a1 a key action, else new.

    ``written`` are the codes of those fields that still print a status in the words they went out with.
    """

    key: str
    cells: Cells
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """That of the recommendation, as it stands there now."""
        entry = self.cells.get("number")
        return entry.text.strip() if entry else ""

    @property
    def is_blank(self) -> bool:
        return not any(entry.text.strip() for entry in self.cells.values())


@dataclass(frozen=True, slots=True)
class Rows:
    """All that a file says. None: the file has no such sheet, so nothing was changed there."""

    front: Cells = field(default_factory=dict)
    recommendations: Sequence[Row] | None = None
    actions: Sequence[Row] | None = None
    notes: Sequence[tuple[str, Entry, Entry]] | None = None  # key, mark, text


def put_together(original: Matrix, rows: Rows, words: Words, *, handout: str = "") -> Reading:
    """``original`` with what the rows say otherwise, or without one (blank) all that they say."""
    return _Filled(original, rows, words).reading(handout)


@dataclass(slots=True)
class _Placed:
    """A recommendation while its key actions come in; ``was`` is its place at first, or 0."""

    was: int
    item: Recommendation
    cells: Cells
    doubts: Doubts
    printed: str  # the number as it went out
    actions: list["_PlacedAction"] = field(default_factory=list)


@dataclass(slots=True)
class _PlacedAction:
    was: int
    item: Action
    cells: Cells
    doubts: Doubts


class _Filled:
    def __init__(self, original: Matrix, rows: Rows, words: Words) -> None:
        self.original, self.rows = original, rows
        self.words = words
        self.meaning = Meaning(words, original.language, None)
        self.doubts: list[Doubt] = []
        self.left_out: list[LeftOut] = []

    def reading(self, handout: str) -> Reading:
        matrix = self._front()
        if matrix.responded_on:
            self.meaning.issued = matrix.responded_on.due
        placed = self._recommendations()
        self._actions(placed)
        sources = {
            path_of(name): Source(one.place, one.text) for name, one in self.rows.front.items() if one.text
        }
        made = []
        for place, one in enumerate(placed):
            actions = self._finished_actions(one)
            item = replace(one.item, actions=tuple(action.item for action in actions))
            made.append(item)
            at = f"recommendations[{place}]"
            self._tell(item, at, one.cells, one.doubts, sources)
            for number, action in enumerate(actions):
                self._tell(action.item, f"{at}.actions[{number}]", action.cells, action.doubts, sources)
        matrix = replace(matrix, recommendations=tuple(made), footnotes=self._notes())
        return Reading(matrix, sources, tuple(self.doubts), tuple(self.left_out), handout)

    def _tell(
        self,
        item: Recommendation | Action,
        at: str,
        cells: Cells,
        doubts: Doubts,
        sources: dict[str, Source],
    ) -> None:
        where = dict(paths(item, at))
        sources |= {
            where[name]: Source(entry.place, entry.text)
            for name, entry in cells.items()
            if name in where and entry.text
        }
        self.doubts += [Doubt(where.get(name, at), sentence) for name, sentence in doubts]

    # The front ----------------------------------------------------------------------------------------------

    def _front(self) -> Matrix:
        matrix, record = self.original, self.original.evaluation
        for name, entry in _changed(of_front(matrix), self.rows.front).items():
            text = entry.text.strip()
            match name:
                case "evaluation_title":
                    record = replace(record, title=text)
                case "short_title":
                    record = replace(record, short_title=text or None)
                case "reference":
                    record = replace(record, reference=text or None)
                case "period":
                    record = replace(record, conducted=text or None)
                case "coordinator":
                    matrix = replace(matrix, coordinator=text or None)
                case "responded_on":
                    matrix = replace(matrix, responded_on=self.meaning.deadline(entry, matrix.responded_on))
                case "overall_comment":
                    matrix = replace(matrix, overall_comment=text or None)
        return replace(matrix, evaluation=record)

    def _notes(self) -> tuple[Footnote, ...]:
        if self.rows.notes is None:
            return self.original.footnotes
        kept = []
        for key, mark, text in self.rows.notes:
            place = int(key[1:]) if re.fullmatch(r"n\d{1,5}", key) else 0
            if 0 < place <= len(self.original.footnotes):
                was = self.original.footnotes[place - 1]
                same = (cell_text(was.mark), cell_text(was.text)) == (mark.text, text.text)
                if same:
                    kept.append(was)
                    continue
            if mark.text.strip() or text.text.strip():
                kept.append(Footnote(mark.text.strip(), text.text.strip()))
        return tuple(kept)

    # Recommendations ----------------------------------------------------------------------------------------

    def _recommendations(self) -> list[_Placed]:
        if self.rows.recommendations is None:
            return [
                _Placed(place, one, {}, [], one.number)
                for place, one in enumerate(self.original.recommendations, 1)
            ]
        found: list[_Placed] = []
        seen: set[int] = set()
        for row in self.rows.recommendations:
            match = _KEY.fullmatch(row.key)
            was = int(match["recommendation"]) if match else 0
            was = 0 if was in seen else was
            seen.add(was)
            base = self._known(was)
            printed = base or Recommendation("", "")
            before = of_recommendation(printed, self.words) if base else {}
            changed = _changed(before, row.cells)
            if row.is_blank and (base is None or changed):
                continue  # an empty row, or one that was emptied
            item = self.meaning.recommendation(printed, changed)
            item = replace(item, monitoring=tuple(_as_written(one, row) for one in item.monitoring))
            number = printed.number if base else item.number
            doubts = [doubt for doubt in self.meaning.doubts if doubt[0] not in row.written]
            found.append(_Placed(was, item, row.cells, doubts, number))
        return self._numbered(_in_order(found, lambda one: one.was))

    def _numbered(self, placed: list[_Placed]) -> list[_Placed]:
        """New recommendations without a number get the next one."""
        numbers = [one.item.number for one in placed]
        following = max((int(one) for one in numbers if one.isascii() and one.isdigit()), default=0)
        for one in placed:
            if not one.item.number and self._known(one.was) is None:
                following += 1
                one.item = replace(one.item, number=str(following))
                one.printed = one.item.number
        return placed

    def _known(self, place: int) -> Recommendation | None:
        known = self.original.recommendations
        return known[place - 1] if 0 < place <= len(known) else None

    # Key actions --------------------------------------------------------------------------------------------

    def _actions(self, placed: list[_Placed]) -> None:
        by_place = {one.was: one for one in placed if one.was}
        if self.rows.actions is None:
            for one in by_place.values():
                kept = enumerate(self.original.recommendations[one.was - 1].actions, 1)
                one.actions += [_PlacedAction(place, action, {}, []) for place, action in kept]
            return
        last: _Placed | None = None
        seen: set[str] = set()
        for row in self.rows.actions:
            match = _KEY.fullmatch("" if row.key in seen else row.key)
            seen.add(row.key)
            of, was = (int(match["recommendation"]), int(match["action"] or 0)) if match else (0, 0)
            known = self._known(of)
            base = known.actions[was - 1] if known and 0 < was <= len(known.actions) else None
            cells = {name: entry for name, entry in row.cells.items() if name != "number"}
            before = of_action(base, self.words) if base else {}
            changed = _changed(before, cells)
            if _is_nothing(cells, changed, was):
                continue
            item = self.meaning.action(base or Action("", ""), changed)
            item = _as_written(item, row)
            doubts = [doubt for doubt in self.meaning.doubts if doubt[0] not in row.written]
            owner = self._owner(row, known, by_place.get(of), placed, last, doubts)
            if owner is None:
                self._leave_out(row)
                continue
            stays = owner.was == of
            owner.actions.append(_PlacedAction(was if stays else 0, item, cells, doubts))
            last = owner

    def _owner(
        self,
        row: Row,
        known: Recommendation | None,
        keyed: _Placed | None,
        placed: list[_Placed],
        last: _Placed | None,
        doubts: Doubts,
    ) -> _Placed | None:
        """The recommendation of a key action: that of its key, unless its number was changed."""
        number = row.number
        was = cell_text(known.number if known else keyed.printed if keyed else "").strip()
        if keyed and number in ("", was):
            return keyed
        named = [one for one in placed if number in (one.item.number.strip(), one.printed.strip())]
        if number and named:
            return keyed if keyed in named else named[0]
        if keyed:
            sentence = _("There is no recommendation “%(number)s”; the key action stays where it was.")
            doubts.append(("key_action", sentence % {"number": number[:100]}))
            return keyed
        if number or last is None:
            return None
        sentence = _("No recommendation is named; taken for one of recommendation %(number)s, as above.")
        doubts.append(("key_action", sentence % {"number": last.item.number}))
        return last

    def _leave_out(self, row: Row) -> None:
        why = _("It is not said which recommendation this key action belongs to.")
        if row.number:
            why = _("There is no recommendation “%(number)s” that this key action could belong to.")
        named = row.cells.get("key_action") or next(iter(row.cells.values()))
        self.left_out.append(LeftOut(named.text, named.place, why % {"number": row.number[:100]}))

    def _finished_actions(self, one: _Placed) -> list[_PlacedAction]:
        """In order, and numbered by their place where their number said nothing but that."""
        actions = _in_order(one.actions, lambda action: action.was)
        for place, action in enumerate(actions, 1):
            number = action.item.number
            is_place = number == f"{one.printed}.{action.was}" if action.was else not number
            if is_place:
                action.item = replace(action.item, number=f"{one.item.number}.{place}")
            if not action.item.text and action.item.number:
                self._note_missing(action)
        return actions

    def _note_missing(self, action: _PlacedAction) -> None:
        if any(entry.text.strip() for name, entry in action.cells.items() if name != "action_number"):
            action.doubts.append(("key_action", _("The text of this key action is missing.")))


def _as_written(one: S, row: Row) -> S:
    """With the code of a status in words of its own, where they are still those that went out."""
    name = round_fields(one.round)[0] if isinstance(one, Monitoring) else "status"
    if name not in row.written:
        return one
    return replace(one, status=row.written[name] or None, status_text=row.cells[name].text)


def _is_nothing(cells: Cells, changed: Mapping[str, Entry], was: int) -> bool:
    """Whether a row of key actions is a spare one, or was emptied; a number alone makes no key action."""
    if any(entry.text.strip() for name, entry in cells.items() if name != "action_number"):
        return False
    if was:
        return any(name != "action_number" for name in changed)
    number = cells.get("action_number")
    return not (number and number.text.strip())


def _changed(before: Mapping[str, str], cells: Cells) -> dict[str, Entry]:
    """The cells that say something else than they did."""
    return {name: entry for name, entry in cells.items() if cell_text(before.get(name, "")) != entry.text}


def _in_order(items: Iterable[T], was: Callable[[T], int]) -> list[T]:
    """As they stand where nobody sorted them anew; else as they went out, and new ones after them."""
    found = list(items)
    known = [was(one) for one in found if was(one)]
    if known == sorted(known):
        return found
    return sorted(found, key=lambda one: was(one) or len(found) + max(known))
