"""Checks of the key actions: who leads them, by when, and whether one stands there twice.

Of those that somebody still has to do; what is done or dropped needs neither lead nor time any more.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack.deadlines import Kind, months_after
from recommendations.choices import Check
from responses.checks.draft import Action, Draft, Lead
from responses.checks.finding import Finding, of_action, of_recommendation
from responses.checks.words import gist
from responses.choices import ResponseState


def no_lead(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        for action in one.to_do:
            if not action.leads and not one.units:
                what = (
                    _("Nobody named there leads it: they only support or coordinate.")
                    if action.row.responsible_text
                    else _("Nobody is named as responsible.")
                )
                yield of_action(Check.NO_LEAD, one, action, "responsible", what)


def lead_unreachable(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        for action in one.to_do:
            if action.leads and (what := _unreachable(draft, action.leads)):
                yield of_action(Check.LEAD_UNREACHABLE, one, action, "responsible", what)
        if any(not action.leads for action in one.to_do) and (what := _unreachable(draft, one.units)):
            yield of_recommendation(Check.LEAD_UNREACHABLE, one, "recommendation.responsible_text", what)


def _unreachable(draft: Draft, leads: Sequence[Lead]) -> str:
    """Why a reminder reaches none of them; "" where it reaches one."""
    if not leads or any(draft.book.reaches(lead.person_id, lead.office_id, lead.role) for lead in leads):
        return ""
    unknown = [lead.name for lead in leads if not (lead.person or lead.office)]
    reasons = list(dict.fromkeys(_why_not(lead) for lead in leads if lead.person or lead.office))
    if unknown:
        names = ", ".join(f"“{name}”" for name in unknown)
        reasons.append(_("EvalTrack knows nobody by the name %(names)s.") % {"names": names})
    return " ".join(reasons)


def _why_not(lead: Lead) -> str:
    if lead.person:
        return _("The account of %(person)s is closed.") % {"person": lead.person}
    if lead.office and lead.role:
        return _("Nobody is %(role)s at %(office)s at present.") % {
            "role": lead.get_role_display(),
            "office": lead.office,
        }
    return _("%(office)s has no focal point.") % {"office": lead.office}


def no_deadline(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        for action in one.to_do:
            if not action.row.deadline_text:
                yield of_action(
                    Check.NO_DEADLINE, one, action, "deadline", _("It has no time to be done by.")
                )


def deadline_unclear(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        for action in one.to_do:
            deadline = action.row.deadline
            if deadline and deadline.kind == Kind.UNKNOWN:
                what = _("“%(text)s” is not understood as a time.") % {"text": deadline.text}
                yield of_action(Check.DEADLINE_UNCLEAR, one, action, "deadline", what)


def deadlines_out_of_time(draft: Draft) -> Iterator[Finding]:
    """Before the report, past, or after tracking ends: the first that holds, for one date is mended once.

    What falls due after the clearance is no fault of the draft, but late.
    """
    held = draft.response.state in (ResponseState.CLEARED, ResponseState.PUBLISHED)
    report = draft.evaluation.report_date
    end = _end_of_tracking(report, draft.rules.tracking_months) if report else None
    for one in draft.rows:
        for action in one.to_do:
            found = _out_of_time(action, report, end, draft.today)
            if found and not (held and found[0] == Check.DEADLINE_PAST):
                check, what = found
                yield of_action(check, one, action, "deadline", what)


def _end_of_tracking(report: date, months: int) -> date | None:
    try:
        return months_after(report, months)
    except ValueError:  # the calendar ends earlier
        return None


def _out_of_time(
    action: Action, report: date | None, end: date | None, today: date
) -> tuple[Check, str] | None:
    due = action.row.deadline_due
    if due is None:
        return None
    days = {"due": date_format(due), "report": date_format(report or due), "end": date_format(end or due)}
    if report and due < report:
        return Check.DEADLINE_BEFORE_REPORT, _("Due on %(due)s; the report is of %(report)s.") % days
    if due < today:
        return Check.DEADLINE_PAST, _("It was due on %(due)s.") % days
    if end and due > end:
        return Check.DEADLINE_TOO_LATE, _("Due on %(due)s; the follow-up ends on %(end)s.") % days
    return None


def duplicate_action(draft: Draft) -> Iterator[Finding]:
    first: dict[frozenset[str], Action] = {}
    for one in draft.rows:
        for action in one.actions:
            same = first.setdefault(gist(action.row.text), action)
            if same is not action:
                what = _("It says the same as key action %(number)s.") % {"number": same.number}
                yield of_action(Check.DUPLICATE_ACTION, one, action, "text", what)
