"""What is to be exported together, and how."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recommendations.forms import language_choices
from responses.choices import BulkForm


class BulkExportForm(forms.Form):
    """``all`` is what the filters show, however many pages that would be; else what is ticked."""

    ALL, TICKED = "all", "ticked"

    which = forms.ChoiceField(
        label=_("Which evaluations"),
        choices=[(ALL, _("All that the filters show")), (TICKED, _("Those ticked below"))],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    form = forms.ChoiceField(
        label=_("As"), choices=BulkForm.choices, widget=forms.RadioSelect, initial=BulkForm.ZIP
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("Stands on the first page of a PDF, and in your list of exports."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the contents and of the form"),
        choices=language_choices,
        help_text=_("The texts stay as they were written. In a ZIP file each matrix keeps its own language."),
    )

    def __init__(self, data: Any = None, *, language: str) -> None:
        super().__init__(data, initial={"language": language}, label_suffix="")
