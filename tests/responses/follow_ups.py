"""A cleared response with everyone who has to do with its follow-up."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from evaltrack.models import Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import progress
from responses.choices import ResponseState
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from tests import factories as make

DUE = date(2026, 3, 31)


@dataclass
class World:
    """An office below headquarters; the profile says who approves what."""

    profile: str = "plain"
    top: Office = field(init=False)
    here: Office = field(init=False)
    head: User = field(init=False)
    unit: User = field(init=False)
    coordinator: User = field(init=False)
    lead: User = field(init=False)
    evaluation: Evaluation = field(init=False)
    response: ManagementResponse = field(init=False)
    answer: RecommendationResponse = field(init=False)
    action: KeyAction = field(init=False)

    def __post_init__(self) -> None:
        self.top = make.office("Headquarters", kind=Office.Kind.HEADQUARTERS)
        self.here = make.office("Country Office Norland", parent=self.top)
        self.head = make.member(Role.CLEARING_OFFICER, self.here, "Halima Deane")
        self.unit = make.member(Role.EVALUATION_UNIT, self.top, "Una Berg")
        self.coordinator = make.user("Cora Vance")
        self.lead = make.member(Role.ACTION_OWNER, self.here, "Arlo Quist")
        self.evaluation = make.evaluation(
            [self.here], self.profile, title="Evaluation of the river ports", report_date=date(2025, 9, 1)
        )
        self.response = make.response(
            self.evaluation, office=self.here, coordinator=self.coordinator, state=ResponseState.CLEARED
        )
        recommendation = make.recommendation(self.evaluation, number="3")
        self.answer = make.answer(recommendation, self.response, decision="accepted")
        self.action = make.action(
            self.answer, lead=self.lead, due=DUE, first_deadline_text=DUE.isoformat(), first_due=DUE
        )

    def fresh(self) -> KeyAction:
        """The action as a request has it: with objects of its own."""
        return KeyAction.objects.get(pk=self.action.pk)

    def report(self, status: str = "", *, by: User | None = None, **more: Any) -> ProgressUpdate:
        now = timezone.localtime()
        more.setdefault("as_of", now.date())
        return progress.report(self.fresh(), by=by or self.lead, now=now, status=status, **more)

    def drop(self, **more: Any) -> ProgressUpdate:
        more = {"reason_code": "no_funds", "reason": "The donor left.", **more}
        return self.report(self.word("dropped"), **more)

    def word(self, common: str) -> str:
        """The profile's first status of a common one."""
        statuses = self.evaluation.profile.rules.statuses
        return next(one.code for one in statuses if one.common == common)

    @property
    def stands(self) -> tuple[str, str]:
        """Its common status, and as what it is closed."""
        self.action.refresh_from_db()
        return self.action.common_status, self.action.closed_as


def days(count: int) -> timedelta:
    return timedelta(days=count)
