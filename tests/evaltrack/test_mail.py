"""The outbox: what is written is sent, once where nothing goes wrong and never not at all."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections

from evaltrack import mail
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Mail
from tests import factories, services
from tests.factories import NOW

pytestmark = pytest.mark.django_db


class Server(services.MailServer):
    """Refuses the recipients it is told to; ``on_arrival`` runs when it has a mail and has not yet said so."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals: dict[str, str] = {}
        self.on_arrival: Callable[[], object] = lambda: None
        self.greetings = 0

    def connection(self) -> BaseEmailBackend:
        smtp = "django.core.mail.backends.smtp.EmailBackend"
        return get_connection(smtp, host="127.0.0.1", port=self.port, timeout=3)

    @property
    def addressees(self) -> list[str]:
        return [message["To"] for message in self.messages]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self.on_arrival()
        return answer


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def written(to: str = "ana@example.org", **fields: object) -> Mail:
    count = Mail.objects.count()
    made = mail.enqueue(
        **{
            "key": f"test/{count}",
            "kind": "test",
            "subject": f"Number {count}",
            "text": "Hello.",
            "to": to,
            "now": NOW,
        }
        | fields
    )
    assert made
    return made


def deliver(server: Server, after: timedelta = timedelta(), limit: int = 10) -> mail.Delivered:
    return mail.deliver(now=NOW + after, limit=limit, connection=server.connection())


def test_a_mail_is_written_once_for_a_key() -> None:
    assert written(key="digest/1/2026-03-02")
    assert (
        mail.enqueue(
            key="digest/1/2026-03-02",
            kind="test",
            subject="Again",
            text="Again",
            to="ana@example.org",
            now=NOW,
        )
        is None
    )
    assert Mail.objects.get().subject == "Number 0"


def test_what_is_written_arrives_with_both_its_bodies(server: Server) -> None:
    row = written(subject="Où en êtes-vous ?", text="Bonjour à tous", html="<p>Bonjour à <b>tous</b></p>")

    assert deliver(server) == mail.Delivered(sent=1)

    (arrived,) = server.messages
    assert arrived["To"] == "ana@example.org"
    assert arrived["Subject"] == "Où en êtes-vous ?"
    text, html = arrived.get_body(["plain"]), arrived.get_body(["html"])
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == "Bonjour à tous"
    assert html.get_content().strip() == "<p>Bonjour à <b>tous</b></p>"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.claimed_by, row.error) == ("sent", 1, "", "")
    assert row.sent_at is not None


def test_the_headers_say_that_a_machine_wrote_it_and_when(server: Server) -> None:
    written()
    deliver(server, after=timedelta(days=2))

    (arrived,) = server.messages
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Date"].datetime == NOW
    assert arrived["Message-ID"].endswith("@127.0.0.1>")
    assert arrived["List-Unsubscribe"] is None


def test_the_message_id_follows_from_the_key_alone() -> None:
    one, two = written(key="a"), written(key="b")
    assert mail.message_id(one) == mail.message_id(Mail(key="a", to="other@example.org"))
    assert mail.message_id(one) != mail.message_id(two)


def test_a_subject_of_several_lines_carries_no_header_of_its_own(server: Server) -> None:
    written(subject="Reminder\r\nBcc: all@example.org")
    deliver(server)
    (arrived,) = server.messages
    assert arrived["Subject"] == "Reminder Bcc: all@example.org"
    assert arrived["Bcc"] is None


def test_a_header_smuggled_into_the_row_is_not_sent_and_stops_no_other(server: Server) -> None:
    written("first@example.org")
    Mail.objects.update(subject="Reminder\nBcc: all@example.org")
    written("second@example.org")

    assert deliver(server) == mail.Delivered(sent=1, retried=1)
    assert server.addressees == ["second@example.org"]


def test_many_mails_go_over_one_connection(server: Server) -> None:
    for _number in range(5):
        written()
    assert deliver(server).sent == 5
    assert server.greetings == 1


def test_no_more_than_the_limit_are_sent_and_the_longest_waiting_first(server: Server) -> None:
    for number in (2, 0, 1):
        written(f"person{number}@example.org", not_before=NOW - timedelta(hours=5 - number))
    assert deliver(server, limit=2).sent == 2
    assert server.addressees == ["person0@example.org", "person1@example.org"]


def test_a_mail_waits_for_its_time(server: Server) -> None:
    written(not_before=NOW + timedelta(hours=1))
    assert deliver(server) == mail.Delivered()
    assert deliver(server, after=timedelta(hours=1)).sent == 1


def test_nothing_is_sent_twice(server: Server) -> None:
    written()
    deliver(server)
    assert deliver(server, after=timedelta(days=9)) == mail.Delivered()
    assert len(server.messages) == 1


def test_what_is_confidential_is_erased_once_sent(server: Server) -> None:
    row = written(text="https://example.org/reset/secret", html="<a>secret</a>", confidential=True)
    deliver(server)
    row.refresh_from_db()
    assert (row.state, row.text, row.html) == ("sent", "", "")


# What goes wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("550 5.1.1 no such person", "failed"),
        ("553 mailbox name not allowed", "failed"),
        ("450 4.2.1 try later", "waiting"),
        ("452 mailbox full", "waiting"),
        ("421 closing", "waiting"),
    ],
)
def test_a_refused_recipient_fails_for_good_or_for_now_by_the_class_of_the_answer(
    server: Server, answer: str, state: str
) -> None:
    server.refusals["gone@example.org"] = answer
    refused, other = written("gone@example.org"), written("ana@example.org")

    deliver(server)

    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.state, refused.error) == (state, answer)
    assert other.state == "sent"


@pytest.mark.parametrize(
    ("answer", "state"), [("554 looks like spam", "failed"), ("451 greylisted", "waiting")]
)
def test_a_refused_text_too(server: Server, answer: str, state: str) -> None:
    server.answers.append(answer)
    row = written()
    deliver(server)
    row.refresh_from_db()
    assert (row.state, row.error) == (state, answer)


@pytest.mark.parametrize("address", ["", "nobody", "a@b@example.org", "ana@example.org\nBcc: x@example.org"])
def test_what_is_no_address_fails_for_good(server: Server, address: str) -> None:
    row = written()
    Mail.objects.filter(pk=row.pk).update(to=address)
    assert deliver(server) == mail.Delivered(failed=1)
    row.refresh_from_db()
    assert "is not an e-mail address" in row.error


@pytest.mark.parametrize("confidential", [False, True])
def test_who_was_deactivated_meanwhile_gets_no_mail_any_more(server: Server, confidential: bool) -> None:
    gone, there = factories.user(), factories.user()
    row = written(to="", person=gone, confidential=confidential)
    written(to="", person=there)
    gone.is_active = False
    gone.save()

    assert deliver(server) == mail.Delivered(sent=1, failed=1)

    assert server.addressees == [there.email]
    row.refresh_from_db()
    assert (row.state, row.error) == (Mail.State.FAILED, "The account was deactivated.")
    assert bool(row.text) != confidential


def test_a_server_that_is_away_costs_one_attempt_and_leaves_the_rest_alone(server: Server) -> None:
    first, second = written(), written()
    with Server() as gone:
        away = gone.connection()

    assert mail.deliver(now=NOW, limit=10, connection=away) == mail.Delivered(retried=1)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.attempts) == ("waiting", 1)
    assert timedelta(seconds=60) <= first.not_before - NOW < timedelta(seconds=65)
    assert "refused" in first.error
    assert (second.state, second.attempts) == ("waiting", 0)
    assert deliver(server, after=timedelta(minutes=2)).sent == 2


def test_a_server_that_hangs_up_in_the_middle_is_called_again_for_the_next_mail(server: Server) -> None:
    server.refusals["first@example.org"] = "421 too many mails in one go"
    written("first@example.org")
    written("second@example.org")
    assert deliver(server) == mail.Delivered(sent=1, retried=1)
    assert server.greetings == 2


def test_attempts_follow_the_schedule_and_then_the_mail_has_failed(server: Server) -> None:
    server.refusals["ana@example.org"] = "450 try later"
    row = written()
    passed = timedelta()
    for number, pause in enumerate(mail.RETRY_AFTER, start=1):
        assert deliver(server, after=passed) == mail.Delivered(retried=1)
        row.refresh_from_db()
        assert row.attempts == number
        assert deliver(server, after=passed + pause - timedelta(seconds=1)) == mail.Delivered()
        passed += pause + timedelta(seconds=5)
    assert timedelta(days=4) < passed < timedelta(days=6)
    assert deliver(server, after=passed) == mail.Delivered(failed=1)
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "450 try later")


def test_a_confidential_mail_that_failed_is_erased_too(server: Server) -> None:
    server.refusals["ana@example.org"] = "550 no such person"
    row = written(text="https://example.org/reset/secret", confidential=True)
    deliver(server)
    row.refresh_from_db()
    assert (row.state, row.text) == ("failed", "")


def test_a_mail_that_kills_its_sender_every_time_is_given_up(server: Server) -> None:
    row = written()
    Mail.objects.filter(pk=row.pk).update(attempts=len(mail.RETRY_AFTER) + 1)
    assert deliver(server) == mail.Delivered(failed=1)
    assert server.messages == []


# Two senders, and none -------------------------------------------------------------------------------------


def test_a_claimed_mail_is_left_alone_until_the_claim_runs_out(server: Server) -> None:
    row = written()
    assert mail._claim(NOW, "first")
    assert deliver(server, after=mail.LEASE - timedelta(minutes=1)) == mail.Delivered()
    assert deliver(server, after=mail.LEASE + timedelta(seconds=1)) == mail.Delivered(sent=1)
    row.refresh_from_db()
    assert row.attempts == 2


def test_who_lost_the_claim_notes_nothing(server: Server) -> None:
    slow = written()
    late = mail._claim(NOW, "first")
    assert late
    assert deliver(server, after=mail.LEASE * 2).sent == 1

    assert mail._put_off(late, NOW, OSError("timed out")) == mail.Delivered()
    slow.refresh_from_db()
    assert (slow.state, slow.error) == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_several_senders_at_once_send_each_mail_once(server: Server) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads cannot share an SQLite database in memory; PostgreSQL runs this")
    for number in range(40):
        written(f"person{number}@example.org")
    outcomes: list[mail.Delivered] = []

    def send() -> None:
        outcomes.append(deliver(server, limit=100))
        connections.close_all()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(outcome.sent for outcome in outcomes) == 40
    assert sorted(server.addressees) == sorted(f"person{n}@example.org" for n in range(40))


@pytest.mark.services
@pytest.mark.own_database
def test_a_sender_killed_before_it_could_note_the_sending_sends_the_same_mail_again(
    server: Server, tmp_path: Path
) -> None:
    """The one window there is: the server has the mail, and we do not know it."""

    def run(code: str) -> "subprocess.Popen[str]":
        start = (
            "import django; django.setup()\nfrom django.utils import timezone\nfrom evaltrack import mail\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", start + code],
            env=services.environment(
                EVALTRACK_DATA_DIR=str(tmp_path),
                EMAIL_URL=server.url,
                DJANGO_SETTINGS_MODULE="evaltrack.settings",
            ),
            cwd=services.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def deliver(after: str) -> str:
        said, _nothing = run(f"print(mail.deliver(now=timezone.now() + {after}, limit=1))").communicate(
            timeout=60
        )
        return said

    services.installed(tmp_path)
    prepared = run(
        "mail.enqueue(key='k', kind='test', subject='S', text='T', to='ana@example.org', now=timezone.now())"
    )
    prepared.communicate(timeout=60)
    assert prepared.returncode == 0

    with run("mail.deliver(now=timezone.now(), limit=1)") as sender:
        server.on_arrival = sender.kill
        assert sender.wait(60) == -signal.SIGKILL
    server.on_arrival = lambda: None

    assert "sent=0" in deliver(after="timezone.timedelta()")
    assert "sent=1" in deliver(after="mail.LEASE")
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


# Sending again ---------------------------------------------------------------------------------------------


def failed(server: Server, **fields: object) -> Mail:
    row = written("gone@example.org", **fields)
    server.refusals["gone@example.org"] = "550 no such person"
    deliver(server)
    row.refresh_from_db()
    return row


def test_a_failed_mail_is_sent_again_to_the_address_the_person_has_now(server: Server) -> None:
    person, by = factories.user(email="new@example.org"), factories.user()
    row = failed(server, person=person)

    mail.send_again(row, by=by, now=NOW)

    assert deliver(server).sent == 1
    assert server.messages[-1]["To"] == "new@example.org"
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb) == (str(by), "sent again")
    assert entry.changes == {"state": ["failed", "waiting"], "to": ["gone@example.org", "new@example.org"]}


def test_only_what_failed_is_sent_again(server: Server) -> None:
    row = written()
    with pytest.raises(Refused, match="Only a mail that failed"):
        mail.send_again(row, by=factories.user(), now=NOW)


def test_a_personal_link_is_not_sent_again(server: Server) -> None:
    row = failed(server, confidential=True)
    with pytest.raises(Refused, match="Ask for a new one"):
        mail.send_again(row, by=factories.user(), now=NOW)


def test_the_embedded_mode_writes_mails_to_files(tmp_path: Path) -> None:
    files = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(tmp_path))
    written(text="In a file")
    assert mail.deliver(now=NOW, limit=10, connection=files).sent == 1
    (file,) = tmp_path.iterdir()
    assert "In a file" in file.read_text()


def test_everything_ready_is_sent_over_as_many_connections_as_it_takes(
    smtp_server: services.MailServer,
) -> None:
    for _number in range(mail.MAILS_PER_CONNECTION + 1):
        written()
    assert mail.deliver_all(now=NOW).sent == mail.MAILS_PER_CONNECTION + 1
    assert not Mail.objects.ready(NOW).exists()
