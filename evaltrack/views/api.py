"""The page about the API. What the resources are is read from the API's own description."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "patch", "delete")


def about(request: HttpRequest) -> HttpResponse:
    return render(
        request, "api.html", {"resources": resources(get_language() or "en"), "base": settings.BASE_URL}
    )


@cache
def resources(language: str) -> dict[str, list[dict[str, Any]]]:
    """The operations by resource, each with ``method``, ``path``, ``summary`` and ``filters``."""
    generator: Any = SchemaGenerator
    schema = generator(api_version="v1").get_schema(request=None, public=True)
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                found.setdefault(item[method]["tags"][0], []).append(
                    {
                        "method": method.upper(),
                        "path": path,
                        "summary": item[method]["summary"],
                        "filters": [
                            one for one in item[method].get("parameters", []) if one["in"] == "query"
                        ],
                    }
                )
    return found
