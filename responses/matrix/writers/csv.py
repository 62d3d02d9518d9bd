"""A matrix as CSV: a row for each key action, the recommendation's fields in the first row of each."""

import hashlib
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from django.utils import translation
from django.utils.translation import gettext as _

from evaltrack.documents import csv
from recommendations.profiles import Profile, in_language
from responses.matrix.document import Action, Matrix, Monitoring, Recommendation
from responses.matrix.edition import Edition
from responses.matrix.tabular import (
    ACTION,
    FRONT,
    RECOMMENDATION,
    Words,
    of_action,
    of_front,
    of_recommendation,
    round_fields,
)
from responses.matrix.writers.options import Options

# The head of the last column, by which a file of ours is known: FORMAT;profile;language;handout;fields
FORMAT = "evaltrack-matrix-1"
NOTES = "notes"


def write(
    matrix: Matrix,
    profile: Profile,
    *,
    language: str = "en",
    printed_on: date | None = None,
    edition: Edition | None = None,
    options: Options | None = None,
    handout: str = "",
) -> bytes:
    """The matrix as CSV: UTF-8 with BOM, and no cell that a spreadsheet program would reckon with.

    ``language`` is that of the form's words. What is said of the whole response stands in the first row. The
    last column is for finding the way back, and what a row is stays in it wherever the row is sorted to.
    """
    words = Words.of(profile, language)
    rounds = list(dict.fromkeys((*words.rounds, *_told(matrix))))
    fields = [*FRONT, *RECOMMENDATION, *(field for name in rounds for field in round_fields(name))]
    fields += [*ACTION, NOTES]
    with translation.override(language):
        heads = [_head(name, profile, language) for name in fields if not name.startswith("round_")]
        at = len(FRONT) + len(RECOMMENDATION)
        heads[at:at] = [head for name in rounds for head in _round_heads(name, profile, language)]
    keys = [";".join((*map(quote, (FORMAT, matrix.profile, matrix.language, handout)), _list(fields)))]
    rows = ([*(cells.get(name, "") for name in fields), key] for key, cells in _rows(matrix, words))
    return "".join(csv.stream([*heads, *keys], rows)).encode()


def _list(fields: list[str]) -> str:
    return ",".join(map(quote, fields))


def _told(matrix: Matrix) -> Iterator[str]:
    return (entry.round for one in matrix.recommendations for entry in one.monitoring)


def _rows(matrix: Matrix, words: Words) -> Iterator[tuple[str, dict[str, str]]]:
    """(key, field -> text) of each row."""
    front = of_front(matrix) | {NOTES: notes(matrix)}
    for place, one in enumerate(matrix.recommendations, 1):
        for key, cells in _of_recommendation(f"r{place}", one, words):
            yield key, front | cells
            front = {}
    if front:
        yield "", front


def _of_recommendation(key: str, one: Recommendation, words: Words) -> Iterator[tuple[str, dict[str, str]]]:
    cells = of_recommendation(one, words)
    written = "".join(_as_written(round_fields(entry.round)[0], entry) for entry in one.monitoring)
    for place, action in enumerate(one.actions, 1):
        yield f"{key}a{place}{written}{_as_written('status', action)}", cells | of_action(action, words)
        cells, written = {"number": one.number}, ""
    if not one.actions:
        yield f"{key}{written}", cells


def _as_written(field: str, one: Action | Monitoring) -> str:
    """Beside the key: the code of a status that is printed in words of its own, and what shows that it is."""
    if not one.status_text:
        return ""
    return f";{quote(field)}={quote(one.status or '')}/{seal(one.status_text)}"


def seal(text: str) -> str:
    """By which a text that nobody changed is known again."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def notes(matrix: Matrix) -> str:
    """The footnotes, each after its mark, one a line."""
    return "\n".join(f"[^{note.mark}]: {note.text}" for note in matrix.footnotes)


def _head(name: str, profile: Profile, language: str) -> str:
    own = {
        "period": _("Evaluation conducted"),
        "number": _("No."),
        "text": _("Recommendation"),
        "action_number": _("No. of the key action"),
    }
    return own.get(name) or profile.label(name, language)


def _round_heads(name: str, profile: Profile, language: str) -> tuple[str, str]:
    rule = profile.round(name)
    if rule is None:
        return tuple(f"{profile.label(key, language)} ({name})" for key in ("status", "comment"))  # type: ignore[return-value]
    return in_language(rule.status_labels, language), in_language(rule.comment_labels, language)
