"""The OpenAPI description: besides what succeeds, each operation names the errors it answers with."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

ALWAYS = (401, 406, 429)
ERRORS = {
    "GET": (404,),
    "POST": (400, 403, 409, 413, 415),
    "PATCH": (400, 403, 404, 409, 412, 413, 415, 428),
    "DELETE": (403, 404, 409, 412, 428),
}
MEANINGS = {
    400: "What was sent is not right; `fields` says where.",
    401: "No token, or one that is not valid.",
    403: "You may see this, but not do that.",
    404: "There is nothing here that you may see.",
    406: "Only JSON can be had.",
    409: "A rule does not allow it; `message` says which.",
    412: "Changed by someone else since you read it.",
    413: "The request is too large.",
    415: "Send JSON.",
    428: "If-Match is missing.",
    429: "Too many requests; Retry-After says when to go on.",
}


class Fault(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="What went wrong, for programs.")
    message = serializers.CharField(help_text="What went wrong and how to mend it, for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Sentences by path, such as `deadline.due`.",
    )


class Error(serializers.Serializer[Any]):
    """Every answer that is not a success."""

    error = Fault()


class Schema(AutoSchema):
    view: Any

    def get_summary(self) -> str | None:
        model = self.view.queryset.model._meta
        summaries = {
            "list": _("List %(many)s"),
            "retrieve": _("Read one %(one)s"),
            "create": _("Add one %(one)s"),
            "partial_update": _("Change one %(one)s"),
            "destroy": _("Remove one %(one)s"),
        }
        summary = summaries.get(self.view.action)
        return summary % {"one": model.verbose_name, "many": model.verbose_name_plural} if summary else None

    def get_override_parameters(self) -> Any:
        parameters = [
            OpenApiParameter(
                "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="Tag of what was sent."
            )
        ]
        if self.method == "GET":
            described = "ETag of what you have: if it is still so, the answer is 304 and empty."
            parameters.append(
                OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description=described)
            )
        elif self.method in ("PATCH", "DELETE"):
            described = "ETag of what you read: if it was changed since, nothing is done. `*` takes any."
            parameters.append(
                OpenApiParameter(
                    "If-Match", str, OpenApiParameter.HEADER, required=True, description=described
                )
            )
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        describe: Any = self._get_response_for_code
        if self.method == "GET":
            bodies["304"] = {"description": "Not changed since If-None-Match."}
        more = {400} if self._is_list_view() else {404} if getattr(self.view, "detail", False) else set()
        for code in sorted({*ALWAYS, *ERRORS[self.method], *more}):
            answer = OpenApiResponse(Error, description=MEANINGS[code])
            bodies[str(code)] = describe(answer, str(code), direction=direction)
        return bodies
