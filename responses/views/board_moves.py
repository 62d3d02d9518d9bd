"""Many key actions at once: looking over what will be done, doing it, taking it back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from evaltrack.errors import Refused
from evaltrack.forms import everyone
from evaltrack.models import User
from evaltrack.web import AuthedRequest, signed_in
from responses import board, board_moves, leading
from responses.board_moves import EXTEND, MOST, REASSIGN, REMIND, Done
from responses.forms.board import AskForm, ExtendForm, ReassignForm
from responses.views.board import ALL, UNDO, board_filter

FORMS: dict[str, type[forms.Form]] = {REMIND: AskForm, REASSIGN: ReassignForm, EXTEND: ExtendForm}
LISTED = 100  # actions of each half of the preview


@require_POST
@signed_in
def board_move(request: AuthedRequest) -> HttpResponse:
    """The preview of what was chosen; with ``step=do`` it is done."""
    what, query = request.POST.get("what", ""), _query(request)
    keys, whole = _chosen(request, query)
    if what not in FORMS or not keys:
        messages.error(request, _("Choose key actions first, and then what to do with them."))
        return redirect(_back(query))
    doing = request.POST.get("step") == "do"
    form = FORMS[what](request.POST if doing else None, label_suffix="")
    if doing and form.is_valid():
        try:
            done = DOING[what](keys, form, request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session[UNDO] = (
                {"what": what, "undo": done.undo, "count": len(done.undo)} if done.undo else None
            )
            _say(request, SAID[what](done), done)
            return redirect(_back(query))
    found = board_moves.preview(what, keys, by=request.user, now=timezone.now())
    context = {
        "what": what,
        "title": board_moves.LABELS[what],
        "form": form,
        "preview": found,
        "listed": f":{LISTED}",
        "keys": " ".join(map(str, keys)),
        "query": query,
        "back": _back(query),
        "cut": whole > len(keys) and whole,
        "everyone": everyone() if what == REASSIGN else None,
        "crumbs": [(_("Follow-up"), _back(query)), (board_moves.LABELS[what], "")],
    }
    return render(request, "board/move.html", context, status=422 if doing else 200)


def _query(request: AuthedRequest) -> str:
    """The filter of the list that the person came from, as far as it is understood."""
    return board_filter(request, QueryDict(request.POST.get("query", ""))).query


def _back(query: str) -> str:
    return f"{reverse('board')}?{query or ALL}"


def _chosen(request: AuthedRequest, query: str) -> tuple[list[int], int]:
    """The actions (ids) that were ticked, or the first of the whole filter; and how many the latter has."""
    if request.POST.get("whole"):
        today = timezone.localdate()
        rows = board.matching(request.user, board_filter(request, QueryDict(query)).wanted, today)
        keys = list(board.ordered(rows, today).values_list("pk", flat=True)[:MOST])
        return keys, rows.count() if len(keys) == MOST else len(keys)
    ticked = [*request.POST.getlist("action"), *request.POST.get("keys", "").split()]
    keys = list(dict.fromkeys(int(one) for one in ticked if one.isdecimal() and len(one) < 18))
    return keys[:MOST], len(keys)


# Doing ---------------------------------------------------------------------------------------------------


def _remind(keys: list[int], form: Any, user: User) -> Done:
    return board_moves.remind(keys, by=user, now=timezone.now(), note=form.cleaned_data["note"])


def _reassign(keys: list[int], form: Any, user: User) -> Done:
    now = timezone.now()
    leading.check(form.lead, now)
    return board_moves.reassign(keys, form.lead, by=user, now=now, reason=form.cleaned_data["reason"])


def _extend(keys: list[int], form: Any, user: User) -> Done:
    data = form.cleaned_data
    return board_moves.extend(keys, data["until"], by=user, now=timezone.now(), reason=data["reason"])


DOING: dict[str, Callable[[list[int], Any, User], Done]] = {
    REMIND: _remind,
    REASSIGN: _reassign,
    EXTEND: _extend,
}


def _reminded(done: Done) -> str:
    people = ngettext("%(count)d person is asked", "%(count)d people are asked", done.people)
    actions = ngettext("%(count)d key action", "%(count)d key actions", len(done.done))
    return _("%(people)s about %(actions)s.") % {
        "people": people % {"count": done.people},
        "actions": actions % {"count": len(done.done)},
    }


def _reassigned(done: Done) -> str:
    count = len(done.done)
    return ngettext(
        "%(count)d key action has another lead.", "%(count)d key actions have another lead.", count
    ) % {"count": count}


def _extended(done: Done) -> str:
    count, waiting = len(done.done), len(done.undo)
    said = ngettext(
        "Another deadline is asked for: %(count)d key action.",
        "Another deadline is asked for: %(count)d key actions.",
        count,
    ) % {"count": count}
    if not waiting:
        return said
    words = ngettext("%(count)d of them waits for approval.", "%(count)d of them wait for approval.", waiting)
    return f"{said} {words % {'count': waiting}}"


SAID: dict[str, Callable[[Done], str]] = {REMIND: _reminded, REASSIGN: _reassigned, EXTEND: _extended}


def _say(request: AuthedRequest, said: str, done: Done) -> None:
    if done.done:
        messages.success(request, said)
    if done.left:
        why = "; ".join(f"{count} × {reason}" for reason, count in done.reasons[:5])
        count = len(done.left)
        words = ngettext("%(count)d was left out: %(why)s", "%(count)d were left out: %(why)s", count)
        messages.warning(request, words % {"count": count, "why": why})


@require_POST
@signed_in
def board_undo(request: AuthedRequest) -> HttpResponse:
    """Take back what was done last, as far as it still stands."""
    query = _query(request)
    kept = request.session.pop(UNDO, None)
    if not kept:
        messages.error(request, _("There is nothing to take back any more."))
        return redirect(_back(query))
    done = board_moves.UNDOING[kept["what"]](kept["undo"], by=request.user, now=timezone.now())
    count = len(done.done)
    _say(
        request,
        ngettext("Taken back: %(count)d key action.", "Taken back: %(count)d key actions.", count)
        % {"count": count},
        done,
    )
    return redirect(_back(query))
