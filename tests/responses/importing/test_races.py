"""Two at one file, or a file and a typist at one matrix, at the same moment: with real transactions on PostgreSQL."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from recommendations.models import Evaluation
from responses import cells
from responses.cells import Address, Conflict
from responses.importing import bringing, committing, reading, undoing
from responses.importing.committing import StaleError
from responses.matrix.document import Response
from responses.models import ManagementResponse, MatrixImport
from responses.permissions import access
from tests.responses.importing.handed_in import (
    NOW,
    TODAY,
    There,
    changed,
    commit,
    fresh,
    json_file,
    read_import,
)
from tests.responses.matrix.matrices import harbour
from tests.responses.test_clearance_races import at_once

ROUNDS = range(4)


@pytest.fixture
def there(transactional_db: None) -> There:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")
    return There()


def committed(one: MatrixImport, by: Any, seen: str) -> Callable[[], Any]:
    return lambda: committing.commit(
        MatrixImport.objects.get(pk=one.pk), by=by, now=NOW, today=TODAY, seen=seen
    )


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_button_pressed_twice_makes_one_evaluation(there: There, round_: int):
    one = read_import(harbour(), there.officer)
    seen = committing.showing(fresh(one), there.officer)
    ends = at_once(*[committed(one, there.officer, seen)] * 3)
    assert sum(isinstance(end, ManagementResponse) for end in ends) == 1
    assert Evaluation.objects.filter(reference="SH-2031-04").count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_files_into_one_matrix_lose_no_word(there: There, round_: int):
    went_out, token = there.given_out()
    texts = ("Ours, says one.", "Ours, says the other.")
    ones = [there.import_of(changed(went_out, response=Response("accepted", text)), token) for text in texts]
    deeds = [committed(one, there.officer, committing.showing(fresh(one), there.officer)) for one in ones]
    ends = at_once(*deeds)
    assert sorted(type(end).__name__ for end in ends) == ["ManagementResponse", "StaleError"]
    won = texts[0] if isinstance(ends[0], ManagementResponse) else texts[1]
    assert there.matrix.recommendations[0].response.narrative == won


@pytest.mark.parametrize("round_", ROUNDS)
def test_who_types_while_a_file_is_taken_over_is_told_of_it_or_comes_first(there: There, round_: int):
    went_out, token = there.given_out()
    one = there.import_of(changed(went_out, response=Response("accepted", "From the file.")), token)
    seen = committing.showing(fresh(one), there.officer)
    held = access(there.officer, there.response)
    address = Address("answer", there.first.pk, "narrative")

    def typed() -> Any:
        response = ManagementResponse.objects.select_related("evaluation").get(pk=there.response.pk)
        digest = cells.digest("We agree with it.")
        return cells.save(response, address, "Typed.", seen=digest, by=there.officer, access=held)

    end, typing = at_once(committed(one, there.officer, seen), typed)
    narrative = there.matrix.recommendations[0].response.narrative
    if isinstance(end, StaleError):
        assert (narrative, isinstance(typing, Conflict)) == ("Typed.", False)
    else:
        assert (narrative, isinstance(typing, Conflict)) == ("From the file.", True)


@pytest.mark.parametrize("round_", ROUNDS)
def test_it_is_taken_back_once(there: There, round_: int):
    before = there.matrix
    one = there.import_of(changed(before, rationale="They ran dry."))
    commit(one, there.officer)
    ends = at_once(*[lambda: undoing.undo(fresh(one), by=there.officer, now=NOW)] * 2)
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert there.matrix == before
    assert AuditEntry.objects.filter(verb="import_undone").count() == 1


def test_two_workers_read_a_file_once(there: There, monkeypatch: pytest.MonkeyPatch):

    read = []
    monkeypatch.setattr(reading, "_read", lambda one, now: read.append(one.pk))
    one = bringing.bring(json_file(harbour()), by=there.officer, now=NOW)
    ends = at_once(*[lambda: reading.read_next(now=NOW)] * 3)
    assert (sorted(ends), read) == ([False, False, True], [one.pk])
