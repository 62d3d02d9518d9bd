"""The independent check in the API: listed for who sees the evaluation, given by who may check."""

import pytest

from responses import progress
from tests import factories as make
from tests.api import PEOPLE, World, error, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


def verdict(there: World, **said: object) -> dict[str, object]:
    return {"action": there.action.pk, "implementation": "full", "reason": "Seen on the spot.", **said}


def test_a_check_is_given_and_listed(there: World) -> None:
    program = there.program("unit")
    made = program.post("checks/", verdict(there, alignment="high"))
    assert made.status_code == 201, made.content
    row = made.json()
    assert row == {
        "id": row["id"], "action": there.action.pk, "answer": None, "later_evaluation": None, "where": None,
        "implementation": "full", "alignment": "high", "timeliness": None, "reason": "Seen on the spot.",
        "question": None, "update": there.update.pk, "reviewer": "Uma Unit", "at": row["at"],
    }  # fmt: skip
    of_answer = program.post(
        "checks/", {"answer": there.answer.pk, "implementation": "not", "reason": "Nothing is there."}
    ).json()
    assert program.ids(f"checks/?action={there.action.pk}") == [row["id"]]
    assert set(program.ids(f"checks/?evaluation={there.evaluation.pk}")) == {row["id"], of_answer["id"]}


def test_a_later_evaluation_s_verdict_names_it(there: World) -> None:
    later = make.evaluation([there.here], reference="LATER-1")
    program = there.program("unit")
    data = verdict(there, later_evaluation=later.pk, where="page 12")
    made = program.post("checks/", data)
    assert (made.status_code, made.json()["later_evaluation"]) == (201, later.pk)
    assert program.ids(f"checks/?later_evaluation={later.pk}") == [made.json()["id"]]
    assert error(program.post("checks/", {**data, "question": "Why?"})) == (400, "invalid", ["question"])
    assert error(program.post("checks/", verdict(there, where="page 12")))[2] == ["where"]


def test_what_is_refused_has_the_one_shape_of_errors(there: World) -> None:
    program = there.program("unit")
    assert error(program.post("checks/", verdict(there, implementation="splendid")))[:2] == (409, "refused")
    assert error(program.post("checks/", verdict(there, reason="")))[2] == ["reason"]
    assert error(program.post("checks/", verdict(there, answer=there.answer.pk)))[0] == 400
    progress.report(
        there.action, by=there.people["owner"], now=make.NOW, as_of=make.NOW.date(), status="completed"
    )
    assert error(program.post("checks/", verdict(there, implementation="not")))[1] == "refused"
    asked = program.post("checks/", verdict(there, implementation="not", question="What was done?"))
    assert (asked.status_code, asked.json()["question"]) == (201, "What was done?")


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may(there: World, who: str) -> None:
    given = there.program("unit").post("checks/", verdict(there)).json()
    checking = {"unit": 201, "officer": 403, "owner": 403, "reader": 403, "nobody": 401}.get(who, 400)
    reading = {"other officer": 404, "stranger": 404, "nobody": 401}.get(who, 200)
    program = there.program(who)
    assert program.post("checks/", verdict(there)).status_code == checking
    assert program.get(f"checks/{given['id']}/").status_code == reading


def test_what_was_removed_is_not_listed(there: World) -> None:
    program = there.program("unit")
    program.post("checks/", verdict(there))
    there.action.removed_at = make.NOW
    there.action.save()
    assert program.ids("checks/") == []
