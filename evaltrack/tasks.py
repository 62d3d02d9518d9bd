"""The jobs of this storey. What they are to do is stored in the database; a message only wakes them."""

from celery import shared_task
from django.utils import timezone

from evaltrack import mail, notifications


@shared_task  # type: ignore[untyped-decorator]
def deliver_mail() -> None:
    mail.deliver_all(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_notifications() -> None:
    notifications.forget(now=timezone.now())
