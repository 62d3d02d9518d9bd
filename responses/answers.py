"""Management's answer: opening a response, deciding, and saying why."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit, deadlines
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import Office, User
from evaltrack.people import keep_open
from recommendations.models import Evaluation, Recommendation
from responses.choices import ResponseState
from responses.models import Footnote, KeyAction, ManagementResponse, RecommendationResponse
from responses.permissions import access, may_open
from responses.wording import require_open


def check(by: User | None, response: ManagementResponse, recommendation: int | None = None) -> None:
    """Lock the response for writing its answer to a recommendation (its id), or without one its front block.

    Raises PermissionDenied where the person may not; Refused where the wording is fixed. ``by=None`` is the
    command line.
    """
    if by and not access(by, response).may_respond(recommendation):
        raise PermissionDenied
    require_open(response)


@transaction.atomic
def open_response(
    evaluation: Evaluation,
    *,
    by: User | None,
    now: datetime,
    office: Office | None = None,
    note: str = "",
    **fields: Any,
) -> ManagementResponse:
    """Begin the response of one office; ``requests.ask`` also sets its term and tells who coordinates it.

    What is drafted from the start counts as handed over, so that no evaluator reads along. Raises
    PermissionDenied, Refused where there is one already.
    """
    if by and not may_open(by, evaluation):
        raise PermissionDenied
    keep_open(fields.get("coordinator"))
    response = ManagementResponse(evaluation=evaluation, office=office, **fields)
    try:
        with transaction.atomic():
            response.save()
    except IntegrityError as error:
        raise Refused(
            _("%(evaluation)s has a management response already. Open that one.") % {"evaluation": evaluation}
        ) from error
    said = {"due_on": response.due_on, "comment": note}
    changes = {name: ("", value) for name, value in said.items() if value}
    audit.record("opened", response, by=by, parent=evaluation, changes=changes)
    prepared = evaluation.responses.filter(state=ResponseState.PREFILLING)
    if evaluation.handed_over_at is None and not prepared.exists():
        change(evaluation, by=by, parent=evaluation, handed_over_at=now)
    return response


@transaction.atomic
def amend(response: ManagementResponse, *, by: User | None, **fields: Any) -> None:
    """Change the front block: coordinator, overall comment, responding office."""
    check(by, response)
    if fields.get("coordinator") != response.coordinator:
        keep_open(fields.get("coordinator"))
    change(response, by=by, parent=response.evaluation, **fields)


def set_responded_on(response: ManagementResponse, text: str, *, by: User | None) -> None:
    """The date of the response, as written."""
    value = deadlines.read(text, issued=response.evaluation.report_date) if text.strip() else None
    amend(response, by=by, responded_on=value)


def answer_to(recommendation: Recommendation, response: ManagementResponse) -> RecommendationResponse:
    """The (perhaps still empty) answer of the response to a recommendation, locked for change."""
    if recommendation.evaluation_id != response.evaluation_id:
        raise Refused(_("That recommendation belongs to another evaluation."))
    answer, _made = RecommendationResponse.objects.select_for_update().get_or_create(
        response=response, recommendation=recommendation
    )
    answer.response, answer.recommendation = response, recommendation  # which are at hand
    return answer


@transaction.atomic
def decide(answer: RecommendationResponse, decision: str, *, by: User | None) -> None:
    """Record the decision ("" takes it back).

    Raises PermissionDenied, and Refused for a decision that the profile does not know or that its key actions
    contradict: what is rejected has no actions.
    """
    check(by, answer.response, answer.recommendation_id)
    RecommendationResponse.objects.select_for_update().get(pk=answer.pk)
    rule = answer.response.evaluation.profile.rules.decision(decision) if decision else None
    if decision and rule is None:
        raise Refused(_("“%(decision)s” is not on the list of decisions.") % {"decision": decision})
    if rule and not rule.allows_actions:
        planned = KeyAction.objects.present().filter(answer=answer).count()
        if planned:
            raise Refused(
                ngettext(
                    "Recommendation %(number)s has %(count)d key action. Remove it before rejecting.",
                    "Recommendation %(number)s has %(count)d key actions. Remove them before rejecting.",
                    planned,
                )
                % {"number": answer.recommendation.number, "count": planned}
            )
    change(answer, by=by, parent=answer.response.evaluation, decision=decision)


@transaction.atomic
def narrate(answer: RecommendationResponse, text: str, *, by: User | None) -> None:
    """Write the narrative of the answer."""
    check(by, answer.response, answer.recommendation_id)
    change(answer, by=by, parent=answer.response.evaluation, narrative=text)


@transaction.atomic
def set_footnote(response: ManagementResponse, mark: str, text: str, *, by: User | None) -> None:
    """Write, change or (with an empty text) take away the note at a mark."""
    check(by, response)
    note = response.footnotes.filter(mark=mark).first()
    before = note.text if note else ""
    if not text.strip() and note:
        note.delete()
    elif text.strip():
        order = note.order if note else response.footnotes.count() + 1
        Footnote.objects.update_or_create(
            response=response, mark=mark, defaults={"text": text, "order": order}
        )
    if before != text:
        changes = {f"footnote {mark}": (before, text)}
        audit.record("changed", response, by=by, parent=response.evaluation, changes=changes)


def next_mark(response: ManagementResponse) -> str:
    """The next number nobody uses as a mark."""
    numbers = [int(mark) for mark in response.footnotes.values_list("mark", flat=True) if mark.isdecimal()]
    return str(max(numbers, default=0) + 1)
