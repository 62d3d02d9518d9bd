"""My work: the first page after sign-in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaltrack.web import AuthedRequest, signed_in


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    return render(request, "work/home.html")
