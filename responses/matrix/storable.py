"""What the database cannot keep of a matrix, found before anything is written."""

import re
from collections.abc import Iterator

from django.db.models import Field, Model
from django.utils.translation import gettext as _

from evaltrack.deadlines import Deadline
from recommendations.models import Evaluation, Recommendation, RecommendationParty
from responses.matrix.document import Matrix, Responsible, SubPoint
from responses.matrix.texts import texts
from responses.models import Footnote, KeyAction, ManagementResponse

LONGEST_LIST = 32_767  # positions are small integers

# The columns of limited length, by the path of what they keep.
_COLUMNS: dict[str, tuple[type[Model], str]] = {
    "evaluation.title": (Evaluation, "title"),
    "evaluation.short_title": (Evaluation, "short_title"),
    "evaluation.reference": (Evaluation, "reference"),
    "evaluation.conducted": (Evaluation, "conducted"),
    "responded_on.text": (ManagementResponse, "responded_on_text"),
    "recommendations[].number": (Recommendation, "number"),
    "recommendations[].timeline.text": (Recommendation, "timeline_text"),
    "recommendations[].actions[].number": (KeyAction, "own_number"),
    "recommendations[].actions[].deadline.text": (KeyAction, "deadline_text"),
    "footnotes[].mark": (Footnote, "mark"),
}


def obstacles(matrix: Matrix) -> Iterator[str]:
    """A sentence for each text that is missing or too long and each list that is, path first."""
    yield from _too_long("language", matrix.language, Evaluation, "language")
    for path, text in texts(matrix):
        if column := _COLUMNS.get(re.sub(r"\[\d+\]", "[]", path)):
            yield from _too_long(path, text, *column)
    yield from _empty("evaluation.title", matrix.evaluation.title)
    yield from _unnamed_time("responded_on", matrix.responded_on)
    yield from _too_many("footnotes", len(matrix.footnotes))
    for index, recommendation in enumerate(matrix.recommendations):
        path = f"recommendations[{index}]"
        yield from _empty(f"{path}.text", recommendation.text)
        yield from _unnamed_time(f"{path}.timeline", recommendation.timeline)
        yield from _responsible(f"{path}.responsible", recommendation.responsible)
        yield from _sub_points(path, recommendation.sub_points)
        for place, action in enumerate(recommendation.actions):
            yield from _empty(f"{path}.actions[{place}].text", action.text)
            yield from _unnamed_time(f"{path}.actions[{place}].deadline", action.deadline)
            yield from _responsible(f"{path}.actions[{place}].responsible", action.responsible)


def _sub_points(path: str, points: tuple[SubPoint, ...]) -> Iterator[str]:
    yield from _too_many(f"{path}.sub_points", len(points))
    for index, point in enumerate(points):
        yield from _empty(f"{path}.sub_points[{index}].text", point.text)
        yield from _sub_points(f"{path}.sub_points[{index}]", point.sub_points)


def _responsible(path: str, responsible: Responsible | None) -> Iterator[str]:
    parties = responsible.parties if responsible else ()
    yield from _too_many(f"{path}.parties", len(parties))
    for index, party in enumerate(parties):
        yield from _too_long(f"{path}.parties[{index}].name", party.name, RecommendationParty, "name")


def _too_long(path: str, text: str, model: type[Model], name: str) -> Iterator[str]:
    column = model._meta.get_field(name)
    most = column.max_length if isinstance(column, Field) else None
    if most and len(text) > most:
        yield _("%(path)s has %(length)d characters, and %(most)d are kept at most") % {
            "path": path,
            "length": len(text),
            "most": most,
        }


def _too_many(path: str, length: int) -> Iterator[str]:
    if length > LONGEST_LIST:
        yield _("%(path)s has %(length)d entries, and %(most)d are kept at most") % {
            "path": path,
            "length": length,
            "most": LONGEST_LIST,
        }


def _empty(path: str, text: str) -> Iterator[str]:
    if not text.strip():
        yield _("%(path)s is empty; write the text, or leave the entry out") % {"path": path}


def _unnamed_time(path: str, deadline: Deadline | None) -> Iterator[str]:
    if deadline and not deadline.text:
        yield _("%(path)s.text is empty; write the time as it is printed, or null for the whole") % {
            "path": path
        }
