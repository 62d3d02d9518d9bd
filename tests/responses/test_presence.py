"""Who has a matrix open, and what they hear of it."""

from datetime import timedelta

import pytest
import time_machine

from evaltrack import audit
from responses import presence
from responses.choices import ResponseState
from responses.lifecycle import WAY
from responses.models import Presence
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def response():
    return make.response()


def test_those_who_were_here_just_now_are_here(response, django_assert_num_queries):
    una, ines = make.user("Una Berg"), make.user("Ines Okafor")
    presence.seen(response, una, now=make.NOW)
    presence.seen(response, ines, now=make.NOW)
    assert presence.others(response, ines, now=make.NOW) == [una]
    soon = make.NOW + presence.EVERY
    with django_assert_num_queries(2):
        presence.seen(response, ines, now=soon)
        presence.others(response, ines, now=soon)
    later = make.NOW + presence.GONE + timedelta(seconds=1)
    assert presence.others(response, ines, now=later) == []
    assert presence.others(make.response(), ines, now=make.NOW) == []


def test_a_person_is_here_once_and_old_rows_are_swept(response):
    una = make.user("Una Berg")
    presence.seen(response, una, now=make.NOW)
    presence.seen(response, una, now=make.NOW + timedelta(hours=1))
    assert Presence.objects.count() == 1
    presence.seen(response, make.user(), now=make.NOW + timedelta(days=2))
    assert not Presence.objects.filter(person=una).exists()


def test_a_move_since_the_page_was_loaded_is_told(response):
    una = make.user("Una Berg")
    moment = WAY.moment(response)
    assert presence.news(response, moment) == ""
    assert presence.news(response, "") == ""
    response.state = ResponseState.PUBLISHED
    response.save()
    with time_machine.travel("2026-03-02T10:04:00Z", tick=False):
        audit.record("publish", response, by=una, parent=response.evaluation)
        assert presence.news(response, moment) == "Una Berg published it at 10:04."
    with time_machine.travel("2026-03-03T10:04:00Z", tick=False):
        assert presence.news(response, moment) == "Una Berg published it at 2 Mar 2026, 10:04."


def test_every_move_has_its_sentence():
    assert set(WAY.names()) <= set(presence.MOVED)
