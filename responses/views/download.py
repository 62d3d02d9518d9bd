"""Taking a matrix away as a file: which format, which version, in which language, with what in it."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.web import AuthedRequest, signed_in
from responses import comparison, exports
from responses.forms.download import DownloadForm
from responses.models import ManagementResponse, Snapshot
from responses.permissions import access
from responses.views import being_made
from responses.views.matrix import as_file, file_name, pdf_unavailable, response_or_404


@require_safe
@signed_in
def page(request: AuthedRequest, pk: int) -> HttpResponse:
    response = response_or_404(request.user, pk)
    return _page(request, response, _form(response, None))


@require_safe
@signed_in
def file(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file that the page's form asks for; the page again, with what is wrong, for any other choice."""
    response = response_or_404(request.user, pk)
    form = _form(response, request.GET)
    if not form.is_valid():
        return _page(request, response, form, status=400)
    format, chosen = form.cleaned_data["format"], form.chosen
    snapshot = chosen.snapshot if chosen else None
    if format == "pdf" and not snapshot:
        language, options = form.labels, form.options
        if instead := being_made.instead(request, response, language=language, options=options):
            return instead
    try:
        content = _content(request, response, form, snapshot)
    except PdfUnavailableError as error:
        return pdf_unavailable(request, response, error)
    return as_file(content, file_name(response, snapshot), format)


def _form(response: ManagementResponse, data: QueryDict | None) -> DownloadForm:
    return DownloadForm(
        data,
        profile=response.evaluation.profile.rules,
        language=response.evaluation.language,
        versions=comparison.versions(response),
    )


def _page(
    request: AuthedRequest, response: ManagementResponse, form: DownloadForm, status: int = 200
) -> HttpResponse:
    evaluation = response.evaluation
    context = {
        "response": response,
        "form": form,
        "comes_back": may_fill_in(request, response),
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (evaluation.name, reverse("evaluation", args=[evaluation.pk])),
            (_("Matrix"), reverse("matrix", args=[response.pk])),
            (_("Download"), ""),
        ],
    }
    return render(request, "matrix/download.html", context, status=status)


def _content(
    request: AuthedRequest, response: ManagementResponse, form: DownloadForm, snapshot: Snapshot | None
) -> bytes:
    """Raises ``PdfUnavailableError``."""
    format, now = form.cleaned_data["format"], timezone.now()
    identify = None
    if may_fill_in(request, response):
        identify = exports.identity(response, format, by=request.user, now=now)
    return exports.export(
        response,
        format,
        snapshot=snapshot,
        language=form.labels,
        printed_on=timezone.localdate(now),
        options=form.options,
        identify=identify,
    )


def may_fill_in(request: AuthedRequest, response: ManagementResponse) -> bool:
    """Whether a file that the person takes away can come back: they may write something of it."""
    rights = access(request.user, response)
    return bool(
        rights.respond or rights.report or rights.edit_recommendations or rights.drafts or rights.own_actions
    )
