"""Offices: adding, renaming, moving and closing them, and the other names they are known by.

``by=None`` is EvalTrack itself (a command), which may do everything.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit, people
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import Office, OfficeAlias, User
from evaltrack.people import check_office
from evaltrack.roles import Role


def _unambiguous(name: str, office: Office | None = None) -> str:
    """The name, refused if another office is already called so (also by an alias)."""
    name = " ".join(name.split())
    others = Office.objects.exclude(pk=office.pk) if office else Office.objects.all()
    other = others.named(name)
    if other:
        raise Refused(
            _("“%(name)s” already means %(office)s. Give this office another name.")
            % {"name": name, "office": other.name}
        )
    return name


def _in_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(_("It ends before it begins. Change one of the two dates."))


@transaction.atomic
def add_office(
    *,
    by: User | None,
    today: date,
    name: str,
    parent: Office | None = None,
    short_name: str = "",
    **fields: Any,
) -> Office:
    """Add an office below another one; a top-level office gets ``by`` as its administrator.

    Raises PermissionDenied, Refused where the name is taken or the dates are out of order.
    """
    if by and (parent.pk not in people.managed_by(by) if parent else not people.managed_by(by)):
        raise PermissionDenied(_("You may add offices only below those you manage."))
    _in_order(fields.get("starts_on"), fields.get("ends_on"))
    office = Office.objects.create(
        name=_unambiguous(name), short_name=_unambiguous(short_name), parent=parent, **fields
    )
    audit.record("added", office, by=by, changes={"name": ("", office.name), "parent": (None, parent)})
    _keep_managing(office, by, today)
    return office


@transaction.atomic
def change_office(
    office: Office, *, by: User | None, today: date, keep_old_name: bool = False, **fields: Any
) -> bool:
    """Change anything but the place in the tree; ``keep_old_name``: a new name leaves the old as an alias.

    Raises PermissionDenied, Refused where the name is taken or the dates are out of order.
    """
    check_office(by, office)
    if office.merged_into:
        raise Refused(
            _("%(office)s was merged into %(into)s, and stays as it was.")
            % {"office": office.name, "into": office.merged_into.name}
        )
    for column in {"name", "short_name"} & fields.keys():
        fields[column] = _unambiguous(fields[column], office)
    _in_order(fields.get("starts_on", office.starts_on), fields.get("ends_on", office.ends_on))
    old_name = office.name
    changed = change(office, by=by, **fields)
    if keep_old_name and office.name != old_name and not Office.objects.filter(pk=office.pk).named(old_name):
        begun = office.starts_on if office.starts_on and office.starts_on <= today else None
        add_alias(office, by=by, name=old_name, starts_on=begun, ends_on=today)
    return changed


@transaction.atomic
def move_office(office: Office, *, by: User | None, today: date, parent: Office | None) -> bool:
    """Put the office, with all below it, under another one or (``None``) at the top.

    Raises PermissionDenied, Refused where it would come to lie below itself.
    """
    # The whole tree is locked: two moves at once, each right alone, could close a circle together.
    list(Office.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    before = office.parent
    if parent == before:
        return False
    check_office(by, office)
    if parent:
        check_office(by, parent)
        if parent.pk in Office.objects.all().with_sub_offices([office.pk]):
            raise Refused(
                _("%(office)s cannot become part of %(parent)s, which is itself part of %(office)s.")
                % {"office": office, "parent": parent}
                if parent != office
                else _("%(office)s cannot be part of itself.") % {"office": office}
            )
    office.parent = parent
    office.save(update_fields=["parent"])
    audit.record("moved", office, by=by, changes={"parent": (before, parent)})
    _keep_managing(office, by, today)
    return True


def _keep_managing(office: Office, by: User | None, today: date) -> None:
    """Who puts an office at the top, where no role reaches from above, becomes its administrator."""
    if by and not by.is_superuser and office.pk not in people.managed_by(by):
        people.grant(by, office, Role.ADMINISTRATOR, by=None, today=today)


@transaction.atomic
def add_alias(
    office: Office, *, by: User | None, name: str, starts_on: date | None = None, ends_on: date | None = None
) -> OfficeAlias:
    """Add a name by which people know the office, for good or between two dates.

    Raises PermissionDenied, Refused where the name is empty or taken or the dates are out of order.
    """
    check_office(by, office)
    _in_order(starts_on, ends_on)
    name = _unambiguous(name, office)
    if not name or Office.objects.filter(pk=office.pk).named(name):
        raise Refused(_("%(office)s is known by that name already.") % {"office": office})
    alias = OfficeAlias.objects.create(office=office, name=name, starts_on=starts_on, ends_on=ends_on)
    audit.record("alias added", office, by=by, changes={"alias": ("", name)})
    return alias


@transaction.atomic
def remove_alias(alias: OfficeAlias, *, by: User | None) -> None:
    """Forget a name."""
    check_office(by, alias.office)
    audit.record("alias removed", alias.office, by=by, changes={"alias": (alias.name, "")})
    alias.delete()
