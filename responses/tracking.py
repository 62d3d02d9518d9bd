"""What is still open when the tracking of its evaluation has ended, for those who oversee it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from evaltrack import deadlines, text
from evaltrack.models import User
from recommendations.choices import Decision, EvaluationState, StatusLevel
from recommendations.models import RuleProfile
from recommendations.profiles import Profile
from responses import badges
from responses.badges import Badge
from responses.models import KeyAction, ManagementResponse, RecommendationResponse
from responses.models.action import KeyActionQuerySet
from responses.models.response import ManagementResponseQuerySet, RecommendationResponseQuerySet
from responses.permissions import overseen_by
from responses.standing import rules_of
from responses.subjects import Subject, number, response_of

ACTION, ANSWER = "action", "answer"
AT_ONCE = 500  # that one confirmation closes


@dataclass(frozen=True, slots=True)
class Open:
    """A key action, or where the status is kept there an answer, that is still open."""

    subject: Subject
    number: str
    text: str
    status: Badge

    @property
    def key(self) -> str:
        """Its name in the form, such as "action.12"."""
        kind = ACTION if isinstance(self.subject, KeyAction) else ANSWER
        return f"{kind}.{self.subject.pk}"


@dataclass(frozen=True, slots=True)
class Ended:
    """A response whose tracking has ended, and what is open of it."""

    response: ManagementResponse
    on: date
    rows: list[Open]


def ended_on(report_date: date, rules: Profile) -> date:
    """The last day on which anyone is asked."""
    return deadlines.months_after(report_date, rules.tracking_months)


def last_report_date(months: int, today: date) -> date:
    """The latest date of a report whose tracking of so many months is over."""
    day = today - timedelta(days=28 * months)
    while deadlines.months_after(day, months) >= today:
        day -= timedelta(days=31)
    while deadlines.months_after(day + timedelta(days=1), months) < today:
        day += timedelta(days=1)
    return day


def ended(user: User, today: date) -> ManagementResponseQuerySet:
    """The responses the person oversees whose tracking has ended with something open, the oldest first."""
    found = ManagementResponse.objects.visible_to(user).filter(overseen_by(user))
    found = found.exclude(evaluation__state=EvaluationState.CANCELLED)
    past = Q(pk__in=[])
    for pk, rules in _profiles_in_use().items():
        last = last_report_date(rules.tracking_months, today)
        past |= Q(evaluation__profile=pk, evaluation__report_date__lte=last) & _something_open(rules)
    rows = found.filter(past).select_related("evaluation", "office").defer("overall_comment")
    return rows.order_by("evaluation__report_date", "pk")


def _profiles_in_use() -> dict[int, Profile]:
    used = ManagementResponse.objects.order_by().values("evaluation__profile").distinct()
    return {one.pk: one.rules for one in RuleProfile.objects.filter(pk__in=used)}


def _something_open(rules: Profile) -> Q:
    if rules.status_level == StatusLevel.RECOMMENDATION:
        return Q(Exists(open_answers().filter(response=OuterRef("pk"))))
    return Q(Exists(open_actions().filter(answer__response=OuterRef("pk")).order_by()))


def open_actions() -> KeyActionQuerySet:
    return KeyAction.objects.open().exclude(answer__decision=Decision.REJECTED)


def open_answers() -> RecommendationResponseQuerySet:
    return RecommendationResponse.objects.present().filter(closed_as="").exclude(decision=Decision.REJECTED)


def listed(responses: Iterable[ManagementResponse]) -> list[Ended]:
    """These responses with what is open of each: three queries."""
    shown = list(responses)
    rules = rules_of(one.evaluation.profile_id for one in shown)
    by_action: list[int] = []
    by_answer: list[int] = []
    for one in shown:
        level = rules[one.evaluation.profile_id].status_level
        (by_answer if level == StatusLevel.RECOMMENDATION else by_action).append(one.pk)
    actions = open_actions().filter(answer__response__in=by_action).with_place()
    answers = open_answers().filter(response__in=by_answer).select_related("recommendation")
    found: dict[int, list[Open]] = {one.pk: [] for one in shown}
    profile = {one.pk: rules[one.evaluation.profile_id] for one in shown}
    order = ("answer__recommendation__order", "answer__recommendation", "order", "pk")
    for action in actions.select_related("answer__recommendation").order_by(*order):
        response = action.answer.response_id
        found[response].append(_open(action, profile[response]))
    for answer in answers.order_by("recommendation__order", "pk"):
        found[answer.response_id].append(_open(answer, profile[answer.response_id]))
    return [
        Ended(one, ended_on(one.evaluation.report_date, profile[one.pk]), found[one.pk])
        for one in shown
        if one.evaluation.report_date
    ]


def _open(subject: Subject, rules: Profile) -> Open:
    written = subject.text if isinstance(subject, KeyAction) else subject.recommendation.text
    status = badges.of_subject(rules, subject)
    place: int = getattr(subject, "place", 0)
    return Open(subject, number(subject, place), text.to_plain(written), status)


def named(user: User, keys: Iterable[str]) -> list[Subject]:
    """The open ones that a form names and the person oversees, by response: two queries."""
    wanted: dict[str, set[int]] = {ACTION: set(), ANSWER: set()}
    for key in list(keys)[:AT_ONCE]:
        kind, _dot, pk = key.partition(".")
        if kind in wanted and pk.isdecimal() and len(pk) < 19:
            wanted[kind].add(int(pk))
    mine = ManagementResponse.objects.visible_to(user).filter(overseen_by(user)).values("pk")
    related = ("response__evaluation__profile", "response__office", "recommendation")
    actions = open_actions().filter(pk__in=wanted[ACTION], answer__response__in=mine)
    answers = open_answers().filter(pk__in=wanted[ANSWER], response__in=mine)
    found: list[Subject] = [
        *actions.with_place().select_related(*(f"answer__{one}" for one in related)),
        *answers.select_related(*related),
    ]
    return sorted(found, key=lambda one: (response_of(one).pk, one.pk))


def lines(chosen: Iterable[Subject]) -> list[tuple[ManagementResponse, Open]]:
    """Those chosen, each with its response, to be read once more."""
    return [(response_of(one), _open(one, response_of(one).evaluation.profile.rules)) for one in chosen]
