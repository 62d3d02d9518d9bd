"""Addresses that mail comes back from for good: who cannot be reached, and when that is settled."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Lower

from evaltrack import audit
from evaltrack.models import Bounce, Mail, User


@transaction.atomic
def came_back(mail: Mail, *, reason: str, now: datetime, sent_at: datetime | None = None) -> Bounce | None:
    """Note that mail to the address of ``mail`` comes back for good; None where that is known already.

    ``sent_at`` is for what comes back days later: once this was settled after that, it opens nothing anew.
    """
    address = mail.to.lower()
    if sent_at and Bounce.objects.filter(address=address, settled_at__gte=sent_at).exists():
        return None
    said = " ".join(reason.replace("\0", "").split())[:500] or "?"
    bounce, made = Bounce.objects.get_or_create(
        address=address, settled_at=None, defaults={"at": now, "reason": said, "mail": mail}
    )
    return bounce if made else None


@transaction.atomic
def settle(bounce: Bounce, *, by: User | None, now: datetime) -> bool:
    """The address is right again, or nobody's any more. False where that was said before."""
    found = Bounce.objects.select_for_update().get(pk=bounce.pk)
    if found.settled_at:
        return False
    found.settled_at, found.settled_by = now, by
    found.save(update_fields=["settled_at", "settled_by"])
    audit.record("settled", found, by=by, changes={"settled_at": (None, now)})
    return True


def address_changed(old: str, *, by: User | None, now: datetime) -> None:
    """Someone has another address than ``old`` now: that mail to it came back concerns nobody any more."""
    for bounce in Bounce.objects.open().filter(address=old.lower()):
        settle(bounce, by=by, now=now)


def of(person: User) -> Bounce | None:
    """What came back from the person's address and is not settled."""
    return Bounce.objects.open().filter(address=person.email.lower()).first()


def unreachable() -> set[int]:
    """The people (ids) with an open account whose mail comes back: one query."""
    people = User.objects.filter(is_active=True).annotate(address=Lower("email"))
    returned = people.filter(address__in=Bounce.objects.open().values("address"))
    return set(returned.values_list("pk", flat=True))
