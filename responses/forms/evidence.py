"""Attaching evidence, with a report or later, and removing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack import files, media
from evaltrack.errors import Refused
from evaltrack.models import StoredFile, User
from responses import evidence
from responses.evidence import Attachment

SALT = "responses.evidence.kept"
KEPT = "kept"  # the name of the ticks of what was uploaded before
ACCEPTED = ",".join(f".{ending}" for ending in media.ENDINGS)


class FilesInput(forms.FileInput):
    """Several files at once, below those that came with what was refused before."""

    allow_multiple_selected = True
    template_name = "evidence/files_input.html"
    carried: Sequence[tuple[str, Attachment]] = ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "carried": self.carried, "kept": KEPT}


class FilesField(forms.FileField):
    """What is chosen, as a list; whether it may be kept is said when it is stored."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        return list(data or [])


class EvidenceFields(forms.Form):
    """Files and a link. What was uploaded stays when the form comes back for another reason."""

    files = FilesField(label=gettext_lazy("Evidence: files"), required=False)  # type: ignore[assignment]
    link = forms.CharField(
        label=gettext_lazy("Evidence: a link"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        most, together = files.most(), settings.MAX_UPDATE_MB * files.MEGABYTE
        field = self.fields["files"]
        field.widget.attrs |= {
            "accept": ACCEPTED,
            "data-most": most,
            "data-too-large": media.too_large("{name}", most),
            "data-together": together,
            "data-too-large-together": evidence.too_large_together(together),
        }
        field.help_text = _("PDF, documents, tables, pictures or mails; up to %(most)s each.") % {
            "most": filesizeformat(most)
        }

    def say_needed(self, statuses: Sequence[str], *, leave_out: bool = False) -> None:
        """For which statuses (in words) evidence is needed; ``leave_out`` it where that is for none."""
        self.needed = ", ".join(statuses)
        if self.needed:
            self.fields["files"].help_text += " " + _("Needed for: %(statuses)s.") % {"statuses": self.needed}
        elif leave_out:
            del self.fields["files"], self.fields["link"]

    def attachments(self, *, by: User, now: datetime) -> list[Attachment] | None:
        """Store what came, and say what is to be attached; None where a field says what is wrong.

        To be asked also where other fields are wrong: what was uploaded then comes back with the form.
        """
        made = self._stayed(by)
        for one in self.cleaned_data.pop("files", []):
            try:
                made.append(evidence.uploaded(files.Upload(one, one.name, one.size), now=now))
            except Refused as refusal:
                self.add_error("files", str(refusal))
        widget = self.fields["files"].widget if "files" in self.fields else None
        if isinstance(widget, FilesInput):
            widget.carried = [(_sealed(one, by), one) for one in made]
        if link := self.cleaned_data.pop("link", "").strip():
            try:
                made.append(evidence.linked(link))
            except Refused as refusal:
                self.add_error("link", str(refusal))
        return None if self.errors else made

    def _stayed(self, by: User) -> list[Attachment]:
        tokens = self.data.getlist(KEPT) if isinstance(self.data, QueryDict) else []
        return [found for found in (_unsealed(one, by) for one in tokens[: evidence.MOST]) if found]


def _sealed(one: Attachment, by: User) -> str:
    return signing.dumps([one.file.sha256 if one.file else "", one.name, by.pk], salt=SALT)


def _unsealed(token: str, by: User) -> Attachment | None:
    """The file that a form carried along; None once the store has forgotten it, or where it is not theirs."""
    try:
        digest, name, person = signing.loads(token, salt=SALT, max_age=files.KEPT)
    except signing.BadSignature:
        return None
    row = StoredFile.objects.filter(sha256=digest).first() if person == by.pk else None
    return Attachment(name, file=row) if row else None


class AttachForm(EvidenceFields):
    """Evidence for an update that is there already."""


class RemoveForm(forms.Form):
    """Why it is removed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("The history keeps it, and the file can be brought back."),
    )
