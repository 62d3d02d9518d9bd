"""Telling people what happened: on screen always, by mail as each of them chose.

Written in the transaction of what it tells about, like everything else; sending is the outbox's business.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation

from evaltrack.models import Delivery, Notification, NotificationChoice, User


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notification: ``label`` says when it comes, and stands under ``group`` where people choose.

    ``mandatory``: the organisation lets nobody switch its mail off.
    """

    code: str
    label: Any
    delivery: Delivery = Delivery.AT_ONCE
    mandatory: bool = False
    group: Any = ""


def tell(
    people: Iterable[User],
    kind: Kind,
    *,
    key: str,
    about: str,
    text: Callable[[], str],
    now: datetime,
    url: str | Callable[[User], str] = "",
    detail: str = "",
    by: User | None = None,
) -> None:
    """Tell active people, but not the one who did it, in a number of statements that does not grow with them.

    ``text`` is asked for in each reader's language. ``key`` is the occasion: told twice, it counts once.
    ``about`` names the thing, such as "response.12". ``detail`` is what someone wrote, as it is.
    ``url`` may be asked for each reader, where it is theirs alone.
    """
    readers = {one.pk: one for one in people if one.is_active and (by is None or one.pk != by.pk)}
    chosen = NotificationChoice.objects.filter(person__in=readers, kind=kind.code)
    choices = dict(chosen.values_list("person", "delivery"))
    rows = []
    for person in readers.values():
        with translation.override(person.language):
            rows.append(
                Notification(
                    person=person, kind=kind.code, key=key, about=about, text=text(), detail=detail,
                    url=url(person) if callable(url) else url, at=now,
                    delivery=choices.get(person.pk, kind.delivery),
                )
            )  # fmt: skip
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
