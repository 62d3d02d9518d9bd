"""The outbox: writing a mail, and later sending it.

A mail is written as a row in the transaction of what it tells about, and sent outside any of them at least
once: a sender killed between the server's "250" and our note of it leaves a claim that runs out, and the next
one sends the same mail again, under the same Message-ID.
"""

import hashlib
import logging
import re
import smtplib
import socket
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit, bounces
from evaltrack.errors import Refused
from evaltrack.inbound.addresses import answer_address, own_host
from evaltrack.models import Mail, User

log = logging.getLogger(__name__)

# Longer than one conversation with the slowest server: ten steps of EMAIL_TIMEOUT. Nothing sweeps up after a
# sender that was killed: its claim ends by itself, and the mail is then ready again (``MailQuerySet.ready``).
LEASE = timedelta(minutes=5)

MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)
# How long to wait after each attempt that failed for now. After the last of them, some five days on
# (RFC 5321, 4.5.4.1), the mail has failed.
RETRY_AFTER = [1 * MINUTES, 5 * MINUTES, 15 * MINUTES, 1 * HOURS, 3 * HOURS, *[6 * HOURS] * 19]

POLICY = re.compile(r"\d{3}[ -]\d\.7\.\d")

# Many servers end a conversation after some number of mails.
MAILS_PER_CONNECTION = 50
CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the mails that one call took on."""

    sent: int = 0
    retried: int = 0
    failed: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(self.sent + other.sent, self.retried + other.retried, self.failed + other.failed)


class Undeliverable(Exception):  # noqa: N818  (an outcome, told by its name)
    """This mail will never get there, however often it is tried."""


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
            "subject": one_line(subject),
            "text": text,
            "html": html,
            "confidential": confidential,
            "created_at": now,
            "not_before": not_before or now,
        },
    )
    return mail if made else None


def one_line(subject: str) -> str:
    """A subject as a row holds it: on one line, so that it can carry no other header."""
    return " ".join(subject.split())[:300]


def deliver_all(*, now: datetime) -> Delivered:
    """Send everything that is ready, up to some 1,000 mails; what is left is the next run's."""
    begun = time.monotonic()
    done = Delivered()
    for _turn in range(CONNECTIONS):
        batch = deliver(now=now + timedelta(seconds=time.monotonic() - begun), limit=MAILS_PER_CONNECTION)
        done += batch
        if not batch.sent:
            break
    return done


def deliver(*, now: datetime, limit: int, connection: BaseEmailBackend | None = None) -> Delivered:
    """Send up to ``limit`` mails that are ready, over one connection, and note what became of each.

    Any number of senders may run at once. A server that cannot be reached ends the call; a mail that cannot
    be sent does not.
    """
    connection = connection or get_connection()
    worker = f"{socket.gethostname()[:20]}-{uuid.uuid4().hex[:12]}"
    begun = time.monotonic()
    done = Delivered()
    try:
        for _turn in range(limit):
            moment = now + timedelta(seconds=time.monotonic() - begun)
            mail = _claim(moment, worker)
            if mail is None:
                break
            outcome, reachable = _try(mail, connection, moment)
            done += outcome
            if not reachable:
                break
    finally:
        _hang_up(connection)
    return done


def _claim(now: datetime, worker: str) -> Mail | None:
    """Take the mail that has waited longest. Its attempt is counted now: this one may kill its sender."""
    with transaction.atomic():
        ready = Mail.objects.ready(now).select_related("person").order_by("not_before", "pk")
        mail = ready.select_for_update(skip_locked=True, of=("self",)).first()
        if mail is None:
            return None
        # SQLite locks no rows; there the number of attempts decides between two senders.
        unclaimed = Mail.objects.filter(pk=mail.pk, attempts=mail.attempts)
        mail.claimed_by, mail.claimed_until, mail.attempts = worker, now + LEASE, mail.attempts + 1
        held = unclaimed.update(claimed_by=worker, claimed_until=mail.claimed_until, attempts=mail.attempts)
    return mail if held else None


def _try(mail: Mail, connection: BaseEmailBackend, now: datetime) -> tuple[Delivered, bool]:
    """Send one mail and note the outcome; also whether it makes sense to go on with the next."""
    if mail.attempts > len(RETRY_AFTER) + 1:
        return _put_off(mail, now, Undeliverable(_("Every attempt to send it was cut short."))), True
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are OSErrors
        log.warning("The mail server cannot be reached: %s", error)
        return _put_off(mail, now, error), False
    try:
        connection.send_messages([message(mail)])
    except Exception as error:
        if _is_permanent(error):
            return _give_up(mail, error, now), True
        if not isinstance(error, OSError):
            log.exception("Mail %s could not be made or sent", mail.pk)
        if _is_over(error):
            _hang_up(connection)
        return _put_off(mail, now, error), True
    return _settle(mail, Delivered(sent=1), state=Mail.State.SENT, sent_at=now, error=""), True


@transaction.atomic
def _give_up(mail: Mail, error: Exception, now: datetime) -> Delivered:
    """The mail has failed; where the server knows no such recipient, so will all others to the address."""
    done = _settle(mail, Delivered(failed=1), state=Mail.State.FAILED, error=_sentence(error))
    if done.failed and _refuses_address(error):
        bounces.came_back(mail, reason=_sentence(error), now=now)
    return done


def _refuses_address(error: Exception) -> bool:
    """Whether the address is refused, and not we: by some policy (X.7.X of RFC 3463), such as no relaying."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and not any(
        POLICY.match(_reply(code, text)) for code, text in error.recipients.values()
    )


def _put_off(mail: Mail, now: datetime, error: Exception) -> Delivered:
    if mail.attempts > len(RETRY_AFTER):
        return _settle(mail, Delivered(failed=1), state=Mail.State.FAILED, error=_sentence(error))
    later = now + RETRY_AFTER[mail.attempts - 1]
    return _settle(mail, Delivered(retried=1), not_before=later, error=_sentence(error))


def _settle(mail: Mail, outcome: Delivered, **values: object) -> Delivered:
    """Note the outcome, unless the claim ran out meanwhile and another sender has the mail."""
    if mail.confidential and "state" in values:
        values.update(text="", html="")
    elif values.get("state") == Mail.State.SENT and without_secrets(mail.text) != mail.text:
        values.update(text=without_secrets(mail.text), html=without_secrets(mail.html))
    held = Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, claimed_by=mail.claimed_by)
    return outcome if held.update(claimed_by="", claimed_until=None, **values) else Delivered()


def without_secrets(text: str) -> str:
    """The text of a mail for others than its reader: without what in its links lets one in.

    Once a mail is sent only this is kept. ``MAIL_SECRETS`` are patterns of such secrets.
    """
    for pattern in settings.MAIL_SECRETS:
        text = re.sub(pattern, "…", text)
    return text


def _is_permanent(error: Exception) -> bool:
    """Refused for good, by the recipient's server or by the look of the address.

    What the server says of us (sign-in, sender) is not the mail's fault and can be mended.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    return isinstance(error, Undeliverable)


def _is_over(error: Exception) -> bool:
    """Whether the conversation cannot go on with another mail: cut, timed out, or closed with 421."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == 421 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code in (421, -1)
    return isinstance(error, OSError)


def _hang_up(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        log.info("The mail server hung up first: %s", error)


def _sentence(error: Exception) -> str:
    """What the server said, for the delivery log; PostgreSQL stores no NUL."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        words = "; ".join(_reply(code, text) for code, text in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        words = _reply(error.smtp_code, error.smtp_error)
    else:
        words = str(error) or type(error).__name__
    return words.replace("\0", " ")[:1000]


def _reply(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def message(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes over the wire.

    Raises :class:`Undeliverable` for what is no address, and for a person whose account was closed meanwhile.
    """
    if mail.person and not mail.person.is_active:
        raise Undeliverable(_("The account was deactivated."))
    try:
        validate_email(mail.to)
    except ValidationError as error:
        raise Undeliverable(_("“%(address)s” is not an e-mail address.") % {"address": mail.to}) from error
    headers = {
        "Message-ID": message_id(mail),
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    sender = None
    if answers := answer_address(mail.pk):
        # What comes back goes there as well, and so tells of which mail it speaks.
        headers |= {"Reply-To": answers, "From": settings.DEFAULT_FROM_EMAIL}
        sender = answers
    made = EmailMultiAlternatives(mail.subject, mail.text, sender, to=[mail.to], headers=headers)
    if mail.html:
        made.attach_alternative(mail.html, "text/html")
    return made


def message_id(mail: Mail) -> str:
    """Always the same for the same mail, so that a mail sent twice is recognised as one."""
    return id_of(mail.key)


def id_of(key: str) -> str:
    """The Message-ID of the mail with that key."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{own_host()}>"


@transaction.atomic
def send_again(mail: Mail, *, by: User, now: datetime) -> None:
    """Let a mail that failed wait once more, to the person's address of today.

    Raises Refused for a mail that has not failed, or whose confidential text is gone.
    """
    found = Mail.objects.select_for_update(of=("self",)).select_related("person").get(pk=mail.pk)
    if found.state != Mail.State.FAILED:
        raise Refused(_("Only a mail that failed can be sent again."))
    if not found.text:
        raise Refused(_("This mail held a personal link and was erased. Ask for a new one instead."))
    changes = {"state": (found.state, Mail.State.WAITING.value)}
    if found.person and found.person.email != found.to:
        changes["to"] = (found.to, found.person.email)
        found.to = found.person.email
    found.state, found.attempts, found.not_before, found.error = Mail.State.WAITING, 0, now, ""
    found.save(update_fields=["to", "state", "attempts", "not_before", "error"])
    audit.record("sent again", found, by=by, changes=changes)
