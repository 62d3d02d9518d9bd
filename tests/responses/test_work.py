"""What waits for a person, and in which group."""

from datetime import date, timedelta

import pytest

from evaltrack.deadlines import Deadline, Kind
from evaltrack.models import Part
from evaltrack.roles import Role
from recommendations.choices import Decision
from responses import progress, work
from responses.models import ActionParty, KeyAction
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()


@pytest.fixture
def person():
    return make.user("Arlo Quist")


def in_days(days):
    return TODAY + timedelta(days=days)


def groups(found):
    return {group.key: [line.action for line in group.lines] for group in found.leading}


@pytest.mark.parametrize(
    ("due", "key", "distance"),
    [
        (in_days(-400), "overdue", "400 days late"),
        (in_days(-1), "overdue", "1 day late"),
        (TODAY, "soon", "today"),
        (in_days(1), "soon", "in 1 day"),
        (in_days(30), "soon", "in 30 days"),
        (in_days(31), "later", "in 31 days"),
        (None, "undated", ""),
    ],
)
def test_an_action_stands_in_the_group_of_its_deadline(person, due, key, distance):
    action = make.action(due=due, lead=person)
    found = work.work_of(person, TODAY)
    assert groups(found) == {key: [action]}
    (line,) = found.leading[0].lines
    assert (line.distance, line.late) == (distance, key == "overdue")


def test_the_most_urgent_stands_first(person):
    late, later = make.action(due=in_days(-3), lead=person), make.action(due=in_days(-30), lead=person)
    assert groups(work.work_of(person, TODAY)) == {"overdue": [later, late]}


def test_a_start_date_makes_nothing_overdue(person):
    action = make.action(lead=person)
    action.deadline = Deadline("from January 2026", Kind.FROM, date(2026, 1, 1), None)
    action.save()
    assert groups(work.work_of(person, TODAY)) == {"undated": [action]}


def test_what_is_asked_about_is_marked(person):
    make.action(lead=person, check_on=TODAY)
    make.action(lead=person, check_on=in_days(1))
    (group,) = work.work_of(person, TODAY).leading
    assert [line.asked for line in group.lines] == [True, False]


def test_done_removed_and_rejected_actions_wait_for_nobody(person):
    make.action(lead=person, **make.closed())
    make.action(lead=person, **make.closed("dropped"))
    make.action(lead=person, removed_at=make.NOW)
    make.action(make.answer(decision=Decision.REJECTED), lead=person)
    make.action(make.answer(decision=Decision.ACCEPTED, **make.closed()), lead=person)
    make.action(lead=make.user())
    assert work.work_of(person, TODAY).is_empty


def test_those_one_supports_stand_apart(person):
    led, helped = make.action(lead=person), make.action(lead=make.user())
    ActionParty.objects.create(action=helped, name="Arlo Quist", part=Part.SUPPORT, person=person)
    ActionParty.objects.create(action=led, name="Arlo Quist", part=Part.COORDINATION, person=person)
    found = work.work_of(person, TODAY)
    assert groups(found) == {"undated": [led]}
    assert [line.action for line in found.helping.lines] == [helped]


def test_roles_and_focal_points_lead_as_persons_do(person):
    office = make.office(focal_point=person)
    officer = make.member(Role.ME_OFFICER, office)
    of_role, of_office = make.action(), make.action()
    ActionParty.objects.create(action=of_role, name="M&E officer", office=office, role=Role.ME_OFFICER)
    ActionParty.objects.create(action=of_office, name=office.name, office=office)
    assert groups(work.work_of(officer, TODAY)) == {"undated": [of_role]}
    assert groups(work.work_of(person, TODAY)) == {"undated": [of_office]}


def test_a_long_group_is_cut_short_until_it_is_asked_for_whole(person):
    for _number in range(work.LISTED + 2):
        make.action(lead=person)
    (short,) = work.work_of(person, TODAY).leading
    (whole,) = work.work_of(person, TODAY, whole="undated").leading
    assert (len(short.lines), short.count, short.more) == (work.LISTED, work.LISTED + 2, 2)
    assert (len(whole.lines), whole.more) == (work.LISTED + 2, 0)


def test_a_line_shows_the_recommendations_status_where_the_organisation_keeps_it_there(person):
    evaluation = make.evaluation(profile_slug="iom-2022")
    answer = make.answer(make.recommendation(evaluation), decision=Decision.ACCEPTED)
    action = make.action(answer, lead=person)
    progress.report(answer, by=None, now=make.NOW, as_of=TODAY, status="open", round="Time 2")
    (line,) = work.lines(KeyAction.objects.filter(pk=action.pk), TODAY)
    assert line.status == ("Open", "in_progress")
    progress.report(action, by=None, now=make.NOW, as_of=TODAY, status="completed")
    (line,) = work.lines(KeyAction.objects.filter(pk=action.pk), TODAY)
    assert line.status == ("Completed", "completed")


def test_not_reported_is_not_not_started(person):
    action = make.action(lead=person)
    (line,) = work.lines(KeyAction.objects.filter(pk=action.pk), TODAY)
    assert line.status == ("Not reported", "not_reported")


# Matrices ------------------------------------------------------------------------------------------------


@pytest.fixture
def office():
    return make.office("Country Office Norland", parent=make.office("Headquarters"))


def test_a_matrix_waits_for_its_coordinator_alone(office, person):
    officer = make.member(Role.ME_OFFICER, office)
    response = make.response(make.evaluation([office]), coordinator=person)
    assert [one.response for one in work.matrices_of(person, TODAY)] == [response]
    assert work.matrices_of(officer, TODAY) == []


@pytest.mark.parametrize(
    ("role", "waits"),
    [
        (Role.COORDINATOR, True),
        (Role.ME_OFFICER, True),
        (Role.CLEARING_OFFICER, False),
        (Role.ACTION_OWNER, False),
        (Role.READER, False),
    ],
)
def test_without_a_coordinator_it_waits_for_those_who_answer_at_the_office(office, role, waits):
    make.response(make.evaluation([office]))
    make.response(make.evaluation([]), office=office)
    found = work.matrices_of(make.member(role, office), TODAY)
    assert len(found) == (2 if waits else 0)


def test_it_waits_for_nobody_in_the_offices_above(office):
    make.response(make.evaluation([office]))
    assert work.matrices_of(make.member(Role.EVALUATION_UNIT, office.parent), TODAY) == []


def test_a_matrix_without_gaps_waits_no_more(office, person):
    evaluation = make.evaluation([office])
    response = make.response(evaluation, coordinator=person)
    answer = make.answer(make.recommendation(evaluation), response, decision=Decision.ACCEPTED)
    make.action(answer, due=TODAY, lead=person)
    assert work.matrices_of(person, TODAY) == []


# Offices -------------------------------------------------------------------------------------------------


def overseen(user, **options):
    found = work.oversight_of(user, TODAY, **options)
    return [row.evaluation for row in found.rows]


def test_whoever_keeps_evaluations_sees_what_the_offices_below_owe(office):
    unit = make.member(Role.EVALUATION_UNIT, office.parent)
    new = make.evaluation([office], report_date=date(2026, 2, 1))
    old = make.evaluation([office.parent], report_date=date(2025, 2, 1))
    undated = make.evaluation([office])
    make.evaluation([make.office()], report_date=date(2024, 1, 1))
    whole = make.evaluation([office], report_date=date(2025, 1, 1))
    make.answer(make.recommendation(whole), decision=Decision.REJECTED)
    assert overseen(unit) == [old, new, undated]
    assert overseen(make.member(Role.ME_OFFICER, office)) == [new, undated]


def test_what_is_ones_own_is_not_told_twice(office, person):
    unit = make.member(Role.EVALUATION_UNIT, office)
    make.response(make.evaluation([office]), coordinator=unit)
    assert overseen(unit, besides=work.matrices_of(unit, TODAY)) == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ACTION_OWNER, Role.READER, Role.EVALUATOR])
def test_others_oversee_nothing(office, role):
    make.evaluation([office])
    assert work.oversight_of(make.member(role, office), TODAY) is None


def test_a_long_list_says_how_many_more_there_are(office):
    unit = make.member(Role.EVALUATION_UNIT, office)
    for _number in range(work.LISTED_OFFICES + 3):
        make.evaluation([office])
    found = work.oversight_of(unit, TODAY)
    assert (len(found.rows), found.count, found.more) == (work.LISTED_OFFICES, work.LISTED_OFFICES + 3, 3)


def test_an_evaluator_hands_over_until_management_answers(person):
    open_one, begun = make.evaluation(), make.evaluation(handed_over_at=make.NOW)
    for one in (open_one, begun):
        one.evaluators.add(person)
    make.response(begun)
    make.recommendation(open_one)
    (found,) = work.handed_over_by(person, TODAY)
    assert (found.evaluation, found.recommendations) == (open_one, 1)
