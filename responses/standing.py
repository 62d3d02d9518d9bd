"""How far evaluations are answered: counted for many at once, in a number of queries that does not grow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from evaltrack.models import Part
from recommendations import terms
from recommendations.choices import OWING, Decision, StatusLevel
from recommendations.models import Evaluation, Recommendation, RecommendationParty, RuleProfile
from recommendations.models.evaluation import EvaluationQuerySet
from recommendations.profiles import Profile, Round, in_language
from responses import round_calendar, round_candidates
from responses.checks.words import is_outside
from responses.choices import ResponseState
from responses.models import (
    ActionParty,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
)
from responses.reminders import to_remind_of

MISSING, INCOMPLETE, COMPLETE = "missing", "incomplete", "complete"


def rules_of(profiles: Iterable[int]) -> dict[int, Profile]:
    """The rules by the profile's key, each read once however many rows share it."""
    return {pk: profile.rules for pk, profile in RuleProfile.objects.in_bulk(set(profiles)).items()}


# Evaluations ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answering:
    """How far one evaluation is answered, by whichever of its responses.

    ``due`` is the first day by which something of it is still to be given, ``None`` where nothing is.
    """

    evaluation: Evaluation
    begun: bool
    recommendations: int
    answered: int
    overdue: int
    due: date | None
    today: date

    @property
    def state(self) -> str:
        if not self.begun:
            return MISSING
        return COMPLETE if 0 < self.recommendations == self.answered else INCOMPLETE

    @property
    def days_late(self) -> int:
        """Days since the term ended; 0 while in time."""
        return max(0, (self.today - self.due).days) if self.due else 0


_PRESENT = Recommendation.objects.filter(removed_at=None)
_DECIDED = RecommendationResponse.objects.exclude(decision="")
_UNANSWERED = _PRESENT.exclude(Exists(_DECIDED.filter(recommendation=OuterRef("pk"))))


def _count(rows: "QuerySet[Any]", path: str) -> Coalesce:
    """How many of the rows lead to the outer row by ``path``."""
    found = rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(count=Count("pk"))
    return Coalesce(Subquery(found.values("count")), 0, output_field=IntegerField())


def in_state(evaluations: EvaluationQuerySet, *states: str) -> EvaluationQuerySet:
    """Those whose response is in one of the states: missing, incomplete or complete."""
    begun = Q(Exists(ManagementResponse.objects.filter(evaluation=OuterRef("pk"))))
    whole = Q(Exists(_PRESENT.filter(evaluation=OuterRef("pk")))) & ~Q(
        Exists(_UNANSWERED.filter(evaluation=OuterRef("pk")))
    )
    conditions = {MISSING: ~begun, INCOMPLETE: begun & ~whole, COMPLETE: begun & whole}
    wanted = Q(pk__in=[])
    for state in states:
        wanted |= conditions[state]
    return evaluations.filter(wanted)


def with_counts(evaluations: EvaluationQuerySet, today: date) -> EvaluationQuerySet:
    """Annotated with what :func:`answering` reads."""
    answered = _PRESENT.filter(Exists(_DECIDED.filter(recommendation=OuterRef("pk"))))
    late = to_remind_of().filter(deadline_due__lt=today)
    return evaluations.annotate(
        begun=Exists(ManagementResponse.objects.filter(evaluation=OuterRef("pk"))),
        recommendation_count=_count(_PRESENT, "evaluation"),
        answered_count=_count(answered, "evaluation"),
        overdue_count=_count(late, "answer__response__evaluation"),
        asked_due=Subquery(_owed_by_evaluation().exclude(_UNASKED).values("due_on")[:1]),
        owes=Exists(_owed_by_evaluation()),
        begun_due=Subquery(_owed_by_evaluation().values("due_on")[:1]),
    )


_UNASKED = Q(asked_for_on=None, state=ResponseState.DRAFTING)


def _owed_by_evaluation() -> QuerySet[ManagementResponse]:
    owed = ManagementResponse.objects.owed().filter(evaluation=OuterRef("pk"))
    return owed.order_by(F("due_on").asc(nulls_last=True))


def answering(evaluations: Iterable[Evaluation], today: date) -> list[Answering]:
    """The evaluations that :func:`with_counts` annotated, in the same order (one query, for their rules)."""
    rows: list[Any] = list(evaluations)
    rules = rules_of(row.profile_id for row in rows)
    return [
        Answering(
            row, row.begun, row.recommendation_count, row.answered_count, row.overdue_count,
            _due(row, rules[row.profile_id]), today,
        )
        for row in rows
    ]  # fmt: skip


def _due(row: Any, rules: Profile) -> date | None:
    """When something of an evaluation is due. What nobody was asked for is given once it is answered."""
    if not row.begun:
        return response_due(row, rules)
    if row.asked_due or not row.owes or 0 < row.recommendation_count == row.answered_count:
        return cast("date | None", row.asked_due)
    return row.begun_due or response_due(row, rules)


def response_due(evaluation: Evaluation, rules: Profile) -> date | None:
    """The last day for a response nobody was asked for yet; none before the report is final and dated."""
    if evaluation.state not in OWING or not evaluation.report_date:
        return None
    return terms.ends(rules.response_term, evaluation.report_date)


# Responses -----------------------------------------------------------------------------------------------

DECISION_COUNTS = ("answered", "without_reason", "without_action", "promised")
ACTION_COUNTS = ("actions", "closed", "overdue", "without_lead", "without_deadline")


@dataclass(frozen=True, slots=True)
class ResponseProgress:
    """How far one response is, and what it still lacks.

    ``due`` is ``None`` once it is given: cleared or, where nobody was asked for it, wholly answered.
    ``round`` is the follow-up round that is under way, where statuses are kept per recommendation.
    """

    response: ManagementResponse
    due: date | None
    recommendations: int
    answered: int
    without_reason: int
    without_action: int
    promised: int
    round: Round | None
    reported: int
    actions: int
    closed: int
    overdue: int
    without_lead: int
    without_deadline: int
    today: date

    @property
    def is_answered(self) -> bool:
        return 0 < self.recommendations == self.answered

    @property
    def days_late(self) -> int:
        """Days since the term ended; 0 while in time."""
        return max(0, (self.today - self.due).days) if self.due else 0

    @property
    def gaps(self) -> list[str]:
        """What is missing, in words."""
        if not self.recommendations:
            return [_("no recommendations entered yet")]
        missing = self.recommendations - self.answered
        unreported = self.promised - self.reported if self.round else 0
        counted = {
            ngettext(
                "%(count)d recommendation not answered", "%(count)d recommendations not answered", missing
            ): missing,
            ngettext(
                "%(count)d decision without its reason",
                "%(count)d decisions without their reason",
                self.without_reason,
            ): self.without_reason,
            ngettext(
                "%(count)d accepted without a key action",
                "%(count)d accepted without a key action",
                self.without_action,
            ): self.without_action,
            ngettext(
                "%(count)d key action without a lead",
                "%(count)d key actions without a lead",
                self.without_lead,
            ): self.without_lead,
            ngettext(
                "%(count)d key action without a deadline",
                "%(count)d key actions without a deadline",
                self.without_deadline,
            ): self.without_deadline,
            ngettext(
                "%(round)s: %(count)d recommendation without a status",
                "%(round)s: %(count)d recommendations without a status",
                unreported,
            ): unreported,
        }
        round_ = in_language(self.round.labels, get_language() or "en") if self.round else ""
        return [words % {"count": count, "round": round_} for words, count in counted.items() if count > 0]


def standings(responses: Iterable[ManagementResponse], today: date) -> list[ResponseProgress]:
    """How far each response is, in the same order: five queries. Needs ``evaluation`` fetched with them."""
    rows = list(responses)
    rules = rules_of(row.evaluation.profile_id for row in rows)
    present = Recommendation.objects.filter(
        removed_at=None, evaluation__in={row.evaluation_id for row in rows}
    )
    totals = dict(present.order_by().values_list("evaluation").annotate(Count("pk")))
    decided = _decisions(rows, {row.pk: rules[row.evaluation.profile_id] for row in rows})
    reported = _reported(rows)
    actions = _actions(rows, today)
    found = []
    for row in rows:
        own = rules[row.evaluation.profile_id]
        round_ = round_under_way(own, row, today)
        decisions = decided.get(row.pk, dict.fromkeys(DECISION_COUNTS, 0))
        total = totals.get(row.evaluation_id, 0)
        unasked = row.asked_for_on is None and row.state == ResponseState.DRAFTING
        given = not row.is_owed or (unasked and 0 < total == decisions["answered"])
        found.append(
            ResponseProgress(
                response=row,
                due=None if given else row.due_on or response_due(row.evaluation, own),
                today=today,
                recommendations=total,
                round=round_,
                reported=reported.get((row.pk, round_.name), 0) if round_ else 0,
                **decisions,
                **actions.get(row.pk, dict.fromkeys(ACTION_COUNTS, 0)),
            )
        )
    return found


def round_under_way(rules: Profile, response: ManagementResponse, today: date) -> Round | None:
    """The latest round whose time has come, where statuses are kept per recommendation."""
    if rules.status_level != StatusLevel.RECOMMENDATION:
        return None
    return round_calendar.under_way(rules, round_candidates.issued_on(response), today)


def _reported(rows: list[ManagementResponse]) -> dict[tuple[int, str], int]:
    """How many recommendations have a status, by response and round."""
    updates = ProgressUpdate.objects.present().filter(answer__response__in=rows).exclude(status="")
    counted = (
        updates.exclude(answer__decision__in=("", Decision.REJECTED))
        .order_by()
        .values("answer__response", "round")
        .annotate(count=Count("answer", distinct=True))
        .values_list("answer__response", "round", "count")
    )
    return {(response, round_): count for response, round_, count in counted}


def _decisions(rows: list[ManagementResponse], rules: Mapping[int, Profile]) -> dict[int, dict[str, int]]:
    """What was decided, by response: the profile says which decisions want a reason and which an action.

    The same reading as that of ``checks.answers``, for many responses at once.
    """
    planned = Exists(KeyAction.objects.filter(answer=OuterRef("pk"), removed_at=None))
    answers = RecommendationResponse.objects.present().filter(response__in=rows).exclude(decision="")
    grouped = (
        answers.annotate(bare=~planned)
        .order_by()
        .values("response", "decision", "recommendation__directed_to")
        .annotate(
            count=Count("pk"),
            unreasoned=Count("pk", filter=Q(narrative="")),
            unplanned=Count("pk", filter=Q(bare=True)),
        )
        .values_list(
            "response", "decision", "recommendation__directed_to", "count", "unreasoned", "unplanned"
        )
    )
    found: dict[int, dict[str, int]] = {}
    for response, decision, directed_to, count, unreasoned, unplanned in grouped:
        rule = rules[response].decision(decision)
        sums = found.setdefault(response, dict.fromkeys(DECISION_COUNTS, 0))
        sums["answered"] += count
        sums["promised"] += count if decision != Decision.REJECTED else 0
        sums["without_reason"] += unreasoned if rule and rule.needs_reason else 0
        owed = unplanned and rule and rule.allows_actions and not is_outside(directed_to)
        sums["without_action"] += unplanned if owed else 0
    return found


def _actions(rows: list[ManagementResponse], today: date) -> dict[int, dict[str, int]]:
    own = ActionParty.objects.filter(action=OuterRef("pk"), part=Part.LEAD)
    units = RecommendationParty.objects.filter(
        recommendation=OuterRef("answer__recommendation"), part=Part.LEAD
    )
    still_open = Exists(to_remind_of().filter(pk=OuterRef("pk")))
    shut = ~Q(closed_as="") | ~Q(answer__closed_as="")
    counted = (
        KeyAction.objects.present()
        .filter(answer__response__in=rows)
        .annotate(led=Exists(own) | Exists(units), still_open=still_open)
        .order_by()
        .values(response=F("answer__response"))
        .annotate(
            actions=Count("pk"),
            closed=Count("pk", filter=shut),
            overdue=Count("pk", filter=Q(still_open=True, deadline_due__lt=today)),
            without_lead=Count("pk", filter=Q(still_open=True, led=False)),
            without_deadline=Count("pk", filter=Q(still_open=True, deadline_text="")),
        )
    )
    rows_of_counts = counted.values_list("response", *ACTION_COUNTS)
    return {response: dict(zip(ACTION_COUNTS, counts, strict=True)) for response, *counts in rows_of_counts}
