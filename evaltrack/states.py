"""The one engine for whatever has a state: a table of moves that buttons, API and checks all read.

A move says from which states it leads where, what the person must be allowed (the name of a field of the
access object), what stands in its way, whether a comment is wanted, and who is told. Making a move locks the
row first and asks all of that again, so that two people at once end in one state, and the second is told why.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, User

M = TypeVar("M", bound=models.Model)


class Comment(StrEnum):
    """Whether a move takes a comment."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Move(Generic[M]):
    """One row of a table of moves.

    ``needs`` names the field of the access object that allows it. Each of ``guards`` answers with the
    sentence that stands in the way, or "". While ``goes_on`` holds after the effect, the state stays as it
    is: a step was made, and others remain. ``tells`` names audiences, of which the storey above knows who
    they are.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    needs: str
    guards: tuple[Callable[[M], str], ...] = ()
    comment: Comment = Comment.NONE
    comment_label: Any = ""
    confirm: Any = ""
    tells: tuple[str, ...] = ()
    effect: "Callable[[Made[M]], None] | None" = None
    goes_on: Callable[[M], bool] | None = None


@dataclass(frozen=True, slots=True)
class Made(Generic[M]):
    """A move being made, as its effect and those who are told see it."""

    subject: M
    move: Move[M]
    by: User | None
    now: datetime
    comment: str
    state_before: str


@dataclass(frozen=True, slots=True)
class Offer(Generic[M]):
    """A move that a person may make from here; ``hindrance`` says what stands in its way now, "" nothing."""

    move: Move[M]
    hindrance: str


@dataclass(frozen=True, slots=True)
class Machine(Generic[M]):
    """The moves of one kind of thing.

    ``access`` works out what a person may do with it, ``parent`` under what its history stands, ``moment``
    tells one standing from another (a page sends it back, so that a button pressed twice, or by two people,
    counts once), ``told`` passes the news on.
    """

    states: type[models.TextChoices]
    moves: tuple[Move[M], ...]
    access: Callable[[User, M], Any]
    parent: Callable[[M], models.Model]
    moment: Callable[[M], str]
    told: Callable[[Made[M]], None]

    def find(self, state: str, name: str) -> Move[M] | None:
        return next((move for move in self.moves if move.name == name and state in move.sources), None)

    def names(self) -> list[str]:
        """Every verb that the history knows for a change of state."""
        return list(dict.fromkeys(move.name for move in self.moves))

    def offers(self, subject: M, user: User, access: Any = None) -> list[Offer[M]]:
        """What the person may do from here, in the order of the table; ``access`` spares working it out."""
        held = access or self.access(user, subject)
        state: str = subject.state  # type: ignore[attr-defined]
        return [
            Offer(move, _hindrance(move, subject))
            for move in self.moves
            if state in move.sources and getattr(held, move.needs)
        ]

    @transaction.atomic
    def make(
        self, subject: M, name: str, *, by: User | None, now: datetime, comment: str = "", seen: str = ""
    ) -> Made[M]:
        """Make the move, and leave ``subject`` as it then stands.

        ``seen`` is the ``moment`` that the person's page showed; ``by=None`` is EvalTrack itself. Raises
        PermissionDenied, and Refused with what stands in the way: then nothing is changed.
        """
        type(subject)._default_manager.select_for_update().get(pk=subject.pk)
        subject.refresh_from_db()
        state: str = subject.state  # type: ignore[attr-defined]
        move = self.find(state, name)
        if move is None or (seen and seen != self.moment(subject)):
            if by and not any(
                getattr(self.access(by, subject), one.needs) for one in self.moves if one.name == name
            ):
                raise PermissionDenied
            raise Refused(self._too_late(subject))
        if by and not getattr(self.access(by, subject), move.needs):
            raise PermissionDenied
        if sentence := _hindrance(move, subject):
            raise Refused(sentence)
        comment = comment.strip() if move.comment != Comment.NONE else ""
        if move.comment == Comment.REQUIRED and not comment:
            raise Refused(_("Say why in a sentence: “%(move)s” needs a reason.") % {"move": move.label})
        made = Made(subject, move, by, now, comment, state)
        if move.effect:
            move.effect(made)
        goes_on = move.goes_on is not None and move.goes_on(subject)
        self._record(made, state if goes_on else move.target)
        self.told(made)
        return made

    def _record(self, made: Made[M], target: str) -> None:
        parent = self.parent(made.subject)
        note = {"comment": ("", made.comment)} if made.comment else {}
        change(
            made.subject, by=made.by, verb=made.move.name, parent=parent, also=note, always=True, state=target
        )

    def _too_late(self, subject: M) -> str:
        """How it stands, and who brought it there."""
        state = self.states(subject.state).label  # type: ignore[attr-defined]
        moved = AuditEntry.objects.filter(
            target_type=subject._meta.model_name, target_id=subject.pk, verb__in=self.names()
        )
        last = moved.order_by("-pk").first()
        if last is None:
            return _("This is not possible now: it is “%(state)s”.") % {"state": state}
        return _("This is no longer possible: it is “%(state)s” since %(who)s acted. Look at it again.") % {
            "state": state,
            "who": last.actor,
        }


def _hindrance(move: Move[M], subject: M) -> str:
    return next((sentence for guard in move.guards if (sentence := guard(subject))), "")


def moves_between(moves: Iterable[Move[M]], state: str) -> list[Move[M]]:
    """The moves that lead away from a state, for the drawing of the way."""
    return [move for move in moves if state in move.sources]
