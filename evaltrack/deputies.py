"""Deputies: who stands in for whom between two days, both included.

What a deputy may do follows from the rows alone: see ``roles.identities`` and ``MembershipQuerySet.acting``.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.kinds import DEPUTY_NAMED
from evaltrack.models import Deputy, User
from evaltrack.notifications import tell
from evaltrack.people import may_manage


def check(by: User | None, person: User, today: date) -> None:
    """People name their own deputies, and so does who manages their account."""
    if by and by.pk != person.pk and not may_manage(by, person, today):
        raise PermissionDenied(
            _("Only %(person)s, or an administrator of all their offices, names their deputy.")
            % {"person": person}
        )


@transaction.atomic
def name(
    person: User,
    deputy: User,
    *,
    by: User | None,
    starts_on: date,
    ends_on: date,
    now: datetime,
    today: date,
    reason: str = "",
) -> Deputy:
    """Have ``deputy`` stand in for ``person``; both are told.

    Raises PermissionDenied, and Refused for oneself, a closed account, days that are past or out of order, or
    days on which they stand in already.
    """
    check(by, person, today)
    # Both are locked: neither is deactivated meanwhile, and the same pair is not named twice at once.
    pair = User.objects.select_for_update(no_key=True).filter(pk__in=[person.pk, deputy.pk]).order_by("pk")
    active = {one.pk for one in pair if one.is_active}
    if person.pk == deputy.pk:
        raise Refused(_("Nobody stands in for themselves. Choose someone else."))
    for one in (person, deputy):
        if one.pk not in active:
            raise Refused(_("The account of %(person)s is deactivated.") % {"person": one})
    if ends_on < starts_on:
        raise Refused(_("It ends before it begins. Change one of the two dates."))
    if starts_on < today:
        raise Refused(_("The first day must not lie in the past."))
    there = Deputy.objects.filter(
        person=person, deputy=deputy, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).first()
    if there:
        raise Refused(
            _("%(deputy)s stands in for %(person)s already from %(from)s to %(until)s. End that first.")
            % _words(there)
        )
    made = Deputy.objects.create(
        person=person, deputy=deputy, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    changes = {"deputy": ("", str(deputy)), "starts_on": (None, starts_on), "ends_on": (None, ends_on)}
    audit.record("deputy named", person, by=by, changes=changes | _said(made))
    _tell(made, "named", by=by, now=now)
    return made


@transaction.atomic
def end(row: Deputy, *, by: User | None, now: datetime, today: date) -> None:
    """Have it end now: yesterday was its last day. One that began today or later leaves no row."""
    check(by, row.person, today)
    row = Deputy.objects.select_for_update(of=("self",)).select_related("person", "deputy").get(pk=row.pk)
    if row.ends_on < today:
        return
    yesterday = today - timedelta(days=1)
    changes = {"deputy": (str(row.deputy), ""), "ends_on": (row.ends_on, yesterday)}
    audit.record("deputy ended", row.person, by=by, changes=changes)
    _tell(row, "ended", by=by, now=now)
    if row.starts_on > yesterday:
        row.delete()
    else:
        row.ends_on = yesterday
        row.save(update_fields=["ends_on"])


def of(person: User, today: date) -> "QuerySet[Deputy]":
    """Who stands in for the person, now or later."""
    rows = Deputy.objects.filter(person=person, ends_on__gte=today).select_related("deputy")
    return rows.order_by("starts_on", "pk")


def duties_of(person: User, today: date) -> "QuerySet[Deputy]":
    """For whom the person stands in, now or later."""
    rows = Deputy.objects.filter(deputy=person, ends_on__gte=today).select_related("person")
    return rows.order_by("starts_on", "pk")


def standing_in(people: Iterable[int] | None, on: date) -> dict[int, set[int]]:
    """The deputies (ids) of each of these people (ids; ``None``: of all) on that day: one query."""
    rows = Deputy.objects.current(on)
    if people is not None:
        rows = rows.filter(person__in=people)
    found: dict[int, set[int]] = defaultdict(set)
    for person, deputy in rows.values_list("person", "deputy"):
        found[person].add(deputy)
    return found


def _said(row: Deputy) -> dict[str, tuple[str, str]]:
    return {"comment": ("", row.reason)} if row.reason else {}


def _words(row: Deputy) -> dict[str, object]:
    return {
        "deputy": row.deputy,
        "person": row.person,
        "from": date_format(row.starts_on),
        "until": date_format(row.ends_on),
    }


def _tell(row: Deputy, occasion: str, *, by: User | None, now: datetime) -> None:
    def text() -> str:
        if occasion == "ended":
            return _("%(deputy)s no longer stands in for %(person)s.") % _words(row)
        return _("%(deputy)s stands in for %(person)s from %(from)s to %(until)s.") % _words(row)

    tell(
        [row.person, row.deputy],
        DEPUTY_NAMED,
        key=f"deputy.{row.pk}.{occasion}",
        about=f"deputy.{row.pk}",
        text=text,
        detail=row.reason,
        url=reverse("profile"),
        now=now,
        by=by,
    )
