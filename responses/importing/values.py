"""The texts of a matrix cell by cell, and what is proposed where those of several sides differ.

For each cell there are up to three texts: theirs (in the file), ours (now), and the one that went out with
the file (the base), where it is one that we gave out.

==========================  =======================  ==================================================
what went out               theirs and ours          the cell
==========================  =======================  ==================================================
any                         the same                 is not shown
the same as theirs          differ                   is not shown: it was changed here only
the same as ours            differ                   is proposed: it was changed in the file only
neither                     differ                   is a conflict: nothing is chosen
not known                   theirs blank             is not shown: files leave out much
not known                   ours blank               is proposed
not known                   differ                   is a conflict: nothing is chosen
==========================  =======================  ==================================================
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from evaltrack.documents.alike import alike
from responses.matrix.document import Action, Matrix, Monitoring, Recommendation, SubPoint


class Verdict(StrEnum):
    """What becomes of a difference that nobody has decided on."""

    TAKE = "theirs"
    KEEP = "ours"
    OPEN = ""


def decide(ours: str, theirs: str, base: str | None) -> Verdict | None:
    """What is proposed for a cell with these texts, by the table above; None where nothing is to be shown."""
    if same(ours, theirs):
        return None
    if base is None:
        return None if not plain(theirs) else Verdict.TAKE if not plain(ours) else Verdict.OPEN
    if same(theirs, base):
        return None
    return Verdict.TAKE if same(ours, base) else Verdict.OPEN


def same(one: str, other: str) -> bool:
    """Whether they say the same: a word processor keeps what is emphasised, not the signs for it."""
    return plain(one) == plain(other) or alike(one, other)


# Fields -----------------------------------------------------------------------------------------------------

# What each is called in the file -> the cell, and the field as it is named to people (and its path).
FRONT = {
    "evaluation.title": ("evaluation.title", "evaluation_title"),
    "evaluation.short_title": ("evaluation.short_title", "short_title"),
    "evaluation.conducted": ("evaluation.conducted", "period"),
    "coordinator": ("response.coordinator_text", "coordinator"),
    "overall_comment": ("response.overall_comment", "overall_comment"),
    "responded_on": ("response.responded_on", "responded_on"),
}
RECOMMENDATION = {
    "text": ("recommendation.text", "text", "text"),
    "sub_points": ("recommendation.sub_points", "sub_points", "sub_points"),
    "rationale": ("recommendation.rationale", "rationale", "rationale"),
    "directed_to": ("recommendation.directed_to", "directed_to", "directed_to"),
    "responsible": ("recommendation.responsible_text", "responsible_units", "responsible"),
    "priority": ("recommendation.priority", "priority", "priority"),
    "priority_note": ("recommendation.priority_note", "priority_note", "priority_note"),
    "timeline": ("recommendation.timeline", "timeline", "timeline"),
    "decision": ("answer.decision", "decision", "response.decision"),
    "narrative": ("answer.narrative", "narrative", "response.narrative"),
}
ACTION = {"text": "key_action", "deadline": "deadline", "responsible": "responsible"}


def plain(text: str) -> str:
    """The text as it is compared: white space that no paper shows does not count."""
    lines = (re.sub(r"(?<=\S)[ \t\u00a0]+", " ", line).rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def front_values(matrix: Matrix) -> dict[str, str]:
    record = matrix.evaluation
    return {
        "evaluation.title": record.title,
        "evaluation.short_title": record.short_title or "",
        "evaluation.conducted": record.conducted or "",
        "coordinator": matrix.coordinator or "",
        "overall_comment": matrix.overall_comment or "",
        "responded_on": matrix.responded_on.text if matrix.responded_on else "",
    }


def value(one: Recommendation | Action, name: str) -> str:
    if isinstance(one, Recommendation) and name in ("decision", "narrative"):
        return getattr(one.response, name) or ""
    value = getattr(one, name)
    if value is None:
        return ""
    if name == "sub_points":
        return outlined(value)
    return str(value.text if hasattr(value, "text") else value)


def outlined(points: Iterable[SubPoint], depth: int = 0) -> str:
    """Sub-points as an indented list, one a line."""
    lines = []
    for point in points:
        lines.append(f"{'  ' * depth}- {point.text}")
        lines += [outlined(point.sub_points, depth + 1)] if point.sub_points else []
    return "\n".join(lines)


def plain_row(one: Recommendation | Action) -> object:
    return [
        plain(value(one, name)) for name in (RECOMMENDATION if isinstance(one, Recommendation) else ACTION)
    ]


def standing(one: Action | Monitoring) -> str:
    return one.status or one.status_text or ""


def stand_alike(one: Action | Monitoring, other: Action | Monitoring) -> bool:
    if one.status and one.status == other.status:
        return True
    words = [plain(side.status_text or "").casefold() for side in (one, other)]
    return bool(words[0]) and words[0] == words[1]
