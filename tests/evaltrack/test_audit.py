"""Writing the history: complete, in the same transaction, never changed afterwards, and proved so."""

import io
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy

from evaltrack import audit, seals
from evaltrack.changes import change
from evaltrack.models import AuditEntry, AuditSeal
from evaltrack.models.audit import digest_of, link
from evaltrack.seals import Walk
from tests import chain
from tests import factories as make

pytestmark = pytest.mark.django_db


def written(count=5):
    """So many entries, sealed."""
    office = make.office()
    before = AuditEntry.objects.count()
    for number in range(count):
        audit.record("changed", office, by=None, changes={"name": ("", f"Name {number}")})
    chain.seal_what_waits()
    return list(AuditEntry.objects.order_by("pk")[before:])


def faults(**options):
    return list(Walk(**options).faults())


# Writing -------------------------------------------------------------------------------------------------


def test_if_the_history_cannot_be_written_nothing_is(monkeypatch):
    office = make.office("Country Office Norland")

    def full(*_arguments, **_options):
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEntry, "save", full)
    with pytest.raises(DatabaseError):
        change(office, by=None, short_name="CON")
    office.refresh_from_db()
    assert office.short_name == ""


def test_the_time_is_the_clocks_but_for_the_demo():
    office = make.office()
    then = datetime(2024, 5, 6, 8, tzinfo=UTC)
    with audit.at(then):
        assert audit.record("changed", office, by=None).at == then
    assert audit.record("changed", office, by=None).at.year >= 2026


def test_an_entry_reads_the_same_from_the_database():
    values = {
        "number": (None, 3),
        "share": (0.1, 1e22),
        "yes": (True, False),
        "day": (None, datetime(2026, 3, 2, tzinfo=UTC).date()),
        "people": (["Ana"], ("Ana", "Élodie “É”")),
        "lazy": (gettext_lazy("Office"), ""),
        "inner": ({}, {"b": 1.5, "a": [None]}),
    }
    entry = audit.record("changed", make.office("Büro"), by=None, changes=values)
    again = AuditEntry.objects.get(pk=entry.pk)
    assert again.digest == digest_of(again) == entry.digest
    assert again.changes["lazy"] == ["Office", ""]


# The chain ------------------------------------------------------------------------------------------------


def test_the_database_seals_each_entry_in_the_order_they_came():
    entries = written(3)
    seals_ = list(AuditSeal.objects.order_by("-position")[:3])[::-1]
    assert [seal.entry_id for seal in seals_] == [entry.pk for entry in entries]
    for before, seal in pairwise(seals_):
        assert seal.position == before.position + 1
        assert seal.chain == link(before.chain, seal.position, seal.entry_id, seal.digest)


def test_many_entries_written_at_once_are_sealed_as_well(sealed):
    office = make.office()
    audit.record_many(audit.entry("changed", office, by=None) for _number in range(20))
    chain.seal_what_waits()
    assert faults() == []


@pytest.mark.parametrize("table", ["evaltrack_auditentry", "evaltrack_auditseal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET digest = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_nothing_in_it_is_changed_or_removed(sealed, table, statement):
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    written(2)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        chain.sql(statement.format(table))


def test_an_entry_is_not_replaced_either(sealed):
    first, *_others = written(2)
    columns = ", ".join(field.column for field in AuditEntry._meta.fields)
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO evaltrack_auditentry SELECT {columns} FROM evaltrack_auditentry WHERE id = %s"
    else:
        statement = (
            f"INSERT INTO evaltrack_auditentry ({columns}) SELECT {columns} FROM evaltrack_auditentry"
            " WHERE id = %s ON CONFLICT (id) DO UPDATE SET verb = 'x'"
        )
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        chain.sql(statement, first.pk)


# Proving it -----------------------------------------------------------------------------------------------


def test_an_unaltered_history_has_no_faults(sealed):
    written()
    assert faults() == []


def test_a_row_changed_behind_its_back_is_found(sealed):
    entry = written()[2]
    with chain.behind_its_back():
        chain.sql("UPDATE evaltrack_auditentry SET actor = 'Nobody' WHERE id = %s", entry.pk)
    (fault,) = faults()
    assert fault.startswith(f"Entry {entry.pk} (")
    assert "Nobody" in fault
    assert "was altered" in fault


def test_a_row_changed_together_with_its_digest_is_found(sealed):
    entry = written()[2]
    entry.actor = "Nobody"
    with chain.behind_its_back():
        AuditEntry.objects.filter(pk=entry.pk).update(actor="Nobody", digest=digest_of(entry))
    (fault,) = faults()
    assert "was altered" in fault


def test_a_row_changed_together_with_its_seal_is_found(sealed):
    entry = written()[2]
    entry.actor = "Nobody"
    digest = digest_of(entry)
    with chain.behind_its_back():
        AuditEntry.objects.filter(pk=entry.pk).update(actor="Nobody", digest=digest)
        AuditSeal.objects.filter(entry_id=entry.pk).update(digest=digest)
    (fault,) = faults()
    assert f"of entry {entry.pk}, does not follow" in fault


def test_a_removed_row_is_found(sealed):
    entries = written()
    with chain.behind_its_back():
        chain.sql("DELETE FROM evaltrack_auditentry WHERE id = %s", entries[2].pk)
    (fault,) = faults()
    assert fault.startswith(f"Entry {entries[2].pk}, sealed at")
    assert f"stands Entry {entries[1].pk} (" in fault


def test_a_row_removed_with_its_seal_is_found(sealed):
    entry = written()[2]
    with chain.behind_its_back():
        chain.sql("DELETE FROM evaltrack_auditseal WHERE entry_id = %s", entry.pk)
        chain.sql("DELETE FROM evaltrack_auditentry WHERE id = %s", entry.pk)
    (fault,) = faults()
    assert "Of the seals" in fault
    assert "missing" in fault


def test_two_rows_swapped_are_found(sealed):
    entries = written()
    columns = ("at", "changes", "digest", "click")
    values = [{name: getattr(entry, name) for name in columns} for entry in entries[1:3]]
    with chain.behind_its_back():
        AuditEntry.objects.filter(pk=entries[1].pk).update(**values[1])
        AuditEntry.objects.filter(pk=entries[2].pk).update(**values[0])
    assert [fault.split(" (")[0] for fault in faults()] == [f"Entry {one.pk}" for one in entries[1:3]]


def test_a_row_put_in_without_the_trigger_is_found(sealed):
    written()
    with chain.behind_its_back():
        AuditEntry.objects.bulk_create([audit.entry("cleared", make.office(), by=None)])
    (fault,) = faults()
    assert "cleared office" in fault
    assert "has no seal" in fault


def test_a_trigger_switched_off_is_told():
    assert [fault.split()[2].strip(",") for fault in seals.missing_guards()] == [
        "history_entry_kept",
        "history_seal_kept",
    ]


def test_one_can_go_on_from_a_position_proved_earlier(sealed):
    written()
    earlier = AuditSeal.objects.latest("position")
    written(2)
    walk = Walk(since=earlier.position, expect=earlier.chain)
    assert list(walk.faults()) == []
    assert walk.count == 2
    assert faults(since=10**6) == ["Seal 1000000, to go on from, is missing."]


def test_a_history_written_anew_is_told_from_the_one_whose_link_was_noted(sealed):
    written()
    noted = AuditSeal.objects.latest("position").chain
    with chain.behind_its_back():
        chain.sql("DELETE FROM evaltrack_auditseal")
        chain.sql("DELETE FROM evaltrack_auditentry")
    written(3)
    assert faults() == []
    (fault,) = faults(expect=noted)
    assert noted in fault
    assert "written anew" in fault


def test_the_command_prints_the_faults_and_fails_in_one_line(sealed):
    said = io.StringIO()
    entry = written()[0]
    call_command("verify_history", stdout=said)
    head = AuditSeal.objects.latest("position").chain
    assert f"Last link: {head}\nThe history is unaltered." in said.getvalue()
    call_command("verify_history", expect=head, stdout=said)
    with chain.behind_its_back():
        AuditEntry.objects.filter(pk=entry.pk).update(verb="x")
    with pytest.raises(CommandError, match="not as it was written: faults found: 1"):
        call_command("verify_history", stdout=said)
    assert f"FAULT: Entry {entry.pk} (" in said.getvalue()


def test_what_the_storeys_above_keep_is_proved_as_well(sealed, settings):
    settings.INTEGRITY_CHECKS = ["tests.evaltrack.test_audit.always"]
    with pytest.raises(CommandError):
        call_command("verify_history", stdout=io.StringIO())


def always():
    yield "Snapshot 1 was altered."
