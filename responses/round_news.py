"""Who is told of what happens in a round, and in which words."""

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import notifications
from evaltrack.models import User
from responses import audiences, kinds
from responses.models import ManagementResponse, Round, RoundMatrix


def opened(matrix: RoundMatrix, *, subjects: int, people: int, by: User | None, now: datetime) -> None:
    """Tell the coordinator how many are asked about how much."""

    def text() -> str:
        count = ngettext("%(count)d question", "%(count)d questions", subjects) % {"count": subjects}
        asked = ngettext("%(count)d person", "%(count)d people", people) % {"count": people}
        return _("“%(round)s” of %(about)s is open until %(day)s: %(questions)s to %(people)s.") % {
            "round": matrix.name,
            "about": about(matrix.response),
            "day": date_format(matrix.due_on),
            "questions": count,
            "people": asked,
        }

    notifications.tell(
        audiences.coordinator(matrix.response),
        kinds.ROUND_OPENED,
        key=f"round.{matrix.pk}/opened",
        about=f"round.{matrix.pk}",
        text=text,
        detail=matrix.round.note,
        url=_page(matrix),
        now=now,
        by=by,
    )


def closed(matrix: RoundMatrix, *, by: User | None, now: datetime) -> None:
    """Tell the coordinator what stays on record."""
    notifications.tell(
        audiences.coordinator(matrix.response),
        kinds.ROUND_CLOSED,
        key=f"round.{matrix.pk}/closed",
        about=f"round.{matrix.pk}",
        text=lambda: (
            _("“%(round)s” of %(about)s is closed: %(missing)d of %(asked)d not reported.")
            % {
                "round": matrix.name,
                "about": about(matrix.response),
                "missing": len(matrix.not_reported),
                "asked": matrix.asked,
            }
        ),
        url=_page(matrix),
        now=now,
        by=by,
    )


def extended(
    round_: Round, people: Iterable[User], until: date, reason: str, *, by: User | None, now: datetime
) -> None:
    """Tell those who have not answered that they have more time."""
    notifications.tell(
        people,
        kinds.ROUND_EXTENDED,
        key=f"round.{round_.pk}/extended/{now.timestamp():.6f}",
        about=f"round.{round_.pk}",
        text=lambda: (
            _("“%(round)s”: you have until %(day)s to say how your key actions stand.")
            % {"round": round_.name, "day": date_format(until)}
        ),
        detail=reason,
        url=reverse("home"),
        now=now,
        by=by,
    )


def reminder_key(round_: Round, day: date) -> str:
    """The occasion of a reminder by hand: once a day for each person."""
    return f"round.{round_.pk}/reminded/{day}"


def reminded(
    round_: Round, people: Iterable[User], until: date, *, by: User | None, now: datetime, day: date
) -> None:
    """Ask those who have not answered once more."""
    notifications.tell(
        people,
        kinds.ROUND_ASKED,
        key=reminder_key(round_, day),
        about=f"round.{round_.pk}",
        text=lambda: (
            _("“%(round)s”: please say how your key actions stand, by %(day)s.")
            % {"round": round_.name, "day": date_format(until)}
        ),
        detail=round_.note,
        url=reverse("home"),
        now=now,
        by=by,
    )


def due(round_: Round, due_on: date, people: Iterable[User], *, matrices: int, now: datetime) -> None:
    """Propose to those who oversee it that it be closed."""

    def text() -> str:
        words = ngettext(
            "“%(round)s” was due on %(day)s and is still open for %(count)d evaluation: extend or close it",
            "“%(round)s” was due on %(day)s and is still open for %(count)d evaluations: extend or close it",
            matrices,
        )
        return words % {"round": round_.name, "day": date_format(due_on), "count": matrices}

    notifications.tell(
        people,
        kinds.ROUND_DUE,
        key=f"round.{round_.pk}/due/{due_on}",
        about=f"round.{round_.pk}",
        text=text,
        url=reverse("round", args=[round_.pk]),
        now=now,
    )


def tracking_ended(response: ManagementResponse, ended: date, *, actions: int, now: datetime) -> None:
    """Propose to those who oversee it that what is open be closed, as done or as not implemented."""

    def text() -> str:
        words = ngettext(
            "The tracking of %(about)s ended on %(day)s with %(count)d key action open: decide how it ends",
            "The tracking of %(about)s ended on %(day)s with %(count)d key actions open: decide how they end",
            actions,
        )
        return words % {"about": about(response), "day": date_format(ended), "count": actions}

    notifications.tell(
        audiences.overseers(response.evaluation),
        kinds.TRACKING_ENDS,
        key=f"response.{response.pk}/tracking_ended",
        about=f"response.{response.pk}",
        text=text,
        url=reverse("evaluation", args=[response.evaluation_id]),
        now=now,
    )


def about(response: ManagementResponse) -> str:
    name = f"“{response.evaluation.name}”"
    return f"{name} ({response.office})" if response.office else name


def _page(matrix: RoundMatrix) -> str:
    return reverse("round_matrix", args=[matrix.round_id, matrix.pk])
