"""The versions of a response, and any two of them side by side."""

from itertools import zip_longest

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.web import AuthedRequest, signed_in
from responses import comparison, exports, snapshots
from responses.comparison import NOW, Comparison, Version
from responses.models import ManagementResponse
from responses.views.matrix import as_file, pdf_unavailable, response_or_404


@require_safe
@signed_in
def versions(request: AuthedRequest, pk: int) -> HttpResponse:
    """The matrix as it stands and as it was frozen, each with its files."""
    response = response_or_404(request.user, pk)
    found = comparison.versions(response, with_matrix=True)
    sealed = snapshots.seals(response.pk)
    context = {
        "response": response,
        "has_rounds": any(one.is_of_round for one in found),
        "rows": [
            {
                "version": one,
                "before": before,
                "compare": _address(before, one) if before else "",
                "intact": one.snapshot and snapshots.is_intact(one.snapshot, sealed),
            }
            for one, before in zip_longest(found, found[1:])
        ],
        "crumbs": _crumbs(response, _("Versions")),
    }
    return render(request, "comparison/versions.html", context)


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
        chosen = asked_for(request, response, found, language=get_language() or "en")
        context |= {"comparison": chosen, "changes": chosen.page(request.GET.get("page"))}
    return render(request, "comparison/page.html", context)


@require_safe
@signed_in
def compare_pdf(request: AuthedRequest, pk: int) -> HttpResponse:
    """The same as a marked-up document, in the language of the matrix."""
    response = response_or_404(request.user, pk)
    found = comparison.versions(response)
    if len(found) == 1:
        raise Http404
    chosen = asked_for(request, response, found, language=response.evaluation.language)
    try:
        content = exports.compared(chosen, printed_on=timezone.localdate())
    except PdfUnavailableError as error:
        return pdf_unavailable(request, response, error)
    return as_file(content, f"{response.evaluation.reference}-{_('changes')}", "pdf")


def asked_for(
    request: AuthedRequest, response: ManagementResponse, found: list[Version], *, language: str
) -> Comparison:
    """The comparison that the address names; without names the latest snapshot with what there is now."""
    keys = request.GET.get("from") or found[1].key, request.GET.get("to") or NOW
    old, new = (comparison.version(response, key) for key in keys)
    if old is None or new is None:
        raise Http404
    return comparison.between(old, new, language=language, wording_only="wording" in request.GET)


def _address(old: Version, new: Version) -> str:
    asked = urlencode({"from": old.key, "to": new.key})
    return f"{reverse('comparison', args=[new.response.pk])}?{asked}"


def _crumbs(response: ManagementResponse, here: str) -> list[tuple[str, str]]:
    return [
        (_("Evaluations"), reverse("evaluations")),
        (response.evaluation.name, reverse("evaluation", args=[response.evaluation.pk])),
        (_("Matrix"), reverse("matrix", args=[response.pk])),
        (here, ""),
    ]
