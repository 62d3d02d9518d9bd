"""What a person may do and see, and why: for the administrator who is asked.

What they may do is read from the roles; what they may see, each storey above says through ``PERSON_SIGHT``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import GRANTS, NOT_INHERITED, Permission, Role


@dataclass(frozen=True, slots=True)
class Carrier:
    """A role that counts for the person: their own, or that of someone whose deputy they are."""

    role: Role
    office: Office
    of: Deputy | None
    until: date | None

    @property
    def permissions(self) -> frozenset[Permission]:
        return GRANTS[self.role] - NOT_INHERITED if self.of else GRANTS[self.role]

    def __str__(self) -> str:
        """Such as "Reader at Country Office Norland, as deputy of Una Berg until 4 May 2026"."""
        words = _("%(role)s at %(office)s") % {"role": self.role.label, "office": self.office.name}
        if self.of:
            words = _("%(role)s, as deputy of %(person)s") % {"role": words, "person": self.of.person}
        if self.until:
            return _("%(role)s until %(day)s") % {"role": words, "day": date_format(self.until)}
        return words


@dataclass(frozen=True, slots=True)
class Standing:
    """In whose name a person acts on a day, and by which roles: two queries."""

    person: User
    deputies: Mapping[int, Deputy] = field(default_factory=dict)  # by the person they stand in for
    carriers: Sequence[Carrier] = ()

    @classmethod
    def of(cls, person: User, on: date) -> "Standing":
        if not person.is_active:
            return cls(person)
        standing_in = Deputy.objects.current(on).filter(deputy=person).select_related("person")
        deputies = {one.person_id: one for one in standing_in.order_by("ends_on")}
        held = Membership.objects.acting(person, on).select_related("office")
        carriers = []
        for one in held.order_by("office__name", "role", "pk"):
            of = None if one.person_id == person.pk else deputies.get(one.person_id)
            ends = [day for day in (one.ends_on, of.ends_on if of else None) if day]
            carriers.append(Carrier(Role(one.role), one.office, of, min(ends, default=None)))
        return cls(person, deputies, carriers)

    @property
    def identities(self) -> frozenset[int]:
        """Whom they may act as (ids), as ``roles.identities`` has it."""
        return frozenset({self.person.pk, *self.deputies}) if self.person.is_active else frozenset()

    def by_permission(self) -> list[tuple[Permission, list[Carrier]]]:
        """Every permission, with the roles that carry it."""
        return [
            (permission, [carrier for carrier in self.carriers if permission in carrier.permissions])
            for permission in Permission
        ]

    def in_the_name_of(self, identity: int | None) -> str:
        """ " (as deputy of Una Berg until 4 May 2026)" where they act for someone else."""
        deputy = self.deputies.get(identity or 0)
        if deputy is None:
            return ""
        return " " + _("(as deputy of %(person)s until %(day)s)") % {
            "person": deputy.person,
            "day": date_format(deputy.ends_on),
        }


@dataclass(frozen=True, slots=True)
class Told:
    """One thing with why the person sees it, or why not."""

    title: str
    url: str
    reasons: list[str]


class Sight(Protocol):
    """What a person sees of one kind of thing, as far as ``by`` may know of it."""

    title: str
    search_label: str
    empty: str

    def __init__(self, person: User, *, by: User, today: date) -> None: ...

    def seen(self, query: str) -> QuerySet[Any]:
        """Those whose name holds the words of the query."""

    def not_shown(self) -> int:
        """How many more the person sees that ``by`` may not know of."""

    def explained(self, rows: Iterable[Any]) -> list[Told]:
        """Some of the seen, each with why they see it: a number of queries that does not grow."""

    def unseen(self, query: str) -> list[Told]:
        """The first of those that match the query and they do not see, each with why not."""


def sight(person: User, *, by: User, today: date) -> Sight:
    return cast(type[Sight], import_string(settings.PERSON_SIGHT))(person, by=by, today=today)
