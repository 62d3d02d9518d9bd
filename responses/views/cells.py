"""Writing the matrix from the page: one cell by a script, or a whole form without one.

Every form of the page posts here. What it holds is saved cell by cell; what cannot be saved comes back with a
sentence, and with the text that was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from evaltrack.errors import Refused
from evaltrack.web import AuthedRequest, signed_in
from recommendations import results
from recommendations.models import Recommendation
from responses import actions, answers, cells
from responses.cells import Address, Conflict, Saved
from responses.models import KeyAction
from responses.sheet import Sheet
from responses.shown import Block, Cell
from responses.todo import SHOWS
from responses.views.matrix import context, one_block, response_or_404

SEEN = ":seen"


@dataclass(slots=True)
class Outcome:
    """What became of a form: each cell by its address, and what else was done."""

    saved: dict[str, Saved] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    posted: dict[str, str] = field(default_factory=dict)
    added: KeyAction | None = None
    message: str = ""
    undo: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.conflicts and not self.errors


@require_POST
@signed_in
def save(request: AuthedRequest, pk: int) -> HttpResponse:
    sheet = Sheet(response_or_404(request.user, pk), request.user)
    outcome = Outcome()
    _save_cells(request, sheet, outcome)
    about = _subject(request, sheet)
    _carry_out(request, sheet, about, outcome)
    if request.headers.get("X-Requested-With") == "fetch":
        return _for_script(sheet, outcome)
    fresh = Sheet(response_or_404(request.user, pk), request.user)
    if request.htmx:
        return _for_htmx(request, fresh, about, outcome)
    return _for_browser(request, fresh, about, outcome)


def _save_cells(request: AuthedRequest, sheet: Sheet, outcome: Outcome) -> None:
    for key in request.POST:
        if not key.endswith(SEEN):
            continue
        name = key.removesuffix(SEEN)
        text = request.POST.get(name)
        if text is None:
            continue
        try:
            result = cells.save(
                sheet.response, Address.parse(name), text,
                seen=request.POST[key], by=request.user, access=sheet.access,
            )  # fmt: skip
        except Refused as refusal:
            outcome.errors[name], outcome.posted[name] = str(refusal), text
        except PermissionDenied:
            outcome.errors[name], outcome.posted[name] = _("You may not change this cell (any more)."), text
        else:
            if isinstance(result, Conflict):
                outcome.conflicts[name], outcome.posted[name] = result, text
            else:
                outcome.saved[name] = result


# What the buttons do -------------------------------------------------------------------------------------


def _subject(request: AuthedRequest, sheet: Sheet) -> Recommendation | None:
    """The recommendation whose form was sent."""
    named = request.POST.get("recommendation", "")
    if not named.isdecimal():
        return None
    return sheet.evaluation.recommendations.filter(pk=int(named)).first()


def _carry_out(request: AuthedRequest, sheet: Sheet, about: Recommendation | None, outcome: Outcome) -> None:
    """The new rows that were typed, and the button that was pressed."""
    try:
        new_action = request.POST.get("new_action", "")
        if about and new_action.strip():
            answer = answers.answer_to(about, sheet.response)
            outcome.added = actions.add(answer, by=request.user, text=cells.tidy(new_action))
        new_text = request.POST.get("new_recommendation", "")
        if new_text.strip():
            results.add(sheet.evaluation, by=request.user, text=cells.tidy(new_text))
        new_note = request.POST.get("new_note", "")
        if new_note.strip():
            answers.set_footnote(
                sheet.response, answers.next_mark(sheet.response), cells.tidy(new_note), by=request.user
            )
        kind, _dot, rest = request.POST.get("do", "").partition(".")
        if kind and rest:
            _press(request, sheet, kind, rest, outcome)
    except Refused as refusal:
        outcome.errors["form"] = str(refusal)
        outcome.posted |= {name: request.POST.get(name, "") for name in ("new_action", "new_recommendation")}
    except PermissionDenied:
        outcome.errors["form"] = _("You may not do that.")


def _press(request: AuthedRequest, sheet: Sheet, kind: str, rest: str, outcome: Outcome) -> None:
    """Carry out a button such as ``action.34.up``. Raises Refused, PermissionDenied."""
    pk, _dot, verb = rest.partition(".")
    rows: dict[str, tuple[Any, Any]] = {
        "action": (actions, KeyAction.objects.filter(answer__response=sheet.response)),
        "recommendation": (results, sheet.evaluation.recommendations.all()),
    }
    rules, queryset = rows.get(kind, (None, None))
    row = queryset.filter(pk=int(pk)).first() if queryset is not None and pk.isdecimal() else None
    if row is None:
        raise Refused(_("This row is no longer in the matrix; someone may have removed it."))
    verbs: dict[str, Callable[[], Any]] = {
        "up": lambda: rules.move(row, _position(row) - 1, by=request.user),
        "down": lambda: rules.move(row, _position(row) + 1, by=request.user),
        "to": lambda: rules.move(row, int(request.POST.get("position") or 0), by=request.user),
        "duplicate": lambda: rules.duplicate(row, by=request.user),
        "remove": lambda: rules.remove(row, by=request.user, now=timezone.now()),
        "restore": lambda: rules.restore(row, by=request.user),
    }
    if verb not in verbs:
        raise Refused(_("The matrix has no such button."))
    verbs[verb]()
    if verb == "remove":
        outcome.message = _("Removed: %(what)s") % {"what": row.text[:80]}
        outcome.undo = f"{kind}.{row.pk}.restore"


def _position(row: KeyAction | Recommendation) -> int:
    """Where the row stands among those present, from 0."""
    if isinstance(row, KeyAction):
        present = KeyAction.objects.present().filter(answer=row.answer_id)
        return list(present.values_list("pk", flat=True)).index(row.pk)
    return list(row.evaluation.recommendations.present().values_list("pk", flat=True)).index(row.pk)


# Answering -----------------------------------------------------------------------------------------------


def _for_script(sheet: Sheet, outcome: Outcome) -> JsonResponse:
    """Each cell that was sent, as the page needs it to go on."""
    fresh = Sheet(response_or_404(sheet.user, sheet.response.pk), sheet.user)
    shown = _cells_of(fresh, [*outcome.saved, *outcome.conflicts, *outcome.errors])
    replies: dict[str, dict[str, str]] = {}
    for name, cell in shown.items():
        replies[name] = {"seen": cell.seen, "text": cell.text, "html": cell.shown, "hint": cell.hint}
    for name, conflict in outcome.conflicts.items():
        replies.setdefault(name, {}).update(state="conflict", theirs=conflict.theirs, who=_who(conflict))
    for name, sentence in outcome.errors.items():
        replies.setdefault(name, {}).update(state="error", message=sentence)
    for name in outcome.saved:
        replies.setdefault(name, {}).update(state="saved")
    badges = {}
    for name in outcome.saved:
        if name.startswith("answer.") and name.endswith(".decision"):
            found = one_block(fresh, Address.parse(name).pk, is_open=False)
            badges[f"badges-{found.recommendation.pk}"] = render_to_string(
                "matrix/_badges.html", {"block": found, "sheet": fresh}
            )
    return JsonResponse({"cells": replies, "html": badges})


def _who(conflict: Conflict) -> str:
    if not conflict.at:
        return _("Someone changed this cell while you were writing.")
    time = date_format(timezone.localtime(conflict.at), "TIME_FORMAT")
    return _("%(who)s changed this cell at %(time)s, while you were writing.") % {
        "who": conflict.who,
        "time": time,
    }


def _cells_of(sheet: Sheet, names: list[str]) -> dict[str, Cell]:
    """The cells with these addresses as they stand now, with the others of their recommendation's answer."""
    wanted = set(names)
    found = list(sheet.front.values()) + sheet.notes
    for recommendation in _recommendations(sheet, wanted):
        found += all_cells(sheet.block(recommendation.pk))
    answers_too = {name.rsplit(".", 1)[0] for name in wanted if name.startswith("answer.")}
    return {
        str(cell.address): cell
        for cell in found
        if str(cell.address) in wanted or str(cell.address).rsplit(".", 1)[0] in answers_too
    }


def _recommendations(sheet: Sheet, names: set[str]) -> list[Recommendation]:
    """The recommendations that the addressed cells stand in."""
    keys: dict[str, set[int]] = {}
    for name in names:
        kind, _dot, rest = name.partition(".")
        pk = rest.partition(".")[0]
        if pk.isdecimal() and len(pk) < 19:
            keys.setdefault(kind, set()).add(int(pk))
    direct = keys.get("recommendation", set()) | keys.get("answer", set()) | keys.get("round", set())
    acting = KeyAction.objects.filter(pk__in=keys.get("action", set()), answer__response=sheet.response)
    wanted = Q(pk__in=direct) | Q(pk__in=acting.values("answer__recommendation_id"))
    return list(sheet.evaluation.recommendations.present().filter(wanted))


def all_cells(block: Block) -> list[Cell]:
    rows = [cell for row in block.rows for cell in row.cells.values()]
    rounds = [cell for one in block.rounds for cell in (one.status, one.comment)]
    return [*block.cells.values(), *rows, *rounds]


def _mark(cell_list: list[Cell], outcome: Outcome) -> None:
    """Put what could not be saved back into its cell, with the reason."""
    for cell in cell_list:
        name = str(cell.address)
        cell.posted = outcome.posted.get(name)
        cell.error = outcome.errors.get(name, "")
        cell.conflict = outcome.conflicts.get(name)


def _for_htmx(
    request: AuthedRequest, sheet: Sheet, about: Recommendation | None, outcome: Outcome
) -> HttpResponse:
    """The recommendation anew, or (for what concerns the order of recommendations) all of them."""
    if about and not request.POST.get("do", "").startswith("recommendation."):
        found = one_block(sheet, about.pk)
        _mark(all_cells(found), outcome)
        more = {"block": found, "outcome": outcome, "focus": outcome.added}
        answer = render(request, "matrix/_block.html", context(sheet, [], **more))
    else:
        open_now = [int(one) for one in request.POST.getlist("open") if one.isdecimal()]
        show = QueryDict(urlsplit(request.htmx.current_url or "").query).get("show", "")
        more = {"outcome": outcome, "show": show if show in SHOWS else ""}
        blocks = sheet.blocks(open_now, show)
        answer = render(request, "matrix/_blocks.html", context(sheet, blocks, **more))
    if outcome.undo:
        undo = {"text": outcome.message, "do": outcome.undo, "recommendation": about.pk if about else ""}
        return trigger_client_event(answer, "matrix-removed", undo)
    return answer


def _for_browser(
    request: AuthedRequest, sheet: Sheet, about: Recommendation | None, outcome: Outcome
) -> HttpResponse:
    """Without a script: back to the page, or the page with what could not be saved."""
    if outcome.message:
        messages.info(request, outcome.message)
    if outcome.is_whole:
        if outcome.saved and not outcome.message:
            messages.success(request, _("Saved."))
        where = reverse("matrix", args=[sheet.response.pk])
        there = about and not about.removed_at
        return redirect(f"{where}?open={about.pk}#recommendation-{about.pk}" if about and there else where)
    blocks = sheet.blocks([about.pk] if about else None)
    for block in blocks:
        _mark(all_cells(block), outcome)
    _mark([*sheet.front.values(), *sheet.notes], outcome)
    more = context(sheet, blocks, outcome=outcome)
    return render(request, "matrix/page.html", more, status=409 if outcome.conflicts else 422)
