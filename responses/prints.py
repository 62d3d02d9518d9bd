"""The official document at once: what was printed and has not changed since is read, not made again.

Kept are whole documents, under what they are made of, and the parts they were put together from, under what
those say. Nothing is lost with them: whatever is not there is made anew.
"""

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache as once
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db.models import Max, QuerySet
from django.utils import timezone

from evaltrack import stores
from evaltrack.documents import pdf as engine
from evaltrack.documents.assembly import Load
from evaltrack.models import AuditEntry, AuditSeal
from recommendations.profiles import Profile
from responses.editions import edition_now
from responses.matrix.build import build
from responses.matrix.writers import pdf, portfolio_pdf
from responses.matrix.writers.options import Options, chosen
from responses.matrix.writers.pdf import Sheet
from responses.models import KeyAction, ManagementResponse

FOLDER = "prints"  # in the store of files, whose own sweep passes it by
KEPT = timedelta(days=14)  # what nobody read
NOTED = timedelta(days=2)  # a file older than that is written anew when it is read, so that it stays
LONG = 300  # key actions: to print more takes longer than a request should
QUIET = timedelta(seconds=20)  # since the last change, before it is printed ahead of time
LOOKED_BACK = timedelta(minutes=15)
AT_ONCE = 10  # seconds after which one look begins nothing more, for other jobs have their turn
CLAIM = 180  # seconds after which whoever prints is taken for dead
WAIT = 60  # seconds
MADE_OF = (
    "evaltrack/documents/*.py",
    "responses/matrix/writers/*.py",
    "templates/matrix/pdf/*.html",
    f"static/{pdf.STYLESHEET}",
    "locale/*/LC_MESSAGES/django.mo",
)

logger = logging.getLogger(__name__)


def current(
    response: ManagementResponse,
    *,
    language: str | None = None,
    profile: Profile | None = None,
    options: Options | None = None,
    printed_on: date | None = None,
) -> bytes:
    """The PDF of a response as it stands. ``printed_on`` is today where it is not told.

    Raises ``evaltrack.documents.pdf.PdfUnavailableError``.
    """
    day = printed_on or timezone.localdate()
    asked = _asked("current", response.pk, language, profile, options, day)
    if (known := cache.get(asked)) and (content := _read(f"{known}.pdf")):
        return content
    sheet = sheet_of(response, language=language, profile=profile, options=options, printed_on=day)
    content = printed(sheet)
    cache.set(asked, _digest(sheet), int(KEPT.total_seconds()))
    return content


def sheet_of(
    response: ManagementResponse,
    *,
    language: str | None = None,
    profile: Profile | None = None,
    options: Options | None = None,
    printed_on: date | None = None,
) -> Sheet:
    """What is to be printed of a response as it stands."""
    options = options or Options()
    matrix = chosen(build(response), options)
    rules = profile or response.evaluation.profile.rules
    edition = edition_now(response, printed_on)
    return Sheet(matrix, rules, language or matrix.language, printed_on, edition, options)


def printed(sheet: Sheet, *, handout: str = "") -> bytes:
    """The PDF of it, kept or made. With a ``handout`` in it, it is put together anew, of parts that are kept.

    Raises ``evaltrack.documents.pdf.PdfUnavailableError``.
    """
    if handout:
        return _made(sheet, handout)
    digest = _digest(sheet)
    name = f"{digest}.pdf"
    if found := _read(name):
        return found
    with _claimed(digest) as is_ours:
        return (None if is_ours else _read(name)) or _new(name, lambda: _made(sheet))


def is_long(response: ManagementResponse) -> bool:
    actions = KeyAction.objects.filter(answer__response=response, removed_at=None)
    return actions.count() > LONG


def is_kept(sheet: Sheet) -> bool:
    return default_storage.exists(_place(f"{_digest(sheet)}.pdf"))


def portfolio(
    responses: Iterable[ManagementResponse],
    *,
    title: str,
    language: str,
    out: IO[bytes],
    printed_on: date | None = None,
    options: Options | None = None,
    told: Callable[[int], None] | None = None,
) -> None:
    """One PDF of many responses as they stand, in the order given, written to ``out``.

    ``language`` is that of the list and of the words of the forms; ``told`` is called with how many are
    ready, and may raise to give up. Raises ``evaltrack.documents.pdf.PdfUnavailableError``.
    """
    rows = list(responses)
    day = printed_on or timezone.localdate()
    name = f"{_asked('portfolio', [row.pk for row in rows], title, language, options, day)}.pdf"
    if _copy(name, out):
        return
    sheets = (sheet_of(row, language=language, options=options, printed_on=day) for row in rows)
    with tempfile.TemporaryFile() as made:
        portfolio_pdf.write(
            sheets,
            made,
            title=title,
            language=language,
            printed_on=day,
            keep=kept,
            look=_look(),
            told=told,
        )
        made.seek(0)
        _store(name, File(made))
        made.seek(0)
        shutil.copyfileobj(made, out)


# Ahead of time -------------------------------------------------------------------------------------------


def print_ahead(*, now: datetime) -> int:
    """Print what was changed and has been left alone since; how many documents.

    The history says what was changed: it is written in the transaction of the change.
    """
    changed = AuditEntry.objects.filter(parent_type="evaluation", at__gte=now - LOOKED_BACK)
    latest = changed.order_by().values_list("parent_id").annotate(at=Max("at"), newest=Max("pk"))
    count, begun = 0, time.monotonic()
    for evaluation, at, newest in latest.order_by("at"):
        seen = f"print-ahead:{evaluation}"
        if at > now - QUIET or cache.get(seen) == newest:
            continue
        if time.monotonic() - begun > AT_ONCE:
            break
        cache.set(seen, newest, 2 * int(LOOKED_BACK.total_seconds()))
        for response in _responses().filter(evaluation=evaluation):
            printed(sheet_of(response, printed_on=timezone.localdate(now)))
            count += 1
    return count


def print_one(response: int, *, language: str | None, options: Options, printed_on: date) -> None:
    """Print a response (its id) that takes longer than someone should wait."""
    for row in _responses().filter(pk=response):
        printed(sheet_of(row, language=language, options=options, printed_on=printed_on))


def _responses() -> QuerySet[ManagementResponse]:
    return ManagementResponse.objects.select_related("evaluation__profile").order_by("pk")


# What is kept --------------------------------------------------------------------------------------------


def kept(key: str, make: Callable[[], bytes]) -> Load:
    """The part of that key, from the store each time it is wanted, made where it is not there."""
    name = f"{key}.part"

    def load() -> bytes:
        return _read(name) or _new(name, make)

    if not default_storage.exists(_place(name)):
        made = _new(name, make)
        if not default_storage.exists(_place(name)):  # the store took nothing
            return lambda: made
    return load


def _new(name: str, make: Callable[[], bytes]) -> bytes:
    made = make()
    _store(name, ContentFile(made))
    return made


def _made(sheet: Sheet, handout: str = "") -> bytes:
    return pdf.write_sheet(sheet, handout=handout, keep=kept, look=_look())


def sweep(*, now: datetime) -> int:
    """Delete what nobody read for a while; how many files."""
    swept = 0
    for folder in _listed(FOLDER)[0]:
        for name in _listed(f"{FOLDER}/{folder}")[1]:
            path = f"{FOLDER}/{folder}/{name}"
            try:
                if default_storage.get_modified_time(path) < now - KEPT:
                    default_storage.delete(path)
                    swept += 1
            except FileNotFoundError:
                continue
    return swept


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        found: tuple[list[str], list[str]] = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return found


def _place(name: str) -> str:
    return f"{FOLDER}/{name[:2]}/{name}"


def _read(name: str) -> bytes | None:
    out = BytesIO()
    return out.getvalue() if _copy(name, out) else None


def _copy(name: str, out: IO[bytes]) -> bool:
    """Whether it is there; noted is that it was read."""
    path = _place(name)
    try:
        with default_storage.open(path) as stored:
            shutil.copyfileobj(stored, out)
        if default_storage.get_modified_time(path) < timezone.now() - NOTED:
            with default_storage.open(path) as stored:
                _store(name, File(BytesIO(stored.read())))
    except FileNotFoundError:
        return False
    except stores.faults():
        logger.exception("The file store failed")
        return False
    return True


def _store(name: str, content: "File[bytes]") -> None:
    """What cannot be stored is made again the next time."""
    try:
        default_storage.save(_place(name), content)
    except stores.faults():
        logger.exception("The file store failed")


@contextmanager
def _claimed(digest: str) -> Iterator[bool]:
    """Whether nobody else prints the same. Else it is waited for; not for ever, as printers die."""
    claim = f"printing:{digest}"
    ends = time.monotonic() + WAIT
    is_ours = cache.add(claim, 1, CLAIM)
    while not is_ours and cache.get(claim) and time.monotonic() < ends:
        time.sleep(0.1)
    try:
        yield is_ours
    finally:
        if is_ours:
            cache.delete(claim)


# Under what it is kept -----------------------------------------------------------------------------------


def _digest(sheet: Sheet) -> str:
    """Of all that decides what a document looks like; values that are equal are written alike."""
    return engine.key("matrix", _look(), repr(sheet))


def _asked(*asked: object) -> str:
    """Of what is wanted and of the moment: the last change anywhere that was sealed, and the last written."""
    position = AuditSeal.objects.aggregate(last=Max("position"))["last"]
    entry = AuditEntry.objects.aggregate(last=Max("pk"))["last"]
    return engine.key("asked", _look(), repr(asked), f"{position} {entry}")


@once
def _look() -> str:
    """Of everything that is the same for all documents of a version of EvalTrack."""
    digest = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
