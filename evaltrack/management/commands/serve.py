"""``manage.py serve``: the embedded mode. Web server, worker and beat under one parent, and no service."""

import errno
import fcntl
import http.client
import io
import ipaddress
import os
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connections

from evaltrack import fsbroker
from evaltrack.celery import app
from evaltrack.supervisor import Supervisor

DEFAULT_BIND = "127.0.0.1:8000"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - translated, not bound to
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file must not wait for a slow disk
LAST_ONE_LEAVES_WITHIN = 10.0
# Celery warns at length of running as root, which is what a container does.
NO_ADVICE = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}


class StartError(Exception):
    """EvalTrack cannot start; the message is the one line the person sees."""


class Command(BaseCommand):
    help = "Prepare the data folder and run web server, worker and beat until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--bind", metavar="HOST:PORT", default=DEFAULT_BIND, help=f"default {DEFAULT_BIND}"
        )
        parser.add_argument("--demo", action="store_true", help="fill an empty database with fictional data")
        parser.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="stop when the process that started this one ends, even without a signal",
        )

    def handle(self, *, bind: str, demo: bool, stop_with_parent: bool, **options: Any) -> None:
        parent = os.getppid()
        try:
            host, port = address_of(bind)
            url = f"http://{for_browser(host)}:{port}"
            folder_lock = hold_folder(settings.DATA_DIR, url)
            listener = listen(host, port)
        except StartError as error:
            self.stderr.write(str(error))
            sys.exit(1)
        # Links in mails, the demo's too, lead to the address of this start unless another one is set.
        settings.BASE_URL = os.environ.setdefault("EVALTRACK_BASE_URL", url)
        with folder_lock, listener:
            sign_ins = self.prepare(demo, host)
            threading.Thread(target=self.announce, args=(url, host, port, sign_ins), daemon=True).start()
            Supervisor(
                commands(listener.fileno()),
                say=self.say,
                keep=[folder_lock.fileno(), listener.fileno()],
                environment=NO_ADVICE | os.environ,
            ).run(stop_when=lambda: stop_with_parent and os.getppid() != parent)
        self.say("serve", "EvalTrack has stopped.")

    def prepare(self, demo: bool, host: str) -> str:
        """Bring the data folder up to date; returns what is to be said of the demo's sign-ins."""
        self.say("serve", f"preparing {settings.DATA_DIR}")
        if not settings.REDIS_URL:
            fsbroker.sweep(settings.DATA_DIR / "broker")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("compilemessages", verbosity=0)
        said = io.StringIO()
        if demo:
            call_command("seed_demo", if_empty=True, stdout=said)
        said.write(warning(host))
        connections.close_all()
        return said.getvalue().rstrip()

    def announce(self, url: str, host: str, port: int, sign_ins: str) -> None:
        """Say that EvalTrack is ready when it answers, and do at once what fell due while it was stopped."""
        # The port listens since before the web server runs: the question waits for its first answer.
        connection = http.client.HTTPConnection(for_browser(host).strip("[]"), port, timeout=120)
        try:
            connection.request("GET", "/healthz", headers={"Host": settings.ALLOWED_HOSTS[0]})
            connection.getresponse().read()
        except OSError:
            return
        finally:
            connection.close()
        for entry in app.conf.beat_schedule.values():
            app.send_task(entry["task"], **entry.get("options", {}))
        mails = "" if settings.EMAIL_URL else f"Its mails are written to files in {settings.EMAIL_FILE_PATH}."
        lines = [f"EvalTrack is ready: {url}", mails, sign_ins, "Ctrl-C stops it."]
        self.say("serve", "\n" + "\n".join(filter(None, lines)) + "\n")

    def say(self, name: str, line: str) -> None:
        try:
            self.stdout.write(line if name == "serve" else f"{name:<6} | {line}")
            self.stdout.flush()
        except OSError:  # whoever read our output has gone; the work goes on
            return


def commands(listener: int) -> dict[str, list[str]]:
    """What runs under the parent: name -> module and arguments."""
    celery, quiet = ["celery", "--quiet", "-A", "evaltrack"], ["--loglevel", "WARNING"]
    return {
        "web": [
            *("gunicorn", "evaltrack.wsgi", "--bind", f"fd://{listener}", "--no-control-socket"),
            *("--worker-class", "gthread", "--workers", "1", "--threads", "4", "--graceful-timeout", "3"),
            *("--log-level", "warning"),
            *(("--worker-tmp-dir", str(SHARED_MEMORY)) if SHARED_MEMORY.is_dir() else ()),
        ],
        # One task at a time: several at once only wait for SQLite's single writer.
        "worker": [
            *(*celery, "worker", "--pool", "solo", *quiet),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        "beat": [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", *quiet],
        # Where mail is brought to us, rather than fetched by the worker.
        **({"mail": ["django", "receive_mail"]} if settings.INBOUND and settings.INBOUND.listens else {}),
    }


def address_of(bind: str) -> tuple[str, int]:
    host, colon, port = bind.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
        raise StartError(f"'{bind}' is no address to listen on. Give host and port: --bind {DEFAULT_BIND}")
    return host.strip("[]"), int(port)


def for_browser(host: str) -> str:
    host = EVERYWHERE.get(host, host)
    return f"[{host}]" if ":" in host else host


def warning(host: str) -> str:
    """What to say where the demo's accounts, made now or earlier, can be reached from other machines."""
    try:
        if ipaddress.ip_address(host).is_loopback:
            return ""
    except ValueError:
        if host == "localhost":
            return ""
    sign_ins = io.StringIO()
    call_command("seed_demo", only_list=True, stdout=sign_ins)
    if not sign_ins.getvalue():
        return ""
    return (
        f"\nWARNING: other machines may reach {host}, and whoever does can sign in with the demo's accounts: "
        f"their password is published. Use --bind {DEFAULT_BIND}, or a data folder without the demo.\n"
    )


def listen(host: str, port: int) -> socket.socket:
    """The port, taken now, so that nobody else can take it while the database is prepared."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"Port {port} on {host} is taken (another EvalTrack?). "
                f"Choose another: make run BIND={for_browser(host)}:{port + 1 if port < 65535 else port - 1}"
            ) from None
        raise StartError(f"Cannot listen on {host}:{port}: {error.strerror or error}.") from None
    return listener


def hold_folder(folder: Path, url: str) -> io.TextIOWrapper:
    """The data folder for this EvalTrack alone, as long as it or one of its children has the file open."""
    lock = (folder / "serve.lock").open("a+")
    patience = time.monotonic() + LAST_ONE_LEAVES_WITHIN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            lock.seek(0)
            owner, _, where = lock.read().strip().partition(" ")
            # A parent that was killed leaves children that end by themselves within seconds.
            if alive(owner) or time.monotonic() > patience:
                lock.close()
                raise StartError(
                    f"EvalTrack already runs on {folder} at {where} (process {owner}). "
                    "Stop it first, or use another folder: make run EVALTRACK_DATA_DIR=..."
                ) from None
            time.sleep(0.2)
    lock.truncate(0)
    lock.write(f"{os.getpid()} {url}")
    lock.flush()
    return lock


def alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
