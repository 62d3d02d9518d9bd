"""The lines of a file under the labels they belong to: the front, each recommendation, its actions."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from evaltrack.documents.content import Content, Place
from responses.matrix.readers import promises
from responses.matrix.readers.guidance import is_guidance
from responses.matrix.readers.labels import Label, Labels, folded
from responses.matrix.readers.lines import Ended, Line, Row, Stream, label_of
from responses.matrix.readers.values import items_of, number_before, says_action
from responses.matrix.reading import LeftOut

FRONT = {
    "evaluation_title", "short_title", "reference", "conducted", "coordinator", "responded_on",
    "overall_comment",
    "document_title",
}  # fmt: skip
_ONLY_BEFORE = {"evaluation_title", "short_title", "reference", "conducted"}
_OF_ROUNDS = {"round_status", "round_comment"}
# Heads of columns that say something of the recommendation.
_OF_RECOMMENDATION = {
    "rationale", "directed_to", "priority", "priority_note", "management_response", "decision", "narrative",
    "sub_points",
}  # fmt: skip
# Fields of one line or a few: what follows in another cell is not theirs.
_SHORT = {
    "front:evaluation_title", "front:short_title", "front:reference", "front:conducted", "front:coordinator",
    "front:responded_on", "directed_to", "responsible_units", "priority", "priority_note", "timeline",
}  # fmt: skip
_LABELLED = re.compile(r"\s*[^\W\d_][^.:\n]{1,60}:(?:\s|$)")
_ONLY_TIME = re.compile(r"\(? *(?:time|temps|tiempo|momento) ?-?(\d) *\)? *:?")
_OF_ACTION = {"responsible_units": "responsible", "timeline": "deadline"}


@dataclass(slots=True)
class Action:
    """The lines of an action by field: key_action, deadline, responsible, comment, status, number."""

    fields: dict[str, list[Line]] = field(default_factory=dict)
    number: str = ""
    from_table: bool = False

    def add(self, key: str, lines: tuple[Line, ...]) -> None:
        self.fields.setdefault(key, []).extend(lines)


@dataclass(slots=True)
class Round:
    """What one round says: which it is (0 is not said), and its lines."""

    time: int = 0
    final: bool = False
    status: list[Line] = field(default_factory=list)
    comment: list[Line] = field(default_factory=list)
    has_status: bool = False
    has_comment: bool = False


@dataclass(slots=True)
class Recommendation:
    number: str = ""
    place: Place = field(default_factory=Place)
    fields: dict[str, list[Line]] = field(default_factory=dict)
    listed: list[Line] = field(default_factory=list)  # actions as a list
    attached: list[tuple[int, str, Line]] = field(default_factory=list)  # after how many listed lines, field
    actions: list[Action] = field(default_factory=list)  # out of tables
    rounds: list[Round] = field(default_factory=list)

    def add(self, key: str, line: Line) -> None:
        self.fields.setdefault(key, []).append(line)

    @property
    def is_bare(self) -> bool:
        """Whether nothing but its text is known."""
        return not (set(self.fields) - {"text"} or self.listed or self.actions or self.rounds)


@dataclass(slots=True)
class Gathered:
    front: dict[str, list[Line]] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)  # front field -> its label as printed
    before: list[Line] = field(default_factory=list)  # under no label, before the first of them
    recommendations: list[Recommendation] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)  # all that were found
    columns: set[str] = field(default_factory=set)  # heads of tables of actions
    left_out: list[LeftOut] = field(default_factory=list)


def gather(content: Content, labels: Labels) -> Gathered:
    """Everything that the file says, under the label it stands under."""
    gatherer = _Gatherer(labels)
    stream = Stream(content, labels)
    for event in stream.events():
        if isinstance(event, Row):
            gatherer.row(event)
        elif isinstance(event, Line):
            gatherer.line(event)
        elif isinstance(event, Ended):
            gatherer.last_action = None
    _drop_announced(gatherer.found)
    return gatherer.found


class _Gatherer:
    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.found = Gathered()
        self.key = ""  # of the field that lines belong to
        self.last_action: Action | None = None
        self.cell = 0  # in which the list of actions stands

    @property
    def current(self) -> Recommendation | None:
        return self.found.recommendations[-1] if self.found.recommendations else None

    # Lines ----------------------------------------------------------------------------------------------

    def line(self, line: Line) -> None:
        if self.key == "listed" and self._attaches(line):
            return
        label = label_of(line, self.labels)
        if label and self._takes(label, line):
            self.found.labels.append(label)
            self._labelled(label, line)
        else:
            self._text(line)

    def _takes(self, label: Label, line: Line) -> bool:
        """Whether the label can stand here; else its words are words."""
        key, current = label.key, self.current
        if key in _ONLY_BEFORE:
            return current is None
        if key == "document_title":
            return current is None or line.text.strip() == label.printed
        if key == "responded_on" and folded(label.printed) in ("date", "fecha"):
            return current is None
        if key in FRONT or key in ("recommendation", "notes"):
            return True
        return current is not None and not self._runs_over_pages(key, line)

    def _runs_over_pages(self, key: str, line: Line) -> bool:
        """Whether it is the line at the head of a page, which says "Management response: ...", once more."""
        current = self.current
        answered = current is not None and bool(current.fields.get("management_response"))
        return (
            key == "management_response" and not line.cell and answered and bool(current and current.actions)
        )

    def _labelled(self, label: Label, line: Line) -> None:
        key, rest = label.key, line.after(label.end)
        if key == "recommendation":
            if not self._begins_again(label, rest):
                self.found.recommendations.append(Recommendation(label.number, line.place))
                self.key = "text"
            key = self.key
        elif key in FRONT or key == "notes":
            self.key = f"front:{key}"
            self.found.printed.setdefault(key, label.printed)
        elif key in _OF_ROUNDS:
            self._round(label)
        elif key == "key_actions":
            self.key, self.cell = "listed", line.cell
        else:
            self.key = key
            if self.current and key not in self.current.fields:
                self.current.fields[key] = []
            if self.current and key in ("management_response", "decision"):
                self._keep_options(line, label)
        if rest.text.strip():
            self._text(rest)

    def _keep_options(self, line: Line, label: Label) -> None:
        """The options printed in a label, where one of them may be underlined or the others struck out."""
        if self.current and (line.paragraph.marked or line.paragraph.struck):
            self.current.add("options", line.before(label.end))

    def _begins_again(self, label: Label, rest: Line) -> bool:
        """Whether this is the running head of the recommendation that is being read already."""
        current = self.current
        return bool(
            current and label.number and current.number == label.number and not rest.text.strip(" .()")
        )

    def _round(self, label: Label) -> None:
        current = self.current
        if current is None:
            return
        is_status = label.key == "round_status"
        rounds = current.rounds
        known = next((one for one in rounds if label.time and one.time == label.time), None)
        if known is None and not label.time and rounds and rounds[-1].final == label.final:
            taken = rounds[-1].has_status if is_status else rounds[-1].has_comment
            known = None if taken else rounds[-1]
        if known is None:
            known = Round(label.time, label.final)
            rounds.append(known)
        if is_status:
            known.has_status = True
        else:
            known.has_comment = True
        # Lines go to the round that stands last in the list.
        rounds.remove(known)
        rounds.append(known)
        self.key = label.key

    def _text(self, line: Line) -> None:
        if self.key == "management_response" and says_action(line.text):
            self.key, self.cell = "listed", line.cell
        current, key = self.current, self.key
        if is_guidance(
            line, follows_up=key in _OF_ROUNDS or key in ("front:responded_on", "front:coordinator")
        ):
            self._leave_out(line, _("It looks like guidance of the form, left in it."))
        elif not key or key == "front:document_title" or self._is_elsewhere(key, line):
            self._stray(line)
        elif key.startswith("front:"):
            self.found.front.setdefault(key.removeprefix("front:"), []).append(line)
        elif current is None:
            self.found.before.append(line)
        elif key in _OF_ROUNDS:
            self._of_round(current.rounds[-1], line)
        elif key == "listed":
            current.listed.append(line)
        else:
            current.add(key, line)

    def _stray(self, line: Line) -> None:
        if self.current is None:
            self.found.before.append(line)
        else:
            self._leave_out(line, _("It stands under no label that is known."))

    def _of_round(self, round_: Round, line: Line) -> None:
        if time := _ONLY_TIME.fullmatch(folded(line.text).strip()):
            round_.time = int(time[1])
        elif self.key == "round_status":
            round_.status.append(line)
        else:
            round_.comment.append(line)

    def _is_elsewhere(self, key: str, line: Line) -> bool:
        """Whether a line that follows the value of a short field is another value, under an unknown label."""
        if key not in _SHORT:
            return False
        is_front = key.startswith("front:")
        fields = self.found.front if is_front or self.current is None else self.current.fields
        there = fields.get(key.removeprefix("front:"))
        if not there:
            return False
        is_labelled = bool(_LABELLED.match(line.text))
        return is_labelled or there[-1].cell != line.cell or (is_front and not line.cell)

    def _attaches(self, line: Line) -> bool:
        """A line such as "Responsible: Legal Unit" below the action that it belongs to."""
        current = self.current
        if current is None or not current.listed or line.cell != self.cell:
            return False
        label = self.labels.in_action(line.text, bold=line.bold)
        if label is None:
            return False
        other = label_of(line, self.labels)
        if other and other.key not in _OF_ACTION:
            return False
        if (
            other
            and other.key == "responsible_units"
            and not (line.cell or "responsible_units" in current.fields)
        ):
            return False
        rest = line.after(label.end)
        several = promises.labelled(line.text)
        if len(several) > 1:  # "Deadline: June 2031. Responsible: Legal Unit" in one line
            for key, start, end in several:
                current.attached.append((len(current.listed), key, line.before(end).after(start)))
        elif rest.text.strip() and not is_guidance(rest, follows_up=True):
            current.attached.append((len(current.listed), label.key, rest))
        return True

    def _leave_out(self, line: Line, why: str) -> None:
        self.found.left_out.append(LeftOut(line.text.strip(), line.place, why))

    # Rows -----------------------------------------------------------------------------------------------

    def row(self, row: Row) -> None:
        cells = {key: self._said(lines, key) for key, lines in row.cells.items()}
        cells = {key: lines for key, lines in cells.items() if lines}
        self.found.columns |= set(row.cells)
        if "recommendation" in cells:
            self._row_begins(cells.pop("recommendation"), cells.pop("number", ()), row.place)
        current = self.current
        if current is None:
            for lines in cells.values():
                self.found.before += lines
            return
        if "recommendation" in row.cells:
            for key in _OF_RECOMMENDATION & set(cells):
                current.fields.setdefault(key, []).extend(cells.pop(key))
        self._row_of_action(current, {_OF_ACTION.get(key, key): lines for key, lines in cells.items()})
        self.key = "after_actions" if current.actions else self.key if self.key.startswith("front:") else ""

    def _row_of_action(self, current: Recommendation, cells: dict[str, tuple[Line, ...]]) -> None:
        for line in cells.pop("", ()):
            self._leave_out(line, _("The head of its column is not known."))
        text = cells.pop("key_action", ()) or cells.pop("key_actions", ())
        if text:
            self._actions(current, text, cells)
        elif cells and self.last_action:
            for key, lines in cells.items():  # the row goes on on the next page, or its cells were split
                self.last_action.add(key, lines)
        else:
            for line in (line for lines in cells.values() for line in lines):
                self._leave_out(line, _("It stands in a row without a key action."))

    def _said(self, lines: tuple[Line, ...], key: str) -> tuple[Line, ...]:
        follows_up = key in ("comment", "status")
        for line in lines:
            if is_guidance(line, follows_up=follows_up):
                self._leave_out(line, _("It looks like guidance of the form, left in it."))
        return tuple(line for line in lines if not is_guidance(line, follows_up=follows_up))

    def _row_begins(self, lines: tuple[Line, ...], numbers: tuple[Line, ...], place: Place) -> None:
        first, *others = lines
        label = label_of(first, self.labels)
        number = label.number if label and label.key == "recommendation" else ""
        if number and label:
            first = first.after(label.end)
        else:
            number, first = number_before(first)
        if not number and numbers:
            number = numbers[0].text.strip(" .)#")
        made = Recommendation(number, place, {"text": [one for one in (first, *others) if one.text.strip()]})
        self.found.recommendations.append(made)

    def _actions(
        self, current: Recommendation, text: tuple[Line, ...], own: dict[str, tuple[Line, ...]]
    ) -> None:
        """One action, or several in one row whose other cells have as many paragraphs.

        Plain paragraphs may all be of one action; they are several where each has its deadline or status.
        """
        items = items_of(text)
        others = {key for key, lines in own.items() if len(lines) == len(items)}
        is_list = all(item.number or item.lines[0].paragraph.level is not None for item in items)
        told_apart = others if is_list else others & {"deadline", "status"}
        if len(items) > 1 and told_apart and all(len(lines) in (1, len(items)) for lines in own.values()):
            for place, item in enumerate(items):
                action = Action(number=item.number, from_table=True)
                action.add("key_action", item.lines)
                for key, lines in own.items():
                    action.add(key, (lines[place],) if len(lines) == len(items) else lines)
                current.actions.append(action)
        else:
            number, first = number_before(text[0])
            action = Action(number=number, from_table=True)
            action.add("key_action", (first, *text[1:]))
            for key, lines in own.items():
                action.add(key, lines)
            current.actions.append(action)
        self.last_action = current.actions[-1]


def _drop_announced(found: Gathered) -> None:
    """Recommendations that a list at the beginning announces, and that are answered further down."""
    answered = {one.number for one in found.recommendations if one.number and not one.is_bare}
    kept = []
    for one in found.recommendations:
        if one.is_bare and one.number in answered:
            for line in one.fields.get("text", []):
                found.left_out.append(
                    LeftOut(
                        line.text.strip(), line.place, _("The recommendation stands there a second time.")
                    )
                )
        else:
            kept.append(one)
    found.recommendations = kept
