"""The matrix page of 5/20, 25/100 and 200/1,000 recommendations/key actions: queries, server time, bytes.

    python bench/matrix_page.py [--postgres]

It is asked for through every middleware by an M&E officer, who may write each cell. The bare template that
the ratios are taken against writes the lines of the same page, one variable each, and looks nothing up.
Times are medians; ratios are of CPU time (without a PostgreSQL server's), which other work on the machine
does not change. Queries must not depend on the size.
"""

import argparse
import gzip
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import data
from data import SIZES, Size

if TYPE_CHECKING:
    from responses.models import ManagementResponse

LIMIT_KB = 100  # of a first view over the wire, without the text of the matrix
LEAST_RUNS, SECONDS = 3, 2.0  # of each measure
CLOSED, OPEN, ONE, SAVE = "all closed", "all open", "one recommendation opened", "one cell saved"
STATIC = re.compile(r'(?:href|src)="/static/([^"]+)"')


@dataclass
class Measured:
    queries: int
    seconds: float
    cpu: float  # seconds
    bare: float  # CPU seconds; 0 where no page comes back
    size: int  # bytes, gzipped
    page: str


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the matrix page.")
    options.add_argument("--postgres", action="store_true", help="on PostgreSQL; without it, on SQLite")
    chosen = options.parse_args()
    with data.own_database(postgres=chosen.postgres):
        print(f"On {'PostgreSQL' if chosen.postgres else 'SQLite'}; recommendations/key actions")
        print(
            f"{'':35} {'queries':>7} {'ms':>7} {'CPU ms':>7} {'bare':>7} {'ratio':>6}"
            f" {'to 5/20':>7} {'KB gz':>6}"
        )
        found = {size: Visitor(size).measures() for size in SIZES}
        faults = [*uneven(found), *(fault for size in SIZES for fault in first_view(size, found[size]))]
        for fault in faults:
            print(f"FAULT: {fault}")
    sys.exit(bool(faults))


# The visitor ---------------------------------------------------------------------------------------------


class Visitor:
    """An M&E officer at the page of a matrix of that size."""

    def __init__(self, size: Size, *, written: bool = True) -> None:
        from django.test import Client

        self.size = size
        self.response = loaded(size, written=written)
        self.client = Client(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip")
        self.client.force_login(officer_of(self.response))
        self.recommendations = list(
            self.response.evaluation.recommendations.present().values_list("pk", flat=True)
        )
        self.narrative = ""

    def page(self, *opened: int) -> bytes:
        named = "&".join(f"open={pk}" for pk in opened)
        return self._get(f"/responses/{self.response.pk}/matrix/?{named}")

    def one(self) -> bytes:
        return self._get(f"/responses/{self.response.pk}/matrix/{self._middle}/")

    def save(self) -> bytes:
        """The narrative of one answer, changed each time."""
        from responses.cells import digest

        cell = f"answer.{self._middle}.narrative"
        seen, self.narrative = digest(self.narrative), f"Agreed at {time.monotonic_ns()}."
        reply = self.client.post(
            f"/responses/{self.response.pk}/matrix/save/",
            {cell: self.narrative, f"{cell}:seen": seen},
            headers={"X-Requested-With": "fetch"},
        )
        told = json.loads(unzipped(reply.content))
        assert told["cells"][cell]["state"] == "saved", told
        return bytes(reply.content)

    @property
    def _middle(self) -> int:
        return self.recommendations[len(self.recommendations) // 2]

    def _get(self, address: str) -> bytes:
        reply = self.client.get(address)
        assert reply.status_code == 200, reply.status_code
        return bytes(reply.content)

    def measures(self) -> dict[str, Measured]:
        answer = self.response.answers.get(recommendation=self._middle)
        self.narrative = answer.narrative
        kinds: dict[str, Callable[[], bytes]] = {
            CLOSED: lambda: self.page(0),  # a number that no recommendation has
            OPEN: lambda: self.page(*self.recommendations),
            ONE: self.one,
            SAVE: self.save,
        }
        found = {}
        for kind, ask in kinds.items():
            found[kind] = measured(ask, as_page=kind != SAVE)
            show(self.size, kind, found[kind])
        return found


def loaded(size: Size, *, written: bool) -> "ManagementResponse":
    from responses import imports

    matrix = data.matrix(size, written=written)
    return imports.load(matrix, by=None, today=data.TODAY, now=data.NOW)


def officer_of(response: "ManagementResponse") -> Any:
    from evaltrack.models import Membership, Office, User
    from evaltrack.roles import Role

    office, _made = Office.objects.get_or_create(name="Country Office")
    response.evaluation.offices.add(office)
    person, _made = User.objects.get_or_create(email="officer@example.org", name="Officer")
    Membership.objects.get_or_create(person=person, office=office, role=Role.ME_OFFICER)
    return person


# Measuring -----------------------------------------------------------------------------------------------


def measured(ask: Callable[[], bytes], *, as_page: bool) -> Measured:
    from django.template import engines

    ask()
    with data.counted() as queries:
        zipped = ask()
    page = unzipped(zipped)
    bare = engines["django"].from_string(
        "{% autoescape off %}{% for line in lines %}{{ line }}{% endfor %}{% endautoescape %}"
    )
    lines = page.splitlines(keepends=True)
    asked, rendered = [], []
    begun = time.monotonic()
    while len(asked) < LEAST_RUNS or time.monotonic() - begun < SECONDS:
        asked.append(seconds(ask))
        rendered.append(seconds(lambda: bare.render({"lines": lines})))
    taken, cpu = (median(times) for times in zip(*asked, strict=True))
    return Measured(
        queries[0], taken, cpu, median(cpu for _, cpu in rendered) if as_page else 0, len(zipped), page
    )


def unzipped(content: bytes) -> str:
    """Replies of a few bytes come as they are."""
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode()


def seconds(do: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of the processor."""
    begun, worked = time.perf_counter(), time.process_time()
    do()
    return time.perf_counter() - begun, time.process_time() - worked


smallest: dict[str, float] = {}


def show(size: Size, kind: str, one: Measured) -> None:
    least = smallest.setdefault(kind, one.cpu)
    bare = f"{one.bare * 1000:7.1f} {one.cpu / one.bare:6.0f}" if one.bare else f"{'':14}"
    print(
        f"{size!s:8} {kind:26} {one.queries:7} {one.seconds * 1000:7.0f} {one.cpu * 1000:7.0f} {bare}"
        f" {one.cpu / least:7.1f} {one.size / 1000:6.1f}",
        flush=True,
    )


# The limits ----------------------------------------------------------------------------------------------


def uneven(found: dict[Size, dict[str, Measured]]) -> list[str]:
    """Where the number of queries depends on the size."""
    faults = []
    for kind in (CLOSED, OPEN, ONE, SAVE):
        counts = [found[size][kind].queries for size in SIZES]
        if len(set(counts)) > 1:
            faults.append(f"{kind}: {', '.join(map(str, counts))} queries, so they depend on the size")
    return faults


def first_view(size: Size, found: dict[str, Measured]) -> list[str]:
    """All that a browser fetches at the first visit, compressed as it is in production."""
    visitor = Visitor(size, written=False)
    zipped = visitor.page()
    page = unzipped(zipped)
    comes = OPEN if "?closed" in page else CLOSED
    files = sum(len(gzip.compress(static(name), 9)) for name in set(STATIC.findall(page)))
    without = (len(zipped) + files) / 1000
    print(
        f"{size!s:8} first view ({comes}): {(found[comes].size + files) / 1000:.1f} KB gzipped, of which"
        f" {files / 1000:.1f} style sheets and scripts; without the text of the matrix {without:.1f}"
    )
    return [f"{size}: the first view has {without:.1f} KB, over {LIMIT_KB}"] if without > LIMIT_KB else []


def static(name: str) -> bytes:
    from django.contrib.staticfiles import finders

    return Path(str(finders.find(name))).read_bytes()


if __name__ == "__main__":
    main()
