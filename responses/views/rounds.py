"""Rounds: the list of them, opening one, and the live page of who has answered."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from evaltrack.errors import Refused
from evaltrack.models import Office, User
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, Crumb, get_or_404, paginate, render_part, require, signed_in
from recommendations.models import Evaluation
from responses import round_answers, round_candidates, rounds
from responses.forms.rounds import CandidateFilter, RoundFilter, RoundForm, known_names
from responses.models import ManagementResponse, Round, RoundMatrix
from responses.permissions import overseen_by
from responses.recipients import AddressBook
from responses.round_answers import Answered, Unanswered
from responses.tasks import work_on_rounds
from responses.views.evaluations import matching

PAGE = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 25
PEOPLE = 50
CANDIDATES = 500  # of whom to choose from on one page


def crumbs(*more: Crumb) -> list[Crumb]:
    return [(_("Rounds"), reverse("rounds") if more else ""), *more]


# The list ------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def round_list(request: AuthedRequest) -> HttpResponse:
    """Every round of an evaluation that the person may know of, the latest first."""
    found = Round.objects.visible_to(request.user).select_related("opened_by").order_by("-opened_at", "-pk")
    page = paginate(found, request, PER_PAGE)
    seen = RoundMatrix.objects.visible_to(request.user).filter(round__in=[one.pk for one in page.object_list])
    of_round: dict[int, list[RoundMatrix]] = {}
    for one in seen.order_by("pk"):
        of_round.setdefault(one.round_id, []).append(one)
    counts = round_answers.counts([one for rows in of_round.values() for one in rows])
    context = {
        "page": page,
        "rows": [_row(one, of_round.get(one.pk, []), counts) for one in page.object_list],
        "may_open": can(request.user, Permission.OVERSEE),
    }
    return render(request, "rounds/list.html", context)


def _row(one: Round, matrices: list[RoundMatrix], counts: dict[int, Answered]) -> dict[str, Any]:
    return {
        "round": one,
        "matrices": len(matrices),
        "closed": sum(1 for each in matrices if each.closed_at),
        "answered": round_answers.total(counts[each.pk] for each in matrices),
    }


# Opening -------------------------------------------------------------------------------------------------


@PAGE
@signed_in
def round_open(request: AuthedRequest) -> HttpResponse:
    """Filter, choose, see whom it would ask and what is left out, open. ``?evaluation=`` names one."""
    require(can(request.user, Permission.OVERSEE), _("Rounds are opened by the evaluation unit."))
    if request.method == "POST":
        return _opened(request)
    return _choosing(request, RoundForm(label_suffix="", initial={"name": request.GET.get("name", "")}))


def _choosing(request: AuthedRequest, form: RoundForm, chosen: set[int] | None = None) -> HttpResponse:
    filters = CandidateFilter(request.GET, user=request.user)
    filters.is_valid()
    found = matching(Evaluation.objects.visible_to(request.user), **filters.cleaned_data)
    single = request.GET.get("evaluation", "")
    if single.isdecimal() and len(single) < 19:
        found = found.filter(pk=int(single))
    overseen = ManagementResponse.objects.filter(overseen_by(request.user), evaluation__in=found)
    rows = overseen.select_related("evaluation", "office").order_by("evaluation__reference", "pk")
    total = rows.count()
    name = " ".join((form["name"].value() or "").split())
    book, today = AddressBook(now=timezone.now()), timezone.localdate()
    shown = round_candidates.candidates(list(rows[:CANDIDATES]), name, book=book, today=today)
    asked = [one for one in shown if not one.left_out]
    context = {
        "form": form,
        "filters": filters,
        "single": single,
        "kept": [(one, request.GET[one]) for one in filters.fields if request.GET.get(one)],
        "names": known_names(),
        "asked": asked,
        "left_out": [one for one in shown if one.left_out],
        "chosen": {one.response.pk for one in asked} if chosen is None else chosen,
        "beyond": max(0, total - CANDIDATES),
        "crumbs": crumbs((_("Open a round"), "")),
    }
    return render(request, "rounds/open.html", context, status=422 if form.errors else 200)


def _opened(request: AuthedRequest) -> HttpResponse:
    form = RoundForm(request.POST, label_suffix="")
    sent = (one for one in request.POST.getlist("response") if one.isdecimal() and len(one) < 19)
    visible = ManagementResponse.objects.visible_to(request.user).filter(pk__in=map(int, sent))
    chosen = set(visible.values_list("pk", flat=True))
    if not form.is_valid():
        return _choosing(request, form, chosen)
    try:
        made = rounds.open(
            chosen, form.cleaned_data["name"], by=request.user, now=timezone.now(),
            today=timezone.localdate(), due_on=form.cleaned_data["due_on"], note=form.cleaned_data["note"],
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _choosing(request, form, chosen)
    go_on(made.round, len(made.matrices))
    words = ngettext(
        "“%(round)s” is open for %(count)d evaluation.",
        "“%(round)s” is open for %(count)d evaluations.",
        len(made.matrices),
    )
    messages.success(request, words % {"round": made.round.name, "count": len(made.matrices)})
    return redirect("round", made.round.pk)


def go_on(round_: Round, matrices: int) -> None:
    """Ask, or close, now where it is few, else in a task; the page shows how far it is."""
    if matrices > rounds.AT_ONCE:
        transaction.on_commit(work_on_rounds.delay)
        return
    rounds.ask(now=timezone.now(), of=round_)
    rounds.freeze(now=timezone.now(), of=round_)


# Who has answered ----------------------------------------------------------------------------------------


@require_safe
@signed_in
def round_page(request: AuthedRequest, pk: int) -> HttpResponse:
    """Live: evaluations and people with what is missing; anew every half minute."""
    found = get_or_404(Round.objects.visible_to(request.user).select_related("opened_by"), pk=pk)
    form = RoundFilter(request.GET)
    form.is_valid()
    seen = RoundMatrix.objects.visible_to(request.user).filter(round=found)
    matrices = list(
        _within(seen, form.cleaned_data.get("office")).order_by("response__evaluation__reference", "pk")
    )
    counts = round_answers.counts(matrices)
    shown = [one for one in matrices if _is_shown(one, counts[one.pk], form.cleaned_data.get("show", ""))]
    book = AddressBook(now=timezone.now())
    waiting = round_answers.unanswered([one.pk for one in shown if not one.closed_at], book)
    overseen = set(seen.filter(response__in=_overseen(request.user)).values_list("pk", flat=True))
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "round": found,
        "form": form,
        "total": round_answers.total(counts.values()),
        "progress": _progress(matrices),
        "page": page,
        "rows": _rows(page, counts),
        "people": Paginator(_people(waiting, book), PEOPLE).get_page(request.GET.get("people")),
        "nobody": len(round_answers.by_person(waiting).get(0, ())),
        "overseen": overseen,
        "may_act": any(not one.closed_at and one.pk in overseen for one in matrices),
        "closed": sum(1 for one in matrices if one.closed_at),
        "matrices": matrices,
        "filtered": any(form.cleaned_data.values()),
        "today": timezone.localdate(),
        "crumbs": crumbs((found.name, "")),
    }
    return render_part(request, "rounds/round.html", "round-live", context)


def _overseen(user: User) -> QuerySet[ManagementResponse]:
    return ManagementResponse.objects.filter(overseen_by(user))


def _within(found: QuerySet[RoundMatrix], office: Office | None) -> QuerySet[RoundMatrix]:
    if office is None:
        return found
    below = Office.objects.all().with_sub_offices([office.pk])
    at = Evaluation.offices.through.objects.filter(office__in=below).values("evaluation")
    return found.filter(Q(response__evaluation__in=at) | Q(response__office__in=below))


def _is_shown(one: RoundMatrix, answered: Answered, show: str) -> bool:
    match show:
        case RoundFilter.WAITING:
            return not one.closed_at and answered.missing > 0
        case RoundFilter.ANSWERED:
            return not one.closed_at and answered.missing == 0
        case RoundFilter.CLOSED:
            return bool(one.closed_at)
    return True


def _progress(matrices: list[RoundMatrix]) -> dict[str, int]:
    """How far the asking and the closing of many is."""
    closing = [one for one in matrices if one.closing_at]
    return {
        "to_ask": sum(1 for one in matrices if not one.asked_at and not one.closed_at),
        "to_close": sum(1 for one in closing if not one.closed_at),
        "all": len(matrices),
    }


def _rows(page: "Page[RoundMatrix]", counts: dict[int, Answered]) -> list[dict[str, Any]]:
    responses = ManagementResponse.objects.select_related("evaluation", "office").in_bulk(
        [one.response_id for one in page.object_list]
    )
    return [
        {"matrix": one, "response": responses[one.response_id], "answered": counts[one.pk]}
        for one in page.object_list
    ]


def _people(waiting: list[Unanswered], book: AddressBook) -> list[dict[str, Any]]:
    """Who has not answered yet, those with the most to say first."""
    found = [
        {
            "pk": pk,
            "name": book.people[pk].name,
            "count": len(rows),
            "evaluations": len({one.matrix for one in rows}),
        }
        for pk, rows in round_answers.by_person(waiting).items()
        if pk
    ]
    return sorted(found, key=lambda one: (-one["count"], one["name"], one["pk"]))


def round_of(request: AuthedRequest, pk: int) -> tuple[Round, QuerySet[RoundMatrix]]:
    """A round and those of its matrices that the person oversees; 403 where there is none."""
    found = get_or_404(Round.objects.visible_to(request.user), pk=pk)
    seen = RoundMatrix.objects.visible_to(request.user).filter(round=found)
    mine = seen.filter(response__in=_overseen(request.user))
    require(mine.exists(), _("Rounds are kept by the evaluation unit."))
    return found, mine
