"""Checks of the decisions: answered, with its reason, with key actions that go with it."""

from collections.abc import Iterator

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from recommendations.choices import Check
from recommendations.profiles import in_language
from responses.checks.draft import Answered, Draft
from responses.checks.finding import Finding, of_recommendation
from responses.checks.words import is_outside

MOST_ACTIONS = 8


def unanswered(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        if not (one.answer and one.answer.decision):
            what = (
                _("There is a text, but no decision: choose one.")
                if one.narrative.strip()
                else _("No decision has been made on it.")
            )
            yield of_recommendation(Check.UNANSWERED, one, "answer.decision", what)


def no_reason(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        if one.rule and one.rule.needs_reason and not one.narrative.strip():
            what = _("“%(decision)s”, and the response does not say why.") % {"decision": _decision(one)}
            yield of_recommendation(Check.NO_REASON, one, "answer.narrative", what)


def no_action(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        wanted = one.rule and one.rule.allows_actions and not one.actions
        if wanted and not is_outside(one.recommendation.directed_to):
            what = _("“%(decision)s”, and no key action says what will be done.") % {
                "decision": _decision(one)
            }
            goes_to = f"new-action-{one.pk}"
            yield of_recommendation(Check.NO_ACTION, one, "answer.decision", what, goes_to=goes_to)


def rejected_with_actions(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        if one.rule and not one.rule.allows_actions and one.actions:
            what = ngettext(
                "“%(decision)s”, and yet there is %(count)d key action: remove it, or decide otherwise.",
                "“%(decision)s”, and yet there are %(count)d key actions: remove them, or decide otherwise.",
                len(one.actions),
            ) % {"decision": _decision(one), "count": len(one.actions)}
            yield of_recommendation(Check.REJECTED_WITH_ACTIONS, one, "answer.decision", what)


def too_many_actions(draft: Draft) -> Iterator[Finding]:
    for one in draft.rows:
        if len(one.actions) > MOST_ACTIONS:
            what = _("It has %(count)d key actions; more than %(most)d are hard to follow.") % {
                "count": len(one.actions),
                "most": MOST_ACTIONS,
            }
            first = one.actions[MOST_ACTIONS].row
            goes_to = f"action-{first.pk}"
            yield of_recommendation(Check.TOO_MANY_ACTIONS, one, "answer.decision", what, goes_to=goes_to)


def _decision(one: Answered) -> str:
    return in_language(one.rule.labels, get_language() or "en") if one.rule else ""
