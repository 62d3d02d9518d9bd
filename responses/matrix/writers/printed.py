"""What a printed matrix says, block by block, as HTML: the words of the form and the texts of the matrix.

A block is empty where its form leaves it out; a block that the form always has is printed with nothing in it.
Notes stand under the recommendation that cites them first, so blocks are made in the order of print: as notes
at the foot of the page, WeasyPrint 70 put one in ten on the page after its mark and lost some.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaltrack.deadlines import Deadline
from evaltrack.text import NoteLinks, is_right_to_left, note_id, to_html, to_inline_html
from recommendations.choices import Layout
from recommendations.profiles import Labels, Profile, in_language
from responses.matrix.document import (
    Action,
    Footnote,
    Matrix,
    Monitoring,
    Recommendation,
    Responsible,
    SubPoint,
)
from responses.matrix.edition import ClosedRound

_WORDS = re.compile(r"[^\W_]+")
NOTHING = SafeString("")
# A page of the table of key actions (matrix-print.css), measured with English and Spanish text: the lines
# under its head, and the letters on a line of the action, deadline, responsible and comment columns.
PAGE_OF_LINES = 57
LETTERS = (29, 14, 16, 25)
SYMBOLS = ("*", "†", "‡", "§", "form")  # the first of these that the matrix leaves free marks the form's note


@dataclass(frozen=True, slots=True)
class Front:
    title_label: SafeString
    title: SafeString
    stop: str  # the full stop after it, where the period follows and the title has none
    conducted: str
    coordinator: SafeString
    responded_on: SafeString
    overall_comment: SafeString
    notes: tuple[SafeString, ...]


@dataclass(frozen=True, slots=True)
class PrintedPoint:
    text: SafeString
    points: tuple["PrintedPoint", ...]


@dataclass(frozen=True, slots=True)
class PrintedAction:
    text: SafeString
    deadline: SafeString
    responsible: SafeString
    comment: SafeString
    status: SafeString
    silence: str  # that nothing was reported in the round that was closed
    in_the_line: SafeString  # the text with what it does not say itself, for a list without columns
    is_tall: bool  # does not fit on one page of a table, so that it must be parted

    @property
    def reported(self) -> SafeString:
        """The status, and where nothing was reported that."""
        return _both(self.status, escape(self.silence))


@dataclass(frozen=True, slots=True)
class PrintedRound:
    status: SafeString
    comment: SafeString
    is_silent: bool  # nothing was reported in it, which its status says


@dataclass(frozen=True, slots=True)
class PrintedRecommendation:
    heading: str
    text: SafeString
    points: tuple[PrintedPoint, ...]
    rationale: SafeString
    pair: tuple[tuple[SafeString, SafeString], ...]  # (label, value) side by side
    timeline: SafeString
    responsible: SafeString
    decision: SafeString  # with its label
    narrative: SafeString
    actions: tuple[PrintedAction, ...]
    shows_actions: bool  # also where there are none yet; not where the decision leaves nothing to be done
    rounds: tuple[PrintedRound, ...]
    notes: tuple[SafeString, ...]


class Paper:
    """One matrix in the words of its profile; ask for the front, the recommendations, the other notes."""

    def __init__(
        self, matrix: Matrix, profile: Profile, language: str, round: ClosedRound | None = None
    ) -> None:
        self.matrix = matrix
        self.round = round
        self.profile = profile
        self.language = language
        self.notes = _Notes(matrix.footnotes)
        self._scale_printed = False

    def say(self, key: str, **places: str) -> str:
        return self.profile.label(key, self.language).format(**places)

    @property
    def round_called(self) -> str:
        """The round at whose end the matrix was frozen, in the words of the profile."""
        name = self.round.name if self.round else ""
        rule = self.profile.round(name)
        return in_language(rule.labels, self.language) if rule else name

    @property
    def document_title(self) -> str:
        return self.say("document_title")

    @property
    def key_actions(self) -> SafeString:
        return self.label(self.say("key_actions"))

    @property
    def directed_to(self) -> SafeString:
        return self.label(self.say("directed_to"))

    @property
    def columns(self) -> dict[str, str]:
        """The heads of the table of key actions."""
        keys = ("key_action", "deadline", "responsible", "monitoring", "comment", "status")
        return {key: self.say(key) for key in keys}

    def front(self) -> Front:
        matrix = self.matrix
        conducted = matrix.evaluation.conducted
        return Front(
            title_label=self.label(self.say("evaluation_title")),
            title=self._inline(matrix.evaluation.title),
            stop="." if conducted and matrix.evaluation.title[-1:].isalnum() else "",
            conducted=self.say("conducted", period=conducted) if conducted else "",
            coordinator=self._line("coordinator", matrix.coordinator, always=True),
            responded_on=self._line("responded_on", _written(matrix.responded_on), always=True),
            overall_comment=self._block("overall_comment", matrix.overall_comment, always=True),
            notes=self.notes.take(),
        )

    def recommendations(self) -> Iterator[PrintedRecommendation]:
        for recommendation in self.matrix.recommendations:
            yield self._recommendation(recommendation)

    def other_notes(self) -> tuple[SafeString, ...]:
        """The notes that no text cites."""
        return self.notes.take_all()

    def _recommendation(self, recommendation: Recommendation) -> PrintedRecommendation:
        as_table = self.profile.layout == Layout.ACTION_TABLE
        decision = self.profile.decision(recommendation.response.decision or "")
        return PrintedRecommendation(
            heading=self.say("recommendation", number=recommendation.number) + self.say("colon"),
            text=self._html(recommendation.text),
            points=self._points(recommendation.sub_points),
            rationale=self._block("rationale", recommendation.rationale, always=as_table),
            pair=tuple(self._pair(recommendation, always=as_table)),
            timeline=self._line("timeline", _written(recommendation.timeline)),
            responsible=self._line(
                "responsible_units", _written(recommendation.responsible), always=not as_table
            ),
            decision=self._decision(recommendation.response.decision),
            narrative=self._html(recommendation.response.narrative),
            actions=tuple(self._action(action) for action in recommendation.actions),
            shows_actions=bool(recommendation.actions) or not decision or decision.allows_actions,
            rounds=tuple(self._rounds(recommendation)),
            notes=self.notes.take(),
        )

    def _pair(
        self, recommendation: Recommendation, *, always: bool
    ) -> Iterator[tuple[SafeString, SafeString]]:
        if always or recommendation.directed_to:
            yield self.directed_to, self._inline(recommendation.directed_to)
        level, note = recommendation.priority, self._inline(recommendation.priority_note)
        if level is not None or note or (always and self.profile.priorities):
            value = "" if level is None else str(level)
            yield self._priority_label(), _both(SafeString(value), note)

    def _priority_label(self) -> SafeString:
        """The scale is explained once, in a note to the first priority level."""
        scale = self.profile.priority_scale(self.language)
        mark = NOTHING
        if scale and not self._scale_printed:
            self._scale_printed = True
            mark = self.notes.form_note(scale, printed=self._isolated(scale))
        return self.label(format_html("{}{}", self.say("priority"), mark))

    def _isolated(self, words: str) -> str:
        """Words of the form, kept from turning round in a matrix written in the other direction."""
        if is_right_to_left(self.language) == is_right_to_left(self.matrix.language):
            return words
        return f"\u2068{words}\u2069"

    def _decision(self, code: str | None) -> SafeString:
        rule = self.profile.decision(code) if code else None
        decision = in_language(rule.labels, self.language) if rule else code or ""
        label = self.label(self.say("management_response"))
        return format_html('<p class="label">{} {}</p>', label, decision)

    def _points(self, points: Iterable[SubPoint]) -> tuple[PrintedPoint, ...]:
        return tuple(
            PrintedPoint(unwrapped(self._html(point.text)), self._points(point.sub_points))
            for point in points
        )

    def _action(self, action: Action) -> PrintedAction:
        text = self._html(action.text)
        deadline = self._inline(_written(action.deadline))
        responsible = self._inline(_written(action.responsible))
        comment = self._html(action.comment)
        status = self._status(action.status, action.status_text)
        silence = ""
        if self._was_not_reported(action.number):
            silence = _("not reported in %(round)s") % {"round": self.round_called}
        reported = _both(status, escape(silence))
        missing = [
            html
            for html, source in ((deadline, action.deadline), (responsible, action.responsible))
            if source and not says(action.text, source.text)
        ]
        semicolon = self.say("colon").replace(":", "; ")  # French puts the same space before both
        line = continued(text, format_html_join(semicolon, "{}", ((html,) for html in missing)))
        for key, value in (("status", reported), ("comment", comment)):
            if value:
                line += led(self.label(self.say(key)), value)
        return PrintedAction(
            text=unwrapped(text),
            deadline=deadline,
            responsible=responsible,
            comment=unwrapped(comment),
            status=status,
            silence=silence,
            in_the_line=unwrapped(line),
            is_tall=_is_tall(action),
        )

    def _rounds(self, recommendation: Recommendation) -> Iterator[PrintedRound]:
        """Every round of the profile, blank where nothing was reported, then others that the matrix has.

        In the round that was closed it is said where nothing was reported although it was asked for.
        """
        entries = {entry.round: entry for entry in recommendation.monitoring}
        silent = ""
        if self.round and self._was_not_reported(recommendation.number):
            silent = self.round.name
            unsaid = Monitoring(silent, status_text=pgettext("a status", "not reported"))
            entries[silent] = unsaid
        for round_ in self.profile.rounds:
            entry = entries.pop(round_.name, Monitoring(round_.name))
            yield self._round(entry, round_.status_labels, round_.comment_labels, silent)
        for entry in entries.values():
            status, comment = (
                {self.language: f"{self.say(key)} ({entry.round})"} for key in ("status", "comment")
            )
            yield self._round(entry, status, comment, silent)

    def _round(
        self, entry: Monitoring, status_labels: Labels, comment_labels: Labels, silent: str
    ) -> PrintedRound:
        status, comment = (in_language(labels, self.language) for labels in (status_labels, comment_labels))
        return PrintedRound(
            status=led(self.label(status), self._status(entry.status, entry.status_text)),
            comment=led(self.label(comment), self._html(entry.comment)),
            is_silent=bool(silent) and entry.round == silent,
        )

    def _was_not_reported(self, number: str) -> bool:
        return self.round is not None and number in self.round.not_reported

    def _status(self, code: str | None, written: str | None) -> SafeString:
        known = self.profile.status(code) if code else None
        return self._inline(written or (in_language(known.labels, self.language) if known else code))

    def _line(self, key: str, source: str | None, *, always: bool = False) -> SafeString:
        """A label and one line of text."""
        if not (always or source):
            return NOTHING
        return format_html("<p>{} {}</p>", self.label(self.say(key)), self._inline(source))

    def _block(self, key: str, source: str | None, *, always: bool) -> SafeString:
        """A label and paragraphs of text, of which the first runs on from the label."""
        if not (always or source):
            return NOTHING
        return led(self.label(self.say(key)), self._html(source))

    def label(self, words: str) -> SafeString:
        return format_html("<b>{}{}</b>", words, self.say("colon"))

    def _html(self, source: str | None) -> SafeString:
        return to_html(source, note=self.notes.link) if source else NOTHING

    def _inline(self, source: str | None) -> SafeString:
        return to_inline_html(source, note=self.notes.link) if source else NOTHING


class _Notes:
    """The footnotes of a matrix, each to be printed once, after the block that cites it first."""

    def __init__(self, footnotes: Iterable[Footnote]) -> None:
        self.texts = {footnote.mark: footnote.text for footnote in footnotes}
        self._links = NoteLinks("mark", self.texts)
        self._cited: dict[str, None] = {}
        self._printed: set[str] = set()

    def link(self, mark: str) -> SafeString | None:
        """The mark in print, a link to its note; None where there is no such note."""
        if mark in self.texts:
            self._cited[mark] = None
        return self._links(mark)

    def form_note(self, text: str, *, printed: str) -> SafeString:
        """The mark of a note of the form itself, which the matrix may have among its own."""
        for mark, own in self.texts.items():
            if own == text:
                return self.link(mark) or NOTHING
        mark = next(symbol for symbol in SYMBOLS if symbol not in self.texts)
        self.texts[mark] = printed
        return self.link(mark) or NOTHING

    def take(self) -> tuple[SafeString, ...]:
        """The notes cited since the last time, and those that they cite themselves."""
        notes: list[SafeString] = []
        while new := [mark for mark in self._cited if mark not in self._printed]:
            for mark in new:
                self._printed.add(mark)
                sup = format_html("<sup>{}</sup>", mark)
                text = led(sup, to_html(self.texts[mark], note=self.link))
                notes.append(format_html('<aside class="note" id="{}">{}</aside>', note_id(mark), text))
        return tuple(notes)

    def take_all(self) -> tuple[SafeString, ...]:
        self._cited |= dict.fromkeys(self.texts)
        return self.take()


def led(label: SafeString, value: SafeString) -> SafeString:
    """``value`` with the label before its first words, on the same line where that is a paragraph."""
    if value.startswith("<p>"):
        return format_html("<p>{} {}", label, SafeString(value[len("<p>") :]))
    if value.startswith(("<ul", "<ol")):
        return format_html("<p>{}</p>{}", label, value)
    return format_html("<p>{} {}</p>", label, value)


def _both(value: SafeString, note: SafeString) -> SafeString:
    """The note in brackets after the value, where there are both."""
    return format_html("{} ({})", value, note) if value and note else format_html("{}{}", value, note)


def continued(text: SafeString, more: SafeString) -> SafeString:
    """``text`` with ``more`` in brackets at its end."""
    if not more:
        return text
    if text.endswith("</p>"):
        return format_html("{} ({})</p>", SafeString(text[: -len("</p>")]), more)
    return format_html("{}<p>({})</p>", text, more)


def unwrapped(text: SafeString) -> SafeString:
    """A single paragraph without its tags: in a cell or list item it is one anyway, and prints faster."""
    if text.startswith("<p>") and text.endswith("</p>") and text.count("<p>") == 1:
        return SafeString(text[len("<p>") : -len("</p>")])
    return text


def says(text: str, part: str) -> bool:
    """Whether the words of ``part`` stand in ``text``, whatever its dashes, brackets and spaces."""
    whole, wanted = (" ".join(_WORDS.findall(words.casefold())) for words in (text, part))
    return f" {wanted} " in f" {whole} "


def _written(value: Deadline | Responsible | None) -> str | None:
    return value.text if value else None


def _is_tall(action: Action) -> bool:
    """An estimate. A tall row that has to stay whole, WeasyPrint prints without the head of its table."""
    cells = (action.text, _written(action.deadline), _written(action.responsible), action.comment)
    return any(_lines(cell or "", width) > PAGE_OF_LINES for cell, width in zip(cells, LETTERS, strict=True))


def _lines(text: str, width: int) -> int:
    return sum(max(1, ceil(len(line) / width)) for line in text.split("\n"))
