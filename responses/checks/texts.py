"""Checks of the texts: what was left over from a form, persons named, numbers that lead nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recommendations.choices import Check
from responses.checks import words
from responses.checks.draft import Action, Answered, Draft
from responses.checks.finding import Finding, of_action, of_recommendation

LISTED = 5  # places named in one sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the draft: its cell, its place in words, and the recommendation (id) it belongs to."""

    text: str
    cell: str
    where: str
    recommendation: int | None = None

    def finding(self, check: Check, what: str) -> Finding:
        return Finding(check, self.where, what, self.cell, self.recommendation)


def _own(draft: Draft) -> Iterator[Text]:
    """What management writes."""
    response = draft.response
    yield Text(response.overall_comment, f"response.{response.pk}.overall_comment", _("Overall comment"))
    for note in draft.notes:
        where = _("Note %(mark)s") % {"mark": note.mark}
        yield Text(note.text, f"note.{response.pk}.{note.mark}", where)
    for one in draft.rows:
        where = _("Recommendation %(number)s") % {"number": one.number}
        yield Text(one.narrative, f"answer.{one.pk}.narrative", where, one.pk)
        for action in one.actions:
            where = _("Key action %(number)s") % {"number": action.number}
            yield Text(action.row.text, f"action.{action.row.pk}.text", where, one.pk)


def _responsible(draft: Draft) -> Iterator[Text]:
    response = draft.response
    yield Text(response.coordinator_text, f"response.{response.pk}.coordinator_text", _("Front block"))
    for one in draft.rows:
        for action in one.actions:
            where = _("Key action %(number)s") % {"number": action.number}
            yield Text(action.row.responsible_text, f"action.{action.row.pk}.responsible", where, one.pk)


def _evaluators(draft: Draft) -> Iterator[Text]:
    for one in draft.rows:
        where = _("Recommendation %(number)s") % {"number": one.number}
        for name in ("text", "rationale", "directed_to"):
            text = getattr(one.recommendation, name)
            yield Text(text, f"recommendation.{one.pk}.{name}", where, one.pk)


def placeholder(draft: Draft) -> Iterator[Finding]:
    labels = [label for texts in draft.rules.labels.values() for label in texts.values()]
    labels += [
        "/".join(rule.labels[tag] for rule in draft.rules.decisions if tag in rule.labels)
        for tag in {tag for rule in draft.rules.decisions for tag in rule.labels}
    ]
    headings = words.headings(labels)
    for text in (*_own(draft), *_responsible(draft), *_evaluators(draft)):
        may_be_none = text.cell.startswith("response.")
        if found := words.left_over(text.text, headings, may_be_none=may_be_none):
            what = _("“%(text)s” is left over from a form or a template.") % {"text": _short(found)}
            yield text.finding(Check.PLACEHOLDER, what)


def names_a_person(draft: Draft) -> Iterator[Finding]:
    """Not where nothing is published. Responsible cells often name people: together they are one finding."""
    if draft.evaluation.confidential:
        return
    language = draft.evaluation.language
    for text in _own(draft):
        if found := draft.names.in_text(text.text, language):
            yield text.finding(Check.NAMES_A_PERSON, _("It names %(person)s.") % {"person": found})
    naming = [text for text in _responsible(draft) if draft.names.in_text(text.text, language)]
    if naming:
        where = ", ".join(text.where for text in naming[:LISTED])
        more = len(naming) - LISTED
        if more > 0:
            where += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        what = _("Persons are named as responsible.")
        first = naming[0]
        yield Finding(Check.NAMES_A_PERSON, where, what, first.cell, first.recommendation)


def numbers_do_not_follow(draft: Draft) -> Iterator[Finding]:
    check = Check.NUMBERS_DO_NOT_FOLLOW
    for before, after in pairwise(draft.rows):
        if what := _gap(before.recommendation.number, after.recommendation.number):
            goes_to = f"recommendation-{after.pk}"
            yield of_recommendation(check, after, "recommendation.number", what, goes_to=goes_to)
    for one in draft.rows:
        for action, what in _action_gaps(one):
            yield of_action(check, one, action, "text", what, goes_to=f"action-{action.row.pk}")


def _gap(before: str, after: str) -> str:
    """What is wrong with the step from one printed number to the next; "" nothing, or they do not count."""
    first, second = words.parts(before), words.parts(after)
    if not first or not second or words.follows(first, second):
        return ""
    return _("%(after)s comes after %(before)s.") % {"after": after, "before": before}


def _action_gaps(one: Answered) -> Iterator[tuple[Action, str]]:
    for before, after in pairwise(one.actions):
        if what := _gap(before.row.own_number, after.row.own_number):
            yield after, what
    above = words.parts(one.recommendation.number)
    for action in one.actions:
        own = words.parts(action.row.own_number)
        if above and len(own) > len(above) and own[: len(above)] != above:
            what = _("Its number is that of an action under recommendation %(number)s.")
            yield action, what % {"number": ".".join(map(str, own[: len(above)]))}


def broken_reference(draft: Draft) -> Iterator[Finding]:
    there = {words.parts(one.number) for one in draft.rows}
    if () in there:  # with names for numbers nothing can be said
        return
    for text in (*_own(draft), *_evaluators(draft)):
        for number in words.references(text.text):
            if not any(known[: len(wanted := words.parts(number))] == wanted for known in there):
                what = _("It refers to recommendation %(number)s, which is not there.") % {"number": number}
                yield text.finding(Check.NUMBERS_DO_NOT_FOLLOW, what)


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(80)
