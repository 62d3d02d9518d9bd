"""Looking into files that were stored: asking the scanner about them, then making pictures of them.

What is to be done stands in the rows. A worker takes a row on by a conditional update; one that is killed
while it works is followed by another once ``AGAIN`` is over.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from evaltrack import files, previews, scanner, stores
from evaltrack.models import StoredFile

AGAIN = timedelta(minutes=5)
AT_ONCE = 10  # the worker has mails to send as well
Scan, Preview = StoredFile.Scan, StoredFile.Preview

logger = logging.getLogger(__name__)


def inspect(*, now: datetime) -> None:
    """Scan what waits for the scanner, where there is one, and then picture what may be opened."""
    if settings.CLAMD_URL:
        _scan_waiting(now)
    _picture_waiting(now)


def _free(now: datetime) -> Q:
    return Q(taken_on_at=None) | Q(taken_on_at__lt=now - AGAIN)


def _take_on(pk: int, now: datetime) -> StoredFile | None:
    taken = StoredFile.objects.filter(_free(now), pk=pk).update(taken_on_at=now)
    return StoredFile.objects.get(pk=pk) if taken else None


def _let_go(row: StoredFile) -> None:
    StoredFile.objects.filter(pk=row.pk).update(taken_on_at=None)


def _scan_waiting(now: datetime) -> None:
    waiting = StoredFile.objects.filter(_free(now), scan=Scan.WAITING).order_by("stored_at")
    for pk in list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
        row = _take_on(pk, now)
        if row is None:
            continue
        try:
            with files.read(row) as content:
                verdict = scanner.scan(content, settings.CLAMD_URL)
        except scanner.Away as fault:
            logger.warning("The malware scanner does not answer: %s", fault)
            StoredFile.objects.filter(scan=Scan.WAITING).update(scan_says="-")
            _let_go(row)
            return
        except scanner.Unable as fault:
            # It is asked again later: its limits, or its signatures, may be others by then.
            logger.warning("The malware scanner cannot check %s: %s", row.sha256, fault)
            StoredFile.objects.filter(pk=pk).update(scan_says=str(fault)[:200])
        except stores.faults() as fault:
            logger.warning("%s cannot be read: %s", row.sha256, fault)
        else:
            _settle(row, verdict, now)


def _settle(row: StoredFile, verdict: scanner.Verdict, now: datetime) -> None:
    if not verdict.infected:
        row.scan, row.scan_says, row.taken_on_at = Scan.CLEAN, "", None
        row.save(update_fields=["scan", "scan_says", "taken_on_at"])
        return
    logger.warning("Malware in %s: %s", row.sha256, verdict.found)
    with transaction.atomic():
        row.scan, row.scan_says, row.taken_on_at = Scan.INFECTED, verdict.found, None
        row.save(update_fields=["scan", "scan_says", "taken_on_at"])
        for path in settings.INFECTION_FOLLOWERS:
            import_string(path)(row, now=now)
    files.discard_bytes(row)


def _picture_waiting(now: datetime) -> None:
    opened = Q(scan__in=[Scan.CLEAN, Scan.NONE]) | Q(scan=Scan.WAITING if not settings.CLAMD_URL else "")
    waiting = StoredFile.objects.filter(_free(now), opened, preview=Preview.WAITING).order_by("stored_at")
    for pk in list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
        row = _take_on(pk, now)
        if row is None:
            continue
        try:
            with files.read(row) as content:
                made = previews.make(content, row.media_type)
            files.keep_pictures(row, made)
        except (previews.Unpictured, files.MissingError) as fault:
            logger.info("No picture of %s: %s", row.sha256, fault)
            StoredFile.objects.filter(pk=pk).update(preview=Preview.FAILED)
        except stores.faults() as fault:
            logger.warning("The file store failed with %s: %s", row.sha256, fault)
            continue
        _let_go(row)


def scan_all_unscanned() -> int:
    """Have the scanner look at what was stored before there was one; how many files those are."""
    return StoredFile.objects.filter(scan=Scan.NONE).update(scan=Scan.WAITING, taken_on_at=None)
