"""What is wrong with a matrix, whatever file it was read from."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from evaltrack.deadlines import Deadline
from evaltrack.schemas import shown
from recommendations.choices import Decision
from recommendations.profiles import Profile
from responses.matrix.document import Matrix, Recommendation, SubPoint
from responses.matrix.texts import texts

DEEPEST_SUB_POINT = 2

FOOTNOTE_MARK = re.compile(r"(?<!\\)\[\^([^\]\s]+)\]")


def faults(matrix: Matrix) -> Iterator[str]:
    """What no matrix may hold under any profile, so that its file is refused: a sentence each, path first."""
    yield from _backward("responded_on", matrix.responded_on)
    for index, recommendation in enumerate(matrix.recommendations):
        path = f"recommendations[{index}]"
        yield from _backward(f"{path}.timeline", recommendation.timeline)
        yield from _too_deep(path, recommendation.sub_points, 1)
        yield from _promised_though_rejected(path, recommendation)
        for place, action in enumerate(recommendation.actions):
            yield from _backward(f"{path}.actions[{place}].deadline", action.deadline)


def problems(matrix: Matrix, profile: Profile) -> list[str]:
    """What keeps the matrix from being followed under ``profile``: a sentence each, path first."""
    found = [*_repeated_marks(matrix)]
    for index, recommendation in enumerate(matrix.recommendations):
        found += _recommendation(f"recommendations[{index}]", recommendation, profile)
    return found


def dangling_marks(matrix: Matrix) -> list[str]:
    """Footnote marks that lead nowhere. They are kept as printed: a sentence each, path first."""
    marks = {footnote.mark for footnote in matrix.footnotes}
    return [
        _("%(path)s: there is no footnote for the mark [^%(mark)s]") % {"path": path, "mark": mark}
        for path, text in texts(matrix)
        for mark in dict.fromkeys(FOOTNOTE_MARK.findall(text))
        if mark not in marks
    ]


def _backward(path: str, deadline: Deadline | None) -> Iterator[str]:
    if deadline and deadline.start and deadline.due and deadline.due < deadline.start:
        yield _("%(path)s: due %(due)s is before its start %(start)s") % {
            "path": path,
            "due": deadline.due.isoformat(),
            "start": deadline.start.isoformat(),
        }


def _too_deep(path: str, points: tuple[SubPoint, ...], depth: int) -> Iterator[str]:
    if points and depth > DEEPEST_SUB_POINT:
        yield _("%(path)s.sub_points: sub-points go %(deepest)s levels deep and no further") % {
            "path": path,
            "deepest": DEEPEST_SUB_POINT,
        }
        return
    for index, point in enumerate(points):
        yield from _too_deep(f"{path}.sub_points[{index}]", point.sub_points, depth + 1)


def _promised_though_rejected(path: str, recommendation: Recommendation) -> Iterator[str]:
    if recommendation.response.decision == Decision.REJECTED and recommendation.actions:
        yield _(
            "%(path)s: recommendation %(number)s is rejected, so it can have no key actions; take them out"
            " or change the decision"
        ) % {"path": path, "number": recommendation.number}


def _recommendation(path: str, recommendation: Recommendation, profile: Profile) -> Iterator[str]:
    decision = recommendation.response.decision
    decisions = [rule.code for rule in profile.decisions]
    yield from _not_known(f"{path}.response.decision", _("decision"), decision, decisions, profile)
    levels = [step.level for step in profile.priorities]
    yield from _not_known(f"{path}.priority", _("priority"), recommendation.priority, levels, profile)
    statuses = [status.code for status in profile.statuses]
    for index, action in enumerate(recommendation.actions):
        yield from _not_known(
            f"{path}.actions[{index}].status", _("status"), action.status, statuses, profile
        )
    rounds = [round_.name for round_ in profile.rounds]
    for index, entry in enumerate(recommendation.monitoring):
        place = f"{path}.monitoring[{index}]"
        yield from _not_known(f"{place}.round", _("round"), entry.round, rounds, profile)
        yield from _not_known(f"{place}.status", _("status"), entry.status, statuses, profile)
    for name in _repeated(entry.round for entry in recommendation.monitoring):
        yield _("%(path)s.monitoring: the round %(name)s stands there twice") % {
            "path": path,
            "name": shown(name),
        }


def _not_known(
    path: str, what: str, value: str | int | None, known: Sequence[str | int], profile: Profile
) -> Iterator[str]:
    if value is None or value in known:
        return
    words = ", ".join(str(word) for word in known)
    if words:
        sentence = _("%(path)s: the profile %(profile)s has no %(what)s %(value)s, only %(words)s")
    else:
        sentence = _("%(path)s: the profile %(profile)s has no %(what)s %(value)s, it has none at all")
    yield sentence % {
        "path": path,
        "profile": profile.slug,
        "what": what,
        "value": shown(value),
        "words": words,
    }


def _repeated_marks(matrix: Matrix) -> Iterator[str]:
    for mark in _repeated(footnote.mark for footnote in matrix.footnotes):
        yield _("footnotes: the mark %(mark)s stands there twice") % {"mark": shown(mark)}


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
