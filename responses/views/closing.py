"""Closing what was not done, and opening it again: one, or many when tracking has ended."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.web import AuthedRequest, get_or_404, paginate, require, signed_in
from recommendations.models import RuleProfile
from responses import approvals, closing, follow_up, subjects, tracking
from responses.choices import RequestState
from responses.forms.progress import ClosingForm, ReasonForm, reasons
from responses.models import KeyAction, RecommendationResponse
from responses.permissions import Access, oversees
from responses.subjects import Subject, response_of

RELATED = ("response__evaluation__profile", "response__office", "recommendation")


def closing_context(
    user: User, allowed: Access, subject: Subject, asked: list[follow_up.Request]
) -> dict[str, Any]:
    """What was asked for, and who may decide, close or reopen."""
    rules = response_of(subject).evaluation.profile.rules
    waiting = [one.asked for one in asked if one.waits]
    closes = allowed.oversee and not subject.closed_as
    return {
        "subject": subject,
        "requests": asked,
        "may_decide": any(approvals.may_decide(user, one) for one in waiting),
        "closed": _closed_by(subject, asked),
        "reopen_form": ReasonForm(label_suffix="", auto_id="reopen-%s")
        if subject.closed_as and closing.may_reopen(allowed)
        else None,
        "close_form": ClosingForm(choices=reasons(rules.drop_reasons), auto_id="close-%s")
        if closes
        else None,
    }


def _closed_by(subject: Subject, asked: list[follow_up.Request]) -> follow_up.Request | None:
    """The decision that closed it without its being done."""
    if not subject.closed_as:
        return None
    return next(
        (
            one
            for one in asked
            if one.is_closing and one.asked.state == RequestState.APPROVED and not one.is_reopened
        ),
        None,
    )


# One -----------------------------------------------------------------------------------------------------


def _subject(user: User, kind: str, pk: int) -> Subject:
    if kind == tracking.ACTION:
        actions = KeyAction.objects.present().visible_to(user)
        return get_or_404(actions.select_related(*(f"answer__{one}" for one in RELATED)), pk=pk)
    return get_or_404(
        RecommendationResponse.objects.present().visible_to(user).select_related(*RELATED), pk=pk
    )


@require_POST
@signed_in
def close(request: AuthedRequest, pk: int, kind: str) -> HttpResponse:
    """Close one as not implemented."""
    found = _subject(request.user, kind, pk)
    choices = reasons(response_of(found).evaluation.profile.rules.drop_reasons)
    form = ClosingForm(request.POST, choices=choices)
    try:
        _check(form)
        closing.close(found, by=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Closed: not implemented."))
    return redirect(subjects.address(found))


@require_POST
@signed_in
def reopen(request: AuthedRequest, pk: int, kind: str) -> HttpResponse:
    found = _subject(request.user, kind, pk)
    form = ReasonForm(request.POST)
    try:
        _check(form)
        closing.reopen(found, by=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is open again."))
    return redirect(subjects.address(found))


def _check(form: ReasonForm) -> None:
    """Raises Refused with what a short form says: its page shows no errors beside fields."""
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))


# Many ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tracking_ended(request: AuthedRequest) -> HttpResponse:
    """What is open though tracking has ended; what is ticked is shown once more before it is closed."""
    require(oversees(request.user), _("Only those who oversee evaluations close what was not done."))
    if request.method == "POST":
        return _confirm(request)
    today = timezone.localdate()
    page = paginate(tracking.ended(request.user, today), request, per_page=25)
    context = {"page": page, "ended": tracking.listed(page)}
    return render(request, "follow_up/tracking_ended.html", context)


def _confirm(request: AuthedRequest) -> HttpResponse:
    chosen = tracking.named(request.user, request.POST.getlist("close"))
    if not chosen:
        messages.error(
            request, _("Tick what is to be closed. What was closed meanwhile is no longer listed.")
        )
        return redirect("tracking_ended")
    confirmed = "reason" in request.POST
    form = ClosingForm(request.POST if confirmed else None, choices=_choices(chosen))
    if confirmed and form.is_valid():
        try:
            return _close_all(request, chosen, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    rows = tracking.lines(chosen)
    status = 422 if confirmed else 200
    return render(request, "follow_up/close_many.html", {"form": form, "rows": rows}, status=status)


def _close_all(request: AuthedRequest, chosen: list[Subject], form: ClosingForm) -> HttpResponse:
    """All of them or none."""
    now = timezone.now()
    with transaction.atomic():
        for one in chosen:
            closing.close(one, by=request.user, now=now, **form.cleaned_data)
    words = ngettext(
        "%(count)d is closed: not implemented.", "%(count)d are closed: not implemented.", len(chosen)
    )
    messages.success(request, words % {"count": len(chosen)})
    return redirect(reverse("tracking_ended"))


def _choices(chosen: list[Subject]) -> list[tuple[str, str]]:
    """The reasons that every profile of those chosen knows."""
    keys = {response_of(one).evaluation.profile_id for one in chosen}
    lists = [one.rules.drop_reasons for one in RuleProfile.objects.filter(pk__in=keys).order_by("pk")]
    shared = set.intersection(*({reason.code for reason in one} for one in lists))
    return reasons(tuple(reason for reason in lists[0] if reason.code in shared))
