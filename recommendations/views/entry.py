"""Entering an evaluation: the cover of its report, and correcting it later."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, get_or_404, require, signed_in
from recommendations import evaluations
from recommendations.choices import EvaluationState
from recommendations.forms import EvaluationForm
from recommendations.models import Evaluation
from recommendations.permissions import may_edit, may_enter

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
@signed_in
def new(request: AuthedRequest) -> HttpResponse:
    require(may_enter(request.user), _("Evaluations are entered by the evaluation unit and by M&E officers."))
    form = EvaluationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            entered = evaluations.enter(by=request.user, today=timezone.localdate(), **form.values())
        except Refused as refusal:
            form.add_error("reference", str(refusal))
        else:
            messages.success(
                request, _("%(reference)s is saved. You can leave and go on later.") % {"reference": entered}
            )
            if entered.state != EvaluationState.FINAL:
                return redirect("evaluation", entered.pk)
            then = reverse("response_new", args=[entered.pk])
            return redirect(f"{reverse('recommendations_paste', args=[entered.pk])}?next={then}")
    context = {
        "form": form,
        "step": 1,
        "crumbs": [(_("Evaluations"), reverse("evaluations")), (_("Enter an evaluation"), "")],
    }
    return show(request, form, context)


@PAGE
@signed_in
def edit(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(Evaluation.objects.visible_to(request.user).select_related("profile"), pk=pk)
    require(may_edit(request.user, found), _("Its manager and the M&E officers of its offices keep it."))
    name, back = found.name, reverse("evaluation", args=[pk])
    form = EvaluationForm(request.POST or None, user=request.user, evaluation=found)
    if request.method == "POST" and form.is_valid():
        try:
            evaluations.amend(found, by=request.user, **form.values())
        except Refused as refusal:
            form.add_error("reference", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {
        "form": form,
        "evaluation": found,
        "crumbs": [(_("Evaluations"), reverse("evaluations")), (name, back), (_("Edit"), "")],
    }
    return show(request, form, context)


def show(request: AuthedRequest, form: EvaluationForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "evaluations/cover.html", context, status=422 if form.errors else 200)
