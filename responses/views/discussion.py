"""The discussion of a recommendation: a page of its own, and the panel of it that the matrix opens."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.web import AuthedRequest, Crumb, get_or_404, require, signed_in, toast
from responses import comments, discussants, drafting, suggestions
from responses.cells import Conflict
from responses.discussion import Discussion
from responses.models import Comment, Drafter, KeyAction, ManagementResponse, Suggestion
from responses.permissions import access
from responses.views.matrix import response_or_404


def discussion_of(user: User, response: ManagementResponse, recommendation: int) -> Discussion:
    """404 for what the person may not know of, 403 where they see the response and take no part in it."""
    found = get_or_404(response.evaluation.recommendations.present(), pk=recommendation)
    held = access(user, response)
    require(held.comment, _("The discussion is for those who take part in the response."))
    return Discussion(response, found, user, held, timezone.now())


def of_comment(user: User, pk: int) -> tuple[Comment, Discussion]:
    rows = Comment.objects.visible_to(user).select_related("response__evaluation__profile", "thread")
    comment = get_or_404(rows.select_related("response__office", "recommendation", "action"), pk=pk)
    return comment, discussion_of(user, comment.response, comment.recommendation_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def discussion(request: AuthedRequest, pk: int, recommendation: int) -> HttpResponse:
    """Read it; POST adds a comment (to a thread, where ``thread`` names one)."""
    found = discussion_of(request.user, response_or_404(request.user, pk), recommendation)
    if request.method != "POST":
        return show(request, found)
    thread = _row(found, Comment.objects.filter(thread=None), request.POST.get("thread", ""))
    action = _row(found, KeyAction.objects.present(), request.POST.get("action", ""), by_answer=True)
    also = [int(one) for one in request.POST.getlist("also") if one.isdecimal()]

    def write() -> str:
        made = comments.add(
            found.response, found.recommendation, request.POST.get("text", ""), by=request.user,
            now=timezone.now(), action=action, thread=thread, also=also,
        )  # fmt: skip
        return f"comment-{made.pk}"

    return carry_out(
        request, found, write, form="reply" if thread else "comment", about=thread.pk if thread else 0
    )


def _row(found: Discussion, rows: Any, pk: str, *, by_answer: bool = False) -> Any:
    """The thread or key action that the form names, out of this discussion; none where it names none."""
    if not pk:
        return None
    if not pk.isdecimal() or len(pk) > 18:
        raise Http404
    under = "answer__" if by_answer else ""
    mine = {f"{under}response": found.response, f"{under}recommendation": found.recommendation}
    return get_or_404(rows.filter(**mine), pk=int(pk))


@require_POST
@signed_in
def comment_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    comment, found = of_comment(request.user, pk)

    def write() -> str:
        comments.edit(comment, request.POST.get("text", ""), by=request.user, now=timezone.now())
        return f"comment-{comment.pk}"

    return carry_out(request, found, write, form="edit", about=pk)


@require_POST
@signed_in
def comment_resolve(request: AuthedRequest, pk: int) -> HttpResponse:
    """Settle the thread, or take it up again: ``do`` says which."""
    comment, found = of_comment(request.user, pk)

    def write() -> str:
        if request.POST.get("do") == "reopen":
            comments.reopen(comment, by=request.user)
        else:
            comments.resolve(comment, by=request.user, now=timezone.now())
        return f"comment-{comment.thread_id or comment.pk}"

    return carry_out(request, found, write, form="")


# Suggested wording ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def suggest(request: AuthedRequest, pk: int, recommendation: int) -> HttpResponse:
    """The form with the present words of a cell (``?cell=``); POST suggests others for it."""
    found = discussion_of(request.user, response_or_404(request.user, pk), recommendation)
    cell = request.POST.get("cell") or request.GET.get("cell", "")
    words = next((one for one in found.words if one.cell == cell), None)
    if words is None:
        raise Http404
    if request.method != "POST":
        if request.htmx:
            return render(request, "discussion/_suggest.html", context(found, words=words))
        return show(request, found, words=words)

    def write() -> str:
        made = suggestions.suggest(
            found.response, cell, request.POST.get("text", ""), by=request.user, now=timezone.now(),
            note=request.POST.get("note", ""),
        )  # fmt: skip
        return f"suggestion-{made.pk}"

    return carry_out(request, found, write, form="suggest", words=words)


@require_POST
@signed_in
def suggestion_decide(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take the wording, or leave it: ``do`` says which."""
    rows = Suggestion.objects.visible_to(request.user).select_related("recommendation", "author")
    related = rows.select_related("response__evaluation__profile", "response__office")
    suggestion = get_or_404(related, pk=pk)
    found = discussion_of(request.user, suggestion.response, suggestion.recommendation_id)

    def write() -> str:
        if request.POST.get("do") == "leave":
            reply = request.POST.get("reply", "")
            suggestions.leave(suggestion, reply=reply, by=request.user, now=timezone.now())
        else:
            seen = request.POST.get("seen", "")
            conflict = suggestions.take(suggestion, seen=seen, by=request.user, now=timezone.now())
            if conflict:
                raise Refused(_changed(conflict))
        return f"suggestion-{suggestion.pk}"

    return carry_out(request, found, write, form="decide", about=pk)


def _changed(conflict: Conflict) -> str:
    return _(
        "%(who)s changed the text in the meantime, so nothing was taken yet. The differences below are to the"
        " text as it is now: look at them and decide again."
    ) % {"who": conflict.who or _("Someone")}


# Drafters ------------------------------------------------------------------------------------------------


@require_POST
@signed_in
def unassign(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take the recommendation back from a drafter."""
    rows = Drafter.objects.visible_to(request.user).select_related("answer__response__evaluation__profile")
    related = rows.select_related("answer__recommendation__evaluation", "answer__response__office")
    drafter = get_or_404(related, pk=pk)
    found = discussion_of(request.user, drafter.answer.response, drafter.answer.recommendation_id)

    def write() -> str:
        drafting.unassign(drafter, by=request.user, now=timezone.now())
        return "main"

    return carry_out(request, found, write, form="")


# Answering -----------------------------------------------------------------------------------------------


def carry_out(
    request: AuthedRequest,
    found: Discussion,
    write: Callable[[], str],
    *,
    form: str,
    about: int = 0,
    **more: Any,
) -> HttpResponse:
    """Do it, and show the discussion as it then stands.

    What is refused comes back in its ``form`` (of the comment or suggestion ``about``) with what was typed.
    """
    try:
        anchor = write()
    except Refused as refusal:
        fresh = again(found)
        posted = {"form": form, "pk": about, "sentence": str(refusal), "text": request.POST.get("text", "")}
        posted |= {name: request.POST.get(name, "") for name in ("note", "reply", "action")}
        return show(request, fresh, refused=posted, status=422, **more)
    if request.htmx:
        answer = show(request, again(found))
        return toast(trigger_client_event(answer, "matrix-saved", after="settle"), _("Saved."))
    page = reverse("discussion", args=[found.response.pk, found.recommendation.pk])
    return redirect(f"{page}#{anchor}")


def again(found: Discussion) -> Discussion:
    return discussion_of(found.user, response_or_404(found.user, found.response.pk), found.recommendation.pk)


def show(request: AuthedRequest, found: Discussion, status: int = 200, **more: Any) -> HttpResponse:
    """The page, or where htmx asks, the panel alone."""
    if request.htmx:
        return render(request, "discussion/_panel.html", context(found, **more), status=status)
    more |= {
        "title": _("Discussion of recommendation %(number)s") % {"number": found.number},
        "readers": discussants.discussing(found.response).exclude(pk=request.user.pk),
        "crumbs": crumbs(found, _("Discussion")),
    }
    return render(request, "discussion/page.html", context(found, **more), status=status)


def context(found: Discussion, **more: Any) -> dict[str, Any]:
    return {
        "discussion": found,
        "response": found.response,
        "recommendation": found.recommendation,
        **more,
    }


def crumbs(found: Discussion, here: str) -> list[Crumb]:
    evaluation = found.response.evaluation
    matrix = reverse("matrix", args=[found.response.pk])
    return [
        (_("Evaluations"), reverse("evaluations")),
        (evaluation.name, reverse("evaluation", args=[evaluation.pk])),
        (_("Matrix"), f"{matrix}?open={found.recommendation.pk}#recommendation-{found.recommendation.pk}"),
        (here, ""),
    ]


@require_GET
@signed_in
def people(request: AuthedRequest, pk: int) -> HttpResponse:
    """Those who may be mentioned and whose names hold what was typed after the @."""
    response = response_or_404(request.user, pk)
    require(access(request.user, response).comment)
    found = comments.proposals(response, request.GET.get("q", ""))
    return render(request, "matrix/_proposals.html", {"proposals": found})
