"""How responses, answers, key actions and progress updates look in the API."""

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from evaltrack.api.fields import (
    Choice,
    Moment,
    OfficeField,
    PersonField,
    ResponsibleSerializer,
    RowSerializer,
    Strict,
    VisibleField,
    WhenSerializer,
    Words,
)
from evaltrack.models import Office, User
from recommendations.choices import CommonStatus
from recommendations.models import Evaluation, Recommendation
from responses.models import (
    ActionParty,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
)


class FootnoteSerializer(Strict):
    """A note to any text of the matrix."""

    mark = serializers.RegexField(
        r"^[^\s\[\]^]{1,10}\Z", help_text=gettext_lazy("stands in the text as [^mark]")
    )
    text = serializers.CharField()


class ResponseSerializer(RowSerializer[ManagementResponse]):
    """The response of an office: the block above its answers."""

    evaluation = VisibleField(queryset=Evaluation.objects.all())
    reference = serializers.CharField(source="evaluation.reference", read_only=True)
    office = OfficeField(queryset=Office.objects.all(), required=False, allow_null=True)
    coordinator = Words(source="coordinator_text", required=False, allow_blank=True)
    coordinator_person = PersonField(
        source="coordinator", queryset=User.objects.all(), required=False, allow_null=True
    )
    responded_on = WhenSerializer(required=False, allow_null=True)
    footnotes = FootnoteSerializer(many=True, required=False)

    class Meta:
        model = ManagementResponse
        fields = (
            "id", "evaluation", "reference", "office", "state", "version", "asked_for_on", "due_on",
            "coordinator", "coordinator_person", "overall_comment", "responded_on", "footnotes", "created_at",
        )  # fmt: skip
        read_only_fields = ("state", "version", "asked_for_on")
        fixed = ("evaluation", "office", "due_on")
        # Whether there is a response already is the rule's to say, in the same transaction.
        validators: list[Any] = []

    def validate_footnotes(self, notes: list[dict[str, str]]) -> list[dict[str, str]]:
        marks = [note["mark"] for note in notes]
        if len(set(marks)) < len(marks):
            raise serializers.ValidationError(_("Give each mark once."))
        return notes


class Status(Words):
    """A status code of the profile's own; null where nothing was reported."""

    def __init__(self) -> None:
        super().__init__(read_only=True, allow_null=True)


class Common(Choice):
    """The common status that it counts as."""

    def __init__(self) -> None:
        super().__init__(CommonStatus.choices, read_only=True, allow_null=True)


class AnswerSerializer(RowSerializer[RecommendationResponse]):
    """The answer to one recommendation; ``status`` is that of the latest progress update to it."""

    response = VisibleField(queryset=ManagementResponse.objects.all())
    recommendation = VisibleField(queryset=Recommendation.objects.filter(removed_at=None))
    status = Status()
    common_status = Common()

    class Meta:
        model = RecommendationResponse
        fields = ("id", "response", "recommendation", "decision", "narrative", "status", "common_status")
        fixed = ("response", "recommendation")
        validators: list[Any] = []


def as_shown(actions: QuerySet[KeyAction]) -> QuerySet[KeyAction]:
    """The actions with all that their representation needs, in a constant number of queries."""
    latest = ProgressUpdate.objects.filter(action=OuterRef("pk")).order_by("-as_of", "-pk")
    before = Q(order__lt=OuterRef("order")) | Q(order=OuterRef("order"), pk__lte=OuterRef("pk"))
    place = KeyAction.objects.filter(before, answer=OuterRef("answer"), removed_at=None).values("answer")
    return (
        actions.select_related("answer__recommendation", "answer__response__evaluation__profile")
        .prefetch_related(Prefetch("parties", ActionParty.objects.order_by("order", "pk")))
        .annotate(
            comment=Subquery(latest.values("comment")[:1]),
            position=Subquery(place.annotate(count=Count("pk")).values("count")),
        )
    )


class ActionSerializer(RowSerializer[KeyAction]):
    """A key action. ``status`` and ``comment`` are those of the latest update: add one to change them."""

    answer = VisibleField(queryset=RecommendationResponse.objects.filter(recommendation__removed_at=None))
    recommendation = serializers.IntegerField(source="answer.recommendation_id", read_only=True)
    response = serializers.IntegerField(source="answer.response_id", read_only=True)
    number = serializers.SerializerMethodField(help_text=gettext_lazy("as printed in the matrix"))
    deadline = WhenSerializer(required=False, allow_null=True)
    responsible = ResponsibleSerializer()
    comment = Words(read_only=True, allow_null=True)
    status = Status()
    common_status = Common()
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = KeyAction
        fields = (
            "id", "answer", "recommendation", "response", "number", "text", "deadline", "check_on",
            "responsible", "comment", "status", "common_status", "overdue",
        )  # fmt: skip
        read_only_fields = ("check_on",)
        fixed = ("answer",)

    def get_number(self, action: KeyAction) -> str:
        position: int = action.position  # type: ignore[attr-defined]
        return action.own_number or f"{action.answer.recommendation.number}.{position}"

    def get_overdue(self, action: KeyAction) -> bool:
        return not action.is_closed and bool(
            action.deadline_due and action.deadline_due < timezone.localdate()
        )


class UpdateSerializer(RowSerializer[ProgressUpdate]):
    """How things stood on a day, for a key action or for the answer to a recommendation."""

    action = VisibleField(queryset=KeyAction.objects.present(), required=False, allow_null=True)
    answer = VisibleField(
        queryset=RecommendationResponse.objects.filter(recommendation__removed_at=None),
        required=False,
        allow_null=True,
    )
    as_of = serializers.DateField(required=False, help_text=gettext_lazy("today where it is left out"))
    reported_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    reported_at = Moment(read_only=True)

    class Meta:
        model = ProgressUpdate
        fields = (
            "id", "action", "answer", "round", "as_of", "status", "status_text", "comment", "reported_by",
            "reported_at",
        )  # fmt: skip

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        subjects = [data.pop(name, None) for name in ("action", "answer")]
        if subjects.count(None) != 1:
            raise serializers.ValidationError(_("Give either an action or an answer, and not both."))
        return {**data, "subject": subjects[0] or subjects[1]}
