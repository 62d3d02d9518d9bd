"""Whose deadlines a calendar shows, and a feed holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import OfficeField


class CalendarFilter(forms.Form):
    """One's own deadlines, or those of an office."""

    office = OfficeField(label=_("Whose deadlines"), empty=_("My own"), required=False)
    month = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, offices: frozenset[int] | None) -> None:
        super().__init__(data, label_suffix="")
        self.has_offices = offices is None or bool(offices)
        office = self.fields["office"]
        assert isinstance(office, OfficeField)  # noqa: S101 - for mypy
        office.limit_to(offices)


class FeedForm(forms.Form):
    """What a new calendar address holds."""

    office = OfficeField(
        label=_("Whose deadlines"),
        empty=_("My own: what I lead, help with, answer, clear or was asked"),
        required=False,
    )

    def __init__(self, data: Any = None, *, offices: frozenset[int] | None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        office = self.fields["office"]
        assert isinstance(office, OfficeField)  # noqa: S101 - for mypy
        office.limit_to(offices)
