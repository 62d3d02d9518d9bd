"""Any file that a matrix may come in: what it is, its bytes say, and each kind has its reader."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack.documents import archives
from evaltrack.documents.errors import UnreadableFileError
from recommendations import profiles as rules
from recommendations.profiles import Profile
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json
from responses.matrix.reading import Doubt, Reading

MEGABYTE = 1024 * 1024
LARGEST = 100 * MEGABYTE

ENDINGS = {
    "json": ("json",),
    "docx": ("docx", "docm", "dotx", "dotm"),
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "pdf": ("pdf",),
    "csv": ("csv", "tsv"),
    "txt": ("txt", "text", "md", ""),
}
_NAMES = {
    "json": gettext_lazy("JSON"),
    "docx": gettext_lazy("Word"),
    "xlsx": gettext_lazy("Excel"),
    "pdf": gettext_lazy("PDF"),
    "csv": gettext_lazy("CSV"),
    "txt": gettext_lazy("plain text"),
}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_WEB = (b"<!doctype", b"<html", b"<?xml", b"<svg")


def read(
    data: bytes,
    name: str,
    *,
    profile: str | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
) -> Reading:
    """The matrix in a file. ``name`` decides only between kinds of plain text.

    ``profile`` is the slug of one of ``profiles`` (those that are shipped, where None), and overrules what is
    detected; ``language`` overrules that of the texts. Raises :class:`UnreadableError` with a sentence.
    """
    known = tuple(profiles if profiles is not None else rules.read_shipped())
    chosen = next((one for one in known if one.slug == profile), None)
    if profile and chosen is None:
        raise UnreadableError(
            _("There is no rule profile “%(profile)s”. Choose one of: %(known)s")
            % {"profile": profile, "known": ", ".join(one.slug for one in known)}
        )
    kind = kind_of(data, name)
    reading = _reading(kind, data, chosen, known, language)
    if chosen and reading.matrix.profile != chosen.slug:
        reading = replace(reading, matrix=replace(reading.matrix, profile=chosen.slug))
    return replace(reading, doubts=(*_about_name(kind, name), *reading.doubts))


def kind_of(data: bytes, name: str) -> str:
    """json, docx, xlsx, pdf, csv or txt. Raises :class:`UnreadableError` for all else, saying what it is."""
    if len(data) > LARGEST:
        raise UnreadableError(
            _("The file has %(size)d MB, and %(largest)d MB at most can be read")
            % {"size": len(data) // MEGABYTE, "largest": LARGEST // MEGABYTE}
        )
    if not data.strip():
        raise UnreadableError(_("The file is empty"))
    if data.startswith((archives.ZIP, archives.OLE)):
        return _office_kind(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_PICTURES):
        raise UnreadableError(
            _("This is a picture. A matrix can be read only where its text is text: ask for the file itself")
        )
    if data.startswith(b"{\\rtf"):
        raise UnreadableError(_("This is an RTF file. Open it in Word, save it as .docx and try again"))
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB):
        raise UnreadableError(_("This is a web page or XML. Save it as Word or PDF and try again"))
    ending = _ending(name)
    if start.startswith((b"{", b"[")) or ending == "json":
        return "json"
    if (
        b"\0" in data[:4000]
        and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
        and data[:400].count(b"\0") < 40
    ):
        raise UnreadableError(_("This is no kind of file that a matrix can be read from: %(known)s")
                              % {"known": "DOCX, XLSX, PDF, CSV, JSON, TXT"})  # fmt: skip
    return "csv" if ending in ENDINGS["csv"] else "txt"


def _office_kind(data: bytes) -> str:
    """Word or Excel; the refusal for every other archive is the guard's."""
    kind = archives.kind_of(data)
    if kind in ("docx", "xlsx"):
        return kind
    try:
        archives.check(data)
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
    raise UnreadableError(archives.damaged().removesuffix("."))


def _reading(
    kind: str, data: bytes, profile: Profile | None, profiles: tuple[Profile, ...], language: str
) -> Reading:
    """Each reader is imported when its first file comes: they bring large libraries."""
    from responses.matrix.readers import docx, pdf, plain, sheets

    match kind:
        case "json":
            json.check_size(len(data))
            return Reading(json.read(data))
        case "docx":
            return docx.read(data, profile=profile, profiles=profiles, language=language)
        case "pdf":
            return pdf.read(data, profile=profile, profiles=profiles, language=language)
        case "txt":
            return plain.read(data, profile=profile, profiles=profiles, language=language)
    return sheets.read(data, profile=profile, profiles=profiles, language=language)


def _about_name(kind: str, name: str) -> tuple[Doubt, ...]:
    ending = _ending(name)
    if not ending or ending in ENDINGS[kind] or kind == "txt":
        return ()
    sentence = _("The name ends in .%(ending)s, but the file is %(kind)s; it was read as that.")
    return (Doubt("", sentence % {"ending": ending, "kind": _NAMES[kind]}),)


def _ending(name: str) -> str:
    before, dot, after = name.rpartition(".")
    return after.casefold() if dot and before else ""
