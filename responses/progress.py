"""Reporting progress: each report is a new update, the latest one is how things stand."""

import itertools
from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import audit, deadlines
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.profiles import Profile
from responses.choices import CLOSES, Channel
from responses.models import KeyAction, ProgressUpdate, RecommendationResponse
from responses.permissions import access
from responses.subjects import Subject, response_of


def may_report(by: User, subject: Subject) -> bool:
    """On a recommendation whoever holds the permission at the office; on an action its parties as well."""
    allowed = access(by, response_of(subject))
    return allowed.may_report(subject) if isinstance(subject, KeyAction) else allowed.report


@transaction.atomic
def report(
    subject: Subject,
    *,
    by: User | None,
    now: datetime,
    as_of: date,
    status: str = "",
    comment: str = "",
    done: str = "",
    next_step: str = "",
    round: str = "",
    status_text: str = "",
    channel: Channel = Channel.PAGE,
    attachments: Sequence[object] = (),
    expected: str = "",
    expected_reason: str = "",
    reason_code: str = "",
    reason: str = "",
) -> ProgressUpdate:
    """Add a progress update for a key action or a recommendation.

    ``attachments`` are its evidence. ``expected`` is when it is expected now, and asks for that deadline.
    ``reason_code`` and ``reason`` say why it is dropped. Raises PermissionDenied; Refused for a status or
    round the profile does not know, a day in the future, or an update that says nothing.
    """
    if by and not may_report(by, subject):
        raise PermissionDenied
    rules = response_of(subject).evaluation.profile.rules
    _check_words(rules, status=status, round=round)
    if not any(text.strip() for text in (status, comment, done, next_step, status_text)):
        raise Refused(_("Choose a status or say in a sentence how it stands."))
    if by and as_of > timezone.localdate(now):
        raise Refused(_("Progress is reported as of today or an earlier day, not in the future."))
    type(subject)._default_manager.select_for_update().get(pk=subject.pk)
    update = ProgressUpdate.objects.create(
        action=subject if isinstance(subject, KeyAction) else None,
        answer=subject if isinstance(subject, RecommendationResponse) else None,
        round=round,
        as_of=as_of,
        status=status,
        status_text=status_text,
        comment=comment,
        done=done,
        next_step=next_step,
        channel=channel,
        reported_by=by,
        reported_at=now,
    )
    settle(subject)
    if isinstance(subject, KeyAction):
        _ask_later(subject, rules, as_of)
    changes = {"status": ("", status), "comment": ("", comment)}
    audit.record("reported", subject, by=by, parent=response_of(subject).evaluation, changes=changes)
    return update


def _check_words(rules: Profile, *, status: str, round: str) -> None:
    if status and rules.status(status) is None:
        known = ", ".join(one.code for one in rules.statuses)
        raise Refused(
            _("“%(status)s” is not a status here. Choose one of: %(known)s.")
            % {"status": status, "known": known}
        )
    if round and round not in [one.name for one in rules.rounds]:
        raise Refused(_("“%(round)s” is not a round of this profile.") % {"round": round})


def _ask_later(action: KeyAction, rules: Profile, as_of: date) -> None:
    """Who has just said how it stands is not asked again before the profile's rhythm says so."""
    if action.check_on is None:
        return
    again = deadlines.next_check(as_of, every_months=rules.reminders.check_every_months)
    if again > action.check_on:
        # Near its deadline the reminders of the deadline take over.
        action.check_on = None if action.deadline_due and again >= action.deadline_due else again
        action.save(update_fields=["check_on"])


def latest(subject: Subject, round: str = "") -> ProgressUpdate | None:
    """The newest update, of one round where a name is given."""
    updates = subject.updates.filter(round=round) if round else subject.updates.all()
    return updates.order_by("-as_of", "-pk").first()


@transaction.atomic
def correct(update: ProgressUpdate, *, by: User, status: str, comment: str) -> None:
    """Change an update just made; what it said before stays in the history.

    Raises PermissionDenied for anyone but its author, Refused like ``report``.
    """
    subject = update.action or update.answer
    if subject is None or update.reported_by_id != by.pk or not may_report(by, subject):
        raise PermissionDenied
    response = response_of(subject)
    rules = response.evaluation.profile.rules
    _check_words(rules, status=status, round=update.round)
    if change(update, by=by, verb="corrected", parent=response.evaluation, status=status, comment=comment):
        settle(subject)


def settle(subject: Subject) -> None:
    """Bring what is kept on the subject in line with its updates."""
    rules = response_of(subject).evaluation.profile.rules
    updates = list(subject.updates.order_by("-as_of", "-pk").values_list("status", "as_of"))
    latest_status, reported_on = updates[0] if updates else ("", None)
    common = rules.common(latest_status)
    subject.status, subject.common_status, subject.reported_on = latest_status, common, reported_on
    subject.closed_as = CLOSES.get(common, "")
    # Completed is what it became with the first of the reports in a row that say so.
    run = itertools.takewhile(lambda row: rules.common(row[0]) == common, updates)
    subject.closed_on = [as_of for _status, as_of in run][-1] if subject.closed_as else None
    subject.save(update_fields=["status", "common_status", "reported_on", "closed_as", "closed_on"])
