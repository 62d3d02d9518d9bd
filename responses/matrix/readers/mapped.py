"""Tables whose columns are known, as a matrix: a row is a key action, a recommendation, or both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from evaltrack import deadlines
from evaltrack.deadlines import Deadline
from evaltrack.documents.content import Content, Place
from recommendations.profiles import Profile, in_language
from responses.matrix.document import Action, Evaluation, Matrix, Recommendation
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import columns, decisions, statuses
from responses.matrix.readers.columns import FRONT_LABELS, NUMBER, RESPONSE, ColumnMap, Spot
from responses.matrix.readers.entered import LONGEST_QUOTED, Doubts, Entry, Meaning
from responses.matrix.readers.labels import Labels
from responses.matrix.reading import Doubt, LeftOut, Origin, Reading, Source
from responses.matrix.tabular import ACTION, FRONT, Words, path_of, paths

MOST_ROWS = 10_000  # with something in them
MOST_LEFT_OUT = 200  # texts of columns that nobody named
_NUMBER_BEFORE = re.compile(r"(?:R(?:ec)?\.?\s?)?(\d{1,2})\s?[.):–-]\s+(?=\S)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ITEM = re.compile(r"\s*(?:[-*•●▪–]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?=\S)")


@dataclass(slots=True)
class _Item:
    """What the rows say of one recommendation or key action, by field."""

    said: dict[str, list[Spot]] = field(default_factory=dict)
    actions: list["_Item"] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)

    def text(self, name: str) -> str:
        return "\n\n".join(spot.text for spot in self.said.get(name, ()))

    def entries(self) -> dict[str, Entry]:
        return {
            name: Entry("\n\n".join(spot.text for spot in spots), spots[0].place)
            for name, spots in self.said.items()
            if spots
        }

    def add(self, name: str, spot: Spot) -> None:
        """The same words again, as in cells that were repeated, add nothing."""
        spots = self.said.setdefault(name, [])
        if spot.text not in (one.text for one in spots):
            spots.append(spot)


def read(
    content: Content,
    maps: Sequence[ColumnMap],
    *,
    profile: Profile,
    language: str,
    origin: Origin = Origin.MAPPED,
    title: str = "",
) -> Reading:
    """The matrix that tables hold whose columns are known; ``title`` is for one that names no evaluation."""
    found = columns.tables(content)
    rows = _Rows(Labels((profile,)))
    for one in maps:
        if one.table < len(found):
            rows.take(columns.grid(found[one.table]), one)
    return _Made(rows, profile, language, origin).reading(title)


class _Rows:
    """Takes the rows of tables one after another."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.items: list[_Item] = []
        self.by_number: dict[str, _Item] = {}
        self.front: dict[str, Spot] = {}
        self.left_out: list[LeftOut] = []
        self.current: _Item | None = None
        self.taken = 0

    def take(self, grid: columns.Grid, mapping: ColumnMap) -> None:
        self.current = None
        self._above(grid[: mapping.first])
        for row in grid[mapping.first :]:
            self._row(row, mapping)

    def _above(self, rows: columns.Grid) -> None:
        """What stands over the heads: the evaluation's title and the like, behind their labels."""
        for row in rows:
            texts = [spot for spot in row if spot.own]
            for place, spot in enumerate(texts):
                label = self.labels.at_start(spot.text, whole=True)
                name = FRONT_LABELS.get(label.key, "") if label else ""
                if not label or not name or name in self.front:
                    continue
                rest = spot.text[label.end :].strip()
                if rest:
                    self.front[name] = replace(spot, text=rest)
                elif place + 1 < len(texts):
                    self.front[name] = texts[place + 1]

    def _row(self, row: Sequence[Spot], mapping: ColumnMap) -> None:
        if len({spot.text for spot in row if spot.text}) == 1 and self._is_heading(row):
            return
        said: dict[str, Spot] = {}
        for name, spot in zip(mapping.fields, row, strict=False):
            if name and spot.own:
                said[name] = spot
            elif spot.own:
                self._leave_out(spot, _("Its column was not recognised. Name the column to read it."))
        for name in FRONT:
            if name in said:
                self.front.setdefault(name, said.pop(name))
        if said:
            self.taken += 1
            if self.taken > MOST_ROWS:
                sentence = _("A table of more than %(most)d filled rows is no matrix. Bring in a part of it")
                raise UnreadableError(sentence % {"most": MOST_ROWS})
            self._recommendation(said)
            self._action(said)

    def _is_heading(self, row: Sequence[Spot]) -> bool:
        """Whether the row is one text, over all columns, that begins a recommendation."""
        spot = next(spot for spot in row if spot.text)
        label = self.labels.at_start(spot.text, whole=True)
        if not label or label.key != "recommendation" or not label.number:
            return False
        self._begin(label.number)
        rest = spot.text[label.end :].strip()
        if rest and self.current:
            self.current.add("text", replace(spot, text=rest))
        return True

    def _recommendation(self, said: dict[str, Spot]) -> None:
        """Gives what a row says of a recommendation to the one it is about, which may begin here."""
        number = _number(said["number"].text) if "number" in said else ""
        text = said.get("text")
        if text and not number and (found := _NUMBER_BEFORE.match(text.text)):
            number = found[1]
            said["text"] = text = replace(text, text=text.text[found.end() :])
        if number or (text and not self._is_said(text)):
            self._begin(number, text)
        if self.current is None and any(name not in ACTION for name in said):
            self._begin("")
        if self.current:
            for name, spot in said.items():
                if name not in ACTION:
                    self.current.add(name, spot)

    def _is_said(self, text: Spot) -> bool:
        return self.current is not None and self.current.text("text") == text.text

    def _begin(self, number: str, text: Spot | None = None) -> None:
        """Goes on with the recommendation of that number, or begins it."""
        known = self.by_number.get(number) if number else None
        repeated = bool(
            known and text and known is not self.current and known.text("text") not in ("", text.text)
        )
        if known is None or repeated:
            known = _Item()
            self.items.append(known)
            if number:
                self.by_number[number] = known
                known.said["number"] = [Spot(number, text.place if text else Place())]
            if repeated:
                sentence = _("The number %(number)s stands before two recommendations.")
                known.doubts.append(("number", sentence % {"number": number}))
        self.current = known

    def _action(self, said: dict[str, Spot]) -> None:
        """What a row says of a key action; a row without one goes on with the one before."""
        cells = {name: spot for name, spot in said.items() if name in ACTION}
        if not cells:
            return
        if self.current is None:
            self._begin("")
        assert self.current is not None  # noqa: S101 - begun just now
        actions = self.current.actions
        if "key_action" not in cells and actions:
            for name, spot in cells.items():
                actions[-1].add(name, spot)
        else:
            actions += _parted(cells)

    def _leave_out(self, spot: Spot, why: str) -> None:
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append(LeftOut(spot.text, spot.place, why))


def _number(text: str) -> str:
    found = NUMBER.fullmatch(text)
    return found[1] if found else " ".join(text.split())


def _parted(cells: dict[str, Spot]) -> list[_Item]:
    """The key actions of one row: several where the cell is a list."""
    spot = cells.get("key_action")
    lines = [line for line in spot.text.split("\n") if line.strip()] if spot else []
    if spot is None or len(lines) < 2 or not all(_ITEM.match(line) for line in lines):
        return [_Item({name: [one] for name, one in cells.items()})]
    items = []
    for place, line in enumerate(lines):
        item = _Item({"key_action": [replace(spot, text=line[_ITEM.match(line).end() :])]})  # type: ignore[union-attr]
        for name, one in cells.items():
            if name in ("key_action", "action_number"):
                continue
            parts = [part for part in one.text.split("\n") if part.strip()]
            own = len(parts) == len(lines)
            item.said[name] = [replace(one, text=_ITEM.sub("", parts[place], count=1)) if own else one]
            if not own:
                item.doubts.append(
                    (name, _("It stands once for several key actions, and was given to each."))
                )
        items.append(item)
    return items


class _Meaning(Meaning):
    """Reads the cells of a file that others made: in their own words, the decision maybe in a sentence."""

    def __init__(self, profile: Profile, language: str) -> None:
        super().__init__(Words.of(profile, language), language)
        self.profile = profile

    def deadline(self, entry: Entry, before: Deadline | None) -> Deadline | None:
        """A real date of a spreadsheet comes as 2031-06-30 and is written out."""
        if _DAY.fullmatch(entry.text.strip()):
            try:
                return deadlines.from_date(date.fromisoformat(entry.text.strip()), self.language)
            except ValueError:
                pass  # no day of the calendar
        return super().deadline(entry, before)

    def status(self, name: str, text: str) -> dict[str, str | None]:
        if statuses.is_list_of_options(text, self.profile):
            return {"status": None, "status_text": None}
        found = statuses.read(text, self.profile)
        if found.text and not found.code:
            self.doubt(name, _("“%(text)s” is no status of this form; it is kept as written."), text)
        elif found.text and not found.certain:
            rule = self.profile.status(found.code or "")
            label = in_language(rule.labels, self.language) if rule else ""
            self.doubt(name, _("“%(text)s” was taken for the status “%(status)s”."), text, status=label)
        return {"status": found.code, "status_text": found.text}


class _Made:
    """What was taken, as a reading."""

    def __init__(self, rows: _Rows, profile: Profile, language: str, origin: Origin) -> None:
        self.rows, self.profile, self.language, self.origin = rows, profile, language, origin
        self.meaning = _Meaning(profile, language)
        self.sources: dict[str, Source] = {}
        self.doubts: list[Doubt] = []

    def reading(self, title: str) -> Reading:
        matrix = self._front(title)
        if matrix.responded_on:
            self.meaning.issued = matrix.responded_on.due
        made = [self._recommendation(item, place) for place, item in enumerate(self.rows.items)]
        matrix = replace(matrix, recommendations=tuple(made))
        return Reading(matrix, self.sources, tuple(self.doubts), tuple(self.rows.left_out))

    def _front(self, title: str) -> Matrix:
        front = {name: Entry(spot.text, spot.place) for name, spot in self.rows.front.items()}
        for name, entry in front.items():
            self.sources[path_of(name)] = Source(entry.place, entry.text, self.origin)
        texts = {name: entry.text for name, entry in front.items()}
        if "evaluation_title" not in front:
            self.doubts.append(
                Doubt("evaluation.title", _("The table does not say which evaluation it belongs to."))
            )
        issued = front.get("responded_on")
        return Matrix(
            profile=self.profile.slug,
            language=self.language,
            evaluation=Evaluation(
                texts.get("evaluation_title", title),
                texts.get("short_title"),
                texts.get("reference"),
                texts.get("period"),
            ),
            coordinator=texts.get("coordinator"),
            overall_comment=texts.get("overall_comment"),
            responded_on=self.meaning.deadline(issued, None) if issued else None,
        )

    def _recommendation(self, item: _Item, place: int) -> Recommendation:
        number = item.text("number") or self._free_number(place)
        entered = item.entries()
        doubts = [*item.doubts]
        told = {}
        # Both are taken out before either enters the decision it says.
        for cell in [entered.pop(name, None) for name in (RESPONSE, "decision")]:
            if cell:
                told["decision"] = cell
                doubts += self._decided(cell, entered)
        made = self.meaning.recommendation(Recommendation(number, ""), entered)
        doubts += self.meaning.doubts
        if not made.text:
            doubts.append(("text", _("The text of this recommendation is missing.")))
        at = f"recommendations[{place}]"
        actions = []
        for order, one in enumerate(item.actions, 1):
            actions.append(self._action(one, f"{number}.{order}", f"{at}.actions[{order - 1}]"))
        self._tell(made, at, entered | told, doubts)
        return replace(made, actions=tuple(actions))

    def _decided(self, cell: Entry, entered: dict[str, Entry]) -> Doubts:
        """Enters the decision that a cell says; whatever else it says is the explanation."""
        found = decisions.read(cell.text)
        if not found.is_all:
            other = entered.get("narrative")
            text = f"{cell.text}\n\n{other.text}" if other and other.text != cell.text else cell.text
            entered["narrative"] = Entry(text, cell.place)
        if found.code is None:
            return [("decision", _("No decision was understood here."))]
        entered["decision"] = Entry(found.code.value, cell.place)
        if found.certain:
            return []
        words = found.words if len(found.words) <= LONGEST_QUOTED else f"{found.words[:LONGEST_QUOTED]}…"
        return [("decision", _("The decision was read from “%(words)s”.") % {"words": words})]

    def _action(self, item: _Item, number: str, at: str) -> Action:
        entered = item.entries()
        entered.setdefault("action_number", Entry(number))
        made = self.meaning.action(Action(number, ""), entered)
        doubts = [*item.doubts, *self.meaning.doubts]
        if not made.text:
            doubts.append(("key_action", _("The text of this key action is missing.")))
        self._tell(made, at, entered, doubts)
        return made

    def _free_number(self, place: int) -> str:
        return next(
            str(one) for one in range(place + 1, place + 10_000) if str(one) not in self.rows.by_number
        )

    def _tell(
        self,
        item: Recommendation | Action,
        at: str,
        entered: dict[str, Entry],
        doubts: list[tuple[str, str]],
    ) -> None:
        where = dict(paths(item, at))
        for name, entry in entered.items():
            if name in where and entry.place.row:
                self.sources[where[name]] = Source(entry.place, entry.text, self.origin)
        self.doubts += [Doubt(where.get(name, at), sentence) for name, sentence in doubts]
