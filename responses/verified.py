"""What independent checks say, beside what was reported: three columns for each subject, and their figures.

A figure of checked things counts the newest verdict of a reviewer; where there is none it is not checked, and
the self-report is not taken for a checked one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from evaltrack.models import User
from evaltrack.roles import Permission, office_ids
from recommendations.choices import CommonStatus, EvaluationState, StatusLevel
from recommendations.models import Evaluation
from recommendations.profiles import Profile
from responses import badges, standing, subjects
from responses.badges import Badge
from responses.models import (
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
    Reviewer,
    Verification,
)
from responses.models.response import ManagementResponseQuerySet
from responses.subjects import Subject

SHOWN = (CommonStatus.COMPLETED, CommonStatus.IN_PROGRESS, CommonStatus.NOT_STARTED, CommonStatus.DROPPED)
NOT_CHECKED = "not_checked"
NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict as shown. ``before_report``: something was reported since."""

    row: Verification
    implementation: Badge
    alignment: str
    timeliness: str
    disagrees: bool
    before_report: bool
    unanswered: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """One subject: what was reported, what a reviewer found, what a later evaluation found."""

    subject: Subject
    number: str
    reported: Badge
    checked: Verdict | None
    later: Verdict | None

    @property
    def is_action(self) -> bool:
        return isinstance(self.subject, KeyAction)


def verdicts_of(subject: Subject, rules: Profile) -> list[Verdict]:
    """All verdicts on it, the newest first: two queries."""
    rows = list(_with_people(subject.verifications.all()))
    reported = list(subject.updates.order_by("-reported_at").values_list("reported_at", flat=True)[:1])
    return [_verdict(row, subject, rules, reported) for row in rows]


def columns_of(response: ManagementResponse) -> list[Columns]:
    """The three columns of every key action, or where the status stands there of every answer.

    In the order of the matrix; a number of queries that does not depend on how many there are.
    """
    rules = response.evaluation.profile.rules
    rows = _rows(response, by_recommendation=rules.status_level == StatusLevel.RECOMMENDATION)
    return [_columns(subject, number, rules) for subject, number in rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many have one common status: as reported, and as checked."""

    code: str
    label: str
    reported: int
    checked: int


def figures(columns: Sequence[Columns]) -> list[Figure]:
    """Reported and checked side by side; each column adds up to all there is."""
    reported = Counter(one.subject.common_status or NOT_REPORTED for one in columns)
    checked = Counter(one.checked.implementation.css if one.checked else NOT_CHECKED for one in columns)
    labels: dict[str, Any] = {
        **{status.value: status.label for status in SHOWN},
        NOT_REPORTED: _("Not reported"),
        NOT_CHECKED: _("Not checked"),
    }
    return [
        Figure(code, str(label), reported[code], checked[code])
        for code, label in labels.items()
        if reported[code] or checked[code]
    ]


# Parts ---------------------------------------------------------------------------------------------------


def _rows(response: ManagementResponse, *, by_recommendation: bool) -> Iterable[tuple[Subject, str]]:
    verdicts = Prefetch("verifications", _with_people(Verification.objects.all()), to_attr="verdicts")
    answers = RecommendationResponse.objects.present().filter(response=response)
    answers = answers.select_related("recommendation").order_by("recommendation__order", "pk")
    if by_recommendation:
        for answer in answers.prefetch_related("updates", verdicts):
            yield answer, subjects.number(answer)
        return
    actions = KeyAction.objects.present().prefetch_related("updates", verdicts)
    for answer in answers.prefetch_related(Prefetch("actions", actions, to_attr="planned")):
        for place, action in enumerate(answer.planned, 1):  # type: ignore[attr-defined]
            action.answer = answer
            yield action, subjects.number(action, place)


def _with_people(rows: Any) -> Any:
    return rows.select_related("reviewer", "evaluation").order_by("-at", "-pk")


def _columns(subject: Any, number: str, rules: Profile) -> Columns:
    reported = sorted((update.reported_at for update in subject.updates.all()), reverse=True)
    found = [_verdict(row, subject, rules, reported) for row in subject.verdicts]
    return Columns(
        subject,
        number,
        badges.of_status(rules, subject.status),
        next((one for one in found if one.row.evaluation is None), None),
        next((one for one in found if one.row.evaluation), None),
    )


def _verdict(row: Verification, subject: Subject, rules: Profile, reported: Sequence[Any]) -> Verdict:
    """``reported``: when it was reported on, the latest first."""
    scales = rules.verification
    grade = next((one for one in scales.implementation if one.code == row.implementation), None)
    since = bool(reported) and reported[0] > row.at
    status = subject.common_status
    return Verdict(
        row=row,
        implementation=Badge(
            badges.of_scale(scales.implementation, row.implementation), grade.common.value if grade else ""
        ),
        alignment=badges.of_scale(scales.alignment, row.alignment),
        timeliness=badges.of_scale(scales.timeliness, row.timeliness),
        disagrees=bool(grade and status and grade.common != status),
        before_report=since,
        unanswered=bool(row.question) and not since,
    )


# What is to be checked -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A response, how many of its things are said to be completed, and how far that was checked."""

    response: ManagementResponse
    completed: int
    checked: int
    questions: int
    by_recommendation: bool

    @property
    def open(self) -> int:
        return self.completed - self.checked


def checked_by(user: User) -> ManagementResponseQuerySet:
    """The responses whose reports the person may check: by a role at an office, or named for one."""
    found = ManagementResponse.objects.visible_to(user).exclude(evaluation__state=EvaluationState.CANCELLED)
    if user.is_superuser:
        return found
    offices = office_ids(user, Permission.VERIFY)
    at = Evaluation.offices.through.objects.filter(office__in=offices).values("evaluation")
    named = Reviewer.objects.filter(person=user).values("response")
    return found.filter(Q(office__in=offices) | Q(evaluation__in=at) | Q(pk__in=named))


def to_check(responses: ManagementResponseQuerySet) -> list[ToCheck]:
    """The responses of which something is reported, most to check first: two queries."""
    unanswered = Verification.objects.unanswered()
    actions, answers = KeyAction.objects.present(), RecommendationResponse.objects.present()
    rows = (
        responses.select_related("evaluation", "office")
        .annotate(
            actions=_count(actions, "answer__response"),
            checked_actions=_count(actions.filter(_was_checked("action")), "answer__response"),
            answered=_count(answers, "response"),
            checked_answers=_count(answers.filter(_was_checked("answer")), "response"),
            asked_of_actions=_count(unanswered, "action__answer__response", completed=False),
            asked_of_answers=_count(unanswered, "answer__response", completed=False),
        )
        .defer("overall_comment")
    )
    rules = standing.rules_of(row.evaluation.profile_id for row in rows)
    found = [_to_check(row, rules[row.evaluation.profile_id]) for row in rows]
    return sorted(
        (one for one in found if one.completed or one.questions),
        key=lambda one: (-one.open, -one.questions, one.response.evaluation.reference),
    )


def _to_check(row: Any, rules: Profile) -> ToCheck:
    by_recommendation = rules.status_level == StatusLevel.RECOMMENDATION
    counts = (row.answered, row.checked_answers) if by_recommendation else (row.actions, row.checked_actions)
    return ToCheck(row, *counts, row.asked_of_actions + row.asked_of_answers, by_recommendation)


def _was_checked(subject: str) -> Exists:
    """A reviewer's verdict stands that is not older than the last report."""
    later = ProgressUpdate.objects.filter(**{subject: OuterRef(subject)}, reported_at__gt=OuterRef("at"))
    verdicts = Verification.objects.filter(**{subject: OuterRef("pk")}, evaluation=None)
    return Exists(verdicts.filter(~Exists(later)))


def _count(rows: "QuerySet[Any]", path: str, *, completed: bool = True) -> Coalesce:
    """How many rows stand under each response, of those that are said to be completed."""
    counted = rows.filter(**{path: OuterRef("pk")})
    counted = counted.filter(common_status=CommonStatus.COMPLETED) if completed else counted
    number = counted.order_by().values(path).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0)
