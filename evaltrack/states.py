"""The one engine for whatever has a state: a table of moves that buttons, API and checks all read.

A move says from which states it leads where, what the person must be allowed (the name of a field of the
access object), what stands in its way, whether a comment is wanted, and who is told. Making a move locks the
row first and asks all of that again, so that two people at once end in one state, and the second is told why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
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

LONGEST = 5_000  # characters of a comment


class Comment(StrEnum):
    """Whether a move takes a comment."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Move(Generic[M]):
    """One row of a table of moves.

    ``needs`` names the field of the access object that allows it. Each of ``guards`` answers with the
    sentence that stands in the way, or ""; each of ``bars`` likewise with what stands in the way of this
    person (None is EvalTrack itself). While ``goes_on`` holds after the effect, the state stays as it is: a
    step was made, and others remain. ``done`` is the verb of the history, to be followed by what was moved;
    ``tells`` names audiences, of which the storey above knows who they are.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    needs: str
    guards: tuple[Callable[[M], str], ...] = ()
    bars: tuple[Callable[[M, User | None], str], ...] = ()
    comment: Comment = Comment.NONE
    comment_label: Any = ""
    confirm: Any = ""
    done: Any = ""
    tells: tuple[str, ...] = ()
    effect: "Callable[[Made[M]], None] | None" = None
    goes_on: Callable[[M], bool] | None = None


@dataclass(frozen=True, slots=True)
class Made(Generic[M]):
    """A move being made, as its effect and those who are told see it.

    The effect puts into ``sets`` what else of the subject changes with the state, and into ``notes`` what the
    history is to say beside that: all of it becomes one entry.
    """

    subject: M
    move: Move[M]
    by: User | None
    now: datetime
    comment: str
    state_before: str
    sets: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


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
            Offer(move, _hindrance(move, subject, user))
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
        subject.refresh_from_db(from_queryset=type(subject)._default_manager.select_for_update(no_key=True))
        state: str = subject.state  # type: ignore[attr-defined]
        if seen and seen != self.moment(subject):
            raise Refused(self._too_late(subject, name, by))
        move = self.find(state, name)
        if by and not self._allows(self.access(by, subject), move, name):
            raise PermissionDenied
        if move is None:
            raise Refused(_("This is not possible now: it is “%(state)s”.") % {"state": self._label(state)})
        if sentence := _hindrance(move, subject, by):
            raise Refused(sentence)
        comment = comment.strip() if move.comment != Comment.NONE else ""
        if move.comment == Comment.REQUIRED and not comment:
            raise Refused(_("Say why in a sentence: “%(move)s” needs a reason.") % {"move": move.label})
        if len(comment) > LONGEST:
            raise Refused(_("A comment has at most %(count)d characters.") % {"count": LONGEST})
        made = Made(subject, move, by, now, comment, state)
        if move.effect:
            move.effect(made)
        goes_on = move.goes_on is not None and move.goes_on(subject)
        self._record(made, state if goes_on else move.target)
        self.told(made)
        return made

    def _allows(self, access: Any, move: Move[M] | None, name: str) -> bool:
        """Whether the person may make the move; one that does not lead away from here, from any state."""
        named = [move] if move else [one for one in self.moves if one.name == name]
        return any(getattr(access, one.needs) for one in named)

    def _record(self, made: Made[M], target: str) -> None:
        said = {"comment": made.comment} if made.comment else {}
        change(
            made.subject, by=made.by, verb=made.move.name, parent=self.parent(made.subject), always=True,
            also={name: ("", words) for name, words in {**said, **made.notes}.items()},
            state=target, **made.sets,
        )  # fmt: skip

    def _too_late(self, subject: M, name: str, by: User | None) -> str:
        """Who acted since the page was shown, and how it stands."""
        moved = AuditEntry.objects.filter(
            target_type=subject._meta.model_name, target_id=subject.pk, verb__in=self.names()
        )
        last = moved.order_by("-pk").first()
        state = self._label(subject.state)  # type: ignore[attr-defined]
        if last is None:
            return _("This is not possible now: it is “%(state)s”.") % {"state": state}
        if by and last.actor_id == by.pk and last.verb == name:
            return _("You have done that already. It is “%(state)s” now.") % {"state": state}
        return _(
            "%(who)s was quicker: “%(move)s”. It is “%(state)s” now, so look at it again before you decide."
        ) % {
            "who": last.actor,
            "move": next(move.label for move in self.moves if move.name == last.verb),
            "state": state,
        }

    def _label(self, state: str) -> str:
        return str(self.states(state).label)


def _hindrance(move: Move[M], subject: M, by: User | None) -> str:
    in_the_way = (
        *(guard(subject) for guard in move.guards),
        *(bar(subject, by) for bar in move.bars),
    )
    return next((sentence for sentence in in_the_way if sentence), "")
