"""Files that people take away to fill in: what was in them, for when they come back."""

import hashlib
import zlib
from datetime import datetime, timedelta
from secrets import token_urlsafe

from evaltrack.models import User
from responses.matrix.document import Matrix
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer
from responses.models import Handout, ManagementResponse

KEPT = timedelta(days=365)  # since it was last taken away
LENGTH = 16  # bytes of a token: nobody guesses one


def issue(response: ManagementResponse, matrix: Matrix, format: str, by: User | None, now: datetime) -> str:
    """The token to hide in a file of this matrix: ``matrix`` is what stands in the file, not what could.

    Who takes the same away again gets the same token. ``by=None`` is the command line.
    """
    content = writer.write(matrix)
    digest = hashlib.sha256(content).hexdigest()
    same = Handout.objects.filter(response=response, sha256=digest, format=format, by=by)
    if known := same.order_by("pk").first():
        known.at = now
        known.save(update_fields=["at"])
        return known.token
    given = Handout.objects.create(
        token=token_urlsafe(LENGTH),
        response=response,
        format=format,
        packed=zlib.compress(content),
        sha256=digest,
        by=by,
        at=now,
    )
    return given.token


def found(token: str, user: User) -> Handout | None:
    """The file that was given out with the token; None where they may not see its response."""
    rows = Handout.objects.visible_to(user).select_related("response__evaluation__profile", "by")
    return rows.filter(token=token).first() if _is_ours(token) else None


def _is_ours(token: str) -> bool:
    """Whether it can be one at all: what stands in a stranger's file may be anything."""
    return token.isascii() and token.replace("-", "").replace("_", "").isalnum()


def matrix_of(handout: Handout) -> Matrix:
    """The matrix as it was given out."""
    return reader.restored(zlib.decompress(handout.packed).decode())


def forget(*, now: datetime) -> int:
    """Delete what nobody took away for a year; how many there were."""
    old = Handout.objects.filter(at__lt=now - KEPT)
    return old.delete()[1].get(Handout._meta.label, 0)
