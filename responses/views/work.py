"""My work: the first page after sign-in."""

from datetime import datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaltrack.web import AuthedRequest, signed_in
from recommendations.permissions import may_enter
from responses import approvals, clearance, drafting, history, orphans, replies, work

DAYS_BACK = {"yesterday": 1, "week": 7}


@require_safe
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    matrices = work.matrices_of(user, today)
    period = request.GET.get("changes", "yesterday")
    days = DAYS_BACK.get(period, 1)
    since = timezone.make_aware(datetime.combine(today - timedelta(days=days), time.min))
    context = {
        "today": today,
        "clearing": clearance.waiting_for(user, today),
        "approvals": approvals.waiting_for(user, today),
        "work": work.work_of(user, today, whole=request.GET.get("all", "")),
        "drafting": drafting.drafts_of(user),
        "matrices": matrices,
        "oversight": work.oversight_of(user, today, besides=matrices),
        "keeps_order": orphans.keeps_order(user),
        "handing_over": work.handed_over_by(user, today),
        "changes": history.recent(user, since),
        "period": period if period in DAYS_BACK else "yesterday",
        "may_enter": may_enter(user),
        "replies": replies.waiting_for(user).count(),
    }
    return render(request, "work/home.html", context)
