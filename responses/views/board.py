"""The overview of follow-up: list, columns, months; filters that are kept; its export."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack import kept_filters
from evaltrack.documents import csv
from evaltrack.errors import Refused
from evaltrack.models import KeptFilter
from evaltrack.web import AuthedRequest, get_or_404, paginate, signed_in
from responses import board, board_export, board_lines, dates
from responses.board_moves import LABELS, MOST
from responses.forms.board import VIEWS, BoardFilter, NameFilterForm

PER_PAGE = 50
ALL = "all"  # in the address: nothing in particular, and forget what was looked at last
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNDO = "board_undo"  # in the session: what was done last and how to take it back


def board_filter(request: AuthedRequest, query: QueryDict | None = None) -> BoardFilter:
    data = request.GET if query is None else query
    return BoardFilter(data, offices=dates.offices_of(request.user))


@require_safe
@signed_in
def board_page(request: AuthedRequest) -> HttpResponse:
    """Without a filter in the address, what the person looked at last comes back."""
    user, today = request.user, timezone.localdate()
    if not request.GET and (last := kept_filters.last(user, board.NAME)):
        return redirect(f"{reverse('board')}?{last}")
    form = board_filter(request)
    kept_filters.remember(board.NAME, form.query, by=user)
    wanted = form.wanted
    counts = board.counts(user, wanted, today)
    rows = board.matching(user, wanted, today)
    context = {
        "form": form,
        "wanted": wanted,
        "view": form.shown_as,
        "views": [(key, label) for key, label in VIEWS.items()],
        "counts": counts,
        "bar": _bar(counts),
        "chips": [(one.value, one.label, counts.shows[one.value]) for one in board.Show],
        "kept": kept_filters.named(user, board.NAME),
        "undo": request.session.get(UNDO),
        "most": MOST,
        "moves": LABELS.items(),
        "filtered": wanted.is_set,
    }
    if form.shown_as == "columns":
        context["groups"] = board_lines.by_column(rows, today)
    elif form.shown_as == "months":
        context["groups"] = board_lines.by_month(rows, today)
    else:
        keys: Any = board.ordered(rows, today).values_list("pk", flat=True)
        page: Any = paginate(keys, request, PER_PAGE)
        context |= {"page": page, "lines": board_lines.lines(list(page.object_list), today)}
    return render(request, "board/page.html", context)


def _bar(counts: board.Counts) -> list[dict[str, object]]:
    """The columns as parts of one bar, 1000 wide; what there is is seen, however little."""
    widths = {
        one: max(8.0, 1000 * counts.columns[one] / counts.all)
        for one in counts.columns
        if counts.columns[one]
    }
    scale, at, parts = 1000 / (sum(widths.values()) or 1), 0.0, []
    for one in board.Column:
        width = widths.get(one.value, 0.0) * scale
        count = counts.columns[one.value]
        parts.append(
            {"key": one.value, "label": one.label, "count": count, "x": f"{at:.1f}", "width": f"{width:.1f}"}
        )
        at += width
    return parts


@require_safe
@signed_in
def board_csv(request: AuthedRequest) -> HttpResponse:
    """The whole filter as CSV; sent as it is read, so that its size does not matter."""
    today = timezone.localdate()
    rows = board.matching(request.user, board_filter(request).wanted, today)
    lines = csv.stream(board_export.heads(), board_export.rows(rows, today, get_language() or "en"))
    name = content_disposition_header(True, f"follow-up-{today.isoformat()}.csv") or ""
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    streamed = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    return cast(HttpResponse, streamed)


@require_safe
@signed_in
def board_xlsx(request: AuthedRequest) -> HttpResponse:
    """The whole filter as an Excel file, with the columns of the CSV."""
    today = timezone.localdate()
    form = board_filter(request)
    found = board.matching(request.user, form.wanted, today)
    try:
        content = board_export.workbook(found, today, get_language() or "en")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('board')}?{form.query or ALL}")
    name = content_disposition_header(True, f"follow-up-{today.isoformat()}.xlsx") or ""
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


# Filters with a name -------------------------------------------------------------------------------------


@require_POST
@signed_in
def filter_keep(request: AuthedRequest) -> HttpResponse:
    """Keep the filter whose query the form holds."""
    form = NameFilterForm(request.POST)
    query = board_filter(request, QueryDict(request.POST.get("query", ""))).query
    name = form.cleaned_data["name"] if form.is_valid() else ""
    try:
        kept = kept_filters.keep(board.NAME, name, query, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is kept.") % {"name": kept.name})
    return redirect(f"{reverse('board')}?{query or ALL}")


@require_POST
@signed_in
def filter_delete(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = KeptFilter.objects.filter(person=request.user, page=board.NAME).exclude(name="")
    kept = get_or_404(rows, pk=pk)
    kept_filters.delete(kept, by=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": kept.name})
    return redirect(f"{reverse('board')}?{kept_filters.last(request.user, board.NAME) or ALL}")
