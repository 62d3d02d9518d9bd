"""Asking for another deadline once the response is cleared: with a reason, and approved where it need be.

The first deadline stays with the action, and each change with who asked, why, and who decided.
"""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import audit, deadlines
from evaltrack.deadlines import Deadline
from evaltrack.errors import Refused
from evaltrack.models import User
from responses import approvals
from responses.choices import RequestState, ResponseState
from responses.models import DeadlineChange, KeyAction, ManagementResponse, ProgressUpdate
from responses.permissions import access
from responses.subjects import named
from responses.wording import lock

VERBS: dict[str, str] = {
    RequestState.APPROVED: "postponed",
    RequestState.REFUSED: "refused_to_postpone",
    RequestState.WITHDRAWN: "withdrew_postponing",
}
COLUMNS = ("deadline_text", "deadline_kind", "deadline_start", "deadline_due")
LONGEST = 300  # characters of a deadline


@transaction.atomic
def ask(
    action: KeyAction,
    text: str,
    *,
    by: User,
    now: datetime,
    reason: str,
    update: ProgressUpdate | None = None,
) -> DeadlineChange:
    """Ask for another deadline, as written; where nobody need approve it, it holds at once.

    Raises PermissionDenied; Refused with the way out.
    """
    response = action.answer.response
    if not access(by, response).may_report(action):
        raise PermissionDenied
    lock(response)
    _hold(action)
    today = timezone.localdate(now)
    wanted = _understood(text, today)
    _check(action, wanted, reason, today)
    change = DeadlineChange(action=action, update=update, reason=reason.strip(), asked_by=by, asked_at=now)
    change.before, change.after = action.deadline, wanted
    role = approvals.role_for(change)
    earlier = action.deadline_due is not None and wanted.due is not None and wanted.due < action.deadline_due
    people = approvals.approvers(response, role, by) if role and not earlier else []
    if not people:
        change.state, change.decided_at = RequestState.APPROVED, now
    change.save()
    changes = {"deadline": (action.deadline_text, wanted.text), "reason": ("", change.reason)}
    verb = "asked_to_postpone" if people else "postponed"
    audit.record(verb, action, by=by, parent=response.evaluation, changes=changes)
    if people:
        approvals.tell_approvers(change, people, lambda: _wanted_in_words(change))
    else:
        _apply(change, today)
        approvals.tell_decided(change, lambda: _decided_in_words(change))
    return change


def _hold(action: KeyAction) -> None:
    """Lock it, after its response, and bring it up to date."""
    fields = [*COLUMNS, "closed_as", "closed_on", "first_deadline_text", "first_due"]
    action.refresh_from_db(fields=fields, from_queryset=KeyAction.objects.select_for_update())


def _understood(text: str, today: date) -> Deadline:
    """ "In three months" counts from today: that is when it is said."""
    written = text.strip()
    wanted = deadlines.read(written, issued=today)
    if wanted.due is None or len(written) > LONGEST:
        raise Refused(
            _("“%(text)s” is not understood as a day. Write when it is expected now, such as 30 June 2027.")
            % {"text": written[:80]}
        )
    if wanted.due < today:
        raise Refused(_("“%(text)s” is over already. Choose a later day.") % {"text": written})
    return wanted


def _check(action: KeyAction, wanted: Deadline, reason: str, today: date) -> None:
    response = action.answer.response
    if action.is_closed:
        raise Refused(_("It is closed, so it has no deadline any more. Reopen it first."))
    if not response.is_cleared:
        raise Refused(
            _("The response is not cleared yet: until then its deadlines are changed in the matrix.")
        )
    if response.state == ResponseState.IN_CLEARANCE:
        raise Refused(
            _("The response is in clearance, so its deadlines stay as they are. Ask when that is over.")
        )
    if wanted.text == action.deadline_text or (action.deadline_due and wanted.due == action.deadline_due):
        raise Refused(_("That is its deadline already. Choose another day, or leave the field empty."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why the deadline changes."))
    waiting = DeadlineChange.objects.filter(action=action, state=RequestState.WAITING).first()
    if waiting:
        raise Refused(
            _("“%(text)s” was asked for already and waits for approval. Withdraw that first.")
            % {"text": waiting.after_text}
        )


def _apply(change: DeadlineChange, today: date) -> None:
    """The new deadline holds; what was promised first stays beside it."""
    action, rules = change.action, change.action.answer.response.evaluation.profile.rules
    if not action.first_deadline_text:
        first = change.before or change.after
        action.first_deadline_text, action.first_due = (first.text, first.due) if first else ("", None)
    action.deadline = change.after
    months = rules.reminders.check_every_months
    action.check_on = deadlines.check_on(change.after or Deadline(""), issued=today, every_months=months)
    action.save(update_fields=[*COLUMNS, "check_on", "first_deadline_text", "first_due"])


@transaction.atomic
def decide(
    change: DeadlineChange, state: RequestState, *, by: User, now: datetime, comment: str = ""
) -> DeadlineChange:
    """Approve, refuse or withdraw it.

    Raises PermissionDenied; Refused where someone was quicker, or the action stands differently now.
    """
    response = change.action.answer.response
    lock(response)
    _hold(change.action)
    if state == RequestState.APPROVED and response.state == ResponseState.IN_CLEARANCE:
        raise Refused(
            _("The response is in clearance, so its deadlines stay as they are. Decide when that is over.")
        )
    if state == RequestState.APPROVED and change.action.is_closed:
        raise Refused(_("It was closed in the meantime. Refuse the request, or have it withdrawn."))
    found = approvals.decide(change, state, by=by, now=now, comment=comment, verbs=VERBS)
    if state == RequestState.APPROVED:
        _apply(found, timezone.localdate(now))
    if state != RequestState.WITHDRAWN:
        approvals.tell_decided(found, lambda: _decided_in_words(found))
    return found


def keep_first(response: ManagementResponse) -> None:
    """Effect of a clearance: what is promised now for the first time is what lateness counts from."""
    actions = KeyAction.objects.filter(answer__response=response, removed_at=None, first_deadline_text="")
    actions.exclude(deadline_text="").update(
        first_deadline_text=F("deadline_text"), first_due=F("deadline_due")
    )


def is_open(action: KeyAction) -> bool:
    """Whether another deadline can be asked for now: one query."""
    response = action.answer.response
    if action.is_closed or not response.is_cleared or response.state == ResponseState.IN_CLEARANCE:
        return False
    return not DeadlineChange.objects.filter(action=action, state=RequestState.WAITING).exists()


# Words ---------------------------------------------------------------------------------------------------


def _wanted_in_words(change: DeadlineChange) -> str:
    words = _("%(person)s asks for another deadline of %(about)s: “%(after)s” instead of “%(before)s”.")
    return words % _values(change)


def _decided_in_words(change: DeadlineChange) -> str:
    words = (
        _("The deadline of %(about)s is now “%(after)s”; it was “%(before)s”.")
        if change.state == RequestState.APPROVED
        else _("“%(after)s” is refused as a deadline of %(about)s: it stays “%(before)s”.")
    )
    return words % _values(change)


def _values(change: DeadlineChange) -> dict[str, object]:
    return {
        "person": change.asked_by or _("EvalTrack"),
        "about": named(change.action),
        "before": change.before_text or "–",
        "after": change.after_text,
    }
