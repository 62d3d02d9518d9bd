"""The independent check in the API: verdicts of reviewers and of later evaluations, and giving one."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from rest_framework import serializers

from evaltrack.api.fields import Moment, VisibleField, Words
from evaltrack.api.lists import IdFilter
from evaltrack.api.views import Creatable
from recommendations.models import Evaluation
from responses import verification
from responses.models import Verification
from responses.serializers import OfSubjectSerializer


class CheckSerializer(OfSubjectSerializer):
    """A verdict in codes of the profile's scales, and what it rests on.

    With ``later_evaluation`` it is what that evaluation found. ``update`` is the self-report it was made on.
    """

    later_evaluation = VisibleField(
        queryset=Evaluation.objects.all(), source="evaluation", required=False, allow_null=True
    )
    reviewer = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    at = Moment(read_only=True)
    implementation = Words(max_length=40)
    reason = Words(max_length=verification.LONGEST)
    question = Words(max_length=verification.LONGEST, required=False, allow_blank=True)

    class Meta:
        model = Verification
        fields = (
            "id", "action", "answer", "later_evaluation", "where", "implementation", "alignment",
            "timeliness", "reason", "question", "update", "reviewer", "at",
        )  # fmt: skip
        read_only_fields = ("update",)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data = super().validate(data)
        later = data.get("evaluation") is not None
        idle = "question" if later else "where"
        if data.pop(idle, ""):
            raise serializers.ValidationError({idle: [ONLY_LATER if idle == "where" else NOT_LATER]})
        return data


ONLY_LATER = gettext_lazy("Leave this out, unless it is the verdict of a later evaluation.")
NOT_LATER = gettext_lazy("Leave this out: a later evaluation asks no question.")


class CheckFilter(filters.FilterSet):  # type: ignore[misc]
    action = IdFilter("action", label=gettext_lazy("Id of a key action."))
    answer = IdFilter("answer", label=gettext_lazy("Id of an answer."))
    later_evaluation = IdFilter("evaluation", label=gettext_lazy("Id of the later evaluation."))
    evaluation = IdFilter(method="under", label=gettext_lazy("Id of an evaluation."))

    class Meta:
        model = Verification
        fields: list[str] = []

    def under(self, rows: Any, field: str, value: int) -> Any:
        return rows.filter(
            Q(action__answer__response__evaluation=value) | Q(answer__response__evaluation=value)
        )


class Checks(Creatable[Verification]):
    """Independent checks. They are added and never changed: the latest of each source counts."""

    queryset = Verification.objects.present().select_related("reviewer")
    serializer_class = CheckSerializer
    filterset_class = CheckFilter

    def make(self, **values: Any) -> Verification:
        subject, evaluation = values.pop("subject"), values.pop("evaluation", None)
        if evaluation is None:
            return verification.check(subject, by=self.person, now=timezone.now(), **values)
        return verification.note_later_verdict(
            subject, evaluation=evaluation, by=self.person, now=timezone.now(), **values
        )
