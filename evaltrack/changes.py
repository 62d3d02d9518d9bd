"""Changing a row: the new values, only their columns, and the history entry, in one transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from evaltrack import audit
from evaltrack.models import User
from evaltrack.models.people import FoldedField


def change(
    row: models.Model,
    *,
    by: User | None,
    verb: str = "changed",
    parent: models.Model | None = None,
    also: Mapping[str, tuple[Any, Any]] | None = None,
    always: bool = False,
    **values: Any,
) -> bool:
    """Set the fields of ``row`` that differ, save those and record old and new. False if none differed.

    ``also`` is recorded with them; with ``always`` an entry is written even where no field differs.
    """
    changes = {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }
    if not changes and not always:
        return False
    columns: list[str] = []
    with transaction.atomic():
        for name, (_old, value) in changes.items():
            setattr(row, name, value)
            descriptor = getattr(type(row), "__dict__", {}).get(name)
            columns += getattr(descriptor, "columns", (name,))
        columns += [
            field.name
            for field in row._meta.fields
            if isinstance(field, FoldedField) and field.source in changes
        ]
        if columns:
            row.save(update_fields=columns)
        audit.record(verb, row, by=by, changes={**changes, **(also or {})}, parent=parent)
    return bool(changes)
