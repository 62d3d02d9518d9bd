"""Who drafts which answers: giving recommendations to people, roles and offices, and taking them back."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit, responsible
from evaltrack.errors import Refused
from evaltrack.models import Membership, User
from evaltrack.notifications import tell
from evaltrack.roles import Role
from recommendations.choices import EvaluationState
from recommendations.models import Recommendation
from responses import audiences, kinds
from responses.choices import ResponseState
from responses.models import Drafter, ManagementResponse, RecommendationResponse
from responses.permissions import access, party_of
from responses.wording import lock

_RANGE = re.compile(r"\s*(?P<first>[^\s–-]+)\s*[–-]\s*(?P<last>[^\s–-]+)\s*")


# Giving and taking back ----------------------------------------------------------------------------------


@transaction.atomic
def assign(
    response: ManagementResponse,
    recommendations: Collection[Recommendation],
    text: str,
    *,
    by: User | None,
    now: datetime,
) -> list[Drafter]:
    """Ask those whom the text names to draft the answers to these recommendations, and tell them.

    Who drafts one already stays as they are. Raises PermissionDenied, and Refused for whom nobody would be
    reached by. The number of statements does not grow with the recommendations.
    """
    _check(by, response)
    if not recommendations:
        raise Refused(_("Say which recommendations, such as 1-4, 7."))
    parties = _parties(response, text)
    answers = _answers(response, recommendations)
    made, entries = [], []
    for answer in answers:
        before = list(answer.drafters.all())
        there = {_who(one) for one in before}
        new = [
            Drafter(answer=answer, **{**party, "order": place})
            for place, party in enumerate(parties, start=len(before) + 1)
            if _who(Drafter(**party)) not in there
        ]
        if new:
            made += new
            entries.append(_entry("assigned", answer, before, [*before, *new], by=by))
    Drafter.objects.bulk_create(made)
    audit.record_many(entries)
    _tell_asked(response, made, by=by, now=now)
    return made


@transaction.atomic
def unassign(drafter: Drafter, *, by: User | None, now: datetime) -> None:
    """Take a recommendation back from whoever was to draft it, and tell them."""
    response = drafter.answer.response
    _check(by, response)
    there = list(drafter.answer.drafters.order_by("order", "pk"))
    if drafter not in there:
        return
    asked = Drafter.objects.filter(pk=drafter.pk)
    people = list(audiences.behind(asked))
    left = [one for one in there if one != drafter]
    audit.record_many([_entry("unassigned", drafter.answer, there, left, by=by)])
    number = drafter.answer.recommendation.number or drafter.answer.recommendation.order
    tell(
        people,
        kinds.RECOMMENDATION_ASSIGNED,
        key=f"unassigned.{drafter.pk}",
        about=f"drafter.{drafter.pk}",
        text=lambda: (
            _("You are no longer asked to draft the answer to recommendation %(number)s of %(name)s.")
            % {"number": number, "name": response.evaluation.name}
        ),
        url=reverse("matrix", args=[response.pk]),
        now=now,
        by=by,
    )
    asked.delete()


def _check(by: User | None, response: ManagementResponse) -> None:
    lock(response)
    if by and not access(by, response).respond:
        raise PermissionDenied


def _parties(response: ManagementResponse, text: str) -> list[dict[str, Any]]:
    """The parties of the text, each of whom someone is reached by. Raises Refused, saying who is not."""
    parties = responsible.understood(text)
    if not parties:
        raise Refused(_("Say who is to draft: a person, a role at an office, or an office."))
    evaluators = set(response.evaluation.evaluators.values_list("pk", flat=True))
    for party in parties:
        if sentence := _unreached(party, evaluators):
            raise Refused(sentence % {"name": party["name"]})
    return parties


def _unreached(party: dict[str, Any], evaluators: Collection[int]) -> str:
    person, office, role = party["person"], party["office"], party["role"]
    if person is None and office is None:
        return _(
            "EvalTrack does not know “%(name)s”, so nobody would be told. Choose one of the names that are"
            " proposed while you type, or ask an administrator for an account."
        )
    if role == Role.EVALUATOR or (person and person.pk in evaluators):
        return _("%(name)s: an evaluator does not draft management’s answer.")
    if office is None:
        return ""
    held = Membership.objects.current(timezone.localdate()).filter(office=office, role=role)
    if role and not held.exists():
        return _("Nobody holds that role there: %(name)s. Name a person instead.")
    if not role and office.focal_point_id is None:
        return _("%(name)s has no focal point who would be told. Name a person, or a role there.")
    return ""


def _answers(
    response: ManagementResponse, recommendations: Collection[Recommendation]
) -> list[RecommendationResponse]:
    """The answers to them, made where there are none yet, in the order of the matrix."""
    RecommendationResponse.objects.bulk_create(
        [RecommendationResponse(response=response, recommendation=one) for one in recommendations],
        ignore_conflicts=True,
    )
    rows = RecommendationResponse.objects.filter(response=response, recommendation__in=recommendations)
    related = rows.select_related("response", "recommendation__evaluation").prefetch_related("drafters")
    return list(related.order_by("recommendation__order", "recommendation"))


def _who(drafter: Drafter) -> tuple[int | None, int | None, str]:
    return drafter.person_id, drafter.office_id, drafter.role


def _entry(
    verb: str,
    answer: RecommendationResponse,
    before: Sequence[Drafter],
    after: Sequence[Drafter],
    *,
    by: User | None,
) -> Any:
    names = ", ".join(str(one) for one in before), ", ".join(str(one) for one in after)
    parent = answer.recommendation.evaluation
    return audit.entry(verb, answer, by=by, parent=parent, changes={"drafters": names})


def _tell_asked(
    response: ManagementResponse, made: Sequence[Drafter], *, by: User | None, now: datetime
) -> None:
    """Tell each whom they were asked to draft what; parties with the same recommendations at once."""
    given: dict[tuple[int | None, int | None, str], list[Drafter]] = {}
    for drafter in made:
        given.setdefault(_who(drafter), []).append(drafter)
    alike: dict[tuple[int, ...], list[int]] = {}
    for drafters in given.values():
        keys = tuple(drafter.answer.recommendation_id for drafter in drafters)
        alike.setdefault(keys, []).append(drafters[0].pk)
    everything = list(response.evaluation.recommendations.present())
    for keys, drafters_of_them in alike.items():
        numbers = in_ranges(everything, keys)
        count = len(keys)
        tell(
            audiences.behind(Drafter.objects.filter(pk__in=drafters_of_them)),
            kinds.RECOMMENDATION_ASSIGNED,
            key=f"assigned.{response.pk}.{now.isoformat()}",
            about=f"assigned.{response.pk}.{now.isoformat()}",
            text=lambda numbers=numbers, count=count: (
                ngettext(  # type: ignore[misc]
                    "You are asked to draft the answer to recommendation %(numbers)s of %(name)s.",
                    "You are asked to draft the answers to recommendations %(numbers)s of %(name)s.",
                    count,
                )
                % {"numbers": numbers, "name": response.evaluation.name}
            ),
            url=f"{reverse('matrix', args=[response.pk])}?show=mine",
            now=now,
            by=by,
        )


# Numbers of recommendations ------------------------------------------------------------------------------


def numbered(recommendations: Sequence[Recommendation], text: str) -> list[Recommendation]:
    """Those that a text such as "1-4, 7" names, out of the matrix in its order. Raises Refused."""
    places = {_number(one): place for place, one in enumerate(recommendations)}
    wanted: set[int] = set()
    for piece in filter(None, (piece.strip() for piece in re.split(r"[,;\n]", text))):
        between = _RANGE.fullmatch(piece)
        first, last = between.group("first", "last") if between and piece not in places else (piece, piece)
        unknown = [number for number in (first, last) if number not in places]
        if unknown:
            raise Refused(
                _("There is no recommendation %(number)s. Write the numbers as the matrix has them: 1-4, 7.")
                % {"number": unknown[0]}
            )
        begin, end = sorted((places[first], places[last]))
        wanted.update(range(begin, end + 1))
    return [recommendations[place] for place in sorted(wanted)]


def in_ranges(recommendations: Iterable[Recommendation], keys: Collection[int]) -> str:
    """The numbers of those with these ids as people write them: "1-4, 7"."""
    runs: list[list[str]] = []
    follows = False
    for one in recommendations:
        if one.pk in keys:
            if not follows:
                runs.append([])
            runs[-1].append(_number(one))
        follows = one.pk in keys
    return ", ".join("-".join([run[0], run[-1]]) if len(run) > 2 else ", ".join(run) for run in runs)


def _number(one: Recommendation) -> str:
    return one.number or str(one.order)


# What waits for a drafter --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drafting:
    """The recommendations of one response that a person is asked to draft."""

    response: ManagementResponse
    numbers: str
    count: int
    unanswered: int


def drafts_of(user: User) -> list[Drafting]:
    """What waits for the person to draft, the soonest due first: one query."""
    own = Drafter.objects.filter(party_of(user)).values("answer")
    rows = (
        RecommendationResponse.objects.present()
        .filter(pk__in=own, response__state__in=(ResponseState.DRAFTING, ResponseState.RETURNED))
        .exclude(response__evaluation__state=EvaluationState.CANCELLED)
        .select_related("response__evaluation", "response__office", "recommendation")
        .defer("narrative", "response__overall_comment", "recommendation__text", "recommendation__rationale")
        .order_by("response__due_on", "response", "recommendation__order", "recommendation")
    )
    found: dict[int, list[RecommendationResponse]] = {}
    for answer in rows:
        found.setdefault(answer.response_id, []).append(answer)
    return [
        Drafting(
            response=own_answers[0].response,
            numbers=", ".join(_number(answer.recommendation) for answer in own_answers),
            count=len(own_answers),
            unanswered=sum(1 for answer in own_answers if not answer.decision),
        )
        for own_answers in found.values()
    ]
