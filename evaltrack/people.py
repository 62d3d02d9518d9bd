"""People: adding, changing, closing their accounts, and the roles they hold.

``by=None`` is EvalTrack itself (a command), which may do everything.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from evaltrack import audit, bounces, holdings, passwords
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import Membership, Office, User
from evaltrack.roles import Permission, Role, office_ids, roles_with

# What people may change about themselves. The address is not among them: it is how they are known to others.
OWN_FIELDS = frozenset({"name", "function", "language", "time_zone"})


def managed_by(person: User) -> frozenset[int]:
    """The offices (ids) whose people and roles the person manages."""
    if person.is_active and person.is_superuser:
        return frozenset(Office.objects.values_list("pk", flat=True))
    return office_ids(person, Permission.MANAGE_PEOPLE)


def may_manage(by: User, person: User, today: date, managed: frozenset[int] | None = None) -> bool:
    """Whether ``by`` may change the account: only who manages every office where the person holds a role.

    Otherwise the administrator of one country could take over the account of headquarters' administrator, by
    giving it another address. ``managed`` spares a query where the caller has :func:`managed_by` already.
    """
    if by.is_superuser or person.is_superuser:
        return by.is_superuser and by.is_active
    managed = managed_by(by) if managed is None else managed
    held = Membership.objects.not_over(today).filter(person=person)
    return bool(managed) and managed.issuperset(held.values_list("office_id", flat=True))


def check(by: User | None, person: User, today: date) -> None:
    if by and not may_manage(by, person, today):
        raise PermissionDenied(
            _("%(person)s has a role at an office that you do not manage. Ask its administrator.")
            % {"person": person}
        )


def check_office(by: User | None, office: Office) -> None:
    if by and office.pk not in managed_by(by):
        raise PermissionDenied(_("You do not manage %(office)s.") % {"office": office})


def keep_open(*named: User | None) -> None:
    """Keep the accounts of those being named open until the transaction is over. Refused for a closed one."""
    people = {person.pk: person for person in named if person}
    closed = people.keys() - User.objects.staying(people).keys()
    if closed:
        raise Refused(
            _("The account of %(person)s is deactivated. Name someone else.")
            % {"person": people[min(closed)]}
        )


def _free(email: str, person: User | None = None) -> str:
    """The address as kept (lower case), refused if another account has it."""
    email = email.strip().lower()
    other = User.objects.filter(email__iexact=email).first()
    if other and other != person:
        raise Refused(
            _("%(name)s has an account with the address %(email)s already.")
            % {"name": other.name, "email": email}
        )
    return email


@transaction.atomic
def add_person(
    *,
    by: User | None,
    name: str,
    email: str,
    now: datetime,
    roles: Iterable[tuple[Office, Role]] = (),
    invite_by_mail: bool = True,
    **fields: Any,
) -> User:
    """Make an account without a password, with its first roles, and mail an invitation to set one.

    Raises PermissionDenied, Refused where the address is taken.
    """
    if by and not managed_by(by):
        raise PermissionDenied
    person = User.objects.create_user(_free(email), name=name.strip(), **fields)
    audit.record("added", person, by=by, changes={"name": ("", person.name), "email": ("", person.email)})
    for office, role in roles:
        grant(person, office, role, by=by, today=now.date())
    if invite_by_mail:
        invite(person, by=by, now=now)
    return person


@transaction.atomic
def invite(person: User, *, by: User | None, now: datetime) -> None:
    """Mail a link to set the first password."""
    check(by, person, now.date())
    if person.last_login or not person.is_active:
        raise Refused(_("%(person)s has signed in before, or is deactivated.") % {"person": person})
    passwords.send(person, "invitation", passwords.link(person), now=now, by=by)
    audit.record("invited", person, by=by)


@transaction.atomic
def change_person(person: User, *, by: User | None, today: date, **fields: Any) -> bool:
    """Change the account; people themselves may change :data:`OWN_FIELDS`. False if nothing differed."""
    if not (by and by.pk == person.pk and OWN_FIELDS.issuperset(fields)):
        check(by, person, today)
    if "email" in fields:
        fields["email"] = _free(fields["email"], person)
        if fields["email"] != person.email:
            # allauth's own copies of the address, which would go on letting the person in.
            EmailAddress.objects.filter(user=person).delete()
            bounces.address_changed(person.email, by=by, now=timezone.now())
    return change(person, by=by, **fields)


@transaction.atomic
def deactivate(person: User, *, by: User | None, today: date) -> bool:
    """Close the account. False if it was closed already.

    Raises PermissionDenied, Refused for the last administrator of an office and while the person holds what
    then nobody would: see ``hand_over``.
    """
    check(by, person, today)
    # Whoever names the person as responsible waits from here on, and then finds the account closed.
    User.objects.select_for_update().get(pk=person.pk)
    _keep_administrators(Membership.objects.filter(person=person), today, leaving=person)
    if held := [one for one in holdings.of(person, by=None, today=today) if one.binds]:
        raise Refused(
            _("%(person)s still holds: %(things)s. Hand that over first.")
            % {"person": person, "things": holdings.counted(held)}
        )
    for path in settings.ACCOUNT_CLOSED:
        import_string(path)(person, by=by, now=timezone.now())
    return change(person, by=by, verb="deactivated", is_active=False)


def activate(person: User, *, by: User | None, today: date) -> None:
    """Open a closed account again."""
    check(by, person, today)
    change(person, by=by, verb="activated", is_active=True)


@transaction.atomic
def grant(
    person: User, office: Office, role: Role, *, by: User | None, today: date, until: date | None = None
) -> Membership:
    """Give a role at an office from today, up to and including ``until``. An ended one begins anew.

    Raises PermissionDenied, Refused where it is held already or would end before it begins.
    """
    check_office(by, office)
    if until and until < today:
        raise Refused(_("The last day of the role must not lie in the past."))
    held = Membership.objects.filter(person=person, office=office, role=role).first()
    if held and (held.ends_on is None or held.ends_on >= today):
        raise Refused(
            _("%(person)s is %(role)s at %(office)s already.")
            % {"person": person, "role": Role(role).label, "office": office}
        )
    if held:
        change(held, by=by, verb="granted", parent=person, starts_on=today, ends_on=until)
        return held
    made = Membership.objects.create(person=person, office=office, role=role, starts_on=today, ends_on=until)
    audit.record("granted", made, by=by, parent=person, changes={"ends_on": (None, until)} if until else None)
    return made


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None, today: date) -> None:
    """Take the role away at once: yesterday was its last day. A role that began today leaves no row.

    Raises PermissionDenied, Refused for the last administrator of an office.
    """
    check_office(by, membership.office)
    _keep_administrators(Membership.objects.filter(pk=membership.pk), today)
    yesterday = today - timedelta(days=1)
    if membership.ends_on and membership.ends_on <= yesterday:
        return
    if membership.starts_on and membership.starts_on > yesterday:
        audit.record("ended", membership, by=by, parent=membership.person)
        membership.delete()
    else:
        change(membership, by=by, verb="ended", parent=membership.person, ends_on=yesterday)


def _keep_administrators(going: QuerySet[Membership], today: date, leaving: User | None = None) -> None:
    """Refuse to leave an office without an administrator, for nobody could ever give the role again.

    ``going`` are the memberships that end; ``leaving`` is the person whose account closes.
    """
    managers = Membership.objects.filter(role__in=roles_with(Permission.MANAGE_PEOPLE))
    # Locked, so that two administrators cannot remove each other at the same moment.
    list(managers.select_for_update().order_by("pk").values_list("pk", flat=True))
    superusers = set(User.objects.filter(is_superuser=True, is_active=True))
    if superusers - {leaving}:
        return
    current, ending = managers.current(today), Q(pk__in=going.values("pk"))
    offices = Office.objects.all()
    if superusers:
        losing = frozenset(offices.values_list("pk", flat=True))
    else:
        losing = offices.with_sub_offices(current.filter(ending).values_list("office_id", flat=True))
    keeping = offices.with_sub_offices(current.exclude(ending).values_list("office_id", flat=True))
    orphaned = losing - keeping
    if not orphaned and (keeping or not superusers):
        return
    # The highest of them: the others lie below it.
    office = offices.filter(pk__in=orphaned).exclude(parent__in=orphaned).order_by("name").first()
    raise Refused(
        _("This is the last administrator of %(office)s. Make someone else its administrator first.")
        % {"office": office or "EvalTrack"}
    )
