"""What a person sees when a request fails: a fault of ours, or a database that is away for a moment."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error

AGAIN_AFTER = "15"  # seconds, as the matrix page waits before it tries again


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """503 while the database cannot be reached or gave up under load: trying again helps. Else 500."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    headers = {"Retry-After": AGAIN_AFTER}
    if request.path.startswith("/api/"):
        sentence = _("EvalTrack cannot reach its database just now. Nothing was changed. Try again shortly.")
        return JsonResponse({"detail": sentence}, status=503, headers=headers)
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
