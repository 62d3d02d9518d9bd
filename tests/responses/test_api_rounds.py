"""Rounds through the API: the same rules as behind the buttons."""

from datetime import timedelta

import pytest
import time_machine

from evaltrack.roles import Role
from responses.models import RoundMatrix
from tests import factories as make
from tests.api import Program
from tests.responses.rounds import NOW, World, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def there():
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        yield World()


def test_a_round_is_opened_read_and_closed(there: World) -> None:
    unit = Program(there.unit)
    made = unit.post("rounds/", {"name": "Cut-off", "responses": [there.response.pk]})
    assert made.status_code == 201, made.content
    path = f"rounds/{made.json()['id']}/"
    there.report(0, after=timedelta(hours=2))
    (matrix,) = unit.get(f"{path}answers/").json()["matrices"]
    assert (matrix["asked"], matrix["reported"], matrix["sha256"]) == (3, 1, None)
    (matrix,) = unit.post(f"{path}close/", {}).json()["matrices"]
    assert matrix["not_reported"] == ["1.2", "1.3"]
    assert matrix["sha256"] == there.matrix.snapshot.sha256
    assert unit.post(f"{path}close/", {}).status_code in (400, 409, 422)


def test_who_may_not_open_or_see_it_is_refused(there: World) -> None:
    coordinator = Program(there.coordinator)
    asked = {"name": "Cut-off", "responses": [there.response.pk]}
    assert coordinator.post("rounds/", asked).status_code == 403
    hidden = given(make.evaluation([make.office()], confidential=True))
    assert coordinator.post("rounds/", {**asked, "responses": [hidden.pk]}).status_code == 400
    there.open()
    number = there.matrix.round_id
    stranger = Program(make.member(Role.READER))
    assert stranger.get(f"rounds/{number}/").status_code == 404
    assert stranger.get("rounds/").json()["results"] == []
    assert not RoundMatrix.objects.exclude(closed_at=None).exists()
