"""Looking over what was understood of a file: mending it, choosing what is taken of it, taking it over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.forms import office_tree
from evaltrack.models import Office, User
from evaltrack.roles import Permission, reach
from evaltrack.web import AuthedRequest, signed_in
from responses.choices import ImportState
from responses.forms.importing import ReadingForm
from responses.importing import bringing, choosing, committing, kept_columns, mending
from responses.importing.differing import Differing
from responses.importing.shown import Review, anchor, evaluation_of_that_reference
from responses.importing.shown_columns import field_names, shown_tables
from responses.matrix.readers.columns import FIELDS
from responses.models import MatrixImport
from responses.views.importing import crumbs, own_or_404, wake

VALUE = "v:"  # begins the names of fields that hold a value
CHOICE = "c:"


@require_safe
@signed_in
def review(request: AuthedRequest, pk: int) -> HttpResponse:
    """What differs from the matrix that is there; of a new one, and with ?show=read, what was understood."""
    one = own_or_404(request.user, pk)
    if one.state != ImportState.READ:
        return redirect("import", pk)
    if choosing.goes_into_a_matrix(one) and request.GET.get("show") != "read":
        return show_differences(request, one)
    return show_reading(request, one, Review(one, actions_from=_number(request.GET.get("actions", ""))))


def show_reading(
    request: AuthedRequest,
    one: MatrixImport,
    shown: Review,
    opened: list[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    merges = choosing.goes_into_a_matrix(one)
    context = {
        "one": one,
        "review": shown,
        "blocks": shown.blocks(opened_in(request) if opened is None else opened),
        "merges": merges,
        "seen": "" if merges else committing.showing(one, request.user),
        "taken_reference": evaluation_of_that_reference(one),
        "offices": [] if one.evaluation_id else offices_of(request.user),
        **_around(one),
    }
    return render(request, "importing/review.html", context, status=status)


def show_differences(request: AuthedRequest, one: MatrixImport, status: int = 200) -> HttpResponse:
    language = get_language() or "en"
    differing = Differing(one, request.user, language)
    page = differing.page(request.GET.get("page"))
    context = {
        "one": one,
        "differing": differing,
        "page": page,
        "front": differing.front if page.number == 1 else [],
        "blocks": differing.shown(next(iter(page.object_list), [])),
        "doubts": len(one.draft["doubts"]),
        **_around(one),
    }
    return render(request, "importing/differences.html", context, status=status)


def _around(one: MatrixImport) -> dict[str, Any]:
    return {
        "again": ReadingForm(
            initial={"profile": one.profile, "language": one.language},
            fixed_profile=one.evaluation_id is not None,
        ),
        "crumbs": crumbs(one, one.evaluation, _("Look over “%(name)s”") % {"name": one.name}),
    }


def opened_in(request: HttpRequest) -> list[int] | None:
    """The recommendations to show open: ?open=3 for each; with none named it depends on the size."""
    named = request.GET.getlist("open")
    return [int(one) for one in named if one.isdecimal() and len(one) < 6] if named else None


def _number(said: str) -> int:
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def offices_of(user: User) -> list[tuple[Any, Any]]:
    """Those for which the person enters evaluations."""
    held = reach(user)
    return office_tree(None if held.everywhere else frozenset(held.at(Permission.EDIT_EVALUATION)))


def _office(request: AuthedRequest) -> Office | None:
    """The office that was chosen for a new evaluation, out of those that were offered."""
    said = request.POST.get("office", "")
    if not said.isdecimal() or int(said) not in {pk for pk, _name in offices_of(request.user)}:
        return None
    return Office.objects.filter(pk=int(said)).first()


# Mending -------------------------------------------------------------------------------------------------


@require_POST
@signed_in
def mend(request: AuthedRequest, pk: int) -> HttpResponse:
    """The values of one block; ``do`` may name a change of rows as well, which comes after them."""
    one = own_or_404(request.user, pk)
    layout = _number(request.POST.get("layout", ""))
    values = {
        name.removeprefix(VALUE): text
        for name, text in request.POST.items()
        if name.startswith(VALUE) and isinstance(text, str)
    }
    what, _space, path = request.POST.get("do", "").partition(" ")
    at = path or request.POST.get("block", "")
    try:
        told = mending.mend(one, values, by=request.user, layout=layout)
        if not told.refused:
            at = _rows_changed(request, one, what, path, layout) or at
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _back(request, one, request.POST.get("block", ""))
    if told.refused:
        return _not_mended(request, one, told.refused, values)
    if told.changed and what == "save":
        messages.success(request, _("Kept. It is not in EvalTrack yet: take it over when all is right."))
    return _back(request, one, at)


def _rows_changed(request: AuthedRequest, one: MatrixImport, what: str, path: str, layout: int) -> str:
    match what:
        case "doubt":
            mending.settle_doubt(one, _number(path), by=request.user, layout=layout)
            return request.POST.get("block", "")
        case "take":
            return _taken_in(request, one, path, layout)
        case "add" | "add-action" | "remove" | "join":
            made = mending.change_rows(one, what, path, by=request.user, layout=layout)
            return made or request.POST.get("block", "")
    return ""


def _taken_in(request: AuthedRequest, one: MatrixImport, place: str, layout: int) -> str:
    """A text that was left out, into the cell that ``into`` names of the recommendation ``number``."""
    number, into = request.POST.get("number", "").strip(), request.POST.get("into", "")
    numbers = [each["number"] for each in one.draft["matrix"]["recommendations"]]
    if into == "overall_comment":
        path = into
    elif number in numbers:
        path = f"recommendations[{numbers.index(number)}].{into}"
    else:
        raise Refused(_("The file has no recommendation %(number)s.") % {"number": number or "–"})
    mending.take_in(one, _number(place), path, by=request.user, layout=layout)
    return path


def _not_mended(
    request: AuthedRequest, one: MatrixImport, refused: dict[str, str], values: dict[str, str]
) -> HttpResponse:
    """The page with what was typed, and why it is not taken."""
    one = own_or_404(request.user, one.pk)
    shown = Review(one)
    shown.refused, shown.typed = refused, values
    opened = sorted({place for path in refused if (place := _recommendation(path)) is not None})
    return show_reading(request, one, shown, opened or None, status=422)


def _recommendation(path: str) -> int | None:
    digits = path.removeprefix("recommendations[").partition("]")[0]
    return int(digits) if path.startswith("recommendations[") and digits.isdecimal() else None


def _back(request: AuthedRequest, one: MatrixImport, path: str) -> HttpResponse:
    """To the block that was worked on, open."""
    query = QueryDict(mutable=True)
    place = _recommendation(path)
    if choosing.goes_into_a_matrix(one):
        query["show"] = "read"
    if place is not None:
        query["open"] = str(place)
    if start := request.POST.get("actions", ""):
        query["actions"] = start
    where = anchor(f"recommendations[{place}]") if place is not None else anchor("front")
    return redirect(f"{reverse('import_review', args=[one.pk])}?{query.urlencode()}#{where}")


@require_POST
@signed_in
def aim(request: AuthedRequest, pk: int) -> HttpResponse:
    """Compare it with the evaluation whose reference it has, instead of making a new one."""
    one = own_or_404(request.user, pk)
    try:
        bringing.aim(one, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("import_review", pk)
    wake()
    return redirect("import", pk)


@require_POST
@signed_in
def again(request: AuthedRequest, pk: int) -> HttpResponse:
    """Read it under another profile or in another language."""
    one = own_or_404(request.user, pk)
    form = ReadingForm(request.POST, fixed_profile=one.evaluation_id is not None)
    if not form.is_valid():
        messages.error(request, _("Choose a profile and a language from the lists."))
        return redirect("import", pk)
    data = form.cleaned_data
    try:
        bringing.read_again(
            one,
            by=request.user,
            profile=data.get("profile", ""),
            language=data["language"],
            columns=one.columns,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        wake()
    return redirect("import", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def columns(request: AuthedRequest, pk: int) -> HttpResponse:
    """What the columns of its tables hold, where their heads do not say it or were taken wrongly."""
    one = own_or_404(request.user, pk)
    if not one.tables or one.state not in (ImportState.READ, ImportState.COLUMNS):
        return redirect("import", pk)
    if request.method == "POST":
        wanted = {
            table["table"]: [
                request.POST.get(f"t{table['table']}-{column}", "") for column in range(len(table["heads"]))
            ]
            for table in one.tables
        }
        try:
            kept_columns.name(one, wanted, fields=FIELDS, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            wake()
            return redirect("import", pk)
    context = {"one": one, "tables": shown_tables(one), "fields": field_names(), **_around(one)}
    return render(request, "importing/columns.html", context, status=422 if request.method == "POST" else 200)


# Choosing and taking over --------------------------------------------------------------------------------


@require_POST
@signed_in
def commit(request: AuthedRequest, pk: int) -> HttpResponse:
    """``do``: keep the choices of this page, choose for all of it, or take it over (with the choices)."""
    one = own_or_404(request.user, pk)
    what = request.POST.get("do", "")
    try:
        _chosen(request, one, what)
        if what == "commit":
            return _committed(request, one)
    except Refused as refusal:
        messages.error(request, str(refusal))
    page = request.POST.get("page", "")
    back = reverse("import_review", args=[pk])
    return redirect(f"{back}?page={page}" if page.isdecimal() else back)


def _chosen(request: AuthedRequest, one: MatrixImport, what: str) -> None:
    wanted = {
        name.removeprefix(CHOICE): said
        for name, said in request.POST.items()
        if name.startswith(CHOICE) and isinstance(said, str)
    }
    if wanted:
        choosing.choose(one, wanted, by=request.user)
    said, _dash, which = what.partition("-")
    if which in ("all", "clear"):
        choosing.choose_all(
            one,
            said,
            by=request.user,
            seen=request.POST.get("seen", ""),
            conflicts=which == "all",
        )


def _committed(request: AuthedRequest, one: MatrixImport) -> HttpResponse:
    now = timezone.now()
    response = committing.commit(
        one,
        by=request.user,
        now=now,
        today=timezone.localdate(now),
        seen=request.POST.get("seen", ""),
        office=_office(request),
    )
    said = _("“%(name)s” is in EvalTrack now.") % {"name": one}
    list_of_files = reverse("imports", args=[response.evaluation_id])
    messages.success(
        request,
        format_html('{} <a href="{}">{}</a>', said, list_of_files, _("See it, or take it back")),
    )
    return redirect("matrix", response.pk)
