"""A matrix as JSON, in the shape of ``matrix.schema.json``."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from responses.matrix.document import FORMAT, VERSION, Matrix


def write(matrix: Matrix) -> bytes:
    """The same matrix always as the same bytes: keys in the order of the schema, UTF-8, indented by one."""
    return f"{_encoded(matrix, indent=1)}\n".encode()


def data(matrix: Matrix) -> dict[str, Any]:
    """The matrix as plain data, for an API or a JSON column."""
    plain: dict[str, Any] = json.loads(_encoded(matrix))
    return plain


def _encoded(matrix: Matrix, indent: int | None = None) -> str:
    document = {"format": FORMAT, "version": VERSION, **asdict(matrix)}
    return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False, default=date.isoformat)
