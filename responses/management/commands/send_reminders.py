"""``manage.py send_reminders``: what beat does every hour, by hand, or only shown."""

from argparse import ArgumentParser
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from evaltrack import mail
from evaltrack.models import Mail
from responses import reminders, response_reminders
from responses.models import KeyAction, Reminder
from responses.reminders import Planned

LINES_AT_ONCE = 500
DIGESTS_AT_ONCE = 100


class Command(BaseCommand):
    help = "Plan the reminders that are due, write each person's digest and send what waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on", metavar="YYYY-MM-DD", help="as if it were this day; without it, each person's own today"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print who would get what, and change and send nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today = _day(options["on"]) if options["on"] is not None else None
        now = timezone.now()
        if options["dry_run"]:
            # The same planning, taken back: so this cannot say anything else than what would be done.
            with transaction.atomic():
                planned = reminders.plan(now=now, today=today)
                told = response_reminders.remind(now=now, today=today)
                self._print_digests(now)
                self._print_counts(planned)
                self._print_responses(told, named=True)
                transaction.set_rollback(True)
            self.stdout.write("Nothing was changed or sent.")
            return
        planned = reminders.plan(now=now, today=today)
        told = response_reminders.remind(now=now, today=today)
        self._print_counts(planned)
        self._print_responses(told)
        done = mail.deliver_all(now=now)
        self.stdout.write(f"Mails sent: {done.sent}, put off: {done.retried}, failed: {done.failed}")

    def _print_digests(self, now: datetime) -> None:
        digests = Mail.objects.filter(created_at=now, kind="digest").order_by("pk")
        reminders = Reminder.objects.order_by("due_for", "pk")
        whole = reminders.select_related("action__answer__recommendation__evaluation")
        told = digests.prefetch_related(Prefetch("reminders", whole), "notifications")
        for digest in told.iterator(DIGESTS_AT_ONCE):
            self.stdout.write(f"To {digest.to}: {digest.subject}")
            for reminder in digest.reminders.all():
                occasion = reminder.get_occasion_display()
                self.stdout.write(f"  {_named(reminder.action)} [{occasion}, {reminder.due_for}]")
            if news := digest.notifications.all():
                self.stdout.write(f"  Notifications: {len(news)}")

    def _print_counts(self, planned: Planned) -> None:
        self.stdout.write(f"Reminders planned: {planned.reminders}, digests written: {planned.mails}")
        if planned.news:
            self.stdout.write(f"Notifications told in them: {planned.news}")
        if planned.waiting:
            self.stdout.write(f"For people who had a digest today, so in tomorrow's: {planned.waiting}")
        if planned.resting:
            self.stdout.write(f"For people whose office rests today: {planned.resting}")
        self.stdout.write(f"Key actions without a recipient: {len(planned.without_recipient)}")
        for action in _in_order(planned.without_recipient):
            responsible = action.responsible_text or "nobody is named"
            self.stdout.write(f"  {_named(action)} [{responsible}]")

    def _print_responses(self, told: list[response_reminders.Reminder], *, named: bool = False) -> None:
        self.stdout.write(f"Reminders that a response is due: {len(told)}")
        for one in told if named else ():
            people = ", ".join(person.email for person in one.people)
            self.stdout.write(f"  {one.response} [{one.due}] to {people}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--on: “{text}” is not a day. Write it as year-month-day, such as 2026-03-31.", returncode=2
        ) from error


def _in_order(pks: Collection[int]) -> Iterator[KeyAction]:
    ordered = sorted(pks)
    for start in range(0, len(ordered), LINES_AT_ONCE):
        found = KeyAction.objects.filter(pk__in=ordered[start : start + LINES_AT_ONCE]).order_by("pk")
        yield from found.select_related("answer__recommendation__evaluation")


def _named(action: KeyAction) -> str:
    return f"{action.answer.recommendation}: {' '.join(action.text.split())[:80]}"
