"""Asking for a response: who coordinates it, when it is due, and what its evaluation's way means for it."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack import audit, deadlines, notifications
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import Office, User
from evaltrack.states import Made
from recommendations import terms
from recommendations.choices import OVER, OWING
from recommendations.models import Evaluation
from recommendations.permissions import access as access_to_evaluation
from responses import answers, audiences, kinds
from responses.choices import FIXED, ResponseState
from responses.models import Extension, ManagementResponse
from responses.permissions import access
from responses.reminders import to_remind_of
from responses.wording import lock

# What those whom a move of the evaluation names are told.
NEWS: dict[str, Any] = {
    "finalise": gettext_lazy("The report of %(evaluation)s is final."),
    "resume": gettext_lazy("The final report of %(evaluation)s is taken back: it is under way again."),
    "publish": gettext_lazy("The report of %(evaluation)s is published."),
    "close": gettext_lazy("%(evaluation)s is closed: nobody is reminded of it any more."),
    "cancel": gettext_lazy("%(evaluation)s is cancelled."),
    "reopen": gettext_lazy("%(evaluation)s is open again."),
}


def named(evaluation: Evaluation) -> str:
    return f"{evaluation.name} ({evaluation.reference})"


# Asking --------------------------------------------------------------------------------------------------


def term_from(evaluation: Evaluation, since: date) -> date:
    """When the response is due that is asked for on a day, by the profile."""
    return terms.ends(evaluation.profile.rules.response_term, since)


def unready(evaluation: Evaluation) -> str:
    """Why no response can be asked for, and what to do; "" where one can."""
    if evaluation.state in OWING:
        return ""
    if evaluation.state in OVER:
        return _("%(evaluation)s is over. Reopen it first: then its response can be asked for.") % {
            "evaluation": evaluation
        }
    return _("The report is not final yet. Say on the page of %(evaluation)s that it is, then ask.") % {
        "evaluation": evaluation
    }


def may_set_term(user: User, evaluation: Evaluation) -> bool:
    """Who keeps the record or oversees it may ask for the response by another day than the profile's."""
    held = access_to_evaluation(user, evaluation)
    return held.edit or held.oversee


@transaction.atomic
def ask(
    evaluation: Evaluation,
    office: Office | None,
    coordinator: User | None,
    *,
    by: User | None,
    now: datetime,
    today: date,
    due_on: date | None = None,
    prefill: bool = False,
    note: str = "",
    coordinator_text: str = "",
) -> ManagementResponse:
    """Ask one office for its response, and tell who coordinates it.

    With ``prefill`` the recommendations are still being entered and handed over later; those of an evaluation
    that was handed over already are not. Raises PermissionDenied, and Refused with the way out.
    """
    evaluation.refresh_from_db(from_queryset=Evaluation.objects.select_for_update(no_key=True))
    usual = term_from(evaluation, today)
    due = due_on or usual
    if by and due != usual and not may_set_term(by, evaluation):
        raise PermissionDenied
    prepared = prefill and evaluation.handed_over_at is None
    if sentence := unready(evaluation):
        raise Refused(sentence)
    if due < today:
        raise Refused(_("The response cannot be due before today. Choose a later day."))
    if not prepared and not evaluation.recommendations.present().exists():
        raise Refused(
            _("There are no recommendations to answer yet. Enter them, or ask without handing over now.")
        )
    response = answers.open_response(
        evaluation,
        by=by,
        now=now,
        office=office,
        coordinator=coordinator,
        coordinator_text=coordinator_text.strip() or (str(coordinator) if coordinator else ""),
        state=ResponseState.PREFILLING if prepared else ResponseState.DRAFTING,
        asked_for_on=today,
        due_on=due,
        note=note.strip(),
    )
    notifications.tell(
        audiences.coordinator(response),
        kinds.RESPONSE_ASKED_FOR,
        key=f"response.{response.pk}/asked",
        about=f"response.{response.pk}",
        text=lambda: _asked_in_words(response, due),
        detail=note.strip(),
        url=reverse("matrix", args=[response.pk]),
        now=now,
        by=by,
    )
    return response


def _asked_in_words(response: ManagementResponse, due: date) -> str:
    values = {"evaluation": named(response.evaluation), "day": date_format(due)}
    if response.state == ResponseState.PREFILLING:
        return (
            _(
                "A management response to %(evaluation)s is asked for by %(day)s. The recommendations are"
                " still being entered: you are told when they are handed over."
            )
            % values
        )
    return _("A management response to %(evaluation)s is asked for by %(day)s.") % values


# The term ------------------------------------------------------------------------------------------------


def due_of(response: ManagementResponse) -> date | None:
    """When it is due: as asked for, else by the profile from the date of the report."""
    issued = response.evaluation.report_date
    return response.due_on or (term_from(response.evaluation, issued) if issued else None)


def _check_longer(response: ManagementResponse, until: date, reason: str) -> None:
    """Lock the response; raises Refused where more time makes no sense."""
    lock(response)
    if not response.is_owed:
        raise Refused(
            _("This response is not owed now: it is cleared, or the report is not final. Its term stays.")
        )
    due = due_of(response)
    if due and until <= due:
        raise Refused(
            _("The response is due on %(day)s already. Choose a later day.") % {"day": date_format(due)}
        )
    if until < timezone.localdate():
        raise Refused(_("Choose a day that is not over yet."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why more time is needed."))


@transaction.atomic
def extend(
    response: ManagementResponse, until: date, reason: str, *, by: User | None, now: datetime
) -> Extension:
    """Give it more time; what was due before stays on record. Raises PermissionDenied and Refused."""
    if by and not access(by, response).oversee:
        raise PermissionDenied
    _check_longer(response, until, reason)
    extension = Extension.objects.create(
        response=response, before=due_of(response), after=until, reason=reason.strip(), by=by, at=now
    )
    said = {"reason": ("", reason.strip())}
    change(response, by=by, verb="extended", parent=response.evaluation, also=said, due_on=until)
    notifications.tell(
        audiences.coordinator(response),
        kinds.TERM_EXTENDED,
        key=f"response.{response.pk}/extended/{extension.pk}",
        about=f"response.{response.pk}",
        text=lambda: (
            _("The management response to %(evaluation)s is now due on %(day)s.")
            % {"evaluation": named(response.evaluation), "day": date_format(until)}
        ),
        detail=reason.strip(),
        url=reverse("matrix", args=[response.pk]),
        now=now,
        by=by,
    )
    return extension


@transaction.atomic
def ask_for_more_time(
    response: ManagementResponse, until: date, reason: str, *, by: User, now: datetime
) -> None:
    """Ask those who oversee it for a later day. Raises PermissionDenied and Refused."""
    if not access(by, response).respond:
        raise PermissionDenied
    _check_longer(response, until, reason)
    told = [one for one in audiences.overseers(response.evaluation) if one.pk != by.pk]
    if not told:
        raise Refused(_("Nobody oversees this evaluation whom EvalTrack could ask. Write to its manager."))
    changes = {"wished_for": ("", until), "reason": ("", reason.strip())}
    audit.record("asked_for_more_time", response, by=by, parent=response.evaluation, changes=changes)
    notifications.tell(
        told,
        kinds.MORE_TIME_ASKED,
        key=f"response.{response.pk}/more_time/{until}/{now.isoformat()}",
        about=f"response.{response.pk}",
        text=lambda: (
            _("%(person)s asks for time until %(day)s for the response to %(evaluation)s.")
            % {"person": by, "day": date_format(until), "evaluation": named(response.evaluation)}
        ),
        detail=reason.strip(),
        url=f"{reverse('response_extend', args=[response.pk])}?until={until.isoformat()}",
        now=now,
        by=by,
    )


# The way of the evaluation -------------------------------------------------------------------------------


def hindrance(evaluation: Evaluation, move: str) -> str:
    """What a response has against a move of its evaluation; "" nothing."""
    if move in ("resume", "cancel"):
        return _bound(evaluation)
    return _unfinished(evaluation, timezone.localdate()) if move == "close" else ""


def _bound(evaluation: Evaluation) -> str:
    """A response that others are clearing, or have, rests on the report as it is."""
    fixed = evaluation.responses.filter(state__in=FIXED).select_related("office").first()
    if fixed is None:
        return ""
    office = fixed.office or _("the organisation")
    if fixed.state == ResponseState.IN_CLEARANCE:
        return _("The response of %(office)s is in clearance. Withdraw it first.") % {"office": office}
    return _("The response of %(office)s is cleared and rests on this report.") % {"office": office}


def _unfinished(evaluation: Evaluation, today: date) -> str:
    """What is still to be done; once tracking has ended, nothing is any more."""
    months = evaluation.profile.rules.tracking_months
    if evaluation.report_date and deadlines.months_after(evaluation.report_date, months) < today:
        return ""
    responses = evaluation.responses.all()
    if responses.exclude(state=ResponseState.PUBLISHED).exists():
        return _("Its management response is not published yet.")
    if evaluation.recommendations.present().exists() and not responses.exists():
        return _("Management has not answered it yet.")
    if to_remind_of().filter(answer__response__evaluation=evaluation).exists():
        return _("Key actions are still open. Report on them, or wait until tracking ends.")
    return ""


def evaluation_moved(made: Made[Evaluation]) -> None:
    """Pass the news of an evaluation's move on to those whom the move names."""
    words = NEWS.get(made.move.name)
    if words is None:
        return
    evaluation = made.subject
    notifications.tell(
        audiences.all_of(made.move.tells, evaluation),
        kinds.EVALUATION_MOVED,
        key=f"evaluation.{evaluation.pk}/{made.move.name}/{made.now.isoformat()}",
        about=f"evaluation.{evaluation.pk}",
        text=lambda: str(words) % {"evaluation": named(evaluation)},
        detail=made.comment,
        url=reverse("evaluation", args=[evaluation.pk]),
        now=made.now,
        by=made.by,
    )
