"""A response with everyone who has to do with its clearance, and ways to bring it where a test needs it."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from evaltrack.models import Deputy, Office, User
from evaltrack.roles import Role
from evaltrack.states import Made
from recommendations.models import Evaluation
from responses.lifecycle import WAY
from responses.models import ManagementResponse
from tests import factories as make


@dataclass
class World:
    """The chain of the profile: the clearing officer of the office, then the evaluation unit above it."""

    top: Office = field(default_factory=lambda: make.office("Headquarters", kind=Office.Kind.HEADQUARTERS))
    here: Office = field(init=False)
    elsewhere: Office = field(init=False)
    coordinator: User = field(init=False)
    head: User = field(init=False)
    unit: User = field(init=False)
    evaluation: Evaluation = field(init=False)
    response: ManagementResponse = field(init=False)

    def __post_init__(self) -> None:
        self.here = make.office("Country Office Norland", parent=self.top)
        self.elsewhere = make.office("Country Office Ostania", parent=self.top)
        self.coordinator = make.user("Cora Vance", function="Programme Officer")
        self.head = make.member(Role.CLEARING_OFFICER, self.here, "Halima Deane", function="Chief of Mission")
        self.unit = make.member(Role.EVALUATION_UNIT, self.top, "Una Berg", function="Head of Evaluation")
        self.evaluation = make.evaluation([self.here], title="Evaluation of the river ports programme")
        self.response = make.response(self.evaluation, office=self.here, coordinator=self.coordinator)
        answer = make.answer(
            make.recommendation(self.evaluation), self.response, decision="accepted", narrative="Agreed."
        )
        make.action(answer, lead=make.user("Arlo Quist"))

    def move(self, name: str, by: User | None, comment: str = "Because.", **more: str) -> "Made":
        return WAY.make(self.response, name, by=by, now=timezone.now(), comment=comment, **more)

    def submit(self) -> None:
        self.move("submit", self.coordinator)

    def clear_all(self) -> None:
        self.submit()
        self.move("clear", self.head)
        self.move("clear", self.unit)

    def publish(self) -> None:
        self.clear_all()
        self.move("publish", self.unit)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step of the way so far, and how it stands."""
        return list(self.response.steps.values_list("label", "state"))


def deputy_of(person: User, name: str = "") -> User:
    today = timezone.localdate()
    deputy = make.user(name)
    Deputy.objects.create(
        person=person, deputy=deputy, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=7)
    )
    return deputy
