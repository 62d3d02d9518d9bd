"""Mail at the doors, by real servers and clients: LMTP, SMTP, IMAP; and a listener that is killed."""

import imaplib
import os
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from evaltrack import tasks
from evaltrack.inbound import imap, intake
from evaltrack.inbound.source import Source
from evaltrack.models import InboundMail
from tests import mails, services
from tests.factories import NOW

pytestmark = pytest.mark.services
Outcome = InboundMail.Outcome
PAUSES = (0.0, 0.03, 3.0)  # seconds the listener is given to say that it has a mail


class Listener:
    """``manage.py receive_mail`` as a process of its own, on a SQLite database of its own."""

    def __init__(self, data: Path, scheme: str) -> None:
        self.data, self.port = data, services.free_port()
        self.environment = services.environment(
            EVALTRACK_DATA_DIR=str(data),
            EVALTRACK_INBOUND_ADDRESS="reply@example.net",
            INBOUND_URL=f"{scheme}://127.0.0.1:{self.port}",
        )
        self.database = data / "db.sqlite3"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "receive_mail"], cwd=services.ROOT, env=self.environment,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout
        with self.process.stdout as said:
            assert b"receiving mail by" in said.readline()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def held(self) -> int:
        """How many mails are in its database."""
        with closing(sqlite3.connect(self.database)) as database:
            return int(database.execute("SELECT count(*) FROM evaltrack_inboundmail").fetchone()[0])

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def listener(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Listener]:
    """On a copy of the test database, which has its tables already."""
    folder = tmp_path_factory.mktemp("listener")
    with django_db_blocker.unblock():
        if connection.vendor != "sqlite":
            pytest.skip("the listener's own database is a copy of SQLite's")
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "db.sqlite3")) as copy:
            connection.connection.backup(copy)
    started = Listener(folder, "lmtp")
    yield started
    started.close()


def test_lmtp_takes_what_is_for_us_and_nothing_else(listener: Listener) -> None:
    before = listener.held()
    with smtplib.LMTP("127.0.0.1", listener.port) as client:
        client.sendmail("ana@example.org", ["reply+1-abc@example.net"], mails.raw())
        assert client.mail("")[0] == 250  # a notice comes from nobody
        assert client.rcpt("reply@example.net")[0] == 250
        assert client.rcpt("reply+1@example.net")[0] == 452  # this one after the other
        client.rset()
        client.mail("ana@example.org")
        assert client.rcpt("someone@example.net")[0] == 550
        assert client.rcpt("reply@example.com")[0] == 550
        client.rset()
        assert int(client.esmtp_features["size"]) == intake.LARGEST
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail("ana@example.org", ["reply@example.net"], b"x" * (intake.LARGEST + 1))
        assert refused.value.smtp_code == 552
    assert listener.held() == before + 1


def test_by_smtp_as_well(listener: Listener, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(listener.database)) as there,
        closing(sqlite3.connect(tmp_path / "db.sqlite3")) as copy,
    ):
        there.backup(copy)
    with closing(Listener(tmp_path, "smtp")) as other:
        before = other.held()
        with smtplib.SMTP("127.0.0.1", other.port) as client:
            client.sendmail("ana@example.org", ["reply+1-abc@example.net"], mails.raw())
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("ana@example.org", ["someone@example.net"], mails.raw())
        assert other.held() == before + 1


def test_what_is_larger_than_it_said_is_refused_too(listener: Listener) -> None:
    with smtplib.LMTP("127.0.0.1", listener.port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("ana@example.org")
        client.rcpt("reply@example.net")
        line = b"x" * 900 + b"\r\n"
        assert client.data(b"Subject: x\r\n\r\n" + line * (intake.LARGEST // len(line) + 10))[0] == 552


def test_a_listener_killed_at_any_moment_has_the_mail_or_has_not_said_so(listener: Listener) -> None:
    """The mail is sent but for its last dot; then the listener is killed, before, while and after it is taken."""
    before = listener.held()
    said, sent = 0, 0
    for pause in PAUSES:
        with (
            socket.create_connection(("127.0.0.1", listener.port), timeout=10) as wire,
            wire.makefile("rb") as answers,
        ):
            answers.readline()
            for command in (
                b"LHLO x",
                b"MAIL FROM:<ana@example.org>",
                b"RCPT TO:<reply@example.net>",
                b"DATA",
            ):
                wire.sendall(command + b"\r\n")
                while (line := answers.readline())[3:4] == b"-":
                    pass
                assert line[:1] in b"23", line
            wire.sendall(mails.raw(Message_ID=f"<killed-{pause}@example.org>") + b".\r\n")
            sent += 1
            wire.settimeout(pause or 0.001)
            with suppress(TimeoutError):
                said += wire.recv(3) == b"250"
            listener.kill()
        listener.start()
    assert before + said <= listener.held() <= before + sent
    assert said  # given time it says so
    # Whoever was not told brings it again, and it is there once.
    with smtplib.LMTP("127.0.0.1", listener.port) as client:
        for pause in PAUSES:
            client.sendmail(
                "ana@example.org",
                ["reply@example.net"],
                mails.raw(Message_ID=f"<killed-{pause}@example.org>"),
            )
    assert listener.held() == before + sent


def test_a_mail_that_the_database_does_not_take_is_brought_again(listener: Listener) -> None:
    database = listener.database
    away = database.with_suffix(".away")
    listener.kill()
    database.rename(away)
    try:
        listener.start()
        with (
            smtplib.LMTP("127.0.0.1", listener.port) as client,
            pytest.raises(smtplib.SMTPDataError) as refused,
        ):
            client.sendmail("ana@example.org", ["reply@example.net"], mails.raw())
        assert refused.value.smtp_code == 451
    finally:
        listener.kill()
        for left in listener.data.glob("db.sqlite3*"):
            left.unlink()
        away.rename(database)
        listener.start()


def test_it_stops_when_it_is_told_to(listener: Listener) -> None:
    listener.process.terminate()
    assert listener.process.wait(10) == 0
    listener.start()


def test_nothing_to_listen_on_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_mail"], cwd=services.ROOT, capture_output=True, check=False,
        env=services.environment(EVALTRACK_DATA_DIR=str(tmp_path)),
    )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


# A mailbox -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Source]:
    """A real IMAP server with one empty folder."""
    port = services.free_port()
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    source = Source("imap", "127.0.0.1", port, "demouser", "demopass", "Answers here")

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    services.wait_until(answers, 20, "the IMAP server")
    with imaplib.IMAP4(source.host, source.port) as box:
        box.login(source.user, source.password)
        box.create('"Answers here"')
    yield source
    server.kill()
    server.wait()


def put(source: Source, *raws: bytes) -> None:
    with imaplib.IMAP4(source.host, source.port) as box:
        box.login(source.user, source.password)
        for raw in raws:
            box.append('"Answers here"', "", imaplib.Time2Internaldate(0), raw)


def unseen(source: Source) -> int:
    with imaplib.IMAP4(source.host, source.port) as box:
        box.login(source.user, source.password)
        box.select('"Answers here"', readonly=True)
        return len(box.search(None, "UNSEEN")[1][0].split())


@pytest.mark.django_db
def test_what_is_new_in_the_mailbox_is_taken_once(mailbox: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST", 5_000)
    put(
        mailbox,
        mails.raw(Subject="One"),
        mails.raw(Subject="Two"),
        mails.raw("x" * 6_000, Subject="Large"),
        b"\xff broken",
    )
    assert imap.poll(mailbox, now=NOW) == 4
    assert imap.poll(mailbox, now=NOW) == 0
    rows = dict(InboundMail.objects.values_list("subject", "outcome"))
    assert rows == {
        "One": Outcome.UNKNOWN,
        "Two": Outcome.UNKNOWN,
        "Large": Outcome.BROKEN,
        "": Outcome.UNKNOWN,
    }
    assert "was not read" in InboundMail.objects.get(subject="Large").note


@pytest.mark.django_db
def test_the_worker_fetches_where_a_mailbox_is_set(mailbox: Source, settings: LazySettings) -> None:
    put(mailbox, mails.raw(Subject="For the worker"))
    for inbound in (None, Source("lmtp", "127.0.0.1", 8024)):
        settings.INBOUND = inbound
        tasks.fetch_mail()
    assert not InboundMail.objects.exists()
    settings.INBOUND = mailbox
    tasks.fetch_mail()
    assert InboundMail.objects.get().subject == "For the worker"


@pytest.mark.django_db(transaction=True)  # as the poll runs: what fails in one mail is over with it
def test_a_mail_that_could_not_be_kept_stays_unseen_and_keeps_none_waiting(
    mailbox: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(mailbox, mails.raw(Subject="Fails"), mails.raw(Subject="Goes well"))
    take = intake.take

    def fails(raw: bytes, **more: object) -> InboundMail:
        if b"Fails" in raw:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nothing FROM nowhere")
        return take(raw, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(intake, "take", fails)
        assert imap.poll(mailbox, now=NOW) == 1
    assert unseen(mailbox) == 1
    assert imap.poll(mailbox, now=NOW) == 1
    assert unseen(mailbox) == 0


@pytest.mark.django_db
def test_a_mailbox_that_cannot_be_opened_is_a_line_in_the_log(
    mailbox: Source, caplog: pytest.LogCaptureFixture
) -> None:
    there = ("imap", "127.0.0.1", mailbox.port)
    for source in (
        Source("imap", "127.0.0.1", services.free_port(), "u", "secret"),
        Source(*there, "demouser", "wrong secret"),
        Source(*there, "demouser", "demopass", "No such folder"),
        Source("imap+ssl", "127.0.0.1", mailbox.port, "u", "secret"),
        Source("imap+tls", "127.0.0.1", mailbox.port, "demouser", "secret"),
    ):
        caplog.clear()
        assert imap.poll(source, now=NOW) == 0
        assert "No mail could be fetched from imap" in caplog.text
        assert "secret" not in caplog.text
