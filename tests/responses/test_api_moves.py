"""The way of a response through the API: the same table as the buttons."""

from typing import Any

import pytest

from evaltrack.roles import Role
from responses.lifecycle import WAY
from tests import factories as make
from tests.api import Program, error
from tests.responses.clearances import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return World()


def path(there: World) -> str:
    return f"responses/{there.response.pk}/moves/"


def send(there: World, person: Any, move: str, **more: str) -> Any:
    program = Program(person)
    seen = program.get(path(there)).json()["seen"]
    return program.post(path(there), {"move": move, "seen": seen, "comment": "Because.", **more})


def test_the_api_offers_what_the_table_allows(there: World) -> None:
    there.submit()
    for person in (there.coordinator, there.head, there.unit):
        answer = Program(person).get(path(there)).json()
        offers = WAY.offers(there.response, person)
        assert [one["move"] for one in answer["moves"]] == [one.move.name for one in offers]
        assert answer["state"] == "in_clearance"


def test_a_response_goes_its_way_through_the_api(there: World) -> None:
    way = [
        ("submit", there.coordinator),
        ("clear", there.head),
        ("clear", there.unit),
        ("publish", there.unit),
    ]
    states = [send(there, person, move).json()["state"] for move, person in way]
    assert states == ["in_clearance", "in_clearance", "cleared", "published"]


def test_nothing_is_cleared_unseen_or_after_someone_quicker(there: World) -> None:
    other = make.member(Role.CLEARING_OFFICER, there.here)
    there.submit()
    blind = Program(there.head).post(path(there), {"move": "clear"})
    assert error(blind) == (400, "invalid", ["seen"])
    seen = Program(other).get(path(there)).json()["seen"]
    there.move("clear", there.head)
    late = Program(other).post(path(there), {"move": "clear", "seen": seen})
    assert error(late)[0] == 409
    assert "Halima Deane was quicker" in late.json()["error"]["message"]


def test_who_may_not_is_refused_and_who_may_not_know_finds_nothing(there: World) -> None:
    there.submit()
    assert error(send(there, there.coordinator, "clear"))[0] == 403
    assert error(send(there, there.coordinator, "nonsense"))[:2] == (400, "invalid")
    stranger = Program(make.user())
    assert error(stranger.get(path(there)))[0] == 404
    assert error(stranger.post(path(there), {"move": "clear"}))[0] == 404
    assert error(send(there, there.head, "return", comment=" "))[0] == 409
