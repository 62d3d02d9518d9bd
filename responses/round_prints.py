"""The closed round on paper: the PDF as first printed is kept, so that a reprint is always the same."""

import hashlib
from datetime import datetime
from io import BytesIO

from django.db import transaction

from evaltrack import files
from evaltrack.errors import Refused
from evaltrack.files import MissingError, Upload
from responses.models import RoundMatrix, Snapshot


def kept(snapshot: Snapshot) -> bytes | None:
    """The PDF of a round's snapshot as it was first printed; None where it was not, or its bytes are gone."""
    matrix = snapshot.rounds.select_related("printed").first()
    if matrix is None or matrix.printed is None:
        return None
    try:
        with files.read(matrix.printed) as opened:
            content = opened.read()
    except MissingError:
        return None
    return content if hashlib.sha256(content).hexdigest() == matrix.printed.sha256 else None


def keep(snapshot: Snapshot, content: bytes, *, now: datetime) -> bytes:
    """Keep the first print; what is kept, of two printed at once the one that came first.

    Where the store cannot take it, it is handed out all the same and kept the next time.
    """
    name = f"{snapshot.response.evaluation.reference}.pdf"
    try:
        stored = files.store(Upload(BytesIO(content), name, len(content)), now=now)
    except Refused:
        return content
    with transaction.atomic():
        row = RoundMatrix.objects.select_for_update(no_key=True).filter(snapshot=snapshot).first()
        if row and row.printed_id is None:
            row.printed = stored
            row.save(update_fields=["printed"])
    return kept(snapshot) or content


def to_print() -> list[int]:
    """The snapshots (ids) of closed rounds that were not printed yet."""
    rows = RoundMatrix.objects.exclude(snapshot=None).filter(printed=None).order_by("pk")
    return [pk for pk in rows.values_list("snapshot", flat=True) if pk]
