"""A deadline kept in four columns, read and set as one value."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaltrack.deadlines import Deadline, Kind


def text_column(label: Any) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=300, blank=True)


def kind_column() -> "models.CharField[str, str]":
    return models.CharField(
        _("kind of time"), max_length=20, blank=True, choices=[(kind.value, kind.value) for kind in Kind]
    )


def day_column(label: Any) -> "models.DateField[Any, Any]":
    return models.DateField(label, null=True, blank=True)


def in_order(prefix: str, name: str) -> models.CheckConstraint:
    """The database refuses a time that ends before it starts."""
    start, due = f"{prefix}_start", f"{prefix}_due"
    return models.CheckConstraint(
        condition=Q(**{start: None}) | Q(**{due: None}) | Q(**{f"{due}__gte": F(start)}), name=name
    )


class When:
    """Reads ``<prefix>_text/_kind/_start/_due`` as a :class:`Deadline` (``None`` where no text is kept)."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    @property
    def columns(self) -> tuple[str, str, str, str]:
        p = self.prefix
        return f"{p}_text", f"{p}_kind", f"{p}_start", f"{p}_due"

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> "Deadline | None":
        if instance is None:
            return None
        text, kind, start, due = (getattr(instance, column) for column in self.columns)
        return Deadline(text, Kind(kind or Kind.UNKNOWN), start, due) if text else None

    def __set__(self, instance: models.Model, value: Deadline | None) -> None:
        parts = (value.text, value.kind.value, value.start, value.due) if value else ("", "", None, None)
        for column, part in zip(self.columns, parts, strict=True):
            setattr(instance, column, part)
