"""Closing what was not done, and opening it again: with a reason, approved where it need be, never silently.

What was reported as completed is closed by the report. What was reported as dropped is closed once that is
approved; until then, and where it is refused, it stays open. What is still open when tracking ends is closed
as not implemented by those who oversee it.
"""

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import audit, notifications
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.choices import CommonStatus
from recommendations.profiles import Profile
from responses import approvals, audiences, kinds
from responses.choices import CLOSES, ClosedAs, RequestState
from responses.models import Closure, KeyAction, ProgressUpdate, RecommendationResponse
from responses.permissions import Access, access
from responses.subjects import Subject, address, named, response_of
from responses.wording import lock

VERBS: dict[str, str] = {
    RequestState.APPROVED: "closed",
    RequestState.REFUSED: "refused_to_close",
    RequestState.WITHDRAWN: "withdrew_closing",
}
COLUMNS = ("status", "common_status", "reported_on", "closed_as", "closed_on")
UNDONE = (ClosedAs.DROPPED, ClosedAs.NOT_IMPLEMENTED)


def hold(subject: Subject) -> None:
    """Lock it after its response, and bring it up to date."""
    lock(response_of(subject))
    rows: Any = type(subject)._default_manager.select_for_update()
    subject.refresh_from_db(fields=[*COLUMNS], from_queryset=rows)


# What is kept --------------------------------------------------------------------------------------------


def settle(subject: Subject) -> None:
    """Bring what is kept on the subject in line with its updates and with what was decided on closing it.

    The latest update that names a status says how it stands. Dropped counts only where it was not refused and
    does not wait; until then ``common_status`` is that of the report before.
    """
    rules = response_of(subject).evaluation.profile.rules
    updates = list(subject.updates.order_by("-as_of", "-pk"))
    said = [one for one in updates if one.status]
    latest = rules.common(said[0].status) if said else ""
    run = list(itertools.takewhile(lambda one: rules.common(one.status) == latest, said))
    closures = list(subject.closures.order_by("-asked_at", "-pk"))
    common = latest
    if common == CommonStatus.DROPPED and not _counts(run, closures):
        common = rules.common(said[len(run)].status) if len(said) > len(run) else ""
        run = []
    subject.status = said[0].status if said else ""
    subject.common_status = common
    subject.reported_on = updates[0].as_of if updates else None
    subject.closed_as = CLOSES.get(common, "") if run else ""
    # Closed is what it became with the first of the reports in a row that say so.
    subject.closed_on = run[-1].as_of if subject.closed_as else None
    ended = next((one for one in closures if _ended(one)), None)
    if ended and ended.decided_at:
        subject.closed_as = ClosedAs.NOT_IMPLEMENTED
        subject.closed_on = timezone.localdate(ended.decided_at)
    subject.save(update_fields=[*COLUMNS])


def _counts(run: Sequence[ProgressUpdate], closures: Iterable[Closure]) -> bool:
    """Whether dropping is approved; what an imported document says was asked of nobody, and counts."""
    keys = {one.pk for one in run}
    asked = [one for one in closures if one.update_id in keys]
    return not asked or any(one.state == RequestState.APPROVED and one.reopened_at is None for one in asked)


def _ended(closure: Closure) -> bool:
    return (
        closure.closed_as == ClosedAs.NOT_IMPLEMENTED
        and closure.state == RequestState.APPROVED
        and closure.reopened_at is None
    )


# Dropping ------------------------------------------------------------------------------------------------


def waiting(subject: Subject) -> Closure | None:
    """What was asked for and nobody has decided."""
    return subject.closures.filter(state=RequestState.WAITING).select_related("asked_by").first()


def dropping(subject: Subject, rules: Profile, code: str, reason: str) -> None:
    """Raises Refused where a report may not say that it is dropped (the caller holds the lock)."""
    if subject.closed_as == ClosedAs.DROPPED or waiting(subject):
        return
    if rules.drop_reason(code) is None:
        known = ", ".join(one.code for one in rules.drop_reasons)
        if code:
            raise Refused(
                _("“%(code)s” is not on the list of reasons. Choose one of: %(known)s.")
                % {"code": code, "known": known}
            )
        raise Refused(_("Choose on its own page why it is no longer done, and say so in a sentence."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why it is no longer done."))


def ask(
    subject: Subject, update: ProgressUpdate, *, by: User, now: datetime, code: str, reason: str
) -> Closure | None:
    """Ask to close it as the update says; where nobody need approve that, it is closed at once.

    None where it is closed so already, or that was asked for (the caller has called ``dropping``).
    """
    if subject.closed_as == ClosedAs.DROPPED or waiting(subject):
        return None
    response = response_of(subject)
    closure = _closure(subject, ClosedAs.DROPPED, by=by, now=now, code=code, reason=reason)
    closure.update = update
    role = approvals.role_for(closure)
    people = approvals.approvers(response, role, by) if role else []
    if not people:
        closure.state, closure.decided_at = RequestState.APPROVED, now
    closure.save()
    verb = "asked_to_close" if people else "closed"
    _record(verb, closure, by)
    if people:
        approvals.tell_approvers(closure, people, lambda: _wanted_in_words(closure))
    else:
        approvals.tell_decided(closure, lambda: _decided_in_words(closure))
    return closure


def _closure(
    subject: Subject, as_: ClosedAs, *, by: User | None, now: datetime, code: str, reason: str
) -> Closure:
    return Closure(
        action=subject if isinstance(subject, KeyAction) else None,
        answer=subject if isinstance(subject, RecommendationResponse) else None,
        closed_as=as_,
        reason_code=code,
        reason=reason.strip(),
        asked_by=by,
        asked_at=now,
    )


def _record(verb: str, closure: Closure, by: User | None) -> None:
    subject = closure.subject
    changes = {
        "closed_as": ("", closure.closed_as),
        "reason_code": ("", closure.reason_code),
        "reason": ("", closure.reason),
    }
    changes = {name: values for name, values in changes.items() if values[1]}
    audit.record(verb, subject, by=by, parent=response_of(subject).evaluation, changes=changes)


@transaction.atomic
def decide(closure: Closure, state: RequestState, *, by: User, now: datetime, comment: str = "") -> Closure:
    """Approve, refuse or withdraw it. A refusal leaves the report as it is and the action open.

    Raises PermissionDenied; Refused where someone was quicker.
    """
    hold(closure.subject)
    found = approvals.decide(closure, state, by=by, now=now, comment=comment, verbs=VERBS)
    settle(found.subject)
    if state != RequestState.WITHDRAWN:
        approvals.tell_decided(found, lambda: _decided_in_words(found))
    return found


def overtaken(subject: Subject, *, now: datetime) -> None:
    """A later report says that it goes on: what was asked for is no longer wanted."""
    asked = waiting(subject)
    rules = response_of(subject).evaluation.profile.rules
    if asked and rules.common(subject.status) != CommonStatus.DROPPED:
        asked.state, asked.decided_at = RequestState.WITHDRAWN, now
        asked.decision = _("A later report says that it goes on.")
        asked.save(update_fields=["state", "decided_at", "decision"])


# At the end of tracking ----------------------------------------------------------------------------------


@transaction.atomic
def close(subject: Subject, *, by: User | None, now: datetime, reason: str, code: str = "") -> Closure:
    """Close what is still open as not implemented. Raises PermissionDenied but for who oversees; Refused."""
    response = response_of(subject)
    if by and not access(by, response).oversee:
        raise PermissionDenied
    hold(subject)
    if subject.closed_as or (isinstance(subject, KeyAction) and subject.is_closed):
        raise Refused(_("%(about)s is closed already.") % {"about": _begin(named(subject))})
    if not reason.strip():
        raise Refused(_("Say in a sentence why it is closed without being done."))
    if code and response.evaluation.profile.rules.drop_reason(code) is None:
        raise Refused(_("“%(code)s” is not on the list of reasons.") % {"code": code})
    asked = waiting(subject)
    if asked:
        asked.state, asked.decided_by, asked.decided_at = RequestState.WITHDRAWN, by, now
        asked.decision = _("It was closed as not implemented.")
        asked.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    closure = _closure(subject, ClosedAs.NOT_IMPLEMENTED, by=by, now=now, code=code, reason=reason)
    closure.state, closure.decided_by, closure.decided_at = RequestState.APPROVED, by, now
    closure.save()
    settle(subject)
    _record("closed", closure, by)
    _tell(subject, closure.reason, by=by, now=now, key=f"closure.{closure.pk}/closed", opened=False)
    return closure


# Opening again -------------------------------------------------------------------------------------------


def may_reopen(allowed: Access) -> bool:
    return allowed.oversee or allowed.coordinates


@transaction.atomic
def reopen(subject: Subject, *, by: User | None, now: datetime, reason: str) -> None:
    """Open again what is completed, dropped or closed as not implemented; what was said before stays.

    Where the last report says that it is over, a new one says that it goes on. Raises PermissionDenied,
    Refused.
    """
    response = response_of(subject)
    if by and not may_reopen(access(by, response)):
        raise PermissionDenied
    hold(subject)
    if not subject.closed_as:
        raise Refused(_("It is open: there is nothing to reopen."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why it is reopened."))
    before = subject.closed_as
    closed = subject.closures.filter(state=RequestState.APPROVED, reopened_at=None)
    closed.update(reopened_by=by, reopened_at=now, reopening=reason.strip())
    rules = response.evaluation.profile.rules
    if rules.common(subject.status) in CLOSES:
        _report_open(subject, rules, by=by, now=now, reason=reason)
    settle(subject)
    changes = {"closed_as": (before, ""), "reason": ("", reason.strip())}
    audit.record("reopened", subject, by=by, parent=response.evaluation, changes=changes)
    key = f"{subject._meta.model_name}.{subject.pk}/reopened/{now.isoformat()}"
    _tell(subject, reason.strip(), by=by, now=now, key=key, opened=True)


def _report_open(subject: Subject, rules: Profile, *, by: User | None, now: datetime, reason: str) -> None:
    """The first status of the profile that says work goes on, else that it has not begun."""
    going_on = [one.code for one in rules.statuses if one.common == CommonStatus.IN_PROGRESS]
    waiting_for = [one.code for one in rules.statuses if one.common == CommonStatus.NOT_STARTED]
    last = subject.updates.order_by("-as_of").values_list("as_of", flat=True).first()
    today = timezone.localdate(now)
    ProgressUpdate.objects.create(
        action=subject if isinstance(subject, KeyAction) else None,
        answer=subject if isinstance(subject, RecommendationResponse) else None,
        as_of=max(today, last or today),
        status=next(iter(going_on + waiting_for), ""),
        comment=reason.strip(),
        reported_by=by,
        reported_at=now,
    )


# Words ---------------------------------------------------------------------------------------------------


def _tell(subject: Subject, reason: str, *, by: User | None, now: datetime, key: str, opened: bool) -> None:
    def words() -> str:
        about = {"about": _begin(named(subject))}
        if opened:
            return _("%(about)s is open again.") % about
        return _("%(about)s is closed: not implemented.") % about

    notifications.tell(
        [*audiences.responsible_for(subject), *audiences.coordinator(response_of(subject))],
        kinds.CLOSED_OR_REOPENED,
        key=key,
        about=f"{subject._meta.model_name}.{subject.pk}",
        text=words,
        detail=reason,
        url=address(subject),
        now=now,
        by=by,
    )


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]


def _wanted_in_words(closure: Closure) -> str:
    words = _("%(person)s asks to close %(about)s without its being done.")
    return words % {"person": closure.asked_by or _("EvalTrack"), "about": named(closure.subject)}


def _decided_in_words(closure: Closure) -> str:
    about = {"about": _begin(named(closure.subject))}
    if closure.state == RequestState.APPROVED:
        return _("%(about)s is closed: it is no longer to be done.") % about
    return _("%(about)s is not closed: the request is refused, and it stays open.") % about
