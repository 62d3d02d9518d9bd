"""An evaluation whose response is cleared, with people to ask, for the tests of rounds."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from evaltrack.models import Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import progress, rounds
from responses.choices import ResponseState, SnapshotKind
from responses.matrix.edition import Clearing
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RoundMatrix
from responses.rounds import Opened
from responses.snapshots import take
from tests import factories as make

NOW = make.NOW
TODAY = NOW.date()


def given(evaluation: Evaluation, coordinator: User | None = None, **fields: Any) -> ManagementResponse:
    """A response that is published."""
    fields = {"state": ResponseState.PUBLISHED, "published_at": NOW - timedelta(days=90), **fields}
    return make.response(evaluation, coordinator=coordinator, **fields)


@dataclass
class World:
    """One recommendation with three key actions: two led by Arlo and Bo, one by nobody."""

    profile: str = "iom-matrix"
    report_date: date = date(2025, 8, 1)
    here: Office = field(init=False)
    unit: User = field(init=False)
    coordinator: User = field(init=False)
    arlo: User = field(init=False)
    bo: User = field(init=False)
    evaluation: Evaluation = field(init=False)
    response: ManagementResponse = field(init=False)
    actions: list[KeyAction] = field(init=False)

    def __post_init__(self) -> None:
        top = make.office("Headquarters", kind=Office.Kind.HEADQUARTERS)
        self.here = make.office("Country Office Norland", parent=top)
        self.unit = make.member(Role.EVALUATION_UNIT, top, "Una Berg")
        self.coordinator = make.member(Role.COORDINATOR, self.here, "Cora Vance")
        self.arlo, self.bo = make.user("Arlo Quist"), make.user("Bo Tamm")
        self.evaluation = make.evaluation(
            [self.here], self.profile, report_date=self.report_date, title="River ports", manager=self.unit
        )
        self.response = given(self.evaluation, self.coordinator, office=self.here)
        self.answer = make.answer(
            make.recommendation(self.evaluation), self.response, decision="accepted", narrative="Agreed."
        )
        self.actions = [
            make.action(self.answer, lead=self.arlo, due=date(2026, 6, 30)),
            make.action(self.answer, lead=self.bo, due=date(2026, 1, 15)),
            make.action(self.answer),
        ]

    def open(
        self, name: str = "Board cut-off", *, by: User | None = None, ask: bool = True, **more: Any
    ) -> Opened:
        made = rounds.open([self.response.pk], name, by=by or self.unit, now=NOW, today=TODAY, **more)
        if ask:
            rounds.ask(now=NOW, of=made.round)
        return made

    def report(self, place: int = 0, *, after: timedelta = timedelta(hours=1), **more: Any) -> ProgressUpdate:
        action = KeyAction.objects.get(pk=self.actions[place].pk)
        at = NOW + after
        more = {"by": self.unit, "status": "initiated", "comment": "Begun.", **more}
        return progress.report(action, now=at, as_of=at.date(), **more)

    def close(self, *, after: timedelta = timedelta(days=1)) -> RoundMatrix:
        rounds.close(RoundMatrix.objects.open(), by=self.unit, now=NOW + after)
        rounds.freeze(now=NOW + after)
        return self.matrix

    @property
    def matrix(self) -> RoundMatrix:
        return RoundMatrix.objects.select_related("round", "response__evaluation").latest("pk")

    def clear(self) -> None:
        """As it is after clearance: with the snapshot of the version that holds."""
        take(
            self.response,
            SnapshotKind.CLEARED,
            submission=1,
            now=NOW - timedelta(days=100),
            by=None,
            cleared_by=[Clearing("Head of office", "Halima Deane", "Chief of Mission", "Norland", TODAY)],
        )


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=NOW.tzinfo)
