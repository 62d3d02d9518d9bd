"""The pages of a history, and bringing back."""

import pytest
from django.urls import reverse

from evaltrack.models import AuditEntry
from responses import actions, answers
from responses.models import KeyAction
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def action(office, people):
    answer = make.answer(make.recommendation(make.evaluation([office])), decision="accepted")
    return make.action(answer, lead=people["action owner"], text="Write *it* <b>down</b>.")


def pages(action):
    response = action.answer.response
    return [
        reverse("history_evaluation", args=[response.evaluation_id]),
        reverse("history_response", args=[response.pk]),
        reverse("history_recommendation", args=[action.answer.recommendation_id]),
        reverse("history_action", args=[action.pk]),
    ]


@pytest.mark.parametrize("who", FIVE)
def test_the_history_is_seen_where_the_evaluation_is(client, people, action, who):
    client.force_login(people[who])
    found = [client.get(url).status_code for url in pages(action)]
    assert found == [404 if who == "officer elsewhere" else 200] * 4


@pytest.mark.parametrize("who", FIVE)
def test_bringing_back_is_for_those_who_may_write(client, people, action, who):
    make.action(action.answer, lead=people["action owner"])  # who thereby still sees the evaluation
    actions.remove(action, by=people["officer of the office"], now=make.NOW)
    client.force_login(people[who])
    page = client.get(reverse("history_action", args=[action.pk]))
    entry = AuditEntry.objects.get(verb="removed")
    status = client.post(reverse("history_bring_back", args=[entry.pk])).status_code
    writes = who in ("evaluation unit", "officer of the office")
    assert status == {"officer elsewhere": 404}.get(who, 302 if writes else 403)
    assert (b"Bring back" in page.content) == writes
    assert KeyAction.objects.present().filter(pk=action.pk).exists() == writes


def test_it_says_so_where_there_is_nothing(client, people, action):
    client.force_login(people["reader"])
    assert "Nothing has been changed yet." in client.get(pages(action)[0]).content.decode()
    narrowed = client.get(pages(action)[0], {"kind": "progress"}).content.decode()
    assert "Nothing was changed that fits." in narrowed


def test_a_filter_that_makes_no_sense_is_told_and_shows_everything(client, people, action):
    actions.amend(action, by=people["evaluation unit"], text="Write all.")
    client.force_login(people["reader"])
    page = client.get(pages(action)[3], {"since": "someday", "kind": "odd"})
    assert page.status_code == 200
    assert "Write all." in page.content.decode()


def test_fifty_entries_stand_on_a_page(client, people, action):
    for number in range(51):
        answers.narrate(action.answer, f"We agree {number}.", by=people["evaluation unit"])
    client.force_login(people["reader"])
    first, second = (client.get(pages(action)[0], {"page": page}).content.decode() for page in (1, 2))
    assert "We agree 50." in first
    assert ">We agree 0.</span>" not in first
    assert ">We agree 0.</span>" in second


def test_what_people_typed_is_text_in_it(client, people, action):
    actions.amend(action, by=people["evaluation unit"], text="<script>alert(1)</script> " * 10)
    client.force_login(people["reader"])
    page = client.get(pages(action)[3]).content.decode()
    assert "<script>alert" not in page
