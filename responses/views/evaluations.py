"""The list of evaluations with how far each is answered, the page of one, and moving it on."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.models import Office
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, get_or_404, paginate, render_part, signed_in
from recommendations.choices import EvaluationState
from recommendations.described import described
from recommendations.lifecycle import WAY
from recommendations.models import Evaluation
from recommendations.models.evaluation import EvaluationQuerySet
from recommendations.permissions import EvaluationRights, may_enter, may_import_register
from responses import history, requests, standing
from responses.forms.lists import OWED, EvaluationFilter
from responses.models import Extension, RoundMatrix

NOT_SEEN = "-"  # a form that does not say what its page showed makes no move
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
        "oversees": can(request.user, Permission.OVERSEE),
        "may_import": may_import_register(request.user),
    }
    return render_part(request, "evaluations/list.html", "evaluation-list", context)


def matching(
    found: EvaluationQuerySet,
    q: str = "",
    office: Office | None = None,
    profile: str = "",
    year: int | None = None,
    state: str = "",
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
    if state:
        found = found.filter(state=state)
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
    responses = responses.prefetch_related(
        Prefetch("extensions", Extension.objects.order_by("at", "pk")),
        Prefetch("rounds", RoundMatrix.objects.order_by("pk")),
    )
    standings = standing.standings(responses, today)
    here = EvaluationRights(user, found)
    held = here.access
    context = {
        "evaluation": found,
        "rules": found.profile.rules,
        "standings": standings,
        "due": standing.response_due(found, found.profile.rules),
        "recommendations": found.recommendations.present().only(
            "number", "order", "text", "based_on", "evaluation_id"
        )[:LISTED_RECOMMENDATIONS],
        "lessons": list(found.lessons.present()[:LISTED_RECOMMENDATIONS]),
        "first_response": standings[0].response if standings else None,
        "stations": stations(found),
        "offers": WAY.offers(found, user, held),
        "seen": WAY.moment(found),
        "may_edit": held.edit,
        "may_edit_recommendations": held.edit_recommendations,
        "may_open": held.edit or here.holds(Permission.RESPOND),
        "unready": requests.unready(found),
        "oversees": held.oversee,
        "coordinates": [one.pk for one in responses if here.acts_as(one.coordinator_id)],
        "described": described(found, user),
        "events": history.of_evaluation(found),
        "crumbs": [(_("Evaluations"), reverse("evaluations")), (found.name, "")],
    }
    return render(request, "evaluations/evaluation.html", context)


@require_POST
@signed_in
def evaluation_move(request: AuthedRequest, pk: int) -> HttpResponse:
    """``move``, its ``comment``, and in ``seen`` how the evaluation stood on the page."""
    found = get_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    comment = request.POST.get("comment", "").replace("\r\n", "\n")
    try:
        made = WAY.make(
            found, request.POST.get("move", ""), by=request.user, now=timezone.now(), comment=comment,
            seen=request.POST.get("seen") or NOT_SEEN,
        )  # fmt: skip
    except Refused as refusal:
        return _not_made(request, found, str(refusal), comment, status=409)
    except PermissionDenied:
        return _not_made(request, found, _("You may not do that (any more)."), comment, status=403)
    state = made.subject.get_state_display()
    messages.success(request, _("The evaluation is now “%(state)s”.") % {"state": state})
    return redirect("evaluation", pk)


def _not_made(
    request: AuthedRequest, found: Evaluation, sentence: str, comment: str, *, status: int
) -> HttpResponse:
    """Why nothing was done, with what was typed."""
    back = reverse("evaluation", args=[found.pk])
    context = {
        "sentence": sentence,
        "comment": comment,
        "back": back,
        "crumbs": [(_("Evaluations"), reverse("evaluations")), (found.name, back)],
    }
    return render(request, "clearance/not_made.html", context, status=status)


def stations(found: Evaluation) -> list[tuple[str, str]]:
    """The way of the evaluation: each station's name, and whether it is past, here or still to come."""
    way = [state for state in EvaluationState.values if state != EvaluationState.CANCELLED]
    here = way.index(found.state) if found.state in way else -1
    return [
        (str(EvaluationState(state).label), "here" if place == here else "past" if place < here else "")
        for place, state in enumerate(way)
    ]
