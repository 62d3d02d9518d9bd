"""The evaluation's recommendations: adding, wording, order, removal and return.

They are the evaluators' words; who answers them is the business of the storey above.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from evaltrack import audit, deadlines, responsible
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.ordering import place
from recommendations.choices import Level
from recommendations.models import Evaluation, Recommendation, RecommendationParty, SubPoint
from recommendations.permissions import may_edit_recommendations


def _check(by: User | None, evaluation: Evaluation) -> None:
    """Raises PermissionDenied; Refused where a storey above keeps them as they are."""
    if by and not may_edit_recommendations(by, evaluation):
        raise PermissionDenied
    if sentence := hold(evaluation):
        raise Refused(sentence)


def hold(evaluation: Evaluation) -> str:
    """Lock what the storeys above keep its recommendations by; why these cannot be changed now, or "".

    It comes before every other lock on the evaluation and its recommendations.
    """
    held = [import_string(path)(evaluation) for path in settings.RECOMMENDATION_LOCKS]
    return next(filter(None, held), "")


def _locked(evaluation: Evaluation) -> list[Recommendation]:
    """Its recommendations, with the evaluation locked so that two people cannot reorder at once."""
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    return list(evaluation.recommendations.present())


def _renumber(ordered: list[Recommendation]) -> None:
    """Numbers follow the order where they are plain 1, 2, 3; numbers the report prints otherwise are kept."""
    if not all(one.number.isdecimal() or not one.number for one in ordered):
        return
    renumbered = []
    for number, one in enumerate(ordered, start=1):
        if one.number != str(number):
            one.number = str(number)
            renumbered.append(one)
    Recommendation.objects.bulk_update(renumbered, ["number"])


@transaction.atomic
def add(
    evaluation: Evaluation,
    *,
    by: User | None,
    text: str,
    after: Recommendation | None = None,
    number: str = "",
    **fields: Any,
) -> Recommendation:
    """Add a recommendation after another one or at the end. Raises PermissionDenied, Refused without text."""
    _check(by, evaluation)
    if not text.strip():
        raise Refused(_("A recommendation needs a text."))
    present = _locked(evaluation)
    added = Recommendation(evaluation=evaluation, text=text, number=number, **fields)
    added.order = len(present) + 1
    added.save()
    if after:
        place(added, present, [one.pk for one in present].index(after.pk) + 1)
    if not number:
        _renumber(list(evaluation.recommendations.present()))
        added.refresh_from_db(fields=["number", "order"])
    if added.responsible_text:
        _read_parties(added)
    audit.record("added", added, by=by, parent=evaluation, changes={"text": ("", text)})
    return added


@transaction.atomic
def amend(recommendation: Recommendation, *, by: User | None, **fields: Any) -> None:
    """Change its wording or attributes. Raises PermissionDenied, Refused for an empty text."""
    _check(by, recommendation.evaluation)
    if "text" in fields and not fields["text"].strip():
        raise Refused(_("A recommendation needs a text. To take it out of the matrix, remove it."))
    _check_scales(recommendation, fields)
    before = recommendation.responsible_text
    change(recommendation, by=by, parent=recommendation.evaluation, **fields)
    if recommendation.responsible_text != before:
        _read_parties(recommendation)


def _check_scales(recommendation: Recommendation, fields: Mapping[str, Any]) -> None:
    """The priority is on the profile's scale; urgency, difficulty and impact are low, medium or high."""
    steps = [str(step.level) for step in recommendation.evaluation.profile.rules.priorities]
    scales = (
        ("priority", _("priority"), steps),
        ("urgency", _("urgency"), Level.values),
        ("difficulty", _("difficulty"), Level.values),
        ("impact", _("impact"), Level.values),
    )
    for field, name, scale in scales:
        value = fields.get(field)
        if value not in (None, "") and str(value) not in scale:
            raise Refused(
                _("“%(value)s” is not on the scale of %(name)s. Choose one of: %(scale)s.")
                % {"value": value, "name": name, "scale": ", ".join(scale) or _("(none)")}
            )


def _read_parties(recommendation: Recommendation) -> None:
    """The units named in the responsible text, matched with who is known; they follow its words."""
    recommendation.parties.all().delete()
    RecommendationParty.objects.bulk_create(
        RecommendationParty(recommendation=recommendation, order=order, **fields)
        for order, fields in enumerate(responsible.understood(recommendation.responsible_text), start=1)
    )


@transaction.atomic
def set_timeline(recommendation: Recommendation, text: str, *, by: User | None) -> None:
    issued = recommendation.evaluation.report_date
    value = deadlines.read(text, issued=issued) if text.strip() else None
    amend(recommendation, by=by, timeline=value)


@transaction.atomic
def move(recommendation: Recommendation, position: int, *, by: User | None) -> None:
    """Put it at a position counted from 0."""
    evaluation = recommendation.evaluation
    _check(by, evaluation)
    present = _locked(evaluation)
    before = [one.pk for one in present].index(recommendation.pk)
    ordered = place(recommendation, present, position)
    _renumber(ordered)
    after = ordered.index(recommendation)
    if before != after:
        changes = {"position": (before + 1, after + 1)}
        audit.record("moved", recommendation, by=by, parent=evaluation, changes=changes)


@transaction.atomic
def duplicate(recommendation: Recommendation, *, by: User | None) -> Recommendation:
    """A copy right after it: text and attributes, without the answer."""
    names = ("rationale", "directed_to", "responsible_text", "priority", "priority_note", "timeline")
    fields = {name: getattr(recommendation, name) for name in names}
    made = add(recommendation.evaluation, by=by, text=recommendation.text, after=recommendation)
    amend(made, by=by, **fields)
    set_sub_points(made, sub_points_as_text(recommendation), by=by)
    return made


@transaction.atomic
def remove(recommendation: Recommendation, *, by: User | None, now: datetime) -> None:
    """Take it out of the matrix with its answer and actions; ``restore`` brings all of it back."""
    _check(by, recommendation.evaluation)
    _locked(recommendation.evaluation)  # first, as in all that reorders: no two of them wait for each other
    change(recommendation, by=by, verb="removed", parent=recommendation.evaluation, removed_at=now)
    _renumber(list(recommendation.evaluation.recommendations.present()))


@transaction.atomic
def restore(recommendation: Recommendation, *, by: User | None) -> None:
    _check(by, recommendation.evaluation)
    _locked(recommendation.evaluation)
    change(recommendation, by=by, verb="restored", parent=recommendation.evaluation, removed_at=None)
    _renumber(list(recommendation.evaluation.recommendations.present()))


def sub_points_as_text(recommendation: Recommendation) -> str:
    """Its sub-points as an indented list, one a line."""
    return as_list(recommendation.sub_points.all())


def as_list(points: Iterable[SubPoint]) -> str:
    """Sub-points already fetched as an indented list, one a line."""
    points = sorted(points, key=lambda point: (point.order, point.pk))
    lines = []
    for point in points:
        if point.parent_id is None:
            lines.append(f"- {point.text}")
            lines += [f"  - {inner.text}" for inner in points if inner.parent_id == point.pk]
    return "\n".join(lines)


@transaction.atomic
def set_sub_points(recommendation: Recommendation, text: str, *, by: User | None) -> None:
    """Replace its sub-points by those of an indented list (two levels; the dashes may be missing)."""
    _check(by, recommendation.evaluation)
    before = sub_points_as_text(recommendation)
    recommendation.sub_points.all().delete()
    parent: SubPoint | None = None
    for order, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        inner = line[:1] in (" ", "\t") and parent is not None
        words = line.strip().lstrip("-*•–").strip() or line.strip()
        point = SubPoint(
            recommendation=recommendation, order=order, text=words, parent=parent if inner else None
        )
        point.save()
        if not inner:
            parent = point
    after = sub_points_as_text(recommendation)
    if before != after:
        changes = {"sub_points": (before, after)}
        audit.record("changed", recommendation, by=by, parent=recommendation.evaluation, changes=changes)
