"""Rounds in the API: which there are, opening and closing one, and who has answered."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from evaltrack.api.fields import Moment, RowSerializer, Strict, VisibleField
from evaltrack.api.lists import IdFilter
from evaltrack.api.views import Creatable
from responses import round_answers, rounds
from responses.models import ManagementResponse, Round, RoundMatrix
from responses.permissions import overseen_by
from responses.tasks import work_on_rounds


class RoundSerializer(RowSerializer[Round]):
    """A round of follow-up. ``responses`` are those it is opened for; ``answers/`` tells how they stand.

    For one or few the leads have been asked when the answer comes; for many they are asked soon after.
    """

    responses = VisibleField(queryset=ManagementResponse.objects.all(), many=True, write_only=True)
    opened_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    due_on = serializers.DateField(
        required=False, help_text=gettext_lazy("left out, as many weeks from today as the profile says")
    )

    class Meta:
        model = Round
        fields = ("id", "name", "due_on", "note", "opened_by", "opened_at", "responses")
        read_only_fields = ("opened_at",)


class AnswersSerializer(serializers.Serializer[Any]):
    """How one response stands in the round; of a closed one as it was then."""

    id = serializers.IntegerField(source="matrix.pk")
    response = serializers.IntegerField(source="matrix.response_id")
    reference = serializers.CharField(source="matrix.response.evaluation.reference")
    due_on = serializers.DateField(source="matrix.due_on")
    asked = serializers.IntegerField(source="answered.asked")
    reported = serializers.IntegerField(source="answered.reported")
    not_reported = serializers.ListField(
        child=serializers.CharField(),
        source="matrix.not_reported",
        help_text=gettext_lazy("the numbers of what nobody had reported on when it was closed"),
    )
    closed_at = Moment(source="matrix.closed_at", allow_null=True)
    sha256 = serializers.CharField(source="matrix.snapshot.sha256", allow_null=True, default=None)


class StateSerializer(serializers.Serializer[Any]):
    """Every response in the round that one may see."""

    matrices = AnswersSerializer(many=True)


class ClosingSerializer(Strict):
    """Without ``responses`` all that one oversees."""

    responses = VisibleField(queryset=ManagementResponse.objects.all(), many=True, required=False)


class RoundFilter(filters.FilterSet):  # type: ignore[misc]
    response = IdFilter("matrices__response", label=gettext_lazy("Id of a response."), distinct=True)
    due_before = filters.DateFilter("due_on", "lte", label=gettext_lazy("Due on this day or earlier."))

    class Meta:
        model = Round
        fields = ["name"]


class Rounds(Creatable[Round]):
    """Rounds: follow-up at a set time, in which each lead is asked once."""

    queryset = Round.objects.select_related("opened_by")
    serializer_class = RoundSerializer
    filterset_class = RoundFilter

    def make(self, **values: Any) -> Round:
        """Open a round; responses it cannot be opened for are left out."""
        chosen = {one.pk for one in values.pop("responses")}
        made = rounds.open(
            chosen,
            values.pop("name"),
            by=self.person,
            now=timezone.now(),
            today=timezone.localdate(),
            **values,
        )
        _go_on(made.round, len(made.matrices))
        return made.round

    @extend_schema(summary=gettext_lazy("Who has answered"), responses={200: StateSerializer})
    @action(detail=True, pagination_class=None, filter_backends=[])
    def answers(self, request: Request, pk: int) -> Response:
        return Response(self._state(self.get_object()))

    @extend_schema(
        summary=gettext_lazy("Close it"), request=ClosingSerializer, responses={200: StateSerializer}
    )
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=[])
    def close(self, request: Request, pk: int) -> Response:
        """Freeze the matrices as they stand. A closed round is not opened again."""
        found = self.get_object()
        sent = ClosingSerializer(data=request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        matrices = RoundMatrix.objects.visible_to(self.person).filter(round=found)
        if "responses" in sent.validated_data:
            matrices = matrices.filter(response__in=sent.validated_data["responses"])
        else:
            mine = ManagementResponse.objects.filter(overseen_by(self.person))
            matrices = matrices.filter(response__in=mine)
        _go_on(found, rounds.close(matrices, by=self.person, now=timezone.now()))
        return Response(self._state(found))

    def _state(self, found: Round) -> Any:
        seen = RoundMatrix.objects.visible_to(self.person).filter(round=found)
        rows = list(seen.select_related("response__evaluation", "snapshot").order_by("pk"))
        counts = round_answers.counts(rows)
        state = {"matrices": [{"matrix": one, "answered": counts[one.pk]} for one in rows]}
        return StateSerializer(state).data


def _go_on(found: Round, matrices: int) -> None:
    if matrices > rounds.AT_ONCE:
        transaction.on_commit(work_on_rounds.delay)
        return
    rounds.ask(now=timezone.now(), of=found)
    rounds.freeze(now=timezone.now(), of=found)
