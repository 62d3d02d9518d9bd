"""Moves in the API: what a person may do with a thing that has a state, from the table behind the buttons."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from evaltrack.api.fields import Strict, Words
from evaltrack.api.views import Resource
from evaltrack.states import Comment, Machine, Offer

M = TypeVar("M", bound=Model)


class OfferSerializer(serializers.Serializer[Offer[Any]]):
    """A move that the person may make; ``hindrance`` says what stands in its way now."""

    move = serializers.CharField(source="move.name")
    label = serializers.CharField(source="move.label")  # type: ignore[assignment]
    target = serializers.CharField(source="move.target")
    comment = serializers.ChoiceField([one.value for one in Comment], source="move.comment")
    hindrance = Words(allow_blank=True)


class OffersSerializer(serializers.Serializer[Any]):
    """How a thing stands, and where one may move it. ``seen`` goes back with the move."""

    state = serializers.CharField()
    seen = serializers.CharField()
    moves = OfferSerializer(many=True)


class MoveSerializer(Strict):
    """A move to be made. With ``seen`` it is refused where someone else was quicker."""

    move = serializers.CharField()
    comment = Words(required=False, allow_blank=True)
    seen = Words(required=False, allow_blank=True)


class Movable(Resource[M]):
    """... and to move from state to state."""

    way: ClassVar[Machine[Any]]
    sighted: ClassVar[frozenset[str]] = frozenset()  # the moves that are made only of what one has seen

    @extend_schema(
        summary=gettext_lazy("What one may do with it"), responses={200: OffersSerializer}, filters=False
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def moves(self, request: Request, pk: int) -> Response:
        return Response(self._offers(self.get_object()))

    @extend_schema(
        summary=gettext_lazy("Move it on"), request=MoveSerializer, responses={200: OffersSerializer}
    )
    @moves.mapping.post
    def make_move(self, request: Request, pk: int) -> Response:
        row = self.get_object()
        sent = MoveSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        name, comment, seen = (sent.validated_data.get(key, "") for key in ("move", "comment", "seen"))
        if name not in self.way.names():
            known = ", ".join(self.way.names())
            raise serializers.ValidationError(
                {"move": [_("There is no such move. There are: %(known)s.") % {"known": known}]}
            )
        if name in self.sighted and not seen:
            raise serializers.ValidationError({"seen": [_("Send what you have seen: “seen” of the moves.")]})
        self.way.make(row, name, by=self.person, now=timezone.now(), comment=comment, seen=seen)
        return Response(self._offers(row))

    def _offers(self, row: Any) -> Any:
        data = {
            "state": row.state,
            "seen": self.way.moment(row),
            "moves": self.way.offers(row, self.person),
        }
        return OffersSerializer(data).data
