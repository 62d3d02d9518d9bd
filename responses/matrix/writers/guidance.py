"""What a blank form says to whoever fills it in: short, grey, and known again where it is left standing."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from recommendations.profiles import Profile, in_language


def response(profile: Profile, language: str) -> str:
    decisions = " / ".join(in_language(rule.labels, language) for rule in profile.decisions)
    return _("%(decisions)s, and why.") % {"decisions": decisions}


def actions_in_table() -> str:
    return _("What will be done: an action to a row, with when and by whom.")


def actions_in_list() -> str:
    return _("What will be done: an item for each action, with when and by whom.")


def known(profile: Profile) -> set[str]:
    """All that a form of this profile can say, in every language."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {response(profile, language), actions_in_table(), actions_in_list()}
    return found
