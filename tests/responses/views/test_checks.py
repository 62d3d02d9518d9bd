"""The panel of checks: what it shows, where it leads, who may see it."""

import re

import pytest
from django.urls import reverse

from recommendations.choices import Decision
from responses.views.checks import IN_PANEL
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

SEES = {"evaluation unit", "officer of the office", "action owner", "reader"}


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def response(office, people):
    response = make.response(make.evaluation([office]))
    answer = make.answer(make.recommendation(response.evaluation), response, decision=Decision.ACCEPTED)
    make.action(answer, lead=people["action owner"])
    return response


@pytest.fixture
def address(response):
    return reverse("response_checks", args=[response.pk])


@pytest.mark.parametrize("who", FIVE)
def test_who_sees_the_checks(client, people, address, who):
    client.force_login(people[who])
    assert client.get(address).status_code == (200 if who in SEES else 404)


def test_nobody_sees_those_of_a_confidential_one_who_has_no_part_in_it(client, people, response, address):
    response.evaluation.confidential = True
    response.evaluation.save()
    sees = set()
    for who, person in people.items():
        client.force_login(person)
        if client.get(address).status_code == 200:
            sees.add(who)
    assert sees == {"evaluation unit", "action owner"}


def test_what_blocks_comes_first_and_each_leads_to_its_cell(client, people, response, address):
    other = make.recommendation(response.evaluation)
    client.force_login(people["officer of the office"])
    page = client.get(address).content.decode()
    assert page.index("To be mended before it can be submitted") < page.index("To consider")
    link = f"{reverse('matrix', args=[response.pk])}?open={other.pk}#answer-{other.pk}-decision"
    assert link in page
    assert "1 to mend before clearance" in page


def test_every_link_leads_to_something_on_the_matrix_page(client, people, response, address):
    evaluation = response.evaluation
    make.recommendation(evaluation, number="9", text="TBD by others")
    response.overall_comment = "[insert comment]"
    response.save()
    bare = make.answer(make.recommendation(evaluation), response, decision=Decision.ACCEPTED)
    rejected = make.answer(make.recommendation(evaluation), response, decision=Decision.REJECTED)
    for _number in range(9):
        make.action(rejected, own_number="7.7", text="Ms Lund does it.")
    assert bare.actions.count() == 0
    client.force_login(people["evaluation unit"])
    links = re.findall(r'href="([^"]+)#([^"]+)" data-finding', client.get(address).content.decode())
    assert len(links) > 15
    for path, anchor in set(links):
        assert f'id="{anchor}"' in client.get(path).content.decode(), anchor


def test_nothing_to_mend(client, people, address, response):
    response.answers.all().delete()
    response.evaluation.recommendations.all().delete()
    client.force_login(people["reader"])
    assert "Nothing to mend" in client.get(address).content.decode()


def test_the_panel_is_a_part_of_the_page_and_short(client, people, response, address):
    for _number in range(IN_PANEL + 5):
        make.recommendation(response.evaluation)
    client.force_login(people["reader"])
    panel = client.get(address, headers={"HX-Request": "true", "HX-Target": "checks"}).content.decode()
    whole = client.get(address).content.decode()
    assert panel.strip().startswith("<section")
    assert panel.count("data-finding") == IN_PANEL
    assert "more are not shown here" in panel
    assert whole.count("data-finding") > IN_PANEL
    assert "<details open" in whole
    assert "<details open" not in panel


def test_the_matrix_page_fetches_the_panel(client, people, response, address):
    client.force_login(people["reader"])
    page = client.get(reverse("matrix", args=[response.pk])).content.decode()
    assert f'hx-get="{address}"' in page
    assert f'href="{address}"' in page
