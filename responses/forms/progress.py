"""Reporting progress."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, like
from recommendations.profiles import Profile, in_language
from responses.models import ProgressUpdate


class ReportForm(forms.Form):
    """How it stands: a status in the organisation's words, a line of text, the day; the rule decides."""

    round = forms.ChoiceField(label=_("Round"))
    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect, required=False)
    comment = like(ProgressUpdate, "comment", widget=forms.Textarea(attrs={"rows": 1, "dir": "auto"}))
    as_of = forms.DateField(label=_("As of"), widget=Day)

    def __init__(
        self,
        data: Any = None,
        *,
        rules: Profile,
        today: date,
        status: str = "",
        round: str | None = None,
        focus: bool = False,
        **options: Any,
    ) -> None:
        """``round`` is the one offered first; ``None`` where progress is not reported by round."""
        initial = {"status": status, "as_of": today, "round": round}
        super().__init__(data, initial=initial, label_suffix="", **options)
        language = get_language() or "en"
        self._choices("status", [(one.code, in_language(one.labels, language)) for one in rules.statuses])
        self._choices("round", [(one.name, in_language(one.labels, language)) for one in rules.rounds])
        if round is None:
            del self.fields["round"]
        if focus:
            self.fields["status"].widget.attrs["autofocus"] = True
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
        field.choices = choices
