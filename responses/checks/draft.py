"""A draft as it is checked: a response with all its rows, read in a number of queries that does not grow."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.utils.functional import cached_property

from evaltrack.models import Part, User
from recommendations.choices import Decision
from recommendations.models import Recommendation, RecommendationParty
from recommendations.profiles import DecisionRule, Profile
from responses.checks.words import Names
from responses.models import ActionParty, Footnote, KeyAction, ManagementResponse, RecommendationResponse
from responses.recipients import AddressBook

Lead = ActionParty | RecommendationParty


@dataclass(slots=True)
class Action:
    """A key action with its number and those who lead it."""

    row: KeyAction
    number: str
    leads: list[ActionParty]

    @property
    def is_to_do(self) -> bool:
        """Whether somebody still has to do something about it (see ``reminders.to_remind_of``)."""
        return not self.row.is_closed and self.row.answer.decision != Decision.REJECTED


@dataclass(slots=True)
class Answered:
    """One recommendation with what is answered to it so far.

    ``units`` lead those of its actions that name nobody, as where responsibility is kept by recommendation.
    """

    recommendation: Recommendation
    answer: RecommendationResponse | None
    rule: DecisionRule | None
    units: list[RecommendationParty]
    actions: list[Action] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.recommendation.pk

    @property
    def number(self) -> str:
        return self.recommendation.number or str(self.recommendation.order)

    @property
    def narrative(self) -> str:
        return self.answer.narrative if self.answer else ""

    @property
    def to_do(self) -> list[Action]:
        return [action for action in self.actions if action.is_to_do]


class Draft:
    """What the checks look at: each part of it read once."""

    def __init__(self, response: ManagementResponse, today: date) -> None:
        self.response, self.today = response, today
        self.evaluation = response.evaluation
        self.rules: Profile = self.evaluation.profile.rules
        self.rows = list(self._rows())

    # Few checks need these.

    @cached_property
    def book(self) -> AddressBook:
        return AddressBook(now=datetime.combine(self.today, time.min, UTC), today=self.today)

    @cached_property
    def names(self) -> Names:
        return Names(User.objects.values_list("name", flat=True))

    @cached_property
    def notes(self) -> list[Footnote]:
        return list(Footnote.objects.filter(response=self.response).order_by("order", "pk"))

    def _rows(self) -> Iterator[Answered]:
        present = self.evaluation.recommendations.present()
        found = RecommendationResponse.objects.filter(response=self.response)
        answers = {answer.recommendation_id: answer for answer in found}
        units = RecommendationParty.objects.filter(recommendation__in=present.order_by(), part=Part.LEAD)
        units_of: dict[int, list[RecommendationParty]] = defaultdict(list)
        for unit in units.select_related("person", "office").order_by("order", "pk"):
            units_of[unit.recommendation_id].append(unit)
        actions = self._actions()
        for recommendation in present:
            answer = answers.get(recommendation.pk)
            rule = self.rules.decision(answer.decision) if answer else None
            one = Answered(recommendation, answer, rule, units_of[recommendation.pk])
            for place, action in enumerate(actions[answer.pk] if answer else [], start=1):
                assert answer  # noqa: S101 - for mypy
                action.row.answer = answer
                action.number = action.row.own_number or f"{one.number}.{place}"
                one.actions.append(action)
            yield one

    def _actions(self) -> dict[int, list[Action]]:
        leads = ActionParty.objects.filter(action__answer__response=self.response, part=Part.LEAD)
        leads_of: dict[int, list[ActionParty]] = defaultdict(list)
        for lead in leads.select_related("person", "office").order_by("order", "pk"):
            leads_of[lead.action_id].append(lead)
        actions: dict[int, list[Action]] = defaultdict(list)
        for row in KeyAction.objects.present().filter(answer__response=self.response):
            actions[row.answer_id].append(Action(row, "", leads_of[row.pk]))
        return actions
