"""The page in place of a PDF that takes long to make: it says so, and then where the PDF is."""

from dataclasses import asdict
from hashlib import sha256
from time import time

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaltrack.documents import pdf
from responses import prints
from responses.matrix.writers.options import ALL, Options
from responses.models import ManagementResponse
from responses.tasks import print_long

ASKED_AGAIN = 60  # seconds after which the job is woken once more
PATIENCE = 150  # seconds after which it is made in the request: nobody works on jobs
TEMPLATE = "matrix/pdf_being_made.html"


def instead(
    request: HttpRequest,
    response: ManagementResponse,
    *,
    language: str | None = None,
    options: Options = ALL,
) -> HttpResponse | None:
    """The page, where the PDF of the response as it stands is long and not there; else None.

    The page itself looks again by the same address, and is then told that the PDF is ready.
    """
    looks_again = bool(request.headers.get("HX-Request"))
    if not prints.is_long(response):
        return None
    day = timezone.localdate()
    sheet = prints.sheet_of(response, language=language, options=options, printed_on=day)
    if prints.is_kept(sheet):
        return _shown(request, response, is_ready=True) if looks_again else None
    key = sha256(f"{response.pk} {language} {options} {day}".encode()).hexdigest()
    since = cache.get_or_set(f"print-since:{key}", time(), 2 * PATIENCE) or time()
    if time() - since > PATIENCE or not pdf.is_available():
        return None
    if cache.add(f"print-asked:{key}", 1, ASKED_AGAIN):
        print_long.delay(response.pk, language, asdict(options), day.isoformat())
    return _shown(request, response, is_ready=False)


def _shown(request: HttpRequest, response: ManagementResponse, *, is_ready: bool) -> HttpResponse:
    looks_again = bool(request.headers.get("HX-Request"))
    context = {"response": response, "is_ready": is_ready, "address": request.get_full_path()}
    piece = "#being-made" if looks_again else ""
    return render(request, f"{TEMPLATE}{piece}", context, status=200 if looks_again else 202)
