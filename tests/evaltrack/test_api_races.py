"""Of those who change the same thing at the same moment exactly one wins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests import factories
from tests.api import world

RACERS = 8


def race(request: Any) -> list[int]:
    """The statuses of as many requests at the same moment."""
    start = Barrier(RACERS)

    def run(number: int) -> int:
        try:
            start.wait(timeout=20)
            return int(request(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        return sorted(pool.map(run, range(RACERS)))


@pytest.fixture
def on_postgres(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")


@pytest.mark.parametrize("path", ["evaluations", "recommendations", "responses", "answers", "actions"])
def test_of_concurrent_changes_with_one_tag_exactly_one_wins(on_postgres: None, path: str) -> None:
    there = world()
    program = there.program("unit")
    row = {
        "evaluations": (there.evaluation, "title"),
        "recommendations": (there.recommendation, "rationale"),
        "responses": (there.response, "overall_comment"),
        "answers": (there.answer, "narrative"),
        "actions": (there.action, "text"),
    }
    one, field = row[path]
    for round in range(3):
        tag = program.get(f"{path}/{one.pk}/")["ETag"]
        sent = [f"{round}, racer {number}" for number in range(RACERS)]
        answers: dict[int, Any] = {}

        def change(
            number: int, tag: str = tag, sent: list[str] = sent, answers: dict[int, Any] = answers
        ) -> int:
            answers[number] = program.patch(f"{path}/{one.pk}/", {field: sent[number]}, If_Match=tag)
            return answers[number].status_code

        assert race(change) == [200] + [412] * (RACERS - 1)
        (winner,) = [number for number, answer in answers.items() if answer.status_code == 200]
        one.refresh_from_db()
        assert getattr(one, field) == sent[winner]


def test_of_a_change_and_removals_with_one_tag_exactly_one_wins(on_postgres: None) -> None:
    there = world()
    program = there.program("unit")
    path = f"actions/{there.action.pk}/"
    tag = program.get(path)["ETag"]

    def either(number: int) -> int:
        if number % 2:
            return program.delete(path, If_Match=tag).status_code
        return program.patch(path, {"text": f"racer {number}"}, If_Match=tag).status_code

    first, *others = race(either)
    assert first in (200, 204)
    assert set(others) <= ({412} if first == 200 else {404})


def test_of_those_who_answer_first_exactly_one_does(on_postgres: None) -> None:
    there = world()
    program = there.program("unit")
    recommendation = factories.recommendation(there.evaluation)
    sent = {"response": there.response.pk, "recommendation": recommendation.pk}

    def answer(number: int) -> int:
        return program.post("answers/", {**sent, "narrative": str(number)}).status_code

    assert race(answer) == [201] + [409] * (RACERS - 1)


def test_recommendations_added_and_removed_at_once_do_not_wait_for_each_other(on_postgres: None) -> None:
    there = world()
    program = there.program("unit")
    there_already = [factories.recommendation(there.evaluation) for _ in range(RACERS)]

    def add_or_remove(number: int) -> int:
        if number % 2:
            return program.delete(f"recommendations/{there_already[number].pk}/", If_Match="*").status_code
        return program.post("recommendations/", {"evaluation": there.evaluation.pk, "text": "x"}).status_code

    assert race(add_or_remove) == [201] * (RACERS // 2) + [204] * (RACERS // 2)
    numbers = [one.number for one in there.evaluation.recommendations.present()]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
