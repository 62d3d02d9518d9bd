"""Handing over what a person holds, in one step; and what the foundation itself knows that a person holds."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack import audit, holdings, people
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.holdings import Handing, Holding, Item
from evaltrack.kinds import HANDED_OVER
from evaltrack.models import Membership, Office, User
from evaltrack.notifications import tell
from evaltrack.roles import Role


@transaction.atomic
def hand_over(
    person: User,
    takers: Mapping[str, User | None],
    *,
    by: User | None,
    reason: str,
    now: datetime,
    today: date,
    close: bool = False,
) -> list[Holding]:
    """Give each kind of ``takers`` to its new holder; ``None`` is the focal point of each thing's office.

    What belongs to an office without one stays, and is returned. ``close`` closes the account at once.
    Handing back is the same step the other way. Raises PermissionDenied, and Refused without a reason, for a
    taker who cannot, or where the account is to be closed and something would be left.
    """
    people.check(by, person, today)
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why in a sentence: the new holder reads it, and the history keeps it."))
    if not takers and not close:
        raise Refused(_("Choose what is to be handed over."))
    _check_takers(person, takers)
    with audit.one_click():
        held = [one for one in holdings.of(person, by=None, today=today) if one.key in takers]
        given, left = _give(person, held, takers, by=by, reason=reason, now=now, today=today)
        for to, parts in given.items():
            _tell(to, person, parts, by=by, reason=reason, now=now)
        remaining = {one.key: one.count for one in left}
        counts = {one.key: (one.count, remaining.get(one.key, 0)) for one in held}
        names = ", ".join(sorted(to.name for to in given))
        changes = {"to": ("", names), "comment": ("", reason), **counts}
        audit.record("handed over", person, by=by, changes=changes)
        if close:
            people.deactivate(person, by=by, today=today)
    return left


def _check_takers(person: User, takers: Mapping[str, User | None]) -> None:
    named = {to.pk: to for to in takers.values() if to}
    there = User.objects.staying(named)
    for to in named.values():
        if to.pk == person.pk:
            raise Refused(_("%(person)s holds it already. Choose someone else.") % {"person": person})
        if to.pk not in there:
            raise Refused(_("The account of %(person)s is deactivated.") % {"person": to})


def _give(
    person: User,
    held: list[Holding],
    takers: Mapping[str, User | None],
    *,
    by: User | None,
    reason: str,
    now: datetime,
    today: date,
) -> tuple[dict[User, list[tuple[Holding, int]]], list[Holding]]:
    """Hand over; what each new holder got, and what is left for want of a focal point."""
    given: dict[User, list[tuple[Holding, int]]] = defaultdict(list)
    left: list[Holding] = []
    at_offices = holdings.focal_points(person)
    for holding in held:
        to = takers[holding.key]
        shares = {to: [item.pk for item in holding.items]} if to else holding.by_focal_point(at_offices)
        for taker, keys in shares.items():
            if taker is None:
                left.append(holding.only(keys))
                continue
            holding.give(keys, Handing(person, taker, by, now, today, reason))
            given[taker].append((holding, len(keys)))
    return given, left


def _tell(
    to: User,
    person: User,
    parts: list[tuple[Holding, int]],
    *,
    by: User | None,
    reason: str,
    now: datetime,
) -> None:
    def text() -> str:
        things = ", ".join(f"{holding.label} ({count})" for holding, count in parts)
        return _("What %(person)s held is yours now: %(things)s.") % {"person": person, "things": things}

    key = f"hand-over.{person.pk}.{now.isoformat()}"
    about, url = f"person.{person.pk}", reverse("home")
    tell([to], HANDED_OVER, key=key, about=about, text=text, detail=reason, url=url, now=now, by=by)


# What the foundation knows of ----------------------------------------------------------------------------


def own(person: User, *, by: User | None, today: date) -> list[Holding]:
    """The person's roles, and the offices whose focal point they are: two queries."""
    roles = Membership.objects.not_over(today).filter(person=person).select_related("office")
    offices = Office.objects.filter(focal_point=person).exclude(ends_on__lt=today)
    return [
        Holding(
            "roles",
            gettext_lazy("roles"),
            [
                Item(row.pk, f"{row.get_role_display()}: {row.office}", _address(row.office), row.office_id)
                for row in roles.order_by("office__name", "role")
            ],
            give_roles,
            binds=False,  # on a closed account they lie still, and come back with it
        ),
        Holding(
            "focal_points",
            gettext_lazy("offices to be focal point of"),
            # The office above takes it, since its own focal point is the one who leaves.
            [Item(row.pk, row.name, _address(row), row.parent_id) for row in offices.order_by("name")],
            give_focal_points,
        ),
    ]


def _address(office: Office) -> str:
    return reverse("office", args=[office.pk])


def give_roles(keys: list[int], handing: Handing) -> None:
    """The new holder has the roles from today, for as long as they were given; the old one no longer."""
    for row in Membership.objects.filter(pk__in=keys).select_related("office", "person"):
        give_role(row.office, Role(row.role), handing, until=row.ends_on)
        people.end_membership(row, by=handing.by, today=handing.today)


def give_role(office: Office, role: Role, handing: Handing, until: date | None = None) -> None:
    """Grant a role to the new holder, unless they have it already."""
    there = Membership.objects.not_over(handing.today).filter(person=handing.to, office=office, role=role)
    if not there.exists():
        people.grant(handing.to, office, role, by=handing.by, today=handing.today, until=until)


def give_focal_points(keys: list[int], handing: Handing) -> None:
    for office in Office.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        change(office, by=handing.by, verb="handed over", also=handing.said, focal_point=handing.to)
