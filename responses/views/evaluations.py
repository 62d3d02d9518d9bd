"""The list of evaluations with how far each is answered, and the page of one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaltrack.web import AuthedRequest, get_or_404, paginate, signed_in
from recommendations.models import Evaluation


@require_GET
@signed_in
def evaluations(request: AuthedRequest) -> HttpResponse:
    found = Evaluation.objects.visible_to(request.user).order_by("-report_date", "reference")
    return render(request, "evaluations/list.html", {"page": paginate(found, request)})


@require_GET
@signed_in
def evaluation(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    return render(request, "evaluations/evaluation.html", {"evaluation": found})
