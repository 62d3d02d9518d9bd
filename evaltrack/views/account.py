"""One's own account: the profile, and the page seen after signing in again in a second tab."""

from django.http import HttpResponse
from django.shortcuts import render

from evaltrack.web import AuthedRequest, signed_in


@signed_in
def signed_in_again(request: AuthedRequest) -> HttpResponse:
    return render(request, "account/signed_in_again.html")


@signed_in
def profile(request: AuthedRequest) -> HttpResponse:
    return render(request, "people/profile.html")
