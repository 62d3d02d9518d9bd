"""The jobs of this storey. What they are to do is stored in the database; a message only wakes them."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from evaltrack import files, inspection, mail, notifications
from evaltrack.inbound import imap, intake


@shared_task  # type: ignore[untyped-decorator]
def deliver_mail() -> None:
    mail.deliver_all(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def fetch_mail() -> None:
    """Fetch what has come into the mailbox, where one is polled; answers go out with the next delivery."""
    if settings.INBOUND and settings.INBOUND.is_polled:
        imap.poll(settings.INBOUND, now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_received_mail() -> None:
    intake.forget(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def inspect_files() -> None:
    """Scan what was attached and picture it."""
    inspection.inspect(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def sweep_files() -> None:
    files.sweep(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_notifications() -> None:
    notifications.forget(now=timezone.now())
