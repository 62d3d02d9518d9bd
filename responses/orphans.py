"""What has nobody left who would do it, and naming someone.

Who a party reaches is read as for reminders: see ``recipients.AddressBook``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack import audit
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.kinds import HANDED_OVER
from evaltrack.models import Part, User
from evaltrack.notifications import tell
from evaltrack.roles import Permission, Role, permissions_of, reach
from recommendations.models import Evaluation
from responses.choices import FIXED, ResponseState
from responses.holdings import (
    Subject,
    lock_responses,
    open_drafters,
    open_evaluations,
    open_responses,
    waiting_steps,
)
from responses.models import ActionParty, ClearanceStep, Drafter, KeyAction, ManagementResponse
from responses.recipients import AddressBook
from responses.reminders import to_remind_of

LISTED = 50
LOOKING_AFTER = (Permission.MANAGE_PEOPLE, Permission.OVERSEE, Permission.EDIT_EVALUATION)

ACTIONS = Subject("actions", gettext_lazy("Key actions"), "answer__response__", "action", "pk", "text")
RESPONSES = Subject("responses", gettext_lazy("Responses without a coordinator"), "", "matrix", "pk", "")
STEPS = Subject("steps", gettext_lazy("Clearances that wait"), "response__", "clearance", "response", "")
EVALUATIONS = Subject(
    "evaluations", gettext_lazy("Evaluations whose manager left"), None, "evaluation", "pk", ""
)
DRAFTS = Subject(
    "drafts",
    gettext_lazy("Recommendations to be answered"),
    "answer__response__",
    "matrix",
    "answer__response",
    "answer__recommendation__text",
)


@dataclass(frozen=True, slots=True)
class Orphan:
    """One thing without a holder, and why that is so."""

    pk: int
    text: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind; ``nameable`` where it is enough to name someone."""

    key: str
    label: Any
    count: int
    rows: list[Orphan]
    nameable: bool

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def looked_after_by(user: User) -> "QuerySet[Evaluation]":
    """The evaluations under way at the offices that the person looks after, as far as they see them."""
    if user.is_active and user.is_superuser:
        return open_evaluations()
    held = reach(user)
    offices = frozenset[int]().union(*(held.at(permission) for permission in LOOKING_AFTER))
    at = Evaluation.offices.through.objects.filter(office__in=offices).values("evaluation")
    return open_evaluations().visible_to(user).filter(pk__in=at)


def looks_after(user: User) -> bool:
    """Whether the person looks after an office, and so what has no holder there."""
    return not permissions_of(user).isdisjoint(LOOKING_AFTER)


def keeps_order(user: User) -> bool:
    """Whether what has no holder is the person's to mend: administrators and the evaluation unit."""
    return not permissions_of(user).isdisjoint((Permission.MANAGE_PEOPLE, Permission.OVERSEE))


def count(user: User, *, now: datetime, today: date) -> int:
    """How many things have nobody, at the offices that the person looks after."""
    found = _Search(user, now=now, today=today)
    return sum(len(keys) for _subject, _rows, keys in found.everything())


def found_by(user: User, *, now: datetime, today: date) -> list[Group]:
    """The same in groups, the first of each by name; nothing empty."""
    found = _Search(user, now=now, today=today)
    return [found.group(subject, rows, keys) for subject, rows, keys in found.everything() if keys]


class _Search:
    """One look at everything that is to be done at the offices a person looks after."""

    def __init__(self, user: User, *, now: datetime, today: date) -> None:
        self.book = AddressBook(now=now, today=today)
        self.scope = looked_after_by(user).values("pk")

    def everything(self) -> Iterable[tuple[Subject, "QuerySet[Any]", list[int]]]:
        yield ACTIONS, KeyAction.objects.all(), self._actions()
        yield RESPONSES, ManagementResponse.objects.all(), self._responses()
        yield STEPS, ClearanceStep.objects.all(), self._steps()
        yield DRAFTS, Drafter.objects.all(), self._drafts()
        yield EVALUATIONS, Evaluation.objects.all(), self._evaluations()

    def _actions(self) -> list[int]:
        actions = to_remind_of().filter(answer__response__evaluation__in=self.scope).order_by("pk")
        led = self.book.leads(ActionParty.objects.filter(action__in=actions.order_by()))
        return [pk for pk in actions.values_list("pk", flat=True) if pk not in led]

    def _responses(self) -> list[int]:
        owed = open_responses().filter(evaluation__in=self.scope).exclude(state=ResponseState.PUBLISHED)
        return [
            pk
            for pk, coordinator, office in owed.order_by("pk").values_list("pk", "coordinator", "office")
            if not (self.book.reached(coordinator) or self.book.reaches(None, office, ""))
        ]

    def _evaluations(self) -> list[int]:
        managed = Evaluation.objects.filter(pk__in=self.scope).exclude(manager=None).order_by("pk")
        rows = managed.values_list("pk", "manager")
        return [pk for pk, manager in rows if not self.book.reached(manager)]

    def _steps(self) -> list[int]:
        steps = waiting_steps().filter(response__evaluation__in=self.scope).order_by("pk")
        rows = steps.values_list("pk", "office", "role")
        return [pk for pk, office, role in rows if not self.book.reaches(None, office, role)]

    def _drafts(self) -> list[int]:
        drafters = open_drafters().filter(answer__response__evaluation__in=self.scope)
        unanswered = drafters.exclude(answer__response__state__in=FIXED).order_by("pk")
        rows = unanswered.values_list("pk", "person", "office", "role")
        return [pk for pk, person, office, role in rows if not self.book.reaches(person, office, role)]

    def group(self, subject: Subject, rows: "QuerySet[Any]", keys: list[int]) -> Group:
        shown = rows.filter(pk__in=keys[:LISTED])
        why = REASONS[subject.key](shown)
        items = [subject.item(row) for row in subject.rows(shown)]
        orphans = [Orphan(item.pk, item.text, item.url, why.get(item.pk, "")) for item in items]
        return Group(subject.key, subject.label, len(keys), orphans, subject is not STEPS)


# Why nobody is reached -----------------------------------------------------------------------------------


def _reason(party: Any) -> str:
    """Why a party without an active person behind it has none."""
    if party.person:
        return _("%(person)s has left.") % {"person": party.person}
    if party.office and party.role:
        return _("Nobody is %(role)s at %(office)s.") % {
            "role": Role(party.role).label,
            "office": party.office,
        }
    if party.office:
        return _("%(office)s has no focal point.") % {"office": party.office}
    return _("“%(name)s” has no account here.") % {"name": party.name}


def _why_actions(actions: "QuerySet[KeyAction]") -> dict[int, str]:
    said: dict[int, list[str]] = defaultdict(list)
    leads = ActionParty.objects.filter(action__in=actions, part=Part.LEAD).select_related("person", "office")
    for party in leads.order_by("order", "pk"):
        said[party.action_id].append(_reason(party))
    nobody = _("No lead is named.")
    return {pk: " ".join(said.get(pk, [nobody])) for pk in actions.values_list("pk", flat=True)}


def _why_drafts(drafters: "QuerySet[Drafter]") -> dict[int, str]:
    return {row.pk: _reason(row) for row in drafters.select_related("person", "office")}


def _why_steps(steps: "QuerySet[ClearanceStep]") -> dict[int, str]:
    return {
        row.pk: _("Nobody is %(role)s at %(office)s.")
        % {"role": row.get_role_display(), "office": row.office}
        for row in steps.select_related("office")
    }


def _why_responses(responses: "QuerySet[ManagementResponse]") -> dict[int, str]:
    return {
        row.pk: _("%(person)s has left.") % {"person": row.coordinator}
        if row.coordinator
        else _("No coordinator is named, and the office has no focal point.")
        for row in responses.select_related("coordinator")
    }


def _why_evaluations(evaluations: "QuerySet[Evaluation]") -> dict[int, str]:
    rows = evaluations.select_related("manager")
    return {row.pk: _("%(person)s has left.") % {"person": row.manager} for row in rows}


REASONS: dict[str, Callable[[Any], dict[int, str]]] = {
    "actions": _why_actions,
    "responses": _why_responses,
    "steps": _why_steps,
    "drafts": _why_drafts,
    "evaluations": _why_evaluations,
}


# Naming someone ------------------------------------------------------------------------------------------


@transaction.atomic
def name(key: str, pk: int, person: User, *, by: User, now: datetime, today: date) -> str:
    """Name who takes one of the things without a holder; what it is, in words.

    Raises PermissionDenied for what the person does not look after, and Refused where it has a holder by now.
    """
    if key not in NAMING:
        raise PermissionDenied
    list(lock_responses(RESPONSE_OF[key](pk)))
    search = _Search(by, now=now, today=today)
    subject, rows, keys = next(found for found in search.everything() if found[0].key == key)
    if pk not in keys:
        raise Refused(_("It has a holder by now."))
    if person.pk not in User.objects.staying([person.pk]):
        raise Refused(_("The account of %(person)s is deactivated.") % {"person": person})
    row = rows.get(pk=pk)
    NAMING[key](row, person, by)
    item = subject.item(subject.rows(rows.filter(pk=pk))[0])

    def text() -> str:
        return _("This had nobody, and is yours now: %(thing)s") % {"thing": item.text}

    when = f"orphan.{key}.{pk}.{now.isoformat()}"
    tell([person], HANDED_OVER, key=when, about=f"{key}.{pk}", text=text, url=item.url, now=now, by=by)
    return item.text


def _name_lead(action: KeyAction, person: User, by: User) -> None:
    """A lead who left has a successor; otherwise another lead is added. The words of the matrix stay."""
    leads = action.parties.filter(part=Part.LEAD).exclude(person=None)
    gone = leads.select_related("person").order_by("order", "pk").first()
    if gone:
        old = gone.person
        gone.person = person
        gone.save(update_fields=["person"])
    else:
        old = None
        last = action.parties.aggregate(last=Max("order"))["last"] or 0
        ActionParty.objects.create(action=action, name=person.name, person=person, order=last + 1)
    parent = action.answer.response.evaluation
    audit.record("named", action, by=by, parent=parent, changes={"responsible": (old, person)})


def _name_coordinator(response: ManagementResponse, person: User, by: User) -> None:
    change(response, by=by, verb="named", parent=response.evaluation, coordinator=person)


def _name_manager(evaluation: Evaluation, person: User, by: User) -> None:
    change(evaluation, by=by, verb="named", parent=evaluation, manager=person)


def _name_drafter(drafter: Drafter, person: User, by: User) -> None:
    old = drafter.name
    drafter.person, drafter.office, drafter.role, drafter.name = person, None, "", person.name
    drafter.save(update_fields=["person", "office", "role", "name"])
    answer = drafter.answer
    changes = {"drafter": (old, person.name)}
    audit.record("named", answer, by=by, parent=answer.response.evaluation, changes=changes)


NAMING: dict[str, Callable[[Any, User, User], None]] = {
    "actions": _name_lead,
    "responses": _name_coordinator,
    "evaluations": _name_manager,
    "drafts": _name_drafter,
}
RESPONSE_OF: dict[str, Callable[[int], Q]] = {
    "actions": lambda pk: Q(answers__actions=pk),
    "responses": lambda pk: Q(pk=pk),
    "evaluations": lambda pk: Q(evaluation=pk),
    "drafts": lambda pk: Q(answers__drafters=pk),
}
