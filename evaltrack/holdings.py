"""What a person holds: everything that would lie idle without them, in kinds that can be handed over.

Each storey says what it knows of, through ``PERSON_HOLDINGS`` in the settings.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from evaltrack.models import Office, User

LISTED = 5  # things of one kind that a page lists by name


@dataclass(frozen=True, slots=True)
class Item:
    """One thing held; ``text`` is "" where the one who looks may not know of it.

    The focal point of ``office`` takes it where nobody is named.
    """

    pk: int
    text: str
    url: str
    office: int | None


@dataclass(frozen=True, slots=True)
class Handing:
    """A hand-over being made: from whom, to whom, by whom, when and why."""

    person: User
    to: User
    by: User | None
    now: datetime
    today: date
    reason: str

    @property
    def said(self) -> dict[str, tuple[str, str]]:
        """The reason, as the history keeps it."""
        return {"comment": ("", self.reason)} if self.reason else {}


@dataclass(frozen=True, slots=True)
class Holding:
    """What a person holds of one kind. ``give`` hands the items with these keys over.

    An account can be closed only when nothing is held that ``binds``. ``note`` says what handing over changes
    beside.
    """

    key: str
    label: Any
    items: list[Item]
    give: Callable[[list[int], Handing], None]
    binds: bool = True
    note: str = ""

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def listed(self) -> list[Item]:
        """The first of those that the one who looks may know of."""
        return [item for item in self.items if item.text][:LISTED]

    @property
    def more(self) -> int:
        return sum(1 for item in self.items if item.text) - len(self.listed)

    @property
    def hidden(self) -> int:
        return sum(1 for item in self.items if not item.text)

    def only(self, keys: Iterable[int]) -> "Holding":
        """The items with these keys alone."""
        wanted = set(keys)
        return replace(self, items=[item for item in self.items if item.pk in wanted])

    def by_focal_point(self, focal_points: dict[int, User]) -> dict[User | None, list[int]]:
        """The keys of the items by the person who takes them; ``None`` where there is nobody."""
        found: dict[User | None, list[int]] = {}
        for item in self.items:
            found.setdefault(focal_points.get(item.office or 0), []).append(item.pk)
        return found


def of(person: User, *, by: User | None, today: date) -> list[Holding]:
    """What the person holds, as ``by`` may see it (``None``: all of it); nothing empty."""
    found = (import_string(path)(person, by=by, today=today) for path in settings.PERSON_HOLDINGS)
    return [holding for holdings in found for holding in holdings if holding.items]


def focal_points(person: User) -> dict[int, User]:
    """Who takes what belongs to an office (id) when the person leaves: one query."""
    rows = Office.objects.filter(focal_point__is_active=True).exclude(focal_point=person)
    return {row.pk: row.focal_point for row in rows.select_related("focal_point") if row.focal_point}


def counted(holdings: Iterable[Holding]) -> str:
    """Such as "Key actions led (3), evaluations managed (1)"."""
    counts: Counter[str] = Counter()
    for holding in holdings:
        counts[str(holding.label)] += holding.count
    return ", ".join(f"{label} ({count})" for label, count in counts.items())
