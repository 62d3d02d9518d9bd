"""The independent check: what is to be checked, the three columns of a response, and giving a verdict."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.forms import NameForm, everyone
from evaltrack.models import User
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, get_or_404, require, signed_in
from responses import badges, follow_up, subjects, verification, verified
from responses.forms.verification import CheckForm, LaterVerdictForm
from responses.models import ManagementResponse, Reviewer
from responses.permissions import Access
from responses.subjects import Subject, response_of
from responses.views.follow_up import action_or_404, answer_or_404, crumbs
from responses.views.matrix import response_or_404

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@signed_in
def to_check(request: AuthedRequest) -> HttpResponse:
    """The responses whose reports the person may check."""
    responses = verified.checked_by(request.user)
    require(
        can(request.user, Permission.VERIFY) or responses.exists(),
        _("Reports are checked by the evaluation unit and by those it names."),
    )
    context = {"rows": verified.to_check(responses)}
    return render(request, "verification/list.html", context)


@require_safe
@signed_in
def of_response(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was reported, what reviewers found and what later evaluations found, side by side."""
    response = response_or_404(request.user, pk)
    allowed = Access(request.user, response)
    columns = verified.columns_of(response)
    context = {
        "response": response,
        "columns": columns,
        "figures": verified.figures(columns),
        "count": len(columns),
        "may_check": allowed.verify,
        "may_name": allowed.oversee,
        "reviewers": response.reviewers.select_related("person").order_by("person__name"),
        "everyone": everyone() if allowed.oversee else [],
        "crumbs": crumbs(response, _("Independent check")),
    }
    return render(request, "verification/response.html", context)


@require_POST
@signed_in
def reviewer_name(request: AuthedRequest, pk: int) -> HttpResponse:
    response = response_or_404(request.user, pk)
    _require_overseer(request.user, response)
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["person"]))
        return redirect("verification", pk)
    person = form.cleaned_data["person"]
    try:
        verification.name_reviewer(response, person, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(person)s may check this response now.") % {"person": person})
    return redirect("verification", pk)


@require_POST
@signed_in
def reviewer_dismiss(request: AuthedRequest, pk: int) -> HttpResponse:
    seen = ManagementResponse.objects.visible_to(request.user)
    found = get_or_404(
        Reviewer.objects.filter(response__in=seen).select_related("person", "response__evaluation"), pk=pk
    )
    _require_overseer(request.user, found.response)
    verification.dismiss_reviewer(found, by=request.user)
    messages.success(request, _("%(person)s no longer checks this response.") % {"person": found.person})
    return redirect("verification", found.response_id)


def _require_overseer(user: User, response: ManagementResponse) -> None:
    require(Access(user, response).oversee, _("Only the evaluation unit names who checks."))


@PAGE
@signed_in
def check_action(request: AuthedRequest, pk: int) -> HttpResponse:
    return _check(request, action_or_404(request.user, pk))


@PAGE
@signed_in
def check_answer(request: AuthedRequest, pk: int) -> HttpResponse:
    return _check(request, answer_or_404(request.user, pk))


def _check(request: AuthedRequest, subject: Subject) -> HttpResponse:
    """What was reported, earlier verdicts and the form: for an own verdict, or for a later evaluation's."""
    response = response_of(subject)
    require(
        Access(request.user, response).verify,
        _("Reports are checked by the evaluation unit and by those it names."),
    )
    rules = response.evaluation.profile.rules
    by_later = "later" in request.GET
    data = request.POST if request.method == "POST" else None
    form = (
        LaterVerdictForm(data, rules=rules, user=request.user) if by_later else CheckForm(data, rules=rules)
    )
    if form.is_valid() and _saved(request, subject, form):
        return redirect("verification", response.pk)
    context = {
        "subject": subject,
        "name": subjects.named(subject),
        "number": subjects.number(subject),
        "address": subjects.address(subject),
        "response": response,
        "status": badges.of_status(rules, subject.status),
        "updates": follow_up.updates_of(subject, rules),
        "verdicts": verified.verdicts_of(subject, rules),
        "form": form,
        "by_later": by_later,
        "hindrance": "" if by_later else verification.why_not_independent(request.user, subject),
        "crumbs": crumbs(response, _("Independent check")),
    }
    return render(request, "verification/check.html", context, status=422 if form.errors else 200)


def _saved(request: AuthedRequest, subject: Subject, form: CheckForm | LaterVerdictForm) -> bool:
    give = verification.note_later_verdict if isinstance(form, LaterVerdictForm) else verification.check
    try:
        give(subject, by=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Saved: %(what)s") % {"what": subjects.named(subject)})
    return True
