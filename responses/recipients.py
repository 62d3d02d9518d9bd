"""Whom a reminder reaches: the people behind the lead parties of a key action, else whoever looks after it.

The same reading of a party as ``permissions.party_of``, for many actions at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from django.db.models import QuerySet

from evaltrack import bounces, deputies
from evaltrack.models import Membership, Office, Part, User
from evaltrack.quiet import Calendar
from evaltrack.roles import Role
from evaltrack.zones import beginning, local_day
from responses.models import ActionParty


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person who can get a mail; ``today`` is the day it is for them, and ``midnight`` when it began."""

    pk: int
    name: str
    email: str
    language: str
    today: date
    time_zone: str

    @property
    def midnight(self) -> datetime:
        return beginning(self.today, self.time_zone)


class AddressBook:
    """The active people, who holds which role where, the focal points, and who stands in; read once."""

    def __init__(self, *, now: datetime, today: date | None = None) -> None:
        self.today = today or now.astimezone(UTC).date()
        people = User.objects.filter(is_active=True)
        self.people = {
            pk: Addressee(pk, name, email, language, today or local_day(now, time_zone), time_zone)
            for pk, name, email, language, time_zone in people.values_list(
                "pk", "name", "email", "language", "time_zone"
            )
        }
        self._holders: dict[tuple[int, str], set[int]] = defaultdict(set)
        self._homes: dict[int, set[int]] = defaultdict(set)
        held = Membership.objects.current(self.today)
        for office, role, person in held.values_list("office_id", "role", "person_id"):
            self._holders[office, role].add(person)
            self._homes[person].add(office)
        focal_points = Office.objects.exclude(focal_point=None)
        self._focal_points = dict(focal_points.values_list("pk", "focal_point_id"))
        self._deputies = deputies.standing_in(None, self.today)

    @property
    def last_day(self) -> date:
        """The latest day it is for anyone."""
        return max((person.today for person in self.people.values()), default=self.today)

    @property
    def first_day(self) -> date:
        """The earliest day it is for anyone."""
        return min((person.today for person in self.people.values()), default=self.today)

    @property
    def last_midnight(self) -> datetime:
        """The latest moment at which anyone's day began."""
        return max((person.midnight for person in self.people.values()), default=beginning(self.today, "UTC"))

    @cached_property
    def _calendar(self) -> Calendar:
        days = [person.today for person in self.people.values()] or [self.today]
        return Calendar(min(days), max(days))

    @cached_property
    def _parents(self) -> dict[int, int | None]:
        return dict(Office.objects.values_list("pk", "parent_id"))

    def rests(self, person: Addressee) -> bool:
        """Whether it is a quiet day where the person works, or everywhere."""
        return self._calendar.is_quiet(self._homes.get(person.pk, ()), person.today)

    def homes(self, person: int) -> set[int]:
        """The offices (ids) at which the person has a role."""
        return self._homes.get(person, set())

    def heads(self, offices: Iterable[int], besides: Iterable[int] = ()) -> set[int]:
        """Who heads these offices: who clears there or at the nearest office above, else the focal point.

        Not those ``besides``, who lead the action themselves: then it is whoever is above them.
        """
        apart = set(besides)
        found: set[int] = set()
        for office in offices:
            found |= self._nearest(office, apart, Role.CLEARING_OFFICER) or self._nearest(office, apart)
        return found

    def units(self, offices: Iterable[int], besides: Iterable[int] = ()) -> set[int]:
        """The evaluation unit of these offices, or of the nearest office above that has one."""
        apart = set(besides)
        return {pk for office in offices for pk in self._nearest(office, apart, Role.EVALUATION_UNIT)}

    def _nearest(self, office: int, apart: set[int], role: str = "") -> set[int]:
        """Who is behind the role (without one: the focal point) at the office or the next one above it."""
        for place in self._upwards(office):
            if found := self._behind(None, place, role) - apart:
                return found
        return set()

    def _upwards(self, office: int) -> Iterator[int]:
        seen: set[int] = set()
        place: int | None = office
        while place and place not in seen:
            seen.add(place)
            yield place
            place = self._parents.get(place)

    def leads(self, parties: QuerySet[ActionParty]) -> dict[int, set[int]]:
        """The active people behind the leads among these parties, by action; no entry for nobody."""
        found: dict[int, set[int]] = defaultdict(set)
        leads = parties.filter(part=Part.LEAD)
        for action, person, office, role in leads.values_list("action_id", "person_id", "office_id", "role"):
            if people := self._behind(person, office, role):
                found[action] |= people
        return found

    def reaches(self, person: int | None, office: int | None, role: str) -> bool:
        """Whether there is an active person behind a party."""
        return bool(self._behind(person, office, role))

    def _behind(self, person: int | None, office: int | None, role: str) -> set[int]:
        if person:
            named = {person}
        elif not office:
            return set()
        elif role:
            named = self._holders.get((office, role), set())
        else:
            named = {self._focal_points[office]} if office in self._focal_points else set()
        return self.reached(*named)

    def reached(self, *people: int | None) -> set[int]:
        """Those of these people (ids) who are active, and who stands in for them."""
        active = {pk for pk in people if pk in self.people}
        return active.union(*(self._deputies.get(pk, ()) for pk in active))

    def reminded(self, leads: set[int] | None, coordinator: int | None, manager: int | None) -> set[int]:
        """Who is reminded of an action: its leads, and who looks after it where mail fails one of them."""
        if leads and self.unreachable.isdisjoint(leads):
            return leads
        return (leads or set()) | self.stand_in(coordinator, manager)

    @cached_property
    def unreachable(self) -> set[int]:
        """People (ids) whose mail came back."""
        return set(bounces.unreachable())

    def stand_in(self, coordinator: int | None, manager: int | None) -> set[int]:
        """Who is told of an action nobody leads: the response's coordinator, else the evaluation manager."""
        for pk in (coordinator, manager):
            if reached := self.reached(pk):
                return reached
        return set()
