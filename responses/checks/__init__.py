"""What is looked for in a draft before others read it. Only what the profile makes mandatory blocks.

Each check is a function of the loaded draft that yields findings; a new one is a function in a module of its
subject, a line in ``CHECKS``, and a code with its words in ``Check`` and ``WHY``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from recommendations.choices import Check
from responses.checks import actions, answers, texts
from responses.checks.draft import Draft
from responses.checks.finding import Finding
from responses.choices import ResponseState
from responses.models import ManagementResponse

__all__ = ["Finding", "Group", "findings", "grouped", "hindrance"]

# Before the hand-over there are only recommendations.
OF_RECOMMENDATIONS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    texts.placeholder,
    texts.numbers_do_not_follow,
    texts.broken_reference,
)
CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    answers.unanswered,
    answers.no_reason,
    answers.no_action,
    answers.rejected_with_actions,
    actions.no_lead,
    actions.lead_unreachable,
    actions.no_deadline,
    actions.deadline_unclear,
    actions.deadlines_out_of_time,
    actions.duplicate_action,
    answers.too_many_actions,
    texts.names_a_person,
    *OF_RECOMMENDATIONS,
)
NAMED = 10  # places named in one sentence


def findings(response: ManagementResponse, today: date) -> list[Finding]:
    """All there is to mend, in the order of the checks: a number of queries that does not grow."""
    draft = Draft(response, today)
    mandatory = draft.rules.mandatory_checks
    checks = OF_RECOMMENDATIONS if response.state == ResponseState.PREFILLING else CHECKS
    found = (finding for check in checks for finding in check(draft))
    return [replace(finding, mandatory=finding.check in mandatory) for finding in found]


def hindrance(response: ManagementResponse) -> str:
    """Guard: what the profile makes mandatory and is missing; "" nothing."""
    found = [one for one in findings(response, timezone.localdate()) if one.mandatory]
    if not found:
        return ""
    places: dict[Check, list[str]] = {}
    for one in found:
        places.setdefault(one.check, []).append(one.where)
    told = "; ".join(f"{check.label}: {_listed(where)}" for check, where in places.items())
    return _("Not everything is there that has to be. %(missing)s.") % {"missing": told}


def _listed(places: list[str]) -> str:
    named = ", ".join(places[:NAMED])
    more = len(places) - NAMED
    return _("%(places)s and %(count)d more") % {"places": named, "count": more} if more > 0 else named


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one recommendation, or of the response as a whole (``recommendation`` is None)."""

    recommendation: int | None
    findings: list[Finding]


def grouped(found: Iterable[Finding]) -> list[Group]:
    """By recommendation, in the order they come; those of the response as a whole first."""
    groups: dict[int | None, Group] = {None: Group(None, [])}
    for one in found:
        groups.setdefault(one.recommendation, Group(one.recommendation, [])).findings.append(one)
    return [group for group in groups.values() if group.findings]
