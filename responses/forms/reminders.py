"""Putting a reminder off, and searching what goes out and what went out."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, OfficeField, Search
from evaltrack.models import Mail
from responses.models import Reminder
from responses.told_whom import PLANNED, RETURNED


class SnoozeForm(forms.Form):
    """Until when someone does not want to be reminded, and why."""

    until = forms.DateField(label=_("Remind me again on"), widget=Day)
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("It is shown with the action."),
    )

    def __init__(self, *args: Any, last: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["max"] = last.isoformat()
        self.fields["until"].help_text = gettext("%(day)s at the latest.") % {"day": date_format(last)}


class ComingFilter(forms.Form):
    """Whose coming digests are shown."""

    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    q = forms.CharField(label=_("Name or address"), required=False, widget=Search)


class ToldFilter(forms.Form):
    """Which of the reminders are shown."""

    q = forms.CharField(label=_("Person, key action or evaluation"), required=False, widget=Search)
    office = OfficeField(label=_("Office of the person"), empty=_("All"), required=False)
    occasion = forms.ChoiceField(
        label=_("Occasion"), choices=[("", _("All")), *Reminder.Occasion.choices], required=False
    )
    state = forms.ChoiceField(
        label=_("Mail"),
        choices=[
            ("", _("All")),
            (PLANNED, _("In the next digest")),
            *Mail.State.choices,
            (RETURNED, _("Came back")),
        ],
        required=False,
    )
