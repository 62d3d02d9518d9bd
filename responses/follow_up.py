"""What the page of a key action, or of one answer, shows of its follow-up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from evaltrack import deadlines
from recommendations.profiles import Profile, in_language
from responses import badges, lateness, standing, subjects
from responses.badges import Badge
from responses.choices import RequestState
from responses.evidence_shown import Shown
from responses.models import (
    Closure,
    DeadlineChange,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
)
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
        yield action, subjects.number(action, place), badges.of_subject(rules, action)


def open_rounds(response: ManagementResponse) -> list[str]:
    """The names of the rounds in which it is asked about now: one query."""
    return list(response.rounds.filter(closed_at=None).order_by("pk").values_list("name", flat=True))


def round_to_report(
    answer: RecommendationResponse, rules: Profile, today: date, asked_in: Sequence[str] = ()
) -> str:
    """The round offered first: one that is open, else the one under way, before any the first."""
    if asked_in:
        return asked_in[0]
    under_way = standing.round_under_way(rules, answer.response, today)
    rounds = [under_way] if under_way else list(rules.rounds)
    return rounds[0].name if rounds else ""


# What was asked for --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A later deadline, or closing it without its being done, as shown; ``why`` is the reason's own word."""

    asked: DeadlineChange | Closure
    why: str

    @property
    def is_closing(self) -> bool:
        return isinstance(self.asked, Closure)

    @property
    def is_reopened(self) -> bool:
        return isinstance(self.asked, Closure) and self.asked.reopened_at is not None

    @property
    def waits(self) -> bool:
        return self.asked.state == RequestState.WAITING


def requests_of(subject: Subject, rules: Profile) -> list[Request]:
    """All that was asked for and decided, the newest first: two queries."""
    people = ("asked_by", "decided_by")
    found: list[DeadlineChange | Closure] = list(
        subject.closures.select_related(*people, "reopened_by").order_by("-asked_at")
    )
    if isinstance(subject, KeyAction):
        found += subject.deadline_changes.select_related(*people).order_by("-asked_at")
    found.sort(key=lambda one: (one.asked_at, one.pk), reverse=True)
    return [Request(one, why(one, rules)) for one in found]


def why(asked: DeadlineChange | Closure, rules: Profile) -> str:
    """The organisation's word for the reason of a closure."""
    reason = rules.drop_reason(asked.reason_code) if isinstance(asked, Closure) else None
    return in_language(reason.labels, get_language() or "en") if reason else ""


@dataclass(frozen=True, slots=True)
class Promise:
    """When it was promised first, how often that was put off, and how late it is against the first."""

    first: str
    put_off: list[DeadlineChange]
    late: int
    was_late: bool

    @property
    def moved(self) -> bool:
        return bool(self.put_off)


def promise_of(action: KeyAction, requests: Iterable[Request], today: date) -> Promise:
    changes = [one.asked for one in requests if isinstance(one.asked, DeadlineChange)]
    held = [one for one in reversed(changes) if one.state == RequestState.APPROVED]
    late = lateness.of(action, today)
    first = action.first_deadline_text
    moved = first if first and first != action.deadline_text else ""
    return Promise(moved, held, late.first, action.is_closed)
