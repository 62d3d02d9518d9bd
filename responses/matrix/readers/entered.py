"""What somebody entered in cells, as fields of recommendations and key actions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from evaltrack import deadlines
from evaltrack import responsible_reading as responsible
from evaltrack.deadlines import Deadline
from evaltrack.documents.content import Place
from recommendations.choices import Decision
from responses.matrix.document import Action, Monitoring, Recommendation, Response, Responsible, SubPoint
from responses.matrix.tabular import Words, round_of

_POINT = re.compile(r"(?P<indent>\s*)(?:[-*•–▪◦]|\(?(?:\d{1,2}|[a-z])[.)])\s+(?P<text>\S.*)")
_NUMBER = re.compile(r"\d+")
LONGEST_QUOTED = 100  # characters in a doubt


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody entered in a cell; ``day`` where it is a real date."""

    text: str
    place: Place = field(default_factory=Place)
    day: date | None = None


Cells = Mapping[str, Entry]  # field -> what stands there
Doubts = list[tuple[str, str]]  # field, sentence


class Meaning:
    """Reads what was entered into the items of one matrix; ``doubts`` are those of the last item read."""

    def __init__(self, words: Words, language: str, issued: date | None = None) -> None:
        self.words, self.language, self.issued = words, language, issued
        self.doubts: Doubts = []

    def recommendation(self, base: Recommendation, entered: Cells) -> Recommendation:
        """``base`` with what was entered in it."""
        self.doubts = []
        changes: dict[str, Any] = {}
        for name, entry in entered.items():
            changes |= self._field(name, entry, base)
        response = {"narrative": changes.pop("narrative")} if "narrative" in changes else {}
        if "decision" in entered:
            response |= self.decision(entered["decision"].text.strip(), base.response, response)
        if "priority" in entered:
            changes |= self._priority(entered["priority"].text.strip(), base, changes)
        if response:
            changes["response"] = replace(base.response, **response)
        changes["monitoring"] = self._monitoring(base.monitoring, entered)
        return replace(base, **changes)

    def _field(self, name: str, entry: Entry, base: Recommendation) -> dict[str, Any]:
        text = entry.text.strip()
        match name:
            case "number" | "text":
                return {name: text}
            case "rationale" | "directed_to" | "priority_note" | "narrative":
                return {name: text or None}
            case "sub_points":
                return {name: points_in(entry.text)}
            case "responsible_units":
                return {"responsible": responsible_in(text)}
            case "timeline":
                return {name: self.deadline(entry, base.timeline)}
        return {}

    def action(self, base: Action, entered: Cells) -> Action:
        """``base`` with what was entered in it."""
        self.doubts = []
        changes: dict[str, Any] = {}
        for name, entry in entered.items():
            text = entry.text.strip()
            match name:
                case "action_number":
                    changes["number"] = text
                case "key_action":
                    changes["text"] = text
                case "deadline":
                    changes[name] = self.deadline(entry, base.deadline)
                case "responsible":
                    changes[name] = responsible_in(text)
                case "comment":
                    changes[name] = text or None
                case "status":
                    changes |= self.status(name, text)
        return replace(base, **changes)

    def deadline(self, entry: Entry, before: Deadline | None) -> Deadline | None:
        """A real date that says what stood there already changes nothing."""
        if entry.day:
            read = deadlines.from_date(entry.day, self.language)
            same = before and (before.kind, before.start, before.due) == (read.kind, read.start, read.due)
            return before if same else read
        text = entry.text.strip()
        return deadlines.read(text, issued=self.issued) if text else None

    def decision(self, text: str, before: Response, entered: Mapping[str, Any]) -> dict[str, str | None]:
        """What is no decision is taken for its explanation, unless there is one."""
        code = self.words.code("decisions", text)
        if not text or code in Decision.values:
            return {"decision": code}
        narrative = entered.get("narrative", before.narrative)
        if narrative:
            self.doubt("decision", _("“%(text)s” is no decision of this form; nothing was entered."), text)
            return {"decision": None}
        self.doubt("decision", _("“%(text)s” is no decision of this form; it is kept as explanation."), text)
        return {"decision": None, "narrative": text}

    def _priority(
        self, text: str, before: Recommendation, entered: Mapping[str, Any]
    ) -> dict[str, int | str | None]:
        """A level by its words or number; what is none is kept as the note, unless there is one."""
        code = self.words.code("priorities", text)
        if code is None and len(numbers := _NUMBER.findall(text)) == 1 and self._is_level(numbers[0]):
            code = numbers[0]
        if not text or code is not None:
            return {"priority": int(code) if code else None}
        self.doubt("priority", _("“%(text)s” is no priority of this form."), text)
        note = entered.get("priority_note", before.priority_note)
        return {"priority": None, "priority_note": note or text}

    def _is_level(self, number: str) -> bool:
        return number in self.words.priorities or (not self.words.priorities and len(number) == 1)

    def status(self, name: str, text: str) -> dict[str, str | None]:
        code = self.words.code("statuses", text) if text else None
        if text and code is None:
            self.doubt(name, _("“%(text)s” is no status of this form; it is kept as written."), text)
        return {"status": code, "status_text": None if code else text or None}

    def _monitoring(self, before: tuple[Monitoring, ...], entered: Cells) -> tuple[Monitoring, ...]:
        told = list(before)
        for name, entry in entered.items():
            attribute, round_ = round_of(name)
            if not attribute:
                continue
            places = {one.round: place for place, one in reversed(list(enumerate(told)))}
            text = entry.text.strip()
            says: dict[str, Any] = {"comment": text or None}
            if attribute == "status":
                says = {**self.status(name, text)}
            if round_ in places:
                told[places[round_]] = replace(told[places[round_]], **says)
            elif text:
                told.append(Monitoring(round_, **says))
        if len(told) > len(before):
            order = {name: place for place, name in enumerate(self.words.rounds)}
            told.sort(key=lambda one: order.get(one.round, len(order)))
        return tuple(told)

    def doubt(self, name: str, sentence: str, text: str, **words: str) -> None:
        cut = text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"
        self.doubts.append((name, sentence % {"text": cut, **words}))


def responsible_in(text: str) -> Responsible | None:
    return Responsible(text, responsible.read(text)) if text else None


def points_in(text: str) -> tuple[SubPoint, ...]:
    """The sub-points of a list, one a line; a line that is no item goes on with the one before."""
    outer: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        found = _POINT.match(line)
        words = found["text"] if found else line.strip()
        if not words:
            continue
        if found and found["indent"] and outer:
            outer[-1][1].append(words)
        elif found or not outer:
            outer.append((words, []))
        elif outer[-1][1]:
            outer[-1][1][-1] += f"\n{words}"
        else:
            outer[-1] = (f"{outer[-1][0]}\n{words}", [])
    return tuple(SubPoint(words, tuple(map(SubPoint, inner))) for words, inner in outer)
