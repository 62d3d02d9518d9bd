"""Taking a file over: all that was chosen of it in one transaction, or nothing. It counts once."""

import hashlib
from dataclasses import replace
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import Office, User
from responses import handouts, imports
from responses.choices import ImportState
from responses.importing import choosing
from responses.importing.bringing import locked, may_bring_into
from responses.importing.taking import Taking
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.writers import json as writer
from responses.models import ManagementResponse, MatrixImport
from responses.wording import lock


class StaleError(Refused):
    """What the person looked at is not what would be written now; nothing was, and no choice is lost."""


@transaction.atomic
def commit(
    one: MatrixImport, *, by: User, now: datetime, today: date, seen: str, office: Office | None = None
) -> ManagementResponse:
    """Write what was understood, or what was chosen of it, into its evaluation; without one into a new one.

    ``office`` is that of a new evaluation, ``seen`` what the page showed (:func:`showing`). Raises
    PermissionDenied; :class:`StaleError` where that is different now; Refused where something keeps it out or
    is still to be decided, or it was done.
    """
    one = locked(one, by)
    if one.state != ImportState.READ:
        raise Refused(_("The file has not been read yet."))
    if one.evaluation and not may_bring_into(by, one.evaluation, one.response):
        raise PermissionDenied
    if choosing.goes_into_a_matrix(one):
        response = _take(one, by=by, now=now, seen=seen)
    else:
        response = _load(one, by=by, now=now, today=today, seen=seen, office=office)
    one.state, one.settled_at = ImportState.COMMITTED, now
    one.response, one.evaluation = response, response.evaluation
    one.save(update_fields=["state", "settled_at", "response", "evaluation", "done"])
    return response


def showing(one: MatrixImport, by: User) -> str:
    """What a page shows of it, in short: where that is different later, it is to be looked at again."""
    if choosing.goes_into_a_matrix(one):
        return choosing.choices_of(one, by).comparison.seen
    return digest(choosing.matrix_of(one))


def digest(matrix: Matrix) -> str:
    return hashlib.sha256(writer.write(matrix)).hexdigest()[:32]


def hindrances(one: MatrixImport) -> list[str]:
    """What keeps it from making a new matrix: a sentence each, path first."""
    matrix = choosing.matrix_of(one)
    return imports.hindrances(matrix, imports.profile_of(matrix, one.evaluation))


def _load(
    one: MatrixImport, *, by: User, now: datetime, today: date, seen: str, office: Office | None
) -> ManagementResponse:
    matrix = choosing.matrix_of(one)
    if digest(matrix) != seen:
        raise StaleError(_("It was mended meanwhile, perhaps in another window. Look again."))
    made = one.evaluation is None
    begun = bool(one.evaluation and one.evaluation.responses.exists())
    if one.evaluation:
        record = replace(matrix.evaluation, reference=one.evaluation.reference)
        matrix = replace(matrix, evaluation=record)
    elif imports.is_taken(matrix.evaluation.reference):
        raise Refused(
            _(
                "There is an evaluation with the reference %(reference)s already. Change the reference, or"
                " bring the file in there."
            )
            % {"reference": matrix.evaluation.reference}
        )
    before = _record(one)
    response = imports.load(
        matrix, evaluation=one.evaluation, office=office, by=by, today=today, now=now, source=_source(one)
    )
    one.done = {
        "kind": "made" if made else "loaded",
        "opened": not begun,
        "matrix": digest(build(response)),
        "before": before,
    }
    return response


def _record(one: MatrixImport) -> dict[str, str]:
    """The evaluation's own fields that an import fills in."""
    names = ("short_title", "conducted", "language")
    return {name: getattr(one.evaluation, name) for name in names} if one.evaluation else {}


def _take(one: MatrixImport, *, by: User, now: datetime, seen: str) -> ManagementResponse:
    response = one.response
    assert response  # noqa: S101 - for mypy; see goes_into_a_matrix
    lock(response)
    choices = choosing.choices_of(one, by)
    if choices.comparison.seen != seen:
        raise StaleError(choosing.STALE())
    if left := len(choices.open):
        raise Refused(
            ngettext(
                "%(count)d difference is to be decided yet: take what is in the file, or keep what is here.",
                "%(count)d differences are to be decided yet: take what is in the file, or keep what is"
                " here.",
                left,
            )
            % {"count": left}
        )
    if not choices.taken:
        raise Refused(_("Nothing of the file was chosen, so there is nothing to take over. Discard it."))
    done = Taking(response, choices, by=by, now=now).take()
    one.done = done.as_data()
    changes = {**_source(one), "changes": (0, done.count)}
    if token := one.draft["handout"]:
        given = handouts.found(token, by)
        changes |= {"given_out": ("", given.at)} if given else {}
    audit.record("imported", response, by=by, parent=response.evaluation, changes=changes)
    return response


def _source(one: MatrixImport) -> dict[str, tuple[str, str]]:
    """What the history says of the file."""
    said = {"document": one.name, "file": one.file.sha256 if one.file else ""}
    return {name: ("", value) for name, value in said.items() if value}
