"""Forms of the pages about responses: reporting progress, beginning a response, finding evaluations."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, OfficeField, like
from evaltrack.models import User
from recommendations.models import Evaluation, RuleProfile
from recommendations.profiles import Profile, in_language
from responses import standing, timeline
from responses.models import ManagementResponse, ProgressUpdate

OWED = "owed"


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


class ResponseForm(forms.Form):
    """Who answers, and who sees to it."""

    office = OfficeField(
        label=_("Responding office"), empty=_("none: the organisation as a whole"), required=False
    )
    coordinator = forms.ModelChoiceField(
        label=_("Coordinator"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label=_("nobody yet"),
        help_text=_("May fill in the whole matrix, and gets the reminders that nobody else is named for."),
    )
    coordinator_text = like(
        ManagementResponse,
        "coordinator_text",
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_(
            "As the matrix prints it, with function and office. Left empty, it is the coordinator’s name."
        ),
    )


class EvaluationFilter(forms.Form):
    """Which evaluations the list shows."""

    q = forms.CharField(
        label=_("Title or reference"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    profile = forms.ChoiceField(label=_("Rule profile"), required=False)
    year = forms.TypedChoiceField(label=_("Year of the report"), required=False, coerce=int, empty_value=None)
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
