"""One key action, or one answer where the status is kept there: how it stands, and reporting it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.web import AuthedRequest, Crumb, came_from, get_or_404, require, signed_in, toast
from recommendations.choices import CommonStatus, StatusLevel
from recommendations.models import Evaluation
from responses import (
    badges,
    derived,
    evidence,
    evidence_shown,
    follow_up,
    postponing,
    progress,
    snoozing,
    subjects,
    told_whom,
    verified,
    work,
)
from responses.choices import RequestState
from responses.forms.progress import FullReportForm, ReportForm
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from responses.permissions import access
from responses.shown import derived_words
from responses.subjects import Subject, response_of
from responses.views.closing import closing_context

RELATED = ("response__evaluation__profile", "response__office", "recommendation")


def action_or_404(user: User, pk: int) -> KeyAction:
    rows = KeyAction.objects.present().visible_to(user).select_related(*(f"answer__{one}" for one in RELATED))
    return get_or_404(rows, pk=pk)


def answer_or_404(user: User, pk: int) -> RecommendationResponse:
    rows = RecommendationResponse.objects.present().visible_to(user).select_related(*RELATED)
    return get_or_404(rows, pk=pk)


def crumbs(response: ManagementResponse, here: str) -> list[Crumb]:
    evaluation: Evaluation = response.evaluation
    return [
        (_("Evaluations"), reverse("evaluations")),
        (evaluation.name, reverse("evaluation", args=[evaluation.pk])),
        (_("Matrix"), reverse("matrix", args=[response.pk])),
        (here, ""),
    ]


def report_form(
    subject: Subject, data: Any = None, files: Any = None, *, short: bool = False, **options: Any
) -> ReportForm:
    """The form for a report; ``short`` for a row of a list."""
    response = response_of(subject)
    rules = response.evaluation.profile.rules
    today = timezone.localdate()
    if isinstance(subject, RecommendationResponse):
        asked_in = follow_up.open_rounds(response)
        options["round"] = follow_up.round_to_report(subject, rules, today, asked_in)
        options["rounds"] = [(name, name) for name in asked_in]
    if not short:
        options["postponable"] = isinstance(subject, KeyAction) and postponing.is_open(subject)
    form = ReportForm if short else FullReportForm
    # Several forms may be open on one page.
    name = f"report-{subject.pk}-%s"
    made = form(data, files, rules=rules, today=today, status=subject.status, auto_id=name, **options)
    made.say_needed(evidence.statuses_needing(subject, rules), leave_out=short)
    return made


def reported(subject: Subject, form: ReportForm, user: User) -> str | None:
    """What to say once the report is saved; None where it could not be: the form says why, and holds it."""
    now = timezone.localtime()
    form.is_valid()
    attachments = form.attachments(by=user, now=now)  # keeps what was uploaded with a form that is wrong
    if attachments is None:
        return None
    try:
        update = progress.report(subject, by=user, now=now, attachments=attachments, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    told = evidence.told_before(update.evidence.select_related("file")) if attachments else []
    return " ".join(filter(None, (said_back(subject, update), *told)))


def said_back(subject: Subject, update: ProgressUpdate) -> str:
    """What a report of this kind leads to, in a sentence; "" where nothing is to be said."""
    common = response_of(subject).evaluation.profile.rules.common(update.status)
    until = progress.runs_until(subject, update.as_of)
    if common == CommonStatus.COMPLETED and until:
        return _("It runs until %(day)s. If it still goes on, report that instead.") % {
            "day": date_format(until)
        }
    if common == CommonStatus.DROPPED and not subject.closed_as:
        return _("It stays open until that is approved.")
    if update.deadline_changes.filter(state=RequestState.WAITING).exists():
        return _("The new date counts once it is approved.")
    return ""


# Key actions ---------------------------------------------------------------------------------------------


@require_safe
@signed_in
def action(request: AuthedRequest, pk: int) -> HttpResponse:
    return show_action(request, action_or_404(request.user, pk))


def show_action(
    request: AuthedRequest, found: KeyAction, form: ReportForm | None = None, status: int = 200
) -> HttpResponse:
    """The page; ``form`` is a report that was refused."""
    answer, response = found.answer, found.answer.response
    allowed = access(request.user, response)
    if form is None and allowed.may_report(found):
        form = report_form(found)
    rules = response.evaluation.profile.rules
    number = subjects.number(found)
    due, today = None if found.is_closed else found.deadline_due, timezone.localdate()
    asked = follow_up.requests_of(found, rules)
    context = {
        **closing_context(request.user, allowed, found, asked),
        "promise": follow_up.promise_of(found, asked, today),
        "action": found,
        "answer": answer,
        "response": response,
        "rules": rules,
        "number": number,
        "status": work.status_of(found, rules),
        "decision": badges.of_decision(rules, answer.decision),
        "understood": follow_up.understood(found),
        "distance": work.distance(due, today) if due else "",
        "late": bool(due and due < today),
        "parties": found.parties.select_related("person", "office").order_by("order", "pk"),
        "updates": follow_up.updates_of(
            found, rules, evidence_shown.under(found, by=request.user, reports=allowed.report)
        ),
        "verdicts": verified.verdicts_of(found, rules),
        "may_check": allowed.verify,
        "reminders": told_whom.with_mails(found.reminders.order_by("-planned_at", "-pk")),
        "snoozes": snoozing.of_action(found, today),
        "may_snooze": snoozing.may_snooze(request.user, found),
        "may_edit": allowed.respond,
        "per_recommendation": rules.status_level == StatusLevel.RECOMMENDATION,
        "form": form,
        "next": came_from(request),
        "crumbs": crumbs(response, _("Key action %(number)s") % {"number": number}),
    }
    return render(request, "follow_up/action.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def action_report(request: AuthedRequest, pk: int) -> HttpResponse:
    """Report progress: in the row of "My work" where htmx asks, else from the action's page."""
    found = action_or_404(request.user, pk)
    require(
        progress.may_report(request.user, found), _("Only who is responsible for this action reports on it.")
    )
    if request.htmx:
        return _in_row(request, found)
    back = came_from(request, reverse("action", args=[pk]))
    if request.method != "POST":
        return redirect(f"{reverse('action', args=[pk])}#report")
    form = report_form(found, request.POST, request.FILES)
    said = reported(found, form, request.user)
    if said is None:
        return show_action(request, found, form, status=422)
    messages.success(request, _("Saved: %(text)s") % {"text": found.text[:80]})
    if said:
        messages.warning(request, said)
    return redirect(back)


def _in_row(request: AuthedRequest, found: KeyAction) -> HttpResponse:
    posted = request.method == "POST"
    sent = (request.POST, request.FILES) if posted else (None, None)
    form = report_form(found, *sent, short=True, focus=True)
    said = reported(found, form, request.user) if posted else None
    saved = said is not None
    shut = saved or (not posted and "close" in request.GET)
    line = work.lines(KeyAction.objects.filter(pk=found.pk), timezone.localdate())[0]
    context = {"line": line, "form": None if shut else form, "reported": saved}
    answer = render(request, "work/_row.html", context, status=422 if posted and not saved else 200)
    return toast(answer, " ".join(filter(None, (_("Saved."), said)))) if saved else answer


# Answers -------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def answer(request: AuthedRequest, pk: int) -> HttpResponse:
    return show_answer(request, answer_or_404(request.user, pk))


def keeps_status(found: RecommendationResponse) -> bool:
    """Whether the status stands with the recommendation, not with its key actions."""
    return found.response.evaluation.profile.rules.status_level == StatusLevel.RECOMMENDATION


def show_answer(
    request: AuthedRequest, found: RecommendationResponse, form: ReportForm | None = None, status: int = 200
) -> HttpResponse:
    """The page; ``form`` is a report that was refused."""
    response = found.response
    rules = response.evaluation.profile.rules
    allowed = access(request.user, response)
    if form is None and allowed.report and keeps_status(found):
        form = report_form(found)
    actions = list(follow_up.actions_under(found, rules))
    together = derived.of_answer(found, rules, [one for one, _number, _badge in actions])
    number = found.recommendation.number or found.recommendation.order
    title = _("Recommendation %(number)s") % {"number": number}
    context = {
        **closing_context(request.user, allowed, found, follow_up.requests_of(found, rules)),
        "answer": found,
        "response": response,
        "rules": rules,
        "title": title,
        "status": badges.of_subject(rules, found),
        "decision": badges.of_decision(rules, found.decision),
        "actions": actions,
        "derived": together,
        "derived_badge": badges.of_common(together.common_status) if together else None,
        "derived_words": derived_words(together) if together else "",
        "updates": follow_up.updates_of(
            found, rules, evidence_shown.under(found, by=request.user, reports=allowed.report)
        ),
        "verdicts": verified.verdicts_of(found, rules),
        "may_check": allowed.verify,
        "may_edit": allowed.respond,
        "per_recommendation": keeps_status(found),
        "form": form,
        "next": came_from(request),
        "crumbs": crumbs(response, title),
    }
    return render(request, "follow_up/answer.html", context, status=status)


@require_POST
@signed_in
def answer_report(request: AuthedRequest, pk: int) -> HttpResponse:
    found = answer_or_404(request.user, pk)
    require(keeps_status(found), _("Here the status is kept with each key action."))
    require(progress.may_report(request.user, found), _("Only those who answer for the office report here."))
    form = report_form(found, request.POST, request.FILES)
    said = reported(found, form, request.user)
    if said is None:
        return show_answer(request, found, form, status=422)
    messages.success(request, _("Saved."))
    if said:
        messages.warning(request, said)
    return redirect(came_from(request, reverse("answer", args=[pk])))
