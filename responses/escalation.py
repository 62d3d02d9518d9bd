"""Who is told besides the lead when a key action stays overdue: the head of the office, the evaluation unit.

The rule profile says after how many days (``[escalation]``). Each stage is told once for a
deadline; one that moves begins anew. A snooze of the lead's does not hold it up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from evaltrack.models import Part
from recommendations.models import Evaluation
from recommendations.profiles import Escalation
from responses.models import ActionParty, Reminder
from responses.models.action import KeyActionQuerySet
from responses.recipients import AddressBook

Finder = Callable[[AddressBook, Iterable[int], Iterable[int]], set[int]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step up: after how many days by the profile, and who is told, given the lead's offices."""

    occasion: Reminder.Occasion
    days: Callable[[Escalation], int]
    whom: Finder


STAGES = (
    Stage(Reminder.Occasion.HEAD, lambda rules: rules.head_after, AddressBook.heads),
    Stage(Reminder.Occasion.UNIT, lambda rules: rules.unit_after, AddressBook.units),
)
STAGE_OF = {stage.occasion.value: stage for stage in STAGES}
OCCASIONS = tuple(STAGE_OF)


class Overdue(Protocol):
    """What is asked of a key action: its number, its response's office and its evaluation (ids).

    And whether the evaluation is confidential: then it is the evaluation unit whom both stages tell.
    """

    @property
    def pk(self) -> int: ...
    @property
    def office(self) -> int | None: ...
    @property
    def evaluation(self) -> int: ...
    @property
    def confidential(self) -> bool: ...


class Ladder:
    """Whom each stage reaches for some key actions: read for all of them in two queries."""

    def __init__(self, book: AddressBook, rows: Iterable[Overdue], parties: QuerySet[ActionParty]) -> None:
        self._book = book
        self._rows = {row.pk: row for row in rows}
        self._leads: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
        # In no order: what is read here is put together in sets.
        leads = parties.filter(part=Part.LEAD).order_by()
        for action, person, office in leads.values_list("action_id", "person_id", "office_id"):
            self._leads[action].append((person, office))
        self._offices_of = self._evaluations()

    def _evaluations(self) -> Mapping[int, set[int]]:
        """The offices of those evaluations that are answered by the organisation as a whole."""
        found: dict[int, set[int]] = defaultdict(set)
        asked = {row.evaluation for row in self._rows.values() if not row.office}
        if asked:
            theirs = Evaluation.offices.through.objects.filter(evaluation__in=asked)
            for evaluation, office in theirs.values_list("evaluation_id", "office_id"):
                found[evaluation].add(office)
        return found

    def whom(self, occasion: str, action: int, leads: Iterable[int]) -> set[int]:
        """The people (ids) whom a stage tells of the action, besides those who lead it."""
        row = self._rows[action]
        whom = AddressBook.units if row.confidential else STAGE_OF[occasion].whom
        return whom(self._book, self._offices(row), leads)

    def _offices(self, row: Overdue) -> set[int]:
        """Where the leads work; of an action whose leads work nowhere here, the office that answers."""
        own = {row.office} if row.office else self._offices_of.get(row.evaluation, set())
        found: set[int] = set()
        for person, office in self._leads.get(row.pk, ()):
            homes = self._book.homes(person) if person else {office} if office else set()
            # Who works at several offices promised it at the one that answers.
            found |= (homes & own) or homes
        return found or own


def due_now(
    actions: KeyActionQuerySet, stage: Stage, rules: Mapping[int, Escalation], today: date
) -> KeyActionQuerySet:
    """Those of the actions for which the stage has come and nobody was told; ``rules`` by profile (id)."""
    passed = Q(pk__in=())
    by_days: dict[int, list[int]] = defaultdict(list)
    for profile, escalation in rules.items():
        if days := stage.days(escalation):
            by_days[days].append(profile)
    for days, profiles in by_days.items():
        last = today - timedelta(days=days)
        passed |= Q(answer__response__evaluation__profile__in=profiles, deadline_due__lte=last)
    told: QuerySet[Any] = Reminder.objects.filter(
        action=OuterRef("pk"), occasion=stage.occasion, deadline=OuterRef("deadline_due")
    )
    return actions.filter(passed).exclude(Exists(told))
