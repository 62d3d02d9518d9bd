"""Mending what was understood of a file, before any of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.profiles import Profile
from responses import imports
from responses.choices import ImportState
from responses.importing import drafts
from responses.importing.bringing import locked
from responses.models import MatrixImport


@dataclass(frozen=True, slots=True)
class Mended:
    """``refused`` says for a path why its value was not taken."""

    changed: dict[str, tuple[str, str]]
    refused: dict[str, str]


def rules_of(one: MatrixImport) -> Profile:
    """The profile that the file is read under: the evaluation's version, else the latest. Raises Refused."""
    if one.evaluation:
        return one.evaluation.profile.rules
    return imports.profile_called(one.draft["matrix"]["profile"]).rules


@transaction.atomic
def mend(one: MatrixImport, values: Mapping[str, str], *, by: User, layout: int) -> Mended:
    """Change values: path -> text. Those that can be taken are, the others are told with why.

    ``layout`` is how the rows stood on the page. Raises PermissionDenied; Refused where rows changed
    meanwhile or it is settled.
    """
    one = _open(one, by, layout)
    rules, draft = rules_of(one), _draft(one)
    changed: dict[str, tuple[str, str]] = {}
    refused = {}
    for path, text in values.items():
        try:
            before = drafts.text_of(draft, path)
            if drafts.tidy(text) == drafts.tidy(before):
                continue
            drafts.put(draft, path, text, rules)
        except Refused as refusal:
            refused[path] = str(refusal)
            continue
        changed[path] = before, drafts.text_of(draft, path)
        draft["mended"].setdefault(path, before)
        _settle_doubts(draft, path)
    if changed:
        _save(one, draft)
        audit.record("mended", one, by=by, changes=changed)
    return Mended(changed, refused)


def _settle_doubts(draft: drafts.Draft, path: str) -> None:
    """What a person wrote is not doubtful."""
    draft["doubts"] = [doubt for doubt in draft["doubts"] if doubt["path"] not in (path, f"{path}.text")]


@transaction.atomic
def settle_doubt(one: MatrixImport, at: int, *, by: User, layout: int) -> None:
    """Say that a doubt (its place in the list) was looked at, and that the value is right."""
    one = _open(one, by, layout)
    draft = _draft(one)
    if not 0 <= at < len(draft["doubts"]):
        raise Refused(_("There is no such doubt (any more)."))
    settled = draft["doubts"].pop(at)
    _save(one, draft, rows=True)
    audit.record("mended", one, by=by, changes={"doubt": (settled["sentence"], "")})


@transaction.atomic
def change_rows(one: MatrixImport, what: str, path: str, *, by: User, layout: int) -> str:
    """Add a row behind the one at ``path``, remove or join that one; the path of what it became.

    ``what`` is ``add``, ``add-action``, ``remove`` or ``join``. Raises PermissionDenied, Refused.
    """
    one = _open(one, by, layout)
    draft = _draft(one)
    made = _changed_rows(draft, what, path)
    _save(one, draft, rows=True)
    audit.record("mended", one, by=by, changes={what: (path, made)})
    return made


def _changed_rows(draft: drafts.Draft, what: str, path: str) -> str:
    recommendations = draft["matrix"]["recommendations"]
    match what:
        case "add":
            at = _place(path, "recommendations") + 1 if path else len(recommendations)
            return drafts.add_recommendation(draft, at)
        case "add-action":
            recommendation = _place(path, "recommendations")
            if recommendation >= len(recommendations):
                raise Refused(_("The file has no such row (any more)."))
            at = len(recommendations[recommendation]["actions"])
            return drafts.add_action(draft, recommendation, at)
        case "remove":
            drafts.remove(draft, path)
            return ""
        case "join":
            return drafts.join(draft, path)
    raise Refused(_("That cannot be done with a row."))


def _place(path: str, where: str) -> int:
    digits = path.removeprefix(f"{where}[").removesuffix("]")
    if not digits.isdecimal() or len(digits) > 5:
        raise Refused(_("The file has no such row (any more)."))
    return int(digits)


@transaction.atomic
def take_in(one: MatrixImport, at: int, path: str, *, by: User, layout: int) -> None:
    """Put a text that was left out (its place in the list) behind the one at ``path``."""
    one = _open(one, by, layout)
    draft = _draft(one)
    before = drafts.text_of(draft, path)
    drafts.take_in(draft, at, path, rules_of(one))
    draft["mended"].setdefault(path, before)
    _save(one, draft, rows=True)
    audit.record("mended", one, by=by, changes={path: (before, drafts.text_of(draft, path))})


def _open(one: MatrixImport, by: User, layout: int) -> MatrixImport:
    one = locked(one, by)
    if one.state != ImportState.READ:
        raise Refused(_("The file has not been read yet."))
    if one.layout != layout:
        raise Refused(_("Its rows were changed meanwhile, perhaps in another window. Look again."))
    return one


def _draft(one: MatrixImport) -> drafts.Draft:
    draft: dict[str, Any] = {**one.draft, "mended": one.mended}
    return draft


def _save(one: MatrixImport, draft: drafts.Draft, *, rows: bool = False) -> None:
    one.mended = draft.pop("mended")
    one.draft = draft
    one.layout += rows
    one.save(update_fields=["draft", "mended", "layout"])
