"""Many evaluations of 100 key actions as one PDF: seconds and memory, everything anew and after one change.

    python bench/portfolio.py

"one cell changed" and "nothing changed" put the document together from parts that are kept in the store of
files; "kept whole" is `prints.portfolio` with nothing changed, from the question to the bytes. What is made
is compared byte by byte and shown to veraPDF, where Java and its classes are there. Each count of evaluations
has a process of its own.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import data
from data import Size

if TYPE_CHECKING:
    from responses.matrix.writers.pdf import Sheet

EACH = Size(25, 100)
COUNTS = (10, 100)  # 1,000 and 10,000 key actions
VERAPDF = Path(__file__).resolve().parent.parent.parent / "shared" / "tools" / "verapdf.sh"


def main() -> None:
    options = argparse.ArgumentParser(description="Measure PDFs of many evaluations.")
    options.add_argument("--count", type=int, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    os.environ["EVALTRACK_LOG_LEVEL"] = "ERROR"
    if chosen.count:
        report(chosen.count)
        return
    print("Portfolio of evaluations with 25/100 recommendations/key actions")
    print(f"{'':34} {'seconds':>8} {'CPU s':>6} {'MB':>5} {'pages':>6} {'KB':>7}", flush=True)
    for count in COUNTS:
        subprocess.run([sys.executable, __file__, "--count", str(count)], check=True)


def sheets(count: int, changed: int = -1) -> "Iterator[Sheet]":
    from recommendations import profiles
    from responses.matrix.edition import Edition
    from responses.matrix.writers.pdf import Sheet

    profile = profiles.from_dict(profiles.shipped()["iom-matrix"])
    matrix = data.matrix(EACH)
    for number in range(count):
        named = replace(
            matrix.evaluation, reference=f"EV-{number}", title=f"{number}: {matrix.evaluation.title}"
        )
        rows = [replace(row, text=f"{row.text} {number}.") for row in matrix.recommendations]
        if number == changed:
            rows[12] = replace(rows[12], text=rows[12].text + " More.")
        one = replace(matrix, evaluation=named, recommendations=tuple(rows))
        yield Sheet(one, profile, "en", data.TODAY, Edition(1, (), data.TODAY))


def report(count: int) -> None:
    with data.own_database(postgres=False) as folder:
        made = folder / "made.pdf"
        digests = {}
        for name, changed in (
            ("everything anew", -1),
            ("nothing changed", -1),
            ("one cell changed", count // 2),
        ):
            # Of few they are there already, as a page of them would be; of many they are made one by one.
            found = list(sheets(count, changed)) if count <= 10 else sheets(count, changed)
            show(f"{count:3} evaluations, {name}", lambda found=found: write(found, made), made)
            digests[name] = hashlib.sha256(made.read_bytes()).hexdigest()
        same = digests["everything anew"] == digests["nothing changed"]
        print("    the same bytes when nothing changed" if same else "    NOT the same bytes", flush=True)
        if count <= 10:
            kept_whole(made)
            validate(made)


def write(found: "Iterator[Sheet] | list[Sheet]", made: Path) -> int:
    from responses import prints
    from responses.matrix.writers import portfolio_pdf

    with made.open("wb") as out:
        return portfolio_pdf.write(
            found,
            out,
            title="Portfolio",
            language="en",
            printed_on=data.TODAY,
            keep=prints.kept,
            look="bench",
        )


def show(name: str, run: Callable[[], int], made: Path) -> None:
    begun, worked = time.monotonic(), time.process_time()
    pages = run()
    seconds, cpu = time.monotonic() - begun, time.process_time() - worked
    size = made.stat().st_size / 1000
    print(f"{name:34} {seconds:8.2f} {cpu:6.2f} {data.peak_memory():5.0f} {pages:6} {size:7.0f}", flush=True)


def kept_whole(made: Path) -> None:
    """With nothing changed since: of small evaluations, for it is a file that is read."""
    from recommendations.models import Evaluation, RuleProfile
    from responses import prints
    from responses.models import ManagementResponse

    rules = RuleProfile.objects.filter(slug="iom-matrix").order_by("-version").first()
    for number in range(10):
        made_up = {"title": f"Evaluation {number}", "reference": f"K-{number}", "profile": rules}
        ManagementResponse.objects.create(evaluation=Evaluation.objects.create(**made_up))
    rows = ManagementResponse.objects.select_related("evaluation__profile").order_by("pk")
    kept = made.with_suffix(".kept.pdf")

    def run() -> int:
        with kept.open("wb") as out:
            prints.portfolio(rows.all(), title="Kept", language="en", out=out, printed_on=data.TODAY)
        return len(rows)

    run()
    show(" 10 evaluations, kept whole", run, kept)


def validate(made: Path) -> None:
    if not shutil.which("java") or not VERAPDF.exists():
        print("    veraPDF was not asked: Java or its script is not there")
        return
    for flavour in ("ua1", "3a"):
        command = ["sh", str(VERAPDF), flavour, str(made)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        said = " ".join(run.stdout.split()[1:4]) or run.stderr.strip()[-100:]
        print(f"    veraPDF {flavour}: {said}", flush=True)


if __name__ == "__main__":
    main()
