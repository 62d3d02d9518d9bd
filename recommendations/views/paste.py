"""Entering recommendations: a pasted list or row by row, looked over and mended before anything is saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, came_from, get_or_404, require, signed_in
from recommendations import drafts
from recommendations.drafts import MOST, Draft
from recommendations.forms import PasteForm, draft_formset, drafts_posted, posted_formset
from recommendations.models import Evaluation
from recommendations.permissions import may_edit_recommendations
from recommendations.views import rows


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def paste(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(Evaluation.objects.visible_to(request.user).select_related("profile"), pk=pk)
    require(
        may_edit_recommendations(request.user, found),
        _("The recommendations are entered by the evaluators and by those who keep the evaluation’s record."),
    )
    do = request.POST.get("do", "")
    if request.method == "POST" and do == "read":
        return _read(request, found)
    if request.method == "POST" and do == "save":
        return _save(request, found)
    if request.method == "POST":
        return _mend(request, found)
    if "rows" in request.GET:
        return preview(request, found, draft_formset([Draft()] * 3, found.profile.rules))
    return show(request, found, {"form": PasteForm()})


def show(
    request: AuthedRequest, found: Evaluation, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    back = reverse("evaluation", args=[found.pk])
    then = came_from(request, back)
    context |= {
        "evaluation": found,
        "present": found.recommendations.present().count(),
        "next": then,
        "action": reverse("recommendations_paste", args=[found.pk]),
        "start_again": f"{reverse('recommendations_paste', args=[found.pk])}?{urlencode({'next': then})}",
        "step": 2 if then == reverse("response_new", args=[found.pk]) else None,
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (found.name, back),
            (_("Enter the recommendations"), ""),
        ],
    }
    return render(request, "evaluations/recommendations.html", context, status=status)


def preview(
    request: AuthedRequest, found: Evaluation, formset: Any, error: str = "", *, at: int = -1
) -> HttpResponse:
    """The rows to look over; ``error`` is told at the row ``at``, or above all of them."""
    context = {"formset": formset, "error": error, "error_at": at}
    return show(request, found, context, 422 if error else 200)


# What the buttons do -------------------------------------------------------------------------------------


def _read(request: AuthedRequest, found: Evaluation) -> HttpResponse:
    """The pasted text as rows."""
    form = PasteForm(request.POST)
    if form.is_valid():
        rules = found.profile.rules
        read = drafts.read(form.cleaned_data["text"], rules)
        if 0 < len(read) <= MOST:
            return preview(request, found, draft_formset(read, rules))
        form.add_error(
            "text",
            _("%(count)d recommendations were found; at most %(most)d can be read at once. Paste less.")
            % {"count": len(read), "most": MOST}
            if read
            else _(
                "No recommendation was found here. Paste them with their numbers, or enter them one by one."
            ),
        )
    return show(request, found, {"form": form}, status=422)


def _mend(request: AuthedRequest, found: Evaluation) -> HttpResponse:
    """The rows with one merged, parted or added."""
    mended, error, at = rows.mended(request.POST)
    return preview(request, found, draft_formset(mended, found.profile.rules), error, at=at)


def _save(request: AuthedRequest, found: Evaluation) -> HttpResponse:
    formset = posted_formset(request.POST, found.profile.rules)
    seen = request.POST.get("present", "")
    if not formset.is_valid():
        return preview(request, found, formset, _("Some rows cannot be saved yet; they are marked below."))
    try:
        added = drafts.save(
            found, drafts_posted(request.POST), by=request.user, seen=int(seen) if seen.isdecimal() else 0
        )
    except Refused as refusal:
        return preview(request, found, formset, str(refusal))
    messages.success(
        request,
        ngettext("%(count)d recommendation is saved.", "%(count)d recommendations are saved.", len(added))
        % {"count": len(added)},
    )
    return redirect(came_from(request, reverse("evaluation", args=[found.pk])))
