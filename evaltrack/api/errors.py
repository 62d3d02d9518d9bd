"""What the API answers when it cannot do what was asked: one shape for all of it."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from evaltrack.errors import Refused
from evaltrack.schemas import name, too_deep

LONGEST_SENTENCE = 500  # characters: a message that repeats what was sent does not grow with it


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class PreconditionFailed(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = _(
        "This was changed since you read it. Read it again and send the change with its new ETag."
    )


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The request is too large. Send it in smaller parts.")


class PreconditionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = _(
        "Send If-Match with the ETag you read, so that nobody else's change is overwritten (* takes any)."
    )


class Parser(JSONParser):
    """JSON of bounded depth."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(too_deep()) from error


def one_error_shape(exc: Exception, context: dict[str, Any]) -> Response | None:
    """``{"error": {"code", "message", "fields"?}}`` for every answer that is not a success.

    ``fields`` holds the sentences by path, as in ``deadline.due``. None (a fault of ours) is left to Django.
    """
    if isinstance(exc, Refused):
        exc = Conflict(str(exc))
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, RequestDataTooBig):
        exc = TooLarge()
    response = exception_handler(exc, context)
    if response is None:
        return None
    # Django's own PermissionDenied, which the rules raise, is the one that brings no code.
    code = getattr(exc, "default_code", exceptions.PermissionDenied.default_code)
    if isinstance(exc, exceptions.ValidationError):
        response.data = {"error": {"code": code, **_faults(exc.detail)}}
    else:
        response.data = {"error": {"code": code, "message": _plain(response.data["detail"])}}
    return response


def _faults(detail: Any) -> dict[str, Any]:
    sentences = list(_by_path(detail, ()))
    fields: dict[str, list[str]] = {}
    for path, sentence in sentences:
        if path:
            fields.setdefault(path, []).append(sentence)
    message = " ".join(f"{path}: {sentence}" if path else sentence for path, sentence in sentences)
    return {"message": _plain(message), **({"fields": fields} if fields else {})}


def _by_path(detail: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            of_all = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from _by_path(value, path if of_all else (*path, key))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            # A list holds either sentences, or what is wrong with each item of a list.
            yield from _by_path(value, (*path, index) if isinstance(value, dict | list) else path)
    else:
        yield _plain(name(path)) if path else "", _plain(detail)


def _plain(sentence: object) -> str:
    """A sentence that can be sent whatever it repeats: half of a surrogate pair has no UTF-8."""
    text = str(sentence).encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_SENTENCE else f"{text[:LONGEST_SENTENCE]}…"
