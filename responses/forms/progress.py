"""Reporting progress, and what is asked for with it."""

from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import Day, like
from recommendations.profiles import Choice, Profile, in_language
from responses.forms.evidence import EvidenceFields
from responses.models import ProgressUpdate

Choices = list[tuple[str, str]]


def reasons(choices: tuple[Choice, ...]) -> Choices:
    """The organisation's own reasons, in the reader's language."""
    language = get_language() or "en"
    return [("", ""), *((one.code, in_language(one.labels, language)) for one in choices)]


def set_choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
    field.choices = choices


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


class ReportForm(EvidenceFields):
    """How it stands: a status in the organisation's words, a line of text, the day; the rule decides."""

    round = forms.ChoiceField(label=_("Round"))
    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect, required=False)
    comment = like(ProgressUpdate, "comment", widget=_lines(1))
    as_of = forms.DateField(label=_("As of"), widget=Day)
    field_order = ["round", "status", "comment", "as_of"]

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        rules: Profile,
        today: date,
        status: str = "",
        round: str | None = None,
        rounds: Choices = [],  # noqa: B006 - never changed
        focus: bool = False,
        **options: Any,
    ) -> None:
        """``round`` is the one offered first; ``None`` where progress is not reported by round.

        ``rounds`` are the names of open rounds besides the profile's.
        """
        initial = {"status": status, "as_of": today, "round": round}
        super().__init__(data, files, initial=initial, label_suffix="", **options)
        language = get_language() or "en"
        set_choices(self, "status", [(one.code, in_language(one.labels, language)) for one in rules.statuses])
        own = [(one.name, in_language(one.labels, language)) for one in rules.rounds]
        set_choices(self, "round", [*own, *(one for one in rounds if one[0] not in dict(own))])
        if round is None:
            del self.fields["round"]
        if focus:
            self.fields["status"].widget.attrs["autofocus"] = True
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()


class FullReportForm(ReportForm):
    """... with what was done, what comes next, when it is expected now, and why it is no longer done."""

    done = like(ProgressUpdate, "done", widget=_lines(2))
    next_step = like(ProgressUpdate, "next_step", widget=_lines(2))
    expected = forms.CharField(
        label=_("New expected date"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("As you would write it: “30 June 2027”, “end of 2027”, “in three months”."),
    )
    expected_reason = forms.CharField(
        label=_("Why the date changes"), max_length=2000, required=False, widget=_lines(1)
    )
    reason_code = forms.ChoiceField(label=_("Why it is no longer done"), required=False)

    MORE = ("done", "next_step")
    LATER = ("expected", "expected_reason")
    DROPPED = ("reason_code",)
    EVIDENCE = ("files", "link")

    def __init__(self, *args: Any, rules: Profile, postponable: bool = False, **options: Any) -> None:
        super().__init__(*args, rules=rules, **options)
        set_choices(self, "reason_code", reasons(rules.drop_reasons))
        if not postponable:
            for name in self.LATER:
                del self.fields[name]

    def _fields(self, names: tuple[str, ...]) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def usual(self) -> list[BoundField]:
        folded = (*self.MORE, *self.LATER, *self.DROPPED, *self.EVIDENCE)
        return [field for field in self.visible_fields() if field.name not in folded]

    @property
    def more(self) -> list[BoundField]:
        return self._fields(self.MORE)

    @property
    def later(self) -> list[BoundField]:
        return self._fields(self.LATER)

    @property
    def dropped(self) -> list[BoundField]:
        return self._fields(self.DROPPED)

    @property
    def evidence(self) -> list[BoundField]:
        return self._fields(self.EVIDENCE)

    @property
    def is_sent(self) -> bool:
        """It came back with a refusal: then everything is shown unfolded."""
        return self.is_bound


class ReasonForm(forms.Form):
    """Why something is closed without being done, or opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=_lines(2))


class ClosingForm(ReasonForm):
    """Closing many, or one, as not implemented: the organisation's reason where it fits, and a sentence."""

    code = forms.ChoiceField(label=_("Why"), required=False)
    field_order = ["code", "reason"]

    def __init__(self, data: Any = None, *, choices: Choices, auto_id: str = "id_%s") -> None:
        super().__init__(data, label_suffix="", auto_id=auto_id)
        set_choices(self, "code", choices)
