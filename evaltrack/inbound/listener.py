"""Receiving mail by LMTP or SMTP from the organisation's mail server.

A mail is answered with 250 only once it is in the database; else the server that brought it keeps it and
comes again. So a listener that is killed at any moment loses none.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connections
from django.utils import timezone

from evaltrack.inbound import intake
from evaltrack.inbound.addresses import is_for_us
from evaltrack.inbound.source import Source

log = logging.getLogger(__name__)

AT_ONCE = 4  # mails read at the same time
IDLE = 60.0  # seconds
RECIPIENTS = 50

Take = Callable[[bytes, tuple[str, ...]], Awaitable[None]]


class Door:
    """What the mail server hears: who may be written to, and whether the mail was taken."""

    def __init__(self, take: Take, *, most_recipients: int) -> None:
        self.take, self.most_recipients = take, most_recipients

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if settings.INBOUND_ADDRESS and not is_for_us(address):
            return "550 5.1.1 Nobody here has this address"
        if len(envelope.rcpt_tos) >= self.most_recipients:
            return "452 4.5.3 One after the other, please"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        # Says who is told if it cannot be delivered: nobody, of notices and automatic answers.
        sender = (envelope.mail_from or "").encode("ascii", "replace").translate(None, b"\r\n<>")
        try:
            await self.take(b"Return-Path: <" + sender + b">\r\n" + content, tuple(envelope.rcpt_tos))
        except Exception:
            log.exception("A mail could not be taken; its server was asked to bring it again")
            return "451 4.3.0 Not now, please bring it again later"
        return "250 2.0.0 Taken"


def take(raw: bytes, recipients: tuple[str, ...]) -> None:
    """Take the mail on in this thread, on a connection to the database of its own."""
    try:
        intake.take(raw, now=timezone.now(), recipients=recipients)
    finally:
        connections.close_all()


async def listen(source: Source, *, ready: Callable[[int], None] = lambda port: None) -> None:
    """Receive mail until SIGTERM or SIGINT; ``ready`` is given the port once it is open."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    with ThreadPoolExecutor(AT_ONCE) as pool:

        async def in_thread(raw: bytes, recipients: tuple[str, ...]) -> None:
            await loop.run_in_executor(pool, take, raw, recipients)

        # An answer to each recipient is due in LMTP, and aiosmtpd gives one: so there is one at a time.
        one_each = source.scheme == "lmtp"
        door = Door(in_thread, most_recipients=1 if one_each else RECIPIENTS)
        protocol = partial(
            LMTP if one_each else SMTP,
            door, data_size_limit=intake.LARGEST, timeout=IDLE, ident="EvalTrack", enable_SMTPUTF8=True,
            loop=loop,
        )  # fmt: skip
        server = await loop.create_server(protocol, source.host, source.port)
        async with server:
            ready(server.sockets[0].getsockname()[1])
            await stopping.wait()
            with contextlib.suppress(NotImplementedError):
                server.close()
