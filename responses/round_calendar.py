"""Rounds by the calendar of the profile: opened when their time has come, proposed for closing, followed.

What is due follows from dates and from what was done before, not from when a job ran: after days without one
the next run opens what is due, once.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from evaltrack import deadlines
from evaltrack.errors import Refused
from evaltrack.models import Notification, User
from recommendations import profiles
from recommendations.choices import OVER, OWING
from recommendations.models import Evaluation, RuleProfile
from recommendations.profiles import Profile
from responses import audiences, round_answers, round_candidates, round_news, rounds
from responses.choices import Channel
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, Question, RoundMatrix
from responses.recipients import AddressBook
from responses.reminders import to_remind_of
from responses.round_candidates import Asked

RESPONSES_AT_ONCE = 500


@dataclass(slots=True)
class Kept:
    """What a run did: matrices for which a round was opened, proposals made, questions passed on."""

    opened: int = 0
    proposed: int = 0
    passed_on: int = 0


def under_way(rules: Profile, issued: date | None, today: date) -> profiles.Round | None:
    """The latest round of the profile whose time has come, counted from the day the report was issued."""
    if issued is None:
        return None
    begun = [one for one in rules.rounds if deadlines.months_after(issued, one.months) <= today]
    return max(begun, key=lambda one: one.months, default=None)


def keep(*, now: datetime, today: date | None = None) -> Kept:
    """Open the rounds that are due, propose what is to be closed, and pass questions on to new leads."""
    today = today or timezone.localdate(now, timezone.get_default_timezone())
    kept = Kept()
    for name, responses in _due(today):
        kept.opened += _open(responses, name, now=now, today=today)
    kept.proposed = _propose_closing(now, today) + _propose_ends(now, today)
    kept.passed_on = pass_on(now=now)
    return kept


# Opening -------------------------------------------------------------------------------------------------


def _due(today: date) -> Iterator[tuple[str, list[int]]]:
    """The names of the rounds whose time has come, and the responses (ids) that were not in them yet.

    Of several whose time has come only the latest: it stands for those before it.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for response, rules in _followed():
        round_ = under_way(rules, round_candidates.issued_on(response), today)
        if round_:
            found[round_.name].append(response.pk)
    for name, responses in sorted(found.items()):
        held = set(
            RoundMatrix.objects.filter(name=name, response__in=responses).values_list("response", flat=True)
        )
        held |= _imported(name, responses)
        if left := [pk for pk in responses if pk not in held]:
            yield name, left


def _followed() -> Iterator[tuple[ManagementResponse, Profile]]:
    """The responses that were cleared once, of evaluations that are not over, whose profile has rounds."""
    rules = {
        one.pk: one.rules
        for one in RuleProfile.objects.filter(evaluations__responses__isnull=False).distinct()
    }
    with_rounds = [pk for pk, profile in rules.items() if profile.rounds]
    rows = ManagementResponse.objects.filter(
        round_candidates.of_given(), evaluation__state__in=OWING, evaluation__profile__in=with_rounds
    )
    for one in rows.select_related("evaluation").defer("overall_comment").order_by("pk").iterator():
        yield one, rules[one.evaluation.profile_id]


def _imported(name: str, responses: list[int]) -> set[int]:
    """Those whose imported matrix says how things stood in that round: it was held before EvalTrack."""
    updates = ProgressUpdate.objects.filter(round=name, channel=Channel.IMPORT)
    held: set[int] = set()
    for path in ("answer__response", "action__answer__response"):
        held |= set(updates.filter(**{f"{path}__in": responses}).values_list(path, flat=True))
    return held


def _open(responses: list[int], name: str, *, now: datetime, today: date) -> int:
    """Those that are left out today are looked at again tomorrow: their last action may be reopened."""
    try:
        return len(rounds.open(responses, name, by=None, now=now, today=today).matrices)
    except Refused:
        return 0


# Proposing -----------------------------------------------------------------------------------------------


def _propose_closing(now: datetime, today: date) -> int:
    """Tell who opened a round, else who oversees its evaluations, that its day is over: once for each day."""
    over = RoundMatrix.objects.open().filter(due_on__lt=today, closing_at=None)
    late: dict[tuple[int, date], list[RoundMatrix]] = defaultdict(list)
    for one in over.select_related("round__opened_by").order_by("round", "due_on", "pk"):
        late[one.round_id, one.due_on].append(one)
    told = set(
        Notification.objects.filter(
            key__in=[f"round.{round_}/due/{due_on}" for round_, due_on in late]
        ).values_list("key", flat=True)
    )
    proposed = 0
    for (round_, due_on), matrices in late.items():
        if f"round.{round_}/due/{due_on}" in told:
            continue
        opener = matrices[0].round.opened_by
        people = [opener] if opener and opener.is_active else _overseers(matrices)
        round_news.due(matrices[0].round, due_on, people, matrices=len(matrices), now=now)
        proposed += 1
    return proposed


def _overseers(matrices: list[RoundMatrix]) -> list[User]:
    of = Evaluation.objects.filter(responses__rounds__in=matrices).distinct()
    found = {person.pk: person for one in of for person in audiences.overseers(one)}
    return list(found.values())


def _propose_ends(now: datetime, today: date) -> int:
    """Tell once that tracking has ended while key actions are open."""
    waiting = to_remind_of().filter(round_candidates.of_given("answer__response__"))
    counted = dict(waiting.order_by().values_list("answer__response").annotate(Count("pk")))
    told = {
        key.removeprefix("response.").removesuffix("/tracking_ended")
        for key in Notification.objects.filter(
            kind="tracking_ends", key__in=[f"response.{pk}/tracking_ended" for pk in counted]
        ).values_list("key", flat=True)
    }
    left = [pk for pk in counted if str(pk) not in told]
    rows = ManagementResponse.objects.filter(pk__in=left).select_related("evaluation", "office")
    rules = {one.pk: one.rules for one in RuleProfile.objects.all()}
    proposed = 0
    for response in rows.exclude(evaluation__state__in=OVER).order_by("pk"):
        ended = round_candidates.tracking_ends(response, rules[response.evaluation.profile_id])
        if ended and ended < today:
            round_news.tracking_ended(response, ended, actions=counted[response.pk], now=now)
            proposed += 1
    return proposed


# Changing hands ------------------------------------------------------------------------------------------


@transaction.atomic
def pass_on(*, now: datetime) -> int:
    """Ask those who lead now what somebody else was asked, or nobody could be; how many questions."""
    book = AddressBook(now=now)
    matrices = {
        one.pk: one
        for one in RoundMatrix.objects.open()
        .exclude(asked_at=None)
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True)
    }
    waiting = round_answers.unanswered(matrices, book)
    known = set(
        Question.objects.filter(matrix__in=matrices).values_list("matrix", "action", "answer", "person")
    )
    due = dict(
        KeyAction.objects.filter(pk__in=[one.action for one in waiting if one.action]).values_list(
            "pk", "deadline_due"
        )
    )
    found = []
    for one in waiting:
        new = frozenset(pk for pk in one.people if (one.matrix, one.action, one.answer, pk) not in known)
        if new:
            asked = Asked(one.response, one.action, one.answer, due.get(one.action or 0), new)
            found.append((matrices[one.matrix], asked))
    if found:
        rounds.put(found, book, now)
    return sum(len(asked.people) for _matrix, asked in found)
