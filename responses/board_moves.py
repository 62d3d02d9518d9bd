"""Moves on many key actions at once: asking how they stand, naming another lead, putting off the deadline.

Before anything is done a preview says what will be, and what is left out and why. Each action is looked at
again when it is done; what has changed meanwhile is left out then.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from evaltrack import audit, notifications, text
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, User
from evaltrack.zones import beginning
from recommendations.choices import OVER
from responses import kinds, leading, postponing, subjects
from responses.approvals import DEADLINE_RELATED
from responses.board_lines import with_related
from responses.choices import RequestState, ResponseState
from responses.leading import Lead, Was
from responses.models import ActionParty, DeadlineChange, KeyAction, ManagementResponse
from responses.permissions import actions_of, reported_by, run_by
from responses.recipients import AddressBook

MOST = 200  # actions in one go
REMIND, REASSIGN, EXTEND = "remind", "reassign", "extend"
LABELS = {
    REMIND: pgettext_lazy("key actions", "Ask how they stand"),
    REASSIGN: pgettext_lazy("key actions", "Name another lead"),
    EXTEND: pgettext_lazy("key actions", "Put off the deadline"),
}

CLOSED = gettext_lazy("closed: nobody is asked about it any more")
NOT_YOURS = gettext_lazy("not yours: those who answer for the office or oversee the evaluation do this")
IN_CLEARANCE = gettext_lazy("its response is in clearance just now")
NOT_CLEARED = gettext_lazy("its response is not cleared yet: deadlines are changed in the matrix")
NOBODY = gettext_lazy("nobody leads it who could be asked")
TODAY = gettext_lazy("somebody asked about it today already")
IS_WAITING = gettext_lazy("another deadline was asked for and waits for approval")


@dataclass(frozen=True, slots=True)
class Left:
    """An action that is left out, and why."""

    action: KeyAction
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do; ``people`` is whom it would ask."""

    doable: list[KeyAction]
    left: list[Left]
    people: int = 0


@dataclass
class Done:
    """What a move did. ``undo`` is what takes it back, where that can be done."""

    done: list[KeyAction] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    people: int = 0
    undo: list[Any] = field(default_factory=list)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why what was left out was, the most frequent first."""
        return Counter(one.why for one in self.left).most_common()


def preview(what: str, keys: Iterable[int], *, by: User, now: datetime) -> Preview:
    """What the move would do to these key actions (ids): a number of queries that does not grow."""
    looked_at = _Look(keys, by, now)
    doable, left = looked_at.sorted_out(what)
    people = set[int]().union(*(looked_at.leads.get(one.pk, set()) for one in doable))
    return Preview(doable, left, len(people))


class _Look:
    """The actions as they stand, and what the person may do with each, read once."""

    def __init__(self, keys: Iterable[int], by: User, now: datetime) -> None:
        self.by, self.now = by, now
        rows: Any = KeyAction.objects.present().visible_to(by).filter(pk__in=list(keys)).with_place()
        self.rows: list[KeyAction] = list(with_related(rows).order_by("pk"))
        self.keys = [row.pk for row in self.rows]
        responses = ManagementResponse.objects.filter(pk__in={row.answer.response_id for row in self.rows})
        self.run = set(responses.filter(run_by(by)).values_list("pk", flat=True))
        self.reported = set(responses.filter(reported_by(by)).values_list("pk", flat=True))
        own = KeyAction.objects.filter(actions_of(by), pk__in=self.keys)
        self.own = set(own.values_list("pk", flat=True))
        self.leads = AddressBook(now=now, today=timezone.localdate(now)).leads(
            ActionParty.objects.filter(action__in=self.keys)
        )
        waiting = DeadlineChange.objects.filter(action__in=self.keys, state=RequestState.WAITING)
        self.waiting = set(waiting.values_list("action", flat=True))
        self.asked = asked_on(self.keys, timezone.localdate(now), by.time_zone)

    def sorted_out(self, what: str) -> tuple[list[KeyAction], list[Left]]:
        doable, left = [], []
        for row in self.rows:
            why = str(RULES[what](self, row))
            if why:
                left.append(Left(row, why))
            else:
                doable.append(row)
        return doable, left

    def _stopped(self, row: KeyAction) -> Any:
        over = row.answer.response.evaluation.state in OVER
        return CLOSED if row.is_closed or over else ""

    def remind(self, row: KeyAction) -> Any:
        if stopped := self._stopped(row):
            return stopped
        if row.answer.response_id not in self.run | self.reported:
            return NOT_YOURS
        if row.pk not in self.leads:
            return NOBODY
        return TODAY if row.pk in self.asked else ""

    def reassign(self, row: KeyAction) -> Any:
        if stopped := self._stopped(row):
            return stopped
        if row.answer.response_id not in self.run:
            return NOT_YOURS
        return IN_CLEARANCE if row.answer.response.state == ResponseState.IN_CLEARANCE else ""

    def extend(self, row: KeyAction) -> Any:
        """The rule is ``postponing.ask``'s: this says beforehand what it would refuse."""
        if stopped := self._stopped(row):
            return stopped
        response = row.answer.response
        if response.pk not in self.reported and row.pk not in self.own:
            return NOT_YOURS
        if not response.is_cleared:
            return NOT_CLEARED
        if response.state == ResponseState.IN_CLEARANCE:
            return IN_CLEARANCE
        return IS_WAITING if row.pk in self.waiting else ""


RULES: dict[str, Callable[[_Look, KeyAction], Any]] = {
    REMIND: _Look.remind,
    REASSIGN: _Look.reassign,
    EXTEND: _Look.extend,
}


def asked_on(keys: Iterable[int], day: date, time_zone: str) -> set[int]:
    """Those of the actions whose leads somebody asked by hand that day."""
    entries = AuditEntry.objects.filter(
        target_type="keyaction", target_id__in=list(keys), verb="reminded", at__gte=beginning(day, time_zone)
    )
    return set(entries.values_list("target_id", flat=True))


# Asking how they stand -----------------------------------------------------------------------------------


@transaction.atomic
def remind(keys: Iterable[int], *, by: User, now: datetime, note: str = "") -> Done:
    """Tell the leads that somebody asks: each person once, of all their actions; an action once a day."""
    keys = sorted(keys)
    # Whoever asks at the same moment waits, and then finds that it was done.
    list(KeyAction.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    looked_at = _Look(keys, by, now)
    doable, left = looked_at.sorted_out(REMIND)
    asked: dict[int, list[KeyAction]] = defaultdict(list)
    for row in doable:
        for person in looked_at.leads[row.pk]:
            asked[person].append(row)
    people = User.objects.in_bulk(asked)
    entries = [
        audit.entry("reminded", row, by=by, parent=row.answer.response.evaluation, changes=_whom(
            people[one].name for one in looked_at.leads[row.pk]
        ))
        for row in doable
    ]  # fmt: skip
    audit.record_many(entries)
    for pk, rows in sorted(asked.items()):
        _tell(people[pk], rows, by, now, note.strip())
    return Done(doable, left, len(asked))


def _whom(names: Iterable[str]) -> Mapping[str, tuple[Any, Any]]:
    return {"people": ("", ", ".join(sorted(names)))}


def _tell(person: User, rows: list[KeyAction], by: User, now: datetime, note: str) -> None:
    def words() -> str:
        if len(rows) == 1:
            return _("%(person)s asks how it stands: %(about)s") % {
                "person": by, "about": subjects.named(rows[0]),
            }  # fmt: skip
        return ngettext(
            "%(person)s asks how %(count)d key action of yours stands.",
            "%(person)s asks how %(count)d key actions of yours stand.",
            len(rows),
        ) % {"person": by, "count": len(rows)}

    listed = [f"{_numbered(row)} ({row.answer.response.evaluation.name})" for row in rows] if rows[1:] else []
    notifications.tell(
        [person],
        kinds.HOW_IT_STANDS,
        key=f"asked.{by.pk}.{person.pk}.{now.timestamp():.6f}",
        about=f"actions.{rows[0].pk}",
        text=words,
        detail="\n".join([note, *listed]).strip(),
        url=reverse("my_actions") if rows[1:] else subjects.address(rows[0]),
        now=now,
        by=by,
    )


def _numbered(row: Any) -> str:
    words = " ".join(text.to_plain(row.text).split())
    return f"{subjects.number(row, row.place)} {words[:120]}"


# Naming another lead -------------------------------------------------------------------------------------


@transaction.atomic
def reassign(keys: Iterable[int], lead: Lead, *, by: User, now: datetime, reason: str) -> Done:
    """Name who leads these actions from now on; what the matrix says stays. Refused without a reason."""
    if not reason.strip():
        raise Refused(_("Say in a sentence why someone else leads."))
    doable, left = _Look(keys, by, now).sorted_out(REASSIGN)
    done = Done(left=left)
    for row in _in_order_of_locks(doable):
        try:
            was = leading.give(row, lead, by=by, reason=reason.strip())
        except Refused as refusal:
            done.left.append(Left(row, str(refusal)))
        else:
            done.done.append(row)
            done.undo.append(was.as_json())
    leading.tell(lead, done.done, by=by, now=now, reason=reason.strip())
    return done


@transaction.atomic
def undo_reassign(undo: Iterable[Any], *, by: User, now: datetime) -> Done:
    """Take it back where nobody has named yet another lead."""
    before = {was.action: was for was in map(Was.from_json, undo)}
    doable, left = _Look(before, by, now).sorted_out(REASSIGN)
    done = Done(left=left)
    for row in _in_order_of_locks(doable):
        try:
            leading.give_back(row, before[row.pk], by=by)
        except Refused as refusal:
            done.left.append(Left(row, str(refusal)))
        else:
            done.done.append(row)
    return done


def _in_order_of_locks(rows: Iterable[KeyAction]) -> Iterator[KeyAction]:
    """Two people who do this at once lock the responses in one order, so that neither waits for the other."""
    return iter(sorted(rows, key=lambda row: (row.answer.response_id, row.pk)))


# Putting off the deadline --------------------------------------------------------------------------------


def extend(keys: Iterable[int], until: str, *, by: User, now: datetime, reason: str) -> Done:
    """Ask for another deadline of each, as written; where nobody need approve it, it holds at once.

    Each is done by itself: one that is refused leaves the others as they are.
    """
    doable, left = _Look(keys, by, now).sorted_out(EXTEND)
    done = Done(left=left)
    for row in _in_order_of_locks(doable):
        try:
            change = postponing.ask(row, until, by=by, now=now, reason=reason)
        except Refused as refusal:
            done.left.append(Left(row, str(refusal)))
        except PermissionDenied:
            done.left.append(Left(row, str(NOT_YOURS)))
        else:
            done.done.append(row)
            if change.state == RequestState.WAITING:
                done.undo.append(change.pk)
    return done


def undo_extend(undo: Iterable[Any], *, by: User, now: datetime) -> Done:
    """Withdraw what still waits for approval; a deadline that holds already is changed like any other."""
    rows = DeadlineChange.objects.filter(
        pk__in=[pk for pk in undo if isinstance(pk, int)], asked_by=by, state=RequestState.WAITING
    )
    done = Done()
    for change in rows.select_related(*DEADLINE_RELATED).order_by("pk"):
        try:
            postponing.decide(change, RequestState.WITHDRAWN, by=by, now=now)
        except Refused as refusal:
            done.left.append(Left(change.action, str(refusal)))
        else:
            done.done.append(change.action)
    return done


UNDOING: dict[str, Callable[..., Done]] = {REASSIGN: undo_reassign, EXTEND: undo_extend}
