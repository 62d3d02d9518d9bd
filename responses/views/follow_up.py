"""The page of one key action, and of one answer where the status is kept per recommendation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaltrack.web import AuthedRequest, get_or_404, signed_in
from responses.models import KeyAction, RecommendationResponse


@require_GET
@signed_in
def action(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(KeyAction.objects.present().visible_to(request.user), pk=pk)
    return render(request, "follow_up/action.html", {"action": found})


@require_GET
@signed_in
def answer(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(RecommendationResponse.objects.present().visible_to(request.user), pk=pk)
    return render(request, "follow_up/answer.html", {"answer": found})
