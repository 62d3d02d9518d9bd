"""Key actions: promising, dating, naming who, ordering, removing and bringing back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit, deadlines, responsible
from evaltrack.changes import change
from evaltrack.deadlines import Deadline
from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.ordering import place
from responses.answers import check
from responses.models import ActionParty, KeyAction, RecommendationResponse

DEADLINE_COLUMNS = ("deadline_text", "deadline_kind", "deadline_start", "deadline_due")


def _lock(answer: RecommendationResponse) -> RecommendationResponse:
    return RecommendationResponse.objects.select_for_update().get(pk=answer.pk)


def _siblings(action: KeyAction) -> list[KeyAction]:
    return list(KeyAction.objects.present().filter(answer=action.answer_id))


def _require_text(text: str) -> None:
    if not text.strip():
        raise Refused(_("A key action needs a text. To take it out of the matrix, remove it."))


def _check_allowed(answer: RecommendationResponse) -> None:
    """A rejected recommendation has no actions (the caller holds the lock on the answer)."""
    rule = answer.response.evaluation.profile.rules.decision(answer.decision)
    if rule and not rule.allows_actions:
        raise Refused(
            _(
                "Recommendation %(number)s is rejected, so it can have no key actions. "
                "Change the decision first."
            )
            % {"number": answer.recommendation.number}
        )


@transaction.atomic
def add(
    answer: RecommendationResponse,
    *,
    by: User | None,
    text: str,
    after: KeyAction | None = None,
    **fields: Any,
) -> KeyAction:
    """Add a key action after another one, or at the end.

    Raises PermissionDenied, Refused without a text or under a rejected recommendation.
    """
    check(by, answer.response, answer.recommendation_id)
    _require_text(text)
    _check_allowed(_lock(answer))
    present = list(KeyAction.objects.present().filter(answer=answer))
    action = KeyAction.objects.create(answer=answer, text=text, order=len(present) + 1, **fields)
    if after:
        place(action, present, [one.pk for one in present].index(after.pk) + 1)
    if action.check_on is None and action.deadline is None:
        _date(action, None)
    audit.record("added", action, by=by, parent=answer.response.evaluation, changes={"text": ("", text)})
    return action


@transaction.atomic
def amend(action: KeyAction, *, by: User | None, text: str) -> None:
    """Change the wording."""
    check(by, action.answer.response, action.answer.recommendation_id)
    _require_text(text)
    change(action, by=by, parent=action.answer.response.evaluation, text=text)


def _date(action: KeyAction, value: Deadline | None) -> None:
    response = action.answer.response
    months = response.evaluation.profile.rules.reminders.check_every_months
    action.deadline = value
    action.check_on = deadlines.check_on(
        value or Deadline(""), issued=response.issued_on, every_months=months
    )
    action.save(update_fields=[*DEADLINE_COLUMNS, "check_on"])


@transaction.atomic
def set_deadline(action: KeyAction, text: str, *, by: User | None) -> None:
    """Set the time frame as written; what it means is read from it, and kept beside it."""
    value = deadlines.read(text, issued=action.answer.response.issued_on) if text.strip() else None
    put_deadline(action, value, by=by)


@transaction.atomic
def put_deadline(action: KeyAction, value: Deadline | None, *, by: User | None) -> None:
    """Set a deadline that is already understood (an import, the API)."""
    check(by, action.answer.response, action.answer.recommendation_id)
    before = action.deadline
    if before == value:
        return
    _date(action, value)
    changes = {"deadline": (before.text if before else "", value.text if value else "")}
    audit.record("changed", action, by=by, parent=action.answer.response.evaluation, changes=changes)


@transaction.atomic
def set_responsible(action: KeyAction, text: str, *, by: User | None) -> None:
    """Set who is responsible as written; the parties are read from it and matched with people and offices."""
    check(by, action.answer.response, action.answer.recommendation_id)
    if not change(action, by=by, parent=action.answer.response.evaluation, responsible_text=text.strip()):
        return
    action.parties.all().delete()
    ActionParty.objects.bulk_create(
        ActionParty(action=action, order=order, **fields)
        for order, fields in enumerate(responsible.understood(text), start=1)
    )


@transaction.atomic
def move(action: KeyAction, position: int, *, by: User | None) -> None:
    """Put it at a position (from 0) among the actions of its recommendation."""
    check(by, action.answer.response, action.answer.recommendation_id)
    _lock(action.answer)
    present = _siblings(action)
    before = [one.pk for one in present].index(action.pk)
    ordered = place(action, present, position)
    after = [one.pk for one in ordered].index(action.pk)
    if before != after:
        changes = {"position": (before + 1, after + 1)}
        audit.record("moved", action, by=by, parent=action.answer.response.evaluation, changes=changes)


@transaction.atomic
def duplicate(action: KeyAction, *, by: User | None) -> KeyAction:
    """A copy right after it: text, deadline and responsible, without progress."""
    made = add(action.answer, by=by, text=action.text, after=action)
    put_deadline(made, action.deadline, by=by)
    set_responsible(made, action.responsible_text, by=by)
    return made


@transaction.atomic
def remove(action: KeyAction, *, by: User | None, now: datetime) -> None:
    """Take it out of the matrix; ``restore`` brings it back with its progress."""
    check(by, action.answer.response, action.answer.recommendation_id)
    change(action, by=by, verb="removed", parent=action.answer.response.evaluation, removed_at=now)


@transaction.atomic
def restore(action: KeyAction, *, by: User | None) -> None:
    check(by, action.answer.response, action.answer.recommendation_id)
    _check_allowed(_lock(action.answer))
    change(action, by=by, verb="restored", parent=action.answer.response.evaluation, removed_at=None)
