"""Merging one office into another: its people, names and work go there; it ends, and keeps its past.

What the storeys above tie to an office goes along through ``OFFICE_MERGES`` in the settings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Office, OfficeAlias, User
from evaltrack.names import folded
from evaltrack.people import check_office


@dataclass(frozen=True, slots=True)
class Companion:
    """What goes along: told in sentences, with what stands in the way ("" nothing), and carried."""

    told: Callable[[Office], list[str]]
    hindrance: Callable[[Office, Office], str]
    carry: "Callable[[Office, Office, User | None], None]"


def companions() -> list[Companion]:
    return [import_string(path) for path in settings.OFFICE_MERGES]


def preview(office: Office, today: date) -> list[str]:
    """What would go to the other office, in sentences with numbers."""
    people = Membership.objects.not_over(today).filter(office=office).count()
    below, names = office.children.count(), office.aliases.count()
    sentences = [
        ngettext("%(count)d role goes over", "%(count)d roles go over", people) % {"count": people},
        ngettext("%(count)d office below it moves", "%(count)d offices below it move", below)
        % {"count": below},
        ngettext(
            "%(count)d other name goes along with its own",
            "%(count)d other names go along with its own",
            names,
        )
        % {"count": names},
    ]
    return sentences + [sentence for one in companions() for sentence in one.told(office)]


@transaction.atomic
def merge(office: Office, into: Office, *, by: User | None, today: date) -> None:
    """Merge ``office`` into another one; today is its last day.

    Raises PermissionDenied unless ``by`` manages both, and Refused where it is over, or lies above the other
    one, or the work of the two cannot be put together.
    """
    # The whole tree is locked, as where an office is moved: no circle can be closed meanwhile.
    locked = {one.pk: one for one in Office.objects.select_for_update(no_key=True).order_by("pk")}
    office, into = locked[office.pk], locked[into.pk]
    check_office(by, office)
    check_office(by, into)
    if sentence := hindrance(office, into, today):
        raise Refused(sentence)
    with audit.one_click():
        for one in companions():
            one.carry(office, into, by)
        _carry_roles(office, into, by, today)
        _carry_names(office, into, by, today)
        _carry_tree(office, into, by)
        if office.focal_point_id and not into.focal_point_id:
            change(into, by=by, focal_point=office.focal_point)
        change(office, by=by, verb="merged", merged_into=into, ends_on=today, focal_point=None)


def hindrance(office: Office, into: Office, today: date) -> str:
    """What stands in the way of a merger; "" nothing."""
    words = {"office": office.name, "into": into.name}
    if office.pk == into.pk:
        return _("%(office)s cannot be merged into itself. Choose another office.") % words
    for one in (office, into):
        if one.merged_into_id:
            return _("%(one)s was merged already.") % {"one": one.name}
        if one.ends_on and one.ends_on < today:
            return _("%(one)s is closed.") % {"one": one.name}
    if office.starts_on and office.starts_on > today:
        return _("%(office)s does not exist yet.") % words
    if into.pk in Office.objects.all().with_sub_offices([office.pk]):
        return (
            _("%(into)s is part of %(office)s. Merge the other way round, or move it out of there first.")
            % words
        )
    return next((found for one in companions() if (found := one.hindrance(office, into))), "")


def _carry_tree(office: Office, into: Office, by: User | None) -> None:
    """What lies below moves, and so does the office: whoever looks after its successor finds its past."""
    moving = list(Office.objects.filter(Q(pk=office.pk) | Q(parent=office)).select_related("parent"))
    Office.objects.filter(pk__in=[one.pk for one in moving]).update(parent=into)
    audit.record_many(
        [audit.entry("moved", one, by=by, changes={"parent": (one.parent, into)}) for one in moving]
    )


def _carry_roles(office: Office, into: Office, by: User | None, today: date) -> None:
    """Whoever has a role at the one has it at the other from today, for as long as it was given."""
    yesterday = today - timedelta(days=1)
    going = Membership.objects.not_over(today).filter(office=office).select_related("person", "office")
    there = {(row.person_id, row.role): row for row in Membership.objects.filter(office=into)}
    new, longer, entries = [], [], []
    ended: dict[bool, list[int]] = {True: [], False: []}
    for row in going.order_by("pk"):
        begins = max(today, row.starts_on or today)
        held = there.get((row.person_id, row.role))
        if held is None:
            new.append(
                Membership(
                    person=row.person, office=into, role=row.role, starts_on=begins, ends_on=row.ends_on
                )
            )
        elif held.ends_on and (row.ends_on is None or row.ends_on > held.ends_on):
            held.starts_on = begins if held.ends_on < today else held.starts_on
            held.ends_on = row.ends_on
            longer.append(held)
        ended[bool(row.starts_on and row.starts_on > yesterday)].append(row.pk)
        offices = {"office": (office.name, into.name)}
        entries.append(audit.entry("moved", row, by=by, parent=row.person, changes=offices))
    Membership.objects.bulk_create(new)
    Membership.objects.bulk_update(longer, ["starts_on", "ends_on"])
    Membership.objects.filter(pk__in=ended[True]).delete()
    Membership.objects.filter(pk__in=ended[False]).update(ends_on=yesterday)
    audit.record_many(entries)


def _carry_names(office: Office, into: Office, by: User | None, today: date) -> None:
    """The other office is known by all names of the one: texts that name it so mean the successor."""
    known = {into.name_key, into.short_name_key, *into.aliases.values_list("key", flat=True)}
    moved, entries = [], list[AuditEntry]()
    for alias in office.aliases.order_by("pk"):
        if alias.key not in known:
            moved.append(alias.pk)
            known.add(alias.key)
            entries.append(_name_entry(into, alias.name, by))
    OfficeAlias.objects.filter(pk__in=moved).update(office=into)
    for name in (office.name, office.short_name):
        if folded(name) and folded(name) not in known:
            known.add(folded(name))
            begun = office.starts_on if office.starts_on and office.starts_on <= today else None
            OfficeAlias.objects.create(office=into, name=name, starts_on=begun, ends_on=today)
            entries.append(_name_entry(into, name, by))
    audit.record_many(entries)


def _name_entry(into: Office, name: str, by: User | None) -> AuditEntry:
    return audit.entry("alias added", into, by=by, changes={"alias": ("", name)})
