"""Statuses and decisions as the badges that pages show: the organisation's word, the colour's class."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recommendations.choices import CommonStatus, Decision
from recommendations.profiles import Choice, Grade, Profile, in_language
from responses.choices import ClosedAs
from responses.models import KeyAction, RecommendationResponse


class Badge(NamedTuple):
    words: str
    css: str


def of_status(rules: Profile, code: str) -> Badge:
    """A blank status is "not reported", which is not the same as not started."""
    status = rules.status(code)
    if status is None:
        return Badge(code or _("Not reported"), "" if code else "not_reported")
    return Badge(in_language(status.labels, get_language() or "en"), status.common.value)


def of_scale(scale: Iterable[Choice | Grade], code: str) -> str:
    """The word of a step of a scale; a code that the scale does not have is shown as it is stored."""
    found = next((step for step in scale if step.code == code), None)
    return in_language(found.labels, get_language() or "en") if found else code


def of_subject(rules: Profile, subject: KeyAction | RecommendationResponse) -> Badge:
    """How a key action or answer stands; what is closed without being done, or only asked to be, says so."""
    if subject.closed_as == ClosedAs.NOT_IMPLEMENTED:
        return Badge(str(ClosedAs.NOT_IMPLEMENTED.label), "dropped")
    found = of_status(rules, subject.status)
    if rules.common(subject.status) == CommonStatus.DROPPED and not subject.closed_as:
        return Badge(_("%(status)s: not approved") % {"status": found.words}, "pending")
    return found


def of_common(common: str) -> Badge:
    """A status that was derived, in the words that all organisations share."""
    return Badge(str(CommonStatus(common).label) if common else _("Not reported"), common or "not_reported")


def of_decision(rules: Profile, code: str) -> Badge:
    rule = rules.decision(code)
    if rule is None:
        return Badge(code or _("Not answered"), "pending")
    colours = {Decision.ACCEPTED: "accepted", Decision.REJECTED: "rejected"}
    return Badge(in_language(rule.labels, get_language() or "en"), colours.get(rule.code, "partly"))
