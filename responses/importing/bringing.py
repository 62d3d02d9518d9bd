"""Handing in a file, or a table that was pasted; having it read again; leaving it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit, files, media
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import StoredFile, User
from recommendations.models import Evaluation
from recommendations.permissions import may_edit, may_enter
from responses.choices import ImportState
from responses.models import ManagementResponse, MatrixImport
from responses.permissions import access

ENDINGS = ("docx", "pdf", "xlsx", "csv", "tsv", "json", "txt", "md")
LONGEST_PASTE = 2_000_000  # characters
MOST_UNREAD = 20  # files of one person that wait to be read

# What comes in their place.
OTHER_FORMS = {
    "doc": "docx", "dot": "docx", "docm": "docx", "rtf": "docx", "odt": "docx", "pages": "docx",
    "xls": "xlsx", "xlsm": "xlsx", "ods": "xlsx", "numbers": "xlsx",
}  # fmt: skip


def may_bring_into(user: User, evaluation: Evaluation, response: ManagementResponse | None) -> bool:
    """Whoever can write anything of it: the rules say for each cell whether they may."""
    if response is None:
        return may_edit(user, evaluation)
    held = access(user, response)
    steers = held.respond or held.report or held.edit_recommendations
    return steers or bool(held.drafts or held.own_actions)


def bring(
    upload: Upload | None,
    pasted: str = "",
    *,
    by: User,
    now: datetime,
    evaluation: Evaluation | None = None,
    response: ManagementResponse | None = None,
    profile: str = "",
    language: str = "",
) -> MatrixImport:
    """Hand in a file, or the text of a table; it waits to be read.

    Called outside any transaction, because storing may be slow. Raises PermissionDenied; Refused for a file
    of a type that no matrix comes in, what ``files.store`` refuses, and where too many wait already.
    """
    evaluation = response.evaluation if response else evaluation
    _check(by, evaluation, response)
    if MatrixImport.objects.filter(by=by, state__in=_UNREAD).count() >= MOST_UNREAD:
        raise Refused(
            _("%(most)d of your files wait to be read already. Wait until they are.") % {"most": MOST_UNREAD}
        )
    name, stored = _("Pasted table"), None
    if upload is not None:
        name = media.clean_name(upload.name)
        stored = files.store(_typed(upload, name), now=now)
    elif len(pasted) > LONGEST_PASTE:
        raise Refused(_("That is too much to paste. Save it as a file and bring that in."))
    elif not pasted.strip():
        raise Refused(_("Choose a file, or paste a table."))
    with transaction.atomic():
        if stored:
            StoredFile.objects.select_for_update().get(pk=stored.pk)  # the sweep waits
        made = MatrixImport.objects.create(
            evaluation=evaluation,
            response=response,
            file=stored,
            pasted="" if stored else pasted.replace("\0", ""),
            name=name,
            profile=evaluation.profile.slug if evaluation else profile,
            language=language,
            by=by,
            at=now,
        )
        said = {"document": ("", name), "file": ("", stored.sha256 if stored else "")}
        audit.record("uploaded", made, by=by, changes=said)
    return made


_UNREAD = (ImportState.WAITING, ImportState.READING)


def _check(by: User, evaluation: Evaluation | None, response: ManagementResponse | None) -> None:
    if not (may_bring_into(by, evaluation, response) if evaluation else may_enter(by)):
        raise PermissionDenied
    if evaluation and response is None and evaluation.recommendations.present().exists():
        raise Refused(
            _(
                "%(evaluation)s has recommendations and no management response yet. Ask for the response"
                " first, then bring the file in there."
            )
            % {"evaluation": evaluation}
        )


def _typed(upload: Upload, name: str) -> Upload:
    """The upload under a name by which the file store knows its type. Raises Refused for other types."""
    ending = media.ending_of(name)
    if ending in OTHER_FORMS:
        raise Refused(
            _("“%(name)s” is of a type that is not read. Open it, save it as %(form)s, and bring that in.")
            % {"name": name, "form": OTHER_FORMS[ending].upper()}
        )
    if ending not in ENDINGS:
        raise Refused(
            _("“%(name)s” is of a type that no matrix comes in. These are read: %(allowed)s.")
            % {"name": name, "allowed": ", ".join(one.upper() for one in ENDINGS)}
        )
    # JSON is plain text to the store.
    return replace(upload, name=f"{name}.txt") if ending == "json" else upload


# Again, and not at all -----------------------------------------------------------------------------------


@transaction.atomic
def read_again(
    one: MatrixImport,
    *,
    by: User,
    profile: str = "",
    language: str = "",
    columns: Any = None,
) -> None:
    """Have it read anew under another profile, language or meaning of its columns; what was mended goes.

    Raises PermissionDenied, Refused where it is settled or just being read.
    """
    one = locked(one, by)
    if one.state == ImportState.READING:
        raise Refused(_("The file is being read just now. Wait a moment."))
    change(
        one,
        by=by,
        verb="read again",
        profile=one.evaluation.profile.slug if one.evaluation else profile,
        language=language,
        columns=columns,
        tables=[],
        state=ImportState.WAITING,
        refusal="",
        attempts=0,
        claimed_until=None,
        reading=None,
        draft=None,
        mended={},
        choices={},
        layout=one.layout + 1,
    )


@transaction.atomic
def aim(one: MatrixImport, *, by: User) -> None:
    """Have it go into the evaluation whose reference it has, and be read under that one's profile.

    Raises PermissionDenied, Refused where the person sees none such, or it has no one response.
    """
    one = locked(one, by)
    if one.state != ImportState.READ or one.evaluation_id:
        raise Refused(_("The file goes into an evaluation already, or has not been read yet."))
    reference = one.draft["matrix"]["evaluation"]["reference"] or ""
    evaluation = Evaluation.objects.visible_to(by).filter(reference=reference).first()
    if evaluation is None:
        raise Refused(_("You see no evaluation with the reference %(name)s.") % {"name": reference or "–"})
    responses = list(evaluation.responses.order_by("pk")[:2])
    if len(responses) > 1:
        raise Refused(
            _("%(evaluation)s has several responses. Open the matrix of one, and bring the file in there.")
            % {"evaluation": evaluation}
        )
    response = responses[0] if responses else None
    _check(by, evaluation, response)
    change(one, by=by, verb="aimed", evaluation=evaluation, response=response)
    read_again(one, by=by, language=one.language, columns=one.columns)


@transaction.atomic
def discard(one: MatrixImport, *, by: User) -> None:
    """Leave it: nothing of it goes anywhere. Raises PermissionDenied, Refused once it is settled."""
    one = locked(one, by)
    change(one, by=by, verb="discarded", state=ImportState.DISCARDED, reading=None, draft=None)


def locked(one: MatrixImport, by: User) -> MatrixImport:
    """The import, locked: its owner alone goes on with it, until it is settled.

    Raises PermissionDenied, Refused.
    """
    rows = MatrixImport.objects.select_for_update(of=("self",))
    found = rows.select_related("evaluation__profile", "response__evaluation__profile").get(pk=one.pk)
    if found.by_id != by.pk:
        raise PermissionDenied
    match found.state:
        case ImportState.COMMITTED | ImportState.UNDONE:
            raise Refused(_("“%(name)s” was taken over already. Nothing was done twice.") % {"name": found})
        case ImportState.DISCARDED:
            raise Refused(_("“%(name)s” was discarded. Bring the file in again.") % {"name": found})
    return found
