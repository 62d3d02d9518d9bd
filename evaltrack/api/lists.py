"""Lists in the API: pages, and the filters that every resource shares."""

from functools import reduce
from operator import or_
from typing import Any, TypeVar, cast

from django import forms
from django.db.models import Choices, Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from evaltrack.models import AuditEntry, Office

M = TypeVar("M", bound=Model)


class Pagination(CursorPagination):
    """Pages by key: what is added meanwhile neither repeats nor hides a row."""

    ordering = "pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    cursor_query_description: Any = gettext_lazy("Where the page starts, as in `next` and `previous`.")
    page_size_query_description: Any = gettext_lazy("Rows on a page.")

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get("limit", str(self.page_size))
        if _is_number(asked) and 1 <= int(asked) <= self.max_page_size:
            return int(asked)
        sentence = _("Ask for 1 to %(most)d rows.") % {"most": self.max_page_size}
        raise exceptions.ValidationError({"limit": [sentence]})

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not _is_number(str(cursor.position)):
            raise exceptions.NotFound(self.invalid_cursor_message)
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = cast("list[dict[str, Any]]", super().get_schema_operation_parameters(view))
        parameters[-1]["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return parameters


LARGEST_ID = 2**63 - 1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len(str(LARGEST_ID))


class Filters(filters.DjangoFilterBackend):  # type: ignore[misc]
    """Filters, on lists only. A misspelt one is refused: left out, it would give a longer list unnoticed."""

    def filter_queryset(self, request: Request, queryset: QuerySet[M], view: Any) -> QuerySet[M]:
        if view.action != "list":
            return queryset
        known = sorted({*view.filterset_class.base_filters, "limit", "cursor"})
        unknown = sorted(set(request.query_params) - set(known))
        if unknown:
            sentence = _("There is no such filter. There are: %(known)s.") % {"known": ", ".join(known)}
            raise exceptions.ValidationError({one: [sentence] for one in unknown})
        filtered: QuerySet[M] = super().filter_queryset(request, queryset, view)
        return filtered


class IdFilter(filters.NumberFilter):  # type: ignore[misc]
    """Rows that belong to another row; what no key can be is refused before a database is asked."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **kwargs)


class OfficeFilter(filters.CharFilter):  # type: ignore[misc]
    """Rows of an office and of those below it; ``ways`` lead from a row to its offices."""

    def __init__(self, *ways: str, **kwargs: Any) -> None:
        label = gettext_lazy("Name, short name or alias of an office; what is below it counts.")
        super().__init__(method=self.below, label=label, **kwargs)
        self.ways = ways

    def below(self, rows: QuerySet[M], field: str, value: str) -> QuerySet[M]:
        office = Office.objects.all().named(value)
        if office is None:
            raise exceptions.ValidationError({field: [_("There is no office of that name.")]})
        ids = Office.objects.all().with_sub_offices([office.pk])
        inside = [Q(**{f"{way}__in": ids}) for way in self.ways]
        return rows.filter(pk__in=rows.model._default_manager.filter(reduce(or_, inside)).values("pk"))


class UpdatedAfter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """Rows that have an entry in the history since a moment."""

    def __init__(self, **kwargs: Any) -> None:
        label = gettext_lazy("Changed at this moment or later, such as 2026-01-31T12:00:00Z.")
        super().__init__(method=self.since, label=label, **kwargs)

    def since(self, rows: QuerySet[M], field: str, value: Any) -> QuerySet[M]:
        kind = rows.model._meta.model_name
        return rows.filter(
            Exists(AuditEntry.objects.filter(target_type=kind, target_id=OuterRef("pk"), at__gte=value))
        )


class FlagField(forms.Field):
    """Django's own takes any other word for no answer, and the list would be a longer one."""

    widget = forms.TextInput

    def to_python(self, value: str | None) -> bool | None:
        words = {"true": True, "false": False}
        if value and value.lower() not in words:
            raise forms.ValidationError(_("Say true or false."))
        return words[value.lower()] if value else None


class FlagFilter(filters.BooleanFilter):  # type: ignore[misc]
    """Rows for which something is so (true) or not so (false)."""

    field_class = FlagField

    def __init__(self, method: str, label: Any) -> None:
        super().__init__(method=method, label=label, widget=forms.TextInput)


class CodeFilter(filters.ChoiceFilter):  # type: ignore[misc]
    """Rows with one of a list of codes, or, asked for by the word ``missing``, with none."""

    def __init__(self, field_name: str, codes: type[Choices], missing: str, **kwargs: Any) -> None:
        self.missing = missing
        super().__init__(field_name, choices=[*codes.choices, (missing, missing)], **kwargs)

    def filter(self, rows: QuerySet[M], value: str) -> QuerySet[M]:
        if value == self.missing:
            return rows.filter(**{self.field_name: ""})
        chosen: QuerySet[M] = super().filter(rows, value)
        return chosen
