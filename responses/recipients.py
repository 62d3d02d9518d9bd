"""Whom a reminder reaches: the people behind the lead parties of a key action, else whoever looks after it.

The same reading of a party as ``permissions.party_of``, for many actions at once.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import QuerySet

from evaltrack import deputies
from evaltrack.models import Membership, Office, Part, User
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
        held = Membership.objects.current(self.today)
        for office, role, person in held.values_list("office_id", "role", "person_id"):
            self._holders[office, role].add(person)
        focal_points = Office.objects.exclude(focal_point=None)
        self._focal_points = dict(focal_points.values_list("pk", "focal_point_id"))
        self._deputies = deputies.standing_in(None, self.today)

    @property
    def last_day(self) -> date:
        """The latest day it is for anyone."""
        return max((person.today for person in self.people.values()), default=self.today)

    @property
    def last_midnight(self) -> datetime:
        """The latest moment at which anyone's day began."""
        return max((person.midnight for person in self.people.values()), default=beginning(self.today, "UTC"))

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

    def stand_in(self, coordinator: int | None, manager: int | None) -> set[int]:
        """Who is told of an action nobody leads: the response's coordinator, else the evaluation manager."""
        for pk in (coordinator, manager):
            if reached := self.reached(pk):
                return reached
        return set()
