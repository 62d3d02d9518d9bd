"""What a check says: what is wrong, where, and why it matters."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recommendations.choices import Check
from responses.checks.draft import Action, Answered

WHY: dict[Check, Promise] = {
    Check.UNANSWERED: gettext_lazy("Every recommendation is owed an answer; silence reads as neglect."),
    Check.NO_REASON: gettext_lazy("Without the reason nobody can tell what was refused, or learn from it."),
    Check.NO_ACTION: gettext_lazy("What is accepted without an action is followed up by nobody."),
    Check.REJECTED_WITH_ACTIONS: gettext_lazy(
        "A reader cannot tell whether it will be done; nobody is reminded of these actions."
    ),
    Check.NO_LEAD: gettext_lazy("An action that is nobody's is not done; reminders have nowhere to go."),
    Check.LEAD_UNREACHABLE: gettext_lazy("Reminders reach nobody who does it, only the coordinator."),
    Check.NO_DEADLINE: gettext_lazy("Without a time nothing is ever late, and nobody is reminded in time."),
    Check.DEADLINE_PAST: gettext_lazy("It would be overdue from its first day."),
    Check.DEADLINE_BEFORE_REPORT: gettext_lazy(
        "An answer to a report cannot be due before it: probably the year is wrong."
    ),
    Check.DEADLINE_UNCLEAR: gettext_lazy("No date can be worked out from it, so no reminder goes by it."),
    Check.DEADLINE_TOO_LATE: gettext_lazy("When it falls due nobody follows this response up any more."),
    Check.DUPLICATE_ACTION: gettext_lazy(
        "The same promise counts twice, and two people may be asked for it."
    ),
    Check.PLACEHOLDER: gettext_lazy("It is printed as it stands, in a document that others read."),
    Check.TOO_MANY_ACTIONS: gettext_lazy("Long lists are rarely carried out: name the steps that decide."),
    Check.NAMES_A_PERSON: gettext_lazy(
        "The response is published, and people move on: name the function or the unit instead."
    ),
    Check.NUMBERS_DO_NOT_FOLLOW: gettext_lazy("Readers and later reports refer to these numbers."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend.

    ``cell`` is its address (see ``cells.Address``), ``anchor`` the element of the matrix page that one is led
    to, ``recommendation`` the one (its id) to be opened for it.
    """

    check: Check
    where: str
    what: str
    cell: str
    recommendation: int | None = None
    goes_to: str = ""
    mandatory: bool = False

    @property
    def why(self) -> str:
        return str(WHY[self.check])

    @property
    def anchor(self) -> str:
        return self.goes_to or self.cell.replace(".", "-")


def of_recommendation(check: Check, of: Answered, cell: str, what: str, **more: Any) -> Finding:
    """Of a recommendation or its answer; ``cell`` is such as "answer.narrative"."""
    kind, _dot, name = cell.partition(".")
    where = _("Recommendation %(number)s") % {"number": of.number}
    return Finding(check, where, what, f"{kind}.{of.pk}.{name}", of.pk, **more)


def of_action(check: Check, of: Answered, action: Action, name: str, what: str, **more: Any) -> Finding:
    """Of the cell ``name`` of a key action."""
    where = _("Key action %(number)s") % {"number": action.number}
    return Finding(check, where, what, f"action.{action.row.pk}.{name}", of.pk, **more)
