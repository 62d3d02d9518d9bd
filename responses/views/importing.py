"""Files on their way in: handing one in, seeing how far it is, the file itself, and taking it back."""

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from evaltrack import files as stored
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import User
from evaltrack.views import files
from evaltrack.web import AuthedRequest, Crumb, get_or_404, require, signed_in
from recommendations.models import Evaluation
from recommendations.permissions import may_enter
from responses.choices import ImportState
from responses.forms.importing import BringForm, ReadingForm
from responses.importing import bringing, undoing
from responses.models import ManagementResponse, MatrixImport
from responses.tasks import read_imports

UNREAD = (ImportState.WAITING, ImportState.READING)
LISTED = 50

logger = logging.getLogger(__name__)


def import_or_404(user: User, pk: int) -> MatrixImport:
    rows = MatrixImport.objects.visible_to(user).select_related(
        "file", "by", "undone_by", "evaluation__profile", "response__evaluation__profile", "response__office"
    )
    return get_or_404(rows, pk=pk)


def own_or_404(user: User, pk: int) -> MatrixImport:
    """One's own; what others brought in can be looked at once it is taken over, and no more."""
    one = import_or_404(user, pk)
    require(one.by_id == user.pk, _("Only who brought the file in goes on with it."))
    return one


def wake() -> None:
    """Have a worker look at once; where the broker is away, the clock does within half a minute."""
    try:
        read_imports.delay()
    except Exception:  # whatever the broker's library raises
        logger.warning("Nobody could be told that a file waits to be read", exc_info=True)


def crumbs(one: MatrixImport | None, evaluation: Evaluation | None, last: str) -> list[Crumb]:
    trail: list[Crumb] = [(_("Evaluations"), reverse("evaluations"))]
    if evaluation:
        trail.append((evaluation.name, reverse("evaluation", args=[evaluation.pk])))
    elif one:
        trail.append((_("Bring a matrix in"), reverse("import_new")))
    return [*trail, (last, "")]


# Handing in ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: AuthedRequest) -> HttpResponse:
    """A file or a pasted table; ``?evaluation=`` or ``?response=`` says into which, else into a new one."""
    evaluation, response = _goal(request)
    allowed = bringing.may_bring_into(request.user, evaluation, response) if evaluation else None
    require(
        may_enter(request.user) if allowed is None else allowed,
        _("To bring a file into a matrix, open that matrix first; new ones are brought in by those who enter"
          " evaluations."),
    )  # fmt: skip
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = BringForm(*sent, fixed_profile=evaluation is not None)
    if form.is_bound and form.is_valid() and (made := _brought(request, form, evaluation, response)):
        wake()
        return redirect("import", made.pk)
    waiting = MatrixImport.objects.filter(by=request.user).under_way().visible_to(request.user)
    context = {
        "form": form,
        "evaluation": evaluation,
        "response": response,
        "waiting": waiting.select_related("evaluation").defer(*HEAVY).order_by("-at")[:LISTED],
        "crumbs": crumbs(None, evaluation, _("Bring a matrix in")),
    }
    return render(request, "importing/new.html", context, status=422 if form.errors else 200)


HEAVY = ("reading", "draft", "tables", "mended", "choices", "done", "pasted")


def _goal(request: AuthedRequest) -> tuple[Evaluation | None, ManagementResponse | None]:
    """Where it goes: the response that is named, or the evaluation's only one. 404 for what is not seen."""
    pk, of = request.GET.get("response", ""), request.GET.get("evaluation", "")
    if pk.isdecimal() and len(pk) < 19:
        responses = ManagementResponse.objects.visible_to(request.user)
        found = get_or_404(responses.select_related("evaluation__profile", "office"), pk=int(pk))
        return found.evaluation, found
    if of.isdecimal() and len(of) < 19:
        evaluations = Evaluation.objects.visible_to(request.user).select_related("profile")
        evaluation = get_or_404(evaluations, pk=int(of))
        only = list(evaluation.responses.select_related("office").order_by("pk")[:2])
        return evaluation, only[0] if len(only) == 1 else None
    return None, None


def _brought(
    request: AuthedRequest,
    form: BringForm,
    evaluation: Evaluation | None,
    response: ManagementResponse | None,
) -> MatrixImport | None:
    data = form.cleaned_data
    file = data["file"]
    try:
        return bringing.bring(
            Upload(file, file.name, file.size) if file else None,
            data["pasted"],
            by=request.user,
            now=timezone.now(),
            evaluation=evaluation,
            response=response,
            profile=data.get("profile", ""),
            language=data["language"],
        )
    except Refused as refusal:
        form.add_error("file" if file else None, str(refusal))
        return None


# How far it is -------------------------------------------------------------------------------------------


@require_safe
@signed_in
def page(request: AuthedRequest, pk: int) -> HttpResponse:
    """Where the file stands; what there is to look over has pages of its own."""
    one = import_or_404(request.user, pk)
    is_polling = bool(request.htmx and request.htmx.target == "progress")
    if one.state in UNREAD and is_polling:
        return render(request, "importing/_progress.html", {"one": one, "waits_for_scan": _scanned(one)})
    if is_polling:
        return HttpResponseClientRefresh()
    if one.by_id == request.user.pk and one.state == ImportState.READ:
        return redirect("import_review", pk)
    if one.by_id == request.user.pk and one.state == ImportState.COLUMNS:
        return redirect("import_columns", pk)
    context = {
        "one": one,
        "waits": one.state in UNREAD,
        "waits_for_scan": _scanned(one),
        "own": one.by_id == request.user.pk,
        "may_undo": undoing.may_undo(request.user, one),
        "may_download": may_download(request.user, one),
        "again": ReadingForm(
            initial={"profile": one.profile, "language": one.language},
            fixed_profile=one.evaluation_id is not None,
        ),
        "crumbs": crumbs(one, one.evaluation, one.name),
    }
    return render(request, "importing/page.html", context)


def _scanned(one: MatrixImport) -> bool:
    return one.file is not None and not stored.is_open(one.file)


def may_download(user: User, one: MatrixImport) -> bool:
    """The file says more than what was taken of it: it is for its owner and who works on the response."""
    if one.file is None or not stored.is_open(one.file):
        return False
    if one.by_id == user.pk:
        return True
    return bool(one.evaluation and bringing.may_bring_into(user, one.evaluation, one.response))


@require_safe
@signed_in
def file(request: AuthedRequest, pk: int) -> HttpResponseBase:
    one = import_or_404(request.user, pk)
    require(
        may_download(request.user, one), _("The file is for those who brought it in or work on the matrix.")
    )
    assert one.file  # noqa: S101 - for mypy; see may_download
    return files.download(request, one.file, one.name)


@require_safe
@signed_in
def of_evaluation(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was taken over into an evaluation, and what of it was taken back."""
    evaluation = get_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    rows = evaluation.imports.filter(state__in=(ImportState.COMMITTED, ImportState.UNDONE))
    listed = rows.select_related("file", "by", "undone_by", "response__office").defer(*HEAVY)
    responses = {one.pk: one for one in evaluation.responses.select_related("evaluation__profile", "office")}
    allowed: dict[int | None, bool] = {
        pk: bringing.may_bring_into(request.user, evaluation, one) for pk, one in responses.items()
    }
    allowed[None] = bringing.may_bring_into(request.user, evaluation, None)
    lines = [
        (
            one,
            one.file is not None
            and stored.is_open(one.file)
            and (one.by_id == request.user.pk or allowed.get(one.response_id, False)),
        )
        for one in listed.order_by("-settled_at", "-pk")[:LISTED]
    ]
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "lines": lines,
        "crumbs": crumbs(None, evaluation, _("Files brought in")),
    }
    return render(request, "importing/list.html", context)


# Leaving it, and taking it back --------------------------------------------------------------------------


@require_POST
@signed_in
def discard(request: AuthedRequest, pk: int) -> HttpResponse:
    one = own_or_404(request.user, pk)
    try:
        bringing.discard(one, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("import", pk)
    messages.success(request, _("“%(name)s” was discarded; nothing of it was taken over.") % {"name": one})
    if one.response_id:
        return redirect("matrix", one.response_id)
    return redirect("evaluation", one.evaluation_id) if one.evaluation_id else redirect("evaluations")


@require_POST
@signed_in
def undo(request: AuthedRequest, pk: int) -> HttpResponse:
    one = import_or_404(request.user, pk)
    try:
        undoing.undo(one, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    except PermissionDenied:
        require(False, _("Only who brought the file in, or oversees the evaluation, takes it back."))
    else:
        messages.success(request, _("“%(name)s” was taken back: all is as it was.") % {"name": one})
    return redirect("import", pk)
