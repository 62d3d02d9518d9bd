"""The jobs of this storey. What they are to do is stored in the database; a message only wakes them."""

from contextlib import suppress
from datetime import date

from celery import shared_task
from django.utils import timezone

from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.tasks import deliver_mail
from responses import (
    bulk,
    exports,
    handouts,
    prints,
    reminders,
    report_links,
    response_reminders,
    round_calendar,
    round_prints,
    rounds,
)
from responses.importing import reading
from responses.matrix.writers.options import Options
from responses.models import Snapshot


@shared_task  # type: ignore[untyped-decorator]
def send_reminders() -> None:
    """Plan what is due on each person's own today, and wake the delivery a minute before its time."""
    now = timezone.now()
    told = response_reminders.remind(now=now)
    if reminders.plan(now=now).mails or told:
        deliver_mail.delay()


@shared_task  # type: ignore[untyped-decorator]
def read_imports() -> None:
    """Read what was handed in, one after the other; whoever hands in a file wakes this."""
    while reading.read_next(now=timezone.now()):
        pass


@shared_task  # type: ignore[untyped-decorator]
def forget_report_links() -> None:
    report_links.forget(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_handouts() -> None:
    handouts.forget(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def keep_rounds() -> None:
    """Open the rounds whose time has come, propose what is to be closed, and pass questions on."""
    round_calendar.keep(now=timezone.now())
    work_on_rounds()
    deliver_mail.delay()


@shared_task  # type: ignore[untyped-decorator]
def make_exports() -> None:
    """Go on with the bulk exports; other jobs have their turn in between."""
    if bulk.work(now=timezone.now()):
        make_exports.delay()


@shared_task  # type: ignore[untyped-decorator]
def forget_exports() -> None:
    bulk.forget(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def work_on_rounds() -> None:
    """Ask and close what is still to be asked and closed, and print what was closed."""
    rounds.ask(now=timezone.now())
    rounds.freeze(now=timezone.now())
    for pk in round_prints.to_print():
        try:
            exports.of_round(Snapshot.objects.select_related("response__evaluation__profile").get(pk=pk))
        except PdfUnavailableError:
            return  # it is printed when it is first asked for


@shared_task  # type: ignore[untyped-decorator]
def print_ahead() -> None:
    """Print what was changed a moment ago, so that whoever wants it finds it."""
    with suppress(PdfUnavailableError):
        prints.print_ahead(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def print_long(response: int, language: str | None, options: dict[str, bool], day: str) -> None:
    """Print a response (its id) that takes longer than someone should wait, as of a day (ISO 8601)."""
    with suppress(PdfUnavailableError):
        prints.print_one(
            response, language=language, options=Options(**options), printed_on=date.fromisoformat(day)
        )


@shared_task  # type: ignore[untyped-decorator]
def sweep_prints() -> None:
    prints.sweep(now=timezone.now())
