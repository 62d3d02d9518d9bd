"""The whole way of a reminder: beat, broker, worker, database, SMTP server, all real; only the clock is moved."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests import services

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

DUE = datetime.fromisoformat("2026-06-15T00:00Z")
# Beat plans ten minutes past every hour.
SOON_PLANNING = timedelta(hours=9, minutes=9, seconds=55)

RECORD = """
import datetime
from tests import factories
nadia = factories.user("Nadia Osei", time_zone="Africa/Nairobi")
evaluation = factories.evaluation(short_title="Safe wells")
answer = factories.answer(factories.recommendation(evaluation), decision="accepted")
print(factories.action(answer, text="Train the pump mechanics.", due=datetime.date(2026, 6, 15), lead=nadia).pk)
"""

COUNT = """
from evaltrack.models import Mail
from responses.models import Reminder
print(Reminder.objects.count(), Mail.objects.count(), Mail.objects.filter(state="sent").count())
"""


class Installation:
    """EvalTrack with its own data, on the kind of database the tests run on."""

    def __init__(self, folder: Path, redis_url: str, mail: services.MailServer) -> None:
        self.environment = services.environment(
            EVALTRACK_DATA_DIR=str(folder),
            DJANGO_SETTINGS_MODULE="evaltrack.settings",
            DATABASE_URL=self._database(),
            REDIS_URL=redis_url,
            EMAIL_URL=mail.url,
            EVALTRACK_BASE_URL="https://evaltrack.example.org",
        )
        self.log = folder / "log"
        self.run("from django.core.management import call_command; call_command('migrate', verbosity=0)")

    def _database(self) -> str:
        """Nothing for SQLite, which is then a file in the folder; on PostgreSQL the database under test."""
        if connection.vendor == "sqlite":
            return ""
        parts = urlsplit(os.environ["DATABASE_URL"])
        return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))

    def run(self, code: str) -> str:
        command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
        return subprocess.run(
            command, env=self.environment, cwd=services.ROOT, check=True, capture_output=True, text=True
        ).stdout

    @contextlib.contextmanager
    def running(self, at: datetime) -> Iterator[None]:
        """Worker and beat, started at that moment and killed at the end without a word."""
        started = []
        with self.log.open("w") as log:
            for command in (["worker", "--concurrency=1"], ["beat", "--scheduler=celery.beat:Scheduler"]):
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

    def wait_for(self, task: str) -> None:
        def done() -> bool:
            lines = self.log.read_text().splitlines()
            return any(f"Task {task}" in line and "succeeded" in line for line in lines)

        services.wait_until(done, 60, task)


def test_beat_worker_and_smtp_bring_each_digest_once_though_everything_was_stopped_for_days(
    tmp_path: Path, redis_url: str, smtp_server: services.MailServer
) -> None:
    here = Installation(tmp_path, redis_url, smtp_server)
    action = here.run(RECORD).strip()

    with here.running(at=DUE - timedelta(days=31) + SOON_PLANNING):
        here.wait_for("responses.tasks.send_reminders")
        assert smtp_server.messages == []

    with here.running(at=DUE - timedelta(days=30) + SOON_PLANNING):
        here.wait_for("evaltrack.tasks.deliver_mail")
    (first,) = smtp_server.messages
    assert (first["To"], first["Subject"]) == ("nadia.osei@example.org", "1 key action needs you")
    body = first.get_body(["plain"])
    assert body is not None
    said = body.get_content()
    for piece in (
        "Dear Nadia Osei,",
        "Safe wells, recommendation 1",
        "Train the pump mechanics.",
        "Deadline: 2026-06-15, 15 June 2026, in 30 days",
        f"https://evaltrack.example.org/actions/{action}/",
    ):
        assert piece in said

    # Seven days before, nothing runs; three days later everything is started again, and once more.
    with here.running(at=DUE - timedelta(days=4) + SOON_PLANNING):
        here.wait_for("evaltrack.tasks.deliver_mail")
    with here.running(at=DUE - timedelta(days=4) + SOON_PLANNING + timedelta(hours=1)):
        here.wait_for("responses.tasks.send_reminders")

    second = smtp_server.messages[1].get_body(["plain"])
    assert second is not None
    assert "15 June 2026, in 4 days" in second.get_content()
    assert here.run(COUNT).split() == ["2", "2", "2"]
    assert len(smtp_server.messages) == 2
