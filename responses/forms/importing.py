"""Handing in a file: the file or a pasted table, and how it is to be read."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from evaltrack import files, media
from recommendations.forms import language_choices
from recommendations.models import RuleProfile
from recommendations.profiles import in_language
from responses.importing.bringing import ENDINGS


def profile_choices() -> list[tuple[str, str]]:
    language = get_language() or "en"
    rows = RuleProfile.objects.latest_versions()
    named = [(one.slug, in_language(one.rules.titles, language)) for one in rows]
    return [("", str(_("as the file shows"))), *named]


class ReadingForm(forms.Form):
    """How a file is to be read, where it does not show by itself."""

    profile = forms.ChoiceField(label=gettext_lazy("Rule profile"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), required=False)

    def __init__(self, *args: Any, fixed_profile: bool = False, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        field: Any = self.fields["language"]
        field.choices = [("", _("as the file shows")), *language_choices()]
        if fixed_profile:
            del self.fields["profile"]
        else:
            field = self.fields["profile"]
            field.choices = profile_choices()


class BringForm(ReadingForm):
    """A file, or a table copied from Word or Excel."""

    file = forms.FileField(label=gettext_lazy("File"), required=False)
    pasted = forms.CharField(
        label=gettext_lazy("Or paste a table"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "data-paste": ""}),
        help_text=gettext_lazy("Copied from Word or Excel, with its row of headings."),
    )
    field_order = ("file", "pasted", "profile", "language")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        most = files.most()
        field = self.fields["file"]
        field.widget.attrs |= {
            "accept": ",".join(f".{ending}" for ending in ENDINGS),
            "data-most": most,
            "data-too-large": media.too_large("{name}", most),
            "data-together": settings.MAX_UPDATE_MB * files.MEGABYTE,
            "data-too-large-together": media.too_large("{name}", most),
        }
        field.help_text = _("%(types)s; up to %(most)s.") % {
            "types": ", ".join(ending.upper() for ending in ENDINGS if ending not in ("md", "tsv")),
            "most": filesizeformat(most),
        }
