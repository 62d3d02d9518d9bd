"""Writing a matrix into an evaluation that has no recommendations yet: whole, in few statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from evaltrack import deadlines, responsible
from evaltrack.deadlines import Deadline
from evaltrack.directory import Directory
from evaltrack.models import PartyBase, User
from recommendations.models import Recommendation, RecommendationParty, SubPoint
from recommendations.profiles import Profile
from responses.choices import CLOSES, Channel
from responses.matrix import document
from responses.models import (
    ActionParty,
    Footnote,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
)

P = TypeVar("P", bound=PartyBase)


@dataclass(frozen=True, slots=True)
class Reported:
    """Who hands in what the matrix says of progress, and of which day it is."""

    by: User | None
    as_of: date
    at: datetime


def write(matrix: document.Matrix, response: ManagementResponse, reported: Reported) -> dict[str, int]:
    """Write all of the matrix but the evaluation's own record; how much of it there was.

    The caller has checked the matrix, and holds a transaction.
    """
    response.coordinator_text = matrix.coordinator or ""
    response.overall_comment = matrix.overall_comment or ""
    response.responded_on = matrix.responded_on
    response.save()
    Footnote.objects.bulk_create(
        Footnote(response=response, order=order, mark=note.mark, text=note.text)
        for order, note in enumerate(matrix.footnotes, 1)
    )
    rows = _recommendations(matrix, response)
    _sub_points(rows)
    answers = _answers(rows, response, reported.as_of)
    actions = _actions(rows, answers, response, reported.as_of)
    _parties(rows, actions)
    updates = _updates(rows, answers, actions, reported)
    return {"recommendations": len(rows), "key_actions": len(actions), "progress_updates": updates}


Rows = list[tuple[document.Recommendation, Recommendation]]
ActionRows = list[tuple[document.Action, KeyAction]]


def _recommendations(matrix: document.Matrix, response: ManagementResponse) -> Rows:
    made = []
    for order, one in enumerate(matrix.recommendations, 1):
        row = Recommendation(
            evaluation=response.evaluation,
            order=order,
            number=one.number,
            text=one.text,
            rationale=one.rationale or "",
            directed_to=one.directed_to or "",
            responsible_text=one.responsible.text if one.responsible else "",
            priority=one.priority,
            priority_note=one.priority_note or "",
        )
        row.timeline = one.timeline
        made.append(row)
    return list(zip(matrix.recommendations, Recommendation.objects.bulk_create(made), strict=True))


def _sub_points(rows: Rows) -> None:
    outer = [
        (point, SubPoint(recommendation=row, order=order, text=point.text))
        for one, row in rows
        for order, point in enumerate(one.sub_points, 1)
    ]
    SubPoint.objects.bulk_create(made for _point, made in outer)
    SubPoint.objects.bulk_create(
        SubPoint(recommendation_id=parent.recommendation_id, parent=parent, order=order, text=inner.text)
        for point, parent in outer
        for order, inner in enumerate(point.sub_points, 1)
    )


def _answers(rows: Rows, response: ManagementResponse, as_of: date) -> list[RecommendationResponse]:
    """In the order of the rows."""
    rules = response.evaluation.profile.rules
    made = []
    for one, row in rows:
        answer = RecommendationResponse(
            response=response,
            recommendation=row,
            decision=one.response.decision or "",
            narrative=one.response.narrative or "",
        )
        # The status that stands is that of the last round that says anything.
        told = [entry for entry in _by_round(one, rules.rounds) if _says(entry)]
        _stand(answer, told[-1].status if told else "", rules, as_of)
        made.append(answer)
    return RecommendationResponse.objects.bulk_create(made)


def _actions(
    rows: Rows, answers: list[RecommendationResponse], response: ManagementResponse, as_of: date
) -> ActionRows:
    rules = response.evaluation.profile.rules
    months = rules.reminders.check_every_months
    issued = response.responded_on_due or response.evaluation.report_date
    made = []
    for (one, row), answer in zip(rows, answers, strict=True):
        for order, action in enumerate(one.actions, 1):
            derived = f"{row.number or row.order}.{order}"
            key_action = KeyAction(
                answer=answer,
                order=order,
                own_number="" if action.number == derived else action.number,
                text=action.text,
                responsible_text=action.responsible.text if action.responsible else "",
            )
            _stand(key_action, action.status, rules, as_of)
            key_action.deadline = action.deadline
            key_action.check_on = deadlines.check_on(
                action.deadline or Deadline(""), issued=issued, every_months=months
            )
            made.append((action, key_action))
    KeyAction.objects.bulk_create(key_action for _action, key_action in made)
    return made


def _parties(rows: Rows, actions: ActionRows) -> None:
    """The parties as the matrix names them, matched with people and offices all at once."""
    units = [(one.responsible, {"recommendation": row}) for one, row in rows if one.responsible]
    doers = [(action.responsible, {"action": row}) for action, row in actions if action.responsible]
    everyone = [party for responsible_, _owner in [*units, *doers] for party in responsible_.parties]
    if not everyone:
        return
    known = iter(responsible.matched(everyone, Directory()))
    RecommendationParty.objects.bulk_create(_party_rows(RecommendationParty, units, known))
    ActionParty.objects.bulk_create(_party_rows(ActionParty, doers, known))


def _party_rows(
    model: type[P],
    cells: Iterable[tuple[document.Responsible, dict[str, Any]]],
    known: Iterable[dict[str, Any]],
) -> list[P]:
    matched = iter(known)
    return [
        model(order=order, **owner, **next(matched))
        for cell, owner in cells
        for order, _party in enumerate(cell.parties, 1)
    ]


def _updates(
    rows: Rows, answers: list[RecommendationResponse], actions: ActionRows, reported: Reported
) -> int:
    common = {"as_of": reported.as_of, "reported_by": reported.by, "reported_at": reported.at}
    told: list[tuple[document.Action | document.Monitoring, dict[str, Any]]] = [
        (action, {"action": row}) for action, row in actions
    ]
    for (one, _row), answer in zip(rows, answers, strict=True):
        rounds = answer.response.evaluation.profile.rules.rounds
        told += [(entry, {"answer": answer, "round": entry.round}) for entry in _by_round(one, rounds)]
    updates = [
        ProgressUpdate(
            status=entry.status or "",
            status_text=entry.status_text or "",
            comment=entry.comment or "",
            channel=Channel.IMPORT,
            **subject,
            **common,
        )
        for entry, subject in told
        if _says(entry)
    ]
    return len(ProgressUpdate.objects.bulk_create(updates))


def _by_round(one: document.Recommendation, rounds: Iterable[Any]) -> list[document.Monitoring]:
    order = [round_.name for round_ in rounds]
    return sorted(one.monitoring, key=lambda entry: order.index(entry.round))


def _says(entry: document.Action | document.Monitoring) -> bool:
    return bool(entry.status or entry.status_text or entry.comment)


def _stand(row: RecommendationResponse | KeyAction, status: str | None, rules: Profile, as_of: date) -> None:
    """What a document says of the status holds: nobody here is asked to approve it."""
    row.status, row.common_status = status or "", rules.common(status or "")
    row.reported_on = as_of if status else None
    row.closed_as = CLOSES.get(row.common_status, "")
    row.closed_on = as_of if row.closed_as else None
