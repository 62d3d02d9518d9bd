"""Filters of a list that a person keeps: the last one used, and those with a name."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import KeptFilter, User

LONGEST = 2_000  # characters of a filter as a query; a longer one is not kept
MOST = 30  # with a name, per list


def last(person: User, page: str) -> str:
    """What the person looked at last in the list, as a query; "" for nothing in particular."""
    kept = KeptFilter.objects.filter(person=person, page=page, name="")
    return kept.values_list("query", flat=True).first() or ""


def named(person: User, page: str) -> list[KeptFilter]:
    """The person's filters of the list that have a name, by name."""
    return list(KeptFilter.objects.filter(person=person, page=page).exclude(name=""))


def remember(page: str, query: str, *, by: User) -> None:
    """Keep what the person looks at now, to be there when they come back."""
    if len(query) > LONGEST or query == last(by, page):
        return
    KeptFilter.objects.update_or_create(person=by, page=page, name="", defaults={"query": query})


@transaction.atomic
def keep(page: str, name: str, query: str, *, by: User) -> KeptFilter:
    """Keep a filter under a name; one that has the name already becomes this one.

    Raises Refused without a name, for a filter that is too long, and for more than ``MOST``.
    """
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused(_("Give the filter a name, so that you find it again."))
    if len(query) > LONGEST:
        raise Refused(_("This filter is too long to be kept. Search for less."))
    there = KeptFilter.objects.filter(person=by, page=page).exclude(name="")
    if not there.filter(name=name).exists() and there.count() >= MOST:
        raise Refused(_("You keep %(count)d filters here. Delete one first.") % {"count": MOST})
    kept, _made = KeptFilter.objects.update_or_create(
        person=by, page=page, name=name, defaults={"query": query}
    )
    return kept


def delete(kept: KeptFilter, *, by: User) -> None:
    if kept.person_id != by.pk:
        raise PermissionDenied
    kept.delete()
