"""Which reminders are due, who gets them, and that each is planned once."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from evaltrack.deadlines import Deadline, Kind
from evaltrack.models import Mail, Membership, User
from evaltrack.roles import Role
from recommendations.profiles import ReminderPlan
from responses import reminders
from responses.models import ActionParty, KeyAction, Reminder
from responses.permissions import actions_of
from tests import factories

DUE = date(2026, 6, 15)
MORNING = time(9, tzinfo=UTC)
USUAL = ReminderPlan(before=(30, 7, 0), after=(14,), repeat_months=1, check_every_months=6)


def plan(day: date) -> reminders.Planned:
    """What beat does, on the morning of that day."""
    return reminders.plan(now=datetime.combine(day, MORNING))


def planned(action: KeyAction) -> list[tuple[str, date]]:
    return [(one.occasion, one.due_for) for one in action.reminders.order_by("due_for")]


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


# Which ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # days from the due date; the occasion, and the days from the due date it is for
        (-400, None),
        (-31, None),
        (-30, ("before", -30)),
        (-29, ("before", -30)),
        (-8, ("before", -30)),
        (-7, ("before", -7)),
        (-1, ("before", -7)),
        (0, ("on_day", 0)),
        (1, ("on_day", 0)),
        (13, ("on_day", 0)),
        (14, ("after", 14)),
        (29, ("after", 14)),
        (30, ("after", 30)),  # 15 July: monthly from here
        (60, ("after", 30)),
        (61, ("after", 61)),  # 15 August
        (365, ("after", 365)),
        (366, ("after", 365)),
        (3653, ("after", 3653)),
    ],
)
def test_the_last_occasion_that_is_due(day: int, expected: tuple[str, int] | None) -> None:
    found = reminders.latest(DUE, USUAL, DUE + timedelta(days=day))
    assert found == (expected and (expected[0], DUE + timedelta(days=expected[1])))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 2, 13), date(2026, 1, 31)),
        (date(2026, 2, 14), date(2026, 2, 14)),
        (date(2026, 2, 27), date(2026, 2, 14)),
        (date(2026, 2, 28), date(2026, 2, 28)),
        (date(2026, 3, 30), date(2026, 2, 28)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_what_is_due_on_the_31st_is_repeated_on_the_last_day_of_shorter_months(
    today: date, expected: date
) -> None:
    found = reminders.latest(date(2026, 1, 31), USUAL, today)
    assert found
    assert found[1] == expected


def test_the_profile_says_when() -> None:
    rules = ReminderPlan(before=(10,), after=(1, 40), repeat_months=3, check_every_months=6)
    found = [reminders.latest(DUE, rules, day) for day in days(DUE - timedelta(days=30), date(2027, 1, 1))]
    assert list(dict.fromkeys(found)) == [
        None,
        ("before", date(2026, 6, 5)),
        ("after", date(2026, 6, 16)),
        ("after", date(2026, 7, 25)),
        ("after", date(2026, 9, 15)),
        ("after", date(2026, 12, 15)),
    ]


@pytest.mark.django_db
def test_planned_every_day_each_reminder_comes_once_on_its_day() -> None:
    action = factories.action(due=DUE, lead=factories.user())
    mailed = [day for day in days(date(2026, 5, 1), date(2026, 9, 20)) if plan(day).mails]

    expected = [-30, -7, 0, 14, 30, 61, 92]
    assert mailed == [DUE + timedelta(days=number) for number in expected]
    assert planned(action) == [
        ("before" if number < 0 else "after" if number else "on_day", DUE + timedelta(days=number))
        for number in expected
    ]
    assert set(action.reminders.values_list("deadline", flat=True)) == {DUE}


@pytest.mark.django_db
def test_a_second_run_changes_nothing() -> None:
    factories.action(due=DUE, lead=factories.user())
    factories.action(check_on=DUE, lead=factories.user())
    assert plan(DUE).reminders == 2
    before = list(Reminder.objects.values()), list(Mail.objects.values()), list(KeyAction.objects.values())

    assert plan(DUE) == reminders.Planned(0, 0, 0, frozenset())
    assert before == (
        list(Reminder.objects.values()), list(Mail.objects.values()), list(KeyAction.objects.values())
    )  # fmt: skip


@pytest.mark.django_db
def test_after_three_days_without_a_run_each_reminder_that_fell_due_comes_once() -> None:
    lead = factories.user()
    missed = {
        DUE + timedelta(days=30): "before", DUE + timedelta(days=7): "before", DUE: "on_day",
        DUE - timedelta(days=14): "after",
    }  # fmt: skip
    actions = {factories.action(due=due, lead=lead): occasion for due, occasion in missed.items()}
    later = factories.action(due=DUE + timedelta(days=31 + 3), lead=lead)

    assert plan(DUE + timedelta(days=3)).mails == 1

    for action, occasion in actions.items():
        assert planned(action) == [(occasion, DUE)]
    assert planned(later) == []
    assert not plan(DUE + timedelta(days=3)).reminders


@pytest.mark.django_db
def test_an_old_action_that_is_new_here_gets_one_reminder_and_not_five_years_of_them() -> None:
    action = factories.action(due=date(2021, 3, 10), lead=factories.user())
    plan(DUE)
    assert planned(action) == [("after", date(2026, 6, 10))]


@pytest.mark.django_db
def test_a_moved_deadline_earns_new_reminders() -> None:
    action = factories.action(due=DUE, lead=factories.user())
    plan(DUE)
    action.deadline = Deadline("1 September 2026", Kind.DATE, None, date(2026, 9, 1))
    action.save()

    assert not plan(DUE + timedelta(days=1)).reminders
    assert plan(date(2026, 8, 2)).mails == 1
    assert planned(action) == [("on_day", DUE), ("before", date(2026, 8, 2))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("action", factories.closed()),
        ("action", factories.closed("dropped")),
        ("action", {"removed_at": factories.NOW}),
        ("answer", factories.closed()),
        ("answer", factories.closed("dropped")),
        ("answer", {"decision": "rejected"}),
        ("recommendation", {"removed_at": factories.NOW}),
    ],
)
def test_what_is_done_dropped_rejected_or_removed_is_not_reminded_of(
    what: str, change: dict[str, object]
) -> None:
    for fields in ({"due": DUE}, {"check_on": DUE}):
        action = factories.action(lead=factories.user(), **fields)  # type: ignore[arg-type]
        row = {"action": action, "answer": action.answer, "recommendation": action.answer.recommendation}[
            what
        ]
        for name, value in change.items():
            setattr(row, name, value)
        row.save()
    assert plan(DUE) == reminders.Planned(0, 0, 0, frozenset())


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["", "not_started", "in_progress"])
def test_what_is_open_or_not_reported_is(status: str) -> None:
    factories.action(due=DUE, lead=factories.user(), common_status=status)
    assert plan(DUE).reminders == 1


# What has no due date ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_has_no_due_date_is_asked_about_and_again_after_some_months() -> None:
    action = factories.action(check_on=DUE, lead=factories.user())
    assert not plan(DUE - timedelta(days=1)).reminders
    assert plan(DUE).mails == 1
    assert planned(action) == [("check", DUE)]
    action.refresh_from_db()
    assert action.check_on == date(2026, 12, 15)
    assert not plan(date(2026, 12, 14)).reminders
    assert plan(date(2026, 12, 15)).mails == 1


@pytest.mark.django_db
def test_a_moved_deadline_is_reminded_of_on_a_day_that_the_old_one_had_too() -> None:
    action = factories.action(due=DUE + timedelta(days=30), lead=factories.user())
    assert plan(DUE).mails == 1
    KeyAction.objects.update(deadline_due=DUE + timedelta(days=7))
    assert plan(DUE).waiting == 1
    assert plan(DUE + timedelta(days=1)).mails == 1
    assert list(action.reminders.order_by("pk").values_list("occasion", "due_for", "deadline")) == [
        ("before", DUE, DUE + timedelta(days=30)),
        ("before", DUE, DUE + timedelta(days=7)),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("deadline", [None, DUE])
def test_the_database_holds_no_reminder_twice(deadline: date | None) -> None:
    action, lead = factories.action(), factories.user()

    def remind() -> None:
        Reminder.objects.create(
            action=action, occasion="check", due_for=DUE, deadline=deadline, recipient=lead,
            planned_at=datetime.combine(DUE, MORNING),
        )  # fmt: skip

    remind()
    with pytest.raises(IntegrityError), transaction.atomic():
        remind()


@pytest.mark.django_db
def test_a_day_to_ask_that_passed_long_ago_is_asked_once() -> None:
    action = factories.action(check_on=date(2021, 1, 1), lead=factories.user())
    plan(DUE)
    action.refresh_from_db()
    assert planned(action) == [("check", date(2021, 1, 1))]
    assert action.check_on == date(2026, 12, 15)


@pytest.mark.django_db
def test_what_has_neither_is_not_forgotten() -> None:
    action = factories.action(lead=factories.user())
    assert action.check_on is None
    plan(DUE)
    action.refresh_from_db()
    assert action.check_on == date(2026, 12, 15)


@pytest.mark.django_db
def test_a_condition_is_asked_about_until_the_due_date_takes_over() -> None:
    action = factories.action(due=date(2027, 3, 1), check_on=DUE, lead=factories.user())
    plan(DUE)
    action.refresh_from_db()
    assert action.check_on == date(2026, 12, 15)
    plan(date(2026, 12, 15))
    action.refresh_from_db()
    assert action.check_on is None
    plan(date(2027, 1, 30))
    assert planned(action) == [
        ("check", DUE), ("check", date(2026, 12, 15)), ("before", date(2027, 1, 30))
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_action_nobody_can_be_asked_about_keeps_its_day() -> None:
    action = factories.action(check_on=DUE)
    assert plan(DUE).without_recipient == {action.pk}
    action.refresh_from_db()
    assert action.check_on == DUE


# Who -------------------------------------------------------------------------------------------------------


def party(action: KeyAction, **fields: object) -> None:
    ActionParty.objects.create(action=action, name="As written", **fields)


def reminded(action: KeyAction) -> set[User]:
    plan(DUE)
    return {reminder.recipient for reminder in action.reminders.all()}


@pytest.mark.django_db
def test_the_lead_by_name() -> None:
    action, lead = factories.action(due=DUE), factories.user()
    party(action, person=lead)
    for part in ("support", "coordination"):
        party(action, person=factories.user(), part=part)
    assert reminded(action) == {lead}


@pytest.mark.django_db
def test_every_lead_and_each_of_them_once() -> None:
    office = factories.office()
    action, both = factories.action(due=DUE), factories.member(Role.ME_OFFICER, office)
    other = factories.user()
    party(action, person=both)
    party(action, office=office, role=Role.ME_OFFICER)
    party(action, person=other)
    assert reminded(action) == {both, other}
    assert action.reminders.count() == 2


@pytest.mark.django_db
def test_the_holders_of_the_role_at_the_office_on_that_day() -> None:
    office = factories.office()
    holders = {factories.member(Role.ME_OFFICER, office), factories.member(Role.ME_OFFICER, office)}
    factories.member(Role.READER, office)
    factories.member(Role.ME_OFFICER, factories.office())
    factories.member(Role.ME_OFFICER, office, is_active=False)
    for dates in ({"ends_on": DUE - timedelta(days=1)}, {"starts_on": DUE + timedelta(days=1)}):
        Membership.objects.create(person=factories.user(), office=office, role=Role.ME_OFFICER, **dates)
    action = factories.action(due=DUE)
    party(action, office=office, role=Role.ME_OFFICER)
    assert reminded(action) == holders


@pytest.mark.django_db
def test_the_focal_point_of_an_office() -> None:
    focal_point = factories.user()
    action = factories.action(due=DUE)
    party(action, office=factories.office(focal_point=focal_point))
    assert reminded(action) == {focal_point}


@pytest.mark.django_db
def test_whoever_is_reminded_may_report() -> None:
    office = factories.office(focal_point=factories.user())
    factories.member(Role.ACTION_OWNER, office)
    for fields in (
        {"person": factories.user()},
        {"office": office},
        {"office": office, "role": Role.ACTION_OWNER},
    ):
        action = factories.action(due=DUE)
        party(action, **fields)
        (person,) = reminded(action)
        assert list(KeyAction.objects.filter(actions_of(person), pk=action.pk)) == [action]


def gone() -> dict[str, object]:
    return {"person": factories.user(is_active=False)}


def outside() -> dict[str, object]:
    return {}


def office_without_anyone() -> dict[str, object]:
    return {"office": factories.office()}


def role_without_holder() -> dict[str, object]:
    return {"office": factories.office(focal_point=factories.user()), "role": Role.READER}


def focal_point_gone() -> dict[str, object]:
    return {"office": factories.office(focal_point=factories.user(is_active=False))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lead",
    [gone, outside, office_without_anyone, role_without_holder, focal_point_gone],
    ids=lambda f: f.__name__,
)
def test_what_reaches_nobody_goes_to_the_coordinator_else_to_the_evaluation_manager(lead: object) -> None:
    action = factories.action(due=DUE)
    party(action, **lead())  # type: ignore[operator]
    response = action.answer.response
    response.coordinator = factories.user(is_active=False)
    response.save()
    response.evaluation.manager = manager = factories.user()
    response.evaluation.save()
    assert plan(DUE).without_recipient == {action.pk}
    assert [reminder.recipient for reminder in action.reminders.all()] == [manager]

    response.coordinator = coordinator = factories.user()
    response.save()
    assert plan(DUE + timedelta(days=14)).without_recipient == {action.pk}
    assert action.reminders.latest("pk").recipient == coordinator


@pytest.mark.django_db
def test_what_reaches_no_one_at_all_is_counted_and_mailed_as_soon_as_someone_is_named() -> None:
    action = factories.action(due=DUE)
    assert plan(DUE) == reminders.Planned(0, 0, 0, frozenset({action.pk}))
    party(action, person=factories.user())
    assert plan(DUE + timedelta(days=1)) == reminders.Planned(1, 1, 0, frozenset())


@pytest.mark.django_db
def test_what_is_not_due_yet_is_not_counted_as_reaching_no_one() -> None:
    factories.action(due=DUE + timedelta(days=31))
    factories.action(check_on=DUE + timedelta(days=1))
    assert plan(DUE).without_recipient == frozenset()


# Whose day ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("UTC", "2026-06-15T00:00Z", DUE),
        ("Africa/Nairobi", "2026-06-14T20:59Z", None),
        ("Africa/Nairobi", "2026-06-14T21:00Z", DUE),
        ("Pacific/Kiritimati", "2026-06-14T10:00Z", DUE),
        ("Pacific/Pago_Pago", "2026-06-15T10:59Z", None),
        ("Pacific/Pago_Pago", "2026-06-15T11:00Z", DUE),
        ("America/New_York", "2026-06-15T03:59Z", None),
        ("America/New_York", "2026-06-15T04:00Z", DUE),
        ("No/Such_Zone", "2026-06-15T00:00Z", DUE),
    ],
)
def test_a_reminder_comes_on_the_day_it_is_for_the_recipient(zone: str, now: str, day: date | None) -> None:
    lead = factories.user(time_zone=zone)
    factories.action(due=DUE, lead=lead)
    reminders.plan(now=datetime.fromisoformat(now))
    assert set(Reminder.objects.filter(occasion="on_day").values_list("due_for", flat=True)) == (
        {day} if day else set()
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "before_midnight", "midnight"),
    [
        (date(2026, 3, 29), "2026-03-28T22:59Z", "2026-03-28T23:00Z"),  # summer time begins this day
        (date(2026, 3, 30), "2026-03-29T21:59Z", "2026-03-29T22:00Z"),
        (date(2026, 10, 25), "2026-10-24T21:59Z", "2026-10-24T22:00Z"),  # and ends
        (date(2026, 10, 26), "2026-10-25T22:59Z", "2026-10-25T23:00Z"),
    ],
)
def test_days_begin_at_local_midnight_when_the_clocks_change(
    due: date, before_midnight: str, midnight: str
) -> None:
    factories.action(due=due, lead=factories.user(time_zone="Europe/Paris"))
    on_day = Reminder.objects.filter(occasion="on_day")
    reminders.plan(now=datetime.fromisoformat(before_midnight))
    assert not on_day.exists()
    reminders.plan(now=datetime.fromisoformat(midnight))
    assert on_day.exists()


@pytest.mark.django_db
def test_leads_in_two_time_zones_each_get_theirs() -> None:
    action = factories.action(check_on=DUE)
    dated = factories.action(due=DUE)
    east, west = factories.user(time_zone="Pacific/Auckland"), factories.user(time_zone="Pacific/Honolulu")
    for lead in (east, west):
        party(action, person=lead)
        party(dated, person=lead)
    for hour in range(48):
        reminders.plan(now=datetime(2026, 6, 14, 6, 10, tzinfo=UTC) + timedelta(hours=hour))
    for lead in (east, west):
        assert action.reminders.filter(recipient=lead, mail__isnull=False).count() == 1
        assert dated.reminders.filter(recipient=lead, occasion="on_day", mail__isnull=False).count() == 1


# At scale, and at once -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow_with_the_actions() -> None:
    leads = [factories.user() for _number in range(3)]
    answer = factories.answer(decision="accepted")

    def statements(actions: int) -> int:
        for number in range(actions):
            factories.action(answer, due=DUE, lead=leads[number % 3])
            factories.action(answer, check_on=DUE, lead=leads[number % 3])
        Reminder.objects.all().delete()
        Mail.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert plan(DUE).mails == 3
        return len(captured)

    few = statements(3)
    assert statements(60) == few


@pytest.mark.django_db
def test_actions_beyond_one_chunk_are_planned_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "ACTIONS_AT_ONCE", 2)
    monkeypatch.setattr("responses.digests.LINES_AT_ONCE", 3)
    leads = [factories.user() for _number in range(4)]
    for number in range(9):
        factories.action(due=DUE, lead=leads[number % 4])
        factories.action(check_on=DUE, lead=leads[number % 4])
    assert plan(DUE) == reminders.Planned(18, 4, 0, frozenset())
    assert not Reminder.objects.filter(mail=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_plan_and_mail_everything_once() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time; PostgreSQL runs this")
    leads = [factories.user() for _number in range(20)]
    answer = factories.answer(decision="accepted")
    for number in range(200):
        factories.action(answer, due=DUE, lead=leads[number % 20])
        factories.action(answer, check_on=DUE, lead=leads[number % 20])
    start = threading.Barrier(4)
    faults: list[Exception] = []

    def run() -> None:
        try:
            start.wait()
            plan(DUE)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    plan(DUE)  # what one planner left because another held it,
    plan(DUE + timedelta(days=1))  # and what came after its reader's digest of the day
    assert Reminder.objects.count() == 400
    assert not Reminder.objects.filter(mail=None).exists()
    told = "\n".join(Mail.objects.values_list("text", flat=True))
    assert {told.count(f"{text}\n") for text in KeyAction.objects.values_list("text", flat=True)} == {1}
