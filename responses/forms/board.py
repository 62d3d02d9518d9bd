"""Which key actions the overview shows, and what is done with many of them."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, OfficeField, PersonField, Search
from evaltrack.models import Office
from evaltrack.roles import Role
from recommendations.models import RuleProfile
from responses.board import Column, Filter, Show
from responses.leading import Lead

VIEWS = {"list": _("List"), "columns": _("By status"), "months": _("By month")}
# What a filter is kept as; the page of a list is not part of it.
KEPT = (
    "view", "q", "office", "evaluation", "lead", "priority", "due_from", "due_to", "unreported_since", "over",
    "status", "show",
)  # fmt: skip
WORDS = 200  # characters that are searched for


def _words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=WORDS, **options)


class BoardFilter(forms.Form):
    """The filter above the list; ``status`` and ``show`` are chosen by the bar and the chips."""

    q = _words(_("Search"), widget=Search)
    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    lead = _words(_("Lead: person or office"))
    evaluation = _words(_("Evaluation: title or reference"))
    priority = forms.TypedChoiceField(label=_("Priority"), required=False, coerce=int, empty_value=None)
    due_from = forms.DateField(label=_("Due from"), widget=Day, required=False)
    due_to = forms.DateField(label=_("Due until"), widget=Day, required=False)
    unreported_since = forms.DateField(label=_("Not reported on since"), widget=Day, required=False)
    over = forms.BooleanField(label=_("Also evaluations that are closed"), required=False)
    status = forms.ChoiceField(widget=forms.HiddenInput, required=False, choices=[("", ""), *Column.choices])
    show = forms.ChoiceField(widget=forms.HiddenInput, required=False, choices=[("", ""), *Show.choices])
    view = forms.ChoiceField(widget=forms.HiddenInput, required=False, choices=[("", ""), *VIEWS.items()])

    FIRST = ("q", "office", "lead")

    def __init__(self, data: Any, *, offices: frozenset[int] | None) -> None:
        super().__init__(data, label_suffix="")
        levels = {
            step.level
            for profile in RuleProfile.objects.latest_versions()
            for step in profile.rules.priorities
        }
        priority, office = self.fields["priority"], self.fields["office"]
        assert isinstance(priority, forms.ChoiceField)  # noqa: S101 - for mypy
        assert isinstance(office, OfficeField)  # noqa: S101 - for mypy
        priority.choices = [("", _("All")), *((level, level) for level in sorted(levels))]
        office.limit_to(offices)
        self.is_valid()  # what is wrong in it is left out, and said beside the field

    @property
    def wanted(self) -> Filter:
        return Filter(**{name: value for name, value in self.cleaned_data.items() if name != "view"})

    @property
    def shown_as(self) -> str:
        return self.cleaned_data.get("view") or "list"

    @property
    def query(self) -> str:
        """What is understood of it, as a query: to be kept, and for links."""
        kept = QueryDict(mutable=True)
        for name in KEPT:
            value = self.cleaned_data.get(name)
            if value not in (None, "", False):
                kept[name] = str(value.pk if isinstance(value, Office) else "on" if value is True else value)
        return kept.urlencode()

    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    def others(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def uses_others(self) -> bool:
        return any(self.cleaned_data.get(field.name) or field.errors for field in self.others())


class NameFilterForm(forms.Form):
    """Under which name a filter is kept."""

    name = forms.CharField(label=_("Keep this filter as"), max_length=60)


class AskForm(forms.Form):
    """A word to those who are asked how it stands."""

    note = forms.CharField(
        label=_("A word to those who are asked"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        max_length=2000,
        required=False,
    )


class ReassignForm(forms.Form):
    """Who leads from now on, and why."""

    person = PersonField(
        label=_("A person"), required=False, help_text=_("Name or e-mail address. Or choose an office:")
    )
    office = OfficeField(label=_("Or an office"), empty=_("none"), required=False)
    role = forms.ChoiceField(
        label=_("Who there"),
        required=False,
        choices=[("", _("its focal point")), *Role.choices],
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        max_length=2000,
        help_text=_("The new lead reads it, and the history keeps it."),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors and bool(data.get("person")) == bool(data.get("office")):
            self.add_error("person", gettext("Name a person or choose an office: one of the two."))
        return data

    @property
    def lead(self) -> Lead:
        data = self.cleaned_data
        return Lead(data["person"], data["office"], data["role"] if data["office"] else "")


class ExtendForm(forms.Form):
    """The new deadline, and why."""

    until = forms.CharField(
        label=_("New deadline"),
        max_length=300,
        help_text=_("As you would write it, such as 30 June 2027."),
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}), max_length=2000
    )
