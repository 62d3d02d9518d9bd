"""When the wording of a response may be changed: while it is drafted, and by one writer or mover at a time.

Whoever writes locks the response first and only then what they write, so that nobody can send it to clearance
in between, and no two of them wait for each other.
"""

from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from recommendations.models import Evaluation
from responses.choices import FIXED, ResponseState
from responses.models import ManagementResponse

WORDING = frozenset({"respond", "edit_recommendations", "edit_evaluation"})


def lock(response: ManagementResponse) -> None:
    """Take the response for this transaction, and bring its state up to date."""
    rows = ManagementResponse.objects.select_for_update(no_key=True).filter(pk=response.pk)
    response.state, response.version = rows.values_list("state", "version").get()


def require_open(response: ManagementResponse) -> None:
    """Lock the response for writing its wording. Raises Refused where that is fixed."""
    lock(response)
    if sentence := reason(response):
        raise Refused(sentence)


def reason(response: ManagementResponse) -> str:
    """Why the wording cannot be changed now; "" where it can."""
    match response.state:
        case ResponseState.PREFILLING:
            return _(
                "The response has not been handed over yet: its recommendations are still being entered."
            )
        case ResponseState.IN_CLEARANCE:
            return _(
                "The response is in clearance, so its wording cannot be changed now. It can be again when it"
                " is withdrawn or returned."
            )
        case ResponseState.CLEARED | ResponseState.PUBLISHED:
            return _(
                "Version %(version)d of this response is cleared, so its wording is fixed. Begin a new"
                " version to change it."
            ) % {"version": response.version}
    return ""


def fixed(response: ManagementResponse) -> frozenset[str]:
    """Which kinds of cells (by what they need, see ``cells.Field``) cannot be written now: one query."""
    if response.is_fixed:
        return WORDING
    closed = frozenset({"respond"}) if response.state == ResponseState.PREFILLING else frozenset()
    others = ManagementResponse.objects.filter(evaluation=response.evaluation_id, state__in=FIXED)
    return closed | {"edit_recommendations"} if others.exists() else closed


def lock_recommendations(evaluation: Evaluation) -> str:
    """Why the evaluation's recommendations cannot be changed now; "" where they can. Locks its responses."""
    rows = ManagementResponse.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    responses = rows.filter(evaluation=evaluation).select_related("office")
    for response in responses:
        if response.is_fixed:
            return _(
                "The recommendations cannot be changed: the response of %(office)s is in clearance or"
                " cleared. Correct them in a note, or begin a new version of that response."
            ) % {"office": response.office or _("the organisation")}
    return ""
