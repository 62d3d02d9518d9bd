"""What is looked for in a draft before others read it. Only what the profile makes mandatory blocks.

Each check is a function of the loaded draft that yields findings; a new one is a function in a module of its
subject, an entry in ``CHECKS``, and a code with its words in ``Check`` and ``WHY``.
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

# Which codes each function may give, in the order in which they are told.
CHECKS: dict[Callable[[Draft], Iterator[Finding]], frozenset[Check]] = {
    answers.unanswered: frozenset({Check.UNANSWERED}),
    answers.no_reason: frozenset({Check.NO_REASON}),
    answers.no_action: frozenset({Check.NO_ACTION}),
    answers.rejected_with_actions: frozenset({Check.REJECTED_WITH_ACTIONS}),
    actions.no_lead: frozenset({Check.NO_LEAD}),
    actions.lead_unreachable: frozenset({Check.LEAD_UNREACHABLE}),
    actions.no_deadline: frozenset({Check.NO_DEADLINE}),
    actions.deadline_unclear: frozenset({Check.DEADLINE_UNCLEAR}),
    actions.deadlines_out_of_time: frozenset(
        {Check.DEADLINE_PAST, Check.DEADLINE_BEFORE_REPORT, Check.DEADLINE_TOO_LATE}
    ),
    actions.duplicate_action: frozenset({Check.DUPLICATE_ACTION}),
    answers.too_many_actions: frozenset({Check.TOO_MANY_ACTIONS}),
    texts.names_a_person: frozenset({Check.NAMES_A_PERSON}),
    texts.placeholder: frozenset({Check.PLACEHOLDER}),
    texts.numbers_do_not_follow: frozenset({Check.NUMBERS_DO_NOT_FOLLOW}),
    texts.broken_reference: frozenset({Check.NUMBERS_DO_NOT_FOLLOW}),
}
# Before the hand-over there are only recommendations.
OF_RECOMMENDATIONS = frozenset({Check.PLACEHOLDER, Check.NUMBERS_DO_NOT_FOLLOW})
NAMED = 10  # places named in one sentence


def findings(response: ManagementResponse, today: date) -> list[Finding]:
    """All there is to mend, by recommendation and check: a number of queries that does not grow."""
    codes = OF_RECOMMENDATIONS if response.state == ResponseState.PREFILLING else frozenset(Check)
    return _found(response, today, codes)


def _found(response: ManagementResponse, today: date, codes: frozenset[Check]) -> list[Finding]:
    draft = Draft(response, today)
    mandatory = draft.rules.mandatory_checks
    checks = [check for check, gives in CHECKS.items() if gives & codes]
    found = (finding for check in checks for finding in check(draft) if finding.check in codes)
    places = {one.pk: place for place, one in enumerate(draft.rows, start=1)}
    return sorted(
        (replace(finding, mandatory=finding.check in mandatory) for finding in found),
        key=lambda finding: places.get(finding.recommendation or 0, 0),
    )


def hindrance(response: ManagementResponse) -> str:
    """Guard: what the profile makes mandatory and is missing; "" nothing."""
    mandatory = frozenset(response.evaluation.profile.rules.mandatory_checks)
    found = _found(response, timezone.localdate(), mandatory) if mandatory else []
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
    """By recommendation, in the order they come: those of the response as a whole first."""
    groups: dict[int | None, Group] = {}
    for one in found:
        groups.setdefault(one.recommendation, Group(one.recommendation, [])).findings.append(one)
    return list(groups.values())
