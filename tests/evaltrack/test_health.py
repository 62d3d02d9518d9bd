"""What a container platform is told: alive always, ready only when the database and the broker are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from evaltrack.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def broker() -> Iterator[Callable[[str], None]]:
    before = app.conf.broker_write_url

    def use(url: str, app: Celery = app) -> None:
        app.conf.broker_write_url = url

    yield use
    use(before)


def database_that_is_gone(*call: Any) -> None:
    raise OperationalError("the server closed the connection")


def test_live_asks_nothing_of_the_database(client: Client) -> None:
    with connection.execute_wrapper(database_that_is_gone):
        assert client.get("/healthz").content == b"ok"


def test_ready_when_all_is_there(client: Client, broker: Callable[[str], None], redis_url: str) -> None:
    broker(redis_url)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "broker": "ok"})


def test_not_ready_without_the_broker(client: Client, broker: Callable[[str], None]) -> None:
    broker("redis://127.0.0.1:1/0")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, "does not answer")


def test_not_ready_before_the_migrations(client: Client) -> None:
    last = MigrationLoader(connection).graph.leaf_nodes("evaltrack")[0]
    MigrationRecorder(connection).record_unapplied(*last)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "migrations not applied: 1")


def test_not_ready_without_the_database(client: Client) -> None:
    with connection.execute_wrapper(database_that_is_gone):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "does not answer")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
