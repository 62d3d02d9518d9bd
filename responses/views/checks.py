"""The checks of a draft: a panel of the matrix page, fetched when it comes into view, and their own page."""

from itertools import islice

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.web import AuthedRequest, render_part, signed_in
from responses import checks
from responses.views.matrix import response_or_404

IN_PANEL = 60  # findings; the page shows them all


@require_safe
@signed_in
def response_checks(request: AuthedRequest, pk: int) -> HttpResponse:
    response = response_or_404(request.user, pk)
    found = checks.findings(response, timezone.localdate())
    mandatory = [one for one in found if one.mandatory]
    advice = [one for one in found if not one.mandatory]
    most = IN_PANEL if request.htmx else len(found)
    shown = list(islice((*mandatory, *advice), most))
    context = {
        "response": response,
        "mandatory": len(mandatory),
        "advice": len(advice),
        "parts": [
            (True, checks.grouped(one for one in shown if one.mandatory)),
            (False, checks.grouped(one for one in shown if not one.mandatory)),
        ],
        "more": len(found) - len(shown),
        "is_open": not request.htmx or "open" in request.GET,
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (response.evaluation.name, reverse("evaluation", args=[response.evaluation_id])),
            (_("Matrix"), reverse("matrix", args=[pk])),
            (_("Checks"), ""),
        ],
    }
    return render_part(request, "matrix/checks.html", "checks", context)
