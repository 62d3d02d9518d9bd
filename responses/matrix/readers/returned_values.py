"""The paragraphs of a Word file of ours, each known for what it is, as values of the matrix."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from evaltrack.documents import joining
from evaltrack.documents.content import Content, Paragraph, Place
from recommendations.choices import StatusLevel
from recommendations.profiles import Profile, in_language
from responses.matrix.document import (
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Recommendation,
    SubPoint,
)
from responses.matrix.readers.entered import Doubts, Entry, Meaning
from responses.matrix.reading import Doubt, LeftOut, Reading, Source
from responses.matrix.tabular import Words, paths, round_fields
from responses.matrix.word_form import Part, Property
from responses.matrix.writers.printed import SYMBOLS

Parts = dict[Part, list[Paragraph]]

# What is printed with a label before it, and the label's key in the profile.
_LABELS = {
    Part.EVALUATION_TITLE: "evaluation_title",
    Part.COORDINATOR: "coordinator",
    Part.RESPONDED_ON: "responded_on",
    Part.OVERALL_COMMENT: "overall_comment",
    Part.RATIONALE: "rationale",
    Part.TIMELINE: "timeline",
    Part.UNITS: "responsible_units",
    Part.DECISION: "management_response",
    Part.DEADLINE: "deadline",
    Part.RESPONSIBLE: "responsible",
    Part.COMMENT: "comment",
    Part.STATUS: "status",
}
_RECOMMENDATION = {
    Part.TEXT: "text",
    Part.RATIONALE: "rationale",
    Part.DIRECTED_TO: "directed_to",
    Part.TIMELINE: "timeline",
    Part.UNITS: "responsible_units",
    Part.DECISION: "decision",
    Part.NARRATIVE: "narrative",
}
_ACTION = {
    Part.ACTION: "key_action",
    Part.DEADLINE: "deadline",
    Part.RESPONSIBLE: "responsible",
    Part.COMMENT: "comment",
    Part.STATUS: "status",
}
# What stands on a line, so that its paragraphs are lines.
_LINES = {
    Part.EVALUATION_TITLE, Part.CONDUCTED, Part.COORDINATOR, Part.RESPONDED_ON, Part.DIRECTED_TO,
    Part.PRIORITY, Part.TIMELINE, Part.UNITS, Part.DECISION, Part.DEADLINE, Part.RESPONSIBLE,
    Part.STATUS, Part.ROUND_STATUS,
}  # fmt: skip
_UNEMPHASISED = (Part.EVALUATION_TITLE, Part.HEADING)  # by their style they are bold
_PRIORITY = re.compile(r"(\d+)(?:\s*\((.*)\))?", re.DOTALL)


@dataclass(slots=True)
class Item:
    """The front, a recommendation or a key action while it is read: its paragraphs by what they are."""

    parts: Parts = field(default_factory=dict)
    actions: list["Item"] = field(default_factory=list)
    is_row: bool = False  # of a table, not an item of a list

    def add(self, part: Part, paragraph: Paragraph) -> None:
        self.parts.setdefault(part, []).append(paragraph)


class Values:
    """Reads the items of one file; ``labels`` are all that the form prints before a value."""

    def __init__(self, content: Content, profile: Profile) -> None:
        self.content, self.profile = content, profile
        self.language = content.properties.get(Property.LABELS) or content.language or "en"
        text_language = content.properties.get(Property.LANGUAGE) or content.language or self.language
        self.meaning = Meaning(Words.of(profile, self.language), text_language)
        self.text_language = text_language
        self.labels = sorted((words for words in self._all_labels() if words), key=len, reverse=True)
        self.sources: dict[str, Source] = {}
        self.doubts: list[Doubt] = []

    def reading(self, front: Item, found: Sequence[Item], left_out: tuple[LeftOut, ...]) -> Reading:
        matrix = self._front(front)
        self.meaning.issued = matrix.responded_on.due if matrix.responded_on else None
        made = tuple(self._recommendation(place, item) for place, item in enumerate(found))
        matrix = replace(matrix, recommendations=made, footnotes=tuple(self._footnotes()))
        handout = self.content.properties.get(Property.HANDOUT, "")
        return Reading(matrix, self.sources, tuple(self.doubts), left_out, handout)

    # The front ----------------------------------------------------------------------------------------------

    def _front(self, front: Item) -> Matrix:
        properties = self.content.properties
        entries = {part: self._entry(part, paragraphs) for part, paragraphs in front.parts.items()}
        for part, path in (
            (Part.EVALUATION_TITLE, "evaluation.title"),
            (Part.CONDUCTED, "evaluation.conducted"),
            (Part.COORDINATOR, "coordinator"),
            (Part.RESPONDED_ON, "responded_on"),
            (Part.OVERALL_COMMENT, "overall_comment"),
        ):
            if part in entries and entries[part].text:
                self.sources[path] = Source(entries[part].place, entries[part].text)
        texts = {part: entry.text or None for part, entry in entries.items()}
        responded_on = entries.get(Part.RESPONDED_ON)
        return Matrix(
            profile=properties.get(Property.PROFILE) or self.profile.slug,
            language=self.text_language,
            evaluation=Evaluation(
                title=texts.get(Part.EVALUATION_TITLE) or "",
                short_title=properties.get(Property.SHORT_TITLE) or None,
                reference=properties.get(Property.REFERENCE) or None,
                conducted=self._between("conducted", "period", texts.get(Part.CONDUCTED) or "") or None,
            ),
            coordinator=texts.get(Part.COORDINATOR),
            overall_comment=texts.get(Part.OVERALL_COMMENT),
            responded_on=self.meaning.deadline(responded_on, None) if responded_on else None,
        )

    def _footnotes(self) -> Iterator[Footnote]:
        """Those of the matrix; the form has one of its own, on its priorities."""
        scale = self.profile.priority_scale(self.language)
        for mark, text in self.content.footnotes.items():
            if mark not in SYMBOLS or text.strip("\u2068\u2069 ") != scale:
                yield Footnote(mark, text)

    # A recommendation ---------------------------------------------------------------------------------------

    def _recommendation(self, place: int, item: Item) -> Recommendation:
        at = f"recommendations[{place}]"
        cells = {
            name: self._entry(part, item.parts[part])
            for part, name in _RECOMMENDATION.items()
            if part in item.parts
        }
        cells["number"] = self._number(item)
        cells |= self._priority(item.parts.get(Part.PRIORITY, ()))
        cells |= self._rounds(item)
        by_round = self.profile.status_level == StatusLevel.RECOMMENDATION
        rounds = tuple(Monitoring(one.name) for one in self.profile.rounds) if by_round else ()
        made = self.meaning.recommendation(Recommendation("", "", monitoring=rounds), cells)
        made = replace(made, sub_points=self._sub_points(item))
        self._tell(made, at, cells, self.meaning.doubts)
        actions = [action for action in item.actions if _says_anything(self._action_cells(action))]
        kept = tuple(
            self._action(f"{at}.actions[{number}]", f"{made.number}.{number + 1}", action)
            for number, action in enumerate(actions)
        )
        return replace(made, actions=kept)

    def _number(self, item: Item) -> Entry:
        paragraphs = item.parts.get(Part.HEADING, [])
        text = self._entry(Part.HEADING, paragraphs).text.rstrip(": \u00a0\u202f")
        return Entry(self._between("recommendation", "number", text), _place(paragraphs))

    def _between(self, key: str, name: str, text: str) -> str:
        """What stands in a line of the form where its words leave room; all of it where they were changed."""
        before, _place, after = self.profile.label(key, self.language).partition("{" + name + "}")
        pattern = rf"{_loosely(before)}(.*){_loosely(after)}"
        found = re.fullmatch(pattern, text.strip(), re.DOTALL | re.IGNORECASE)
        if found:
            return found[1].strip()
        numbers = re.findall(r"\d[\w.]*", text) if name == "number" else []
        return numbers[-1] if numbers else text.strip()

    def _priority(self, paragraphs: Sequence[Paragraph]) -> dict[str, Entry]:
        """A level, and in brackets behind it the note; or one of them."""
        entry = self._entry(Part.PRIORITY, paragraphs)
        found = _PRIORITY.fullmatch(entry.text)
        level, note = (found[1], found[2] or "") if found else ("", entry.text)
        if not found and self.meaning.words.code("priorities", entry.text):
            level, note = entry.text, ""
        return {"priority": replace(entry, text=level), "priority_note": replace(entry, text=note)}

    def _sub_points(self, item: Item) -> tuple[SubPoint, ...]:
        """Two levels of them, as deep as the matrix has them."""
        outer: list[tuple[list[Paragraph], list[list[Paragraph]]]] = []
        for paragraph in item.parts.get(Part.SUB_POINT, []):
            if paragraph.style == Part.SUB_POINT_MORE and outer:
                (outer[-1][1][-1] if outer[-1][1] else outer[-1][0]).append(paragraph)
            elif paragraph.level and outer:
                outer[-1][1].append([paragraph])
            else:
                outer.append(([paragraph], []))
        points = (
            SubPoint(self._joined(own), tuple(point for point in map(self._point, inner) if point.text))
            for own, inner in outer
        )
        return tuple(point for point in points if point.text or point.sub_points)

    def _point(self, paragraphs: Sequence[Paragraph]) -> SubPoint:
        return SubPoint(self._joined(paragraphs))

    def _joined(self, paragraphs: Sequence[Paragraph]) -> str:
        first, *further = paragraphs
        texts = [(replace(first, level=None), joining.said(first))]
        return joining.joined(texts + [(one, joining.said(one)) for one in further])

    def _rounds(self, item: Item) -> dict[str, Entry]:
        """What each round says: its label names it, else its place among the others."""
        labels: dict[str, str] = {}
        for round_ in self.profile.rounds:
            status, comment = round_fields(round_.name)
            labels[in_language(round_.status_labels, self.language)] = status
            labels[in_language(round_.comment_labels, self.language)] = comment
        found: dict[str, list[tuple[Paragraph, str]]] = {}
        for part, key in ((Part.ROUND_STATUS, "status"), (Part.ROUND_COMMENT, "comment")):
            field_ = ""
            for paragraph in item.parts.get(part, ()):
                named, text = self._round_of(paragraph, labels, key, part)
                field_ = named or field_
                if field_:
                    found.setdefault(field_, []).append((paragraph, text))
        return {name: Entry(joining.joined(texts), texts[0][0].place) for name, texts in found.items()}

    def _round_of(
        self, paragraph: Paragraph, labels: dict[str, str], key: str, part: Part
    ) -> tuple[str, str]:
        """The field that the paragraph begins with the label of, and what it says after it."""
        for label in sorted(labels, key=len, reverse=True):
            text = joining.after(paragraph, [label])
            if text is not None:
                return labels[label], text
        other = re.match(
            rf"\**{_loosely(self.profile.label(key, self.language))}\s*\((.+?)\)", paragraph.text
        )
        if other:
            text = joining.after(paragraph, [other[0].strip("*")]) or ""
            return round_fields(other[1])[part is Part.ROUND_COMMENT], text
        return "", joining.said(paragraph)

    # A key action -------------------------------------------------------------------------------------------

    def _action_cells(self, item: Item) -> dict[str, Entry]:
        parts = dict(item.parts)
        further = parts.pop(Part.ACTION_MORE, [])
        if further and Part.ACTION not in parts:
            parts[Part.ACTION], further = further[:1], further[1:]
        cells = {name: self._entry(part, parts[part]) for part, name in _ACTION.items() if part in parts}
        if Part.ACTION in parts:
            said = [*parts[Part.ACTION], *further]
            if not item.is_row:
                cells["key_action"] = Entry(self._joined(said), _place(said))
        return cells

    def _action(self, at: str, number: str, item: Item) -> Action:
        cells = self._action_cells(item)
        made = self.meaning.action(Action(number, ""), cells)
        self._tell(made, at, cells, self.meaning.doubts)
        return made

    # Words --------------------------------------------------------------------------------------------------

    def _entry(self, part: Part, paragraphs: Sequence[Paragraph]) -> Entry:
        """The text of a part, without the label that its first paragraph begins with."""
        texts: list[tuple[Paragraph, str]] = []
        for paragraph in paragraphs:
            one = replace(paragraph, bold=False) if part in _UNEMPHASISED else paragraph
            text = None
            if part in _LABELS and not texts:
                text = joining.after(one, [self.profile.label(_LABELS[part], self.language)])
            texts.append((one, joining.said(one) if text is None else text))
        if part in _LINES:
            return Entry("\n".join(text for _one, text in texts if text.strip()), _place(paragraphs))
        return Entry(joining.joined(texts), _place(paragraphs))

    def _all_labels(self) -> Iterator[str]:
        for key in ("directed_to", "priority", "key_actions", "key_action", "monitoring", *_LABELS.values()):
            yield self.profile.label(key, self.language)

    def _tell(self, item: Recommendation | Action, at: str, cells: dict[str, Entry], doubts: Doubts) -> None:
        where = dict(paths(item, at))
        self.sources |= {
            where[name]: Source(entry.place, entry.text)
            for name, entry in cells.items()
            if name in where and entry.text
        }
        self.doubts += [Doubt(where.get(name, at), sentence) for name, sentence in doubts]


def _loosely(words: str) -> str:
    """A pattern for words of a form, whatever blanks stand between them."""
    return r"[\s\u00a0\u202f]*".join(re.escape(word) for word in re.split(r"[\s\u00a0\u202f]+", words))


def _place(paragraphs: Iterable[Paragraph]) -> Place:
    return next((one.place for one in paragraphs if one.text.strip()), Place())


def _says_anything(cells: dict[str, Entry]) -> bool:
    return any(entry.text.strip() for entry in cells.values())
