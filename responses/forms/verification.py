"""Checking independently, noting a later evaluation's verdict, naming who checks."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaltrack.models import User
from recommendations.models import Evaluation
from recommendations.profiles import Choice, Grade, Profile, in_language

LONGEST = 4000
NARRATIVE = {"rows": 3, "dir": "auto"}


class _Scales(forms.Form):
    """A verdict on the organisation's scales; the rule decides what is missing."""

    implementation = forms.ChoiceField(label=_("How far it is done"), widget=forms.RadioSelect)
    alignment = forms.ChoiceField(label=_("Is it what was promised?"), required=False)
    timeliness = forms.ChoiceField(label=_("Was it in time?"), required=False)

    def __init__(self, data: Any = None, *, rules: Profile, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        scales = rules.verification
        self._choices("implementation", scales.implementation)
        self._choices("alignment", scales.alignment)
        self._choices("timeliness", scales.timeliness)

    def _choices(self, name: str, scale: tuple[Choice, ...] | tuple[Grade, ...]) -> None:
        field, language = self.fields[name], get_language() or "en"
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
        choices = [(one.code, in_language(one.labels, language)) for one in scale]
        field.choices = choices if field.required else [("", _("Not rated")), *choices]


class CheckForm(_Scales):
    reason = forms.CharField(
        label=_("What the verdict rests on"),
        help_text=_("What you saw or read, and where. Those responsible read it."),
        widget=forms.Textarea(attrs=NARRATIVE),
        max_length=LONGEST,
    )
    question = forms.CharField(
        label=_("Question to those responsible"),
        help_text=_("Needed where your verdict is not what was reported: their next report answers it."),
        widget=forms.Textarea(attrs=NARRATIVE),
        max_length=LONGEST,
        required=False,
    )


class LaterVerdictForm(_Scales):
    evaluation = forms.CharField(
        label=_("Reference of the later evaluation"),
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    where = forms.CharField(
        label=_("Where it says so"),
        help_text=_("Such as “paragraph 48” or “page 31”."),
        max_length=200,
        required=False,
    )
    reason = forms.CharField(
        label=_("What it found"), widget=forms.Textarea(attrs=NARRATIVE), max_length=LONGEST
    )

    field_order = ("evaluation", "where")

    def __init__(self, data: Any = None, *, rules: Profile, user: User, **options: Any) -> None:
        super().__init__(data, rules=rules, **options)
        self.user = user

    def clean_evaluation(self) -> Evaluation:
        """Of those the person may see; of any other there is no such evaluation."""
        reference = self.cleaned_data["evaluation"].strip()
        found = Evaluation.objects.visible_to(self.user).filter(reference__iexact=reference).first()
        if found is None:
            raise forms.ValidationError(_("There is no evaluation with this reference."))
        return found
