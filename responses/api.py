"""Responses, answers, key actions and progress updates in the API, and the matrix as a document."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from evaltrack.api.fields import Strict
from evaltrack.api.lists import CodeFilter, FlagFilter, IdFilter, OfficeFilter, UpdatedAfter
from evaltrack.api.moves import Movable
from evaltrack.api.views import Changeable, Creatable, Removable, Resource
from evaltrack.errors import Refused
from recommendations.choices import CommonStatus, Decision
from responses import actions, answers, approvals, closing, postponing, progress, requests
from responses.api_matrix import MATRIX
from responses.choices import Channel, RequestState
from responses.lifecycle import WAY
from responses.matrix.build import build
from responses.matrix.writers import json as matrix_json
from responses.models import (
    Closure,
    DeadlineChange,
    Footnote,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
)
from responses.permissions import actions_of
from responses.serializers import (
    ActionSerializer,
    AnswerSerializer,
    ClosureSerializer,
    DeadlineChangeSerializer,
    DecisionSerializer,
    DropSerializer,
    PostponeSerializer,
    ReasonSerializer,
    ResponseSerializer,
    UpdateSerializer,
    as_shown,
)
from responses.subjects import Subject

Rows = QuerySet[Any]


OF_EVALUATION = gettext_lazy("Id of an evaluation.")
OF_RESPONSE = gettext_lazy("Id of a response.")
OF_RECOMMENDATION = gettext_lazy("Id of a recommendation.")
OF_ANSWER = gettext_lazy("Id of an answer.")


class ResponseFilter(filters.FilterSet):  # type: ignore[misc]
    evaluation = IdFilter("evaluation", label=OF_EVALUATION)
    office = OfficeFilter("evaluation__offices", "office")
    due_before = filters.DateFilter("due_on", "lte", label=gettext_lazy("Due on this day or earlier."))
    due_after = filters.DateFilter("due_on", "gte", label=gettext_lazy("Due on this day or later."))
    updated_after = UpdatedAfter()

    class Meta:
        model = ManagementResponse
        fields = ["state"]


class Responses(Creatable[ManagementResponse], Changeable[ManagementResponse], Movable[ManagementResponse]):
    """Management responses: what an office answers to an evaluation as a whole."""

    way = WAY
    sighted = frozenset({"clear", "return"})
    queryset = ManagementResponse.objects.select_related(
        "evaluation__profile", "office", "coordinator"
    ).prefetch_related(Prefetch("footnotes", Footnote.objects.order_by("order", "pk")))
    serializer_class = ResponseSerializer
    filterset_class = ResponseFilter

    def make(self, **values: Any) -> ManagementResponse:
        """Ask an office for its response; before there are recommendations, for it to be prepared."""
        evaluation, office = values.pop("evaluation"), values.pop("office", None)
        made = requests.ask(
            evaluation, office, values.pop("coordinator", None), by=self.person, now=timezone.now(),
            today=timezone.localdate(), due_on=values.pop("due_on", None),
            prefill=not evaluation.recommendations.present().exists(),
            coordinator_text=values.pop("coordinator_text", ""),
        )  # fmt: skip
        if values:
            self.amend(made, **values)
        return made

    def amend(self, row: ManagementResponse, **values: Any) -> None:
        by = self.person
        for mark, text in _notes(row, values.pop("footnotes", None)):
            answers.set_footnote(row, mark, text, by=by)
        if isinstance(values.get("responded_on"), str):
            answers.set_responded_on(row, values.pop("responded_on"), by=by)
        answers.amend(row, by=by, **values)

    @extend_schema(summary=gettext_lazy("Read the matrix"), responses={200: MATRIX})
    @action(detail=True, pagination_class=None, filter_backends=[])
    def matrix(self, request: Request, pk: int) -> Response:
        """The whole matrix as one document, the same as exported to JSON."""
        return Response(matrix_json.data(build(self.get_object())))


def _notes(response: ManagementResponse, wanted: list[dict[str, str]] | None) -> list[tuple[str, str]]:
    """What to set so that these are its notes: a text by mark, empty for a note that goes."""
    if wanted is None:
        return []
    notes = {note["mark"]: note["text"] for note in wanted}
    gone = [note.mark for note in response.footnotes.all() if note.mark not in notes]
    return [*((mark, "") for mark in gone), *notes.items()]


def under_response(**path: int) -> Rows:
    """The response to lock before a row of it is changed, as the rules do."""
    return ManagementResponse.objects.select_for_update(no_key=True, of=("self",)).filter(**path).only("pk")


def sent(serializer: type[Strict], request: Request) -> dict[str, Any]:
    """What was sent, as far as it can be checked alone."""
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)


class Closable(Resource[Any]):
    """... and to drop, to close without its being done, and to open again."""

    @extend_schema(
        summary=gettext_lazy("Say that it is no longer done"), request=DropSerializer,
        responses={200: UpdateSerializer},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: int) -> Response:
        """Report it as dropped. Where that needs approval, it stays open until then."""
        subject: Subject = self.get_object()
        values, now = sent(DropSerializer, request), timezone.localtime()
        update = progress.drop(
            subject, by=self.person, now=now, as_of=now.date(), channel=Channel.API, **values
        )
        return Response(UpdateSerializer(update, context=self.get_serializer_context()).data)

    @extend_schema(
        summary=gettext_lazy("Close it as not implemented"), request=ReasonSerializer,
        responses={200: ClosureSerializer},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        subject = self.get_object()
        values = sent(ReasonSerializer, request)
        made = closing.close(subject, by=self.person, now=timezone.now(), **values)
        return Response(ClosureSerializer(made).data)

    @extend_schema(summary=gettext_lazy("Open it again"), request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        subject = self.get_object()
        values = sent(ReasonSerializer, request)
        closing.reopen(subject, by=self.person, now=timezone.now(), **values)
        return Response(self.get_serializer(self.get_object()).data)


class AnswerFilter(filters.FilterSet):  # type: ignore[misc]
    evaluation = IdFilter("response__evaluation", label=OF_EVALUATION)
    response = IdFilter("response", label=OF_RESPONSE)
    recommendation = IdFilter("recommendation", label=OF_RECOMMENDATION)
    office = OfficeFilter("response__evaluation__offices", "response__office")
    decision = CodeFilter("decision", Decision, "undecided")
    common_status = CodeFilter("common_status", CommonStatus, "not_reported")
    updated_after = UpdatedAfter()

    class Meta:
        model = RecommendationResponse
        fields = ["status"]


class Answers(Creatable[RecommendationResponse], Changeable[RecommendationResponse], Closable):
    """Answers: management's decision on one recommendation, and why."""

    queryset = (
        RecommendationResponse.objects.present()
        .select_related("response__evaluation__profile", "recommendation")
        .prefetch_related(
            Prefetch(
                "actions",
                KeyAction.objects.filter(removed_at=None).only("answer_id", "common_status"),
                to_attr="planned",
            )
        )
    )
    serializer_class = AnswerSerializer
    filterset_class = AnswerFilter

    def to_lock(self) -> Rows:
        return under_response(answers__pk=self.kwargs["pk"])

    def make(self, **values: Any) -> RecommendationResponse:
        response, recommendation = values.pop("response"), values.pop("recommendation")
        answers.check(self.person, response, recommendation.pk)
        # Two who answer at once must not both believe that they were first.
        locked = ManagementResponse.objects.select_for_update().get(pk=response.pk)
        there = locked.answers.filter(recommendation=recommendation).first()
        if there:
            raise Refused(_("There is an answer to that already: change answer %(id)d.") % {"id": there.pk})
        made = answers.answer_to(recommendation, locked)
        self.amend(made, **values)
        return made

    def amend(self, row: RecommendationResponse, **values: Any) -> None:
        if "decision" in values:
            answers.decide(row, values["decision"], by=self.person)
        if "narrative" in values:
            answers.narrate(row, values["narrative"], by=self.person)


class ActionFilter(filters.FilterSet):  # type: ignore[misc]
    evaluation = IdFilter("answer__response__evaluation", label=OF_EVALUATION)
    response = IdFilter("answer__response", label=OF_RESPONSE)
    recommendation = IdFilter("answer__recommendation", label=OF_RECOMMENDATION)
    answer = IdFilter("answer", label=OF_ANSWER)
    office = OfficeFilter("answer__response__evaluation__offices", "answer__response__office")
    decision = CodeFilter("answer__decision", Decision, "undecided")
    common_status = CodeFilter("common_status", CommonStatus, "not_reported")
    due_before = filters.DateFilter("deadline_due", "lte", label=gettext_lazy("Due on this day or earlier."))
    due_after = filters.DateFilter("deadline_due", "gte", label=gettext_lazy("Due on this day or later."))
    overdue = FlagFilter("late", gettext_lazy("Open, and its day is over."))
    mine = FlagFilter("own", gettext_lazy("You are one of those responsible."))
    updated_after = UpdatedAfter()

    class Meta:
        model = KeyAction
        fields = ["status"]

    def late(self, rows: Rows, field: str, value: bool) -> Rows:
        late = KeyAction.objects.open().filter(deadline_due__lt=timezone.localdate()).order_by().values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)

    def own(self, rows: Rows, field: str, value: bool) -> Rows:
        mine = actions_of(self.request.user)
        return rows.filter(mine) if value else rows.exclude(mine)


class Actions(Creatable[KeyAction], Changeable[KeyAction], Removable[KeyAction], Closable):
    """Key actions: what management promised, by when, and who does it."""

    queryset = as_shown(KeyAction.objects.present())
    serializer_class = ActionSerializer
    filterset_class = ActionFilter

    def to_lock(self) -> Rows:
        return under_response(answers__actions__pk=self.kwargs["pk"])

    def make(self, **values: Any) -> KeyAction:
        """Add a key action at the end of its recommendation's."""
        made = actions.add(values.pop("answer"), by=self.person, text=values.pop("text"))
        self.amend(made, **values)
        return made

    def amend(self, row: KeyAction, **values: Any) -> None:
        by = self.person
        if "text" in values:
            actions.amend(row, by=by, text=values["text"])
        if "deadline" in values:
            deadline = values["deadline"]
            change = actions.set_deadline if isinstance(deadline, str) else actions.put_deadline
            change(row, deadline, by=by)
        if "responsible_text" in values:
            actions.set_responsible(row, values["responsible_text"], by=by)

    def remove(self, row: KeyAction) -> None:
        actions.remove(row, by=self.person, now=timezone.now())

    @extend_schema(
        summary=gettext_lazy("Ask for another deadline"), request=PostponeSerializer,
        responses={200: DeadlineChangeSerializer},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def postpone(self, request: Request, pk: int) -> Response:
        """Once the response is cleared. Where that needs approval, the deadline stays until then."""
        row = self.get_object()
        values = sent(PostponeSerializer, request)
        made = postponing.ask(
            row, values["deadline"], by=self.person, now=timezone.localtime(),
            reason=values["reason"],
        )  # fmt: skip
        return Response(DeadlineChangeSerializer(made).data)


class UpdateFilter(filters.FilterSet):  # type: ignore[misc]
    action = IdFilter("action", label=gettext_lazy("Id of a key action."))
    answer = IdFilter("answer", label=OF_ANSWER)
    evaluation = IdFilter(method="under", label=OF_EVALUATION)
    as_of_before = filters.DateFilter("as_of", "lte", label=gettext_lazy("As of this day or earlier."))
    as_of_after = filters.DateFilter("as_of", "gte", label=gettext_lazy("As of this day or later."))
    reported_after = filters.IsoDateTimeFilter(
        "reported_at", "gte", label=gettext_lazy("Reported at this moment or later.")
    )

    class Meta:
        model = ProgressUpdate
        fields = ["round", "status"]

    def under(self, rows: Rows, field: str, value: int) -> Rows:
        return rows.filter(
            Q(action__answer__response__evaluation=value) | Q(answer__response__evaluation=value)
        )


class Updates(Creatable[ProgressUpdate]):
    """Progress updates. They are added and never changed: the latest says how it stands."""

    queryset = ProgressUpdate.objects.present().select_related("reported_by")
    serializer_class = UpdateSerializer
    filterset_class = UpdateFilter

    def make(self, **values: Any) -> ProgressUpdate:
        now = timezone.localtime()
        values.setdefault("as_of", now.date())
        return progress.report(values.pop("subject"), by=self.person, now=now, channel=Channel.API, **values)


# What is asked for ---------------------------------------------------------------------------------------


class Requests(Resource[Any]):
    """What was asked for, and to approve, refuse or withdraw it."""

    def decide(self, row: Any, state: RequestState, comment: str) -> Any:
        """Call the rule that decides."""
        raise NotImplementedError

    def _decided(self, request: Request, state: RequestState) -> Response:
        row = self.get_object()
        self.decide(row, state, sent(DecisionSerializer, request).get("comment", ""))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(summary=gettext_lazy("Approve it"), request=DecisionSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        return self._decided(request, RequestState.APPROVED)

    @extend_schema(summary=gettext_lazy("Refuse it"), request=DecisionSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        return self._decided(request, RequestState.REFUSED)

    @extend_schema(summary=gettext_lazy("Withdraw it"), request=DecisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        return self._decided(request, RequestState.WITHDRAWN)


class DeadlineChangeFilter(filters.FilterSet):  # type: ignore[misc]
    action = IdFilter("action", label=gettext_lazy("Id of a key action."))

    class Meta:
        model = DeadlineChange
        fields = ["state"]


class DeadlineChanges(Requests):
    """Deadlines asked for after the response was cleared: from when to when, why, and who decided."""

    queryset = DeadlineChange.objects.present().select_related(*approvals.DEADLINE_RELATED)
    serializer_class = DeadlineChangeSerializer
    filterset_class = DeadlineChangeFilter

    def decide(self, row: DeadlineChange, state: RequestState, comment: str) -> None:
        postponing.decide(row, state, by=self.person, now=timezone.localtime(), comment=comment)


class ClosureFilter(filters.FilterSet):  # type: ignore[misc]
    action = IdFilter("action", label=gettext_lazy("Id of a key action."))
    answer = IdFilter("answer", label=OF_ANSWER)

    class Meta:
        model = Closure
        fields = ["state", "closed_as"]


class Closures(Requests):
    """What was closed, or asked to be closed, without being done, and what was opened again."""

    queryset = Closure.objects.present().select_related(*approvals.CLOSURE_RELATED)
    serializer_class = ClosureSerializer
    filterset_class = ClosureFilter

    def decide(self, row: Closure, state: RequestState, comment: str) -> None:
        closing.decide(row, state, by=self.person, now=timezone.localtime(), comment=comment)
