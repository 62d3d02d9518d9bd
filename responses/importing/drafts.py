"""A reading as a person mends it: plain data, as ``matrix.carried`` has it, changed by path.

Values are texts, as the review page shows and posts them; a deadline and who is responsible are read anew
from theirs. Rows that are added, taken out or joined take what belongs to them along: sources, doubts, and
which values were mended.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from evaltrack import deadlines, responsible
from evaltrack.errors import Refused
from recommendations.profiles import Profile

Draft = dict[str, Any]

LONGEST = 50_000  # characters of a value
MOST_ROWS = 5_000

_STEP = re.compile(r"\.?([a-z_]+)|\[(\d{1,5})\]")
_TEXT, _DEADLINE, _RESPONSIBLE, _CODE = "text", "deadline", "responsible", "code"
_NEEDED = frozenset({"evaluation.title", "recommendations[].number", "recommendations[].text"}) | {
    "recommendations[].actions[].number",
    "recommendations[].actions[].text",
    "footnotes[].mark",
    "footnotes[].text",
}
KINDS = {
    "evaluation.title": _TEXT,
    "evaluation.short_title": _TEXT,
    "evaluation.reference": _TEXT,
    "evaluation.conducted": _TEXT,
    "coordinator": _TEXT,
    "overall_comment": _TEXT,
    "responded_on": _DEADLINE,
    "footnotes[].mark": _TEXT,
    "footnotes[].text": _TEXT,
    "recommendations[].number": _TEXT,
    "recommendations[].text": _TEXT,
    "recommendations[].rationale": _TEXT,
    "recommendations[].directed_to": _TEXT,
    "recommendations[].responsible": _RESPONSIBLE,
    "recommendations[].priority": "priority",
    "recommendations[].priority_note": _TEXT,
    "recommendations[].timeline": _DEADLINE,
    "recommendations[].sub_points": "outline",
    "recommendations[].response.decision": _CODE,
    "recommendations[].response.narrative": _TEXT,
    "recommendations[].actions[].number": _TEXT,
    "recommendations[].actions[].text": _TEXT,
    "recommendations[].actions[].deadline": _DEADLINE,
    "recommendations[].actions[].responsible": _RESPONSIBLE,
    "recommendations[].actions[].comment": _TEXT,
    "recommendations[].actions[].status": _CODE,
    "recommendations[].actions[].status_text": _TEXT,
    "recommendations[].monitoring[].status": _CODE,
    "recommendations[].monitoring[].status_text": _TEXT,
    "recommendations[].monitoring[].comment": _TEXT,
}


def pattern(path: str) -> str:
    """The path without its places."""
    return re.sub(r"\[\d+\]", "[]", path)


def text_of(draft: Draft, path: str) -> str:
    """The value at a path as the page shows it. Raises Refused where there is none such."""
    holder, name = holder_of(draft, path)
    value = holder[name]
    match KINDS[pattern(path)]:
        case "deadline" | "responsible":
            return str(value["text"]) if value else ""
        case "outline":
            return outline(value)
    return "" if value is None else str(value)


def put(draft: Draft, path: str, text: str, rules: Profile) -> None:
    """Set the value at a path. Raises Refused for a text it cannot be."""
    holder, name = holder_of(draft, path)
    kind, text = KINDS[pattern(path)], tidy(text)
    if len(text) > LONGEST:
        raise Refused(_("A cell holds at most 50,000 characters; the text has %(n)d.") % {"n": len(text)})
    if not text and pattern(path) in _NEEDED:
        raise Refused(_("This cell cannot be blank. To leave the row out, remove it."))
    match kind:
        case "deadline":
            holder[name] = _deadline(text, issued_on(draft))
        case "responsible":
            holder[name] = _responsible(text)
        case "outline":
            holder[name] = _sub_points(text)
        case "priority":
            holder[name] = _priority(text, rules)
        case "code":
            holder[name] = _code(text, name, rules)
        case _:
            holder[name] = text or None


def tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def issued_on(draft: Draft) -> date | None:
    """The day of the response, from which times without a year are counted."""
    responded = draft["matrix"]["responded_on"]
    return day(responded["due"]) if responded else None


def day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def holder_of(draft: Draft, path: str) -> tuple[Any, Any]:
    """The object or list that holds a value, and its name there. Raises Refused."""
    gone = Refused(_("The file has no such cell (any more)."))
    steps = [match[1] or int(match[2]) for match in _STEP.finditer(path)]
    if pattern(path) not in KINDS or "".join(match[0] for match in _STEP.finditer(path)) != path:
        raise gone
    here: Any = draft["matrix"]
    try:
        for step in steps[:-1]:
            here = here[step]
        here[steps[-1]]
    except (KeyError, IndexError, TypeError):
        raise gone from None
    return here, steps[-1]


# Values --------------------------------------------------------------------------------------------------


def _deadline(text: str, issued: date | None) -> Any:
    if not text:
        return None
    read = deadlines.read(text, issued=issued)
    days = {
        name: one.isoformat() if one else None for name, one in (("start", read.start), ("due", read.due))
    }
    return {"text": read.text, "kind": read.kind.value, **days}


def _responsible(text: str) -> Any:
    if not text:
        return None
    parties = [{"name": party.name, "role": party.role} for party in responsible.read(text)]
    return {"text": text, "parties": parties}


def _priority(text: str, rules: Profile) -> int | None:
    if not text:
        return None
    levels = [step.level for step in rules.priorities]
    if not text.isdecimal() or int(text) not in levels:
        raise Refused(_("The priority “%(text)s” is not on the scale of this form.") % {"text": text})
    return int(text)


def _code(text: str, name: str, rules: Profile) -> str | None:
    known = rules.decision(text) if name == "decision" else rules.status(text)
    if text and known is None:
        raise Refused(_("“%(text)s” is not on the list of this form.") % {"text": text})
    return text or None


def outline(points: list[dict[str, Any]], depth: int = 0) -> str:
    """Sub-points as an indented list."""
    lines = []
    for point in points:
        lines.append(f"{'  ' * depth}- {point['text']}")
        lines += [outline(point["sub_points"], depth + 1)] if point["sub_points"] else []
    return "\n".join(lines)


def _sub_points(text: str) -> list[dict[str, Any]]:
    """An indented list as sub-points, two levels deep; the dashes may be missing."""
    points: list[dict[str, Any]] = []
    for line in filter(str.strip, text.splitlines()):
        words = line.strip().lstrip("-*•–").strip() or line.strip()
        inner = line[:1] in (" ", "\t") and points
        (points[-1]["sub_points"] if inner else points).append({"text": words, "sub_points": []})
    return points


# Rows ----------------------------------------------------------------------------------------------------


def add_recommendation(draft: Draft, at: int) -> str:
    """An empty one at a place, to be filled in; its path."""
    rows = draft["matrix"]["recommendations"]
    _check_room(rows, at)
    rounds = [entry["round"] for entry in rows[0]["monitoring"]] if rows else []
    _shift(draft, "recommendations", lambda place: place + (place >= at))
    rows.insert(
        at,
        {
            "number": str(len(rows) + 1), "text": "", "rationale": None, "directed_to": None,
            "responsible": None, "priority": None, "priority_note": None, "timeline": None, "sub_points": [],
            "response": {"decision": None, "narrative": None}, "actions": [],
            "monitoring": [
                {"round": name, "status": None, "status_text": None, "comment": None} for name in rounds
            ],
        },
    )  # fmt: skip
    return f"recommendations[{at}]"


def add_action(draft: Draft, recommendation: int, at: int) -> str:
    """An empty key action at a place, to be filled in; its path."""
    one = _row(draft["matrix"]["recommendations"], recommendation)
    _check_room(one["actions"], at)
    where = f"recommendations[{recommendation}].actions"
    _shift(draft, where, lambda place: place + (place >= at))
    one["actions"].insert(
        at,
        {
            "number": f"{one['number']}.{at + 1}", "text": "", "deadline": None, "responsible": None,
            "comment": None, "status": None, "status_text": None,
        },
    )  # fmt: skip
    _renumber(one)
    return f"{where}[{at}]"


def remove(draft: Draft, path: str) -> None:
    """Take a recommendation, key action or note out."""
    rows, where, at = _list(draft, path)
    del rows[at]
    _shift(draft, where, lambda place: None if place == at else place - (place > at))
    _renumber_above(draft, where)


def join(draft: Draft, path: str) -> str:
    """Join a recommendation or key action to the one before it, whose own values stay; the path of both."""
    rows, where, at = _list(draft, path)
    if at == 0 or where == "footnotes":
        raise Refused(_("There is no row before it to join it to."))
    first, second = rows[at - 1], rows[at]
    for name, value in second.items():
        if name in ("actions", "sub_points"):
            first[name] += value
        elif name in ("text", "rationale", "comment"):
            first[name] = "\n\n".join(filter(None, (first[name], value))) or None
        elif name == "response":
            told = filter(None, (first[name]["narrative"], value["narrative"]))
            first[name]["narrative"] = "\n\n".join(told) or None
            first[name]["decision"] = first[name]["decision"] or value["decision"]
        elif name not in ("number", "monitoring"):
            first[name] = first[name] or value
    first["text"] = first["text"] or ""
    before = _joined_sources(draft, f"{where}[{at - 1}].", f"{where}[{at}].")
    del rows[at]
    _shift(draft, where, lambda place: None if place == at else place - (place > at))
    draft["sources"] |= before
    _renumber_above(draft, where)
    return f"{where}[{at - 1}]"


def _joined_sources(draft: Draft, first: str, second: str) -> Draft:
    """What stands in the file for the values of both rows, under the first one's paths."""
    joined = {}
    for path, source in draft["sources"].items():
        if path.startswith(second) and ".actions[" not in path.removeprefix(second):
            to = first + path.removeprefix(second)
            there = draft["sources"].get(to)
            text = f"{there['text']}\n\n{source['text']}" if there else source["text"]
            joined[to] = {**(there or source), "text": text}
    return joined


def _list(draft: Draft, path: str) -> tuple[list[Any], str, int]:
    """The list that a row stands in, that list's path, and its place there. Raises Refused."""
    parts = re.fullmatch(
        r"(footnotes|recommendations|recommendations\[(\d{1,5})\]\.actions)\[(\d{1,5})\]", path
    )
    if parts is None:
        raise Refused(_("The file has no such row (any more)."))
    where, at = parts[1], int(parts[3])
    matrix = draft["matrix"]
    rows = _row(matrix["recommendations"], int(parts[2]))["actions"] if parts[2] else matrix[where]
    _row(rows, at)
    return rows, where, at


def _row(rows: list[Any], at: int) -> Any:
    if not 0 <= at < len(rows):
        raise Refused(_("The file has no such row (any more)."))
    return rows[at]


def _check_room(rows: list[Any], at: int) -> None:
    if not 0 <= at <= len(rows) or len(rows) >= MOST_ROWS:
        raise Refused(_("No row can be put there."))


def _renumber_above(draft: Draft, where: str) -> None:
    if above := re.match(r"recommendations\[(\d+)\]\.actions", where):
        _renumber(draft["matrix"]["recommendations"][int(above[1])])


def _renumber(one: dict[str, Any]) -> None:
    """Actions that are numbered by their place stay so."""
    stem = re.escape(one["number"])
    if all(re.fullmatch(rf"{stem}\.\d+", action["number"]) for action in one["actions"]):
        for place, action in enumerate(one["actions"], 1):
            action["number"] = f"{one['number']}.{place}"


def _shift(draft: Draft, where: str, to: Callable[[int], int | None]) -> None:
    """Have what goes by path follow the rows of the list at ``where``; None takes a place's along."""
    below = re.compile(rf"{re.escape(where)}\[(\d+)\](.*)", re.DOTALL)

    def moved(path: str) -> str | None:
        parts = below.fullmatch(path)
        if parts is None:
            return path
        place = to(int(parts[1]))
        return None if place is None else f"{where}[{place}]{parts[2]}"

    for name in ("sources", "mended"):
        there = draft.get(name, {})
        draft[name] = {new: value for path, value in there.items() if (new := moved(path)) is not None}
    draft["doubts"] = [
        {**doubt, "path": new} for doubt in draft["doubts"] if (new := moved(doubt["path"])) is not None
    ]


def take_in(draft: Draft, at: int, path: str, rules: Profile) -> None:
    """Put a text that was left out behind the one at ``path``. Raises Refused."""
    left = _row(draft["left_out"], at)
    if KINDS.get(pattern(path)) != _TEXT:
        raise Refused(_("A text cannot be put there."))
    before = text_of(draft, path)
    put(draft, path, "\n\n".join(filter(None, (before, left["text"]))), rules)
    source = draft["sources"].get(path)
    text = f"{source['text']}\n\n{left['text']}" if source else left["text"]
    draft["sources"][path] = {"origin": "printed", "place": left["place"], **(source or {}), "text": text}
    del draft["left_out"][at]
