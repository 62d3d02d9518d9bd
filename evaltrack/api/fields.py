"""How values look in the API: what is blank is null, people and offices have the names people use."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evaltrack.deadlines import Deadline, Kind
from evaltrack.models import Office, Part, User
from evaltrack.schemas import unstorable

M = TypeVar("M", bound=models.Model)


class Words(serializers.CharField):
    """A text; one that may be missing is null when it is."""

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get("allow_blank"):
            kwargs.setdefault("allow_null", True)
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data) or ""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


class Choice(serializers.ChoiceField):
    """One of a list of codes; null where none was chosen."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        if kwargs.pop("allow_blank", False):
            kwargs["allow_null"] = True
        super().__init__(choices, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data) or ""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


class Moment(serializers.DateTimeField):
    """In UTC whoever asks, so that the same moment always has the same ETag."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, default_timezone=UTC)


class Strict(serializers.Serializer[Any]):
    """Refuses a field that it does not know: a misspelt one would be dropped without a word."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [key for key in data if key not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            writable = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            sentence = _("There is no such field. There are: %(known)s.") % {"known": writable}
            raise serializers.ValidationError({key: [sentence] for key in unknown})
        return super().to_internal_value(data)


class RowSerializer(Strict, serializers.ModelSerializer[M]):
    """A row of a resource. ``Meta.fixed`` names what is set when it is made and not changed afterwards."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Words,
        models.TextField: Words,
        models.DateTimeField: Moment,
    }
    serializer_choice_field = Choice

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None:
            return data
        fixed = [name for name in getattr(self.Meta, "fixed", ()) if name in data]
        for name in fixed:
            field: Any = self.fields[name]
            before, after = (
                value and field.to_representation(value)
                for value in (getattr(self.instance, name), data.pop(name))
            )
            if before != after:
                raise serializers.ValidationError({name: [_("This cannot be changed afterwards.")]})
        return data


class VisibleField(serializers.PrimaryKeyRelatedField[M]):
    """A row by its id; what the person may not see does not exist for them."""

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        request = self.context.get("request")
        return rows.visible_to(request.user) if request else rows


@extend_schema_field(str)
class OfficeField(serializers.RelatedField[Office, str, str]):
    """An office by its name; any other name it goes by is understood."""

    default_error_messages = {
        "unknown": gettext_lazy("There is no office of that name."),
        "text": gettext_lazy("Give the name of an office."),
    }

    def to_internal_value(self, data: str) -> Office:
        if not isinstance(data, str):
            self.fail("text")
        office = Office.objects.all().named(data)
        if office is None:
            self.fail("unknown")
        return office

    def to_representation(self, value: Any) -> str:
        return str(value.name)


@extend_schema_field(str)
class PersonField(serializers.RelatedField[User, str, str]):
    """A person with an account, by e-mail address."""

    default_error_messages = {
        "unknown": gettext_lazy("There is no active account with that e-mail address."),
        "text": gettext_lazy("Give the e-mail address of a person."),
    }

    def to_internal_value(self, data: str) -> User:
        if not isinstance(data, str):
            self.fail("text")
        person = None if unstorable(data) else User.objects.filter(email__iexact=data, is_active=True).first()
        if person is None:
            self.fail("unknown")
        return person

    def to_representation(self, value: Any) -> str:
        return str(value.email)


class WhenSerializer(Strict):
    """A time as written and what it means.

    Write ``text`` alone to have it understood, or all four. A validated value is the text, or a ``Deadline``.
    """

    text = serializers.CharField(max_length=300, help_text=gettext_lazy("as written"))
    kind = serializers.ChoiceField([(kind.value, kind.value) for kind in Kind], required=False)
    start = serializers.DateField(required=False, allow_null=True)
    due = serializers.DateField(
        required=False, allow_null=True, help_text=gettext_lazy("last day on which it is still in time")
    )

    def validate(self, data: dict[str, Any]) -> Any:
        missing = [name for name in ("kind", "start", "due") if name not in data]
        if len(missing) == 3:
            return data["text"]
        if missing:
            sentence = _("Give the text alone, or all of text, kind, start and due.")
            raise serializers.ValidationError({name: [sentence] for name in missing})
        start, due = data["start"], data["due"]
        if start and due and due < start:
            raise serializers.ValidationError({"due": [_("This is before the start.")]})
        return Deadline(data["text"], Kind(data["kind"]), start, due)


class PartySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    role = serializers.ChoiceField(Part.choices, source="part")


class ResponsibleSerializer(Strict):
    """Who is responsible, as written, and the parties understood from it. A validated value is the text."""

    text = serializers.CharField(source="responsible_text")
    parties = PartySerializer(many=True, read_only=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, source="responsible_text", required=False, allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return instance if instance.responsible_text else None

    def run_validation(self, data: Any = serializers.empty) -> str:
        validated = super().run_validation(data)
        return validated["responsible_text"] if validated else ""
