"""One raw mail, read: who wrote what in answer to which mail. Whatever the bytes, it raises only BrokenMail.

The classes of Python's modern mail policy fail on some malformed headers, so headers are read as they stand
and decoded here.
"""

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from evaltrack.inbound import automatic, html_text, quoting, returned
from evaltrack.inbound.returned import Returned

# What an answer says stands at its beginning. Python's parser takes time that grows with the square of some
# malformed input, so no more than this is given to it.
READ_BYTES = 300_000
READ = 50_000  # characters of a text that are looked at
PARTS = 200
HEADER = 10_000  # characters of a header
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


class BrokenMail(Exception):  # noqa: N818  (what it is, told by its name)
    """The bytes are no mail that can be read."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as far as we need it. ``written`` is the text without what was quoted and signed."""

    key: str
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    answers: tuple[str, ...] = ()  # Message-IDs, the nearest first
    recipients: tuple[str, ...] = ()
    text: str = ""
    written: str = ""
    attachments: tuple[str, ...] = ()
    automatic: str = ""  # why it is taken for one that no person wrote
    returned: Returned | None = None


def key_of(raw: bytes) -> str:
    """What makes the same mail the same, however often it is handed over.

    With who wrote it, so that nobody can keep another's mail out by sending one under its Message-ID.
    """
    head = re.split(rb"\r?\n\r?\n", raw[:65536], maxsplit=1)[0]
    message_id = re.search(rb"^message-id:\s*(\S+)", head, re.IGNORECASE | re.MULTILINE)
    sender = re.search(rb"^from:(.*)", head, re.IGNORECASE | re.MULTILINE)
    if not message_id:
        return hashlib.sha256(raw).hexdigest()
    return hashlib.sha256(message_id[1] + b"\n" + (sender[1].strip() if sender else b"")).hexdigest()


def read(raw: bytes, recipients: tuple[str, ...] = ()) -> Letter:
    """The mail in these bytes; ``recipients`` are those whom the envelope names.

    Raises BrokenMail.
    """
    try:
        return _letter(raw, recipients)
    except RecursionError as error:
        raise BrokenMail("its parts lie too deep within one another") from error
    except Exception as error:
        raise BrokenMail(f"{type(error).__name__}: {error}") from error


def _letter(raw: bytes, recipients: tuple[str, ...]) -> Letter:
    message = message_from_bytes(raw[:READ_BYTES])
    body = _Body()
    body.gather(message)
    text = body.text[:READ]
    return Letter(
        key=key_of(raw),
        sender=_sender(message),
        subject=" ".join(header(message, "Subject").split())[:300],
        message_id=header(message, "Message-ID").strip(),
        answers=_answers(message),
        recipients=(*recipients, *_recipients(message)),
        text=text,
        written=quoting.written(text),
        attachments=tuple(body.attachments),
        automatic=automatic.reason(message, header),
        returned=returned.read(message, text, header),
    )


def _sender(message: "Message[str, str]") -> str:
    """The one address it is from; "" where there is none or several. Read before anything is decoded, so that
    no encoded name can pose as an address."""
    given = [str(value)[:HEADER] for value in message.get_all("From", [])]
    found = [address for _name, address in getaddresses(given) if "@" in address]
    return found[0].lower()[:320].replace("\0", "") if len(found) == 1 else ""


def header(message: "Message[str, str]", name: str) -> str:
    """A header in words, whatever it is encoded as, without line breaks and NUL."""
    given = (value for key, value in message.raw_items() if key.lower() == name.lower())
    raw = str(next(given, ""))[:HEADER]
    try:
        pieces = [_decoded(piece, charset) for piece, charset in decode_header(raw)]
    except Exception:  # half an encoded word
        pieces = [raw]
    return re.sub(r"[\r\n\0]+", " ", "".join(pieces)).strip()


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    for encoding in (charset, "utf-8", "cp1252"):
        try:
            return piece.decode(encoding) if encoding else piece.decode("ascii")
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return piece.decode("utf-8", "replace")


def _answers(message: "Message[str, str]") -> tuple[str, ...]:
    """What it answers, before what that was an answer to."""
    nearest = MESSAGE_ID.findall(header(message, "In-Reply-To"))
    return (*nearest, *reversed(MESSAGE_ID.findall(header(message, "References"))[-20:]))


def _recipients(message: "Message[str, str]") -> tuple[str, ...]:
    fields = [header(message, name) for name in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")]
    return tuple(address for _name, address in getaddresses(fields)[:100] if "@" in address)


@dataclass
class _Body:
    """What its parts say: plain text where there is some, else what its HTML says."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        plain = "\n".join(self.plain)
        return plain if plain.strip() else "\n".join(html_text.to_text(one) for one in self.html)

    def gather(self, message: "Message[str, str]") -> None:
        for number, part in enumerate(message.walk()):
            if number >= PARTS:
                break
            if part.is_multipart():
                continue
            kind, name = part.get_content_type(), part.get_filename()
            if name or part.get_content_disposition() == "attachment":
                self.attachments.append(str(name or kind)[:200])
            elif kind == "text/plain":
                self.plain.append(_flowed(part, content(part)))
            elif kind == "text/html":
                self.html.append(content(part))
            elif part.get_content_maintype() not in ("text", "message"):
                self.attachments.append(kind)


def content(part: "Message[str, str]") -> str:
    """The text of a part, whatever charset it says it is in; PostgreSQL stores no NUL."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else str(payload or "").encode()
    text = _decoded(raw, part.get_content_charset() or "utf-8")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _flowed(part: "Message[str, str]", text: str) -> str:
    """Put together again what the writer's program broke into lines (RFC 3676)."""
    if part.get_param("format") != "flowed":
        return text
    drop = -1 if str(part.get_param("delsp", "")).lower() == "yes" else None
    lines: list[str] = []
    open_line = False
    for typed in text.split("\n"):
        quoted = typed.startswith(">")
        line = typed.removeprefix(" ")
        if open_line and not quoted:
            lines[-1] += line
        else:
            lines.append(line)
        open_line = line.endswith(" ") and not quoted and line != "-- "
        if open_line:
            lines[-1] = lines[-1][:drop]
    return "\n".join(lines)
