"""A matrix in few lines, so that a test shows all that was read of a form."""

from collections.abc import Iterator

from evaltrack.deadlines import Deadline
from responses.matrix.document import Action, Matrix, Recommendation, Responsible, SubPoint


def outline(matrix: Matrix) -> list[str]:
    return [line for line in _matrix(matrix) if line]


def _matrix(matrix: Matrix) -> Iterator[str]:
    record = matrix.evaluation
    yield f"{matrix.profile} {matrix.language}: {record.title}" + _more(record.conducted)
    yield _led("by ", matrix.coordinator)
    yield _led("on ", _when(matrix.responded_on))
    yield _led("comment: ", matrix.overall_comment)
    for one in matrix.recommendations:
        yield from _recommendation(one)


def _recommendation(one: Recommendation) -> Iterator[str]:
    yield f"{one.number}. {_flat(one.text)}"
    yield from _points(one.sub_points, "  - ")
    yield _led("  because ", one.rationale)
    yield _led("  to ", one.directed_to)
    yield _led("  units ", _who(one.responsible))
    if one.priority is not None or one.priority_note:
        yield f"  priority {one.priority}" + _more(one.priority_note)
    if one.response.decision or one.response.narrative:
        yield f"  {one.response.decision}: {_flat(one.response.narrative or '')}".rstrip()
    for action in one.actions:
        yield from _action(action)
    for entry in one.monitoring:
        if entry.status or entry.status_text or entry.comment:
            yield f"  {entry.round}: {entry.status}" + _more(entry.comment)


def _action(action: Action) -> Iterator[str]:
    parts = [
        _flat(action.text),
        _when(action.deadline),
        _who(action.responsible),
        action.comment,
        action.status,
    ]
    yield f"  {action.number} " + " | ".join(_flat(part or "") for part in parts).rstrip(" |")


def _points(points: tuple[SubPoint, ...], mark: str) -> Iterator[str]:
    for point in points:
        yield mark + point.text
        yield from _points(point.sub_points, "  " + mark)


def _when(deadline: Deadline | None) -> str:
    if deadline is None:
        return ""
    return deadline.text + (f" = {deadline.due}" if deadline.due else f" = {deadline.kind}")


def _who(responsible: Responsible | None) -> str:
    if responsible is None:
        return ""
    return ", ".join(
        party.name if party.role == "lead" else f"{party.name} ({party.role})"
        for party in responsible.parties
    )


def _flat(text: str) -> str:
    return text.replace("\n\n", " ¶ ").replace("\n", " / ")


def _led(lead: str, text: str | None) -> str:
    return lead + _flat(text) if text else ""


def _more(text: str | None) -> str:
    return f" ({_flat(text)})" if text else ""
