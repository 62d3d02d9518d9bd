"""What is wrong with plain data (of JSON or TOML) that should follow a JSON Schema, as one sentence.

Every sentence begins with the path of the fault, written as in ``recommendations[2].actions[0].number``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match, relevance

Path = tuple[str | int, ...]

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_TYPES = {
    "object": gettext_lazy("an object"),
    "array": gettext_lazy("a list"),
    "string": gettext_lazy("a text"),
    "integer": gettext_lazy("a whole number"),
    "number": gettext_lazy("a number"),
    "boolean": gettext_lazy("true or false"),
    "null": gettext_lazy("null"),
}

LONGEST_SHOWN = 60  # characters of a wrong value that a sentence repeats
MOST_WEIGHED = 1000  # faults; millions of them in one file would take a minute


def fault(data: object, schema: Mapping[str, Any]) -> str | None:
    """The most useful single fault of ``data`` against ``schema``, else of its texts (:func:`unstorable`)."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    try:
        error = best_match(islice(validator.iter_errors(data), MOST_WEIGHED), key=_weight)
        return _sentence(error) if error else unstorable(data)
    except RecursionError:
        return too_deep()


def too_deep() -> str:
    return _("The data are nested too deeply to be read")


def unstorable(data: object) -> str | None:
    """The first text that cannot be kept: PostgreSQL takes no NUL, UTF-8 no half of a surrogate pair."""
    for path, text in _strings(data, ()):
        if found := _UNSTORABLE.search(text):
            return _("%(path)s holds the character U+%(code)04X, which cannot be stored; take it out") % {
                "path": name(path),
                "code": ord(found.group()),
            }
    return None


def name(path: Iterable[str | int]) -> str:
    """``("actions", 0, "number")`` as ``actions[0].number``."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.removeprefix(".") or _("the document")


def shown(value: object) -> str:
    """A wrong value as a sentence repeats it: on one line, and short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, dict | list):
        return str(_TYPES["null" if value is None else "object" if isinstance(value, dict) else "array"])
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _weight(error: ValidationError) -> Any:
    """jsonschema's own relevance without the place, so that of equal faults the first is told."""
    whole: Any = relevance(error)
    depth, _place, *kind = whole
    return depth, *kind


def _strings(data: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _strings(value, (*path, index))


def _sentence(error: ValidationError) -> str:
    path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "oneOf" if inner := next(filter(_of_its_branch, error.context or ()), None):
            return _sentence(inner)
        case "required":
            missing = next(key for key in wanted if key not in instance)
            return _("%(path)s is missing") % {"path": name((*path, missing))}
        case "additionalProperties":
            return _unknown(error, path)
        case "minItems" | "minProperties":
            return _("%(path)s is empty") % {"path": name(path)}
        case "uniqueItems":
            return _("%(path)s names a value twice") % {"path": name(path)}
    return _("%(path)s: %(value)s is not %(wanted)s") % {
        "path": name(path),
        "value": shown(instance),
        "wanted": _wanted(error),
    }


def _of_its_branch(error: ValidationError) -> bool:
    """Whether the value has the type of the branch, so that the branch was meant and this is its fault."""
    return error.validator != "type" or bool(error.relative_path)


def _unknown(error: ValidationError, path: Path) -> str:
    schema: Any = error.schema
    instance: Any = error.instance
    known: Sequence[str] = list(schema["properties"])
    key = next(key for key in instance if key not in known)
    written = name((*path, shown(key)[1:-1]))
    near = get_close_matches(key[:LONGEST_SHOWN], known, n=1)
    if near:
        return _("%(path)s is not known here; did you mean %(near)s?") % {"path": written, "near": near[0]}
    return _("%(path)s is not known here") % {"path": written}


def _wanted(error: ValidationError) -> str:
    """What should stand in place of the wrong value."""
    value: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "enum":
            return _("one of %(words)s") % {"words": ", ".join(_word(word) for word in value)}
        case "const":
            return _word(value)
        case "type":
            return _types([value] if isinstance(value, str) else value)
        case "oneOf" if error.context:
            return _types([str(branch.validator_value) for branch in error.context])
        case "minimum":
            return _("%(least)s or more") % {"least": value}
        case "maximum":
            return _("%(most)s or less") % {"most": value}
        case "format":
            return _("a day of the calendar, written YYYY-MM-DD") if value == "date" else value
    return str(schema.get("description", value))


def _word(value: object) -> str:
    return value if isinstance(value, str) else "null" if value is None else shown(value)


def _types(types: Sequence[str]) -> str:
    *others, last = (str(_TYPES[kind]) for kind in sorted(types, key=lambda kind: kind == "null"))
    if not others:
        return last
    return _("%(others)s or %(last)s") % {"others": ", ".join(others), "last": last}
