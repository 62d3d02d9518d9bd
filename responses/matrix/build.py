"""The matrix of a response as it stands in the database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Prefetch, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from evaltrack.models import PartyBase
from recommendations.choices import CommonStatus, StatusLevel
from recommendations.models import Evaluation, Recommendation, RecommendationParty, SubPoint
from recommendations.profiles import Profile, in_language
from responses.choices import ClosedAs
from responses.matrix import document
from responses.models import (
    ActionParty,
    Footnote,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
)


def build(response: ManagementResponse) -> document.Matrix:
    """The matrix of one response; the number of queries does not depend on its size.

    What was removed is left out and a blank is None. Numbers nobody gave follow from the position. The latest
    progress update says how things stand.
    """
    evaluation = response.evaluation
    rules = evaluation.profile.rules
    rows = evaluation.recommendations.present().prefetch_related(
        Prefetch("sub_points", SubPoint.objects.order_by("order", "pk")),
        Prefetch("parties", RecommendationParty.objects.order_by("order", "pk")),
        Prefetch("answers", _answers(response), to_attr="answered"),
    )
    return document.Matrix(
        profile=rules.slug,
        language=evaluation.language,
        evaluation=_evaluation(evaluation),
        coordinator=response.coordinator_text or None,
        overall_comment=response.overall_comment or None,
        responded_on=response.responded_on,
        recommendations=_recommendations(rows, rules, evaluation.language),
        footnotes=tuple(
            document.Footnote(mark, text)
            for mark, text in Footnote.objects.filter(response=response)
            .order_by("order", "pk")
            .values_list("mark", "text")
        ),
    )


def _recommendations(
    rows: Iterable[Recommendation], rules: Profile, language: str
) -> tuple[document.Recommendation, ...]:
    with translation.override(language):
        return tuple(_recommendation(row, position, rules, language) for position, row in enumerate(rows, 1))


def _answers(response: ManagementResponse) -> QuerySet[RecommendationResponse]:
    updates = ProgressUpdate.objects.order_by("as_of", "pk")
    actions = KeyAction.objects.filter(removed_at=None).order_by("order", "pk")
    return RecommendationResponse.objects.filter(response=response).prefetch_related(
        Prefetch("updates", updates),
        Prefetch(
            "actions",
            actions.prefetch_related(
                Prefetch("parties", ActionParty.objects.order_by("order", "pk")), Prefetch("updates", updates)
            ),
            to_attr="planned",
        ),
    )


def _evaluation(evaluation: Evaluation) -> document.Evaluation:
    return document.Evaluation(
        title=evaluation.title,
        short_title=evaluation.short_title or None,
        reference=evaluation.reference,
        conducted=evaluation.conducted or None,
    )


def _recommendation(
    row: Recommendation, position: int, rules: Profile, language: str
) -> document.Recommendation:
    answer: RecommendationResponse | None = next(iter(row.answered), None)  # type: ignore[attr-defined]
    number = row.number or str(position)
    return document.Recommendation(
        number=number,
        text=row.text,
        rationale=row.rationale or None,
        directed_to=row.directed_to or None,
        responsible=_responsible(row.responsible_text, row.parties.all()),
        priority=row.priority,
        priority_note=row.priority_note or None,
        timeline=row.timeline,
        sub_points=_sub_points(row.sub_points.all()),
        response=_response(answer),
        actions=tuple(
            _action(action, f"{number}.{place}", rules, language)
            for place, action in enumerate(answer.planned if answer else (), 1)  # type: ignore[attr-defined]
        ),
        monitoring=_monitoring(answer, rules, language),
    )


def _sub_points(points: Iterable[SubPoint]) -> tuple[document.SubPoint, ...]:
    below: dict[int | None, list[SubPoint]] = defaultdict(list)
    for point in points:
        below[point.parent_id].append(point)

    def under(parent: int | None) -> tuple[document.SubPoint, ...]:
        return tuple(document.SubPoint(point.text, under(point.pk)) for point in below[parent])

    return under(None)


def _response(answer: RecommendationResponse | None) -> document.Response:
    if answer is None:
        return document.Response()
    return document.Response(answer.decision or None, answer.narrative or None)


def _action(action: KeyAction, number: str, rules: Profile, language: str) -> document.Action:
    latest = next(iter(reversed(action.updates.all())), None)
    printed = latest.status_text if latest else ""
    return document.Action(
        number=action.own_number or number,
        text=action.text,
        deadline=action.deadline,
        responsible=_responsible(action.responsible_text, action.parties.all()),
        comment=(latest.comment or None) if latest else None,
        status=(latest.status or None) if latest else None,
        status_text=_undone(action, rules, language) or printed or None,
    )


def _undone(subject: KeyAction | RecommendationResponse, rules: Profile, language: str) -> str:
    """What is printed as the status of what was closed without being done, or is asked to be; else ""."""
    if subject.closed_as == ClosedAs.NOT_IMPLEMENTED:
        return _("Closed, not implemented")
    status = rules.status(subject.status)
    if status and status.common == CommonStatus.DROPPED and not subject.closed_as:
        return _("%(status)s: not approved") % {"status": in_language(status.labels, language)}
    return ""


def _responsible(text: str, parties: Iterable[PartyBase]) -> document.Responsible | None:
    named = tuple(document.Party(party.name, party.part) for party in parties)
    return document.Responsible(text, named) if text or named else None


def _monitoring(
    answer: RecommendationResponse | None, rules: Profile, language: str
) -> tuple[document.Monitoring, ...]:
    """An entry for each round where the status is kept here, else only for rounds that say something."""
    latest = {update.round: update for update in (answer.updates.all() if answer else ())}
    entries = []
    for name in (round_.name for round_ in rules.rounds):
        if update := latest.get(name):
            said = (update.status or None, update.status_text or None, update.comment or None)
            entries.append(document.Monitoring(name, *said))
        elif rules.status_level == StatusLevel.RECOMMENDATION:
            entries.append(document.Monitoring(name))
    undone = _undone(answer, rules, language) if answer else ""
    if undone and entries:
        entries[-1] = replace(entries[-1], status_text=undone)
    return tuple(entries)
