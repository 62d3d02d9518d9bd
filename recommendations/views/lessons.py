"""Mending the lessons and good practices of an evaluation, and adding to them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, get_or_404, require, signed_in
from recommendations import lessons as lessons_of
from recommendations.drafts import MOST
from recommendations.forms import lesson_formset, lessons_posted, posted_lessons
from recommendations.lessons import LessonDraft
from recommendations.models import Evaluation
from recommendations.permissions import may_edit_recommendations


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lessons(request: AuthedRequest, pk: int) -> HttpResponse:
    """All of them as rows; ``do``: save or add."""
    found = get_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    require(
        may_edit_recommendations(request.user, found),
        _("Lessons are entered by the evaluators and by those who keep the evaluation’s record."),
    )
    back, error, do = reverse("evaluation", args=[pk]), "", request.POST.get("do", "")
    if request.method != "POST":
        rows = lesson_formset(lessons_of.as_drafts(found) or [LessonDraft()])
    elif do == "save":
        rows = posted_lessons(request.POST)
        error = _("Some rows cannot be saved yet; they are marked below.")
        if rows.is_valid():
            try:
                lessons_of.keep(found, lessons_posted(request.POST), by=request.user, now=timezone.now())
            except Refused as refusal:
                error = str(refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect(back)
    else:
        rows = lesson_formset([*lessons_posted(request.POST), LessonDraft()][:MOST])
    for row in rows:
        row.fields["DELETE"].label = _("Remove")
    context = {
        "evaluation": found,
        "lessons": rows,
        "error": error,
        "crumbs": [
            (_("Evaluations"), reverse("evaluations")),
            (found.name, back),
            (_("Lessons learned and good practices"), ""),
        ],
    }
    return render(request, "report/lessons.html", context, status=422 if error else 200)
