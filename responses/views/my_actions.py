"""My actions on one light page, signed in or by the link in a digest."""

from django.http import Http404, HttpRequest, HttpResponse


def report_link(request: HttpRequest, token: str) -> HttpResponse:
    raise Http404
