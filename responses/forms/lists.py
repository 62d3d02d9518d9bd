"""Finding evaluations, and changes in a history."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, OfficeField
from evaltrack.models import User
from recommendations.choices import EvaluationState
from recommendations.models import Evaluation, RuleProfile
from responses import standing, timeline

OWED = "owed"


class EvaluationFilter(forms.Form):
    """Which evaluations the list shows."""

    q = forms.CharField(
        label=_("Title or reference"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    profile = forms.ChoiceField(label=_("Rule profile"), required=False)
    year = forms.TypedChoiceField(label=_("Year of the report"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *EvaluationState.choices]
    )
    response = forms.ChoiceField(
        label=_("Response"),
        required=False,
        choices=[
            ("", _("All")),
            (OWED, _("Missing or incomplete")),
            (standing.MISSING, _("Missing")),
            (standing.INCOMPLETE, _("Incomplete")),
            (standing.COMPLETE, _("Complete")),
        ],
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        seen = Evaluation.objects.visible_to(user)
        days = seen.exclude(report_date=None).dates("report_date", "year", order="DESC")
        profiles = [(one.slug, one.name) for one in RuleProfile.objects.latest_versions()]
        for name, choices in (("year", [(day.year, day.year) for day in days]), ("profile", profiles)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
            field.choices = [("", _("All")), *choices]


class HistoryFilter(forms.Form):
    """Which changes of a history to show."""

    who = forms.ChoiceField(label=_("Who"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of change"),
        required=False,
        choices=[("", _("All kinds")), *((name, label) for name, (label, _which) in timeline.KINDS.items())],
    )
    since = forms.DateField(label=_("From"), widget=Day, required=False)
    until = forms.DateField(label=_("To"), widget=Day, required=False)

    def __init__(self, data: Any, *, actors: list[str]) -> None:
        super().__init__(data, label_suffix="")
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)  # noqa: S101 - for mypy
        who.choices = [("", _("Everyone")), *((name, name) for name in actors)]
