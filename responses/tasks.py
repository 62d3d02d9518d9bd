"""The jobs of this storey. What they are to do is stored in the database; a message only wakes them."""

from celery import shared_task
from django.utils import timezone

from evaltrack.tasks import deliver_mail
from responses import reminders, response_reminders


@shared_task  # type: ignore[untyped-decorator]
def send_reminders() -> None:
    """Plan what is due on each person's own today, and wake the delivery a minute before its time."""
    now = timezone.now()
    told = response_reminders.remind(now=now)
    if reminders.plan(now=now).mails or told:
        deliver_mail.delay()
