"""Submitting and clearing a matrix of 5/20, 25/100 and 200/1,000 recommendations/key actions.

    python bench/clearance.py [--sqlite]

Each move is made through its form, with every middleware, snapshot and mails included; one of the 20 who may
clear reads its page, on which ten answers have changed. Statements must not depend on the size, and nothing
takes more than 2 s. CPU time is that of this process, without a PostgreSQL server's.
"""

import argparse
import gzip
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import data
from data import SIZES, Size

if TYPE_CHECKING:
    from responses.models import ManagementResponse

LIMIT = 2.0  # seconds
SUBMIT, FIRST, LAST, READ, AGAIN = "submit", "clear step 1", "clear the last step", "read it", "read it again"


@dataclass(frozen=True)
class Measured:
    statements: int
    seconds: float
    cpu: float  # seconds
    size: int  # bytes of the page, gzipped


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the way through clearance.")
    options.add_argument("--sqlite", action="store_true", help="on SQLite; without it, on PostgreSQL")
    chosen = options.parse_args()
    with data.own_database(postgres=not chosen.sqlite):
        print(f"On {'SQLite' if chosen.sqlite else 'PostgreSQL'}; recommendations/key actions")
        print(f"{'':30} {'statements':>10} {'ms':>7} {'CPU ms':>7} {'KB gz':>7}")
        found = {size: way(size) for size in SIZES}
    faults = list(faults_of(found))
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(bool(faults))


def way(size: Size) -> dict[str, Measured]:
    """A response of that size on its way to being cleared, once before to warm up."""
    response, people = loaded(size)
    found: dict[str, Measured] = {}
    deeds: list[tuple[str, Callable[[], Any]]] = [
        (SUBMIT, lambda: move(response, people["coordinator"], "submit")),
        (READ, lambda: read(response, people["head"])),
        ("", lambda: move(response, people["head"], "return")),
        ("", lambda: reword(response, people["coordinator"])),
        (SUBMIT, lambda: move(response, people["coordinator"], "submit")),
        (READ, lambda: read(response, people["head"])),
        (AGAIN, lambda: read(response, people["head"])),
        (FIRST, lambda: move(response, people["head"], "clear")),
        (LAST, lambda: move(response, people["unit"], "clear")),
    ]
    for kind, deed in deeds:
        found[kind] = measured(deed)
    found.pop("")
    for kind, one in found.items():
        print(
            f"{size!s:9} {kind:20} {one.statements:10} {one.seconds * 1000:7.0f} {one.cpu * 1000:7.0f}"
            f" {one.size / 1000:7.1f}",
            flush=True,
        )
    return found


def measured(deed: Callable[[], Any]) -> Measured:
    with data.counted() as statements:
        begun, worked = time.perf_counter(), time.process_time()
        reply = deed()
        taken, cpu = time.perf_counter() - begun, time.process_time() - worked
    content = bytes(reply.content) if reply else b""
    zipped = content if content.startswith(b"\x1f\x8b") else gzip.compress(content)
    return Measured(statements[0], taken, cpu, len(zipped))


def client_of(person: Any) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip")
    client.force_login(person)
    return client


CLIENTS: dict[int, Any] = {}


def move(response: "ManagementResponse", person: Any, name: str) -> Any:
    from responses.lifecycle import WAY

    response.refresh_from_db()
    form = {"move": name, "comment": "Because.", "seen": WAY.moment(response)}
    reply = CLIENTS[person.pk].post(f"/responses/{response.pk}/move/", form)
    assert reply.status_code == 302, reply.content
    return reply


def reword(response: "ManagementResponse", person: Any) -> None:
    """Ten answers are mended."""
    from responses import answers

    response.refresh_from_db()
    for answer in response.answers.select_related("response__evaluation")[:10]:
        answers.narrate(answer, f"{answer.narrative} By then, and no later.", by=person)


def read(response: "ManagementResponse", person: Any) -> Any:
    reply = CLIENTS[person.pk].get(f"/responses/{response.pk}/clearance/")
    assert reply.status_code == 200, reply.status_code
    return reply


def loaded(size: Size) -> tuple["ManagementResponse", dict[str, Any]]:
    """An office of its own with a coordinator, 20 clearing officers, and the evaluation unit above it."""
    from evaltrack.models import Membership, Office, User
    from evaltrack.roles import Role
    from responses import imports

    response = imports.load(data.matrix(size), by=None, today=data.TODAY, now=data.NOW)
    top, _made = Office.objects.get_or_create(name="Headquarters")
    office = Office.objects.create(name=f"Country Office {size}", parent=top)
    response.office = office
    response.save()
    response.evaluation.offices.add(office)
    posts = {"coordinator": (Role.COORDINATOR, office), "head": (Role.CLEARING_OFFICER, office)}
    posts["unit"] = (Role.EVALUATION_UNIT, top)
    posts |= {f"officer {number}": (Role.CLEARING_OFFICER, office) for number in range(19)}
    posts["second of the unit"] = (Role.EVALUATION_UNIT, top)
    people = {}
    for name, (role, at) in posts.items():
        person, _made = User.objects.get_or_create(
            email=f"{name.replace(' ', '.')}@{size.actions}.example.org", name=name
        )
        Membership.objects.get_or_create(person=person, office=at, role=role)
        people[name] = person
        CLIENTS[person.pk] = client_of(person)
    return response, people


def faults_of(found: dict[Size, dict[str, Measured]]) -> "list[str]":
    faults = []
    for kind in found[SIZES[0]]:
        counts = [found[size][kind].statements for size in SIZES]
        if len(set(counts)) > 1:
            faults.append(f"{kind}: {', '.join(map(str, counts))} statements, so they depend on the size")
    for size in SIZES:
        faults += [
            f"{size}: {kind} took {one.seconds:.1f} s, over {LIMIT:.0f}"
            for kind, one in found[size].items()
            if one.seconds > LIMIT
        ]
    return faults


if __name__ == "__main__":
    main()
