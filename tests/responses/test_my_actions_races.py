"""The same report sent twice at the same moment, and one link opened in two browsers: with real transactions."""

import pytest
from django.db import connection
from django.utils import timezone

from responses import my_actions, report_links
from responses.choices import Channel
from responses.models import KeyAction, ProgressUpdate, ReportLink
from tests import factories as make
from tests.responses.test_clearance_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def threads():
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")


@pytest.mark.parametrize("_round", range(5))
def test_one_report_sent_twice_at_once_is_one(_round):
    person = make.user()
    action = make.action(lead=person)
    now = timezone.now()

    def send():
        return my_actions.tell(
            KeyAction.objects.get(pk=action.pk), by=person, now=now, since=now, today=timezone.localdate(now),
            status="ongoing", comment="Begun.", key="0b0f0e1c-key", seen=0, channel=Channel.LINK,
        )  # fmt: skip

    first, second = at_once(send, send)
    assert first == second == ProgressUpdate.objects.get()


@pytest.mark.parametrize("_round", range(5))
def test_two_people_who_report_at_once_are_not_both_unaware_of_the_other(_round):
    people = make.user(), make.user()
    action = make.action(lead=people[0])
    action.parties.create(name="x", person=people[1], part="support")
    now = timezone.now()

    def send(person):
        return lambda: my_actions.tell(
            KeyAction.objects.get(pk=action.pk), by=person, now=now, since=now, today=timezone.localdate(now),
            status="ongoing", comment="Begun.", key=f"key-of-{person.pk}", seen=0, channel=Channel.PAGE,
        )  # fmt: skip

    came = at_once(*map(send, people))
    assert sorted(type(one).__name__ for one in came) == ["Meanwhile", "ProgressUpdate"]
    assert ProgressUpdate.objects.count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_of_two_browsers_one_opens_the_link(_round):
    report_links.issue([make.user().pk], now=timezone.now())

    def press():
        link = ReportLink.objects.get()
        return report_links.bind(link, report_links.new_browser(), now=timezone.now())

    assert sorted(at_once(press, press)) == [False, True]
