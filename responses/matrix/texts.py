"""Every text of a matrix with its path, in reading order."""

from collections.abc import Iterator

from evaltrack.deadlines import Deadline
from responses.matrix.document import Action, Matrix, Recommendation, Responsible, SubPoint

Named = tuple[str, str | None]


def texts(matrix: Matrix) -> Iterator[tuple[str, str]]:
    """(path, text) of all that people wrote, such as ``("recommendations[0].text", "...")``.

    Left out are blanks, codes (profile, language, decision, status, role) and what was only read out of a
    text that is there itself (parties, days).
    """
    return ((path, text) for path, text in _all(matrix) if text)


def _all(matrix: Matrix) -> Iterator[Named]:
    evaluation = matrix.evaluation
    yield "evaluation.title", evaluation.title
    yield "evaluation.short_title", evaluation.short_title
    yield "evaluation.reference", evaluation.reference
    yield "evaluation.conducted", evaluation.conducted
    yield "coordinator", matrix.coordinator
    yield "overall_comment", matrix.overall_comment
    yield "responded_on.text", _written(matrix.responded_on)
    for index, recommendation in enumerate(matrix.recommendations):
        yield from _recommendation(f"recommendations[{index}]", recommendation)
    for index, footnote in enumerate(matrix.footnotes):
        yield f"footnotes[{index}].mark", footnote.mark
        yield f"footnotes[{index}].text", footnote.text


def _recommendation(path: str, recommendation: Recommendation) -> Iterator[Named]:
    yield f"{path}.number", recommendation.number
    yield f"{path}.text", recommendation.text
    yield f"{path}.rationale", recommendation.rationale
    yield f"{path}.directed_to", recommendation.directed_to
    yield f"{path}.responsible.text", _written(recommendation.responsible)
    yield f"{path}.priority_note", recommendation.priority_note
    yield f"{path}.timeline.text", _written(recommendation.timeline)
    yield from _sub_points(path, recommendation.sub_points)
    yield f"{path}.response.narrative", recommendation.response.narrative
    for index, action in enumerate(recommendation.actions):
        yield from _action(f"{path}.actions[{index}]", action)
    for index, entry in enumerate(recommendation.monitoring):
        yield f"{path}.monitoring[{index}].round", entry.round
        yield f"{path}.monitoring[{index}].status_text", entry.status_text
        yield f"{path}.monitoring[{index}].comment", entry.comment


def _sub_points(path: str, points: tuple[SubPoint, ...]) -> Iterator[Named]:
    for index, point in enumerate(points):
        yield f"{path}.sub_points[{index}].text", point.text
        yield from _sub_points(f"{path}.sub_points[{index}]", point.sub_points)


def _action(path: str, action: Action) -> Iterator[Named]:
    yield f"{path}.number", action.number
    yield f"{path}.text", action.text
    yield f"{path}.deadline.text", _written(action.deadline)
    yield f"{path}.responsible.text", _written(action.responsible)
    yield f"{path}.comment", action.comment
    yield f"{path}.status_text", action.status_text


def _written(value: Deadline | Responsible | None) -> str | None:
    return value.text if value else None
