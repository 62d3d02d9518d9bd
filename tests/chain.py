"""The history under test: its tables may be emptied between tests, and tampered with inside one.

Of the triggers that guard the history only those against emptying it (``…_kept``: TRUNCATE on PostgreSQL, DELETE
on SQLite) are off during tests; changing a row, and on PostgreSQL deleting one, is refused in every test.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

KEPT = {
    "history_entry_kept": "evaltrack_auditentry",
    "history_seal_kept": "evaltrack_auditseal",
    "snapshot_kept": "responses_snapshot",
}
ALL = KEPT | {
    "history_entry_unaltered": "evaltrack_auditentry",
    "history_seal_unaltered": "evaltrack_auditseal",
    "snapshot_unaltered": "responses_snapshot",
}
_dropped: dict[str, str] = {}  # SQLite cannot switch a trigger off, so its text is kept


def let_tests_empty_it() -> None:
    _switch_off(KEPT)


@contextmanager
def guarded() -> Iterator[None]:
    _switch_on(KEPT)
    yield
    _switch_off(KEPT)


@contextmanager
def behind_its_back() -> Iterator[None]:
    """As an owner of the tables could: no trigger of the history runs inside."""
    adding = (
        {"history_entry_awaits_seal": "evaltrack_auditentry"}
        if connection.vendor == "postgresql"
        else {"history_entry_sealed": "evaltrack_auditentry"}
    )
    seal_what_waits()
    _switch_off(ALL | adding)
    yield
    seal_what_waits()
    _switch_on(ALL | adding)


def seal_what_waits() -> None:
    """What a commit does, for tests that never commit."""
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def _switch_off(triggers: dict[str, str]) -> None:
    for name, table in triggers.items():
        if connection.vendor == "postgresql":
            sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
            if row := cursor.fetchone():
                _dropped[name] = row[0]
        sql(f"DROP TRIGGER IF EXISTS {name}")


def _switch_on(triggers: dict[str, str]) -> None:
    for name, table in triggers.items():
        if connection.vendor == "postgresql":
            sql(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
        else:
            sql(_dropped[name])
