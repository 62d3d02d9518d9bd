"""Who is meant by the audiences of the tables of moves."""

import pytest

from evaltrack.models import Office
from evaltrack.roles import Role
from responses import audiences
from responses.models import Drafter
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Norland", parent=make.office("Headquarters", kind=Office.Kind.HEADQUARTERS))


@pytest.fixture
def response(office):
    return make.response(make.evaluation([office]), office=office)


def names(audience, response):
    return sorted(one.name for one in audiences.people(audience, response.evaluation, response))


def test_overseers_are_those_of_the_nearest_office_and_the_manager(office, response):
    make.member(Role.EVALUATION_UNIT, make.office("Elsewhere"), "Else")
    make.member(Role.EVALUATION_UNIT, office.parent, "Above")
    response.evaluation.manager = make.user("Manager")
    assert names("overseers", response) == ["Above", "Manager"]
    make.member(Role.EVALUATION_UNIT, office, "Near")
    assert names("overseers", response) == ["Manager", "Near"]


def test_a_focal_point_is_told_only_of_what_they_may_see(office, response):
    office.focal_point = make.user("Focal")
    office.save()
    assert names("office", response) == []
    make.member(Role.READER, office, "Reader")
    office.focal_point.memberships.create(office=office.parent, role=Role.READER)
    assert names("office", response) == ["Focal"]
    response.evaluation.confidential = True
    assert names("office", response) == []


def test_in_place_of_a_coordinator_who_left_the_focal_point_is_told_and_then_the_manager(office, response):
    response.evaluation.manager = make.user("Manager")
    response.coordinator = make.user("Left", is_active=False)
    assert names("coordinator", response) == ["Manager"]
    response.office.focal_point = make.member(Role.READER, office, "Focal")
    assert names("coordinator", response) == ["Focal"]
    response.coordinator = make.user("There")
    assert names("coordinator", response) == ["There"]


def test_drafters_and_leads_are_people_roles_and_offices(office, response):
    office.focal_point = make.user("Focal")
    office.save()
    make.member(Role.COORDINATOR, office, "Holder")
    answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
    for party in (
        {"person": make.user("Person")},
        {"office": office, "role": Role.COORDINATOR},
        {"office": office},
        {"person": make.user("Gone", is_active=False)},
    ):
        Drafter.objects.create(answer=answer, name="as written", **party)
    assert names("drafters", response) == ["Focal", "Holder", "Person"]
    make.action(answer, lead=make.user("Lead"))
    make.action(answer, lead=make.user("Done"), **make.closed())
    assert names("leads", response) == ["Lead"]


def test_clearing_are_the_holders_of_the_step_whose_turn_it_is_or_was(office, response):
    for order, (role, name) in enumerate(
        ((Role.CLEARING_OFFICER, "First"), (Role.EVALUATION_UNIT, "Second")), start=1
    ):
        make.member(role, office, name)
        response.steps.create(version=1, submission=1, order=order, role=role, office=office)
    assert names("clearing", response) == ["First"]
    response.steps.update(state="withdrawn", decided_at=make.NOW)
    assert names("clearing", response) == ["First"]
    first = response.steps.first()
    first.state, first.decided_by = "cleared", make.user("Decider")
    first.save()
    assert names("clearing", response) == ["Second"]
    assert names("cleared", response) == ["Decider"]


def test_evaluators_are_told_until_they_have_handed_over(response):
    response.evaluation.evaluators.add(make.user("Eva"))
    assert names("evaluators", response) == ["Eva"]
    response.evaluation.handed_over_at = make.NOW
    assert names("evaluators", response) == []
