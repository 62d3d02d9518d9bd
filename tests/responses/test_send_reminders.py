"""``manage.py send_reminders``: what it says, what it changes, and what a dry run leaves alone."""

from datetime import date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from evaltrack.models import AuditEntry, Mail
from responses.models import KeyAction, Reminder
from tests import factories
from tests.services import MailServer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def spring() -> object:
    with time_machine.travel(datetime.fromisoformat("2026-03-02T09:00Z"), tick=False) as traveller:
        yield traveller


def send_reminders(*options: str) -> str:
    said = StringIO()
    call_command("send_reminders", *options, stdout=said)
    return said.getvalue()


def test_what_is_due_today_is_planned_and_sent(smtp_server: MailServer) -> None:
    lead = factories.user("Nadia Osei")
    factories.action(due=date(2026, 3, 2), lead=lead)
    factories.action(due=DAY, lead=lead)

    assert send_reminders() == (
        "Reminders planned: 1, digests written: 1\n"
        "Key actions without a recipient: 0\n"
        "Reminders that a response is due: 0\n"
        "Mails sent: 1, put off: 0, failed: 0\n"
    )
    (message,) = smtp_server.messages
    assert (message["To"], message["Subject"]) == (lead.email, "1 key action needs you")


def test_as_if_it_were_another_day(smtp_server: MailServer) -> None:
    factories.action(due=DAY, lead=factories.user())
    assert "planned: 1" in send_reminders("--on", "2026-06-15")
    assert "planned: 0" in send_reminders("--on", "2026-06-15")
    assert len(smtp_server.messages) == 1


def test_a_dry_run_tells_who_would_get_what_and_changes_nothing(smtp_server: MailServer) -> None:
    lead = factories.user("Nadia Osei")
    action = factories.action(text="Write it down.", due=DAY, lead=lead)
    lost = factories.action(text="Find it.", check_on=DAY, responsible_text="The partner")
    asked = factories.action(text="Ask it.", check_on=DAY, lead=lead)

    assert send_reminders("--on", "2026-06-15", "--dry-run") == (
        "To nadia.osei@example.org: 2 key actions need you\n"
        f"  {action.answer.recommendation}: Write it down. [On the day, 2026-06-15]\n"
        f"  {asked.answer.recommendation}: Ask it. [No deadline: how does it stand?, 2026-06-15]\n"
        "Reminders planned: 2, digests written: 1\n"
        "Key actions without a recipient: 1\n"
        f"  {lost.answer.recommendation}: Find it. [The partner]\n"
        "Reminders that a response is due: 0\n"
        "Nothing was changed or sent.\n"
    )
    assert not Reminder.objects.exists()
    assert not Mail.objects.exists()
    assert not AuditEntry.objects.exists()
    assert set(KeyAction.objects.values_list("check_on", flat=True)) == {None, DAY}
    assert smtp_server.messages == []


def test_who_had_a_digest_today_is_said_to_wait(smtp_server: MailServer) -> None:
    lead = factories.user()
    for _number in range(2):
        factories.action(due=DAY, lead=lead)
        said = send_reminders("--on", "2026-06-15")
    assert "For people who had a digest today, so in tomorrow's: 1\n" in said


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-30", "15/06/2026"])
def test_a_bad_date_is_one_sentence_and_exit_status_2(day: str) -> None:
    with pytest.raises(CommandError, match=r"^--on: “.*” is not a day\. Write it as ") as refused:
        send_reminders(f"--on={day}")
    assert refused.value.returncode == 2
