"""Writing the history: every rule function records its change here, inside its own transaction."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise

from evaltrack.deadlines import Deadline
from evaltrack.models import AuditEntry, User
from evaltrack.models.audit import digest_of

_click: ContextVar[uuid.UUID | None] = ContextVar("click", default=None)
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


@contextmanager
def one_click(number: uuid.UUID | None = None) -> Iterator[None]:
    """Everything recorded inside belongs to one click."""
    token = _click.set(number or uuid.uuid4())
    try:
        yield
    finally:
        _click.reset(token)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Everything recorded inside was done then: for the demo, whose history is made in an instant.

    Everywhere else the time is the clock's, whatever day a rule was handed: no verb writes its own time.
    """
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def record(
    verb: str,
    target: models.Model,
    *,
    by: User | None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    parent: models.Model | None = None,
) -> AuditEntry:
    """Write one entry; ``changes`` maps a field to its old and new value, ``by=None`` is EvalTrack itself."""
    written = entry(verb, target, by=by, changes=changes, parent=parent)
    written.save(force_insert=True)
    return written


def record_many(entries: Iterable[AuditEntry]) -> None:
    """Write many entries, made by :func:`entry`, in a few statements."""
    AuditEntry.objects.bulk_create(entries, batch_size=500)


def entry(
    verb: str,
    target: models.Model,
    *,
    by: User | None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    parent: models.Model | None = None,
) -> AuditEntry:
    """An entry that is still to be written."""
    made = AuditEntry(
        at=_moment.get() or timezone.now(),
        actor_id=by.pk if by else None,
        actor=str(by) if by else "EvalTrack",
        click=_click.get() or uuid.uuid4(),
        verb=verb,
        target_type=target._meta.model_name or "",
        target_id=target.pk,
        target=str(target)[:300],
        parent_type=(parent._meta.model_name or "") if parent else "",
        parent_id=parent.pk if parent else None,
        changes={name: [_plain(old), _plain(new)] for name, (old, new) in (changes or {}).items()},
    )
    made.digest = digest_of(made)
    return made


def _plain(value: Any) -> Any:
    """As JSON that reads the same from every database, which a float would not."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Deadline):
        return value.text
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, Promise | models.Model):
        return [_plain(one) for one in value]
    return str(value)
