"""Many people commit at the same moment, and the chain of the history stays one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from evaltrack import audit
from evaltrack.models import AuditEntry, AuditSeal, Membership
from evaltrack.roles import Role
from evaltrack.seals import Walk
from tests import factories as make

WRITERS, ROUNDS = 6, 15


@pytest.fixture
def on_postgres(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")


def at_once(work):
    """Run ``work`` with 0, 1, 2, ... in as many threads at the same moment."""
    start = Barrier(WRITERS)

    def run(number):
        try:
            start.wait(timeout=20)
            for _round in range(ROUNDS):
                work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(run, range(WRITERS)))


def faults():
    return [fault for fault in Walk().faults() if "trigger" not in fault]


def test_entries_committed_at_the_same_moment_make_one_chain(on_postgres):
    office = make.office()

    def work(_number):
        with transaction.atomic():
            audit.record("changed", office, by=None)
            audit.record("changed", office, by=None)

    at_once(work)
    assert AuditSeal.objects.count() == 2 * WRITERS * ROUNDS
    assert faults() == []


def test_what_is_rolled_back_leaves_no_seal(on_postgres):
    with transaction.atomic():
        audit.record("changed", make.office(), by=None)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == AuditSeal.objects.count() == 0


def test_nobody_waits_for_the_chain_while_others_wait_for_their_rows(on_postgres):
    """One writes an entry and then a row that refers to an office; the other holds that office, then writes."""
    office, people = make.office(), [make.user() for _number in range(WRITERS)]

    def work(number):
        with transaction.atomic():
            if number % 2:
                type(office).objects.select_for_update().get(pk=office.pk)
                audit.record("changed", office, by=None)
            else:
                audit.record("granted", people[number], by=None)
                Membership.objects.filter(person=people[number]).delete()
                Membership.objects.create(person=people[number], office=office, role=Role.READER)

    at_once(work)
    assert faults() == []
