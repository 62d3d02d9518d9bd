"""The page on which an administrator sees what a person may see and do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaltrack.access import Standing
from evaltrack.models import Deputy, Membership
from evaltrack.roles import GRANTS, Permission, Role, permissions_of
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
def administrator(office, people):
    return make.member(Role.ADMINISTRATOR, office, "Ada Holm")


def page_of(client, person, **query):
    return client.get(reverse("person_access", args=[person.pk]), query)


@pytest.mark.parametrize("who", FIVE)
def test_only_administrators_look(client, people, who):
    client.force_login(people[who])
    assert page_of(client, people["reader"]).status_code == 403


def test_only_whom_one_manages(client, people, administrator):
    client.force_login(administrator)
    assert page_of(client, people["reader"]).status_code == 200
    assert page_of(client, people["evaluation unit"]).status_code == 403  # of headquarters
    assert client.get(reverse("person_access", args=[99999])).status_code == 404
    client.logout()
    assert page_of(client, people["reader"]).status_code == 302


def test_what_they_see_why_and_why_not(client, people, office, administrator):
    client.force_login(administrator)
    seen = make.evaluation([office], title="River ports")
    other = make.evaluation([office], title="Hill roads", manager=administrator, confidential=True)
    page = page_of(client, people["reader"]).content.decode()
    assert "River ports" in page
    assert "Reader at Country Office Norland" in page
    assert "Hill roads" not in page
    page = page_of(client, people["reader"], q=other.reference).content.decode()
    assert "They do not see" in page
    assert "It is confidential" in page
    assert seen.title not in page


def test_confidential_evaluations_are_not_told_of(client, people, office, administrator):
    """Who manages accounts does not for that reason know of them."""
    secret = make.evaluation([office], title="Hill roads", confidential=True)
    secret.evaluators.add(people["reader"])
    client.force_login(administrator)
    page = page_of(client, people["reader"]).content.decode()
    assert "They see one more that you may not know of." in page
    for query in ("", "Hill", secret.reference):
        page = page_of(client, people["reader"], q=query)
        assert "Hill roads" not in page.content.decode()
        assert not page.context["seen"] + page.context["unseen"]


def test_the_list_is_in_pages_and_a_part_of_the_page(client, people, office, administrator):
    for _number in range(30):
        make.evaluation([office])
    client.force_login(administrator)
    part = client.get(
        reverse("person_access", args=[people["reader"].pk]),
        {"page": 2},
        headers={"HX-Request": "true", "HX-Target": "sight"},
    )
    assert len(part.context["seen"]) == 5
    assert part.content.decode().strip().startswith('<div id="sight">')


def test_the_persons_page_leads_there(client, people, administrator):
    client.force_login(administrator)
    page = client.get(reverse("person", args=[people["reader"].pk])).content.decode()
    assert reverse("person_access", args=[people["reader"].pk]) in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(
    client, people, office, administrator, count, django_assert_max_num_queries
):
    for _number in range(count):
        one = make.evaluation([office])
        make.action(make.answer(make.recommendation(one)), lead=people["reader"])
    client.force_login(administrator)
    with django_assert_max_num_queries(42):
        page_of(client, people["reader"])


# What they may do


@pytest.mark.parametrize("role", Role)
def test_the_permissions_are_those_of_the_roles(role):
    person = make.member(role)
    told = Standing.of(person, timezone.localdate()).by_permission()
    assert {permission for permission, carriers in told if carriers} == GRANTS[role]
    assert [permission for permission, _carriers in told] == list(Permission)


def test_a_deputy_carries_the_roles_but_for_accounts():
    today = timezone.localdate()
    ada = make.member(Role.ADMINISTRATOR, make.office("Headquarters"), "Ada Holm")
    deputy = make.member(Role.READER, make.office("Country Office"))
    Deputy.objects.create(person=ada, deputy=deputy, starts_on=today, ends_on=today + timedelta(days=9))
    Membership.objects.filter(person=ada).update(ends_on=today + timedelta(days=2))
    standing = Standing.of(deputy, today)
    carried = {permission for permission, carriers in standing.by_permission() if carriers}
    assert carried == permissions_of(deputy) == GRANTS[Role.ADMINISTRATOR] - {Permission.MANAGE_PEOPLE}
    own, theirs = standing.carriers
    assert str(own) == "Reader at Country Office"
    ends = today + timedelta(days=2)
    assert str(theirs) == (
        f"Administrator at Headquarters, as deputy of Ada Holm until {ends.day} {ends:%B %Y}"
    )


def test_a_closed_account_carries_nothing():
    person = make.member(Role.READER)
    person.is_active = False
    standing = Standing.of(person, timezone.localdate())
    assert not any(carriers for _permission, carriers in standing.by_permission())
    assert standing.identities == frozenset()
