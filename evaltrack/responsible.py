"""Responsible cells: the parties named in a text, and who of them EvalTrack knows."""

from collections.abc import Iterable
from typing import Any

from evaltrack.directory import Directory, Proposal
from evaltrack.parties import Party
from evaltrack.responsible_reading import LONGEST_NAME, read

__all__ = ["Party", "matched", "proposals", "read", "understood"]


def understood(text: str) -> list[dict[str, Any]]:
    """The parties of a responsible text as fields of a party row: name, part, person, office, role.

    Where it is not certain who is meant there is only the name. At most four queries.
    """
    directory = Directory()
    parties = read(text, keep=directory.names_of_several_words())
    return matched(parties, directory)


def matched(parties: Iterable[Party], directory: Directory) -> list[dict[str, Any]]:
    """The fields of a party row for parties that were read already."""
    parties = list(parties)
    known = directory.find(party.name for party in parties)
    return [{"name": _cut(party.name), "part": party.role, **known[party.name]} for party in parties]


def proposals(query: str, *, limit: int = 8) -> list[Proposal]:
    """People, roles at offices and offices whose names hold what was typed, the nearest first."""
    return Directory().proposals(query, limit=limit)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
