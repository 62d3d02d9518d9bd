"""Reminders that a response itself is due: when, to whom, once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.errors import Refused
from evaltrack.models import Notification
from evaltrack.roles import Role
from recommendations.choices import EvaluationState
from responses import response_reminders
from responses.models import ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db

DUE = date(2026, 5, 20)  # plain: 14 and 3 days before, 1 and 14 after, then every month


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def rhea(office):
    return make.member(Role.COORDINATOR, office, "Rhea Lund")


@pytest.fixture
def unit(office):
    return make.member(Role.EVALUATION_UNIT, office, "Una Berg")


@pytest.fixture
def response(office, rhea, unit):
    return asked(office, rhea)


def asked(office, coordinator, **fields):
    evaluation = make.evaluation([office], "plain", title="River ports")
    fields = {"due_on": DUE, "asked_for_on": date(2026, 4, 1), **fields}
    return make.response(evaluation, office=office, coordinator=coordinator, **fields)


def remind(day):
    return response_reminders.remind(now=datetime.combine(day, time(9), UTC))


def names(day):
    return sorted(person.name for one in remind(day) for person in one.people)


@pytest.mark.parametrize(
    ("days", "people"),
    [
        (-15, []),
        (-14, ["Rhea Lund"]),
        (-5, ["Rhea Lund"]),
        (-3, ["Rhea Lund"]),
        (0, ["Rhea Lund"]),
        (1, ["Rhea Lund", "Una Berg"]),
        (40, ["Rhea Lund", "Una Berg"]),
    ],
)
def test_a_run_catches_up_with_what_has_passed_and_a_second_tells_nobody(response, days, people):
    day = DUE + timedelta(days=days)
    assert names(day) == people
    assert names(day) == []


def test_day_by_day_each_occasion_comes_once_and_who_oversees_hears_once(response):
    days = [DUE + timedelta(days=step) for step in range(-20, 80)]
    reached = {day: people for day in days if (people := names(day))}
    assert reached == {
        date(2026, 5, 6): ["Rhea Lund"],
        date(2026, 5, 17): ["Rhea Lund"],
        date(2026, 5, 21): ["Rhea Lund", "Una Berg"],
        date(2026, 6, 3): ["Rhea Lund"],
        date(2026, 6, 20): ["Rhea Lund"],
        date(2026, 7, 20): ["Rhea Lund"],
    }


def test_it_says_what_is_due_when(response):
    remind(date(2026, 5, 17))
    assert Notification.objects.get().text == (
        f"The management response to River ports ({response.evaluation}) is due on 20 May 2026, in 3 days."
    )


def test_more_time_starts_the_reminders_anew(response):
    remind(DUE)
    ManagementResponse.objects.update(due_on=DUE + timedelta(days=30))
    assert names(DUE + timedelta(days=1)) == []
    assert names(DUE + timedelta(days=16)) == ["Rhea Lund"]


def test_who_was_just_asked_is_not_reminded_the_same_day(office, rhea, unit):
    asked(office, rhea, asked_for_on=DUE - timedelta(days=10))
    assert names(DUE - timedelta(days=10)) == []
    assert names(DUE - timedelta(days=3)) == ["Rhea Lund"]


@pytest.mark.parametrize("state", ["in_clearance", "cleared", "published"])
def test_nobody_is_reminded_of_what_is_handed_in(response, state):
    ManagementResponse.objects.update(state=state)
    assert names(DUE) == []


@pytest.mark.parametrize("state", ["under_way", "closed", "cancelled"])
def test_nobody_is_reminded_of_what_goes_on_no_longer(response, state):
    response.evaluation.state = EvaluationState(state)
    response.evaluation.save()
    assert names(DUE + timedelta(days=30)) == []


def test_a_new_version_of_what_was_given_has_no_term(response):
    ManagementResponse.objects.update(version=2)
    assert names(DUE) == []


def test_before_the_hand_over_the_evaluators_are_reminded_as_well(response):
    ManagementResponse.objects.update(state="prefilling")
    response.evaluation.evaluators.add(make.user("Eva Lutz"))
    assert names(DUE) == ["Eva Lutz", "Rhea Lund"]
    assert "have not been handed over yet" in Notification.objects.first().text


def test_a_run_with_nothing_new_costs_the_same_for_many(
    response, office, rhea, django_assert_max_num_queries
):
    remind(DUE)
    with django_assert_max_num_queries(10) as one:
        remind(DUE)
    for _more in range(3):
        asked(office, rhea)
    remind(DUE)
    with django_assert_max_num_queries(len(one.captured_queries)):
        remind(DUE)


# By hand -------------------------------------------------------------------------------------------------


def test_one_is_reminded_at_most_once_a_day_by_hand(response, unit, rhea, time_machine):
    assert response_reminders.remind_now(response, by=unit, now=make.NOW) == [rhea]
    with pytest.raises(Refused, match="reminded today already"):
        response_reminders.remind_now(response, by=unit, now=make.NOW + timedelta(hours=3))
    tomorrow = make.NOW + timedelta(days=1)
    time_machine.move_to(tomorrow)
    response_reminders.remind_now(response, by=unit, now=tomorrow)
    assert Notification.objects.filter(person=rhea).count() == 2


def test_only_who_oversees_reminds(response, rhea):
    with pytest.raises(PermissionDenied):
        response_reminders.remind_now(response, by=rhea, now=make.NOW)


def test_where_there_is_nobody_it_says_so(office, unit):
    with pytest.raises(Refused, match="nobody else to remind"):
        response_reminders.remind_now(asked(office, None), by=unit, now=make.NOW)
