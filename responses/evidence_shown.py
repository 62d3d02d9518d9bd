"""How evidence looks on a page: what it is, whether it can be opened, what is to be said about it."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from evaltrack import files, media
from evaltrack.models import StoredFile, User
from responses.models import Evidence, KeyAction
from responses.subjects import Subject


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece; ``tile`` stands where there is no picture, ``note`` says what hinders opening it."""

    evidence: Evidence
    tile: str
    opens: bool
    pictured: bool
    note: str
    removable: bool


def under(subject: Subject, *, by: User, reports: bool) -> dict[int, list[Shown]]:
    """What is attached to its updates, by update: one query. ``reports``: ``by`` reports for the office."""
    about = Q(update__action=subject) if isinstance(subject, KeyAction) else Q(update__answer=subject)
    rows = Evidence.objects.present().filter(about).select_related("file", "added_by")
    found: dict[int, list[Shown]] = {}
    for row in rows.order_by("added_at", "pk"):
        found.setdefault(row.update_id, []).append(shown(row, by=by, reports=reports))
    return found


def shown(row: Evidence, *, by: User, reports: bool = False) -> Shown:
    opens = may_open(row, by)
    return Shown(
        evidence=row,
        tile=(media.ending_of(row.name) or _("file")).upper()[:5] if row.file else _("Link"),
        opens=opens,
        pictured=bool(row.file and opens and row.file.preview == StoredFile.Preview.MADE),
        note=_note(row.file) if row.file else "",
        removable=reports or row.added_by_id == by.pk,
    )


def may_open(row: Evidence, by: User) -> bool:
    """Nobody gets what the scanner has not cleared, but who attached it and therefore has it."""
    if row.file is None or files.is_open(row.file):
        return True
    return row.file.scan == StoredFile.Scan.WAITING and row.added_by_id == by.pk


def _note(file: StoredFile) -> str:
    if file.scan == StoredFile.Scan.INFECTED:
        return _("Malware was found in it (%(found)s), and it was deleted.") % {"found": file.scan_says}
    if file.scan != StoredFile.Scan.WAITING or not settings.CLAMD_URL:
        return ""
    if file.scan_says:
        return _(
            "The malware scanner could not check it yet. It is asked again; until then nobody else gets it."
        )
    return _("Being checked for malware. Until then nobody else gets it.")
