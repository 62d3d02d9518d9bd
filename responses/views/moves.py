"""Making a move of a response from its page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, came_from, signed_in
from responses.cells import tidy
from responses.lifecycle import WAY
from responses.models import ManagementResponse
from responses.views.matrix import response_or_404
from responses.way import what_comes_next

NOT_SEEN = "-"  # a form that does not say what its page showed makes no move


@require_POST
@signed_in
def move(request: AuthedRequest, pk: int) -> HttpResponse:
    """``move``, its ``comment``, and in ``seen`` how the response stood on the page."""
    response = response_or_404(request.user, pk)
    comment = tidy(request.POST.get("comment", ""))
    try:
        made = WAY.make(
            response, request.POST.get("move", ""), by=request.user, now=timezone.now(), comment=comment,
            seen=request.POST.get("seen") or NOT_SEEN,
        )  # fmt: skip
    except Refused as refusal:
        return _not_made(request, response, str(refusal), comment, status=409)
    except PermissionDenied:
        sentence = _("You may not do that (any more).")
        return _not_made(request, response, sentence, comment, status=403)
    messages.success(request, what_comes_next(made))
    # Who hands over as an evaluator does not see it any more.
    still_seen = ManagementResponse.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect(came_from(request, reverse("matrix", args=[pk])) if still_seen else reverse("home"))


def _not_made(
    request: AuthedRequest, response: ManagementResponse, sentence: str, comment: str, *, status: int
) -> HttpResponse:
    """Why nothing was done, with what was typed."""
    context = {
        "response": response,
        "sentence": sentence,
        "comment": comment,
        "back": came_from(request, reverse("matrix", args=[response.pk])),
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (response.evaluation.name, reverse("evaluation", args=[response.evaluation_id])),
            (_("Matrix"), reverse("matrix", args=[response.pk])),
        ],
    }
    return render(request, "clearance/not_made.html", context, status=status)
