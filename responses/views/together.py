"""Working on one matrix together: who drafts what, who is here, and how far it is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, came_from, require, signed_in
from responses import drafting, presence
from responses.permissions import access
from responses.sheet import Sheet
from responses.views.matrix import context, response_or_404, view_of, viewing


@require_POST
@signed_in
def assign(request: AuthedRequest, pk: int) -> HttpResponse:
    """Ask people to draft the recommendations that ``numbers`` names, such as "1-4, 7"."""
    response = response_or_404(request.user, pk)
    require(access(request.user, response).respond, _("Only who coordinates the response assigns drafters."))
    numbers, who = request.POST.get("numbers", ""), request.POST.get("who", "")
    back = came_from(request, reverse("matrix", args=[pk]))
    try:
        wanted = drafting.numbered(list(response.evaluation.recommendations.present()), numbers)
        made = drafting.assign(response, wanted, who, by=request.user, now=timezone.now())
    except Refused as refusal:
        sheet = Sheet(response_or_404(request.user, pk), request.user)
        refused = {"sentence": str(refusal), "numbers": numbers, "who": who}
        more = context(sheet, sheet.blocks(), refused_drafters=refused, **viewing(sheet, ""))
        return render(request, "matrix/page.html", more, status=422)
    count = len({drafter.answer_id for drafter in made})
    if count:
        sentence = ngettext(
            "Given to draft: %(count)d recommendation. Those asked are told.",
            "Given to draft: %(count)d recommendations. Those asked are told.",
            count,
        )
        messages.success(request, sentence % {"count": count})
    else:
        messages.info(request, _("They draft these recommendations already."))
    return redirect(back)


@require_POST
@signed_in
def here(request: AuthedRequest, pk: int) -> HttpResponse:
    """A page says that it is open, and hears who else is there and what became of the response since."""
    response = response_or_404(request.user, pk)
    now = timezone.now()
    presence.seen(response, request.user, now=now)
    told = {
        "others": presence.others(response, request.user, now=now),
        "news": presence.news(response, request.POST.get("moment", "")),
    }
    return render(request, "matrix/_present.html", told)


@require_GET
@signed_in
def todo(request: AuthedRequest, pk: int) -> HttpResponse:
    """How far the matrix is: what the bar above it shows anew when something was saved."""
    sheet = Sheet(response_or_404(request.user, pk), request.user)
    return render(request, "matrix/_todo.html", context(sheet, [], **viewing(sheet, view_of(request, sheet))))
