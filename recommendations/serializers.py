"""How evaluations and recommendations look in the API."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evaltrack.api.fields import (
    Choice,
    OfficeField,
    PersonField,
    ResponsibleSerializer,
    RowSerializer,
    Strict,
    VisibleField,
    WhenSerializer,
)
from evaltrack.models import Office, User
from evaltrack.schemas import unstorable
from recommendations.choices import EvaluationState
from recommendations.models import (
    Descriptor,
    Evaluation,
    EvaluationDocument,
    Recommendation,
    RuleProfile,
)


@extend_schema_field(str)
class ProfileField(serializers.RelatedField[RuleProfile, str, str]):
    """A rule profile by its short name; the newest version of it is taken."""

    default_error_messages = {
        "unknown": gettext_lazy("There is no such rule profile. There are: {known}."),
    }

    def to_internal_value(self, data: str) -> RuleProfile:
        known = isinstance(data, str) and not unstorable(data)
        profile = RuleProfile.objects.latest_of(data) if known else None
        if profile is None:
            slugs = RuleProfile.objects.order_by("slug").values_list("slug", flat=True).distinct()
            self.fail("unknown", known=", ".join(slugs))
        return profile

    def to_representation(self, value: Any) -> str:
        return str(value.slug)


class CountryField(serializers.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Z]{2}\Z", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code in dict(countries):
            return code
        raise serializers.ValidationError(_("This is not the ISO 3166 code of a country, such as KE."))

    def to_representation(self, value: Any) -> str:
        return str(value.code)


class DescriptorSerializer(serializers.ModelSerializer[Descriptor]):
    """A word that describes an evaluation, as a register has it."""

    class Meta:
        model = Descriptor
        fields = ("kind", "text")


class DocumentSerializer(serializers.ModelSerializer[EvaluationDocument]):
    """A document by its address, which EvalTrack never opened."""

    class Meta:
        model = EvaluationDocument
        fields = ("kind", "address", "description", "language")


class EvaluationSerializer(RowSerializer[Evaluation]):
    """An evaluation: offices by name, people by e-mail address."""

    offices = OfficeField(many=True, allow_empty=False, queryset=Office.objects.all())
    countries = serializers.ListField(child=CountryField(), required=False, help_text=_("ISO 3166 codes"))
    manager = PersonField(queryset=User.objects.all(), required=False, allow_null=True)
    evaluators = PersonField(many=True, queryset=User.objects.all(), required=False)
    state = Choice(EvaluationState.choices, required=False, help_text=_("Afterwards it is moved."))
    profile = ProfileField(queryset=RuleProfile.objects.all())
    profile_version = serializers.IntegerField(source="profile.version", read_only=True)
    descriptors = DescriptorSerializer(many=True, read_only=True, help_text=_("From a register."))
    documents = DocumentSerializer(many=True, read_only=True, help_text=_("From a register."))

    class Meta:
        model = Evaluation
        fields = (
            "id", "reference", "title", "short_title", "conducted", "type", "timing", "offices", "countries",
            "state", "confidential", "report_date", "manager", "evaluators", "profile", "profile_version",
            "language", "period_from", "period_to", "descriptors", "documents", "created_at",
        )  # fmt: skip
        fixed = ("profile", "state")
        # Whether a reference is taken is the rule's to say, in the same transaction.
        extra_kwargs = {"reference": {"required": False, "validators": []}}


class InnerPointSerializer(Strict):
    """A sub-point of a sub-point."""

    text = serializers.CharField()


class SubPointSerializer(Strict):
    """A point under a recommendation; line breaks in it become spaces."""

    text = serializers.CharField()
    sub_points = InnerPointSerializer(many=True, required=False)


class SubPointsField(serializers.ListField):
    """Points under a recommendation, two deep, all of them already fetched with it."""

    child = SubPointSerializer()

    def get_attribute(self, instance: Recommendation) -> list[dict[str, Any]]:
        points = sorted(instance.sub_points.all(), key=lambda point: (point.order, point.pk))
        return [
            {
                "text": point.text,
                "sub_points": [{"text": inner.text} for inner in points if inner.parent_id == point.pk],
            }
            for point in points
            if point.parent_id is None
        ]


def as_lines(points: list[dict[str, Any]]) -> str:
    """Validated sub-points as the indented list that the rule reads."""
    lines = []
    for point in points:
        lines.append(f"- {_one_line(point['text'])}")
        lines += [f"  - {_one_line(inner['text'])}" for inner in point.get("sub_points", [])]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


class RecommendationSerializer(RowSerializer[Recommendation]):
    """A recommendation in the evaluators' words; all but the text may be missing."""

    evaluation = VisibleField(queryset=Evaluation.objects.all())
    responsible = ResponsibleSerializer()
    timeline = WhenSerializer(required=False, allow_null=True)
    sub_points = SubPointsField(required=False)

    class Meta:
        model = Recommendation
        fields = (
            "id", "evaluation", "order", "number", "text", "rationale", "directed_to", "responsible",
            "priority", "priority_note", "timeline", "sub_points", "urgency", "difficulty", "impact",
        )  # fmt: skip
        read_only_fields = ("order",)
        fixed = ("evaluation",)
