"""Mails as they come over the wire."""

from evaltrack import mail
from evaltrack.models import Mail, User
from tests.factories import NOW, NUMBER


def digest(person: User, **fields: object) -> Mail:
    """A mail that was sent to the person."""
    values = {
        "key": f"digest/{next(NUMBER)}",
        "kind": "digest",
        "subject": "2 key actions need you",
        "text": "1. ...",
    }
    row = mail.enqueue(person=person, now=NOW, **values | fields)  # type: ignore[arg-type]
    assert row
    Mail.objects.filter(pk=row.pk).update(state="sent", sent_at=NOW)
    row.refresh_from_db()
    return row


def raw(
    text: str = "2: done", *, sender: str = "ana@example.org", to: str = "reply@example.net", **headers: str
) -> bytes:
    """A plain mail; ``headers`` have ``_`` for ``-``, and "" leaves one out."""
    given = {
        "From": f"Someone <{sender}>", "To": to, "Subject": "Re: 2 key actions need you",
        "Message-ID": f"<{next(NUMBER)}@mail.example.org>", "Content-Type": "text/plain; charset=utf-8",
    }  # fmt: skip
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    return ("\r\n".join([*lines, "", *text.split("\n")]) + "\r\n").encode()


def answer(to: Mail, text: str = "2: done", /, **more: str) -> bytes:
    """What the person who got a mail answers."""
    return raw(text, **{"sender": to.to, "In_Reply_To": mail.message_id(to), **more})


def returned(
    of: Mail,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "550 5.1.1 no such user",
    **more: str,
) -> bytes:
    """The notice of a server that could not deliver a mail (RFC 3464)."""
    parts = [
        "--b", "Content-Type: text/plain", "", "Your mail could not be delivered.",
        "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example.org", "",
        f"Final-Recipient: rfc822; {more.pop('recipient', of.to)}", f"Action: {action}", f"Status: {status}",
        f"Diagnostic-Code: smtp; {said}", "",
        "--b", "Content-Type: text/rfc822-headers", "", f"Message-ID: {mail.message_id(of)}", f"To: {of.to}", "", "--b--",
    ]  # fmt: skip
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    return raw(
        "\n".join(parts),
        **{
            "sender": "mailer-daemon@mx.example.org",
            "Content_Type": kind,
            "Auto_Submitted": "auto-replied",
            **more,
        },
    )
