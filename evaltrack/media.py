"""What an uploaded file is: by its bytes, never by its name; and a name that can be shown and sent safely."""

import codecs
import re
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

import puremagic
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from evaltrack.errors import Refused

CHUNK = 256 * 1024
HEAD = 64 * 1024
LONGEST_NAME = 200
# Parts of a ZIP-based document: each costs memory when its list is read.
MOST_PARTS = 10_000
_PART = b"PK\x01\x02"
_LAST_PART = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file that may be attached; the first of its endings is given to names without one."""

    media_type: str
    endings: tuple[str, ...]
    pictured: bool = False


_PDF = Kind("application/pdf", ("pdf",), pictured=True)
_JPEG = Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), pictured=True)
_PNG = Kind("image/png", ("png",), pictured=True)
_GIF = Kind("image/gif", ("gif",), pictured=True)
_WEBP = Kind("image/webp", ("webp",), pictured=True)
_TIFF = Kind("image/tiff", ("tif", "tiff"), pictured=True)
_HEIC = Kind("image/heic", ("heic", "heif"))
_OFFICE = "application/vnd.openxmlformats-officedocument."
_DOCX = Kind(f"{_OFFICE}wordprocessingml.document", ("docx",))
_XLSX = Kind(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",))
_PPTX = Kind(f"{_OFFICE}presentationml.presentation", ("pptx",))
_OPEN = "application/vnd.oasis.opendocument."
_ODT = Kind(f"{_OPEN}text", ("odt",))
_ODS = Kind(f"{_OPEN}spreadsheet", ("ods",))
_ODP = Kind(f"{_OPEN}presentation", ("odp",))
_MSG = Kind("application/vnd.ms-outlook", ("msg",))
_EML = Kind("message/rfc822", ("eml",))
_TXT = Kind("text/plain", ("txt", "md", "log"))
_CSV = Kind("text/csv", ("csv", "tsv"))

KINDS = {
    kind.media_type: kind
    for kind in (
        _PDF, _DOCX, _XLSX, _PPTX, _ODT, _ODS, _ODP, _JPEG, _PNG, _GIF, _WEBP, _TIFF, _HEIC, _TXT, _CSV, _EML,
        _MSG,
    )
}  # fmt: skip
ENDINGS = tuple(ending for kind in KINDS.values() for ending in kind.endings)

# How a file begins: position, bytes. What is only prefixed by something else is not what it says.
_BEGINNINGS: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"%PDF-", _PDF),
    (0, b"\xff\xd8\xff", _JPEG),
    (0, b"\x89PNG\r\n\x1a\n", _PNG),
    (0, b"GIF87a", _GIF),
    (0, b"GIF89a", _GIF),
    (8, b"WEBPVP8", _WEBP),
    (0, b"II*\x00", _TIFF),
    (0, b"MM\x00*", _TIFF),
    *((4, b"ftyp" + brand, _HEIC) for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1")),
)
_MAIN_PARTS = tuple((f'"{kind.media_type}.main+xml"', kind) for kind in (_DOCX, _XLSX, _PPTX))
_OUTLOOK = bytes.fromhex("0b0d020000000000c000000000000046")
# Text that a browser or a shell would run.
_PROGRAMS = re.compile(
    rb"\s*(<!--.*?-->\s*)*(<(!doctype|html|head|body|script|svg|\?php|\?xml|iframe)\b|#!|\{\\rtf|%!PS)",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is: its SHA-256 as 64 hexadecimal digits, its size in bytes, its type."""

    sha256: str
    size: int
    kind: Kind


def examine(content: IO[bytes], name: str, *, most: int) -> Facts:
    """Read the file once, piece by piece, and say what it is.

    ``most`` is the largest size in bytes. Raises Refused, with a sentence, for a file that is empty, too
    large, of a type not allowed, or whose name says it is of another type.
    """
    digest, size, parts, carry = sha256(), 0, 0, b""
    for piece in _pieces(content):
        size += len(piece)
        if size > most:
            raise Refused(too_large(name, most))
        digest.update(piece)
        parts += (carry + piece).count(_PART)
        carry = piece[-3:]
    if not size:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    if parts > MOST_PARTS:
        raise Refused(_("“%(name)s” has too many parts inside.") % {"name": name})
    kind = _kind(content, name, size)
    content.seek(0)
    return Facts(digest.hexdigest(), size, kind)


def too_large(name: str, most: int) -> str:
    return _("“%(name)s” is too large: a file may have up to %(most)s.") % {
        "name": name,
        "most": filesizeformat(most),
    }


# How files begin that hold others in the older way of Office: its older formats, mails, and what it encrypts.
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_PACKED = ("docx", "xlsx", "pptx")


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(CHUNK):
        yield piece


def _kind(content: IO[bytes], name: str, size: int) -> Kind:
    content.seek(0)
    head = content.read(HEAD)
    kind = _by_beginning(head)
    if kind and _ends_as_zip(content, size):
        raise Refused(_("“%(name)s” is two kinds of file in one, which nobody needs.") % {"name": name})
    if kind is None and head.startswith(b"PK\x03\x04"):
        kind = _document(content, name)
    if kind is None and head.startswith(_COMPOUND):
        kind = _MSG if _is_outlook(content, head) else None
    if kind is None:
        kind = _text(content, head, ending_of(name))
    if kind is None:
        raise Refused(_not_allowed(name, head))
    ending = ending_of(name)
    if ending and ending not in kind.endings:
        raise Refused(
            _(
                "“%(name)s” holds something else than its name says: it is a file of the type %(type)s. Give "
                "it a name that ends in .%(ending)s, if that is what you mean to attach."
            )
            % {"name": name, "type": kind.endings[0].upper(), "ending": kind.endings[0]}
        )
    return kind


def _by_beginning(head: bytes) -> Kind | None:
    return next((kind for at, mark, kind in _BEGINNINGS if head[at : at + len(mark)] == mark), None)


def _ends_as_zip(content: IO[bytes], size: int) -> bool:
    """Whether it could be opened as an archive, too: its last part ends where the file ends."""
    content.seek(max(0, size - 65_557))
    tail = content.read()
    at = tail.rfind(_LAST_PART)
    while at >= 0:
        if at + 22 <= len(tail) and at + 22 + struct.unpack_from("<H", tail, at + 20)[0] == len(tail):
            return True
        at = tail.rfind(_LAST_PART, 0, at)
    return False


def _document(content: IO[bytes], name: str) -> Kind | None:
    """An office document, by what it says of itself inside; None for any other archive."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = {one.casefold() for one in archive.namelist()}
            if "mimetype" in names:
                said = _part(archive, "mimetype").decode("ascii", "replace").strip()
                return KINDS.get(said) if said.startswith(_OPEN) else None
            types = _part(archive, "[Content_Types].xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return None
    if any(one.rpartition("/")[2].startswith("vbaproject") for one in names) or "macroEnabled" in types:
        raise Refused(_("“%(name)s” holds macros. Save it without them, or as PDF.") % {"name": name})
    return next((kind for main, kind in _MAIN_PARTS if main in types), None)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(1024 * 1024)


def _is_outlook(content: IO[bytes], head: bytes) -> bool:
    """A mail as Outlook saves it: the first entry of the directory names the program."""
    shift = struct.unpack_from("<H", head, 30)[0] if len(head) >= 512 else 0
    if shift not in (9, 12):
        return False
    content.seek((struct.unpack_from("<I", head, 48)[0] + 1) << shift)
    entry = content.read(128)
    return entry[80:96] == _OUTLOOK


def _text(content: IO[bytes], head: bytes, ending: str) -> Kind | None:
    """Plain text in any of its forms; which of them it is, only the name can say."""
    plain = _decoded(head)
    encoding = _encoding(head)
    if _PROGRAMS.match(plain) or not _is_text(content, encoding):
        return None
    if ending in _EML.endings:
        headers = {one.casefold() for one in _HEADER.findall(plain.decode().split("\n\n")[0])}
        known = {"from", "subject", "date", "message-id", "received", "to"}
        return _EML if _HEADER.match(plain.decode()) and len(headers & known) >= 2 else None
    return _CSV if ending in _CSV.endings else _TXT


def _encoding(head: bytes) -> str:
    return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"


def _decoded(head: bytes) -> bytes:
    """As UTF-8, without the mark of its encoding."""
    return head.decode(_encoding(head), "replace").removeprefix("\ufeff").encode()


def _is_text(content: IO[bytes], encoding: str) -> bool:
    """No control characters but those of lines; old single-byte encodings count as text, too."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return not any(_CONTROL.search(decoder.decode(piece)) for piece in _pieces(content))


def _not_allowed(name: str, head: bytes) -> str:
    values = {"name": name, "allowed": ", ".join(_shown_endings())}
    found = _recognised(head)
    if ending_of(name) in _PACKED and found == "zip":
        return (
            _("“%(name)s” is an archive, but no whole document: it is damaged, or only bears such a name."
              " Open it, save it anew, and attach that.") % values
        )  # fmt: skip
    if ending_of(name) in _PACKED and head.startswith(_COMPOUND):
        return (
            _("“%(name)s” is protected by a password, or is an older format under a new name. Open it,"
              " save it without a password in the newer format, and attach that.") % values
        )  # fmt: skip
    if found in ("zip", "rar", "7z", "gz", "tar"):
        return _("“%(name)s” is an archive. Attach the files that are inside.") % values
    if found == "html":
        return (
            _("“%(name)s” is a web page or a drawing that can run programs. Attach it as PDF or picture.")
            % values
        )
    return _("“%(name)s” is of a type that cannot be attached. These can: %(allowed)s.") % values


def _recognised(head: bytes) -> str:
    """What else it may be, by the ending that such files have; "" where nobody knows."""
    plain = _decoded(head)
    if _PROGRAMS.match(plain) and plain.lstrip().startswith(b"<"):
        return "html"
    if head.startswith(b"PK"):
        return "zip"
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return found[0].extension.lstrip(".").casefold() if found else ""


def _shown_endings() -> list[str]:
    return [kind.endings[0].upper() for kind in KINDS.values()]


# Names ---------------------------------------------------------------------------------------------------


def ending_of(name: str) -> str:
    """What stands after the last dot, in small letters; "" where that is no ending, as in "v1.2"."""
    before, dot, after = name.rpartition(".")
    return after.casefold() if dot and before and re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,9}|7z", after) else ""


def one_line(words: str) -> str:
    """The words without characters that control how or where they are shown."""
    # The joiners are letters' business in Persian and in Indian languages.
    kept = "".join(
        one if one in "\u200c\u200d" or unicodedata.category(one)[0] != "C" else " "
        for one in unicodedata.normalize("NFC", words)
    )
    return re.sub(r"\s+", " ", kept).strip()


def clean_name(name: str) -> str:
    """The name of a file in one line, without folders, and short enough to be kept."""
    plain = one_line(re.split(r"[/\\]", name)[-1]).strip(" .")
    if len(plain) > LONGEST_NAME:
        ending = ending_of(plain)
        end = f".{ending}" if ending else ""
        plain = plain[: LONGEST_NAME - len(end) - 1].rstrip(" .") + "…" + end
    return plain or _("file")


def full_name(name: str, kind: Kind) -> str:
    """The name with the ending of its type, where it had none."""
    return name if ending_of(name) else f"{name[: LONGEST_NAME - 6]}.{kind.endings[0]}"
