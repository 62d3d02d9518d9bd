"""Statuses and decisions as the badges that pages show: the organisation's word, the colour's class."""

from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recommendations.choices import Decision
from recommendations.profiles import Profile, in_language


class Badge(NamedTuple):
    words: str
    css: str


def of_status(rules: Profile, code: str) -> Badge:
    """A blank status is "not reported", which is not the same as not started."""
    status = rules.status(code)
    if status is None:
        return Badge(code or _("Not reported"), "" if code else "not_reported")
    return Badge(in_language(status.labels, get_language() or "en"), status.common.value)


def of_decision(rules: Profile, code: str) -> Badge:
    rule = rules.decision(code)
    if rule is None:
        return Badge(code or _("Not answered"), "pending")
    colours = {Decision.ACCEPTED: "accepted", Decision.REJECTED: "rejected"}
    return Badge(in_language(rule.labels, get_language() or "en"), colours.get(rule.code, "partly"))
