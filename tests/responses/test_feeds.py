"""What a calendar feed holds: whose deadlines, how each is written, and that it changes only with them."""

import zoneinfo
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.deadlines import Deadline, Kind
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Part
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import actions, dates, feeds
from responses.models import ActionParty, CalendarFeed, ClearanceStep, Question, Round, RoundMatrix
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW, tick=False)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def staff(office):
    return five(office)


@pytest.fixture
def owner(staff):
    return staff["action owner"]


@pytest.fixture
def evaluation(office):
    return make.evaluation([office], short_title="Safe water")


@pytest.fixture
def response(evaluation, office):
    return make.response(evaluation, office=office, state="cleared")


@pytest.fixture
def answer(evaluation, response):
    return make.answer(make.recommendation(evaluation, number="3"), response, decision="accepted")


def in_days(days):
    return TODAY + timedelta(days=days)


def summaries(person, office=None):
    feed = CalendarFeed(person=person, office=office)
    return [one.summary for one in feeds.events(feed, now=make.NOW)]


# Whose deadlines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", Part.values)
def test_it_holds_what_one_leads_supports_and_coordinates(answer, owner, part):
    action = make.action(answer, text="Publish the **guidance**.", due=in_days(7))
    ActionParty.objects.create(action=action, name="x", person=owner, part=part)
    assert summaries(owner) == ["3.1 Publish the guidance."]


def test_an_action_that_is_overdue_says_so(answer, owner):
    make.action(answer, text="Publish it.", due=in_days(-1), lead=owner)
    make.action(answer, text="Print it.", due=TODAY, lead=owner)
    assert summaries(owner) == ["3.1 Publish it. (overdue)", "3.2 Print it."]


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"due": in_days(-548)}, True),
        ({"due": in_days(-549)}, False),
        ({"due": in_days(20_000)}, True),
        ({"due": None}, False),
        ({"due": in_days(1), "removed_at": make.NOW}, False),
        ({"due": in_days(1), **make.closed()}, False),
    ],
)
def test_it_holds_what_is_open_from_eighteen_months_back_on(answer, owner, fields, held):
    make.action(answer, lead=owner, **fields)
    assert bool(summaries(owner)) is held


@pytest.mark.parametrize(("state", "held"), [("final", True), ("cancelled", False), ("closed", False)])
def test_nothing_of_an_evaluation_that_is_over(answer, owner, evaluation, state, held):
    make.action(answer, lead=owner, due=in_days(1))
    Evaluation.objects.update(state=state)
    assert bool(summaries(owner)) is held


def test_it_holds_the_responses_one_owes(evaluation, office):
    coordinator = make.member(Role.COORDINATOR, office, "Cora Lind")
    make.response(evaluation, office=office, coordinator=coordinator, due_on=in_days(9))
    assert summaries(coordinator) == ["Answer the evaluation"]
    evaluation.responses.update(state="cleared")
    assert summaries(coordinator) == []


def test_it_holds_the_clearance_whose_turn_it_is_by_the_day_of_the_response(evaluation, office):
    first = make.member(Role.CLEARING_OFFICER, office, "Cleo Marsh")
    second = make.member(Role.EVALUATION_UNIT, office, "Una Wells")
    waiting = make.response(evaluation, office=office, state="in_clearance", due_on=in_days(2))
    for order, role in enumerate((Role.CLEARING_OFFICER, Role.EVALUATION_UNIT), start=1):
        ClearanceStep.objects.create(
            response=waiting, version=1, submission=1, order=order, role=role, office=office
        )
    assert summaries(first) == ["Clear the response"]
    assert summaries(second) == []


def test_it_holds_the_rounds_in_which_one_is_asked(answer, owner, response):
    action = make.action(answer, lead=owner)
    opened = Round.objects.create(name="Time 2", due_on=in_days(20), opened_at=make.NOW)
    matrix = RoundMatrix.objects.create(round=opened, response=response, name="Time 2", due_on=in_days(20))
    Question.objects.create(matrix=matrix, action=action, person=owner, asked_at=make.NOW)
    assert summaries(owner) == ["Say how it stands: Time 2"]


@pytest.mark.parametrize("who", FIVE)
def test_an_offices_feed_holds_what_its_person_sees_there(staff, answer, owner, office, who):
    make.action(answer, text="Publish it.", due=in_days(7), lead=owner)
    sees = who in ("evaluation unit", "officer of the office", "reader")
    assert summaries(staff[who], office) == (["3.1 Publish it."] if sees else [])


def test_an_offices_feed_follows_what_its_person_may_see_that_day(staff, answer, office):
    make.action(answer, due=in_days(7))
    reader = staff["reader"]
    assert summaries(reader, office)
    Evaluation.objects.update(confidential=True)
    assert not summaries(reader, office)
    Evaluation.objects.update(confidential=False)
    reader.memberships.update(ends_on=in_days(-1))
    assert not summaries(reader, office)


def test_of_too_many_the_nearest_stay(answer, owner, monkeypatch):
    for days in (-9, -1, 1, 9):
        make.action(answer, text=f"{days}", due=in_days(days), lead=owner)
    monkeypatch.setattr(dates, "MOST", 3)
    assert summaries(owner) == ["3.2 -1 (overdue)", "3.3 1", "3.4 9"]


# How each is written -------------------------------------------------------------------------------------


def test_an_event_keeps_its_name_and_counts_the_changes(answer, owner, time_machine):
    action = make.action(answer, text="Publish it.", due=in_days(7), lead=owner)
    answer.response.__class__.objects.update(state="drafting")
    feed = CalendarFeed(person=owner)
    (before,) = feeds.events(feed, now=make.NOW)
    time_machine.shift(60)
    fresh = type(action).objects.get()
    actions.put_deadline(fresh, Deadline("9 March 2026", Kind.DATE, None, in_days(8)), by=None)
    (after,) = feeds.events(feed, now=make.NOW)
    assert after.uid == before.uid == f"action-{action.pk}@127.0.0.1"
    assert after.sequence == before.sequence + 1
    assert after.changed_at == make.NOW + timedelta(seconds=60)
    assert after.day == in_days(8)
    assert "Deadline as written: 9 March 2026" in after.description
    assert "Safe water" in after.description
    assert after.url == f"http://127.0.0.1:8000/actions/{action.pk}/"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "Pacific/Honolulu"])
def test_it_is_overdue_from_the_persons_own_midnight_on(answer, owner, zone):
    owner.time_zone = zone
    make.action(answer, due=TODAY, lead=owner)
    midnight = datetime(2026, 3, 3, tzinfo=zoneinfo.ZoneInfo(zone))
    before = feeds.events(CalendarFeed(person=owner), now=midnight - timedelta(seconds=1))
    after = feeds.events(CalendarFeed(person=owner), now=midnight)
    assert ["overdue" in one.summary for one in (*before, *after)] == [False, True]
    assert after[0].changed_at == midnight


@pytest.mark.parametrize("whole", [False, True])
def test_the_number_of_queries_does_not_grow(
    answer, owner, office, staff, whole, django_assert_max_num_queries
):
    person, at = (staff["reader"], office) if whole else (owner, None)
    for count in (1, 3):
        while answer.actions.count() < count:
            make.action(answer, due=in_days(3), lead=owner)
        with django_assert_max_num_queries(16) as captured:
            assert len(summaries(person, at)) == count
        if count == 1:
            first = len(captured)
    assert len(captured) == first


# The address ---------------------------------------------------------------------------------------------


def test_only_a_digest_of_the_address_is_kept(owner):
    feed, secret = feeds.make(by=owner, now=make.NOW)
    assert feeds.opened(secret) == feed
    assert secret not in str(list(CalendarFeed.objects.values()) + list(AuditEntry.objects.values()))
    assert len(secret) >= 43  # 256 bits


def test_it_ends_when_it_is_revoked_and_with_the_account(owner, staff):
    kept, secret = feeds.make(by=owner, now=make.NOW)
    revoked, other = feeds.make(by=owner, now=make.NOW)
    with pytest.raises(PermissionDenied):
        feeds.revoke(revoked, by=staff["reader"], now=make.NOW)
    feeds.revoke(revoked, by=owner, now=make.NOW)
    assert feeds.opened(other) is None
    assert feeds.opened(secret) == kept
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    assert feeds.opened(secret) is None


def test_nobody_makes_one_for_an_office_that_is_not_theirs_to_see(owner, staff, office):
    with pytest.raises(PermissionDenied):
        feeds.make(by=owner, now=make.NOW, office=office)
    feeds.make(by=staff["reader"], now=make.NOW, office=office)


def test_there_is_an_end_to_addresses(owner):
    for _number in range(feeds.MOST):
        feeds.make(by=owner, now=make.NOW)
    with pytest.raises(Refused, match="Revoke one first"):
        feeds.make(by=owner, now=make.NOW)


def test_when_it_was_read_is_noted_once_an_hour(owner):
    feed, _secret = feeds.make(by=owner, now=make.NOW)
    noted = []
    for minutes in (0, 59, 60):
        feeds.note_reading(feed, now=make.NOW + timedelta(minutes=minutes))
        noted.append(CalendarFeed.objects.get().read_at - make.NOW)
    assert noted == [timedelta(), timedelta(), timedelta(hours=1)]
