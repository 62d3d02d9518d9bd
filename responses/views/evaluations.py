"""The list of evaluations with how far each is answered, the page of one, and beginning its response."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaltrack.errors import Refused
from evaltrack.models import Office
from evaltrack.web import AuthedRequest, get_or_404, paginate, render_part, require, signed_in
from recommendations.models import Evaluation, Recommendation
from recommendations.models.evaluation import EvaluationQuerySet
from recommendations.permissions import may_edit, may_edit_recommendations, may_enter
from responses import answers, history, standing
from responses.forms import OWED, EvaluationFilter, ResponseForm
from responses.models import ManagementResponse
from responses.permissions import may_open

PER_PAGE = 25
LISTED_RECOMMENDATIONS = 200


@require_safe
@signed_in
def evaluations(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    form = EvaluationFilter(request.GET, user=request.user)
    form.is_valid()
    found = matching(Evaluation.objects.visible_to(request.user), **form.cleaned_data)
    found = found.order_by(F("report_date").desc(nulls_last=True), "-pk")
    page = paginate(found, request, PER_PAGE)
    shown = [one.pk for one in page.object_list]
    counted = standing.with_counts(Evaluation.objects.filter(pk__in=shown), today)
    rows = standing.answering(counted.prefetch_related("offices", "responses__office"), today)
    context = {
        "form": form,
        "page": page,
        "rows": sorted(rows, key=lambda row: shown.index(row.evaluation.pk)),
        "filtered": any(form.cleaned_data.values()),
        "may_enter": may_enter(request.user),
    }
    return render_part(request, "evaluations/list.html", "evaluation-list", context)


def matching(
    found: EvaluationQuerySet,
    q: str = "",
    office: Office | None = None,
    profile: str = "",
    year: int | None = None,
    response: str = "",
) -> EvaluationQuerySet:
    """The evaluations that a filter shows; every word must stand in the title or the reference."""
    for word in q.split():
        found = found.filter(
            Q(title__icontains=word) | Q(short_title__icontains=word) | Q(reference__icontains=word)
        )
    if office:
        inside = Evaluation.offices.through.objects.filter(
            office__in=Office.objects.all().with_sub_offices([office.pk])
        )
        found = found.filter(pk__in=inside.values("evaluation"))
    if profile:
        found = found.filter(profile__slug=profile)
    if year:
        found = found.filter(report_date__year=year)
    if response:
        states = (standing.MISSING, standing.INCOMPLETE) if response == OWED else (response,)
        found = standing.in_state(found, *states)
    return found


@require_safe
@signed_in
def evaluation(request: AuthedRequest, pk: int) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    rows = Evaluation.objects.visible_to(user).select_related("profile", "manager")
    found = get_or_404(rows.prefetch_related("offices", "evaluators"), pk=pk)
    responses = found.responses.select_related("evaluation", "office", "coordinator").order_by("pk")
    standings = standing.standings(responses, today)
    context = {
        "evaluation": found,
        "rules": found.profile.rules,
        "standings": standings,
        "due": standing.response_due(found, found.profile.rules),
        "recommendations": found.recommendations.present().only("number", "order", "text", "evaluation_id")[
            :LISTED_RECOMMENDATIONS
        ],
        "first_response": standings[0].response if standings else None,
        "may_edit": may_edit(user, found),
        "may_edit_recommendations": may_edit_recommendations(user, found),
        "may_open": may_open(user, found),
        "events": history.of_evaluation(found),
        "crumbs": [(_("Evaluations"), reverse("evaluations")), (found.name, "")],
    }
    return render(request, "evaluations/evaluation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def response_new(request: AuthedRequest, pk: int) -> HttpResponse:
    """The last step of entering an evaluation: who answers it."""
    found = get_or_404(Evaluation.objects.visible_to(request.user).select_related("profile"), pk=pk)
    require(may_open(request.user, found), _("You may not begin the response to this evaluation."))
    offices = list(found.offices.all()[:2])
    initial: dict[str, Any] = {"office": offices[0] if len(offices) == 1 else None}
    form = ResponseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        opened = begun(request, found, form)
        if opened:
            messages.success(request, _("The management response is open. Fill in the matrix."))
            return redirect("matrix", opened.pk)
    context = {
        "form": form,
        "evaluation": found,
        "has_recommendations": Recommendation.objects.present().filter(evaluation=found).exists(),
        "step": 3,
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (found.name, reverse("evaluation", args=[found.pk])),
            (_("Response"), ""),
        ],
    }
    return render(request, "evaluations/response.html", context, status=422 if form.errors else 200)


def begun(request: AuthedRequest, found: Evaluation, form: ResponseForm) -> ManagementResponse | None:
    """The response that was opened; refused, the form says why."""
    fields = form.cleaned_data
    coordinator = fields["coordinator"]
    if coordinator and not fields["coordinator_text"].strip():
        fields["coordinator_text"] = str(coordinator)
    try:
        return answers.open_response(found, by=request.user, **fields)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
