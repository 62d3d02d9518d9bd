"""Word and Excel files are ZIP archives of XML: what may be wrong with one, found before it is parsed."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack.documents.errors import UnreadableFileError

MEGABYTE = 1024 * 1024
MOST_PARTS = 5_000
LARGEST_PART = 100 * MEGABYTE  # unpacked
LARGEST = 250 * MEGABYTE  # unpacked, all parts together
# Text of office files is packed to a tenth or a fiftieth of its size; more is made to burst.
MOST_RATIO = 250
_SMALL = MEGABYTE  # parts up to here may have any ratio: a page of blanks has
_PIECE = 256 * 1024

ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # the files of Word and Excel before 2007, and encrypted newer ones

_TYPES = (
    (re.compile(rb"wordprocessingml\.(document|template)\.main\+xml|ms-word\.\w+\.macroEnabled"), "docx"),
    (re.compile(rb"spreadsheetml\.(sheet|template)\.main\+xml|ms-excel\.\w+\.macroEnabled"), "xlsx"),
    (re.compile(rb"presentationml|ms-powerpoint"), "pptx"),
)
_KINDS = {
    "docx": gettext_lazy("a Word file"),
    "xlsx": gettext_lazy("an Excel file"),
    "pptx": gettext_lazy("a PowerPoint file"),
    "odt": gettext_lazy("an OpenDocument text"),
    "ods": gettext_lazy("an OpenDocument spreadsheet"),
    "odp": gettext_lazy("an OpenDocument presentation"),
    "zip": gettext_lazy("a ZIP archive"),
}
_XML_ENDINGS = (".xml", ".rels", ".vml")
_PLAIN_ENCODINGS = {b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii"}
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
_DECLARATIONS = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
# What zipfile raises for archives that are damaged, or made to harm.
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError,
    KeyError, IndexError, OverflowError,
)  # fmt: skip


def kind_of(data: bytes) -> str:
    """What an archive says it is: docx, xlsx, pptx, odt, ods, odp, else zip; "" for what is no archive."""
    if not data.startswith(ZIP):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {entry.filename for entry in archive.infolist()}
            if "mimetype" in names:
                said = _beginning(archive, "mimetype").decode("ascii", "replace").strip()
                return {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}.get(
                    said.rpartition(".")[2], "zip"
                )
            types = _beginning(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else b""
    except _DAMAGES:
        return "zip"
    return next((kind for pattern, kind in _TYPES if pattern.search(types)), "zip")


def check(data: bytes, wanted: str = "") -> tuple[str, ...]:
    """Sentences on what is in the file and will not be looked at, such as macros.

    ``wanted`` is the kind it must be, docx or xlsx, or "" for either. Raises :class:`UnreadableFileError` for
    what is no such file, is encrypted or damaged, would burst when unpacked, or declares entities. Nothing is
    parsed, and never more than a piece of a part is held.
    """
    if not data:
        raise UnreadableFileError(_("The file is empty."))
    if data.startswith(OLE):
        raise UnreadableFileError(_old(data))
    if not data.startswith(ZIP):
        raise UnreadableFileError(_("This is neither a Word nor an Excel file, whatever its name says."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive.infolist(), len(data))
            _check_kind(kind_of(data), wanted)
            for entry in archive.infolist():
                if entry.filename.casefold().endswith(_XML_ENDINGS):
                    _check_xml(archive, entry)
            return tuple(_remarks(archive.namelist()))
    except _DAMAGES as error:
        raise UnreadableFileError(damaged()) from error


def damaged() -> str:
    return _(
        "The file is damaged, or was not copied whole. Open it in Word or Excel, save it again, and try once "
        "more."
    )


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part as bytes; b"" where there is none. Only for archives that were checked."""
    try:
        with archive.open(name) as part:
            return part.read(LARGEST_PART)
    except KeyError:
        return b""
    except _DAMAGES as error:
        raise UnreadableFileError(damaged()) from error


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    """By the sizes that the parts declare: reading stops there, so that none can be larger than it says."""
    if len(entries) > MOST_PARTS:
        raise UnreadableFileError(
            _("The file has %(parts)d parts inside, and only %(most)d are read.")
            % {"parts": len(entries), "most": MOST_PARTS}
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFileError(_protected())
    whole = sum(entry.file_size for entry in entries)
    bursting = any(
        entry.file_size > max(_SMALL, MOST_RATIO * max(entry.compress_size, 1)) for entry in entries
    )
    largest = max((entry.file_size for entry in entries), default=0)
    if bursting or largest > LARGEST_PART or whole > LARGEST or whole > max(_SMALL, MOST_RATIO * size):
        raise UnreadableFileError(
            _("Unpacked the file would be far larger than any matrix (%(size)d MB), so it is not opened.")
            % {"size": max(1, whole // MEGABYTE)}
        )


def _check_kind(kind: str, wanted: str) -> None:
    if kind == wanted or (not wanted and kind in ("docx", "xlsx")):
        return
    found = {"found": _KINDS[kind]}
    if kind in ("odt", "ods", "odp"):
        raise UnreadableFileError(_("This is %(found)s. Save it as Word or Excel and try again.") % found)
    if wanted in ("docx", "xlsx"):
        raise UnreadableFileError(
            _("This is %(found)s, not %(wanted)s.") % {**found, "wanted": _KINDS[wanted]}
        )
    raise UnreadableFileError(_("This is %(found)s, and neither Word nor Excel.") % found)


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No declared entities, and no encoding that could hide some; read to the end, where damage shows."""
    with archive.open(entry) as part:
        first, carry = True, b""
        for piece in _pieces(part):
            plain = piece.replace(b"\0", b"")  # UTF-16 is read with the same eyes
            if first:
                said = _ENCODING.match(plain.lstrip(b"\xef\xbb\xbf\xff\xfe"))
                if said and said[1].lower() not in _PLAIN_ENCODINGS:
                    raise UnreadableFileError(damaged())
                first = False
            if _DECLARATIONS.search(carry + plain):
                raise UnreadableFileError(
                    _("The file declares entities (%(part)s), which no office program does; it is not read.")
                    % {"part": entry.filename[:100]}
                )
            carry = plain[-16:]


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    while piece := part.read(_PIECE):
        yield piece


def _remarks(names: list[str]) -> Iterator[str]:
    endings = [name.casefold().rpartition("/")[2] for name in names]
    if any(ending.startswith("vbaproject") for ending in endings):
        yield _("The file holds macros. They were not run, and nothing of them was read.")
    if any("/embeddings/" in f"/{name}" for name in names):
        yield _("Files that are embedded in this one were not read.")


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(MEGABYTE)


def _old(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _protected()
    if "WordDocument".encode("utf-16-le") in data:
        return _("This is a Word file of before 2007 (.doc). Save it as .docx and try again.")
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return _("This is an Excel file of before 2007 (.xls). Save it as .xlsx and try again.")
    return _("This is an office file of before 2007. Save it as .docx or .xlsx and try again.")


def _protected() -> str:
    return _("The file is protected by a password. Save it without one and try again.")
