"""The versions of a response, and any two of them side by side."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.web import AuthedRequest, signed_in
from responses import comparison
from responses.comparison import NOW, Comparison, Version
from responses.models import ManagementResponse
from responses.views.matrix import response_or_404


@require_safe
@signed_in
def compare(request: AuthedRequest, pk: int) -> HttpResponse:
    """Two versions side by side: ``?from=`` and ``?to=`` are labels of snapshots, or "now"."""
    response = response_or_404(request.user, pk)
    found = comparison.versions(response)
    context = {
        "response": response,
        "versions": found,
        "comparison": None,
        "crumbs": _crumbs(response, _("Compare versions")),
    }
    if len(found) > 1:
        chosen = asked_for(request, response, found)
        context |= {"comparison": chosen, "changes": chosen.page(request.GET.get("page"))}
    return render(request, "comparison/page.html", context)


def asked_for(request: AuthedRequest, response: ManagementResponse, found: list[Version]) -> Comparison:
    """The comparison that the address names; without names the latest snapshot with what there is now."""
    keys = request.GET.get("from") or found[1].key, request.GET.get("to") or NOW
    old, new = (comparison.version(response, key) for key in keys)
    if old is None or new is None:
        raise Http404
    return comparison.between(
        old, new, language=get_language() or "en", wording_only="wording" in request.GET
    )


def _crumbs(response: ManagementResponse, here: str) -> list[tuple[str, str]]:
    return [
        (_("Evaluations"), reverse("evaluations")),
        (response.evaluation.name, reverse("evaluation", args=[response.evaluation.pk])),
        (_("Matrix"), reverse("matrix", args=[response.pk])),
        (here, ""),
    ]
