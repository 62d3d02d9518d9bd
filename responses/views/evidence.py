"""Evidence: opening it, adding to an update that is there, removing it and bringing it back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.models import StoredFile, User
from evaltrack.views import files
from evaltrack.web import AuthedRequest, Crumb, came_from, get_or_404, require, signed_in
from responses import evidence, evidence_shown
from responses.forms.evidence import AttachForm, RemoveForm
from responses.models import Evidence, ProgressUpdate
from responses.subjects import address, named, response_of

OF_SUBJECT = (
    "action__answer__recommendation",
    "action__answer__response__evaluation__profile",
    "answer__recommendation",
    "answer__response__evaluation__profile",
)


def evidence_or_404(user: User, pk: int) -> Evidence:
    rows = Evidence.objects.visible_to(user).select_related("file", *(f"update__{one}" for one in OF_SUBJECT))
    return get_or_404(rows, pk=pk)


def file_or_404(user: User, pk: int) -> tuple[Evidence, StoredFile]:
    """A file that is there, and that the scanner lets through to this person (403 otherwise)."""
    found = evidence_or_404(user, pk)
    if found.removed_at or found.file is None or found.file.scan == StoredFile.Scan.INFECTED:
        raise Http404
    require(
        evidence_shown.may_open(found, user),
        _("This file is still being checked for malware. Come back later."),
    )
    return found, found.file


@require_safe
@signed_in
def open_file(request: AuthedRequest, pk: int) -> HttpResponseBase:
    found, file = file_or_404(request.user, pk)
    return files.download(request, file, found.name)


@require_safe
@signed_in
def picture(request: AuthedRequest, pk: int, *, large: bool) -> HttpResponseBase:
    _found, file = file_or_404(request.user, pk)
    return files.picture(request, file, large=large)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def attach(request: AuthedRequest, pk: int) -> HttpResponse:
    """Evidence for an update that was made without it."""
    rows = (
        ProgressUpdate.objects.present().visible_to(request.user).select_related("reported_by", *OF_SUBJECT)
    )
    update = get_or_404(rows, pk=pk)
    subject = evidence.subject_of(update)
    require(
        evidence.may_attach(request.user, subject), _("Only those who report on this attach evidence to it.")
    )
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AttachForm(*sent, label_suffix="")
    if form.is_bound and _attached(request, update, form):
        return redirect(_back(request, update))
    context = {
        "update": update,
        "about": named(subject),
        "form": form,
        "next": came_from(request),
        "back": _back(request, update),
        "crumbs": _crumbs(update, _("Attach evidence")),
    }
    return render(request, "evidence/attach.html", context, status=422 if form.errors else 200)


def _attached(request: AuthedRequest, update: ProgressUpdate, form: AttachForm) -> bool:
    now = timezone.localtime()
    form.is_valid()
    attachments = form.attachments(by=request.user, now=now)
    if attachments is None:
        return False
    if not attachments:
        form.add_error(None, _("Choose a file, or give a link."))
        return False
    try:
        made = evidence.attach(update, attachments, by=request.user, now=now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    say_attached(request, made)
    return True


def say_attached(request: AuthedRequest, made: list[Evidence]) -> None:
    """That it is there, and what of it hung elsewhere already."""
    if made:
        messages.success(request, _("Attached: %(names)s") % {"names": ", ".join(one.name for one in made)})
    for sentence in evidence.told_before(made):
        messages.info(request, sentence)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: AuthedRequest, pk: int) -> HttpResponse:
    found = evidence_or_404(request.user, pk)
    require(
        evidence.may_remove(request.user, found),
        _("Only who attached this, or those who report for the office, remove it."),
    )
    form = RemoveForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            evidence.remove(found, by=request.user, now=timezone.now(), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Removed: %(name)s. The history can bring it back.") % {"name": found.name},
            )
            return redirect(_back(request, found.update))
    context = {
        "evidence": found,
        "about": named(evidence.subject_of(found.update)),
        "form": form,
        "next": came_from(request),
        "back": _back(request, found.update),
        "crumbs": _crumbs(found.update, _("Remove evidence")),
    }
    return render(request, "evidence/remove.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def restore(request: AuthedRequest, pk: int) -> HttpResponse:
    found = evidence_or_404(request.user, pk)
    require(evidence.may_remove(request.user, found), _("You may not bring this back."))
    evidence.restore(found, by=request.user)
    messages.success(request, _("It is back: %(name)s") % {"name": found.name})
    return redirect(_back(request, found.update))


def _back(request: AuthedRequest, update: ProgressUpdate) -> str:
    return came_from(request, f"{address(evidence.subject_of(update))}#updates-title")


def _crumbs(update: ProgressUpdate, here: str) -> list[Crumb]:
    subject = evidence.subject_of(update)
    evaluation = response_of(subject).evaluation
    return [
        (_("Evaluations"), reverse("evaluations")),
        (evaluation.name, reverse("evaluation", args=[evaluation.pk])),
        (named(subject)[:1].upper() + named(subject)[1:], address(subject)),
        (here, ""),
    ]
