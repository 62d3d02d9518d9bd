"""What waits for one's approval, and deciding it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack import text
from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, came_from, get_or_404, signed_in
from responses import approvals, closing, follow_up, postponing, subjects
from responses.approvals import CLOSURE_RELATED, DEADLINE_RELATED, Waiting
from responses.choices import RequestState
from responses.models import Closure, DeadlineChange, KeyAction
from responses.permissions import oversees
from responses.subjects import response_of

DECISIONS = {
    "approve": RequestState.APPROVED,
    "refuse": RequestState.REFUSED,
    "withdraw": RequestState.WITHDRAWN,
}


@require_safe
@signed_in
def waiting(request: AuthedRequest) -> HttpResponse:
    return _show(request)


def _show(request: AuthedRequest, wrong: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page; ``wrong`` names a decision that was refused, why, and the comment that was typed."""
    user, today = request.user, timezone.localdate()
    to_decide, asked = approvals.waiting_for(user, today), approvals.asked_by(user, today)
    places = _places([*to_decide, *asked])
    context = {
        "to_decide": [_row(one, places, wrong) for one in to_decide],
        "asked": [_row(one, places) for one in asked],
        "oversees": oversees(user),
    }
    return render(request, "follow_up/approvals.html", context, status=status)


def _places(rows: list[Waiting]) -> dict[int, int]:
    """The position of each key action among those of its recommendation: one query."""
    keys = [one.asked.action_id for one in rows if one.asked.action_id]
    actions: Any = KeyAction.objects.filter(pk__in=keys).with_place()
    return dict(actions.values_list("pk", "place"))


def _row(one: Waiting, places: dict[int, int], wrong: dict[str, Any] | None = None) -> dict[str, Any]:
    asked, subject = one.asked, one.asked.subject
    rules = response_of(subject).evaluation.profile.rules
    about = subject if isinstance(subject, KeyAction) else subject.recommendation
    return {
        "kind": one.kind,
        "asked": asked,
        "days": one.days,
        "text": text.to_plain(about.text),
        "number": subjects.number(subject, places.get(subject.pk, 1)),
        "url": subjects.address(subject),
        "evaluation": response_of(subject).evaluation,
        "why": follow_up.why(asked, rules),
        "wrong": wrong if wrong and (wrong["kind"], wrong["pk"]) == (one.kind, asked.pk) else None,
    }


@require_POST
@signed_in
def decide_deadline(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = DeadlineChange.objects.visible_to(request.user).present().select_related(*DEADLINE_RELATED)
    return _decide(request, get_or_404(rows, pk=pk))


@require_POST
@signed_in
def decide_closure(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = Closure.objects.visible_to(request.user).present().select_related(*CLOSURE_RELATED)
    return _decide(request, get_or_404(rows, pk=pk))


def _decide(request: AuthedRequest, asked: DeadlineChange | Closure) -> HttpResponse:
    state = DECISIONS.get(request.POST.get("do", ""))
    comment = request.POST.get("comment", "")[:5000]
    if state is None:
        messages.error(request, _("Choose whether to approve or to refuse it."))
        return redirect("approvals")
    now = timezone.localtime()
    try:
        if isinstance(asked, DeadlineChange):
            postponing.decide(asked, state, by=request.user, now=now, comment=comment)
        else:
            closing.decide(asked, state, by=request.user, now=now, comment=comment)
    except Refused as refusal:
        if state == RequestState.WITHDRAWN:
            messages.error(request, str(refusal))
            return redirect(came_from(request, subjects.address(asked.subject)))
        kind = Waiting(asked, 0).kind
        wrong = {"kind": kind, "pk": asked.pk, "error": str(refusal), "comment": comment}
        return _show(request, wrong, status=422)
    messages.success(request, f"{state.label}.")
    return redirect(came_from(request, "/approvals/"))
