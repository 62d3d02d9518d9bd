"""How far evaluations are answered: counted for many at once, in a number of queries that does not grow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.models import Part
from recommendations import terms
from recommendations.models import Evaluation, Recommendation, RuleProfile
from recommendations.models.evaluation import EvaluationQuerySet
from recommendations.profiles import Profile
from responses.models import ActionParty, KeyAction, ManagementResponse, RecommendationResponse
from responses.models.action import CLOSED
from responses.reminders import to_remind_of

MISSING, INCOMPLETE, COMPLETE = "missing", "incomplete", "complete"


def rules_of(profiles: Iterable[int]) -> dict[int, Profile]:
    """The rules by the profile's key, each read once however many rows share it."""
    return {pk: profile.rules for pk, profile in RuleProfile.objects.in_bulk(set(profiles)).items()}


# Evaluations ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answering:
    """How far one evaluation is answered, by whichever of its responses; ``due`` is the end of the term."""

    evaluation: Evaluation
    begun: bool
    recommendations: int
    answered: int
    overdue: int
    due: date | None

    @property
    def state(self) -> str:
        if not self.begun:
            return MISSING
        return COMPLETE if 0 < self.recommendations == self.answered else INCOMPLETE

    def days_late(self, today: date) -> int:
        """Days since the term ended without a whole answer; 0 while in time."""
        late = bool(self.due) and self.state != COMPLETE
        return max(0, (today - self.due).days) if late and self.due else 0


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
    present = Recommendation.objects.filter(removed_at=None)
    answered = present.filter(Exists(_DECIDED.filter(recommendation=OuterRef("pk"))))
    late = to_remind_of().filter(deadline_due__lt=today)
    return evaluations.annotate(
        begun=Exists(ManagementResponse.objects.filter(evaluation=OuterRef("pk"))),
        recommendation_count=_count(present, "evaluation"),
        answered_count=_count(answered, "evaluation"),
        overdue_count=_count(late, "answer__response__evaluation"),
    )


def answering(evaluations: Iterable[Evaluation]) -> list[Answering]:
    """The evaluations that :func:`with_counts` annotated, in the same order (one query, for their rules)."""
    rows: list[Any] = list(evaluations)
    rules = rules_of(row.profile_id for row in rows)
    return [
        Answering(
            row, row.begun, row.recommendation_count, row.answered_count, row.overdue_count,
            response_due(row, rules[row.profile_id]),
        )
        for row in rows
    ]  # fmt: skip


def response_due(evaluation: Evaluation, rules: Profile) -> date | None:
    """The last day for the response; none where the report has no date."""
    return terms.ends(rules.response_term, evaluation.report_date) if evaluation.report_date else None


# Responses -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one response is, and what it still lacks."""

    response: ManagementResponse
    due: date | None
    recommendations: int
    answered: int
    without_reason: int
    without_action: int
    actions: int
    closed: int
    overdue: int
    without_lead: int
    without_deadline: int

    @property
    def is_answered(self) -> bool:
        return 0 < self.recommendations == self.answered

    @property
    def needs_work(self) -> bool:
        return bool(self.gaps)

    def days_late(self, today: date) -> int:
        return max(0, (today - self.due).days) if self.due and not self.is_answered else 0

    @property
    def gaps(self) -> list[str]:
        """What is missing, in words."""
        if not self.recommendations:
            return [_("no recommendations entered yet")]
        missing = self.recommendations - self.answered
        counted = (
            (missing, ngettext("%(count)d recommendation not answered", "%(count)d recommendations not answered", missing)),
            (self.without_reason, ngettext(
                "%(count)d decision without its reason", "%(count)d decisions without their reason", self.without_reason)),
            (self.without_action, ngettext(
                "%(count)d accepted without a key action", "%(count)d accepted without a key action", self.without_action)),
            (self.without_lead, ngettext(
                "%(count)d key action without a lead", "%(count)d key actions without a lead", self.without_lead)),
            (self.without_deadline, ngettext(
                "%(count)d key action without a deadline", "%(count)d key actions without a deadline",
                self.without_deadline)),
        )  # fmt: skip
        return [words % {"count": count} for count, words in counted if count]


def standings(responses: Iterable[ManagementResponse], today: date) -> list[Standing]:
    """How far each response is, in the same order: four queries. Needs ``evaluation`` fetched with them."""
    rows = list(responses)
    rules = rules_of(row.evaluation.profile_id for row in rows)
    present = Recommendation.objects.filter(
        removed_at=None, evaluation__in={row.evaluation_id for row in rows}
    )
    totals = dict(present.order_by().values_list("evaluation").annotate(Count("pk")))
    decided = _decisions(rows, {row.pk: rules[row.evaluation.profile_id] for row in rows})
    actions = _actions(rows, today)
    blank_decisions = dict.fromkeys(("answered", "without_reason", "without_action"), 0)
    blank_actions = dict.fromkeys(("actions", "closed", "overdue", "without_lead", "without_deadline"), 0)
    return [
        Standing(
            response=row,
            due=response_due(row.evaluation, rules[row.evaluation.profile_id]),
            recommendations=totals.get(row.evaluation_id, 0),
            **{**blank_decisions, **decided.get(row.pk, {})},
            **{**blank_actions, **actions.get(row.pk, {})},
        )
        for row in rows
    ]


def _decisions(rows: list[ManagementResponse], rules: Mapping[int, Profile]) -> dict[int, dict[str, int]]:
    """What was decided, by response: the profile says which decisions want a reason and which an action."""
    planned = Exists(KeyAction.objects.filter(answer=OuterRef("pk"), removed_at=None))
    answers = RecommendationResponse.objects.present().filter(response__in=rows).exclude(decision="")
    grouped = (
        answers.annotate(bare=~planned)
        .order_by()
        .values_list("response", "decision")
        .annotate(Count("pk"), Count("pk", filter=Q(narrative="")), Count("pk", filter=Q(bare=True)))
    )
    found: dict[int, dict[str, int]] = {}
    for response, decision, count, unreasoned, bare in grouped:
        rule = rules[response].decision(decision)
        sums = found.setdefault(response, {"answered": 0, "without_reason": 0, "without_action": 0})
        sums["answered"] += count
        sums["without_reason"] += unreasoned if rule and rule.needs_reason else 0
        sums["without_action"] += bare if rule and rule.allows_actions else 0
    return found


def _actions(rows: list[ManagementResponse], today: date) -> dict[int, dict[str, int]]:
    led = Exists(ActionParty.objects.filter(action=OuterRef("pk"), part=Part.LEAD))
    still_open = Exists(to_remind_of().filter(pk=OuterRef("pk")))
    shut = Q(common_status__in=CLOSED) | Q(answer__common_status__in=CLOSED)
    counted = (
        KeyAction.objects.present()
        .filter(answer__response__in=rows)
        .annotate(led=led, still_open=still_open)
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
    return {sums.pop("response"): sums for sums in map(dict, counted)}
