"""Of what is told, mailed and gathered at the same moment each thing is there once, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from evaltrack import notifications
from evaltrack.models import Delivery, Mail, Notification, User
from evaltrack.notifications import Kind
from responses import reminders
from tests import factories as make

pytestmark = pytest.mark.usefixtures("on_postgres")

RACERS = 8
NIGHT = datetime(2026, 6, 15, 0, 10, tzinfo=UTC)
EVENING = NIGHT - timedelta(hours=4)
RAINED = Kind("rained", "It rains")
DRIPPED = Kind("dripped", "It drips", Delivery.DAILY)


@pytest.fixture
def on_postgres(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")


@pytest.fixture
def people(on_postgres: None) -> list[User]:
    return [make.user() for _one in range(5)]


def at_once(racers: int, run: Callable[[int], Any]) -> list[Any]:
    start = Barrier(racers)

    def one(number: int) -> Any:
        try:
            start.wait(timeout=20)
            return run(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(racers) as pool:
        return list(pool.map(one, range(racers)))


def tell(people: list[User], kind: Kind = RAINED, *, key: str, now: datetime = EVENING) -> None:
    notifications.tell(people, kind, key=key, about="roof.1", text=lambda: f"It rains: {key}.", now=now)


def test_told_by_many_at_once_it_is_one_notification_and_one_mail(people: list[User]) -> None:
    for round in range(5):
        at_once(RACERS, lambda _number, key=f"roof.1/{round}": tell(people, key=key))  # type: ignore[misc]
        assert Notification.objects.count() == len(people) * (round + 1)
        assert Mail.objects.count() == len(people)
        assert Notification.objects.exclude(mail=None).count() == len(people)


def test_of_many_occasions_at_once_one_is_mailed_and_the_others_wait(people: list[User]) -> None:
    # Named in different orders: nobody waits for a person that waits for them.
    at_once(RACERS, lambda number: tell(people[:: 1 if number % 2 else -1], key=f"roof.1/{number}"))
    for person in people:
        assert person.mails.count() == person.notifications.filter(delivery="at_once").count() == 1
        assert person.mails.get().notifications.count() == 1
        assert person.notifications.filter(delivery="daily", mail=None).count() == RACERS - 1


def test_two_planners_write_one_mail_a_person_with_everything(people: list[User]) -> None:
    for number in range(3):
        tell(people, DRIPPED, key=str(number))
    planned = at_once(RACERS, lambda _number: reminders.plan(now=NIGHT))
    assert (sum(one.mails for one in planned), sum(one.news for one in planned)) == (5, 15)
    for person in people:
        assert person.mails.get().notifications.count() == 3


def test_what_is_being_told_while_the_mail_is_written_comes_in_the_next(people: list[User]) -> None:
    """The teller has written and not committed; the planner neither waits for it nor misses it later."""
    tell(people, DRIPPED, key="in time")
    told, planned = Event(), Event()

    def teller(_number: int) -> None:
        with transaction.atomic():
            tell(people, key="at once")
            tell(people, key="again")
            tell(people, DRIPPED, key="late")
            told.set()
            assert planned.wait(timeout=20)

    def planner(_number: int) -> reminders.Planned:
        assert told.wait(timeout=20)
        try:
            return reminders.plan(now=NIGHT)
        finally:
            planned.set()

    _nothing, done = at_once(2, lambda number: (teller, planner)[number](number))
    assert (done.mails, done.news) == (5, 5)
    assert reminders.plan(now=NIGHT + timedelta(days=1)).news == 10
    for person in people:
        mailed = person.mails.order_by("pk").values_list("kind", "notifications__key")
        assert sorted(mailed) == [
            ("digest", "again"),
            ("digest", "in time"),
            ("digest", "late"),
            ("rained", "at once"),
        ]
    assert not Notification.objects.for_daily_mail().exists()


def test_choices_saved_in_two_tabs_at_once_end_in_one_of_them(people: list[User], settings: Any) -> None:
    settings.NOTIFICATION_KINDS = ["tests.responses.test_notification_races.KINDS"]
    (una, *_others) = people
    ways = [Delivery.OFF, Delivery.DAILY]
    at_once(RACERS, lambda number: notifications.choose({"rained": ways[number % 2]}, by=una))
    assert una.notification_choices.get().delivery in ways


KINDS = (RAINED, DRIPPED)
