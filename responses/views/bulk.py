"""Bulk exports: choosing, how far it is, and the file."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.files import MissingError
from evaltrack.views.files import POLICY
from evaltrack.web import AuthedRequest, Crumb, get_or_404, paginate, render_part, require, signed_in
from recommendations.models import Evaluation
from responses import bulk
from responses.bulk_files import safe
from responses.choices import BulkForm
from responses.forms.bulk import BulkExportForm
from responses.forms.lists import EvaluationFilter
from responses.models import BulkExport, ManagementResponse
from responses.permissions import oversees
from responses.tasks import make_exports
from responses.views.evaluations import matching

PAGE = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 500  # evaluations to tick on one page
ONLY = gettext_lazy("Many matrices at once are exported by the evaluation unit.")
TYPES = {BulkForm.ZIP: "application/zip", BulkForm.PDF: "application/pdf"}


def crumbs(*more: Crumb) -> list[Crumb]:
    at = reverse("exports") if more else ""
    return [(_("Evaluations"), reverse("evaluations")), (_("Exports"), at), *more]


@require_safe
@signed_in
def export_list(request: AuthedRequest) -> HttpResponse:
    """One's own: what is being made, what can be fetched and until when."""
    require(oversees(request.user), ONLY)
    found = BulkExport.objects.visible_to(request.user).order_by("-asked_at", "-pk")
    page = paginate(found, request, 25)
    context = {"page": page, "under_way": any(_is_under_way(one) for one in page), "crumbs": crumbs()}
    return render_part(request, "bulk/list.html", "export-list", context)


def _is_under_way(one: BulkExport) -> bool:
    return one.state in ("waiting", "printing", "packing")


@PAGE
@signed_in
def export_new(request: AuthedRequest) -> HttpResponse:
    """Filter, tick or take all, choose the form. The filters are those of the list of evaluations."""
    require(oversees(request.user), ONLY)
    filters = EvaluationFilter(request.GET, user=request.user)
    filters.is_valid()
    found = matching(Evaluation.objects.visible_to(request.user), **filters.cleaned_data)
    found = found.order_by(F("report_date").desc(nulls_last=True), "-pk")
    form = BulkExportForm(request.POST if request.method == "POST" else None, language=request.user.language)
    ticked = {int(one) for one in request.POST.getlist("evaluation") if one.isdecimal() and len(one) < 19}
    if form.is_bound and form.is_valid() and ticked and form.cleaned_data["which"] == BulkExportForm.ALL:
        form.add_error(
            "which", _("Some evaluations are ticked, and all are asked for. Choose one of the two.")
        )
    if form.is_bound and form.is_valid():
        try:
            made = bulk.ask(
                _responses(found, ticked, form.cleaned_data["which"]), form.cleaned_data["form"],
                by=request.user, now=timezone.now(), language=form.cleaned_data["language"],
                title=form.cleaned_data["title"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            transaction.on_commit(make_exports.delay)
            return redirect("export", made.pk)
    rows = list(found.prefetch_related("responses__office")[:SHOWN])
    total = found.count()
    context = {
        "form": form,
        "filters": filters,
        "rows": rows,
        "ticked": ticked,
        "total": total,
        "beyond": max(0, total - SHOWN),
        "crumbs": crumbs((_("New export"), "")),
    }
    return render(request, "bulk/new.html", context, status=422 if form.errors else 200)


def _responses(found: Any, ticked: set[int], which: str) -> QuerySet[ManagementResponse]:
    """Their responses in the order of the list of evaluations."""
    if which == BulkExportForm.TICKED:
        found = found.filter(pk__in=ticked)
    rows = ManagementResponse.objects.filter(evaluation__in=found.order_by().values("pk"))
    return rows.order_by(F("evaluation__report_date").desc(nulls_last=True), "-evaluation", "pk")


@require_safe
@signed_in
def export(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    done, total = bulk.progress(found)
    rows = found.items.exclude(failed="").select_related("response__evaluation").order_by("order")
    missing = list(rows[:50])
    seen = Evaluation.objects.visible_to(request.user).filter(
        pk__in=[one.response.evaluation_id for one in missing]
    )
    context = {
        "export": found,
        "under_way": _is_under_way(found),
        "done": done,
        "total": total,
        "missing": missing,
        "seen": set(seen.values_list("pk", flat=True)) if missing else set(),
        "crumbs": crumbs((found.title, "")),
    }
    return render_part(request, "bulk/page.html", "export-live", context)


@require_safe
@signed_in
def export_file(request: AuthedRequest, pk: int) -> HttpResponseBase:
    """The file, for whoever asked for it alone, sent piece by piece."""
    found = _found(request, pk)
    require(oversees(request.user), ONLY)
    tag = f'"{found.sha256}"'
    if found.sha256 and tag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified()
    try:
        content = bulk.read(found, by=request.user)
    except (MissingError, FileNotFoundError) as error:
        raise Http404(_("The file is no longer kept.")) from error
    name = f"{safe(found.title)}.{found.form}"
    sent = FileResponse(content, as_attachment=True, filename=name, content_type=TYPES[BulkForm(found.form)])
    sent.headers["Content-Length"] = str(found.size)
    sent.headers["Content-Encoding"] = "identity"
    sent.headers["ETag"] = tag
    sent.headers["X-Content-Type-Options"] = "nosniff"
    sent.headers["Content-Security-Policy"] = POLICY
    patch_cache_control(sent, private=True, no_cache=True)
    return sent


@require_POST
@signed_in
def export_cancel(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    try:
        bulk.cancel(found, by=request.user, now=timezone.now())
        messages.success(request, _("“%(title)s” is cancelled.") % {"title": found.title})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("export", pk)


@require_POST
@signed_in
def export_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    try:
        bulk.remove(found, by=request.user)
        messages.success(request, _("The file of “%(title)s” is deleted.") % {"title": found.title})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exports")


def _found(request: AuthedRequest, pk: int) -> BulkExport:
    return get_or_404(BulkExport.objects.visible_to(request.user), pk=pk)
