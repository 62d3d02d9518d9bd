"""Fetching mail from a mailbox by IMAP. The mailbox is EvalTrack's alone: what was seen counts as taken."""

import imaplib
import logging
import re
import ssl
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import DatabaseError

from evaltrack.inbound import intake
from evaltrack.inbound.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

TIMEOUT = 30.0
AT_ONCE = 200  # mails of one poll; the rest is the next one's
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def poll(source: Source, *, now: datetime) -> int:
    """Take on every mail that was not seen yet; how many. One is marked as seen once it is in the database.

    Whatever ends this, even half-way, the next poll goes on: the same mail is taken on once. A server that
    cannot be reached, or refuses the password, is a line in the log.
    """
    try:
        with _mailbox(source) as box:
            return sum(_take(box, number, now) for number in _unseen(box)[:AT_ONCE])
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("No mail could be fetched from %s: %s", source, error)
        return 0


@contextmanager
def _mailbox(source: Source) -> "Iterator[imaplib.IMAP4]":
    if source.scheme == "imap+ssl":
        box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            source.host, source.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT
        )
    else:
        box = imaplib.IMAP4(source.host, source.port, timeout=TIMEOUT)
    try:
        if source.scheme == "imap+tls":
            box.starttls(ssl.create_default_context())
        box.login(source.user, source.password)
        quoted = source.folder.replace("\\", "\\\\").replace('"', '\\"')
        answer, said = box.select(f'"{quoted}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"folder {source.folder}: {said!r}")
        yield box
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _unseen(box: imaplib.IMAP4) -> list[str]:
    answer, found = box.uid("SEARCH", "UNSEEN")
    if answer != "OK":
        raise imaplib.IMAP4.error(f"search: {found!r}")
    return [number.decode() for number in (found[0] or b"").split()]


def _take(box: imaplib.IMAP4, number: str, now: datetime) -> int:
    """One mail, by its UID. One that cannot be taken on stays unseen, and keeps no other waiting."""
    size = _size(box, number)
    if size is None:  # deleted meanwhile
        return 0
    try:
        if size > intake.LARGEST:
            intake.too_large(_fetched(box, number, "BODY.PEEK[HEADER]"), size, now=now)
        else:
            intake.take(_fetched(box, number, "BODY.PEEK[]"), now=now)
    except DatabaseError:
        log.exception("The database did not take a mail from the mailbox; it is fetched again")
        return 0
    box.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")
    return 1


def _size(box: imaplib.IMAP4, number: str) -> int | None:
    _answer, found = box.uid("FETCH", number, "(RFC822.SIZE)")
    sizes = (SIZE.search(one) for one in found if isinstance(one, bytes))
    return next((int(size[1]) for size in sizes if size), None)


def _fetched(box: imaplib.IMAP4, number: str, part: str) -> bytes:
    _answer, found = box.uid("FETCH", number, f"({part})")
    for one in found:
        if isinstance(one, tuple):
            return bytes(one[1])
    raise imaplib.IMAP4.error(f"mail {number} was not given")
