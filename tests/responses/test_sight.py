"""Why a person sees an evaluation: the reasons agree with what they are shown."""

import random
from datetime import date, timedelta

import pytest

from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import GRANTS, Permission, Role
from recommendations.models import Evaluation
from responses.choices import StepState
from responses.models import ActionParty, ClearanceStep, Drafter
from responses.sight import Sight
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.production]

TODAY = date.today()  # noqa: DTZ011 - visible_to asks the clock
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def sight_of(person, by=None):
    return Sight(person, by=by or make.user(is_superuser=True), today=TODAY)


def reasons(person, evaluation):
    return sight_of(person).reasons([evaluation])[evaluation.pk]


class World:
    """Offices, people and evaluations that have to do with each other as chance will have it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        top = make.office("Headquarters")
        region = make.office("Region", parent=top)
        self.offices = [top, region, make.office("Country", parent=region), make.office("Elsewhere")]
        self.people = [make.user(f"Person {n}", is_active=self.often(9)) for n in range(6)]
        for office in self.offices:
            if self.often(5):
                office.focal_point = self.anyone()
                office.save()
        for _number in range(5):
            Membership.objects.get_or_create(
                person=self.anyone(),
                office=self.anywhere(),
                role=self.chance.choice(Role.values),
                defaults=self.some_time(),
            )
        for _number in range(2):
            person, deputy = self.chance.sample(self.people, 2)
            time = self.some_time()
            Deputy.objects.create(
                person=person,
                deputy=deputy,
                starts_on=time["starts_on"] or YESTERDAY,
                ends_on=time["ends_on"] or TOMORROW,
            )
        self.evaluations = [self.evaluation() for _number in range(6)]

    def often(self, of_ten: int) -> bool:
        return self.chance.randrange(10) < of_ten

    def anyone(self) -> User:
        return self.chance.choice(self.people)

    def anywhere(self) -> Office:
        return self.chance.choice(self.offices)

    def some_time(self) -> dict[str, date | None]:
        times = [(None, None), (YESTERDAY, TOMORROW), (TODAY, TODAY), (None, YESTERDAY), (TOMORROW, None)]
        starts_on, ends_on = self.chance.choice(times)
        if ends_on and ends_on < TODAY:
            starts_on = ends_on
        if starts_on and starts_on > TODAY:
            ends_on = starts_on
        return {"starts_on": starts_on, "ends_on": ends_on}

    def party(self) -> dict[str, object]:
        return self.chance.choice(
            [
                {"person": self.anyone()},
                {"office": self.anywhere(), "role": self.chance.choice(Role.values)},
                {"office": self.anywhere()},
                {},
            ]
        )

    def evaluation(self) -> Evaluation:
        one = make.evaluation(
            self.chance.sample(self.offices, self.chance.randrange(3)),
            confidential=self.often(5),
            manager=self.anyone() if self.often(2) else None,
            handed_over_at=make.NOW if self.often(4) else None,
        )
        if self.often(3):
            one.evaluators.add(self.anyone())
        if not self.often(6):
            return one
        response = make.response(
            one,
            coordinator=self.anyone() if self.often(2) else None,
            office=self.anywhere() if self.often(4) else None,
        )
        answer = make.answer(make.recommendation(one), response)
        if self.often(3):
            Drafter.objects.create(answer=answer, name="Drafter", **self.party())
        if self.often(3):
            action = make.action(answer, removed_at=make.NOW if self.often(3) else None)
            ActionParty.objects.create(action=action, name="Party", **self.party())
        if self.often(3):
            state = self.chance.choice(StepState.values)
            decided = state != StepState.WAITING
            ClearanceStep.objects.create(
                response=response, version=1, submission=1, order=1, role=self.chance.choice(Role.values),
                office=self.anywhere(), state=state,
                decided_by=self.anyone() if decided else None, decided_at=make.NOW if decided else None,
            )  # fmt: skip
        return one


@pytest.mark.parametrize("seed", range(40))
def test_who_sees_an_evaluation_has_a_reason_and_only_they(seed):
    world = World(seed)
    for person in world.people:
        seen = set(Evaluation.objects.visible_to(person).values_list("pk", flat=True))
        sight = sight_of(person)
        found = sight.reasons(world.evaluations)
        assert {pk for pk, given in found.items() if given} == seen, person
        unseen = sight.unseen("Evaluation")
        assert len(unseen) == len(world.evaluations) - len(seen)
        assert all(one.reasons for one in unseen)


# In words


def test_a_role_is_named_with_its_office_and_how_it_reaches():
    region = make.office("Regional Office")
    country = make.office("Country Office", parent=region)
    person = make.member(Role.READER, region)
    assert reasons(person, make.evaluation([region])) == ["Reader at Regional Office"]
    assert reasons(person, make.evaluation([country])) == [
        "Reader at Regional Office: an office above Country Office"
    ]


def test_a_deputy_sees_for_someone_until_a_day():
    office = make.office("Country Office")
    una = make.member(Role.EVALUATION_UNIT, office, "Una Berg")
    deputy = make.user()
    until = TODAY + timedelta(days=3)
    Deputy.objects.create(person=una, deputy=deputy, starts_on=TODAY, ends_on=until)
    day = f"{until.day} {until:%B %Y}"
    one = make.evaluation([office], confidential=True, manager=una)
    assert reasons(deputy, one) == [
        f"Evaluation unit at Country Office, as deputy of Una Berg until {day}",
        f"Manages it (as deputy of Una Berg until {day})",
    ]


def test_each_part_in_an_evaluation_is_a_reason():
    office = make.office("Country Office")
    person = make.member(Role.CLEARING_OFFICER, office)
    office.focal_point = person
    office.save()
    one = make.evaluation([make.office()], manager=person)
    one.evaluators.add(person)
    response = make.response(one, coordinator=person)
    answer = make.answer(make.recommendation(one), response)
    Drafter.objects.create(answer=answer, name="Me", person=person)
    make.action(answer, lead=person)
    make.action(answer, lead=person)
    ActionParty.objects.create(action=make.action(answer), name="Office", office=office)
    ClearanceStep.objects.create(
        response=response, version=1, submission=1, order=1, role=Role.CLEARING_OFFICER, office=office
    )
    assert reasons(person, one) == [
        "Manages it",
        "Is its evaluator, until the recommendations are handed over",
        "Coordinates its response",
        "Drafts the answer to 1 recommendation",
        "Is to clear its response: Clearing officer at Country Office",
        "Has a part in 2 of its key actions",
        "Has a part in 1 of its key actions as focal point of Country Office",
    ]


def why_not(person, evaluation):
    [one] = sight_of(person).unseen(evaluation.reference)
    return one.reasons


NO_PART = "They have no part in it now: not as manager, coordinator, drafter or clearing officer, and in no key action."


def test_why_a_confidential_one_is_not_seen():
    office = make.office("Country Office")
    person = make.member(Role.ME_OFFICER, office)
    assert why_not(person, make.evaluation([office], confidential=True)) == [
        "It is confidential, and they hold no role that reaches what is confidential there.",
        "M&E officer at Country Office: not enough to see it.",
        NO_PART,
    ]


def test_why_one_of_another_office_is_not_seen():
    person = make.member(Role.READER)
    assert why_not(person, make.evaluation([make.office("Country Office")])) == [
        "They hold no role at Country Office or an office above.",
        NO_PART,
    ]


def test_why_one_is_seen_no_more():
    office = make.office("Country Office")
    person = make.member(Role.READER, office)
    Membership.objects.update(starts_on=date(2020, 1, 1), ends_on=date(2025, 12, 31))
    one = make.evaluation([office], handed_over_at=make.NOW)
    one.evaluators.add(person)
    assert why_not(person, one) == [
        "They hold no role at Country Office or an office above.",
        "Reader at Country Office ended on 31 December 2025.",
        "They were its evaluator; the recommendations were handed over on 2 March 2026.",
        NO_PART,
    ]


def test_a_closed_account_sees_nothing():
    person = make.user(is_active=False)
    one = make.evaluation(manager=person)
    assert reasons(person, one) == []
    assert why_not(person, one) == ["The account is closed."]


# As far as the one who looks may know


def test_what_the_one_who_looks_may_not_know_of_is_only_counted():
    office = make.office()
    administrator = make.member(Role.ADMINISTRATOR, office)
    unit = make.member(Role.EVALUATION_UNIT, office)
    secret = make.evaluation([office], confidential=True)
    plain = make.evaluation([office])
    sight = sight_of(unit, by=administrator)
    assert list(sight.seen("")) == [plain]
    assert sight.not_shown() == 1
    reader = sight_of(make.member(Role.READER, office), by=administrator)
    assert reader.unseen(secret.reference) == []
    assert reader.not_shown() == 0


@pytest.mark.parametrize("count", [1, 4])
def test_the_number_of_queries_does_not_grow(count, django_assert_max_num_queries):
    office = make.office()
    person = make.member(Role.CLEARING_OFFICER, office)
    shown = []
    for _number in range(count):
        one = make.evaluation([office], manager=person)
        answer = make.answer(make.recommendation(one))
        make.action(answer, lead=person)
        Drafter.objects.create(answer=answer, name="Me", person=person)
        shown.append(one)
    sight = sight_of(person)
    with django_assert_max_num_queries(9):
        sight.reasons(shown)


def test_which_roles_reach_what_is_confidential():
    assert [role for role in Role if Permission.SEE_CONFIDENTIAL in GRANTS[role]] == [Role.EVALUATION_UNIT]
