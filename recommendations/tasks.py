"""The jobs of this storey. What they are to do is stored in the database; a message only wakes them."""

from celery import shared_task
from django.utils import timezone

from recommendations import readings
from recommendations.register import imports


@shared_task  # type: ignore[untyped-decorator]
def work_on_registers() -> None:
    """Read the registers that were uploaded, and bring in those that were looked over."""
    imports.work(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def read_reports() -> None:
    """Read the reports that were handed in."""
    readings.work(now=timezone.now())
