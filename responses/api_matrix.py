"""The matrix in the API's own description: ``matrix.schema.json``, its parts as components."""

import json
import re
from importlib.resources import files
from typing import Any

MATRIX = {"$ref": "#/components/schemas/Matrix"}


def describe_matrix(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """A drf-spectacular hook that adds the components."""
    text = (files("responses.matrix") / "matrix.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(re.sub(r"#/\$defs/(\w+)", _component, text))
    parts = {_component_name(part): described for part, described in schema.pop("$defs").items()}
    del schema["$schema"]
    result["components"]["schemas"] |= {"Matrix": schema, **parts}
    return result


def _component(reference: re.Match[str]) -> str:
    return f"#/components/schemas/{_component_name(reference[1])}"


def _component_name(part: str) -> str:
    return "Matrix" + part.title().replace("_", "")
