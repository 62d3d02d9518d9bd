"""Many matrices as one file: asked for, printed one by one by a worker, put together, kept for a week.

Whoever works on it may be killed at any moment: its claim ends by itself, each document that was printed is
kept (``prints``), and the next worker goes on from there. In memory is one document at a time.
"""

import hashlib
import logging
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit, notifications, stores
from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.errors import Refused
from evaltrack.files import MissingError
from evaltrack.models import User
from evaltrack.zones import local_day
from responses import kinds, prints
from responses.bulk_files import pack
from responses.choices import BulkForm, BulkState
from responses.models import BulkExport, BulkItem, ManagementResponse
from responses.permissions import oversees

FOLDER = "exports"  # in the store of files, whose own sweep passes it by
KEPT = timedelta(days=7)
LEASE = timedelta(minutes=10)
ATTEMPTS = 3  # of workers that got nothing done
MOST = 5_000  # responses in one file
AT_ONCE = 3  # unfinished ones of one person
SLICE = 20.0  # seconds after which other jobs have their turn
CHUNK = 1024 * 1024

logger = logging.getLogger(__name__)


# By hand --------------------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    responses: QuerySet[ManagementResponse],
    form: str,
    *,
    by: User,
    now: datetime,
    language: str,
    title: str = "",
) -> BulkExport:
    """Have these responses printed into one file, in their order.

    Raises PermissionDenied, and Refused for none, for too many, and where several are being made already.
    """
    if not oversees(by):
        raise PermissionDenied
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    chosen = list(responses.filter(pk__in=_seen(by)).values_list("pk", flat=True)[: MOST + 1])
    if not chosen:
        raise Refused(_("There is nothing to print: none of these evaluations has a response."))
    if len(chosen) > MOST:
        raise Refused(_("At most %(most)d matrices go into one file. Narrow the filters.") % {"most": MOST})
    if BulkExport.objects.unfinished().filter(person=by).count() >= AT_ONCE:
        raise Refused(
            _("%(count)d exports of yours are still being made. Wait for one, or cancel it.")
            % {"count": AT_ONCE}
        )
    export = BulkExport.objects.create(
        person=by, form=form, language=language, printed_on=local_day(now, by.time_zone), asked_at=now,
        title=" ".join(title.split())[:200] or _("Management responses"),
    )  # fmt: skip
    BulkItem.objects.bulk_create(
        (BulkItem(export=export, response_id=pk, order=order) for order, pk in enumerate(chosen)),
        batch_size=500,
    )
    audit.record("asked_for", export, by=by, changes={"matrices": (0, len(chosen)), "form": ("", form)})
    return export


def _seen(person: User) -> QuerySet[ManagementResponse]:
    return ManagementResponse.objects.visible_to(person).values("pk")  # type: ignore[return-value]


@transaction.atomic
def cancel(export: BulkExport, *, by: User, now: datetime) -> None:
    """Stop making it; a worker that is at it finds out with the next document.

    Raises PermissionDenied, and Refused once it is over.
    """
    export = _own(export, by)
    if not BulkExport.objects.unfinished().filter(pk=export.pk).exists():
        raise Refused(_("It is finished already."))
    export.state, export.claim, export.claimed_until, export.finished_at = BulkState.CANCELLED, "", None, now
    export.save()
    audit.record("cancelled", export, by=by)


@transaction.atomic
def remove(export: BulkExport, *, by: User) -> None:
    """Delete the file before its time. Raises Refused while it is being made."""
    export = _own(export, by)
    if export.state != BulkState.READY:
        raise Refused(_("There is no file of it."))
    _discard(export)
    audit.record("removed", export, by=by)


def read(export: BulkExport, *, by: User) -> IO[bytes]:
    """The file, to be closed by the caller.

    Raises PermissionDenied for others than who asked for it, and for those who export no more; MissingError.
    """
    if export.person_id != by.pk or not oversees(by):
        raise PermissionDenied
    if export.state != BulkState.READY:
        raise MissingError
    opened: IO[bytes] = default_storage.open(export.file)
    return opened


def _own(export: BulkExport, by: User) -> BulkExport:
    export = BulkExport.objects.select_for_update().get(pk=export.pk)
    if export.person_id != by.pk:
        raise PermissionDenied
    return export


def _discard(export: BulkExport) -> None:
    if export.file:
        transaction.on_commit(lambda name=export.file: default_storage.delete(name))  # type: ignore[misc]
    export.state, export.file, export.size = BulkState.GONE, "", 0
    export.save(update_fields=["state", "file", "size"])


# By a worker ----------------------------------------------------------------------------------------------


class _Stopped(Exception):  # noqa: N818
    """It was cancelled, or another worker has it."""


@dataclass
class _Worker:
    """A claim on one export. The time goes on from that at which the job began."""

    export: BulkExport
    begun_at: datetime
    begun: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> datetime:
        return self.begun_at + timedelta(seconds=time.monotonic() - self.begun)

    def hold(self, **values: Any) -> None:
        """Keep the claim, and note what was done. Raises :class:`_Stopped`."""
        mine = BulkExport.objects.unfinished().filter(pk=self.export.pk, claim=self.export.claim)
        if not mine.update(claimed_until=self.now + LEASE, **values):
            raise _Stopped


def work(*, now: datetime, seconds: float = SLICE) -> bool:
    """Work on what is waiting for about so long; whether there is more to do."""
    begun = time.monotonic()
    for pk in list(BulkExport.objects.unfinished().order_by("asked_at", "pk").values_list("pk", flat=True)):
        left = seconds - (time.monotonic() - begun)
        if left <= 0:
            return True
        export = _claim(pk, now)
        if export and not _work_on(_Worker(export, now), left):
            BulkExport.objects.filter(pk=pk, claim=export.claim).update(claimed_until=None)
            return True
    return False


def _claim(pk: int, now: datetime) -> BulkExport | None:
    mark = secrets.token_hex(16)
    free = BulkExport.objects.unfinished().filter(Q(claimed_until=None) | Q(claimed_until__lt=now), pk=pk)
    if not free.update(claim=mark, claimed_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return BulkExport.objects.select_related("person").get(pk=pk)


def _work_on(worker: _Worker, seconds: float) -> bool:
    """Print what is left for so long, then put it together; whether it is over."""
    export = worker.export
    try:
        if export.attempts > ATTEMPTS:
            raise Refused(_("Making it was broken off several times. Ask for fewer evaluations at once."))
        if not _print(worker, seconds):
            return False
        _finish(worker)
    except _Stopped:
        return True
    except PdfUnavailableError:
        _fail(worker, _("This server cannot make PDFs at the moment. Try again later."))
    except stores.faults():
        logger.exception("Export %s could not be stored", export.pk)
        _fail(worker, _("The file store does not answer. Try again in a while."))
    except Refused as refusal:
        _fail(worker, str(refusal))
    return True


def _print(worker: _Worker, seconds: float) -> bool:
    """Print each document that is not printed yet, so that it is kept; False where the time is over."""
    export, begun = worker.export, time.monotonic()
    worker.hold(state=BulkState.PRINTING)
    left = export.items.filter(done=False).order_by("order").values_list("pk", "response")
    for pk, response in list(left):
        if time.monotonic() - begun > seconds:
            return False
        BulkItem.objects.filter(pk=pk).update(done=True, failed=_print_one(export, response))
        worker.hold(attempts=0)
    return True


def _print_one(export: BulkExport, pk: int) -> str:
    """Print one as it will be in the file; why it cannot be, where it cannot."""
    with translation.override(export.language):
        row = _rows(export, [pk]).first()
        if row is None:
            return _("You may not see it any more.")
        try:
            document(export, row)
        except PdfUnavailableError:
            raise
        except Exception:  # one that cannot be printed must not keep all others from being handed out
            logger.exception("Response %s could not be printed for export %s", pk, export.pk)
            return _("It could not be printed.")
    return ""


def document(export: BulkExport, response: ManagementResponse) -> bytes:
    """The PDF of one response as it is in the file, from what is kept where it was printed before."""
    language = export.language if export.form == BulkForm.PDF else None
    return prints.current(response, language=language, printed_on=export.printed_on)


def _rows(export: BulkExport, keys: Iterable[int]) -> QuerySet[ManagementResponse]:
    """The responses that whoever asked may still see."""
    rows = ManagementResponse.objects.visible_to(export.person).filter(pk__in=list(keys))
    return rows.select_related("evaluation__profile", "office")


def _finish(worker: _Worker) -> None:
    """Put it together on the disk, and hand it to the store; it is ready once both are done."""
    export = worker.export
    worker.hold(state=BulkState.PACKING)
    if not export.items.filter(done=True, failed="").exists():
        raise Refused(_("None of the matrices could be printed."))
    with tempfile.TemporaryFile() as made:
        with translation.override(export.language):
            if export.form == BulkForm.PDF:
                prints.portfolio(
                    _in_order(export), title=export.title, language=export.language, out=made,
                    printed_on=export.printed_on, told=lambda _count: worker.hold(),
                )  # fmt: skip
            else:
                found = _Documents(worker)
                pack(made, export.items.order_by("order"), found, printed_on=export.printed_on)
        size, digest = made.tell(), hashlib.sha256()
        made.seek(0)
        while piece := made.read(CHUNK):
            digest.update(piece)
        worker.hold()
        made.seek(0)
        ending = "pdf" if export.form == BulkForm.PDF else "zip"
        name = default_storage.save(f"{FOLDER}/{export.pk}-{export.claim}.{ending}", File(made))
    try:
        _ready(worker, name, size, digest.hexdigest())
    except BaseException:
        default_storage.delete(name)
        raise


def _in_order(export: BulkExport) -> list[ManagementResponse]:
    keys = list(
        export.items.filter(done=True, failed="").order_by("order").values_list("response", flat=True)
    )
    rows = {row.pk: row for row in _rows(export, keys)}
    return [rows[key] for key in keys if key in rows]


@dataclass
class _Documents:
    """The documents one by one, by the key of the response; each look keeps the claim."""

    worker: _Worker

    def __call__(self, key: int) -> tuple[ManagementResponse, bytes] | None:
        self.worker.hold()
        row = _rows(self.worker.export, [key]).first()
        return (row, document(self.worker.export, row)) if row else None


@transaction.atomic
def _ready(worker: _Worker, name: str, size: int, digest: str) -> None:
    export, now = worker.export, worker.now
    worker.hold(
        state=BulkState.READY, file=name, size=size, sha256=digest, finished_at=now, kept_until=now + KEPT
    )
    missing = export.items.exclude(failed="").count()

    def text() -> str:
        if not missing:
            return _("“%(title)s” is ready. It is kept for a week.") % {"title": export.title}
        return ngettext(
            "“%(title)s” is ready, without %(count)d matrix that could not be printed.",
            "“%(title)s” is ready, without %(count)d matrices that could not be printed.",
            missing,
        ) % {"title": export.title, "count": missing}

    _tell(export, text, now)


@transaction.atomic
def _fail(worker: _Worker, sentence: str) -> None:
    export, now = worker.export, worker.now
    mine = BulkExport.objects.unfinished().filter(pk=export.pk, claim=export.claim)
    if mine.update(state=BulkState.FAILED, refusal=sentence, finished_at=now, claimed_until=None):
        _tell(export, lambda: _("“%(title)s” could not be made.") % {"title": export.title}, now, sentence)


def _tell(export: BulkExport, text: Callable[[], str], now: datetime, detail: str = "") -> None:
    notifications.tell(
        [export.person],
        kinds.EXPORT_READY,
        key=f"bulkexport.{export.pk}/over",
        about=f"bulkexport.{export.pk}",
        text=text,
        detail=detail,
        url=reverse("export", args=[export.pk]),
        now=now,
    )


# When the week is over ------------------------------------------------------------------------------------


def forget(*, now: datetime) -> int:
    """Delete the files whose time is over, and those that a killed worker left behind; how many."""
    over = BulkExport.objects.filter(state=BulkState.READY, kept_until__lt=now).order_by("pk")
    count = 0
    for export in over:
        with transaction.atomic():
            _discard(export)
        count += 1
    return count + sum(_forget_stray(name, now) for name in _strays())


def _strays() -> Iterator[str]:
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    known = set(BulkExport.objects.exclude(file="").values_list("file", flat=True))
    yield from (f"{FOLDER}/{name}" for name in names if f"{FOLDER}/{name}" not in known)


def _forget_stray(name: str, now: datetime) -> int:
    try:
        if default_storage.get_modified_time(name) > now - timedelta(days=1):
            return 0
        default_storage.delete(name)
    except FileNotFoundError:
        return 0
    return 1


def progress(export: BulkExport) -> tuple[int, int]:
    """How many documents are printed, and how many there are."""
    return export.items.filter(done=True).count(), export.items.count()
