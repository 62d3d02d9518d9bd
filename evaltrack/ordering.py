"""Keeping rows in the order people gave them."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


def place(row: Row, siblings: Sequence[Row], position: int) -> list[Row]:
    """Put ``row`` at ``position`` (counted from 0, clipped) among its siblings; orders become 1, 2, 3, ...

    Returns all in their new order; only rows whose place changed are written.
    """
    others = [sibling for sibling in siblings if sibling.pk != row.pk]
    position = max(0, min(position, len(others)))
    ordered = [*others[:position], row, *others[position:]]
    moved = []
    for order, sibling in enumerate(ordered, start=1):
        if sibling.order != order:  # type: ignore[attr-defined]
            sibling.order = order  # type: ignore[attr-defined]
            moved.append(sibling)
    type(row)._default_manager.bulk_update(moved, ["order"])
    return ordered
