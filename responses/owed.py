"""Which office owes what: the responses that are not given yet, with whom they are and how late."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from evaltrack.models import Membership, Office, User
from evaltrack.roles import Permission, reach
from recommendations.choices import OWING
from recommendations.models import Evaluation
from recommendations.models.evaluation import EvaluationQuerySet
from responses import standing
from responses.choices import ResponseState, StepState
from responses.models import ClearanceStep, ManagementResponse
from responses.standing import ResponseProgress

NOT_ASKED, LATE = "not_asked", "late"


@dataclass(frozen=True, slots=True)
class Owed:
    """A response that is owed: of an evaluation whose response nobody was asked for, or one being made."""

    evaluation: int
    response: int | None
    state: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """What the list shows of it. ``turn`` is the clearance step that waits, ``holders`` who decides it."""

    evaluation: Evaluation
    response: ManagementResponse | None
    standing: ResponseProgress | None
    due: date | None
    days_late: int
    turn: ClearanceStep | None
    holders: list[str]


def overseen_by(user: User) -> EvaluationQuerySet:
    """The evaluations whose responses the person is to see given: those they manage or oversee by a role."""
    held = reach(user)
    seen = Evaluation.objects.visible_to(user)
    if held.everywhere:
        return seen
    at = Evaluation.offices.through.objects.filter(
        evaluation=OuterRef("pk"), office__in=held.at(Permission.OVERSEE)
    )
    return seen.filter(Q(Exists(at)) | Q(manager__in=held.identities))


def owed(user: User, today: date, *, office: Office | None = None, state: str = "") -> list[Owed]:
    """All that is owed to the person, the longest overdue first; at an office (and below it), in a state."""
    evaluations = overseen_by(user).filter(state__in=OWING)
    found = [*_not_asked(evaluations, office), *_begun(evaluations, office)]
    if state == LATE:
        found = [one for one in found if one.due and one.due < today]
    elif state:
        found = [one for one in found if one.state == state]
    return sorted(found, key=lambda one: (one.due or date.max, one.evaluation, one.response or 0))


def _not_asked(evaluations: EvaluationQuerySet, office: Office | None) -> list[Owed]:
    found = evaluations.filter(responses=None)
    if office:
        inside = Evaluation.offices.through.objects.filter(office__in=_with_those_below(office))
        found = found.filter(pk__in=inside.values("evaluation"))
    rows = list(found.only("pk", "state", "report_date", "profile_id"))
    rules = standing.rules_of(row.profile_id for row in rows)
    return [Owed(row.pk, None, NOT_ASKED, standing.response_due(row, rules[row.profile_id])) for row in rows]


def _begun(evaluations: EvaluationQuerySet, office: Office | None) -> list[Owed]:
    """Those being made; of what is drafted and nobody was asked for, only what is not answered."""
    answered = standing.in_state(Evaluation.objects.all(), standing.COMPLETE)
    found = ManagementResponse.objects.owed().filter(evaluation__in=evaluations)
    found = found.exclude(state=ResponseState.DRAFTING, asked_for_on=None, evaluation__in=answered)
    if office:
        below = _with_those_below(office)
        inside = Evaluation.offices.through.objects.filter(office__in=below)
        found = found.filter(Q(office__in=below) | Q(office=None, evaluation__in=inside.values("evaluation")))
    rows = found.values_list("evaluation", "pk", "state", "due_on")
    return [Owed(*row) for row in rows]


def _with_those_below(office: Office) -> frozenset[int]:
    return Office.objects.all().with_sub_offices([office.pk])


def rows(shown: Iterable[Owed], today: date) -> list[Row]:
    """The lines of these, in the same order: a number of queries that does not grow."""
    shown = list(shown)
    evaluations = Evaluation.objects.prefetch_related("offices").in_bulk([one.evaluation for one in shown])
    responses = ManagementResponse.objects.filter(pk__in=[one.response for one in shown if one.response])
    responses = responses.select_related("evaluation", "coordinator", "office__focal_point")
    standings = {one.response.pk: one for one in standing.standings(responses, today)}
    turns = _turns(standings.values())
    holders = _holders(turns.values(), today)
    found = []
    for one in shown:
        at = standings.get(one.response or 0)
        turn = turns.get(one.response or 0)
        due = at.due if at else one.due
        found.append(
            Row(
                evaluation=evaluations[one.evaluation],
                response=at.response if at else None,
                standing=at,
                due=due,
                days_late=max(0, (today - due).days) if due else 0,
                turn=turn,
                holders=holders[turn.office_id, turn.role] if turn else [],
            )
        )
    return found


def _turns(standings: Iterable[ResponseProgress]) -> dict[int, ClearanceStep]:
    """The step whose turn it is, by response: one query."""
    waiting = [one.response.pk for one in standings if one.response.state == ResponseState.IN_CLEARANCE]
    steps = ClearanceStep.objects.filter(response__in=waiting, state=StepState.WAITING)
    steps = steps.select_related("office").order_by("-version", "-submission", "-order")
    return {step.response_id: step for step in steps}


def _holders(steps: Iterable[ClearanceStep], today: date) -> dict[tuple[int, str], list[str]]:
    """The names of those who may decide the steps, by office and role: one query."""
    posts = {(step.office_id, step.role) for step in steps}
    wanted: Any = Q(pk__in=[])
    for office, role in posts:
        wanted |= Q(office=office, role=role)
    held = Membership.objects.current(today).filter(wanted).order_by("person__name")
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for office, role, name in held.values_list("office_id", "role", "person__name"):
        found[office, role].append(name)
    return found
