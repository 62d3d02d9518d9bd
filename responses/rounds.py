"""Rounds: opened for one response or many, each lead asked once, extended, and closed as a snapshot.

What a round is opened for stands in the database at once; its leads are then asked, and its matrices closed,
some at a time. Whoever does so may be killed at any moment: what is still to be done is found again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import Notification, User
from evaltrack.zones import local_day
from responses import round_answers, round_candidates, round_news, snapshots
from responses.choices import SnapshotKind
from responses.models import ManagementResponse, Question, Reminder, Round, RoundMatrix, Snapshot
from responses.permissions import overseen_by
from responses.recipients import AddressBook
from responses.round_candidates import Asked, Candidate

AT_ONCE = 20  # matrices; more are left to a task
LOT = 25  # matrices asked in one transaction
LONGEST_NOTE = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening a round: its matrices, and the responses that were left out with the reason."""

    round: Round
    matrices: list[RoundMatrix]
    left_out: list[Candidate]


# Opening -------------------------------------------------------------------------------------------------


@transaction.atomic
def open(
    responses: Collection[int],
    name: str,
    *,
    by: User | None,
    now: datetime,
    today: date,
    due_on: date | None = None,
    note: str = "",
) -> Opened:
    """Open a round for these responses (ids); those it cannot be opened for are left out.

    Without ``due_on`` each has as many weeks as its profile says. The leads are asked by :func:`ask`. Raises
    PermissionDenied unless the person oversees all of them; Refused where none is left, the name could be
    that of a version, or the day is over.
    """
    name = round_candidates.name_of(name)
    rows = _locked(responses, by)
    if due_on and due_on < today:
        raise Refused(_("Answers cannot be due before today. Choose a later day."))
    found = round_candidates.candidates(rows, name, book=AddressBook(now=now), today=today)
    chosen = [one.response for one in found if not one.left_out]
    left_out = [one for one in found if one.left_out]
    if not chosen:
        raise Refused(_nothing_left(left_out))
    rules = round_candidates.rules_of(chosen)
    due = {
        one.pk: due_on or today + timedelta(weeks=rules[one.evaluation.profile_id].round_weeks)
        for one in chosen
    }
    round_ = Round.objects.create(
        name=name, due_on=max(due.values()), note=note.strip()[:LONGEST_NOTE], opened_by=by, opened_at=now
    )
    matrices = RoundMatrix.objects.bulk_create(
        RoundMatrix(round=round_, response=one, name=name, due_on=due[one.pk]) for one in chosen
    )
    audit.record_many(
        audit.entry(
            "round_opened",
            one.response,
            by=by,
            parent=one.response.evaluation,
            changes={"round": ("", name), "due_on": (None, one.due_on)},
        )
        for one in matrices
    )
    return Opened(round_, matrices, left_out)


def _locked(responses: Collection[int], by: User | None) -> list[ManagementResponse]:
    """The responses in the order of their keys, so that no two who open rounds wait for each other."""
    rows = ManagementResponse.objects.filter(pk__in=responses).order_by("pk")
    if by and rows.filter(overseen_by(by)).count() != len(set(responses)):
        raise PermissionDenied
    locked = rows.select_for_update(no_key=True, of=("self",))
    return list(locked.select_related("evaluation", "office"))


def _nothing_left(left_out: Sequence[Candidate]) -> str:
    reasons = list(dict.fromkeys(one.reason for one in left_out))
    if not reasons:
        return _("Choose at least one evaluation.")
    return _("No round is opened. %(reasons)s.") % {"reasons": ". ".join(reasons)}


def ask(*, now: datetime, of: Round | None = None) -> int:
    """Ask the leads of each matrix that is still to be asked, of one round or of all; how many matrices."""
    book, done = None, 0
    while _to_ask(of).exists():
        book = book or AddressBook(now=now)
        asked = _ask_some(book, now, of)
        if not asked:
            break  # another worker has the rest
        done += asked
    return done


def _to_ask(of: Round | None) -> QuerySet[RoundMatrix]:
    waiting = RoundMatrix.objects.open().filter(asked_at=None).order_by("pk")
    return waiting.filter(round=of) if of else waiting


@transaction.atomic
def _ask_some(book: AddressBook, now: datetime, of: Round | None) -> int:
    """A lot in a number of statements that does not grow with its key actions."""
    locked = _to_ask(of).select_for_update(skip_locked=True, no_key=True, of=("self",))
    matrices = list(
        locked.select_related("round__opened_by", "response__evaluation", "response__office")[:LOT]
    )
    responses = [one.response for one in matrices]
    asked = round_candidates.asks(responses, round_candidates.rules_of(responses), book)
    by_response = {one.response_id: one for one in matrices}
    put(((by_response[one.response], one) for one in asked), book, now)
    RoundMatrix.objects.filter(pk__in=[one.pk for one in matrices]).update(asked_at=now)
    for matrix in matrices:
        own = [one for one in asked if one.response == matrix.response_id]
        round_news.opened(
            matrix,
            subjects=len(own),
            people=len(frozenset[int]().union(*(one.people for one in own))),
            by=matrix.round.opened_by,
            now=now,
        )
    return len(matrices)


def put(asked: Iterable[tuple[RoundMatrix, Asked]], book: AddressBook, now: datetime) -> None:
    """Write the questions, and the reminders that carry them into the daily digest: two statements."""
    questions, reminders = [], []
    for matrix, one in asked:
        asked_of: list[int | None] = [*sorted(one.people)] or [None]
        for person in asked_of:
            questions.append(
                Question(
                    matrix=matrix, action_id=one.action, answer_id=one.answer, person_id=person, asked_at=now
                )
            )
            if one.action and person:
                reminders.append(
                    Reminder(
                        action_id=one.action,
                        occasion=Reminder.Occasion.ROUND,
                        due_for=book.people[person].today,
                        deadline=one.deadline,
                        recipient_id=person,
                        planned_at=now,
                    )
                )
    Question.objects.bulk_create(questions, ignore_conflicts=True)
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)


# While it is open ----------------------------------------------------------------------------------------


@transaction.atomic
def extend(
    matrices: "QuerySet[RoundMatrix]",
    until: date,
    reason: str,
    *,
    by: User | None,
    now: datetime,
    today: date,
) -> int:
    """Give the matrices that are open more time; how many those were.

    Those who have not answered are told. Raises PermissionDenied, and Refused where it changes nothing.
    """
    rows = _locked_matrices(matrices, by)
    reason = reason.strip()
    longer = [one for one in rows if one.closed_at is None and one.due_on < until]
    if until < today:
        raise Refused(_("Choose a day that is not over yet."))
    if not longer:
        latest = max((one.due_on for one in rows if one.closed_at is None), default=None)
        if latest is None:
            raise Refused(_("The round is closed. What was frozen stays as it is."))
        raise Refused(
            _("Answers are due on %(day)s already. Choose a later day.") % {"day": date_format(latest)}
        )
    if not reason:
        raise Refused(_("Say in a sentence why more time is needed."))
    audit.record_many(
        audit.entry(
            "round_extended",
            one.response,
            by=by,
            parent=one.response.evaluation,
            changes={"round": ("", one.name), "due_on": (one.due_on, until), "reason": ("", reason)},
        )
        for one in longer
    )
    RoundMatrix.objects.filter(pk__in=[one.pk for one in longer]).update(due_on=until)
    waiting = round_answers.unanswered([one.pk for one in longer], AddressBook(now=now))
    for round_ in {one.round_id: one.round for one in longer}.values():
        own = {one.pk for one in longer if one.round_id == round_.pk}
        if round_.due_on < until:
            Round.objects.filter(pk=round_.pk).update(due_on=until)
        people = frozenset[int]().union(*(one.people for one in waiting if one.matrix in own))
        told = User.objects.filter(pk__in=people).order_by("pk")
        round_news.extended(round_, told, until, reason, by=by, now=now)
    return len(longer)


@transaction.atomic
def remind(
    matrices: "QuerySet[RoundMatrix]", *, by: User, now: datetime, person: int | None = None
) -> list[User]:
    """Remind those who have not answered in these matrices of one round, or one of them; who was reminded.

    Each once a day. Raises PermissionDenied, and Refused where there is nobody to remind.
    """
    rows = [one for one in _locked_matrices(matrices, by) if one.closed_at is None]
    waiting = round_answers.unanswered([one.pk for one in rows], AddressBook(now=now))
    to_remind = {pk for one in waiting for pk in one.people if person in (None, pk)}
    if not rows or not to_remind:
        raise Refused(_("Nobody is left to remind: all who could be asked have answered."))
    round_ = Round.objects.select_for_update(no_key=True).get(pk=rows[0].round_id)
    day = local_day(now, by.time_zone)
    key = round_news.reminder_key(round_, day)
    told = Notification.objects.filter(key=key, person__in=to_remind).values_list("person", flat=True)
    people = list(User.objects.filter(pk__in=to_remind - set(told), is_active=True).order_by("name", "pk"))
    if not people:
        raise Refused(_("They were reminded today already. Each is reminded once a day at most."))
    round_news.reminded(round_, people, max(one.due_on for one in rows), by=by, now=now, day=day)
    names = {one.pk: one.name for one in people}
    reached = {one.matrix: one.people for one in waiting}
    for one in waiting:
        reached[one.matrix] |= one.people
    audit.record_many(
        audit.entry(
            "round_reminded",
            one.response,
            by=by,
            parent=one.response.evaluation,
            changes={
                "round": ("", one.name),
                "people": ("", [names[pk] for pk in names if pk in reached[one.pk]]),
            },
        )
        for one in rows
        if names.keys() & reached.get(one.pk, frozenset())
    )
    return people


def _locked_matrices(matrices: "QuerySet[RoundMatrix]", by: User | None) -> list[RoundMatrix]:
    keys = set(matrices.order_by().values_list("pk", flat=True))
    rows = RoundMatrix.objects.filter(pk__in=keys)
    if by:
        mine = ManagementResponse.objects.filter(overseen_by(by)).values("pk")
        if rows.filter(response__in=mine).count() != len(keys):
            raise PermissionDenied
    locked = rows.order_by("response", "pk").select_for_update(no_key=True, of=("self",))
    return list(locked.select_related("round", "response__evaluation", "response__office"))


# Closing -------------------------------------------------------------------------------------------------


@transaction.atomic
def close(matrices: "QuerySet[RoundMatrix]", *, by: User | None, now: datetime) -> int:
    """Say that these matrices are to be closed; how many. :func:`freeze` closes them, some at a time.

    A round that is closed is not opened again: what it says was said to others. Raises PermissionDenied, and
    Refused where all of them are closed already.
    """
    rows = [one for one in _locked_matrices(matrices, by) if one.closed_at is None and not one.closing_at]
    if not rows:
        raise Refused(_("This is closed already. What was frozen stays as it is."))
    RoundMatrix.objects.filter(pk__in=[one.pk for one in rows]).update(closing_at=now, closed_by=by)
    return len(rows)


def freeze(*, now: datetime, of: Round | None = None) -> int:
    """Close every matrix that is to be closed, of one round or of all, each by itself; how many."""
    waiting = RoundMatrix.objects.open().exclude(closing_at=None).order_by("pk")
    if of:
        waiting = waiting.filter(round=of)
    return sum(_freeze(pk, response, now) for pk, response in waiting.values_list("pk", "response"))


@transaction.atomic
def _freeze(pk: int, response: int, now: datetime) -> bool:
    """Take the snapshot of one matrix: what is reported from now on belongs to no round, or the next."""
    ManagementResponse.objects.select_for_update(no_key=True).get(pk=response)
    rows = RoundMatrix.objects.open().filter(pk=pk).select_for_update(no_key=True, of=("self",))
    matrix = rows.select_related("round", "closed_by", "response__office").first()
    if matrix is None:
        return False
    matrix.response = _fresh(response)
    asked, not_reported = round_answers.missing(matrix)
    holding = _holding(matrix.response)
    taken = snapshots.take(
        matrix.response,
        SnapshotKind.ROUND,
        submission=holding.submission if holding else 0,
        now=now,
        by=matrix.closed_by,
        cleared_by=snapshots.clearings_of(holding) if holding else (),
        round=matrix.name,
    )
    matrix.closed_at, matrix.snapshot = now, taken
    matrix.asked, matrix.not_reported = asked, not_reported
    matrix.asked_at = matrix.asked_at or now
    matrix.save(update_fields=["closed_at", "snapshot", "asked", "not_reported", "asked_at"])
    audit.record(
        "round_closed",
        matrix.response,
        by=matrix.closed_by,
        parent=matrix.response.evaluation,
        changes={
            "round": ("", matrix.name),
            "snapshot": ("", taken.sha256),
            "cleared_by": ("", taken.cleared_by),
            "asked": (None, asked),
            "not_reported": ("", not_reported),
        },
    )
    round_news.closed(matrix, by=matrix.closed_by, now=now)
    return True


def _fresh(pk: int) -> ManagementResponse:
    return ManagementResponse.objects.select_related("evaluation__profile", "office").get(pk=pk)


def _holding(response: ManagementResponse) -> Snapshot | None:
    """The cleared version whose wording the matrix has; none while another version is being written."""
    if response.state not in round_candidates.CLEARED:
        return None
    return snapshots.cleared(response, response.version)
