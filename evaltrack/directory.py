"""Whom EvalTrack knows by the words of a matrix: people, offices, and roles at offices."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone, translation

from evaltrack import responsible_words as words
from evaltrack.models import Membership, Office, OfficeAlias, User
from evaltrack.names import folded
from evaltrack.roles import Role

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HONORIFIC = re.compile(r"(?:mr|mrs|ms|miss|dr|prof|mme|mlle|m|sr|sra|srta)\.? +(?=\w)", re.IGNORECASE)
_OWNER = re.compile(r"[\w.&-]+['’]s? +")  # "UNDP's country office"
_WITHIN = re.compile(r"(?P<outer>[^(),]+?) *(?:\((?P<bracketed>[^()]+)\)|, *(?P<inner>[^,]+))")
_PERSON = words.pattern(words.PERSON)
_GENDER = re.compile(r"(?:teur)?\((e|trice)\)")  # chargé(e), évaluateur(trice)
_ENGLISH = {"a", "an", "at", "for", "in", "of", "the"}
_FRENCH = {"au", "aux", "d", "de", "des", "du", "en", "l", "la", "le", "les", "pour"}
_SMALL = _ENGLISH | _FRENCH | {"del", "el", "las", "los", "para"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be meant: the text to write in the cell, and a hint to tell it from others."""

    text: str
    hint: str


class Directory:
    """People, offices and aliases read once (three queries); ``find`` and ``proposals`` ask one more."""

    def __init__(self) -> None:
        self.people = list(User.objects.filter(is_active=True).values_list("pk", "name", "email", "function"))
        aliases = Prefetch("aliases", OfficeAlias.objects.order_by("pk"))
        self.offices = list(Office.objects.prefetch_related(aliases).order_by("name", "pk"))
        self._by_pk = {office.pk: office for office in self.offices}
        self._persons: dict[str, set[int]] = defaultdict(set)
        self._named: dict[str, set[int]] = defaultdict(set)
        self._nearly: dict[str, set[int]] = defaultdict(set)
        for pk, name, email, _function in self.people:
            self._persons[folded(name)].add(pk)
            self._persons[email.casefold()].add(pk)
        for office in self.offices:
            keys = {office.name_key, office.short_name_key, *(alias.key for alias in office.aliases.all())}
            for key in keys - {""}:
                self._named[key].add(office.pk)
                self._nearly[_without_small_words(key)].add(office.pk)

    def names_of_several_words(self) -> list[str]:
        """Names with something in them at which a responsible cell might be taken apart."""
        names = [*role_wordings(), *(name for _pk, name, _email, _function in self.people)]
        for office in self.offices:
            names += [office.name, office.short_name, *(alias.name for alias in office.aliases.all())]
        return [name for name in names if re.search(rf"[,;/]| (?:{words.AND}) ", name, re.IGNORECASE)]

    def find(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """``person``, ``office`` and ``role`` for each name; nothing where it is not certain who is meant."""
        found = {name: self._who(name) for name in names}
        people = User.objects.staying({pk for pk, _office, _role in found.values() if pk})
        return {
            name: {"person": people.get(pk) if pk else None, "office": office, "role": role}
            for name, (pk, office, role) in found.items()
        }

    def _who(self, name: str) -> tuple[int | None, Office | None, str]:
        """The person's key, the office and the role."""
        person, office = self._person(name), self._office(name)
        if person and office:
            return None, None, ""
        if person or office:
            return person, office, ""
        office, role = self._role_at(folded(name))
        if office:
            return None, office, role
        return self._within(name)

    def _person(self, name: str) -> int | None:
        address = _ADDRESS.search(name)
        keys = [folded(name), folded(_HONORIFIC.sub("", name, count=1))]
        if address:
            keys = [address[0].casefold()]
        return next((_only(self._persons[key]) for key in keys if key in self._persons), None)

    def _office(self, name: str) -> Office | None:
        return self._office_by(folded(name)) or self._office_by(folded(_OWNER.sub("", name, count=1)))

    def _office_by(self, key: str) -> Office | None:
        found = self._named.get(key) or self._nearly.get(_without_small_words(key)) or set()
        standing = {pk for pk in found if self._by_pk[pk].ends_on is None}
        only = _only(standing or found)
        return self._by_pk[only] if only else None

    def _role_at(self, key: str) -> tuple[Office | None, str]:
        """The words may stand either way: "M&E officer, Country Office X", "Country Office X M&E officer"."""
        for label, role in role_names().items():
            for rest in (key.removeprefix(f"{label} "), key.removesuffix(f" {label}")):
                if rest != key and (office := self._office_by(rest)):
                    return office, role
        return None, ""

    def _within(self, name: str) -> tuple[int | None, Office | None, str]:
        """Someone within something: "Legal Unit (HQ)", "Ana Lima, CO X", "Press assistant (CO X)"."""
        parts = _WITHIN.fullmatch(name)
        if parts is None:
            return None, None, ""
        outer, inner = parts["outer"], parts["bracketed"] or parts["inner"]
        person = self._person(outer) or self._person(inner)
        if person:
            return person, None, ""
        unit, place = self._office(outer), self._office(inner)
        if unit and (place is None or self._is_below(unit, place)):
            return None, unit, ""
        if place and not unit and _PERSON.search(outer):  # somebody there: its focal point will know whom
            return None, place, ""
        return None, None, ""

    def _is_below(self, office: Office, other: Office) -> bool:
        seen: set[int] = set()
        above: Office | None = office
        while above and above.pk not in seen:
            if above.pk == other.pk:
                return True
            seen.add(above.pk)
            above = self._by_pk.get(above.parent_id or 0)
        return False

    def proposals(self, query: str, *, limit: int) -> list[Proposal]:
        """Those of whom a name holds what was typed: at its start, then at a word's start, then anywhere."""
        wanted = folded(query)
        today = timezone.localdate()
        held = list(Membership.objects.current(today).select_related("person").order_by("person__name", "pk"))
        found: dict[Proposal, tuple[int, int, str]] = {}
        named = (self._people(held), self._standing(today), self._roles(held))
        for kind, (key, proposal) in ((kind, one) for kind, ones in enumerate(named) for one in ones):
            at = f" {key}".find(wanted)
            if wanted and at >= 0:
                rank = 0 if at == 1 else 1 if f" {key}"[at - 1] == " " else 2
                order = (rank, kind, proposal.text.casefold())
                found[proposal] = min(order, found.get(proposal, order))
        return sorted(found, key=lambda proposal: found[proposal])[:limit]

    def _people(self, held: Iterable[Membership]) -> Iterator[tuple[str, Proposal]]:
        offices = {membership.person_id: str(self._by_pk[membership.office_id]) for membership in held}
        for pk, name, email, function in self.people:
            alone = len(self._persons[folded(name)]) == 1
            text = name if alone else f"{name} ({email})"
            yield folded(text), Proposal(text, function or offices.get(pk, ""))

    def _roles(self, held: Iterable[Membership]) -> Iterator[tuple[str, Proposal]]:
        """Roles that someone holds, so that there is someone to remind."""
        holders: dict[tuple[str, int], list[str]] = defaultdict(list)
        for membership in held:
            holders[membership.role, membership.office_id].append(membership.person.name)
        for (role, pk), names in holders.items():
            office = self._by_pk[pk]
            text = f"{Role(role).label} ({office.name})"
            for name in {office.short_name, ""}:
                yield folded(f"{text} {name}"), Proposal(text, ", ".join(names))

    def _standing(self, today: date) -> Iterator[tuple[str, Proposal]]:
        """Offices by any of their names, unless they are no more."""
        for office in self.offices:
            if office.merged_into_id is None and (office.ends_on is None or office.ends_on >= today):
                kind = office.get_kind_display()
                yield folded(office.name), Proposal(office.name, office.short_name or kind)
                for other in (office.short_name, *(alias.name for alias in office.aliases.all())):
                    if wanted := folded(other):
                        yield wanted, Proposal(office.name, other)


@cache
def role_wordings() -> dict[str, Role]:
    """The roles by their names in every language of the product, also as he or she alone would write them."""
    wordings = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for role in Role:
                label = str(role.label)
                for wording in (label, re.sub(r"\((?:e|trice)\)", "", label), _GENDER.sub(r"\1", label)):
                    wordings.update({wording: role, wording.replace("’", "'"): role})
    return wordings


@cache
def role_names() -> dict[str, Role]:
    """The roles by their folded names, singular and plural."""
    names = {}
    for wording, role in role_wordings().items():
        names.update({folded(wording): role, f"{folded(wording)}s": role})
    return names


def _without_small_words(key: str) -> str:
    return " ".join(word for word in key.split(" ") if word not in _SMALL)


def _only(found: set[int]) -> int | None:
    return next(iter(found)) if len(found) == 1 else None
