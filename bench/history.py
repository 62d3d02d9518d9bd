"""What the history costs: a cell's save with it and without it, and proving 100,000 entries unaltered.

    python bench/history.py [--postgres]     without it, on SQLite and then on PostgreSQL

A cell is saved through every middleware by an M&E officer, into a matrix of 25 recommendations, as in
matrix_page.py. Saves with and without the history take turns within one run, so that whatever else the
machine does slows both; times are medians. "Without" leaves out the entry, and so the database's work on
its seal.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from statistics import median
from typing import Any
from unittest import mock

import data
from data import Size
from matrix_page import Visitor

SAVES = 100
ENTRIES = 100_000
MOST_STATEMENTS, MOST_SHARE = 1, 0.25  # that the history adds to a save
MOST_SECONDS = 30.0  # for proving that many entries


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the history.")
    options.add_argument("--postgres", action="store_true")
    options.add_argument("--sqlite", action="store_true")
    chosen = options.parse_args()
    if chosen.postgres == chosen.sqlite:
        # Settings are read once in a process.
        runs = [
            subprocess.run([sys.executable, __file__, one], check=False) for one in ("--sqlite", "--postgres")
        ]
        sys.exit(any(run.returncode for run in runs))
    with data.own_database(postgres=chosen.postgres):
        print(f"On {'PostgreSQL' if chosen.postgres else 'SQLite'}:")
        faults = [*cost_of_a_save(), *cost_of_proving()]
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(bool(faults))


# A cell's save -------------------------------------------------------------------------------------------


def cost_of_a_save() -> list[str]:
    visitor = Visitor(Size(25, 100), written=False)
    visitor.narrative = "x"  # what each text then is
    visitor.save()
    with_it, without = statements(visitor.save), statements_without(visitor)
    added = with_it - without
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * SAVES):
        recorded = bool(number % 2)
        if recorded:
            times[recorded].append(seconds(visitor.save))
        else:
            with unrecorded():
                times[recorded].append(seconds(visitor.save))
    kept, bare = (median(times[recorded]) * 1000 for recorded in (True, False))
    share = kept / bare - 1
    print(f"  a cell's save: {kept:.2f} ms with its history, {bare:.2f} ms without: {share:+.1%}")
    print(f"  statements: {with_it.total()} with it, {without.total()} without; added: {dict(added)}")
    faults = []
    if added.total() > MOST_STATEMENTS:
        faults.append(f"the history adds {added.total()} statements to a save")
    if share > MOST_SHARE:
        faults.append(f"the history adds {share:.0%} to the time of a save")
    return faults


def statements_without(visitor: Visitor) -> Counter[str]:
    with unrecorded():
        return statements(visitor.save)


def statements(do: Callable[[], object]) -> Counter[str]:
    """How many of each kind and table."""
    from django.db import connection

    found: Counter[str] = Counter()

    def note(execute: Callable[..., object], sql: str, *arguments: Any) -> object:
        found[" ".join(word for word in sql.split()[:3] if not word.startswith('"s'))] += 1
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        do()
    return found


def unrecorded() -> AbstractContextManager[object]:
    """No entry is written, and so none is sealed."""
    from evaltrack import audit

    return mock.patch.object(audit, "record", return_value=None)


def seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


# Proving it ----------------------------------------------------------------------------------------------


def cost_of_proving() -> list[str]:
    from evaltrack import audit
    from evaltrack.models import Office
    from evaltrack.seals import Walk

    office = Office.objects.get(name="Country Office")
    changes = {"text": ("Write the guidance. " * 8, "Write the guidance at once. " * 8)}
    begun = time.perf_counter()
    audit.record_many(audit.entry("changed", office, by=None, changes=changes) for _ in range(ENTRIES))
    written = time.perf_counter() - begun
    before = data.peak_memory()
    begun = time.perf_counter()
    walk = Walk()
    faults = list(walk.faults())
    took = time.perf_counter() - begun
    print(f"  writing and sealing {ENTRIES:,} entries: {written:.1f} s; proving {walk.count:,}: {took:.1f} s")
    print(f"  more memory for it: {data.peak_memory() - before:.0f} MB")
    if took > MOST_SECONDS:
        faults.append(f"proving {walk.count:,} entries takes {took:.0f} s")
    return faults


if __name__ == "__main__":
    main()
