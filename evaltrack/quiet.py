"""Quiet days and days of rest: when no digest is written to the people of an office.

``by=None`` is EvalTrack itself (a command), which may do everything.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack import audit, people
from evaltrack.errors import Refused
from evaltrack.models import Office, QuietDays, User

AT_MOST = 60  # days on end: longer, and what is due would be told too late for anything to be done
WEEK = 7


@transaction.atomic
def add(
    office: Office | None, *, by: User | None, today: date, name: str, first: date, last: date
) -> QuietDays:
    """Let nobody of the office and those below it be written to on these days; ``None`` is everywhere.

    Raises PermissionDenied, and Refused for days that are out of order, past, too many, or there already.
    """
    check(by, office)
    if last < first:
        raise Refused(_("It ends before it begins. Change one of the two dates."))
    if last < today:
        raise Refused(_("These days are past. Choose days to come."))
    if (last - first).days >= AT_MOST:
        raise Refused(
            _("That is %(days)d days. At most %(most)d on end can be quiet; enter a part of them.")
            % {"days": (last - first).days + 1, "most": AT_MOST}
        )
    name = " ".join(name.split())
    there = QuietDays.objects.filter(office=office, first__lte=last, last__gte=first).first()
    if there:
        raise Refused(
            _("%(name)s, from %(first)s to %(last)s, is there already. Remove it first.")
            % {"name": there.name, "first": date_format(there.first), "last": date_format(there.last)}
        )
    made = QuietDays.objects.create(office=office, name=name, first=first, last=last)
    audit.record("added", made, by=by, changes=_told(made))
    return made


@transaction.atomic
def remove(days: QuietDays, *, by: User | None) -> None:
    check(by, days.office)
    told = {field: (old, "") for field, (_blank, old) in _told(days).items()}
    audit.record("removed", days, by=by, changes=told)
    days.delete()


def check(by: User | None, office: Office | None) -> None:
    """Days of an office are kept by who manages its people; those of everyone by who manages the top."""
    if by and not may_keep(by, office):
        raise PermissionDenied(_("You keep the quiet days of the offices you manage only."))


def may_keep(by: User, office: Office | None) -> bool:
    managed = people.managed_by(by)
    return office.pk in managed if office else Office.objects.filter(pk__in=managed, parent=None).exists()


def _told(days: QuietDays) -> dict[str, tuple[object, object]]:
    return {
        "office": ("", str(days.office or "")),
        "name": ("", days.name),
        "first": (None, days.first),
        "last": (None, days.last),
    }


class Calendar:
    """Which days are quiet where, between two days: read once, two queries."""

    def __init__(self, first: date, last: date) -> None:
        self._first, self._last = first, last
        self._known: dict[tuple[int, date], bool] = {}

    @cached_property
    def _offices(self) -> dict[int, tuple[int | None, str]]:
        rows = Office.objects.values_list("pk", "parent_id", "rest_days")
        return {pk: (parent, rest) for pk, parent, rest in rows}

    @cached_property
    def _spans(self) -> dict[int | None, list[tuple[date, date]]]:
        spans: dict[int | None, list[tuple[date, date]]] = defaultdict(list)
        near = QuietDays.objects.filter(first__lte=self._last, last__gte=self._first)
        for office, first, last in near.values_list("office_id", "first", "last"):
            spans[office].append((first, last))
        return dict(spans)

    def is_quiet(self, offices: Collection[int], day: date) -> bool:
        """Whether nobody works then at any of these offices (ids); without offices, whether all rest.

        Who works at two offices is written to as long as one of them works.
        """
        if self._is_kept(None, day):
            return True
        return bool(offices) and all(self._is_quiet_at(office, day) for office in offices)

    def _is_quiet_at(self, office: int, day: date) -> bool:
        key = office, day
        if key not in self._known:
            above = self._above(office)
            rest = next((self._offices[pk][1] for pk in above if self._offices[pk][1]), "")
            resting = str(day.isoweekday()) in rest
            self._known[key] = resting or any(self._is_kept(pk, day) for pk in above)
        return self._known[key]

    def _above(self, office: int) -> list[int]:
        """The office, and those it is part of, the nearest first."""
        found: list[int] = []
        place: int | None = office
        while place in self._offices and place not in found:
            found.append(place)
            place = self._offices[place][0]
        return found

    def _is_kept(self, office: int | None, day: date) -> bool:
        return any(first <= day <= last for first, last in self._spans.get(office, ()))
