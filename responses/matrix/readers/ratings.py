"""A priority as forms are filled in with it: "1", "High", "2 (medium)", "Élevée"."""

import re
from dataclasses import dataclass

from recommendations.profiles import Profile
from responses.matrix.readers.labels import folded

_STEPS = (
    r"very high|high|haute?|elevee?s?|alt[ao]|forte",
    r"medium|moderate|moyenne?s?|modere\w*|medi[ao]|intermedi\w+",
    r"low|basse?s?|faibles?|baj[ao]",
)


@dataclass(frozen=True, slots=True)
class Rated:
    level: int | None
    note: str | None = None
    certain: bool = True


def read(printed: str, profile: Profile) -> Rated:
    """The level of the profile's scale, and what is said beside it.

    Under a profile without a scale the words are a note.
    """
    text = printed.strip()
    plain = folded(text).strip(" .")
    if not text:
        return Rated(None)
    if not profile.priorities:
        return Rated(None, text)
    levels = [step.level for step in profile.priorities]
    figure = re.match(r"(?:priorit\w*|prioridad|p|level|niveau|nivel)?\W*(\d)\b\s*(.*)", plain, re.DOTALL)
    if figure and int(figure[1]) in levels:
        rest = text[-len(figure[2]) :] if figure[2] else ""
        words = rest.strip(" ()-–—:.,/")
        is_label = _level(folded(words), profile) == int(figure[1]) if words else True
        return Rated(int(figure[1]), None if is_label else _unbracketed(rest))
    level = _level(plain, profile)
    if level is not None:
        return Rated(level)
    begun = next((step for step in levels if _starts(plain, step, profile)), None)
    return Rated(begun, text if begun is None else None, certain=False)


def _level(plain: str, profile: Profile) -> int | None:
    plain = re.sub(r"\b(?:priority|priorite|prioridad)\b", "", plain).strip(" ()-:.")
    for step in profile.priorities:
        if plain in map(folded, step.labels.values()):
            return step.level
    if len(profile.priorities) == len(_STEPS):
        for step, words in zip(profile.priorities, _STEPS, strict=True):
            if re.fullmatch(words, plain):
                return step.level
    return None


def _starts(plain: str, level: int, profile: Profile) -> bool:
    first = re.match(r"[a-z]+", plain)
    return bool(first) and _level(first[0], profile) == level  # type: ignore[index]


def _unbracketed(text: str) -> str:
    stripped = text.strip(" -–—:,")
    inside = re.fullmatch(r"\((.*)\)", stripped, re.DOTALL)
    return inside[1] if inside else stripped
