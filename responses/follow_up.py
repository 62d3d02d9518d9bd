"""What the page of a key action, or of one answer, shows of its follow-up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from evaltrack import deadlines
from recommendations.profiles import Profile, in_language
from responses import badges, standing, subjects
from responses.badges import Badge
from responses.evidence_shown import Shown
from responses.models import KeyAction, ProgressUpdate, RecommendationResponse
from responses.subjects import Subject


@dataclass(frozen=True, slots=True)
class Update:
    """A progress update as shown."""

    update: ProgressUpdate
    status: Badge | None
    round: str
    evidence: Sequence[Shown]


def updates_of(
    subject: Subject, rules: Profile, evidence: Mapping[int, Sequence[Shown]] | None = None
) -> list[Update]:
    """All reports on it, the latest as-of day first, with their evidence: one query."""
    rows = subject.updates.select_related("reported_by").order_by("-as_of", "-pk")
    return [_update(row, rules, (evidence or {}).get(row.pk, ())) for row in rows]


def _update(row: ProgressUpdate, rules: Profile, evidence: Sequence[Shown]) -> Update:
    status = badges.of_status(rules, row.status) if row.status else None
    if row.status_text:
        status = Badge(row.status_text, status.css if status else "")
    rule = rules.round(row.round)
    label = in_language(rule.labels, get_language() or "en") if rule else row.round
    return Update(row, status, label, evidence)


def understood(action: KeyAction) -> str:
    """What the deadline was understood to mean; blank where it is written as just that day."""
    deadline, language = action.deadline, get_language() or "en"
    if deadline is None or (
        deadline.due and deadline.text == str(deadlines.from_date(deadline.due, language))
    ):
        return ""
    return deadlines.explain(deadline, language=language)


def actions_under(answer: RecommendationResponse, rules: Profile) -> Iterable[tuple[KeyAction, str, Badge]]:
    """Its key actions with number and status."""
    answer_actions = (
        KeyAction.objects.present().filter(answer=answer).select_related("answer__recommendation")
    )
    for place, action in enumerate(answer_actions, start=1):
        yield action, subjects.number(action, place), badges.of_status(rules, action.status)


def round_to_report(answer: RecommendationResponse, rules: Profile, today: date) -> str:
    """The round offered first: the one under way, before any the first."""
    under_way = standing.round_under_way(rules, answer.response, today)
    rounds = [under_way] if under_way else list(rules.rounds)
    return rounds[0].name if rounds else ""
