"""A matrix into a file of each format and out of it: seconds and memory at three sizes.

    python bench/documents.py [FORMAT ...]

The PDF is read twice: as it is, where its data are attached, and without them as any other. Each figure is
of a process of its own, which has written or read a small one before; its memory is that of all of it.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import data
from data import SIZES, Size

FORMATS = ("json", "csv", "xlsx", "docx", "pdf", "pdf without data")
LAYOUT = "iom-matrix"


def main() -> None:
    options = argparse.ArgumentParser(description="Measure writing and reading of every format.")
    options.add_argument("formats", nargs="*", metavar="FORMAT", help=f"of {', '.join(FORMATS)}")
    options.add_argument("--measure", choices=("write", "read"), help=argparse.SUPPRESS)
    options.add_argument("--format", help=argparse.SUPPRESS)
    options.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    os.environ["EVALTRACK_LOG_LEVEL"] = "ERROR"
    if chosen.measure:
        measure(chosen.measure, chosen.format, SIZES[chosen.size], chosen.folder)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["EVALTRACK_DATA_DIR"] = folder
        print(f"Layout {LAYOUT}; recommendations/key actions")
        heads = ("write s", "CPU s", "MB", "read s", "CPU s", "MB", "KB")
        print(f"{'':26}" + "".join(f"{head:>8}" for head in heads), flush=True)
        for size in SIZES:
            for format in chosen.formats or FORMATS:
                report(format, size, Path(folder))


def report(format: str, size: Size, folder: Path) -> None:
    told = ["--format", format, "--size", str(SIZES.index(size)), "--folder", str(folder)]
    figures: list[float] = []
    for what in ("write", "read"):
        found = data.in_own_process(__file__, "--measure", what, *told)
        if "fault" in found:
            print(f"{size!s:9}{format:17} {what}: {found['fault']}", flush=True)
            return
        figures += [found["seconds"], found["cpu"], found["memory"]]
    written = "".join(f"{one:8.2f}{two:8.2f}{three:8.0f}" for one, two, three in (figures[:3], figures[3:]))
    weight = (folder / name_of(format)).stat().st_size / 1000
    print(f"{size!s:9}{format:17}{written}{weight:8.0f}", flush=True)


def measure(what: str, format: str, size: Size, folder: Path) -> None:
    data.set_up()
    path = folder / name_of(format)
    try:
        if what == "write":
            write(format, Size(1, 2))
            figures, made = timed(lambda: write(format, size))
            path.write_bytes(made)
        else:
            read(format, write(format, Size(1, 2)))
            content = path.read_bytes()
            figures, _made = timed(lambda: read(format, content))
    except Exception as error:
        print(json.dumps({"fault": f"{type(error).__name__}: {error}"[:200]}))
        return
    print(json.dumps(figures | {"memory": data.peak_memory()}))


def timed(run: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    begun, worked = time.monotonic(), time.process_time()
    made = run()
    return {"seconds": time.monotonic() - begun, "cpu": time.process_time() - worked}, made


def name_of(format: str) -> str:
    return f"matrix.{format.split(maxsplit=1)[0]}"


def write(format: str, size: Size) -> bytes:
    from recommendations import profiles
    from responses import exports
    from responses.matrix.edition import Edition
    from responses.matrix.writers.pdf import Sheet

    profile = profiles.from_dict(profiles.shipped()[LAYOUT])
    sheet = Sheet(data.matrix(size), profile, "en", data.TODAY, Edition(1, (), data.TODAY))
    if format.startswith("pdf"):
        return pdf(sheet, bare=format != "pdf")
    order = exports.Order("en", data.TODAY, sheet.edition)
    return exports.WRITERS[format](sheet.matrix, profile, order)


def pdf(sheet: Any, *, bare: bool) -> bytes:
    from evaltrack.documents.assembly import About, assemble
    from responses.matrix.writers import pdf

    section = pdf.section(sheet)
    out = BytesIO()
    assemble([replace(section, attachments=()) if bare else section], out, About("Matrix", "en"))
    return out.getvalue()


def read(format: str, content: bytes) -> object:
    from responses.matrix.readers import files

    return files.read(content, name_of(format))


if __name__ == "__main__":
    main()
