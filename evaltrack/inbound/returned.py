"""Mail that came back: notices as RFC 3464 has them, and those in plain words of older servers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message

MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
REPLY = re.compile(r"\b(5\d\d)[ -](?:(5\.\d{1,3}\.\d{1,3}) )?\S")
ADDRESS = re.compile(r"<?\b([\w.+'%=-]{1,64}@[\w-]+(?:\.[\w-]+)+)>?")
DAEMON = re.compile(r"(mailer-daemon|postmaster|mail delivery|mail-daemon|mdaemon)", re.IGNORECASE)
SUBJECT = re.compile(
    r"undeliver|delivery (status notification|failure|has failed)|delivery.{0,20}fail|returned mail|"
    r"failure notice|"
    r"mail delivery|non remis|non distribu|échec de (la )?remise|no se puede entregar|unzustellbar",
    re.IGNORECASE,
)
DELAYED = re.compile(
    r"\b(delayed|will (keep|continue) trying|will be retried|warning: could not send|still trying|"
    r"no action is required)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Returned:
    """For good, or only delayed; which mail it was (Message-IDs) and to whom; what the server said."""

    permanent: bool
    said: str
    addresses: tuple[str, ...]
    message_ids: tuple[str, ...]


Header = Callable[["Message[str, str]", str], str]


def read(message: "Message[str, str]", text: str, header: Header) -> Returned | None:
    """What the notice says; None for a mail that is none."""
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        if kind == "delivery-status":
            return _report(message, header)
        if kind:
            return None  # a receipt, a complaint
    sender, subject = header(message, "From"), header(message, "Subject")
    if DAEMON.search(sender) and (SUBJECT.search(subject) or REPLY.search(text)):
        return _plain(message, text, header)
    return None


def _report(message: "Message[str, str]", header: Header) -> Returned:
    """Of a notice about several recipients, the worst: ours go to one each."""
    worst, said, addresses = "", "", []
    for fields in _statuses(message):
        recipient = header(fields, "Final-Recipient") or header(fields, "Original-Recipient")
        if not recipient:
            continue
        status = STATUS.search(header(fields, "Status"))
        action = header(fields, "Action").lower()
        grade = status[1] if status else {"failed": "5", "delayed": "4"}.get(action, "2")
        # "delayed" with a status of 5 is still on its way.
        grade = "4" if action == "delayed" else grade
        addresses.append(recipient.rpartition(";")[2].strip().strip("<>").lower())
        if grade > worst:
            worst = grade
            diagnostic = header(fields, "Diagnostic-Code").partition(";")[2].strip()
            said = diagnostic or header(fields, "Status")
    ids = tuple(dict.fromkeys(_original_ids(message, header)))
    return Returned(worst == "5", said[:500], tuple(addresses[:20]), ids)


def _statuses(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield from (one for one in blocks if isinstance(one, Message)) if isinstance(blocks, list) else ()


def _original_ids(message: "Message[str, str]", header: Header) -> Iterator[str]:
    """The Message-ID of what came back, from the copy of it or of its headers, or from the notice's own."""
    for part in message.walk():
        if part is not message and part.get("Message-ID"):
            yield from MESSAGE_ID.findall(header(part, "Message-ID"))
        elif part.get_content_type() == "text/rfc822-headers":
            copied = part.get_payload(decode=True)
            words = copied.decode("utf-8", "replace") if isinstance(copied, bytes) else str(copied)
            yield from re.findall(r"(?im)^message-id:[ \t]*(<[^<>\s]{1,250}>)", words[:50_000])
    for name in ("In-Reply-To", "References"):
        yield from MESSAGE_ID.findall(header(message, name))


def _plain(message: "Message[str, str]", text: str, header: Header) -> Returned:
    """A notice in words (qmail, Exim, Exchange): what is in it of addresses, codes and Message-IDs."""
    found = REPLY.search(text) or STATUS.search(text)
    permanent = not DELAYED.search(text + " " + header(message, "Subject"))
    if found and found[0].startswith(("4", "2")):
        permanent = False
    said = next((line.strip() for line in text.split("\n") if found and found[0] in line), "")
    failed = header(message, "X-Failed-Recipients")
    addresses = [one.lower() for one in ADDRESS.findall(f"{failed}\n{text[:20_000]}")]
    ids = [
        *_original_ids(message, header),
        *re.findall(r"(?im)^[ \t]*message-id:[ \t]*(<[^<>\s]{1,250}>)", text),
    ]
    said = said or next((line.strip() for line in text.split("\n") if line.strip()), "")
    return Returned(permanent, said[:500], tuple(dict.fromkeys(addresses))[:20], tuple(dict.fromkeys(ids)))
