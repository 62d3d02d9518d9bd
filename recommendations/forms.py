"""Forms for entering an evaluation: the cover of its report, and its recommendations."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django_countries import countries

from evaltrack.forms import Day, like, office_tree
from evaltrack.models import Membership, Office, User
from evaltrack.roles import Permission, Role, roles_with
from recommendations import terms
from recommendations.choices import ENTERED_AS, EvaluationState, Layout, LessonKind, Level
from recommendations.drafts import MOST, Draft
from recommendations.evaluations import LOSES_SIGHT, next_reference
from recommendations.lessons import LessonDraft
from recommendations.models import Evaluation, Lesson, Recommendation, RuleProfile
from recommendations.permissions import keeps_sight, may_mark_confidential
from recommendations.profiles import Profile, in_language

# Languages evaluations are written in; a record with another one keeps it.
LANGUAGES = ("en", "fr", "es", "pt", "ar", "ru", "zh-hans")


def language_choices(current: str = "") -> list[tuple[str, str]]:
    choices = [(code, get_language_info(code)["name_local"].capitalize()) for code in LANGUAGES]
    return choices if not current or current in LANGUAGES else [(current, current), *choices]


def explained(rules: Profile, language: str) -> str:
    """A rule profile in one line: its form, its statuses, its term."""
    return _("%(layout)s. Statuses: %(statuses)s. Response due within %(term)s.") % {
        "layout": rules.layout.label,
        "statuses": ", ".join(in_language(status.labels, language) for status in rules.statuses),
        "term": terms.in_words(rules.response_term),
    }


class ProfileField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        language = get_language() or "en"
        return format_html(
            '<span><strong>{}</strong><br><span class="quiet">{}</span></span>',
            in_language(obj.rules.titles, language),
            explained(obj.rules, language),
        )


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})"


class EvaluationForm(forms.Form):
    """What stands on the cover of the report."""

    title = like(Evaluation, "title", widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))
    short_title = like(Evaluation, "short_title")
    reference = like(Evaluation, "reference", required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[(one.value, one.label) for one in ENTERED_AS],
        initial=EvaluationState.FINAL,
        required=False,
        help_text=gettext_lazy("Where it stands now. It is moved on from its page."),
    )
    report_date = like(Evaluation, "report_date", widget=Day)
    conducted = like(Evaluation, "conducted")
    type = like(Evaluation, "type")
    timing = like(Evaluation, "timing")
    offices = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Offices"),
        coerce=int,
        choices=office_tree,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Those whose work was evaluated. Their people see the evaluation."),
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"),
        choices=lambda: list(countries),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    manager = forms.ModelChoiceField(
        label=gettext_lazy("Evaluation manager"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody named"),
    )
    evaluators = PeopleField(
        label=gettext_lazy("Evaluators"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("With an account: they may enter the recommendations."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), choices=language_choices)
    confidential = like(Evaluation, "confidential")
    profile = ProfileField(
        label=gettext_lazy("Rule profile"),
        queryset=RuleProfile.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        help_text=gettext_lazy("The form and the rules of the response. It stays as it is once chosen."),
    )

    def __init__(
        self, data: Any = None, *, user: User, evaluation: Evaluation | None = None, **options: Any
    ) -> None:
        super().__init__(data, initial=initial(user, evaluation), label_suffix="", **options)
        self.user, self.evaluation = user, evaluation
        language = evaluation.language if evaluation else ""
        for name in ("type", "timing"):
            self._field(name).choices = [("", ""), *self._field(name).choices[1:]]
        self._field("language").choices = language_choices(language)
        self._field("manager").queryset = _people(roles_with(Permission.EDIT_EVALUATION), managing=evaluation)
        self._field("evaluators").queryset = _people([Role.EVALUATOR], evaluating=evaluation)
        if evaluation:
            self._field("reference").required = True
            self._field("reference").help_text = ""
            del self.fields["profile"], self.fields["state"]
        else:
            self._field("reference").help_text = _("Left empty, it becomes %(reference)s.") % {
                "reference": next_reference(timezone.localdate())
            }
            self._field("profile").queryset = RuleProfile.objects.latest_versions()
        if not may_mark_confidential(user, evaluation):
            del self.fields["confidential"]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        kept = self.evaluation is not None and self.evaluation.confidential
        confidential = data.get("confidential", kept)
        manager = data.get("manager")
        if data.get("offices") and not keeps_sight(
            self.user, data["offices"], manager, confidential=confidential
        ):
            self.add_error("offices", LOSES_SIGHT)
        return data

    def values(self) -> dict[str, Any]:
        """What the rule functions take."""
        fields = dict(self.cleaned_data)
        fields["offices"] = Office.objects.filter(pk__in=fields["offices"])
        fields["title"] = " ".join(fields["title"].split())
        if "state" in fields:
            fields["state"] = fields["state"] or EvaluationState.FINAL
        return fields


def initial(user: User, evaluation: Evaluation | None) -> dict[str, Any]:
    if evaluation is None:
        held = Membership.objects.current(timezone.localdate()).filter(
            person=user, role__in=roles_with(Permission.EDIT_EVALUATION)
        )
        offices = list(held.values_list("office_id", flat=True)[:2])
        return {"offices": offices if len(offices) == 1 else [], "language": user.language}
    names = (
        "title", "short_title", "reference", "report_date", "conducted", "type", "timing", "language",
        "confidential",
    )  # fmt: skip
    return {
        **{name: getattr(evaluation, name) for name in names},
        "offices": list(evaluation.offices.values_list("pk", flat=True)),
        "countries": [country.code for country in evaluation.countries],
        "manager": evaluation.manager_id,
        "evaluators": list(evaluation.evaluators.values_list("pk", flat=True)),
    }


def _people(
    roles: list[Role], *, managing: Evaluation | None = None, evaluating: Evaluation | None = None
) -> Any:
    """Who holds one of the roles, and who is named already."""
    holders = Membership.objects.current(timezone.localdate()).filter(role__in=roles)
    wanted = Q(pk__in=holders.values("person"))
    if managing:
        wanted |= Q(pk=managing.manager_id)
    if evaluating:
        wanted |= Q(pk__in=evaluating.evaluators.values("pk"))
    return User.objects.filter(wanted).order_by("name", "pk")


# Recommendations -----------------------------------------------------------------------------------------


class PasteForm(forms.Form):
    """The list as it stands in the report."""

    text = forms.CharField(
        label=gettext_lazy("The recommendations, as a numbered list"),
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
        max_length=400_000,
        help_text=gettext_lazy(
            "Copy them from the report, with their numbers. You see what was understood before it is saved."
        ),
    )


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


LEVELS = [("", ""), *Level.choices]
SCALES = ("urgency", "difficulty", "impact")


class DraftForm(forms.Form):
    """One row of the preview."""

    number = like(Recommendation, "number")
    text = like(Recommendation, "text", widget=_area(3), required=False)
    sub_points = forms.CharField(
        label=gettext_lazy("Sub-points"),
        widget=_area(2),
        required=False,
        help_text=gettext_lazy("One a line; set in by two spaces for a second level."),
    )
    rationale = like(Recommendation, "rationale", widget=_area(2))
    directed_to = like(Recommendation, "directed_to", widget=_area(2))
    responsible_text = like(Recommendation, "responsible_text", widget=_area(2))
    timeline = like(Recommendation, "timeline_text")
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    based_on = like(Recommendation, "based_on", widget=forms.TextInput(attrs={"dir": "auto"}))
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=LEVELS, required=False)
    difficulty = forms.ChoiceField(label=gettext_lazy("Difficulty"), choices=LEVELS, required=False)
    impact = forms.ChoiceField(label=gettext_lazy("Impact"), choices=LEVELS, required=False)
    source = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    doubts = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rules: Profile, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        language = get_language() or "en"
        steps = [
            (str(step.level), f"{step.level} – {in_language(step.labels, language)}")
            for step in rules.priorities
        ]
        priority = self.fields["priority"]
        assert isinstance(priority, forms.ChoiceField)  # noqa: S101 - for mypy
        priority.choices = [("", ""), *steps]
        if not steps:
            del self.fields["priority"]
        if not any(self[name].value() for name in SCALES):  # few reports say these
            for name in SCALES:
                del self.fields[name]
        # Each form of matrix names one of the two.
        del self.fields["responsible_text" if rules.layout == Layout.ACTION_TABLE else "directed_to"]

    @property
    def has_more(self) -> bool:
        """Whether there is more to see than number and text."""
        shown = [name for name in self.fields if name not in ("number", "text", "doubts", "source", "DELETE")]
        return any(self[name].value() or self[name].errors for name in shown)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        filled = any(data.get(name, "").strip() for name in ("sub_points", "rationale"))
        if filled and not data.get("DELETE") and not data.get("text", "").strip():
            self.add_error("text", _("A recommendation needs a text. Or leave the row out."))
        return data


class LeaveOutFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave out")


DraftFormSet: Any = forms.formset_factory(
    DraftForm,
    LeaveOutFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST,
    absolute_max=MOST + 1,
    validate_max=True,
)


TEXTS = tuple(name for name in Draft.__dataclass_fields__ if name != "left_out")


def drafts_posted(data: Any) -> list[Draft]:
    """The rows as typed, whether valid or not."""
    total = data.get("rows-TOTAL_FORMS", "")
    rows = []
    for index in range(min(int(total), MOST) if total.isdecimal() else 0):
        texts = {name: data.get(f"rows-{index}-{name}", "").replace("\r\n", "\n") for name in TEXTS}
        rows.append(Draft(**texts, left_out=bool(data.get(f"rows-{index}-DELETE"))))
    return rows


def draft_formset(drafts: list[Draft], rules: Profile) -> Any:
    """The rows to look over."""
    rows = [{**asdict(draft), "DELETE": draft.left_out} for draft in drafts]
    return DraftFormSet(initial=rows, prefix="rows", form_kwargs={"rules": rules})


def posted_formset(data: Any, rules: Profile) -> Any:
    """The rows as they come back."""
    return DraftFormSet(data, prefix="rows", form_kwargs={"rules": rules})


# Lessons learned and good practices -----------------------------------------------------------------------


class LessonForm(forms.Form):
    """One lesson or good practice."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=LessonKind.choices)
    label = like(Lesson, "label")
    title = like(Lesson, "title", widget=_area(1))
    text = like(Lesson, "text", widget=_area(4), required=False)
    based_on = like(Lesson, "based_on", widget=forms.TextInput(attrs={"dir": "auto"}))
    source = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    doubts = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data.get("title", "").strip() and not data.get("DELETE") and not data.get("text", "").strip():
            self.add_error("text", _("A lesson or good practice needs a text. Or leave it out."))
        return data


LessonFormSet: Any = forms.formset_factory(
    LessonForm,
    LeaveOutFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST,
    absolute_max=MOST + 1,
    validate_max=True,
)

LESSON_TEXTS = tuple(name for name in LessonDraft.__dataclass_fields__ if name != "left_out")


def lesson_formset(drafts: Sequence[LessonDraft]) -> Any:
    """The rows to look over."""
    rows = [{**asdict(draft), "DELETE": draft.left_out} for draft in drafts]
    return LessonFormSet(initial=rows, prefix="lessons")


def posted_lessons(data: Any) -> Any:
    """The rows as they come back."""
    return LessonFormSet(data, prefix="lessons")


def lessons_posted(data: Any) -> list[LessonDraft]:
    """The rows as typed, whether valid or not."""
    total = data.get("lessons-TOTAL_FORMS", "")
    rows = []
    for index in range(min(int(total), MOST) if total.isdecimal() and len(total) < 6 else 0):
        texts = {name: data.get(f"lessons-{index}-{name}", "").replace("\r\n", "\n") for name in LESSON_TEXTS}
        rows.append(LessonDraft(**texts, left_out=bool(data.get(f"lessons-{index}-DELETE"))))
    return rows
