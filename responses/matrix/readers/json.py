"""JSON in the shape of ``matrix.schema.json``, as a matrix."""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack.deadlines import Deadline, Kind
from evaltrack.schemas import fault, shown, too_deep
from responses.matrix import check
from responses.matrix.document import (
    FORMAT,
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Party,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from responses.matrix.errors import UnreadableError

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE

# How files begin that people hand in by mistake.
OTHER_KINDS = {
    b"PK\x03\x04": gettext_lazy("a Word, Excel or ZIP file"),
    b"%PDF": gettext_lazy("a PDF file"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("an old Word or Excel file"),
    b"{\\rtf": gettext_lazy("an RTF file"),
    b"<": gettext_lazy("an HTML or XML file"),
    b"\x89PNG": gettext_lazy("a picture"),
    b"\xff\xd8\xff": gettext_lazy("a picture"),
    b"\x1f\x8b": gettext_lazy("a compressed file"),
}


def read(data: bytes) -> Matrix:
    """The matrix in a JSON file; raises :class:`UnreadableError`."""
    check_size(len(data))
    return from_data(_parsed(_decoded(data)))


def check_size(size: int) -> None:
    """Raises :class:`UnreadableError`, before a file is read, where it has too many bytes."""
    if size > LARGEST:
        raise UnreadableError(
            _("The file has %(size).1f MB, and a matrix may have %(largest)d MB at most")
            % {"size": size / MEGABYTE, "largest": LARGEST // MEGABYTE}
        )


def from_data(data: object) -> Matrix:
    """The matrix in data that were JSON; raises :class:`UnreadableError`."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UnreadableError(
            _('This is JSON but not a matrix: its "format" is not "%(format)s"') % {"format": FORMAT}
        )
    if sentence := fault(data, schema()):
        raise UnreadableError(sentence)
    matrix = _matrix(data)
    for sentence in check.faults(matrix):
        raise UnreadableError(sentence)
    return matrix


def restored(text: str) -> Matrix:
    """The matrix that our own writer wrote, and that nobody has altered since: it is not checked again."""
    return restored_data(json.loads(text))


def restored_data(plain: dict[str, Any]) -> Matrix:
    """As :func:`restored`, from data that were JSON."""
    return _matrix(plain)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a matrix, ``matrix.schema.json``."""
    text = (files("responses.matrix") / "matrix.schema.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise UnreadableError(_("The file is empty"))
    for beginning, kind in OTHER_KINDS.items():
        if data.startswith(beginning):
            raise UnreadableError(_("This is not JSON: it looks like %(kind)s") % {"kind": kind})
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            _("This is not JSON: from byte %(byte)d on it is not %(encoding)s; save it as UTF-8")
            % {"byte": error.start + 1, "encoding": encoding.upper().removesuffix("-SIG")}
        ) from error


def _parsed(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            _("This is not JSON: line %(line)d, column %(column)d: %(fault)s")
            % {"line": error.lineno, "column": error.colno, "fault": error.msg}
        ) from error
    except RecursionError as error:
        raise UnreadableError(too_deep()) from error
    except ValueError as error:  # Python converts no number of more than 4,300 digits
        raise UnreadableError(_("A number in the file has too many digits")) from error


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """JSON leaves open which of two equal keys counts, so neither may be lost unseen."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise UnreadableError(_("The key %(key)s stands twice in one object") % {"key": shown(key)})
        result[key] = value
    return result


def _no_constant(constant: str) -> NoReturn:
    raise UnreadableError(_("%(constant)s is not a number that JSON knows") % {"constant": constant})


def _matrix(data: dict[str, Any]) -> Matrix:
    return Matrix(
        profile=data["profile"],
        language=data["language"],
        evaluation=Evaluation(**data["evaluation"]),
        coordinator=data["coordinator"],
        overall_comment=data["overall_comment"],
        responded_on=_deadline(data["responded_on"]),
        recommendations=tuple(map(_recommendation, data["recommendations"])),
        footnotes=tuple(Footnote(**footnote) for footnote in data["footnotes"]),
    )


def _recommendation(data: dict[str, Any]) -> Recommendation:
    return Recommendation(
        number=data["number"],
        text=data["text"],
        rationale=data["rationale"],
        directed_to=data["directed_to"],
        responsible=_responsible(data["responsible"]),
        priority=None if data["priority"] is None else int(data["priority"]),
        priority_note=data["priority_note"],
        timeline=_deadline(data["timeline"]),
        sub_points=tuple(map(_sub_point, data["sub_points"])),
        response=Response(**data["response"]),
        actions=tuple(map(_action, data["actions"])),
        monitoring=tuple(Monitoring(**entry) for entry in data["monitoring"]),
    )


def _action(data: dict[str, Any]) -> Action:
    return Action(
        **{
            **data,
            "deadline": _deadline(data["deadline"]),
            "responsible": _responsible(data["responsible"]),
        }
    )


def _sub_point(data: dict[str, Any]) -> SubPoint:
    return SubPoint(data["text"], tuple(map(_sub_point, data["sub_points"])))


def _responsible(data: dict[str, Any] | None) -> Responsible | None:
    if data is None:
        return None
    return Responsible(data["text"], tuple(Party(**party) for party in data["parties"]))


def _deadline(data: dict[str, Any] | None) -> Deadline | None:
    if data is None:
        return None
    return Deadline(data["text"], Kind(data["kind"]), _day(data["start"]), _day(data["due"]))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
