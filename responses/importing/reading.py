"""Reading what was handed in: by a worker, in a process of its own, at most three times.

What is to be read stands in the rows. A worker takes one on by a conditional update; one that is killed
meanwhile is followed by another once ``LEASE`` is over.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from evaltrack import apart, files, stores
from evaltrack.errors import Refused
from evaltrack.models import StoredFile
from recommendations.models import RuleProfile
from responses import handouts
from responses.choices import ImportState
from responses.importing import kept_columns
from responses.matrix.readers import apart as program
from responses.models import MatrixImport

LEASE = timedelta(minutes=3)  # longer than reading takes at most
TRIES = 3

logger = logging.getLogger(__name__)


def read_next(*, now: datetime) -> bool:
    """Read the one that has waited longest; whether there was one."""
    for pk in list(_waiting(now).values_list("pk", flat=True)[:10]):
        if _take_on(pk, now):
            _read(MatrixImport.objects.select_related("file", "by", "evaluation__profile").get(pk=pk), now)
            return True
    return False


def _free(now: datetime) -> Q:
    waits = Q(state=ImportState.WAITING)
    return waits | Q(state=ImportState.READING, claimed_until__lt=now)


def _waiting(now: datetime) -> Any:
    rows = MatrixImport.objects.filter(_free(now)).order_by("at", "pk")
    # What the scanner has not looked at yet is not read; where there is none, nothing waits for it.
    return rows.exclude(file__scan=StoredFile.Scan.WAITING) if settings.CLAMD_URL else rows


def _take_on(pk: int, now: datetime) -> bool:
    taken = MatrixImport.objects.filter(_free(now), pk=pk).update(
        state=ImportState.READING, claimed_until=now + LEASE, attempts=F("attempts") + 1
    )
    return bool(taken)


def _read(one: MatrixImport, now: datetime) -> None:
    language = (one.by.language if one.by else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            values = _outcome(one)
        except Refused as refusal:
            values = {"state": ImportState.REFUSED, "refusal": str(refusal)}
        except stores.faults() as fault:
            logger.warning("%s cannot be read: %s", one.pk, fault)
            return  # the lease ends, and it is tried again
    # Whoever took it on after our lease had ended has the say.
    mine = MatrixImport.objects.filter(pk=one.pk, state=ImportState.READING, attempts=one.attempts)
    mine.update(**values, claimed_until=None, read_at=now)


def _outcome(one: MatrixImport) -> dict[str, Any]:
    """The columns to set. Raises Refused with the sentence for the person."""
    if one.attempts > TRIES:
        raise Refused(
            _(
                "Reading was begun %(tries)d times and never came to its end. Save the file anew, or bring a"
                " part of it."
            )
            % {"tries": TRIES}
        )
    if one.file and not files.is_open(one.file):
        raise Refused(files.infected(one.name, one.file.scan_says))
    told = read_apart(
        _content(one),
        one.name,
        profile=one.profile,
        language=one.language,
        mapping=one.columns or (),
        pasted=one.file_id is None,
        rules=one.evaluation.profile if one.evaluation else None,
    )
    if not one.columns and (known := kept_columns.known(one.by, told["tables"])):
        one.columns = known
        return {**_outcome(one), "columns": known}
    if "reading" not in told:
        return {"state": ImportState.COLUMNS, "tables": told["tables"], "refusal": told["refusal"]}
    values: dict[str, Any] = {
        "state": ImportState.READ,
        "reading": told["reading"],
        "draft": told["reading"],
        "tables": told["tables"],
    }
    token = told["reading"]["handout"]
    given = handouts.found(token, one.by) if token and one.by else None
    if given and one.evaluation_id is None:  # what we gave out ourselves finds its way back
        values |= {"response": given.response, "evaluation": given.response.evaluation}
    return values


def _content(one: MatrixImport) -> bytes:
    if one.file is None:
        return one.pasted.encode("utf-8", "replace")
    try:
        with files.read(one.file) as content:
            return content.read()
    except files.MissingError as error:
        raise Refused(_("The file is no longer in the store. Bring it in again.")) from error


def read_apart(
    content: bytes,
    name: str,
    *,
    profile: str = "",
    language: str = "",
    mapping: Sequence[dict[str, Any]] = (),
    pasted: bool = False,
    rules: RuleProfile | None = None,
) -> dict[str, Any]:
    """What ``readers.apart.understood`` says of the bytes; ``rules`` is the version of the profile to go by.

    Raises Refused, where it was ended as well.
    """
    latest = {one.slug: one.data for one in RuleProfile.objects.latest_versions()}
    if rules:
        latest[rules.slug] = rules.data
    return run(
        content,
        name,
        profile=profile,
        language=language,
        mapping=mapping,
        pasted=pasted,
        known=list(latest.values()),
    )


def run(
    content: bytes,
    name: str,
    *,
    known: Sequence[dict[str, Any]],
    profile: str = "",
    language: str = "",
    mapping: Sequence[dict[str, Any]] = (),
    pasted: bool = False,
) -> dict[str, Any]:
    """As :func:`read_apart`, with the rule profiles handed in as data."""
    told: dict[str, Any] = apart.run(
        program.understood,
        content,
        with_models=True,
        name=name,
        profile=profile,
        known=list(known),
        text_language=language,
        mapping=list(mapping),
        pasted=pasted,
    )
    return told
