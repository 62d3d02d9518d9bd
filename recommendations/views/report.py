"""Recommendations out of a report: handed in, read by a worker, looked over beside the report's own words."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.web import AuthedRequest, get_or_404, render_part, require, signed_in
from recommendations import readings
from recommendations.choices import ReadingState
from recommendations.forms import (
    draft_formset,
    drafts_posted,
    lesson_formset,
    lessons_posted,
    posted_formset,
    posted_lessons,
)
from recommendations.models import Evaluation, ReportReading
from recommendations.permissions import may_edit_recommendations
from recommendations.tasks import read_reports
from recommendations.views import rows

PAGE = require_http_methods(["GET", "HEAD", "POST"])
LISTED = 20  # readings of one evaluation


class ReportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The evaluation report"),
        widget=forms.FileInput(attrs={"accept": ".docx,.pdf,.txt"}),
        help_text=gettext_lazy(
            "Word (.docx), PDF or plain text. You see what was found before anything is saved."
        ),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")


def _evaluation(request: AuthedRequest, pk: int) -> Evaluation:
    found = get_or_404(Evaluation.objects.visible_to(request.user).select_related("profile"), pk=pk)
    require(
        may_edit_recommendations(request.user, found),
        _("The recommendations are entered by the evaluators and by those who keep the evaluation’s record."),
    )
    return found


@PAGE
@signed_in
def upload(request: AuthedRequest, pk: int) -> HttpResponse:
    """Hand in a report, and those handed in before."""
    found = _evaluation(request, pk)
    sent_in = request.method == "POST"
    form = ReportForm(request.POST, request.FILES) if sent_in else ReportForm()
    if sent_in and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            made = readings.ask(
                found, Upload(sent.file, sent.name, sent.size), by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            transaction.on_commit(read_reports.delay)
            return redirect("report_reading", pk, made.pk)
    context = {
        "form": form,
        "evaluation": found,
        "readings": _of(found).order_by("-asked_at", "-pk")[:LISTED],
        "crumbs": _crumbs(found, (_("From the report"), "")),
    }
    return render(request, "report/upload.html", context, status=422 if form.errors else 200)


def _of(found: Evaluation) -> QuerySet[ReportReading]:
    return found.report_readings.defer("result").select_related("asked_by", "entered_by")


def _crumbs(found: Evaluation, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        (_("Evaluations"), reverse("evaluations")),
        (found.name, reverse("evaluation", args=[found.pk])),
        *more,
    ]


@PAGE
@signed_in
def reading(request: AuthedRequest, pk: int, reading: int) -> HttpResponse:
    """How far it is; once it is read, what it proposes as rows beside the report's words.

    ``do``: save, merge-N, split-N, add or look.
    """
    found = _evaluation(request, pk)
    seen = get_or_404(found.report_readings.select_related("asked_by", "entered_by", "file"), pk=reading)
    seen.evaluation = found
    if request.method == "POST" and seen.state == ReadingState.READ:
        return _save(request, seen) if request.POST.get("do") == "save" else _mend(request, seen)
    if seen.state != ReadingState.READ:
        return _show(request, seen, {})
    found_rows, learned = readings.proposed(seen)
    context = {
        "formset": draft_formset(found_rows, found.profile.rules),
        "lessons": lesson_formset(learned),
    }
    return _show(request, seen, context)


def _mend(request: AuthedRequest, seen: ReportReading) -> HttpResponse:
    """The rows with one merged, parted or added."""
    rules = seen.evaluation.profile.rules
    mended, error, at = rows.mended(request.POST)
    context = {
        "formset": draft_formset(mended, rules),
        "lessons": lesson_formset(lessons_posted(request.POST)),
        "error": error,
        "error_at": at,
    }
    return _show(request, seen, context)


def _save(request: AuthedRequest, seen: ReportReading) -> HttpResponse:
    formset = posted_formset(request.POST, seen.evaluation.profile.rules)
    learned = posted_lessons(request.POST)
    error = ""
    if not formset.is_valid() or not learned.is_valid():
        error = _("Some rows cannot be saved yet; they are marked below.")
    else:
        present = request.POST.get("present", "")
        try:
            added, entries = readings.enter(
                seen,
                drafts_posted(request.POST),
                lessons_posted(request.POST),
                by=request.user,
                seen=int(present) if present.isdecimal() and len(present) < 6 else 0,
                now=timezone.now(),
            )
        except Refused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _told(len(added), len(entries)))
            return redirect("evaluation", seen.evaluation_id)
    return _show(request, seen, {"formset": formset, "lessons": learned, "error": error, "error_at": -1})


def _told(added: int, entries: int) -> str:
    sentences = []
    if added:
        sentences.append(
            ngettext("%(count)d recommendation is saved.", "%(count)d recommendations are saved.", added)
            % {"count": added}
        )
    if entries:
        sentences.append(
            ngettext(
                "%(count)d lesson or good practice is saved.",
                "%(count)d lessons and good practices are saved.",
                entries,
            )
            % {"count": entries}
        )
    return " ".join(sentences)


def _show(request: AuthedRequest, seen: ReportReading, context: dict[str, Any]) -> HttpResponse:
    found = seen.evaluation
    for name, kind in (("formset", "recommendations"), ("lessons", "learned")):
        for row in context.get(name, ()):
            row.sources = readings.sources(seen, kind, str(row["source"].value() or ""))
    waits = seen.state == ReadingState.WAITING
    context |= {
        "evaluation": found,
        "reading": seen,
        "waits": waits,
        "begun": bool(seen.claimed_until),
        "present": found.recommendations.present().count(),
        "remarks": seen.result.get("remarks", []),
        "action": reverse("report_reading", args=[found.pk, seen.pk]),
        "start_again": reverse("report_reading", args=[found.pk, seen.pk]),
        "crumbs": _crumbs(
            found, (_("From the report"), reverse("report_upload", args=[found.pk])), (seen.name, "")
        ),
    }
    if context.get("error"):
        return render(request, "report/reading.html", context, status=422)
    return render_part(request, "report/reading.html", "report-live", context)
