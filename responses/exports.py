"""The matrix as a file."""

import re

from recommendations.profiles import Profile
from responses.models import ManagementResponse


def safe_name(name: str) -> str:
    """A file name that no header or file system stumbles over."""
    return re.sub(r"[^\w.-]+", "-", name)


def export(response: ManagementResponse, format: str, *, profile: Profile | None = None, language: str = "en") -> bytes:
    """The matrix as it stands, as ``json`` or ``pdf``; ``profile`` prints it in another layout than its own."""
    from responses.matrix.build import build
    from responses.matrix.writers import json, pdf

    matrix = build(response)
    if format == "json":
        return json.write(matrix)
    return pdf.write(matrix, profile or response.evaluation.profile.rules, language=language)
