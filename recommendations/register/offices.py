"""The offices that a register names: found by name, short name or alias, else to be made."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone

from evaltrack import audit
from evaltrack.models import Membership, Office, OfficeAlias, User
from evaltrack.names import folded
from evaltrack.roles import Permission, roles_with

# The organisation as a whole.
ALL = {"global", "worldwide", "organisation wide", "organization wide", "all"}
_SPELLED = (
    (r"^ro\b", "regional office"), (r"^regional office\b", "ro"), (r"^co\b", "country office"),
    (r"^country office\b", "co"),
)  # fmt: skip


@dataclass
class Offices:
    """The offices by their names, read once (three queries); ``head`` stands for the whole."""

    head: Office | None
    by_key: dict[str, Office] = field(default_factory=dict)

    @classmethod
    def read(cls, by: User | None) -> "Offices":
        aliases = Prefetch("aliases", OfficeAlias.objects.order_by("pk"))
        rows = list(Office.objects.select_related("merged_into").prefetch_related(aliases).order_by("pk"))
        found = cls(_head(rows, by))
        for row in rows:
            keys = [row.name_key, row.short_name_key, *(alias.key for alias in row.aliases.all())]
            for key in filter(None, keys):
                found.by_key.setdefault(key, row.merged_into or row)
        return found

    def named(self, name: str) -> Office | None:
        key = folded(name)
        keys = [key, *(re.sub(pattern, words, key) for pattern, words in _SPELLED)]
        known = next((self.by_key[one] for one in keys if one in self.by_key), None)
        return known or (self.head if key in ALL else None)

    def keys(self, names: Iterable[str]) -> list[int]:
        """The ids of those that are there, in order; the head office where there is none."""
        found = {office.pk for office in map(self.named, names) if office}
        if not found and self.head:
            found = {self.head.pk}
        return sorted(found)

    def names(self, keys: Iterable[int]) -> list[str]:
        called = {
            office.pk: office.name for office in [*self.by_key.values(), *([self.head] if self.head else [])]
        }
        return [called.get(key, str(key)) for key in keys]


def _head(rows: list[Office], by: User | None) -> Office | None:
    """The topmost office of the person's as evaluation unit; for a command the top of the largest tree."""
    children: dict[int | None, list[int]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row.pk)
    tops = [row for row in rows if row.parent_id is None and row.merged_into_id is None]
    if by and not by.is_superuser:
        held = Membership.objects.acting(by, timezone.localdate()).filter(
            role__in=roles_with(Permission.OVERSEE)
        )
        mine = set(held.values_list("office_id", flat=True))
        tops = [row for row in rows if row.pk in mine and row.parent_id not in mine]

    def size(pk: int) -> int:
        return 1 + sum(size(child) for child in children.get(pk, []))

    return max(tops, key=lambda row: (size(row.pk), -row.pk), default=None)


def make(names: Iterable[str], known: Offices, *, by: User | None) -> list[Office]:
    """Make those that are still missing, below the head office; within the caller's transaction.

    Nobody holds a role there yet, so nobody gains sight of anything; they can be merged and renamed.
    """
    made = []
    # Where there is nothing yet, that for the whole comes first, and the others below it.
    for name in sorted(names, key=lambda one: folded(one) not in ALL):
        if known.named(name) is None:
            office = Office.objects.create(name=name[:200], kind=_kind(name), parent=known.head)
            audit.record(
                "added", office, by=by, changes={"name": ("", office.name), "parent": (None, known.head)}
            )
            known.by_key[folded(name)] = office
            made.append(office)
            known.head = known.head or (office if folded(name) in ALL else None)
    return made


def _kind(name: str) -> str:
    key = folded(name)
    if re.match(r"(ro|regional)\b", key):
        return Office.Kind.REGIONAL
    if re.match(r"(co|country)\b", key):
        return Office.Kind.COUNTRY
    return Office.Kind.HEADQUARTERS if re.match(r"(hq|headquarters)\b", key) else Office.Kind.OTHER
