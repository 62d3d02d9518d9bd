"""The page on which a response is cleared or returned, and the signed link in the mail that leads there."""

from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.models import AuditEntry, User
from evaltrack.web import AuthedRequest, signed_in
from responses import comparison, links, snapshots
from responses.choices import StepState
from responses.comparison import Version
from responses.matrix.writers.printed import Paper
from responses.models import ClearanceStep, Comment, ManagementResponse, Snapshot
from responses.views.matrix import response_or_404
from responses.way import Way


@require_safe
@signed_in
def clearance(request: AuthedRequest, pk: int) -> HttpResponse:
    """The matrix as it was submitted, what changed since this person last saw it, and their decision."""
    response = response_or_404(request.user, pk)
    way = Way(response, request.user)
    context: dict[str, Any] = {
        "way": way,
        "response": response,
        "evaluation": response.evaluation,
        "snapshot": None,
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (response.evaluation.name, reverse("evaluation", args=[response.evaluation_id])),
            (_("Matrix"), reverse("matrix", args=[pk])),
            (_("Clearance"), ""),
        ],
    }
    if snapshot := snapshots.latest(response):
        context |= _shown(request, way, snapshot)
        snapshots.look(snapshot, by=request.user, now=timezone.now())
    return render(request, "clearance/page.html", context)


def _shown(request: AuthedRequest, way: Way, snapshot: Snapshot) -> dict[str, Any]:
    response, language = way.response, get_language() or "en"
    matrix = snapshots.matrix_of(snapshot)
    before = snapshots.seen_before(snapshot, request.user)
    found = None
    if before:
        versions = Version(response, before), Version(response, snapshot)
        found = comparison.between(*versions, language=language, wording_only=True)
    return {
        "snapshot": snapshot,
        "intact": snapshots.is_intact(snapshot),
        "word": _word_of(snapshot),
        "before": before,
        "comparison": found,
        "changes": found.page() if found else None,
        "paper": Paper(matrix, response.evaluation.profile.rules, language),
        "comments": _open_threads(response) if way.access.comment else None,
    }


def _word_of(snapshot: Snapshot) -> str:
    """What was said to those who clear when it was submitted."""
    entries = AuditEntry.objects.filter(
        target_type=ManagementResponse._meta.model_name, target_id=snapshot.response_id, verb="submit"
    )
    said = (
        entries.filter(changes__snapshot__1=snapshot.sha256).order_by("-pk").values_list("changes", flat=True)
    )
    return str((said.first() or {}).get("comment", ["", ""])[1])


def _open_threads(response: ManagementResponse) -> "QuerySet[Comment]":
    threads = response.comments.filter(thread=None, resolved_at=None).annotate(answers=Count("replies"))
    return threads.select_related("recommendation").order_by("recommendation__order", "at", "pk")


# The link in the mail ------------------------------------------------------------------------------------


@require_safe
@signed_in
def clear_link(request: AuthedRequest, token: str) -> HttpResponse:
    """Lead the person it was made for to the page, or say why it does not."""
    link = links.read(token)
    step = _step_of(link) if link else None
    if link is None or step is None:
        return _no_way(request, _("This link is not whole. Copy all of it from the mail."), status=404)
    seen = ManagementResponse.objects.visible_to(request.user).filter(pk=step.response_id).exists()
    if link.person != request.user.pk:
        return _no_way(request, _not_yours(link, seen=seen), step=step if seen else None, status=403)
    if not seen:
        sentence = _("You no longer have to do with this response: your role or your deputyship has ended.")
        return _no_way(request, sentence, status=404)
    if step.state != StepState.WAITING:
        return _no_way(request, _decided(step), step=step)
    if link.expired:
        days = settings.CLEARANCE_LINK_DAYS
        sentence = ngettext(
            "This link led to the page for %(count)d day. The response still waits: open its page here.",
            "This link led to the page for %(count)d days. The response still waits: open its page here.",
            days,
        )
        return _no_way(request, sentence % {"count": days}, step=step)
    return redirect("clearance", step.response_id)


def _step_of(link: links.Link) -> ClearanceStep | None:
    return ClearanceStep.objects.select_related("response__evaluation").filter(pk=link.step).first()


def _not_yours(link: links.Link, *, seen: bool) -> str:
    """Whose link it is, for those who know of the response anyway."""
    person = User.objects.filter(pk=link.person).first() if seen else None
    if person:
        return _("This link was sent to %(person)s, and nobody else can use it.") % {"person": person}
    return _("This link was sent to another person, and nobody else can use it.")


def _decided(step: ClearanceStep) -> str:
    """What became of the step since the mail was sent."""
    day = date_format(timezone.localtime(step.decided_at), "DATETIME_FORMAT")
    values = {"name": step.name, "day": day}
    if step.state == StepState.CLEARED:
        return _("%(name)s cleared this step on %(day)s. You need not do anything.") % values
    if step.state == StepState.RETURNED:
        return _("%(name)s returned the response on %(day)s. You need not do anything.") % values
    return _("The response was withdrawn or returned on %(day)s. There is nothing to clear now.") % values


def _no_way(
    request: AuthedRequest, sentence: str, *, step: ClearanceStep | None = None, status: int = 200
) -> HttpResponse:
    context = {"sentence": sentence, "response": step.response if step else None}
    return render(request, "clearance/link.html", context, status=status)
