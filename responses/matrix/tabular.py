"""The matrix as cells of text: the fields of its items, and what a cell prints of each.

Fields are named as in ``differences``; what a round says has the fields of :func:`round_fields`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from evaltrack.deadlines import Deadline
from evaltrack.names import folded
from recommendations.choices import StatusLevel
from recommendations.profiles import Profile, in_language
from responses.matrix.document import Action, Matrix, Monitoring, Recommendation, Responsible, SubPoint

FRONT = (
    "evaluation_title",
    "short_title",
    "reference",
    "period",
    "coordinator",
    "responded_on",
    "overall_comment",
)
RECOMMENDATION = (
    "number",
    "text",
    "sub_points",
    "rationale",
    "directed_to",
    "responsible_units",
    "priority",
    "priority_note",
    "timeline",
    "decision",
    "narrative",
)
ACTION = ("action_number", "key_action", "deadline", "responsible", "comment", "status")
PROGRESS = ("comment", "status")

# Where the value of a field stands below its item.
PATHS = {
    "responsible_units": "responsible",
    "decision": "response.decision",
    "narrative": "response.narrative",
    "action_number": "number",
    "key_action": "text",
    "evaluation_title": "evaluation.title",
    "short_title": "evaluation.short_title",
    "reference": "evaluation.reference",
    "period": "evaluation.conducted",
}


@dataclass(frozen=True, slots=True)
class Words:
    """An organisation's words for its codes, and the rounds of which each recommendation tells.

    ``also`` are other words that mean a code, such as those in other languages.
    """

    decisions: Mapping[str, str]
    priorities: Mapping[str, str]  # by level
    statuses: Mapping[str, str]
    rounds: tuple[str, ...] = ()
    also: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # list -> words -> code

    @classmethod
    def of(cls, profile: Profile, language: str) -> "Words":
        step = profile.label("priority_step", language)
        other: dict[str, dict[str, str]] = {"decisions": {}, "priorities": {}, "statuses": {}}
        for rule in profile.decisions:
            other["decisions"] |= dict.fromkeys(rule.labels.values(), rule.code.value)
        for level in profile.priorities:
            other["priorities"] |= dict.fromkeys(level.labels.values(), str(level.level))
        for status in profile.statuses:
            other["statuses"] |= dict.fromkeys(status.labels.values(), status.code)
        by_round = profile.status_level == StatusLevel.RECOMMENDATION
        return cls(
            decisions={rule.code.value: in_language(rule.labels, language) for rule in profile.decisions},
            priorities={
                str(one.level): step.format(level=one.level, label=in_language(one.labels, language))
                for one in profile.priorities
            },
            statuses={one.code: in_language(one.labels, language) for one in profile.statuses},
            rounds=tuple(one.name for one in profile.rounds) if by_round else (),
            also=other,
        )

    def code(self, among: str, text: str) -> str | None:
        """The code that a text means, among "decisions", "priorities" or "statuses"."""
        known: Mapping[str, str] = getattr(self, among)
        wanted = folded(text)
        meant = {folded(words): code for words, code in self.also.get(among, {}).items()}
        meant |= {folded(code.replace("_", " ")): code for code in known}
        meant |= {folded(words): code for code, words in known.items()}
        return meant.get(wanted) or (text if text in known else None)


def round_fields(name: str) -> tuple[str, str]:
    return f"round_status:{name}", f"round_comment:{name}"


def round_of(name: str) -> tuple[str, str]:
    """The attribute of a monitoring entry that a field is, and the round; "" for other fields."""
    kind, _colon, round_ = name.partition(":")
    return {"round_status": ("status", round_), "round_comment": ("comment", round_)}.get(kind, ("", ""))


# What cells print -------------------------------------------------------------------------------------------


def of_front(matrix: Matrix) -> dict[str, str]:
    evaluation = matrix.evaluation
    return {
        "evaluation_title": evaluation.title,
        "short_title": evaluation.short_title or "",
        "reference": evaluation.reference or "",
        "period": evaluation.conducted or "",
        "coordinator": matrix.coordinator or "",
        "responded_on": _written(matrix.responded_on),
        "overall_comment": matrix.overall_comment or "",
    }


def of_recommendation(one: Recommendation, words: Words) -> dict[str, str]:
    level = "" if one.priority is None else str(one.priority)
    decision = one.response.decision or ""
    cells = {
        "number": one.number,
        "text": one.text,
        "sub_points": outline(one.sub_points),
        "rationale": one.rationale or "",
        "directed_to": one.directed_to or "",
        "responsible_units": _written(one.responsible),
        "priority": words.priorities.get(level, level),
        "priority_note": one.priority_note or "",
        "timeline": _written(one.timeline),
        "decision": words.decisions.get(decision, decision),
        "narrative": one.response.narrative or "",
    }
    for entry in reversed(one.monitoring):  # of two of a round the first is printed
        status, comment = round_fields(entry.round)
        cells |= {status: _status(entry, words), comment: entry.comment or ""}
    return cells


def of_action(one: Action, words: Words) -> dict[str, str]:
    return {
        "action_number": one.number,
        "key_action": one.text,
        "deadline": _written(one.deadline),
        "responsible": _written(one.responsible),
        "comment": one.comment or "",
        "status": _status(one, words),
    }


def outline(points: Iterable[SubPoint], depth: int = 0) -> str:
    """Sub-points as an indented list, one a line."""
    return "\n".join(
        line
        for point in points
        for line in (
            f"{'  ' * depth}- {point.text}",
            *([outline(point.sub_points, depth + 1)] if point.sub_points else ()),
        )
    )


def _status(one: Action | Monitoring, words: Words) -> str:
    return one.status_text or words.statuses.get(one.status or "", one.status or "")


def _written(value: Deadline | Responsible | None) -> str:
    return value.text if value else ""


def path_of(name: str) -> str:
    """Where the value of a field stands below its item; fields of rounds are found by their entry."""
    return PATHS.get(name, name)


def paths(item: Recommendation | Action, at: str) -> Iterator[tuple[str, str]]:
    """(field, path) of what an item can hold, ``at`` being where it stands."""
    names = RECOMMENDATION if isinstance(item, Recommendation) else ACTION
    yield from ((name, f"{at}.{path_of(name)}") for name in names)
    if isinstance(item, Recommendation):
        for place, entry in enumerate(item.monitoring):
            status, comment = round_fields(entry.round)
            yield status, f"{at}.monitoring[{place}].status"
            yield comment, f"{at}.monitoring[{place}].comment"
