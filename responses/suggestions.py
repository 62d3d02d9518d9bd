"""Suggested wording: someone proposes other words for a cell, who answers for it takes or leaves them.

Taking goes through ``cells.save``, with the rules, the lock and the conflict of any other writing.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.notifications import tell
from recommendations.models import Recommendation
from responses import cells, discussants, kinds
from responses.cells import Address, Conflict
from responses.models import KeyAction, ManagementResponse, Suggestion
from responses.permissions import Access, access
from responses.wording import lock

LONGEST = 50_000  # characters, as in a cell
# What words can be suggested for: the kind of an address, and the name of its field.
CELLS = (("answer", "narrative"), ("action", "text"))

Outcome = Suggestion.Outcome


@transaction.atomic
def suggest(
    response: ManagementResponse, cell: str, text: str, *, by: User, now: datetime, note: str = ""
) -> Suggestion:
    """Suggest other words for a cell, and tell who may take them. Raises PermissionDenied, Refused."""
    if not access(by, response).comment:
        raise PermissionDenied
    lock(response)
    address = Address.parse(cell)
    recommendation = recommendation_of(address, response)
    present, text = wording(address, response), cells.tidy(text)
    if not text or text == present:
        raise Refused(_("Change the wording first: it is as it stands now."))
    if len(text) > LONGEST:
        raise Refused(
            _("A cell holds at most 50,000 characters; the text has %(length)d.") % {"length": len(text)}
        )
    suggestion = Suggestion.objects.create(
        response=response,
        recommendation=recommendation,
        cell=str(address),
        before=present,
        text=text,
        note=cells.tidy(note),
        author=by,
        author_name=str(by),
        at=now,
    )
    audit.record("suggested", suggestion, by=by, parent=response.evaluation)
    tell(
        discussants.writing(response, recommendation.pk),
        kinds.SUGGESTION_MADE,
        key=f"suggestion.{suggestion.pk}",
        about=f"suggestion.{suggestion.pk}",
        text=lambda: (
            _("%(who)s suggests another wording in recommendation %(number)s of %(name)s.")
            % {"who": by, **_where(suggestion)}
        ),
        detail=suggestion.note,
        url=page(suggestion),
        now=now,
        by=by,
    )
    return suggestion


@transaction.atomic
def take(suggestion: Suggestion, *, seen: str, by: User, now: datetime) -> Conflict | None:
    """Write the suggested words into the cell, which the person saw at the digest ``seen``.

    If it was changed since, nothing is written and both texts come back. Raises PermissionDenied, Refused.
    """
    response = suggestion.response
    held = _begin(suggestion, by)
    address = Address.parse(suggestion.cell)
    result = cells.save(response, address, suggestion.text, seen=seen, by=by, access=held)
    if isinstance(result, Conflict):
        return result
    _decide(suggestion, Outcome.TAKEN, "", by=by, now=now)
    return None


@transaction.atomic
def leave(suggestion: Suggestion, *, reply: str, by: User, now: datetime) -> None:
    """Keep the words as they are, and say why. Raises PermissionDenied, Refused."""
    _begin(suggestion, by)
    _decide(suggestion, Outcome.LEFT, cells.tidy(reply), by=by, now=now)


def _begin(suggestion: Suggestion, by: User) -> Access:
    """Lock, and see whether the person may decide and nobody has."""
    response = suggestion.response
    lock(response)
    held = access(by, response)
    if not held.may_respond(suggestion.recommendation_id):
        raise PermissionDenied
    Suggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
    suggestion.refresh_from_db(fields=["outcome", "decided_by"])
    if suggestion.outcome != Outcome.OPEN:
        raise Refused(
            _("%(who)s decided on this suggestion already: %(outcome)s.")
            % {"who": suggestion.decided_by, "outcome": suggestion.get_outcome_display()}
        )
    return held


def _decide(suggestion: Suggestion, outcome: Outcome, reply: str, *, by: User, now: datetime) -> None:
    change(
        suggestion,
        by=by,
        verb="decided",
        parent=suggestion.response.evaluation,
        outcome=outcome.value,
        reply=reply,
        decided_by=by,
        decided_at=now,
    )
    taken = outcome == Outcome.TAKEN
    tell(
        [suggestion.author] if suggestion.author else [],
        kinds.SUGGESTION_DECIDED,
        key=f"decided.{suggestion.pk}",
        about=f"decided.{suggestion.pk}",
        text=lambda: (
            (
                _("%(who)s took the wording that you suggested in recommendation %(number)s of %(name)s.")
                if taken
                else _(
                    "%(who)s left the wording that you suggested in recommendation %(number)s of %(name)s."
                )
            )
            % {"who": by, **_where(suggestion)}
        ),
        detail=reply,
        url=page(suggestion),
        now=now,
        by=by,
    )


# The cells -----------------------------------------------------------------------------------------------


def recommendation_of(address: Address, response: ManagementResponse) -> Recommendation:
    """The recommendation in whose block the cell stands. Raises Refused where no words can be suggested."""
    if (address.kind, address.name) not in CELLS:
        raise Refused(_("Other words can be suggested for the response and for key actions."))
    present = response.evaluation.recommendations.present()
    if address.kind == "action":
        owned = KeyAction.objects.filter(answer__response=response, removed_at=None, pk=address.pk)
        found = present.filter(pk__in=owned.values("answer__recommendation")).first()
    else:
        found = present.filter(pk=address.pk).first()
    if found is None:
        raise Refused(_("This row is no longer in the matrix; someone may have removed it."))
    return found


def wording(address: Address, response: ManagementResponse) -> str:
    """The present text of such a cell; blank where the answer is not begun or the action is gone."""
    if address.kind == "action":
        action = KeyAction.objects.filter(answer__response=response, pk=address.pk).first()
        return action.text if action else ""
    answer = response.answers.filter(recommendation=address.pk).first()
    return answer.narrative if answer else ""


def _where(suggestion: Suggestion) -> dict[str, str]:
    recommendation = suggestion.recommendation
    return {
        "number": recommendation.number or str(recommendation.order),
        "name": suggestion.response.evaluation.name,
    }


def page(suggestion: Suggestion) -> str:
    where = reverse("discussion", args=[suggestion.response_id, suggestion.recommendation_id])
    return f"{where}#suggestion-{suggestion.pk}"
