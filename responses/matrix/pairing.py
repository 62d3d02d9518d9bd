"""Which item of one list is which of another: by text, by number, and then by likeness.

Recommendations and key actions are renumbered, moved and reworded between two versions. Whichever list comes
first, the same pairs are found.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple, Protocol

_WORD = re.compile(r"\w+")
MANY = 400  # pairs of identical texts: beyond it they come together in their order

Pair = tuple[int, int]  # places in the old and in the new list


class Item(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def text(self) -> str: ...


class Pass(NamedTuple):
    """One look at what has no counterpart yet."""

    same_number: bool
    likeness: float  # the least that counts


def pairs(old: Sequence[Item], new: Sequence[Item], passes: Iterable[Pass]) -> list[Pair]:
    """The pairs in the order of the new list; identical texts come together before anything else."""
    lists = _Lists(old, new)
    lists.settle(lists.identical())
    for one in passes:
        lists.settle(lists.candidates(one))
    return sorted(lists.found, key=lambda pair: pair[1])


def moved(old: Sequence[Item], new: Sequence[Item], found: Iterable[Pair]) -> set[Pair]:
    """The fewest pairs that must have moved for the others to have kept their order.

    Of two that changed places either could be the one: which, the texts decide, whichever list comes first.
    """
    pairs = set(found)
    if [(item.text, item.number) for item in new] < [(item.text, item.number) for item in old]:
        return pairs - {(i, j) for j, i in _longest_rise(sorted((j, i) for i, j in pairs))}
    return pairs - set(_longest_rise(sorted(pairs)))


def _longest_rise(ordered: Sequence[Pair]) -> list[Pair]:
    """The longest run of pairs, in order of the first place, whose second place rises."""
    ends: list[int] = []  # the lowest second place that ends a run of each length
    lengths = []
    for _first, second in ordered:
        length = bisect_left(ends, second)
        ends[length : length + 1] = [second]
        lengths.append(length)
    run: list[Pair] = []
    wanted, below = len(ends) - 1, None
    for index in range(len(ordered) - 1, -1, -1):
        if lengths[index] == wanted and (below is None or ordered[index][1] < below):
            run.append(ordered[index])
            wanted, below = wanted - 1, ordered[index][1]
    return run[::-1]


class _Lists:
    def __init__(self, old: Sequence[Item], new: Sequence[Item]) -> None:
        self.old, self.new = old, new
        self.old_left, self.new_left = dict.fromkeys(range(len(old))), dict.fromkeys(range(len(new)))
        self.found: list[Pair] = []
        self._words: dict[str, frozenset[str]] = {}

    def settle(self, likely: Iterable[tuple[float, Pair]]) -> None:
        """Take the best pairs first; of equally good ones those that moved least."""
        for _likeness, (i, j) in sorted(likely, key=self._order):
            if i in self.old_left and j in self.new_left:
                del self.old_left[i], self.new_left[j]
                self.found.append((i, j))

    def _order(self, likely: tuple[float, Pair]) -> tuple[float, bool, int, int]:
        likeness, (i, j) = likely
        return -likeness, self.old[i].number != self.new[j].number, abs(i - j), i + j

    def identical(self) -> Iterator[tuple[float, Pair]]:
        before = _by((item.text for item in self.old), self.old_left)
        after = _by((item.text for item in self.new), self.new_left)
        for text, places in before.items():
            others = after.get(text, [])
            many = len(places) * len(others) > MANY
            together = zip(places, others, strict=False) if many else product(places, others)
            yield from ((1.0, pair) for pair in together)

    def candidates(self, one: Pass) -> Iterator[tuple[float, Pair]]:
        numbered = _by((item.number for item in self.new), self.new_left)
        numbered.pop("", None)
        for i in self.old_left:
            for j in numbered.get(self.old[i].number, ()) if one.same_number else self.new_left:
                likeness = self._likeness(self.old[i].text, self.new[j].text)
                if likeness >= one.likeness:
                    yield likeness, (i, j)

    def _likeness(self, one: str, other: str) -> float:
        """How many of their different words two texts share: 0 to 1."""
        a, b = self._words_of(one), self._words_of(other)
        return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0

    def _words_of(self, text: str) -> frozenset[str]:
        if text not in self._words:
            self._words[text] = frozenset(_WORD.findall(text.casefold()))
        return self._words[text]


def _by(values: Iterable[str], left: Iterable[int]) -> dict[str, list[int]]:
    """The places that are left, by what stands there."""
    all_values = list(values)
    places: dict[str, list[int]] = defaultdict(list)
    for place in left:
        places[all_values[place]].append(place)
    return places
