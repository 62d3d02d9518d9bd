"""Opening a round, finding what it asks, giving it more time."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, OfficeField
from evaltrack.models import User
from recommendations.models import RuleProfile
from responses.forms.lists import EvaluationFilter
from responses.round_candidates import LONGEST
from responses.rounds import LONGEST_NOTE


class CandidateFilter(EvaluationFilter):
    """Which evaluations a round could be opened for, and what it would be called."""

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, user=user)
        del self.fields["response"]


class RoundForm(forms.Form):
    """What a round is called, until when answers are due, and a word to those who are asked."""

    name = forms.CharField(
        label=_("Name of the round"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"list": "round-names", "autocomplete": "off"}),
        help_text=_("One of the profile’s rounds, or a name of your own such as “Board cut-off, June 2027”."),
    )
    due_on = forms.DateField(
        label=_("Answers are due on"),
        widget=Day,
        required=False,
        help_text=_("Left empty, as many weeks from today as the profile says."),
    )
    note = forms.CharField(
        label=_("A word to the coordinators"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        max_length=LONGEST_NOTE,
        required=False,
    )


def known_names() -> list[str]:
    """The rounds of the profiles in use, to choose from."""
    names = [one.name for row in RuleProfile.objects.latest_versions() for one in row.rules.rounds]
    return list(dict.fromkeys(names))


class MoreTimeForm(forms.Form):
    """More time for the answers to a round."""

    until = forms.DateField(label=_("New day by which answers are due"), widget=Day)
    reason = forms.CharField(
        label=_("Why more time is needed"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=2000,
    )


class RoundFilter(forms.Form):
    """Which matrices of a round the page shows."""

    ALL, WAITING, ANSWERED, CLOSED = "", "waiting", "answered", "closed"

    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            (ALL, _("All")),
            (WAITING, _("Answers missing")),
            (ANSWERED, _("All answered")),
            (CLOSED, _("Closed")),
        ],
    )
