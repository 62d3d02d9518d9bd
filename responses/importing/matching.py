"""Which row of a file is which of the matrix that is there, by way of what was given out."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from responses.matrix import pairing
from responses.matrix.pairing import Item, Pass


class Triple(NamedTuple):
    """Places of one item in ours, theirs and the base."""

    ours: int | None
    theirs: int | None
    base: int | None


def together(
    ours: Sequence[Item], theirs: Sequence[Item], base: Sequence[Item] | None, passes: Iterable[Pass]
) -> list[Triple]:
    """Which item is which of the others, in the order of the file; what it does not have comes last."""
    passes = tuple(passes)
    if base is None:
        found = {j: i for i, j in pairing.pairs(ours, theirs, passes)}
        triples = [Triple(found.get(j), j, None) for j in range(len(theirs))]
        return triples + [Triple(i, None, None) for i in range(len(ours)) if i not in found.values()]
    # What went out kept its numbers and places, however much of a text was rewritten.
    to_theirs = dict(pairing.pairs(base, theirs, (*passes, Pass(True, 0.0))))
    to_ours = dict(pairing.pairs(base, ours, passes))
    loose_ours = [i for i in range(len(ours)) if i not in to_ours.values()]
    loose_theirs = [j for j in range(len(theirs)) if j not in to_theirs.values()]
    direct = pairing.pairs([ours[i] for i in loose_ours], [theirs[j] for j in loose_theirs], passes)
    met = {loose_theirs[j]: loose_ours[i] for i, j in direct}
    of_theirs = {j: k for k, j in to_theirs.items()}
    triples = []
    for j in range(len(theirs)):
        k = of_theirs.get(j)
        triples.append(Triple(met.get(j) if k is None else to_ours.get(k), j, k))
    rest = {triple.ours for triple in triples}
    of_ours = {i: k for k, i in to_ours.items()}
    return triples + [Triple(i, None, of_ours.get(i)) for i in range(len(ours)) if i not in rest]
