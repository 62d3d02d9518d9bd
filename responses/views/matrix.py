"""The matrix page: reading it, opening one recommendation, and taking it away as a file."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from evaltrack import responsible
from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.models import User
from evaltrack.web import AuthedRequest, get_or_404, signed_in
from recommendations.models import Evaluation, Recommendation
from responses import exports, todo
from responses.choices import SnapshotKind
from responses.lifecycle import WAY
from responses.models import ManagementResponse, Snapshot
from responses.sheet import Sheet
from responses.shown import Block
from responses.views import being_made
from responses.way import Way

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def response_or_404(user: User, pk: int) -> ManagementResponse:
    rows = ManagementResponse.objects.visible_to(user).select_related("evaluation__profile", "office")
    return get_or_404(rows, pk=pk)


def opened(request: HttpRequest, evaluation: Evaluation) -> list[int] | None:
    """The recommendations to show open, ?open=12 for each; with none named it depends on the size."""
    named = request.GET.getlist("open")
    if named == ["all"]:
        return list(evaluation.recommendations.present().values_list("pk", flat=True))
    return [int(one) for one in named if one.isdecimal() and len(one) < 19] if named else None


def context(sheet: Sheet, blocks: list[Block], **more: Any) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "response": sheet.response,
        "evaluation": sheet.evaluation,
        "labels": sheet.labels,
        "blocks": blocks,
        "way": Way(sheet.response, sheet.user, sheet.access),
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (sheet.evaluation.name, reverse("evaluation", args=[sheet.evaluation.pk])),
            (_("Matrix"), ""),
        ],
        **more,
    }


def view_of(request: HttpRequest, sheet: Sheet) -> str:
    """The view (see ``todo.SHOWS``) that ?show= names. Who only drafts begins with what is theirs."""
    only_drafts = bool(sheet.access.drafts) and not sheet.access.respond
    begin_with = "mine" if only_drafts and "open" not in request.GET else ""
    named = request.GET.get("show", begin_with)
    return named if named in todo.SHOWS else ""


def viewing(sheet: Sheet, show: str) -> dict[str, Any]:
    """For the page with its bar: which view it is, which others there are, and how the response stands."""
    return {"show": show, "choices": sheet.todo.choices(show), "moment": WAY.moment(sheet.response)}


@require_GET
@signed_in
def matrix(request: AuthedRequest, pk: int) -> HttpResponse:
    sheet = Sheet(response_or_404(request.user, pk), request.user)
    show = view_of(request, sheet)
    blocks = sheet.blocks(opened(request, sheet.evaluation), show)
    return render(request, "matrix/page.html", context(sheet, blocks, **viewing(sheet, show)))


@require_GET
@signed_in
def way(request: AuthedRequest, pk: int) -> HttpResponse:
    """Where the response stands: what the page shows anew when something was saved."""
    response = response_or_404(request.user, pk)
    return render(request, "matrix/_state.html", {"response": response, "way": Way(response, request.user)})


def one_block(sheet: Sheet, recommendation: int, *, is_open: bool = True) -> Block:
    """The block of one recommendation; 404 where the matrix has none such."""
    try:
        return sheet.block(recommendation, is_open=is_open)
    except Recommendation.DoesNotExist as error:
        raise Http404 from error


@require_GET
@signed_in
def block(request: AuthedRequest, pk: int, recommendation: int) -> HttpResponse:
    """One recommendation with its cells (``?closed`` for its one line): what opening it fetches."""
    sheet = Sheet(response_or_404(request.user, pk), request.user)
    shown = one_block(sheet, recommendation, is_open="closed" not in request.GET)
    return render(request, "matrix/_block.html", context(sheet, [], block=shown))


@require_GET
@signed_in
def proposals(request: AuthedRequest, pk: int) -> HttpResponse:
    """People, roles and offices whose names hold what was typed, for the responsible cells."""
    sheet = Sheet(response_or_404(request.user, pk), request.user)
    if not (sheet.access.respond or sheet.access.drafts):
        raise PermissionDenied
    found = responsible.proposals(request.GET.get("q", ""))
    return render(request, "matrix/_proposals.html", {"proposals": found})


@require_GET
@signed_in
def download(request: AuthedRequest, pk: int, format: str, snapshot: int | None = None) -> HttpResponse:
    """The matrix as a file: as it stands now, or as it was frozen in a snapshot (its id)."""
    response = response_or_404(request.user, pk)
    frozen = get_or_404(response.snapshots.all(), pk=snapshot) if snapshot else None
    if format == "pdf" and not frozen and (page := being_made.instead(request, response)):
        return page
    try:
        content = exports.export(response, format, snapshot=frozen, printed_on=timezone.localdate())
    except PdfUnavailableError as error:
        return pdf_unavailable(request, response, error)
    return as_file(content, file_name(response, frozen), format)


def file_name(response: ManagementResponse, frozen: Snapshot | None) -> str:
    """Without its ending: the reference, and which version it is where it is not as it stands."""
    name: str = response.evaluation.reference
    if frozen:
        name += f"-{slugify(frozen.label)}" if frozen.kind == SnapshotKind.ROUND else f"-v{frozen.version}"
    if frozen and frozen.kind == SnapshotKind.SUBMITTED:
        name += f"-draft-{frozen.submission}"
    return name


def pdf_unavailable(
    request: AuthedRequest, response: ManagementResponse, reason: PdfUnavailableError
) -> HttpResponse:
    return render(
        request, "matrix/pdf_unavailable.html", {"response": response, "reason": reason}, status=503
    )


def as_file(content: bytes, name: str, format: str) -> HttpResponse:
    named = content_disposition_header(True, f"{name}.{format}")
    return HttpResponse(content, content_type=MEDIA_TYPES[format], headers={"Content-Disposition": named})
