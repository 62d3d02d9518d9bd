"""How responses, answers, key actions and progress updates look in the API."""

from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
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
from recommendations.choices import CommonStatus, StatusLevel
from recommendations.models import Evaluation, Recommendation
from responses import derived, lateness
from responses.choices import ClosedAs
from responses.models import (
    ActionParty,
    Closure,
    DeadlineChange,
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


class DerivedSerializer(serializers.Serializer[Any]):
    """A status that nobody reported: from how many key actions said anything, of how many there are."""

    common_status = Common()
    reported = serializers.IntegerField()
    total = serializers.IntegerField()


class AnswerSerializer(RowSerializer[RecommendationResponse]):
    """The answer to one recommendation; ``status`` is that of the latest progress update to it.

    Where the profile keeps the status with the key actions, ``derived`` is what they amount to.
    """

    response = VisibleField(queryset=ManagementResponse.objects.all())
    recommendation = VisibleField(queryset=Recommendation.objects.filter(removed_at=None))
    status = Status()
    common_status = Common()
    derived = serializers.SerializerMethodField()
    reported_on = serializers.DateField(read_only=True, allow_null=True)
    closed_as = Choice(ClosedAs.choices, read_only=True, allow_null=True)
    closed_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = RecommendationResponse
        fields = (
            "id", "response", "recommendation", "decision", "narrative", "status", "common_status", "derived",
            "reported_on", "closed_as", "closed_on",
        )  # fmt: skip
        fixed = ("response", "recommendation")
        validators: list[Any] = []

    @extend_schema_field(DerivedSerializer(allow_null=True))
    def get_derived(self, answer: RecommendationResponse) -> Any:
        rules = answer.response.evaluation.profile.rules
        found = derived.of_answer(answer, rules, answer.planned)  # type: ignore[attr-defined]
        return DerivedSerializer(found).data if found else None


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
    derived = serializers.SerializerMethodField(
        help_text=gettext_lazy(
            "common status of its recommendation, where the status is kept there and not reported here"
        )
    )
    overdue = serializers.SerializerMethodField()
    first_due = serializers.SerializerMethodField(
        help_text=gettext_lazy("the day it was first promised for; deadlines that are put off do not move it")
    )
    days_late = serializers.SerializerMethodField(
        help_text=gettext_lazy("days after first_due that it was closed, or has been open until today")
    )
    days_late_now = serializers.SerializerMethodField(help_text=gettext_lazy("the same after its deadline"))
    reported_on = serializers.DateField(read_only=True, allow_null=True)
    closed_as = Choice(ClosedAs.choices, read_only=True, allow_null=True)
    closed_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = KeyAction
        fields = (
            "id", "answer", "recommendation", "response", "number", "text", "deadline", "check_on",
            "responsible", "comment", "status", "common_status", "derived", "overdue", "first_due",
            "days_late", "days_late_now", "reported_on", "closed_as", "closed_on",
        )  # fmt: skip
        read_only_fields = ("check_on",)
        fixed = ("answer",)

    def get_number(self, action: KeyAction) -> str:
        position: int = action.position  # type: ignore[attr-defined]
        return action.own_number or f"{action.answer.recommendation.number}.{position}"

    def get_derived(self, action: KeyAction) -> str | None:
        rules = action.answer.response.evaluation.profile.rules
        if action.status or rules.status_level != StatusLevel.RECOMMENDATION:
            return None
        return action.answer.common_status or None

    def get_first_due(self, action: KeyAction) -> date | None:
        return lateness.first_due(action)

    def get_days_late(self, action: KeyAction) -> int:
        return lateness.of(action, timezone.localdate()).first

    def get_days_late_now(self, action: KeyAction) -> int:
        return lateness.of(action, timezone.localdate()).current

    def get_overdue(self, action: KeyAction) -> bool:
        return not action.is_closed and bool(
            action.deadline_due and action.deadline_due < timezone.localdate()
        )


class OfSubjectSerializer(RowSerializer[Any]):
    """A row about a key action or about the answer to a recommendation. A validated one has a ``subject``."""

    action = VisibleField(queryset=KeyAction.objects.present(), required=False, allow_null=True)
    answer = VisibleField(
        queryset=RecommendationResponse.objects.filter(recommendation__removed_at=None),
        required=False,
        allow_null=True,
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        subjects = [data.pop(name, None) for name in ("action", "answer")]
        if subjects.count(None) != 1:
            raise serializers.ValidationError(_("Give either an action or an answer, and not both."))
        return {**data, "subject": subjects[0] or subjects[1]}


class UpdateSerializer(OfSubjectSerializer):
    """How things stood on a day, for a key action or for the answer to a recommendation."""

    as_of = serializers.DateField(required=False, help_text=gettext_lazy("today where it is left out"))
    reported_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    reported_at = Moment(read_only=True)
    expected = Words(
        write_only=True, required=False, max_length=300,
        help_text=gettext_lazy("when it is expected now, as written; asks for that deadline"),
    )  # fmt: skip
    expected_reason = Words(write_only=True, required=False, max_length=5000)
    reason_code = Words(
        write_only=True, required=False, max_length=40,
        help_text=gettext_lazy("why it is dropped: a code of the profile’s reasons"),
    )  # fmt: skip
    reason = Words(write_only=True, required=False, max_length=5000)

    class Meta:
        model = ProgressUpdate
        fields = (
            "id", "action", "answer", "round", "as_of", "status", "status_text", "comment", "done",
            "next_step", "channel", "reported_by", "reported_at", "expected", "expected_reason",
            "reason_code", "reason",
        )  # fmt: skip
        read_only_fields = ("channel",)


# What is asked for ---------------------------------------------------------------------------------------


class RequestSerializer(RowSerializer[Any]):
    """What was asked for, and what was decided."""

    asked_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    asked_at = Moment(read_only=True)
    decided_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    decided_at = Moment(read_only=True, allow_null=True)
    decision = Words(read_only=True, allow_null=True)

    COMMON = ("reason", "state", "asked_by", "asked_at", "decided_by", "decided_at", "decision")


class DeadlineChangeSerializer(RequestSerializer):
    """Another deadline of a key action, asked for once the response is cleared."""

    before = WhenSerializer(read_only=True, allow_null=True)
    after = WhenSerializer(read_only=True, allow_null=True)

    class Meta:
        model = DeadlineChange
        fields = ("id", "action", "update", "before", "after", *RequestSerializer.COMMON)
        read_only_fields = ("action", "update", *RequestSerializer.COMMON)


class ClosureSerializer(RequestSerializer):
    """Closing a key action or an answer without its being done."""

    reason_code = Words(read_only=True, allow_null=True)
    reopened_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    reopened_at = Moment(read_only=True, allow_null=True)
    reopening = Words(read_only=True, allow_null=True)

    class Meta:
        model = Closure
        fields = (
            "id", "action", "answer", "update", "closed_as", "reason_code", *RequestSerializer.COMMON,
            "reopened_by", "reopened_at", "reopening",
        )  # fmt: skip
        read_only_fields = fields


class PostponeSerializer(Strict):
    """Another deadline, as written, and why."""

    deadline = serializers.CharField(max_length=300)
    reason = serializers.CharField(max_length=5000)


class ReasonSerializer(Strict):
    reason = serializers.CharField(max_length=5000)


class DropSerializer(ReasonSerializer):
    """Why it is no longer done: a code of the profile's reasons, and a sentence."""

    reason_code = serializers.CharField(max_length=40)


class DecisionSerializer(Strict):
    """A word with the decision; needed to refuse."""

    comment = Words(required=False, allow_blank=True, max_length=5000)
