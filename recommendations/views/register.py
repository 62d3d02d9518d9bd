"""Importing the export of a public register: uploading it, looking it over, bringing it in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.documents import csv
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.views import files as stored
from evaltrack.web import AuthedRequest, Crumb, get_or_404, paginate, render_part, require, signed_in
from recommendations.choices import ImportState, Verdict
from recommendations.models import Evaluation, RegisterDefect, RegisterImport, RegisterRow, RuleProfile
from recommendations.permissions import may_import_register
from recommendations.profiles import in_language
from recommendations.register import defects, imports
from recommendations.register.columns import printed
from recommendations.register.defects import Kind
from recommendations.tasks import work_on_registers

PAGE = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50
LONGEST = 400  # characters of a value on the page
ONLY = gettext_lazy("Registers are imported by the evaluation unit of the whole organisation.")
UNDER_WAY = (ImportState.WAITING, ImportState.COMMITTING)


class ProfileField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return in_language(obj.rules.titles, get_language() or "en")


class RegisterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The register, as CSV"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}),
        help_text=gettext_lazy("Its columns are known by their headings. Nothing changes before you say so."),
    )
    profile = ProfileField(
        label=gettext_lazy("Rule profile of new evaluations"),
        queryset=RuleProfile.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Those whose time of follow-up is over are entered as closed."),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")
        profiles = self.fields["profile"]
        assert isinstance(profiles, ProfileField)  # noqa: S101 - for mypy
        profiles.queryset = RuleProfile.objects.latest_versions()
        latest = RuleProfile.objects.filter(evaluations__isnull=False).order_by("-evaluations__pk").first()
        if latest:
            profiles.initial = next((one for one in profiles.queryset if one.slug == latest.slug), None)


def crumbs(*more: Crumb) -> list[Crumb]:
    at = reverse("registers") if more else ""
    return [(_("Evaluations"), reverse("evaluations")), (_("Registers"), at), *more]


@PAGE
@signed_in
def register_list(request: AuthedRequest) -> HttpResponse:
    """What was imported, and a form for the next."""
    require(may_import_register(request.user), ONLY)
    form = RegisterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        given = Upload(sent.file, sent.name, sent.size)
        try:
            made = imports.upload(
                given, by=request.user, now=timezone.now(), profile=form.cleaned_data["profile"]
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            transaction.on_commit(work_on_registers.delay)
            return redirect("register", made.pk)
    found = RegisterImport.objects.visible_to(request.user).select_related("uploaded_by", "committed_by")
    context = {
        "form": form,
        "page": paginate(found.order_by("-uploaded_at", "-pk"), request, 25),
        "crumbs": crumbs(),
    }
    return render(request, "register/list.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def register(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was found; ``?kind=`` shows defects of a kind, ``?verdict=`` rows of which the same becomes."""
    found = _found(request, pk)
    kind, verdict = request.GET.get("kind", ""), request.GET.get("verdict", "")
    shows_rows = verdict in Verdict.values
    rows = _rows(found, verdict) if shows_rows else _defects(found, kind)
    page = paginate(rows, request, PER_PAGE)
    said = found.summary
    done, total = imports.progress(found) if found.state != ImportState.WAITING else (0, 0)
    context = {
        "of": found,
        "under_way": found.state in UNDER_WAY,
        "done": done,
        "total": total,
        "page": page,
        "lines": [_row(one) if isinstance(one, RegisterRow) else _line(one) for one in page],
        "shows_rows": shows_rows,
        "kind": kind if kind in Kind.values else "",
        "verdict": verdict if shows_rows else "",
        "kinds": [(one, Kind(one).label, many) for one, many in said.get("defects", {}).items()],
        "defects": sum(said.get("defects", {}).values()),
        "verdicts": [(one.value, one.label, said.get("verdicts", {}).get(one, 0)) for one in Verdict],
        "conflicts": said.get("defects", {}).get(Kind.CONFLICT, 0),
        "missing": [printed(one) for one in said.get("missing", [])],
        "gone": _gone(request, said),
        "crumbs": crumbs((found.name, "")),
    }
    return render_part(request, "register/page.html", "register-live", context)


@require_safe
@signed_in
def register_csv(request: AuthedRequest, pk: int) -> HttpResponseBase:
    """Every defect, or those of one kind, to work through in the register."""
    found = _found(request, pk)
    rows = _defects(found, request.GET.get("kind", "")).iterator(chunk_size=500)
    heads = [_("Row"), _("Column"), _("Kind"), _("What stands there"), _("What became of it")]
    lines = ((one.row, printed(one.column), Kind(one.kind).label, one.value, _sentence(one)) for one in rows)
    name = content_disposition_header(True, f"register-{found.pk}-defects.csv") or ""
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-cache"}
    streamed = csv.stream(heads, lines)
    return StreamingHttpResponse(streamed, content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@signed_in
def register_file(request: AuthedRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    found = _found(request, pk)
    return stored.download(request, found.file, found.name)


@require_POST
@signed_in
def register_move(request: AuthedRequest, pk: int) -> HttpResponse:
    """``do``: begin (with ``overrule``), again or discard."""
    found, now = _found(request, pk), timezone.now()
    try:
        match request.POST.get("do", ""):
            case "begin":
                imports.begin(found, by=request.user, now=now, overrule=bool(request.POST.get("overrule")))
                transaction.on_commit(work_on_registers.delay)
            case "again":
                imports.read_again(found, by=request.user, now=now)
                transaction.on_commit(work_on_registers.delay)
            case "discard":
                imports.discard(found, by=request.user, now=now)
                done = _("“%(name)s” is discarded. Nothing was changed.")
                messages.success(request, done % {"name": found})
                return redirect("registers")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("register", pk)


def _found(request: AuthedRequest, pk: int) -> RegisterImport:
    rows = RegisterImport.objects.visible_to(request.user)
    return get_or_404(rows.select_related("file", "profile", "uploaded_by", "committed_by"), pk=pk)


def _defects(of: RegisterImport, kind: str) -> QuerySet[RegisterDefect]:
    rows = of.defects.order_by("row", "pk")
    return rows.filter(kind=kind) if kind in Kind.values else rows


def _rows(of: RegisterImport, verdict: str) -> QuerySet[RegisterRow]:
    return of.rows.filter(verdict=verdict).select_related("evaluation").defer("cells").order_by("number")


def _sentence(one: RegisterDefect) -> str:
    return defects.sentence(one.kind, one.value, one.detail)


def _line(one: Any) -> dict[str, Any]:
    return {
        "row": one.row,
        "column": printed(one.column),
        "kind": Kind(one.kind).label,
        "sentence": _sentence(one),
    }


def _row(one: RegisterRow) -> dict[str, Any]:
    changes = [
        (printed(imports.column_of(name)), str(old)[:LONGEST], str(new)[:LONGEST])
        for name, old, new in one.changes
    ]
    return {"row": one, "changes": changes}


def _gone(request: AuthedRequest, said: dict[str, Any]) -> list[Evaluation]:
    """Those that an earlier file had and this one has not."""
    keys = said.get("gone", [])
    if not keys:
        return []
    rows = Evaluation.objects.visible_to(request.user).filter(pk__in=keys).order_by("reference")
    return list(rows.only("reference", "title", "short_title"))
