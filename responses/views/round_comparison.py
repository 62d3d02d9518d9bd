"""Two rounds compared: of one response in a table, of a whole round in a sum over its evaluations."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.web import AuthedRequest, get_or_404, signed_in
from responses import badges, comparison, round_comparison
from responses.comparison import NOW, Version
from responses.matrix.motion import Motion
from responses.models import Round
from responses.round_comparison import MOTIONS
from responses.views.matrix import response_or_404
from responses.views.rounds import crumbs


@require_safe
@signed_in
def of_response(request: AuthedRequest, pk: int) -> HttpResponse:
    """What became of each key action between two rounds, or one and now; ``?motion=`` shows one kind."""
    response = response_or_404(request.user, pk)
    found = [one for one in comparison.versions(response) if one.snapshot is None or one.is_of_round]
    context = {
        "response": response,
        "versions": found,
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (response.evaluation.name, reverse("evaluation", args=[response.evaluation_id])),
            (_("Compare rounds"), ""),
        ],
    }
    if len(found) > 1:
        old = _version(found, request.GET.get("from") or found[1].key)
        new = _version(found, request.GET.get("to") or NOW)
        rows = round_comparison.of_versions(old, new, today=timezone.localdate())
        chosen = _motion(request)
        rules = response.evaluation.profile.rules
        counts = round_comparison.counted(rows)
        context |= {
            "old": old,
            "new": new,
            "shares": round_comparison.shares(counts),
            "total": len(rows),
            "motions": [(one.value, label, counts[one]) for one, label in MOTIONS.items()],
            "chosen": chosen.value if chosen else "",
            "rows": [
                {
                    "row": row,
                    "then": badges.of_status(rules, row.then.status) if row.then else None,
                    "now": badges.of_status(rules, row.now.status) if row.now else None,
                }
                for row in sorted(rows, key=lambda row: list(Motion).index(row.motion))
                if chosen in (None, row.motion)
            ],
        }
    return render(request, "rounds/compare.html", context)


def _motion(request: AuthedRequest) -> Motion | None:
    named = request.GET.get("motion", "")
    return next((one for one in Motion if one.value == named), None)


def _version(found: list[Version], key: str) -> Version:
    one = next((one for one in found if one.key == key), None)
    if one is None:
        raise Http404
    return one


@require_safe
@signed_in
def of_round(request: AuthedRequest, pk: int) -> HttpResponse:
    """Over all evaluations of a closed round; ``?with=`` names the earlier one, ``?motion=`` one kind."""
    found = get_or_404(Round.objects.visible_to(request.user), pk=pk)
    names = round_comparison.earlier_names(found, request.user)
    name = request.GET.get("with") or next(iter(names), "")
    rows = round_comparison.of_round(found, name, request.user) if name in names else []
    total = {one: sum(row.counts[one] for row in rows) for one in Motion}
    chosen = _motion(request)
    if chosen:
        rows = sorted((row for row in rows if row.counts[chosen]), key=lambda row: -row.counts[chosen])
    context = {
        "round": found,
        "names": names,
        "name": name,
        "shares": round_comparison.shares(total),
        "total": sum(total.values()),
        "motions": [(one.value, label, total[one]) for one, label in MOTIONS.items()],
        "chosen": chosen.value if chosen else "",
        "rows": [{"row": row, "shares": round_comparison.shares(row.counts)} for row in rows],
        "crumbs": crumbs((found.name, reverse("round", args=[pk])), (_("Compare"), "")),
    }
    return render(request, "rounds/compare_round.html", context)
