"""What was understood of a file, for the page: row by row, each value beside what stands in the file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from evaltrack import deadlines, text
from evaltrack.documents.content import Place
from evaltrack.errors import Refused
from recommendations.models import Evaluation
from recommendations.profiles import Profile, in_language
from responses import imports
from responses.importing import drafts
from responses.importing.committing import hindrances
from responses.importing.mending import rules_of
from responses.matrix import carried, summary
from responses.matrix.reading import Origin
from responses.models import MatrixImport

WHOLE_UP_TO = (12, 60)  # recommendations and key actions
ACTIONS_AT_ONCE = 60  # in one form: the web server takes a bounded number of fields
START = 200  # characters of a recommendation that is closed

Options = list[tuple[str, str]]


@dataclass
class Value:
    """One value with what it was read from; ``mended`` is how it was read, where a person changed it."""

    path: str
    label: str
    text: str
    widget: str = "text"
    options: Options = field(default_factory=list)
    hint: str = ""
    place: str = ""
    source: str = ""
    doubts: list[str] = field(default_factory=list)
    mended: str | None = None
    refused: str = ""

    @property
    def anchor(self) -> str:
        return anchor(self.path)

    @property
    def rows(self) -> int:
        return min(12, max(1, self.text.count("\n") + 1 + len(self.text) // 90))


@dataclass
class Row:
    """A recommendation or a key action; ``more`` are the fields that this file leaves blank."""

    path: str
    heading: str
    values: list[Value]
    more: list[Value] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return anchor(self.path)


@dataclass
class Block:
    """One recommendation: its one line, and what it holds where it is open."""

    index: int
    heading: str
    start: str
    actions: int
    doubts: int
    row: Row | None = None
    action_rows: list[Row] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return anchor(f"recommendations[{self.index}]")


@dataclass(frozen=True)
class Told:
    """A doubt or hindrance: ``at`` is its place in the list, where it can be settled by a word."""

    sentence: str
    path: str
    name: str  # of what it is about
    anchor: str
    recommendation: int | None
    at: int | None = None


def anchor(path: str) -> str:
    """An id for the element of a path."""
    return "at-" + re.sub(r"[^a-z0-9]+", "-", path).strip("-")


def in_words(place: Place) -> str:
    """Where something stands in the file."""
    parts = [
        _("page %(n)d") % {"n": place.page} if place.page else "",
        _("sheet “%(name)s”") % {"name": place.sheet} if place.sheet else "",
        _("table %(n)d") % {"n": place.table} if place.table else "",
        _("row %(n)d") % {"n": place.row} if place.row else "",
        _("column %(n)d") % {"n": place.column} if place.column else "",
    ]
    return ", ".join(filter(None, parts))


class Review:
    """One file on its review page."""

    def __init__(self, one: MatrixImport, *, actions_from: int = 0) -> None:
        self.one, self.draft = one, one.draft
        self.matrix = one.draft["matrix"]
        self.language = get_language() or "en"
        self.actions_from = actions_from
        self.refused: dict[str, str] = {}
        self.typed: dict[str, str] = {}

    @cached_property
    def rules(self) -> Profile:
        return rules_of(self.one)

    def label(self, key: str) -> str:
        return self.rules.label(key, self.language)

    @property
    def profile_name(self) -> str:
        return in_language(self.rules.titles, self.language)

    @property
    def language_name(self) -> str:
        return Evaluation(language=self.matrix["language"]).language_name

    @property
    def recommendations(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.matrix["recommendations"]
        return rows

    @property
    def counts(self) -> str:
        actions = sum(len(one["actions"]) for one in self.recommendations)
        count = len(self.recommendations)
        said = ngettext("%(n)d recommendation", "%(n)d recommendations", count) % {"n": count}
        more = ngettext("%(n)d key action", "%(n)d key actions", actions) % {"n": actions}
        return f"{said}, {more}"

    # Doubts and hindrances ------------------------------------------------------------------------------

    @cached_property
    def doubts(self) -> list[Told]:
        """Those of the reader, and what is doubtful in any matrix."""
        told = [self._told(one["sentence"], one["path"], at) for at, one in enumerate(self.draft["doubts"])]
        seen = {one.path for one in told}
        general = summary.doubts(carried.restored(self.draft).matrix, self.rules)
        return told + [one for one in map(self._located, general) if not one.path or one.path not in seen]

    @cached_property
    def hindrances(self) -> list[Told]:
        try:
            return [self._located(sentence) for sentence in hindrances(self.one)]
        except Refused as refusal:
            return [self._told(str(refusal), "")]

    def _located(self, sentence: str) -> Told:
        # Not every language sets its colon as English does.
        found = re.match(r"([a-z_]+(?:\[\d+\]|\.[a-z_]+)*)\s*[:：]\s*(.*)", sentence, re.DOTALL)
        found = found or re.match(r"([a-z_]+(?:\[\d+\]|\.[a-z_]+)+) (.*)", sentence, re.DOTALL)
        path, rest = (found[1], found[2]) if found else ("", sentence)
        return self._told(rest[:1].upper() + rest[1:], path)

    def _told(self, sentence: str, path: str, at: int | None = None) -> Told:
        number = re.match(r"recommendations\[(\d+)\]", path)
        index = int(number[1]) if number else None
        return Told(sentence, path, self._name(path, index), anchor(self._cell(path)), index, at)

    def _cell(self, path: str) -> str:
        """The value that a path leads to, or the row where it leads to none."""
        short = path.removesuffix(".text") if drafts.pattern(path) not in drafts.KINDS else path
        while short and drafts.pattern(short) not in drafts.KINDS:
            if re.fullmatch(r"(recommendations\[\d+\](\.actions\[\d+\])?|footnotes\[\d+\])", short):
                break
            short = re.sub(r"(\.[a-z_]+|\[\d+\]|^[a-z_]+)$", "", short)
        return short or "front"

    def _name(self, path: str, index: int | None) -> str:
        if path == "evaluation.title":
            return self.label("evaluation_title")
        if index is None or index >= len(self.recommendations):
            return _("Front block") if path else _("The whole file")
        one = self.recommendations[index]
        number = re.search(r"\.actions\[(\d+)\]", path)
        if number and int(number[1]) < len(one["actions"]):
            return _("Key action %(number)s") % {"number": one["actions"][int(number[1])]["number"]}
        return self.label("recommendation").format(number=one["number"])

    # Blocks ---------------------------------------------------------------------------------------------

    def blocks(self, opened: Iterable[int] | None) -> list[Block]:
        """All recommendations; open are those named, or (None) all where the file is small."""
        rows = self.recommendations
        if opened is None:
            actions = sum(len(one["actions"]) for one in rows)
            small = len(rows) <= WHOLE_UP_TO[0] and actions <= WHOLE_UP_TO[1]
            opened = range(len(rows)) if small else ()
        there = set(opened)
        doubtful: dict[int | None, int] = {}
        for told in self.doubts:
            doubtful[told.recommendation] = doubtful.get(told.recommendation, 0) + 1
        return [
            self._block(index, one, doubtful.get(index, 0), index in there) for index, one in enumerate(rows)
        ]

    def _block(self, index: int, one: dict[str, Any], doubts: int, is_open: bool) -> Block:
        heading = self.label("recommendation").format(number=one["number"])
        start = text.to_plain(one["text"][: START * 2])[:START]
        block = Block(index, heading, start, len(one["actions"]), doubts)
        if is_open:
            block.row = self._recommendation(index, one, heading)
            count = len(one["actions"])
            first = min(self.actions_from, max(0, count - 1)) // ACTIONS_AT_ONCE * ACTIONS_AT_ONCE
            block.pages = list(range(0, count, ACTIONS_AT_ONCE)) if count > ACTIONS_AT_ONCE else []
            block.action_rows = [
                self._action(index, place, one["actions"][place])
                for place in range(first, min(count, first + ACTIONS_AT_ONCE))
            ]
        return block

    def _recommendation(self, index: int, one: dict[str, Any], heading: str) -> Row:
        at = f"recommendations[{index}]"
        decisions = [
            (rule.code.value, in_language(rule.labels, self.language)) for rule in self.rules.decisions
        ]
        priorities = [
            (str(step.level), f"{step.level} – {in_language(step.labels, self.language)}")
            for step in self.rules.priorities
        ]
        always = [
            self.value(f"{at}.number", _("Number"), "short"),
            self.value(f"{at}.text", _("Recommendation")),
            self.value(f"{at}.response.decision", self.label("decision"), "choice", decisions),
            self.value(f"{at}.response.narrative", self.label("narrative")),
        ]
        others = [
            self.value(f"{at}.rationale", self.label("rationale")),
            self.value(f"{at}.sub_points", self.label("sub_points")),
            self.value(f"{at}.directed_to", self.label("directed_to")),
            self.value(f"{at}.responsible", self.label("responsible_units")),
            self.value(f"{at}.timeline", self.label("timeline"), "short"),
            self.value(f"{at}.priority_note", self.label("priority_note")),
        ]
        if priorities:
            others.insert(0, self.value(f"{at}.priority", self.label("priority"), "choice", priorities))
        for place, entry in enumerate(one["monitoring"]):
            others += self._standing(f"{at}.monitoring[{place}]", f"{entry['round']}: ")
        return self._row(at, heading, always, others)

    def _action(self, index: int, place: int, one: dict[str, Any]) -> Row:
        at = f"recommendations[{index}].actions[{place}]"
        always = [
            self.value(f"{at}.number", _("Number"), "short"),
            self.value(f"{at}.text", self.label("key_action")),
            self.value(f"{at}.deadline", self.label("deadline"), "short"),
            self.value(f"{at}.responsible", self.label("responsible")),
        ]
        return self._row(
            at, _("Key action %(number)s") % {"number": one["number"]}, always, self._standing(at)
        )

    def _standing(self, at: str, before: str = "") -> list[Value]:
        statuses = [(rule.code, in_language(rule.labels, self.language)) for rule in self.rules.statuses]
        return [
            self.value(f"{at}.status", before + self.label("status"), "choice", statuses),
            self.value(f"{at}.status_text", before + _("Status as printed"), "short"),
            self.value(f"{at}.comment", before + self.label("comment")),
        ]

    def _row(self, at: str, heading: str, always: list[Value], others: list[Value]) -> Row:
        filled = [one for one in others if one.text or one.doubts or one.refused or one.mended is not None]
        return Row(
            at,
            heading,
            always + filled,
            [one for one in others if one not in filled],
            [told.sentence for told in self.doubts if self._cell(told.path) == at],
        )

    @cached_property
    def front(self) -> Row:
        values = [
            self.value("evaluation.title", self.label("evaluation_title")),
            self.value("evaluation.short_title", self.label("short_title"), "short"),
            self.value("evaluation.reference", self.label("reference"), "short"),
            self.value("evaluation.conducted", _("Period conducted"), "short"),
            self.value("coordinator", self.label("coordinator")),
            self.value("overall_comment", self.label("overall_comment")),
            self.value("responded_on", self.label("responded_on"), "short"),
        ]
        for place, note in enumerate(self.matrix["footnotes"]):
            label = _("Note %(mark)s") % {"mark": note["mark"]}
            values.append(self.value(f"footnotes[{place}].text", label))
        return Row("front", _("Front block"), values)

    # Values ---------------------------------------------------------------------------------------------

    def value(
        self, path: str, label: str, widget: str = "text", options: Iterable[tuple[str, str]] = ()
    ) -> Value:
        made = Value(path, label, drafts.text_of(self.draft, path), widget, list(options))
        made.hint = self._hint(path)
        made.doubts = self._doubts_at.get(path, [])
        made.mended = self.one.mended.get(path)
        for source in self._sources(path):
            place = carried.source(source)
            made.place = made.place or in_words(place.place)
            if place.origin == Origin.READ:
                made.place += f" · {_('taken out of a sentence')}"
            if " ".join(place.text.split()) != " ".join(made.text.split()):
                made.source = f"{made.source}\n{place.text}".strip()
        if path in self.refused:
            made.refused, made.text = self.refused[path], self.typed.get(path, made.text)
        if widget == "choice" and made.text and made.text not in dict(made.options):
            made.options.append((made.text, made.text))
        return made

    @cached_property
    def _doubts_at(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for told in self.doubts:
            found.setdefault(self._cell(told.path), []).append(told.sentence)
        return found

    def _sources(self, path: str) -> Iterator[dict[str, Any]]:
        """Of the value, or of the parts that it is shown together with."""
        sources = self.draft["sources"]
        for name in (path, f"{path}.text"):
            if name in sources:
                yield sources[name]
                return
        if path.endswith(".sub_points"):
            yield from (one for name, one in sources.items() if name.startswith(f"{path}["))

    def _hint(self, path: str) -> str:
        kind = drafts.KINDS[drafts.pattern(path)]
        holder, name = drafts.holder_of(self.draft, path)
        value = holder[name]
        if not value:
            return ""
        if kind == "deadline":
            restored = deadlines.Deadline(
                value["text"],
                deadlines.Kind(value["kind"]),
                *(drafts.day(value[name]) for name in ("start", "due")),
            )
            return deadlines.explain(restored, language=self.language)
        if kind == "responsible" and value["parties"]:
            return ", ".join(f"{one['name']} ({_role(one['role'])})" for one in value["parties"])
        return ""

    @property
    def left_out(self) -> list[tuple[int, dict[str, Any], str]]:
        return [(at, one, in_words(Place(**one["place"]))) for at, one in enumerate(self.draft["left_out"])]


def _role(code: str) -> str:
    words = {"lead": _("lead"), "support": _("support"), "coordination": _("coordination")}
    return words.get(code, code)


def evaluation_of_that_reference(one: MatrixImport) -> str:
    """The reference in the file, where an evaluation has it already; else ""."""
    reference = one.draft["matrix"]["evaluation"]["reference"] or ""
    return reference if one.evaluation is None and imports.is_taken(reference) else ""
