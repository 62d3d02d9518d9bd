"""Reading a report: handed in, read by a worker in a process of its own, looked over, and entered.

What is to be read stands in the database. A worker claims a reading for a while; one that is killed is
followed by another, and what kills three of them is given up.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltrack import apart, audit, files, stores
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import StoredFile, User
from recommendations import drafts, lessons, report_files, results
from recommendations.choices import ReadingState
from recommendations.drafts import Draft
from recommendations.lessons import LessonDraft
from recommendations.models import Evaluation, Lesson, Recommendation, ReportReading
from recommendations.permissions import may_edit_recommendations

BOUNDS = apart.Bounds(seconds=150, memory=2 * 1024**3)
LEASE = timedelta(minutes=5)  # longer than any reading may take
ATTEMPTS = 3
WAITING = 3  # reports of one evaluation that may wait to be read at once
Scan = StoredFile.Scan

logger = logging.getLogger(__name__)


def ask(evaluation: Evaluation, upload: Upload, *, by: User, now: datetime) -> ReportReading:
    """Keep a report, to be read by :func:`work`. Called outside any transaction.

    Raises PermissionDenied; Refused for a file that is none of the kinds that are read, and where several
    wait already.
    """
    _check(by, evaluation)
    if evaluation.report_readings.filter(state=ReadingState.WAITING).count() >= WAITING:
        raise Refused(_("Other reports of this evaluation are just being read. Wait until they are done."))
    row = files.store(upload, now=now)
    if row.media_type not in report_files.READERS:
        raise Refused(report_files.wrong_kind())
    with transaction.atomic():
        made = ReportReading.objects.create(
            evaluation=evaluation,
            file=row,
            name=upload.name[:200],
            asked_by=by,
            asked_at=now,
            language=get_language() or settings.LANGUAGE_CODE,
        )
        audit.record("handed_in", made, by=by, parent=evaluation, changes={"file": ("", row.sha256)})
    return made


def _check(by: User, evaluation: Evaluation) -> None:
    if not may_edit_recommendations(by, evaluation):
        raise PermissionDenied


# By a worker ----------------------------------------------------------------------------------------------


def work(*, now: datetime) -> int:
    """Read what waits to be read; how many reports those were."""
    waiting = ReportReading.objects.filter(_free(now), state=ReadingState.WAITING).order_by("pk")
    return sum(_work_on(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=now)


def _work_on(pk: int, now: datetime) -> bool:
    todo = ReportReading.objects.filter(_free(now), pk=pk, state=ReadingState.WAITING)
    scanned = Q(file__scan__in=[Scan.CLEAN, Scan.NONE, Scan.INFECTED])
    if settings.CLAMD_URL and not todo.filter(scanned).exists():
        return False  # once the scanner has said so
    if not todo.update(claimed_until=now + LEASE, attempts=F("attempts") + 1):
        return False
    reading = ReportReading.objects.select_related("file").get(pk=pk)
    if reading.attempts > ATTEMPTS:
        _refuse(reading, _("Reading this report was broken off several times. Send another file of it."), now)
        return True
    try:
        result = _read(reading)
    except Refused as refusal:
        _refuse(reading, str(refusal), now)
    except stores.faults():
        logger.exception("%s cannot be read from the store", reading.file.sha256)
        return False  # the claim ends by itself, and another tries
    else:
        _settle(reading, now, state=ReadingState.READ, result=result, refusal="")
    return True


def _read(reading: ReportReading) -> dict[str, Any]:
    if reading.file.scan == Scan.INFECTED:
        raise Refused(files.infected(reading.name, reading.file.scan_says))
    try:
        with files.read(reading.file) as content:
            result: dict[str, Any] = apart.run(
                report_files.read,
                content,
                bounds=BOUNDS,
                language=reading.language,
                media_type=reading.file.media_type,
            )
    except files.MissingError as error:
        raise Refused(_("The file is no longer in the store. Send it again.")) from error
    return result


def _refuse(reading: ReportReading, sentence: str, now: datetime) -> None:
    _settle(reading, now, state=ReadingState.REFUSED, refusal=sentence)


def _settle(reading: ReportReading, now: datetime, **fields: Any) -> None:
    """Only what still waits: a worker whose claim ran out changes nothing that another has settled."""
    ReportReading.objects.filter(pk=reading.pk, state=ReadingState.WAITING).update(
        read_at=now, claimed_until=None, **fields
    )


# By a person ----------------------------------------------------------------------------------------------


def proposed(reading: ReportReading) -> tuple[list[Draft], list[LessonDraft]]:
    """What was read as rows to look over, each with its position in the reading."""
    rules = reading.evaluation.profile.rules
    found = [
        drafts.read_from(one, rules, source=str(position))
        for position, one in enumerate(reading.result.get("recommendations", []))
    ]
    learned = [
        LessonDraft(
            kind=one["kind"],
            label=one["label"][:30],
            title=one["title"][:300],
            text=one["text"],
            based_on=one["based_on"],
            doubts="\n".join(one["doubts"]),
            source=str(position),
        )
        for position, one in enumerate(reading.result.get("learned", []))
    ]
    return found[: drafts.MOST], learned[: drafts.MOST]


@transaction.atomic
def enter(
    reading: ReportReading,
    rows: Sequence[Draft],
    learned: Sequence[LessonDraft],
    *,
    by: User,
    seen: int,
    now: datetime,
) -> tuple[list[Recommendation], list[Lesson]]:
    """Enter what a person took of it, all or nothing. ``seen``: see :func:`drafts.save`.

    Raises PermissionDenied, Refused where nothing is taken or it was entered already.
    """
    evaluation = reading.evaluation
    _check(by, evaluation)
    kept = [one for one in rows if one.is_kept]
    lessons_kept = [one for one in learned if one.is_kept]
    if not kept and not lessons_kept:
        raise Refused(_("Nothing is taken: everything is left out or empty."))
    if kept and (sentence := results.hold(evaluation)):
        raise Refused(sentence)
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    added = drafts.save(evaluation, kept, by=by, seen=seen) if kept else []
    held = ReportReading.objects.select_for_update().get(pk=reading.pk)
    if held.state != ReadingState.READ:
        raise Refused(_("What this report proposes was entered already. Look at the evaluation."))
    entries = [
        lessons.add(
            evaluation,
            by=by,
            kind=one.kind,
            label=one.label.strip(),
            title=" ".join(one.title.split()),
            text=one.text,
            based_on=one.based_on.strip(),
            page=page_of(held, "learned", one.source),
        )
        for one in lessons_kept
    ]
    held.state, held.entered_by, held.entered_at = ReadingState.ENTERED, by, now
    held.save(update_fields=["state", "entered_by", "entered_at"])
    changes = {"recommendations": ("", len(added)), "lessons": ("", len(entries))}
    audit.record("entered_from", held, by=by, parent=evaluation, changes=changes)
    return added, entries


def sources(reading: ReportReading, kind: str, positions: str) -> list[dict[str, Any]]:
    """The entries of the reading that a row came from: "3", or "3,4" where two were merged."""
    found: list[dict[str, Any]] = reading.result.get(kind, [])
    wanted = [int(one) for one in positions.split(",") if one.isdecimal() and len(one) < 5]
    return [found[position] for position in dict.fromkeys(wanted) if position < len(found)]


def page_of(reading: ReportReading, kind: str, positions: str) -> int | None:
    return next((one["page"] for one in sources(reading, kind, positions) if one["page"]), None)
