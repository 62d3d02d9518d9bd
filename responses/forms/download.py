"""What somebody wants of a matrix as a file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from recommendations.profiles import Profile
from responses.comparison import NOW, Version
from responses.matrix.writers.options import Options

FORMATS = {
    "docx": _("Word: the form itself, to fill in away from EvalTrack and bring back, or to mail round"),
    "xlsx": _("Excel: a row for each key action, to fill in many of them and bring the file back"),
    "pdf": _("PDF: the official document, to print, to sign and to keep"),
    "csv": _("CSV: plain rows for statistics and other programs"),
    "json": _("JSON: all of it as data, for another EvalTrack or a program of yours"),
}


class DownloadForm(forms.Form):
    """All of it has a default, so that an address that says nothing gives the form as Word file."""

    ALL, PROMISED, BLANK = "all", "promised", "blank"

    format = forms.ChoiceField(label=_("Format"), choices=FORMATS.items(), widget=forms.RadioSelect)
    version = forms.ChoiceField(label=_("Version"))
    contents = forms.ChoiceField(
        label=_("What is in it"),
        choices=[
            (ALL, _("Everything")),
            (PROMISED, _("Without monitoring: what was answered and promised, not how it went")),
            (BLANK, _("Blank form: the recommendations only, with room for the answers")),
        ],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the form’s words"),
        help_text=_("The texts stay as they were written."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        profile: Profile,
        language: str,
        versions: Sequence[Version] = (),
    ) -> None:
        known = [code for code, _name in settings.LANGUAGES if code in profile.labels["document_title"]]
        self.usual = next((tag for tag in (language, language.partition("-")[0]) if tag in known), "en")
        first = {"format": "docx", "version": NOW, "contents": self.ALL, "language": self.usual}
        super().__init__(None if data is None else first | data.dict(), initial=first, label_suffix="")
        names = dict(settings.LANGUAGES)
        choices = [(code, names[code]) for code in known or ["en"]]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]
        self.fields["version"].choices = [  # type: ignore[attr-defined]
            (one.snapshot.pk if one.snapshot else NOW, one.name) for one in versions
        ]
        self.versions = {str(one.snapshot.pk): one for one in versions if one.snapshot}

    @property
    def chosen(self) -> Version | None:
        """The version that was frozen; None for the matrix as it stands."""
        return self.versions.get(self.cleaned_data["version"])

    @property
    def labels(self) -> str | None:
        """The language of the form's words, where it is another than the usual one."""
        wanted: str = self.cleaned_data["language"]
        return wanted if wanted and wanted != self.usual else None

    @property
    def options(self) -> Options:
        contents = self.cleaned_data["contents"]
        return Options(monitoring=contents != self.PROMISED, blank=contents == self.BLANK)
