"""The outbox: writing a mail, and later sending it.

A mail is written as a row in the transaction of what it tells about, and sent outside any transaction.
"""

from datetime import datetime

from evaltrack.models import Mail, User


def enqueue(
    *,
    key: str,
    kind: str,
    subject: str,
    text: str,
    now: datetime,
    to: str = "",
    person: User | None = None,
    html: str = "",
    confidential: bool = False,
    not_before: datetime | None = None,
) -> Mail | None:
    """Write a mail to a person or an address. ``None`` if one with that key was written before."""
    mail, made = Mail.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to": to or (person.email if person else ""),
            "person": person,
            "subject": " ".join(subject.split())[:300],
            "text": text,
            "html": html,
            "confidential": confidential,
            "created_at": now,
            "not_before": not_before or now,
        },
    )
    return mail if made else None
