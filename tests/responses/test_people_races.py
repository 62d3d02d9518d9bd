"""Naming a person while their account is being closed: no key action is left with nobody."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from evaltrack import people
from evaltrack.errors import Refused
from evaltrack.models import User
from responses import actions
from responses.models import ActionParty, KeyAction
from tests import factories as make

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROUNDS = 8


@pytest.mark.django_db(transaction=True)
def test_a_person_is_named_or_the_account_is_closed_but_not_both() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time; run with TEST_DATABASE=postgres")
    person = make.user("Ines Okafor")
    answer = make.answer(decision="accepted")
    start = threading.Barrier(2)

    def close() -> str:
        try:
            start.wait(timeout=20)
            people.deactivate(person, by=None, today=NOW.date())
        except Refused:
            return "held"
        else:
            return "closed"
        finally:
            connection.close()

    def assign(action: KeyAction) -> str:
        try:
            start.wait(timeout=20)
            actions.set_responsible(action, "Ines Okafor", by=None)
        finally:
            connection.close()
        return "assigned"

    for _round in range(ROUNDS):
        User.objects.update(is_active=True)
        person.refresh_from_db()
        KeyAction.objects.all().delete()
        action = make.action(answer)
        with ThreadPoolExecutor(2) as pool:
            closing, assigning = pool.submit(close), pool.submit(assign, action)
            outcome = closing.result(timeout=30)
            assert assigning.result(timeout=30) == "assigned"
        named = ActionParty.objects.get(action=action).person
        is_open = User.objects.get(pk=person.pk).is_active
        assert (outcome, named, is_open) in [("closed", None, False), ("held", person, True)]
