"""Entering an evaluation: the cover of its report."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaltrack.web import AuthedRequest, get_or_404, require, signed_in
from recommendations.models import Evaluation
from recommendations.permissions import may_edit, may_enter


@require_GET
@signed_in
def new(request: AuthedRequest) -> HttpResponse:
    require(may_enter(request.user))
    return render(request, "evaluations/cover.html")


@require_GET
@signed_in
def edit(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    require(may_edit(request.user, found))
    return render(request, "evaluations/cover.html", {"evaluation": found})
