"""Plans and sends reminders while something is killed at each of their statements in turn.

Run as a program of its own, on the database of its environment; prints what was found wrong, as JSON. A statement
is where to be killed, as between two of them nothing is lasting but what SMTP was told. With ``sender`` it is the
process, with -9; with ``session`` its end of PostgreSQL, as when the database goes down; with ``server`` the mail
server, which has taken some of the mails and is gone before it says so.
"""

import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.services import MailServer

DUE = date(2026, 6, 15)
LATE = datetime(2026, 7, 15, 9, 10, tzinfo=UTC)  # thirty days on: the head of the office is told as well
CLAIMED = timedelta(minutes=6)
PEOPLE = ("Aroha Ngata", "Nadia Osei", "Keola Kama")
ZONES = ("Pacific/Auckland", "Africa/Nairobi", "Pacific/Honolulu")


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.services import MailServer

    call_command("migrate", verbosity=0)
    words = make_world()
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        expected = run_clean(server)
        what, step = sys.argv[1], int(sys.argv[2])
        wrong, tried = [], 0
        for point, after in points(what, step, server):
            tried += 1
            together(LATE + CLAIMED)
            wrong += [f"{point} {after}: {one}" for one in faults(server, expected, words)]
            forget(server)
    sys.stdout.write(json.dumps({"tried": tried, "wrong": wrong, "expected": len(expected)}))


def points(what: str, step: int, server: "MailServer") -> Iterator[tuple[int, bool]]:
    """Where it was killed: before or after which statement, or at which mail; until there is no such."""
    if what == "server":
        for point in range(len(PEOPLE) + 1):
            server.answers = ["250 2.0.0 taken"] * point + [""]
            died(lambda: run(LATE))
            yield point, True
        return
    kill = kill_sender if what == "sender" else kill_session
    for after in (False, True):
        point = 1 + after * step // 2
        while died(lambda at=point, late=after: run(LATE, kill, kill_at=at, after=late)):
            yield point, after
            point += step
        forget(server)


def make_world() -> dict[str, set[str]]:
    """Three leads and the head of their office; what each mail may say, by address."""
    from evaltrack.roles import Role
    from tests import factories as make

    office = make.office("Country Office")
    head = make.member(Role.CLEARING_OFFICER, office, "Cleo Marsh")
    evaluation = make.evaluation([office])
    answer = make.answer(
        make.recommendation(evaluation), make.response(evaluation, office=office), decision="accepted"
    )
    words: dict[str, set[str]] = {}
    for name, zone in zip(PEOPLE, ZONES, strict=True):
        lead = make.member(Role.ACTION_OWNER, office, name, time_zone=zone)
        words[lead.email] = {f"Promise {number} of {name}." for number in range(2)}
        for text in sorted(words[lead.email]):
            make.action(answer, text=text, due=DUE, lead=lead)
        make.action(answer, text=f"Asked of {name}.", check_on=DUE, lead=lead)
        words[lead.email].add(f"Asked of {name}.")
    words[head.email] = {text for own in list(words.values()) for text in own if text.startswith("Promise")}
    return words


# Processes ------------------------------------------------------------------------------------------------


def died(work: Callable[[], None]) -> bool:
    """Whether a process that does the work was killed at it, or could not end it."""
    return os.waitpid(begun(work), 0)[1] != 0


def begun(work: Callable[[], None]) -> int:
    from django.db import connections

    connections.close_all()
    process = os.fork()
    if process:
        return process
    try:
        work()
    except BaseException:  # it must not go on as a second parent
        os._exit(1)
    os._exit(0)


def together(now: datetime) -> None:
    """Two workers do the same at the same time, and nobody kills them."""
    for process in [begun(lambda: run(now)) for _number in range(2)]:
        os.waitpid(process, 0)
    run(now + CLAIMED)  # SQLite may have been too busy for both


def kill_session() -> None:
    from django.db import connection

    os.kill(connection.connection.info.backend_pid, signal.SIGTERM)
    time.sleep(0.05)


def kill_sender() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run(
    now: datetime, kill: Callable[[], None] = kill_sender, kill_at: int = 0, *, after: bool = False
) -> None:
    """Plan, write the digests, claim, send and mark."""
    from evaltrack import mail
    from responses import reminders

    with killed(kill, kill_at, after=after):
        reminders.plan(now=now)
        mail.deliver_all(now=now)


@contextmanager
def killed(kill: Callable[[], None], kill_at: int, *, after: bool) -> Iterator[None]:
    """Killed before, or after, the statement of that number."""
    from django.db import connection

    count = 0

    def counted(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal count
        count += 1
        if count == kill_at and not after:
            kill()
        result = execute(*arguments)
        if count == kill_at:
            kill()
        return result

    with connection.execute_wrapper(counted):
        yield


# What came of it ------------------------------------------------------------------------------------------


def run_clean(server: "MailServer") -> set[tuple[object, ...]]:
    run(LATE)
    found = planned()
    assert len(server.messages) == len(PEOPLE) + 1, [one["To"] for one in server.messages]
    forget(server)
    return found


def planned() -> set[tuple[object, ...]]:
    from responses.models import Reminder

    rows = list(Reminder.objects.values_list("action", "occasion", "recipient", "deadline"))
    assert len(rows) == len(set(rows)), "planned twice"
    return set(rows)


def faults(
    server: "MailServer", expected: set[tuple[object, ...]], words: dict[str, set[str]]
) -> Iterator[str]:
    """What differs from: all planned once, each told all and nothing else, repeats known by their number."""
    from evaltrack.models import Mail
    from responses.models import Reminder

    if planned() != expected:
        yield "not planned as it should be"
    if Reminder.objects.filter(mail=None).exists():
        yield "a reminder without a mail"
    if Mail.objects.exclude(state=Mail.State.SENT).exists():
        yield "a mail was not sent"
    numbers = defaultdict(set)
    every = set().union(*words.values())
    for message in server.messages:
        body = message.get_body(["plain"]).get_content()
        said = {text for text in every if text in body}
        if said != words[message["To"]]:
            yield f"{message['To']} got {sorted(said)}"
        numbers[message["To"]].add(message["Message-ID"])
    if set(numbers) != set(words):
        yield f"mails only to {sorted(numbers)}"
    if any(len(one) > 1 for one in numbers.values()):
        yield "a repeat that cannot be recognised"


def forget(server: "MailServer") -> None:
    from evaltrack.models import Mail
    from responses.models import KeyAction, Reminder, ReportLink

    server.messages.clear()
    for model in (Reminder, ReportLink, Mail):
        model.objects.all().delete()
    KeyAction.objects.filter(deadline_due=None).update(check_on=DUE)


if __name__ == "__main__":
    main()
