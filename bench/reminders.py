"""Reminders at scale on PostgreSQL: planning and digests, and delivery to an SMTP server on this machine.

    python bench/reminders.py [--actions N] [--people N] [--mails N]

One million key actions, of which one in ten is open, of 20,000 people: seconds, memory, statements. The plain
SELECT that the ratios are taken against reads the same rows with their leads and does nothing with them. Each
figure comes from a process of its own, so that its memory is its own. Then mails a second by one worker and
by two, against a server that takes 5 ms to answer as one on a local network does.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import data
from data import TODAY

LIMIT_SECONDS, LIMIT_MEMORY = 120, 500
LEAST_A_SECOND, LEAST_GAIN = 50, 1.7
OFFICES, PER_ANSWER, PER_EVALUATION, OPEN = 400, 10, 20, 10  # one action in OPEN is open
ANSWERS_AFTER = 0.005  # seconds, the SMTP server


def main() -> None:
    options = argparse.ArgumentParser(description="Plan and deliver reminders at scale.")
    options.add_argument("--actions", type=int, default=1_000_000)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--mails", type=int, default=2_000)
    options.add_argument("--measure", help=argparse.SUPPRESS)
    options.add_argument("--deliver", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        measure(chosen.measure)
    elif chosen.deliver:
        deliver()
    else:
        with data.own_database(postgres=True):
            begun = time.monotonic()
            build(chosen.actions, chosen.people)
            print(f"data built in {time.monotonic() - begun:.0f} s")
            good = report_planning(chosen.actions, chosen.people)
            good = report_delivery(chosen.mails) and good
        print("within the limits" if good else "OVER THE LIMITS")
        sys.exit(not good)


# The data ------------------------------------------------------------------------------------------------

# Seven in ten are due between two years ago and a year ahead; leads of all kinds.


def build(actions: int, people: int) -> None:
    """Rows made in the database itself: a million of them in a minute or two."""
    from django.db import connection
    from django.db.models import Max

    from evaltrack.models import Membership, Office, User
    from recommendations.models import Evaluation, Recommendation, RuleProfile
    from responses.models import ActionParty, KeyAction, ManagementResponse, RecommendationResponse

    profile = RuleProfile.objects.latest_of("iom-matrix")
    assert profile
    answers = actions // PER_ANSWER
    evaluations = answers // PER_EVALUATION
    words = (
        "'Prepare and share the guidance with partners and train the offices in it, then review the plan.'"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        fill(cursor, User, people, {
            "email": "'person' || n || '@example.org'", "name": "'Person ' || n",
            "language": "CASE WHEN n % 3 = 0 THEN 'fr' ELSE 'en' END", "time_zone":
            "(ARRAY['UTC', 'Africa/Nairobi', 'Asia/Manila', 'America/Bogota'])[n % 4 + 1]",
            "is_active": "true", "date_joined": "now()",
        })  # fmt: skip
        fill(cursor, Office, OFFICES, {
            "name": "'Office ' || n", "name_key": "'office ' || n", "kind": "'country'",
            "parent_id": "CASE WHEN n = 1 THEN NULL WHEN n <= 20 THEN 1 ELSE 2 + n % 19 END",
            "focal_point_id": f"1 + n * 7 % {people}",
        })  # fmt: skip
        for role, person, office, count in (
            ("action_owner", "n", f"1 + n % {OFFICES}", people),
            ("clearing_officer", f"1 + n * 31 % {people}", "n", OFFICES // 2),
            ("me_officer", f"1 + n * 37 % {people}", "n", OFFICES),
            ("evaluation_unit", f"1 + n * 41 % {people}", "n", 20),
        ):
            values = {"person_id": person, "office_id": office, "role": f"'{role}'"}
            fill(cursor, Membership, count, values)
        fill(cursor, Evaluation, evaluations, {
            "reference": "'B-' || n", "title": "'Evaluation ' || n", "short_title": "'Evaluation ' || n",
            "profile_id": str(profile.pk), "state": f"'{Evaluation._meta.get_field('state').default}'",
        })  # fmt: skip
        fill(cursor, ManagementResponse, evaluations, {
            "evaluation_id": "n", "office_id": f"1 + n % {OFFICES}",
            "coordinator_id": f"1 + n * 13 % {people}",
        })  # fmt: skip
        of_evaluation = f"1 + (n - 1) / {PER_EVALUATION}"
        fill(cursor, Recommendation, answers, {
            "evaluation_id": of_evaluation, "order": f"1 + (n - 1) % {PER_EVALUATION}",
            "number": f"(1 + (n - 1) % {PER_EVALUATION})::text", "text": words,
        })  # fmt: skip
        fill(cursor, RecommendationResponse, answers, {
            "response_id": of_evaluation, "recommendation_id": "n", "decision": "'accepted'",
        })  # fmt: skip
        is_open, dated = f"n % {OPEN} = 0", "n / 10 % 10 < 7"
        day = f"('{TODAY}'::date + ((n / {OPEN} * 7919) % 1095 - 730)::int)"
        asked = f"('{TODAY}'::date + ((n / {OPEN} * 7919) % 200 - 20)::int)"
        fill(cursor, KeyAction, actions, {
            "answer_id": f"1 + (n - 1) / {PER_ANSWER}", "order": f"1 + (n - 1) % {PER_ANSWER}", "text": words,
            "common_status": f"CASE WHEN {is_open} THEN 'in_progress' ELSE 'completed' END",
            "closed_as": f"CASE WHEN {is_open} THEN '' ELSE 'completed' END",
            "closed_on": f"CASE WHEN {is_open} THEN NULL ELSE '{TODAY}'::date END",
            "deadline_kind": f"CASE WHEN {dated} THEN 'date' ELSE 'continuous' END",
            "deadline_text": f"CASE WHEN {dated} THEN {day}::text ELSE 'continuous' END",
            "deadline_due": f"CASE WHEN {dated} THEN {day} END",
            "check_on": f"CASE WHEN {dated} THEN NULL ELSE {asked} END",
        })  # fmt: skip
        kind = "(n / 10 % 20)"  # of twenty leads, twelve by name, four by role, three an office, one outside
        office = f"CASE WHEN {kind} BETWEEN 12 AND 18 THEN 1 + (n / {OPEN} * 104729) % {OFFICES} END"
        fill(cursor, ActionParty, actions, {
            "action_id": "n", "name": "'Party ' || n", "part": "'lead'",
            "person_id": f"CASE WHEN {kind} < 12 THEN 1 + (hashint8(n)::bigint + 2147483648) % {people} END",
            "office_id": office,
            "role": f"CASE WHEN {kind} BETWEEN 12 AND 15 THEN 'me_officer' ELSE '' END",
        })  # fmt: skip
        for model in (User, Office, Membership, Evaluation, ManagementResponse, Recommendation, KeyAction):
            last = model.objects.aggregate(last=Max("pk"))["last"]
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), {last})")
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def fill(cursor: Any, model: Any, count: int, values: dict[str, str]) -> None:
    """``count`` rows, numbered from 1, with these expressions of ``n``; what is not named is blank."""
    given = {"id": "n"} if model.__name__ != "Membership" else {}
    given |= values
    for column in model._meta.concrete_fields:
        if column.column not in given and not column.null and not column.primary_key:
            given[column.column] = blank(column)
    names = ", ".join(f'"{name}"' for name in given)
    chosen = ", ".join(given.values())
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({names})"
        f" SELECT {chosen} FROM generate_series(1, {count}::bigint) n"
    )


def blank(column: Any) -> str:
    kind = column.get_internal_type()
    if column.has_default() and not callable(column.default):
        default = column.default
        return str(default).lower() if isinstance(default, bool | int) else f"'{default}'"
    plain = {"BooleanField": "false", "DateTimeField": "now()", "JSONField": "'[]'::jsonb"}
    return plain.get(kind, "0" if "Integer" in kind else "''")


# The measures --------------------------------------------------------------------------------------------


def read() -> str:
    """The plain SELECT."""
    from responses.models import ActionParty
    from responses.reminders import Due, to_remind_of

    rows = sum(len(chunk) for chunk in Due.chunks(to_remind_of()))
    parties = sum(
        1 for _row in ActionParty.objects.values_list("action", "person", "office", "role").iterator()
    )
    return f"{rows} actions, {parties} parties"


def plan(day: date) -> str:
    from responses import reminders

    done = reminders.plan(now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    return (
        f"{done.reminders} reminders, {done.mails} mails, {len(done.without_recipient)} without a recipient"
    )


MEASURES: dict[str, tuple[str, Callable[[], str]]] = {
    "read": ("plain SELECT of the same rows", read),
    "first": ("first run ever: all that is overdue or soon", lambda: plan(TODAY)),
    "again": ("the same day again: nothing new", lambda: plan(TODAY)),
    "next": ("the next day", lambda: plan(TODAY + timedelta(days=1))),
    "stopped": ("a month later, after a stop", lambda: plan(TODAY + timedelta(days=32))),
}


def measure(name: str) -> None:
    data.set_up()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    with data.counted() as statements:
        begun, worked = time.monotonic(), time.process_time() + cpu_of(backend)
        outcome = MEASURES[name][1]()
        cpu = time.process_time() + cpu_of(backend) - worked
        found = {"seconds": time.monotonic() - begun, "cpu": cpu}
    told = {"memory": data.peak_memory(), "statements": statements[0], "outcome": outcome}
    print(json.dumps(found | told))


def cpu_of(process: int) -> float:
    """Seconds of CPU a process has used; the database's and ours are what a machine left alone would take."""
    used = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def report_planning(actions: int, people: int) -> bool:
    print(f"{actions:,} key actions, {actions // OPEN:,} open, {people:,} people;", end=" ")
    print(f"at most {LIMIT_SECONDS} s and {LIMIT_MEMORY} MB")
    print(f"{'':45} {'seconds':>8} {'ratio':>6} {'CPU s':>6} {'MB':>5} {'statements':>10}")
    plain = worst = 0.0
    for name, (title, _measure) in MEASURES.items():
        found = data.in_own_process(__file__, "--measure", name)
        plain = plain or found["seconds"]
        print(
            f"{title:45} {found['seconds']:8.1f} {found['seconds'] / plain:6.1f} {found['cpu']:6.1f}"
            f" {found['memory']:5.0f} {found['statements']:10}  {found['outcome']}",
            flush=True,
        )
        worst = max(worst, found["seconds"] / LIMIT_SECONDS, found["memory"] / LIMIT_MEMORY)
    return worst <= 1


# Delivery ------------------------------------------------------------------------------------------------


class MailServer(threading.Thread):
    """Takes every mail, and is as slow to answer as one on a local network."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.taken = 0
        self.port = 0
        self._ready = threading.Event()
        self.start()
        self._ready.wait(10)

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(ANSWERS_AFTER)
                self.taken += 1
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        writer.close()


def deliver() -> None:
    """One worker: until nothing waits."""
    data.set_up()
    from evaltrack import mail

    print("ready", flush=True)
    sys.stdin.readline()
    sent = 0
    while batch := mail.deliver_all(now=datetime.now(UTC)).sent:
        sent += batch
    print(sent)


def report_delivery(mails: int) -> bool:
    """Mails a second, by one worker and by two."""
    from django.db import connection

    from evaltrack.models import Mail

    server = MailServer()
    rates = []
    for workers in (1, 2):
        Mail.objects.update(state=Mail.State.SENT, sent_at=datetime.now(UTC))
        some = Mail.objects.order_by("pk").values("pk")[: mails * workers]
        waiting = {"state": Mail.State.WAITING, "sent_at": None, "attempts": 0, "claimed_until": None}
        Mail.objects.filter(pk__in=some).update(not_before=datetime.now(UTC), claimed_by="", **waiting)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE evaltrack_mail")
        connection.close()
        before = server.taken
        seconds = by_workers(workers, server.port)
        rates.append((server.taken - before) / seconds)
        print(
            f"{workers} worker(s): {server.taken - before} mails in {seconds:.1f} s, {rates[-1]:.0f} a second"
        )
    gain = rates[1] / rates[0]
    print(f"two workers {gain:.2f} times one; at least {LEAST_A_SECOND} a second and {LEAST_GAIN} times")
    return rates[0] >= LEAST_A_SECOND and gain >= LEAST_GAIN


def by_workers(count: int, port: int) -> float:
    """Seconds from the word to begin until all of them have nothing left to send."""
    environment = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, __file__, "--deliver"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, env=environment, **pipes) for _number in range(count)]
    for one in running:
        one.stdout.readline()  # type: ignore[union-attr]
    begun = time.monotonic()
    for one in running:
        one.stdin.write("go\n")  # type: ignore[union-attr]
        one.stdin.flush()  # type: ignore[union-attr]
    for one in running:
        one.wait()
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
