"""Asking for a response, giving it more time, finding those that are owed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, OfficeField, like
from evaltrack.models import Office, User
from recommendations import terms
from recommendations.models import Evaluation
from responses import owed, requests
from responses.choices import OWED as OWED_STATES
from responses.models import ManagementResponse

WHOLE = 0  # stands for the organisation as a whole, where an office is chosen


class RequestForm(forms.Form):
    """Who is asked for a response, who sees to it, and until when."""

    offices = forms.TypedMultipleChoiceField(
        label=_("Who answers"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Each gives a response of its own."),
    )
    other = OfficeField(label=_("Another office"), empty=_("none"), required=False)
    coordinator = forms.ModelChoiceField(
        label=_("Coordinator"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label=_("nobody yet"),
        help_text=_(
            "Is asked for the response, may fill in the whole matrix, and gets its reminders. Where nobody is"
            " named, the office’s focal point is asked."
        ),
    )
    due_on = forms.DateField(label=_("Due on"), widget=Day, required=False)
    coordinator_text = like(
        ManagementResponse,
        "coordinator_text",
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_(
            "As the matrix prints it, with function and office. Left empty, it is the coordinator’s name."
        ),
    )
    note = forms.CharField(
        label=_("A word to the coordinator"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        max_length=5000,
        required=False,
    )
    hand_over = forms.BooleanField(
        label=_("The recommendations are complete: hand them over now"),
        required=False,
        help_text=_("The response can then be drafted, and the evaluators no longer see the evaluation."),
    )

    def __init__(
        self, data: Any = None, *, evaluation: Evaluation, today: date, may_set_term: bool, **options: Any
    ) -> None:
        asked = set(evaluation.responses.values_list("office", flat=True))
        there = [office for office in evaluation.offices.all() if office.pk not in asked]
        due = requests.term_from(evaluation, today)
        initial = {
            "offices": [office.pk for office in there],
            "due_on": due,
            "hand_over": evaluation.recommendations.present().exists(),
        }
        super().__init__(data, initial=initial, label_suffix="", **options)
        self.asked_offices = {office.pk: office for office in there}
        choices = [(office.pk, office.name) for office in there]
        if None not in asked:
            choices.append((WHOLE, gettext("The organisation as a whole")))
        offices = self.fields["offices"]
        assert isinstance(offices, forms.TypedMultipleChoiceField)  # noqa: S101 - for mypy
        offices.choices = choices
        self.fields["due_on"].help_text = gettext("By the rules it has %(term)s: until %(day)s.") % {
            "term": terms.in_words(evaluation.profile.rules.response_term),
            "day": date_format(due),
        }
        if not may_set_term:
            del self.fields["due_on"]
        if evaluation.handed_over_at:
            del self.fields["hand_over"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if not data.get("offices") and not data.get("other") and not self.errors:
            self.add_error("offices", gettext("Choose at least one office, or the organisation as a whole."))
        return data

    def answering(self) -> list[Office | None]:
        """Those who are asked; ``None`` is the organisation as a whole."""
        data = self.cleaned_data
        chosen = [self.asked_offices.get(pk) for pk in data["offices"]]
        return [*chosen, data["other"]] if data["other"] else chosen


class TermForm(forms.Form):
    """More time for a response."""

    until = forms.DateField(label=_("New due date"), widget=Day)
    reason = forms.CharField(
        label=_("Why more time is needed"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=2000,
    )


class OwedFilter(forms.Form):
    """Which of the responses owed the list shows."""

    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            (owed.LATE, _("Late")),
            (owed.NOT_ASKED, _("Not asked for")),
            *((one.value, one.label) for one in OWED_STATES),
        ],
    )
