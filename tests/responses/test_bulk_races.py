"""Several workers, and people, at one register or one bulk export at the same moment: each is done once.

With real transactions on PostgreSQL; whoever comes first, the end is sound.
"""

import pytest
from django.db import connection

from evaltrack.models import Notification, Office, User
from evaltrack.roles import Role
from recommendations.choices import ImportState
from recommendations.models import Evaluation, RegisterImport, RuleProfile
from recommendations.register import imports
from responses import bulk, prints
from responses.choices import BulkState
from responses.models import BulkExport, ManagementResponse
from tests import factories as make
from tests.recommendations.register import NOW, SITE, row, uploaded
from tests.responses.test_clearance_races import at_once, refusals


@pytest.fixture
def unit(transactional_db: None) -> User:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")
    RuleProfile.objects.load_shipped()
    return make.member(Role.EVALUATION_UNIT, make.office("Head Office"), "Una Unit")


def test_of_two_who_bring_in_at_once_one_does_and_nothing_is_there_twice(unit: User) -> None:
    rows = [row(Title=f"Evaluation {n}", File_URL=f"{SITE}/{n}.pdf") for n in range(3)]
    files = [uploaded(*rows, by=unit), uploaded(*rows, by=unit)]
    outcomes = at_once(*[lambda one=one: imports.begin(one, by=unit, now=NOW) for one in files])
    assert len(refusals(outcomes)) == 1
    at_once(*[lambda: imports.work(now=NOW)] * 3)
    assert Evaluation.objects.count() == 3
    assert RegisterImport.objects.filter(state=ImportState.DONE).count() == 1
    assert Office.objects.filter(name="RO for the North").count() == 1


def test_of_several_workers_one_makes_the_export(unit: User, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[int] = []

    def current(response: ManagementResponse, **_how: object) -> bytes:
        printed.append(response.pk)
        return b"%PDF"

    monkeypatch.setattr(prints, "current", current)
    office = Office.objects.get()
    for _each in range(3):
        make.response(make.evaluation([office]), office=office)
    bulk.ask(ManagementResponse.objects.order_by("pk"), "zip", by=unit, now=NOW, language="en")
    at_once(*[lambda: bulk.work(now=NOW)] * 3)
    assert len(printed) == 6  # each once, and once more to put it in
    assert BulkExport.objects.get().state == BulkState.READY
    assert Notification.objects.filter(kind="export_ready").count() == 1


def test_nobody_asks_for_more_at_once_than_may_be(unit: User) -> None:
    office = Office.objects.get()
    make.response(make.evaluation([office]), office=office)
    rows = ManagementResponse.objects.order_by("pk")
    outcomes = at_once(*[lambda: bulk.ask(rows.all(), "zip", by=unit, now=NOW, language="en")] * 5)
    assert len(refusals(outcomes)) == 2
    assert BulkExport.objects.unfinished().count() == bulk.AT_ONCE


def test_cancelled_while_it_is_made_it_is_one_or_the_other(
    unit: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "current", lambda response, **_how: b"%PDF")
    office = Office.objects.get()
    make.response(make.evaluation([office]), office=office)
    export = bulk.ask(ManagementResponse.objects.all(), "zip", by=unit, now=NOW, language="en")
    outcomes = at_once(lambda: bulk.work(now=NOW), lambda: bulk.cancel(export, by=unit, now=NOW))
    export.refresh_from_db()
    assert export.state == (BulkState.READY if refusals(outcomes) else BulkState.CANCELLED)
    assert bool(export.file) == (export.state == BulkState.READY)
