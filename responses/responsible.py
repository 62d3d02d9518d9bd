"""Responsible cells: the parties named in a text, and who of them EvalTrack knows."""

from typing import Any


def understood(text: str) -> list[dict[str, Any]]:
    """The parties of a responsible text, as fields of a party row."""
    raise NotImplementedError
