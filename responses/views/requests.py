"""Asking for responses, giving them more time, and the list of what is owed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, came_from, get_or_404, render_part, require, signed_in
from recommendations.models import Evaluation
from responses import owed, requests, response_reminders
from responses.forms.requests import OwedFilter, RequestForm, TermForm
from responses.models import ManagementResponse
from responses.permissions import access, may_open

PAGE = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50


@PAGE
@signed_in
def response_new(request: AuthedRequest, pk: int) -> HttpResponse:
    """The last step of entering an evaluation: who answers it, and until when."""
    found = get_or_404(Evaluation.objects.visible_to(request.user).select_related("profile"), pk=pk)
    require(may_open(request.user, found), _("You may not ask for the response to this evaluation."))
    form = RequestForm(
        request.POST or None,
        evaluation=found,
        today=timezone.localdate(),
        may_set_term=requests.may_set_term(request.user, found),
    )
    if request.method == "POST" and form.is_valid() and (asked := _asked(request, found, form)):
        words = ngettext(
            "The management response is asked for.",
            "%(count)d management responses are asked for.",
            len(asked),
        )
        messages.success(request, words % {"count": len(asked)})
        return redirect("matrix", asked[0].pk) if len(asked) == 1 else redirect("evaluation", pk)
    context = {
        "form": form,
        "evaluation": found,
        "unready": requests.unready(found),
        "has_recommendations": found.recommendations.present().exists(),
        "step": None if found.responses.exists() else 3,
        "crumbs": _crumbs(found, _("Response")),
    }
    return render(request, "evaluations/response.html", context, status=422 if form.errors else 200)


def _asked(request: AuthedRequest, found: Evaluation, form: RequestForm) -> list[ManagementResponse]:
    """The responses that were asked for, all or none; refused, the form says why."""
    fields, now, today = form.cleaned_data, timezone.now(), timezone.localdate()
    try:
        with transaction.atomic():
            return [
                requests.ask(
                    found, office, fields["coordinator"], by=request.user, now=now, today=today,
                    due_on=fields.get("due_on"), prefill=not fields.get("hand_over", True),
                    note=fields["note"], coordinator_text=fields["coordinator_text"],
                )
                for office in form.answering()
            ]  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return []


# The term ------------------------------------------------------------------------------------------------


@PAGE
@signed_in
def response_extend(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give a response more time; ``?until=`` is the day someone asked for."""
    found = _response(request, pk)
    require(access(request.user, found).oversee, _("More time is given by the evaluation unit."))
    form = TermForm(
        request.POST or None, initial={"until": _day(request.GET.get("until", ""))}, label_suffix=""
    )
    if request.method == "POST" and form.is_valid():
        until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
        try:
            requests.extend(found, until, reason, by=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("The response is now due on %(day)s.") % {"day": date_format(until)}
            messages.success(request, said)
            return redirect(came_from(request, reverse("evaluation", args=[found.evaluation_id])))
    return _term(request, found, form, _("Give more time"))


@PAGE
@signed_in
def response_more_time(request: AuthedRequest, pk: int) -> HttpResponse:
    """Ask those who oversee the evaluation for more time."""
    found = _response(request, pk)
    require(access(request.user, found).respond, _("The coordinator of the response asks for more time."))
    form = TermForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
        try:
            requests.ask_for_more_time(found, until, reason, by=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your wish is on its way. Until it is granted, the due date stays."))
            return redirect(came_from(request, reverse("evaluation", args=[found.evaluation_id])))
    return _term(request, found, form, _("Ask for more time"))


def _term(request: AuthedRequest, found: ManagementResponse, form: TermForm, title: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "response": found,
        "due": requests.due_of(found),
        "extensions": found.extensions.select_related("by").order_by("at", "pk"),
        "next": came_from(request),
        "crumbs": _crumbs(found.evaluation, title),
    }
    return render(request, "evaluations/term.html", context, status=422 if form.errors else 200)


def _response(request: AuthedRequest, pk: int) -> ManagementResponse:
    seen = ManagementResponse.objects.visible_to(request.user)
    return get_or_404(seen.select_related("evaluation__profile", "office", "coordinator"), pk=pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _crumbs(found: Evaluation, here: str) -> list[tuple[str, str]]:
    return [
        (_("Evaluations"), reverse("evaluations")),
        (found.name, reverse("evaluation", args=[found.pk])),
        (here, ""),
    ]


# What is owed --------------------------------------------------------------------------------------------


@require_safe
@signed_in
def owed_list(request: AuthedRequest) -> HttpResponse:
    require(can(request.user, Permission.OVERSEE), _("This list is for those who oversee evaluations."))
    today = timezone.localdate()
    form = OwedFilter(request.GET)
    form.is_valid()
    chosen: dict[str, Any] = {
        name: form.cleaned_data.get(name) or empty for name, empty in (("office", None), ("state", ""))
    }
    found = owed.owed(request.user, today, **chosen)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": owed.rows(page.object_list, today),
        "late": sum(1 for one in found if one.due and one.due < today),
        "filtered": any(chosen.values()),
    }
    return render_part(request, "evaluations/owed.html", "owed-list", context)


@require_POST
@signed_in
def response_remind(request: AuthedRequest, pk: int) -> HttpResponse:
    """Remind whoever has to do the next step for a response."""
    found = _response(request, pk)
    require(access(request.user, found).oversee, _("The evaluation unit reminds of responses."))
    try:
        people = response_reminders.remind_now(found, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        names = ", ".join(map(str, people))
        messages.success(request, _("Reminded: %(people)s.") % {"people": names})
    return redirect(came_from(request, reverse("responses_owed")))
