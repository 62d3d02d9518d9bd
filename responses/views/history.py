"""The pages of a history: of an evaluation, a response, a recommendation, a key action; and bringing back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.web import AuthedRequest, Crumb, came_from, get_or_404, paginate, signed_in
from recommendations.models import Evaluation, Recommendation
from responses import timeline
from responses.forms.lists import HistoryFilter
from responses.models import KeyAction, ManagementResponse
from responses.timeline import Timeline


@require_safe
@signed_in
def evaluation(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_or_404(Evaluation.objects.visible_to(request.user).select_related("profile"), pk=pk)
    title = _("History of the evaluation")
    return show(request, timeline.of_evaluation(found, request.user), title)


@require_safe
@signed_in
def response(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = ManagementResponse.objects.visible_to(request.user)
    found = get_or_404(rows.select_related("evaluation__profile", "office"), pk=pk)
    matrix = (_("Matrix"), reverse("matrix", args=[pk]))
    title = _("History of the management response")
    return show(request, timeline.of_response(found, request.user), title, matrix)


@require_safe
@signed_in
def recommendation(request: AuthedRequest, pk: int) -> HttpResponse:
    """Of a removed one as well."""
    rows = Recommendation.objects.visible_to(request.user).select_related("evaluation__profile")
    found = get_or_404(rows, pk=pk)
    title = _("History of recommendation %(number)s") % {"number": found.number or found.order}
    return show(request, timeline.of_recommendation(found, request.user), title, lead=found.text)


@require_safe
@signed_in
def action(request: AuthedRequest, pk: int) -> HttpResponse:
    """Of a removed one as well."""
    rows = KeyAction.objects.visible_to(request.user).select_related(
        "answer__response__evaluation__profile", "answer__recommendation"
    )
    found = get_or_404(rows, pk=pk)
    matrix = (_("Matrix"), reverse("matrix", args=[found.answer.response_id]))
    title = _("History of a key action")
    return show(request, timeline.of_action(found, request.user), title, matrix, lead=found.text)


def show(
    request: AuthedRequest, found: Timeline, title: str, *between: Crumb, lead: str = ""
) -> HttpResponse:
    """The page: a filter, and 50 entries by day and click."""
    form = HistoryFilter(request.GET, actors=found.actors())
    wanted = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    page = paginate(timeline.filtered(found.entries, **wanted), request)
    evaluation = found.evaluation
    context = {
        "title": title,
        "evaluation": evaluation,
        "lead": lead,
        "form": form,
        "filtered": bool(wanted) or bool(form.errors),
        "page": page,
        "days": timeline.days(found, page.object_list),
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (evaluation.name, reverse("evaluation", args=[evaluation.pk])),
            *between,
            (_("History"), ""),
        ],
    }
    return render(request, "history/page.html", context)


@require_POST
@signed_in
def bring_back(request: AuthedRequest, pk: int) -> HttpResponse:
    """Undo the removal that an entry of the history tells of."""
    seen = Evaluation.objects.visible_to(request.user).values("pk")
    rows = AuditEntry.objects.filter(parent_type="evaluation", parent_id__in=seen, verb="removed")
    entry = get_or_404(rows, pk=pk)
    try:
        timeline.bring_back(entry, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is back in the matrix."))
    return redirect(came_from(request, reverse("history_evaluation", args=[entry.parent_id])))
