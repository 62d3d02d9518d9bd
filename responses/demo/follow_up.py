"""What was put off, dropped and closed: decided long ago, and one request that waits for today's reader."""

from datetime import timedelta

from django.utils import timezone

from evaltrack import audit, deadlines
from evaltrack.errors import Refused
from evaltrack.models import Part, User
from responses import approvals, closing, postponing, progress
from responses.choices import RequestState
from responses.demo.moments import Moments
from responses.models import Closure, KeyAction

LEAD = "bran.teferi-lowe@example.org"
PUT_OFF = (
    (25, 60, "The road to the eastern sites was closed for five weeks."),
    (4, 120, "Seven motors without serial plates have to be traced through their delivery notes."),
)
DROPPED = (3, "no_longer_relevant", "The county has taken this over with the new water act.")


def make(moments: Moments) -> None:
    _decide_what_waits(moments)
    lead = User.objects.get(email=LEAD)
    mine = KeyAction.objects.open().filter(
        parties__person=lead, parties__part=Part.LEAD, deadline_due__gte=moments.today
    )
    cleared = [one for one in mine.select_related("answer__response") if one.answer.response.is_cleared]
    if len(cleared) > 1:
        _put_off(cleared[0], lead, moments)
        _ask_to_drop(cleared[1], lead, moments)


def _decide_what_waits(moments: Moments) -> None:
    """What the texts tell as dropped was approved two days later."""
    waiting = Closure.objects.filter(state=RequestState.WAITING).order_by("pk")
    for closure in waiting.select_related(*approvals.CLOSURE_RELATED):
        posts = approvals.Posts([approvals.role_for(closure)], moments.today)
        deciding = posts.deciding(closure)
        if deciding:
            now = closure.asked_at + timedelta(days=2)
            with audit.one_click(), audit.at(now):
                by = User.objects.get(pk=min(deciding))
                closing.decide(
                    closure, RequestState.APPROVED, by=by, now=now, comment="Seen in the last report as well."
                )


def _put_off(action: KeyAction, lead: User, moments: Moments) -> None:
    for ago, later, reason in PUT_OFF:
        with moments.written(ago) as now:
            language = action.answer.response.evaluation.language
            day = deadlines.from_date(moments.today + timedelta(days=later), language)
            try:
                postponing.ask(action, day.text, by=lead, now=now, reason=reason)
            except Refused:  # it is promised for that day already
                continue


def _ask_to_drop(action: KeyAction, lead: User, moments: Moments) -> None:
    ago, code, reason = DROPPED
    with moments.written(ago) as now:
        progress.drop(
            action, by=lead, now=now, as_of=timezone.localdate(now), reason_code=code, reason=reason
        )
