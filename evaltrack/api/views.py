"""Views of the API: who asks, ETags, and changes that overwrite nobody's.

A view names its rows and calls the rule functions; it never saves a model itself.
"""

import hashlib
import zoneinfo
from typing import Any, Generic, TypeVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from evaltrack import audit
from evaltrack.api.errors import Parser, PreconditionFailed, PreconditionRequired
from evaltrack.api.lists import Filters, Pagination
from evaltrack.models import User

M = TypeVar("M", bound=Model)


def etag(data: Any) -> str:
    """The tag of a representation: a change of anything in it makes another one."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def names_tag(header: str, tag: str) -> bool:
    """Whether an ``If-Match`` or ``If-None-Match`` header names the tag or is ``*``.

    Weak tags count: compression on the way out weakens every tag, and ours are digests of the content.
    """
    return any(one in ("*", tag, f"W/{tag}") for one in parse_etags(header))


class View(APIView):
    """The person's time zone, one click in the history, and an ETag on every answer with a body."""

    parser_classes = [Parser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(timezone.get_current_timezone()), audit.one_click():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.user, User):
            # A token is read only here, when the middleware has already looked for a person.
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_cache=True)
        if answer.status_code in (200, 201) and hasattr(answer, "data"):  # a file brings its own tag
            tag = etag(answer.data)
            answer["ETag"] = tag
            if request.method in ("GET", "HEAD") and names_tag(request.headers.get("If-None-Match", ""), tag):
                answer.status_code, answer.data = status.HTTP_304_NOT_MODIFIED, None
        return answer


class NothingHere(View):
    """Whatever no other address matches."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound(_("There is nothing at this address. Addresses here end with a slash."))


class Resource(View, ListModelMixin, RetrieveModelMixin, GenericViewSet[M], Generic[M]):
    """Rows to list and read: those of ``queryset`` that are visible to the person."""

    http_method_names = ["get", "head", "post", "patch", "delete"]
    lookup_value_converter = "int"
    pagination_class = Pagination
    filter_backends = [Filters]

    @property
    def person(self) -> User:
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[M]:
        rows: Any = super().get_queryset()
        return cast("QuerySet[M]", rows.visible_to(self.request.user))

    def as_made(self, pk: int) -> Response:
        """What was just made, shown to its maker even where others' rows of that place are not."""
        row = GenericViewSet.get_queryset(self).get(pk=pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    def locked(self) -> M:
        """The row, locked, with If-Match checked against how it is now.

        Reading again after the lock has been got shows what the one who held it before has written.
        """
        header = self.request.headers.get("If-Match")
        with_lock = self.to_lock()
        list(with_lock)
        row: M = self.get_object()
        if not header:
            raise PreconditionRequired
        if not names_tag(header, etag(self.get_serializer(row).data)):
            raise PreconditionFailed
        return row

    def to_lock(self) -> QuerySet[Any]:
        """The rows whose lock guards a change of this one."""
        model: Any = self.get_queryset().model
        rows: QuerySet[Any] = model._default_manager.select_for_update().filter(pk=self.kwargs["pk"])
        return rows.only("pk")


class Creatable(Resource[M]):
    """... and to add to."""

    def make(self, **values: Any) -> M:
        """Call the rule that makes a row of these values."""
        raise NotImplementedError

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            made = self.make(**serializer.validated_data)
            return self.as_made(made.pk)


class Changeable(Resource[M]):
    """... and to change."""

    def amend(self, row: M, **values: Any) -> None:
        """Call the rules that give a row these values."""
        raise NotImplementedError

    @transaction.atomic
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.locked()
        serializer = self.get_serializer(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        self.amend(row, **serializer.validated_data)
        return Response(self.get_serializer(self.get_object()).data)


class Removable(Resource[M]):
    """... and to take out."""

    def remove(self, row: M) -> None:
        """Call the rule that takes a row out."""
        raise NotImplementedError

    @transaction.atomic
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.remove(self.locked())
        return Response(status=status.HTTP_204_NO_CONTENT)
