"""Writing the history: every rule function records its change here, inside its own transaction."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from evaltrack.deadlines import Deadline
from evaltrack.models import AuditEntry, User

_click: ContextVar[uuid.UUID | None] = ContextVar("click", default=None)


@contextmanager
def one_click(number: uuid.UUID | None = None) -> Iterator[None]:
    """Everything recorded inside belongs to one click."""
    token = _click.set(number or uuid.uuid4())
    try:
        yield
    finally:
        _click.reset(token)


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
    return AuditEntry(
        at=timezone.now(),
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


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Deadline):
        return value.text
    if value is None or isinstance(value, bool | int | float | str | dict):
        return value
    if isinstance(value, Iterable):
        return [_plain(one) for one in value]
    return str(value)
