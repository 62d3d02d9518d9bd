"""One matrix in a round, and what the evaluation unit does with a round: remind, extend, close."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, came_from, get_or_404, signed_in
from responses import badges, round_answers, rounds
from responses.forms.rounds import MoreTimeForm
from responses.models import Round, RoundMatrix
from responses.permissions import access
from responses.recipients import AddressBook
from responses.views.rounds import PAGE, crumbs, go_on, round_of


@require_safe
@signed_in
def round_matrix(request: AuthedRequest, pk: int, matrix: int) -> HttpResponse:
    """Each question with its answer, or who has not given it."""
    seen = RoundMatrix.objects.visible_to(request.user).filter(round=pk)
    rows = seen.select_related("round", "snapshot", "printed", "closed_by", "response__office")
    found = get_or_404(rows.select_related("response__evaluation__profile"), pk=matrix)
    rules = found.response.evaluation.profile.rules
    lines = round_answers.lines(found, AddressBook(now=timezone.now()))
    context = {
        "matrix": found,
        "round": found.round,
        "evaluation": found.response.evaluation,
        "lines": [
            {"line": one, "status": badges.of_status(rules, one.update.status) if one.update else None}
            for one in lines
        ],
        "answered": round_answers.counts([found])[found.pk],
        "oversees": access(request.user, found.response).oversee,
        "crumbs": crumbs(
            (found.round.name, reverse("round", args=[pk])), (found.response.evaluation.name, "")
        ),
    }
    return render(request, "rounds/matrix.html", context)


@require_POST
@signed_in
def round_remind(request: AuthedRequest, pk: int) -> HttpResponse:
    """Remind all who have not answered; ``person`` only that one, ``matrix`` only of that one."""
    found, matrices = _chosen(request, pk)
    person = request.POST.get("person", "")
    number = int(person) if person.isdecimal() and len(person) < 19 else None
    try:
        people = rounds.remind(matrices, by=request.user, now=timezone.now(), person=number)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = ngettext("Reminded: %(people)s.", "%(count)d people are reminded.", len(people))
        messages.success(request, words % {"people": ", ".join(map(str, people)), "count": len(people)})
    return redirect(came_from(request, reverse("round", args=[found.pk])))


@PAGE
@signed_in
def round_extend(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give a round more time; with ``matrix`` only that one."""
    found, matrices = _chosen(request, pk)
    form = MoreTimeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        try:
            rounds.extend(
                matrices, until, form.cleaned_data["reason"], by=request.user, now=timezone.now(),
                today=timezone.localdate(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Answers are now due on %(day)s.") % {"day": date_format(until)})
            return redirect("round", pk)
    context = _about(request, found, matrices, _("Give more time")) | {"form": form}
    return render(request, "rounds/extend.html", context, status=422 if form.errors else 200)


@PAGE
@signed_in
def round_close(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was not reported, and closing all the same; with ``matrix`` only that one."""
    found, matrices = _chosen(request, pk)
    if request.method == "POST":
        try:
            count = rounds.close(matrices, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            go_on(found, count)
            messages.success(request, _("“%(round)s” is closed and frozen.") % {"round": found.name})
        return redirect("round", pk)
    return render(request, "rounds/close.html", _about(request, found, matrices, _("Close the round")))


def _chosen(request: AuthedRequest, pk: int) -> tuple[Round, QuerySet[RoundMatrix]]:
    """The round, and what of it is meant: all that the person oversees, or the one named."""
    found, matrices = round_of(request, pk)
    named = request.POST.get("matrix") or request.GET.get("matrix") or ""
    if not named:
        return found, matrices
    if not named.isdecimal() or len(named) > 18 or not matrices.filter(pk=int(named)).exists():
        raise Http404
    return found, matrices.filter(pk=int(named))


def _about(
    request: AuthedRequest, found: Round, matrices: QuerySet[RoundMatrix], title: str
) -> dict[str, Any]:
    still_open = list(
        matrices.filter(closed_at=None)
        .select_related("response__evaluation", "response__office")
        .order_by("pk")
    )
    counts = round_answers.counts(still_open)
    return {
        "round": found,
        "title": title,
        "rows": [{"matrix": one, "answered": counts[one.pk]} for one in still_open],
        "total": round_answers.total(counts.values()),
        "single": still_open[0] if len(still_open) == 1 and request.GET.get("matrix") else None,
        "crumbs": crumbs((found.name, reverse("round", args=[found.pk])), (title, "")),
    }
