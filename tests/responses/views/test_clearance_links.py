"""The link in the mail that leads whoever clears to the page of the clearance."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from evaltrack.models import Membership, Notification
from evaltrack.roles import Role
from responses import links
from tests import factories as make
from tests.responses.clearances import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def there():
    return World()


def address(name, there):
    return reverse(name, args=[there.response.pk])


@pytest.fixture
def link(there):
    there.submit()
    return Notification.objects.get(person=there.head).url


def follow(client, person, link):
    client.force_login(person)
    return client.get(link)


def test_the_link_leads_the_right_person_to_the_page(client, there, link):
    assert follow(client, there.head, link).url == address("clearance", there)


def test_the_link_signs_nobody_in(client, there, link):
    reply = client.get(link)
    assert reply.status_code == 302
    assert reply.url.startswith(reverse("account_login"))
    assert client.get(address("clearance", there)).status_code == 302


def test_each_who_may_clear_has_a_link_of_their_own(client, there):
    other = make.member(Role.CLEARING_OFFICER, there.here)
    there.submit()
    first, second = Notification.objects.filter(kind="clearance_wanted").order_by("pk")
    assert first.url != second.url
    assert {first.person, second.person} == {there.head, other}


def test_another_who_knows_of_the_response_is_told_whose_link_it_is(client, there, link):
    reply = follow(client, there.unit, link)
    assert reply.status_code == 403
    assert "This link was sent to Halima Deane, and nobody else can use it." in reply.content.decode()


def test_another_who_does_not_is_told_nothing(client, there, link):
    reply = follow(client, make.user(), link)
    assert reply.status_code == 403
    text = reply.content.decode()
    assert "This link was sent to another person" in text
    assert "Halima" not in text
    assert there.evaluation.title not in text


def test_a_link_that_is_not_whole_or_not_ours_leads_nowhere(client, there, link):
    for wrong in (link[:-3] + "/", reverse("clear_link", args=["rubbish"])):
        reply = follow(client, there.head, wrong)
        assert reply.status_code == 404
        assert "not whole" in reply.content.decode()


def test_a_link_older_than_its_days_says_so_and_shows_the_way(client, there, settings):
    settings.CLEARANCE_LINK_DAYS = 3
    there.submit()
    step = there.response.steps.first()
    with time_machine.travel(timezone.now() - timedelta(days=4), tick=False):
        old = links.address(step, there.head)
    reply = follow(client, there.head, old)
    assert reply.status_code == 200
    text = reply.content.decode()
    assert "This link led to the page for 3 days." in text
    assert address("clearance", there) in text


def test_a_link_to_what_is_decided_says_by_whom(client, there, link):
    other = make.member(Role.CLEARING_OFFICER, there.here, "Olu Brandt")
    there.move("clear", other)
    assert "Olu Brandt cleared this step on" in follow(client, there.head, link).content.decode()


def test_a_link_to_what_was_withdrawn_says_so(client, there, link):
    there.move("withdraw", there.coordinator)
    reply = follow(client, there.head, link)
    assert "withdrawn or returned on" in reply.content.decode()


def test_a_link_of_whose_role_ended_leads_nowhere(client, there, link):
    Membership.objects.filter(person=there.head).delete()
    reply = follow(client, there.head, link)
    assert reply.status_code == 404
    assert "You no longer have to do with this response" in reply.content.decode()
