"""Reporting progress: each report is a new update, the latest one is how things stand."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack import audit, deadlines
from evaltrack.changes import change
from evaltrack.deadlines import Kind
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.choices import CommonStatus
from recommendations.profiles import Profile
from responses import closing, evidence, postponing
from responses.choices import Channel, ClosedAs
from responses.closing import settle
from responses.evidence import Attachment
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from responses.permissions import access
from responses.subjects import Subject, response_of

__all__ = ["Subject", "correct", "drop", "latest", "may_report", "report", "response_of", "settle"]


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
    attachments: Sequence[Attachment] = (),
    expected: str = "",
    expected_reason: str = "",
    reason_code: str = "",
    reason: str = "",
) -> ProgressUpdate:
    """Add a progress update for a key action or a recommendation.

    A report that names no status leaves it as it was, and one that names no round counts for the one that is
    open. ``attachments`` are its evidence. ``expected`` is when it is expected now, and asks for that
    deadline. Who says that it is dropped says why: ``reason_code`` from the profile's list, and a sentence
    (``reason``, else the comment).

    Raises PermissionDenied; Refused for a status or round the profile does not know, a day in the future, an
    update that says nothing, or what closing and postponing refuse.
    """
    if by and not may_report(by, subject):
        raise PermissionDenied
    response = response_of(subject)
    rules = response.evaluation.profile.rules
    if not any(text.strip() for text in (status, comment, done, next_step, status_text, expected)):
        raise Refused(_("Choose a status or say in a sentence how it stands."))
    if by and as_of > timezone.localdate(now):
        raise Refused(_("Progress is reported as of today or an earlier day, not in the future."))
    closing.hold(subject)
    round = round or (_open_round(response) if by else "")
    _check_words(rules, response, status=status, round=round)
    if by:
        _check_goes_on(subject, rules, status)
        evidence.check(subject, rules, status, attachments)
        status = status or ("" if status_text else _as_it_was(subject, round))
    drops = bool(by) and rules.common(status) == CommonStatus.DROPPED
    if drops:
        _check_is_latest(subject, as_of)
        closing.dropping(subject, rules, reason_code, reason or comment)
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
    evidence.attach(update, attachments, by=by, now=now)
    said = {"status": status, "comment": comment, "done": done, "next_step": next_step}
    changes = {name: ("", text) for name, text in said.items() if text or name in ("status", "comment")}
    audit.record("reported", subject, by=by, parent=response.evaluation, changes=changes)
    if drops and by:
        closing.ask(subject, update, by=by, now=now, code=reason_code, reason=reason or comment)
    settle(subject)
    closing.overtaken(subject, now=now)
    if isinstance(subject, KeyAction):
        _ask_later(subject, rules, as_of)
        if expected.strip() and by:
            postponing.ask(
                subject, expected, by=by, now=now, reason=expected_reason or comment, update=update
            )
    return update


def drop(
    subject: Subject, *, by: User, now: datetime, as_of: date, reason_code: str, reason: str,
    channel: Channel = Channel.PAGE,
) -> ProgressUpdate:  # fmt: skip
    """Report that it is no longer done, with the profile's own word for that. Raises as ``report``."""
    rules = response_of(subject).evaluation.profile.rules
    words = [one.code for one in rules.statuses if one.common == CommonStatus.DROPPED]
    if not words:
        raise Refused(_("This organisation has no status for what is no longer done."))
    return report(
        subject, by=by, now=now, as_of=as_of, status=words[0], comment=reason, reason_code=reason_code,
        reason=reason, channel=channel,
    )  # fmt: skip


def _open_round(response: ManagementResponse) -> str:
    """The name of the one round that is open for the response; "" where there is none, or several."""
    names = list(response.rounds.filter(closed_at=None).values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


def _as_it_was(subject: Subject, round: str) -> str:
    """The status to carry on, of a recommendation within its round."""
    before = latest(subject, round) if isinstance(subject, RecommendationResponse) else latest(subject)
    return before.status if before else ""


def _check_goes_on(subject: Subject, rules: Profile, status: str) -> None:
    """What was closed without being done is reopened with a reason, not reported away."""
    if subject.closed_as not in (ClosedAs.DROPPED, ClosedAs.NOT_IMPLEMENTED):
        return
    if status and rules.common(status) != subject.common_status:
        raise Refused(
            _(
                "It was closed on %(day)s: %(closed)s. Who coordinates the response, or oversees it, can"
                " reopen it; then its status can be reported again."
            )
            % {
                "day": date_format(subject.closed_on) if subject.closed_on else "",
                "closed": ClosedAs(subject.closed_as).label,
            }
        )


def _check_is_latest(subject: Subject, as_of: date) -> None:
    if subject.reported_on and subject.reported_on > as_of:
        raise Refused(
            _("There is a report as of %(day)s already. What is dropped is dropped as of that day or later.")
            % {"day": date_format(subject.reported_on)}
        )


def runs_until(subject: Subject, as_of: date) -> date | None:
    """The end of what goes on until a day ("continue ..."), where that day is still to come."""
    if not isinstance(subject, KeyAction) or subject.deadline_kind not in (Kind.CONTINUOUS, Kind.PERIOD):
        return None
    due: date | None = subject.deadline_due
    return due if due and due > as_of else None


def _check_words(rules: Profile, response: ManagementResponse, *, status: str, round: str) -> None:
    if status and rules.status(status) is None:
        known = ", ".join(one.code for one in rules.statuses)
        raise Refused(
            _("“%(status)s” is not a status here. Choose one of: %(known)s.")
            % {"status": status, "known": known}
        )
    if not round:
        return
    matrix = response.rounds.filter(name=round).first()
    if matrix is None and round not in [one.name for one in rules.rounds]:
        raise Refused(_("“%(round)s” is not a round of this profile.") % {"round": round})
    if matrix and matrix.closed_at:
        raise Refused(
            _("The round “%(round)s” is closed: what was reported in it stays as it is.") % {"round": round}
        )


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
    closing.hold(subject)
    _check_words(rules, response, status=status, round=update.round)
    meant = {rules.common(status), rules.common(update.status)}
    if status != update.status and CommonStatus.DROPPED in meant:
        raise Refused(_("What is dropped, or no longer is, takes a report of its own, with the reason."))
    if change(update, by=by, verb="corrected", parent=response.evaluation, status=status, comment=comment):
        settle(subject)
