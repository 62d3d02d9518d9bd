"""The file store: bytes under their SHA-256, each once, and a row that says what they are.

What stands in the row is decided in the database, the bytes follow in the same transaction: its uncommitted
row keeps the sweep away from bytes that are just being written. What a crash leaves behind is swept a day
later.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Q, QuerySet
from django.utils.translation import gettext as _

from evaltrack import media, previews, stores
from evaltrack.errors import Refused
from evaltrack.models import StoredFile

MEGABYTE = 1024 * 1024
KEPT = timedelta(days=1)  # what nothing refers to
AT_ONCE = 200  # rows of a sweep
_OURS = re.compile(r"([0-9a-f]{64})(\.(small|large)\.webp)?")

logger = logging.getLogger(__name__)


class MissingError(FileNotFoundError):
    """The row is there, the bytes are not."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in: its bytes, to be read from the start, and the name it was given."""

    content: IO[bytes]
    name: str
    size: int | None = None  # in bytes, where whoever sent it said so


def most() -> int:
    """How large a file may be, in bytes."""
    return int(settings.MAX_UPLOAD_MB) * MEGABYTE


def store(upload: Upload, *, now: datetime) -> StoredFile:
    """Keep the bytes, unless they are there already, and say what they are.

    Called outside any transaction where it can be, because a store may be slow. Raises Refused for a file
    that is empty, too large, of a type not allowed or infected, and where the store does not answer.
    """
    name = media.clean_name(upload.name)
    if upload.size is not None and upload.size > most():
        raise Refused(media.too_large(name, most()))
    facts = media.examine(upload.content, name, most=most())
    try:
        return _keep(facts, upload.content, name, now)
    except stores.faults() as fault:
        logger.exception("The file store failed")
        raise Refused(
            _("“%(name)s” could not be stored: the file store does not answer. Try again in a while.")
            % {"name": name}
        ) from fault


@transaction.atomic
def _keep(facts: media.Facts, content: IO[bytes], name: str, now: datetime) -> StoredFile:
    row, made = StoredFile.objects.select_for_update().get_or_create(
        sha256=facts.sha256,
        defaults={
            "size": facts.size,
            "media_type": facts.kind.media_type,
            "content": _place(facts.sha256),
            "scan": StoredFile.Scan.WAITING if settings.CLAMD_URL else StoredFile.Scan.NONE,
            "preview": _preview_of(facts.kind),
            "stored_at": now,
        },
    )
    if row.scan == StoredFile.Scan.INFECTED:
        raise Refused(infected(name, row.scan_says))
    place = _place(row.sha256)
    if made or not default_storage.exists(place):
        content.seek(0)
        default_storage.save(place, File(content))
    if not made:
        row.stored_at = now
        row.save(update_fields=["stored_at"])
    return row


def _place(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _preview_of(kind: media.Kind) -> StoredFile.Preview:
    return StoredFile.Preview.WAITING if kind.pictured else StoredFile.Preview.NONE


def infected(name: str, found: str) -> str:
    return _("“%(name)s” was not kept: the malware scanner found %(found)s in it.") % {
        "name": name,
        "found": found or _("something"),
    }


def read(row: StoredFile) -> IO[bytes]:
    """Its bytes, to be closed by the caller. Raises :class:`MissingError`."""
    return _opened(row.content.name)


def read_picture(row: StoredFile, *, large: bool) -> IO[bytes]:
    """A picture of it, WebP, to be closed by the caller. Raises :class:`MissingError`."""
    return _opened((row.enlarged if large else row.thumbnail).name)


def _opened(name: str | None) -> IO[bytes]:
    if not name:
        raise MissingError
    try:
        opened: IO[bytes] = default_storage.open(name)
    except FileNotFoundError as error:
        logger.exception("The file store has lost %s", name)
        raise MissingError from error
    return opened


def is_open(row: StoredFile) -> bool:
    """Whether those who may see it may download it: where a scanner is configured, once it has said so."""
    clean = row.scan in (StoredFile.Scan.CLEAN, StoredFile.Scan.NONE)
    return clean or (row.scan == StoredFile.Scan.WAITING and not settings.CLAMD_URL)


def keep_pictures(row: StoredFile, made: previews.Pictures) -> None:
    """Store the pictures of a file and say that there are some."""
    row.thumbnail.name = default_storage.save(f"{_place(row.sha256)}.small.webp", ContentFile(made.small))
    row.enlarged.name = default_storage.save(f"{_place(row.sha256)}.large.webp", ContentFile(made.large))
    row.preview = StoredFile.Preview.MADE
    row.save(update_fields=["thumbnail", "enlarged", "preview"])


def discard_bytes(row: StoredFile) -> None:
    """Take the bytes and pictures out of the store; the row stays and tells what they were."""
    for field in (row.content, row.thumbnail, row.enlarged):
        if field.name:
            default_storage.delete(field.name)
            field.name = ""
    row.preview = StoredFile.Preview.NONE
    row.save(update_fields=["content", "thumbnail", "enlarged", "preview"])


# What nothing refers to ----------------------------------------------------------------------------------


def referred_to() -> Q:
    """Files that a row of some storey refers to (as a Q on StoredFile)."""
    found = Q(pk=None)
    # Those without a name on this side as well, which ``related_objects`` leaves out.
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        used = relation.related_model._default_manager.filter(**{f"{relation.field.name}__isnull": False})
        found |= Q(pk__in=used.values(relation.field.name))
    return found


def sweep(*, now: datetime) -> int:
    """Delete what was uploaded and never attached, and bytes without a row; how many those were."""
    idle = StoredFile.objects.filter(stored_at__lt=now - KEPT).exclude(scan=StoredFile.Scan.INFECTED)
    rows = idle.exclude(referred_to()).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    swept = sum(_sweep_row(pk, now) for pk in list(rows))
    return swept + sum(_sweep_stray(name, now) for name in list(_names()))


@transaction.atomic
def _sweep_row(pk: int, now: datetime) -> int:
    """The bytes go first, under the lock that whoever attaches them takes, too."""
    rows: QuerySet[StoredFile] = StoredFile.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=pk, stored_at__lt=now - KEPT).first()
    if row is None or StoredFile.objects.filter(referred_to(), pk=pk).exists():
        return 0
    for field in (row.content, row.thumbnail, row.enlarged):
        if field.name:
            default_storage.delete(field.name)
    row.delete()
    return 1


def _names() -> Iterator[str]:
    """Everything in the store that no row of that digest could own, or that was never written to its end."""
    try:
        folders = default_storage.listdir("")[0]
    except FileNotFoundError:
        return
    for folder in sorted(one for one in folders if re.fullmatch("[0-9a-f]{2}", one)):
        there = default_storage.listdir(folder)[1]
        known = set(StoredFile.objects.filter(sha256__startswith=folder).values_list("sha256", flat=True))
        for name in there:
            ours = _OURS.fullmatch(name)
            if name.startswith(stores.PART) or (ours and ours[1] not in known):
                yield f"{folder}/{name}"


@transaction.atomic
def _sweep_stray(path: str, now: datetime) -> int:
    """Under a row of that digest, which is taken back: who stores the same just now waits, or we do."""
    try:
        if default_storage.get_modified_time(path) > now - KEPT:
            return 0
    except FileNotFoundError:
        return 0
    ours = _OURS.fullmatch(path.rpartition("/")[2])
    if ours:
        try:
            with transaction.atomic():
                row = StoredFile.objects.create(sha256=ours[1], size=0, media_type="", stored_at=now)
        except IntegrityError:
            return 0
        default_storage.delete(path)
        row.delete()
    else:
        default_storage.delete(path)
    return 1


# Does the store hold what it should? ---------------------------------------------------------------------


def faults() -> Iterator[str]:
    """A sentence for each file whose bytes are gone or are not those that were stored."""
    rows = StoredFile.objects.exclude(scan=StoredFile.Scan.INFECTED).order_by("pk")
    for row in rows.iterator(chunk_size=500):
        try:
            with read(row) as content:
                digest, size = sha256(), 0
                while piece := content.read(media.CHUNK):
                    digest.update(piece)
                    size += len(piece)
        except MissingError:
            yield f"{row.sha256}: the bytes are gone"
            continue
        if digest.hexdigest() != row.sha256:
            yield f"{row.sha256}: the bytes are others ({size} B of {row.size} B)"
