"""The PDF of matrices of 5/20, 25/100 and 200/1,000 recommendations/key actions: seconds, memory, pages.

    python bench/pdf.py [--layout P]

The plain WeasyPrint call that the ratios are taken against gets the same HTML, stylesheet and fonts, and
makes an untagged PDF without an attachment; the second call tags it as EvalTrack does. Ratios are of CPU
time, which other work on the machine does not change. Each figure is of a process of its own, which has made
one short PDF before as a web server has; its memory is that of all of it.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import data
from data import SIZES, Size

RUNS = dict(zip(SIZES, (3, 1, 1), strict=True))


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the PDF of a matrix.")
    options.add_argument("--layout", default="iom-matrix", help="in the words and layout of this profile")
    options.add_argument("--measure", help=argparse.SUPPRESS)
    options.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    os.environ["EVALTRACK_LOG_LEVEL"] = "ERROR"
    if chosen.measure:
        measure(MEASURES[chosen.measure][1](SIZES[chosen.size], chosen.layout, chosen.folder), chosen.folder)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["EVALTRACK_DATA_DIR"] = folder
        data.set_up()
        keep_html(chosen.layout, Path(folder))
        print(f"Layout {chosen.layout}; recommendations/key actions")
        print(f"{'':34} {'seconds':>8} {'CPU s':>6} {'ratio':>6} {'MB':>5} {'pages':>6} {'KB':>6}")
        for size in SIZES:
            report(size, chosen.layout, Path(folder))


# What is printed -----------------------------------------------------------------------------------------


def ours(size: Size, layout: str) -> bytes:
    """EvalTrack's own PDF of the matrix."""
    from recommendations import profiles
    from responses.matrix.writers import pdf

    profile = profiles.from_dict(profiles.shipped()[layout])
    return pdf.write(data.matrix(size), profile, language="en", printed_on=data.TODAY)


class EnoughError(Exception):
    """What the call was given is known now."""


def keep_html(layout: str, folder: Path) -> None:
    """Write down what EvalTrack hands to WeasyPrint: a page for each size, and the stylesheets."""
    with given_to_weasyprint() as (pages, styles):
        for size in SIZES:
            try:
                ours(size, layout)
            except EnoughError:
                (folder / f"{size.actions}.html").write_text(pages[-1], encoding="utf-8")
    (folder / "styles.json").write_text(json.dumps(styles), encoding="utf-8")


@contextmanager
def given_to_weasyprint() -> Iterator[tuple[list[str], list[str]]]:
    """The pages and stylesheets it is called with meanwhile; nothing is rendered."""
    import weasyprint

    pages: list[str] = []
    styles: list[str] = []

    class Page(weasyprint.HTML):
        def __init__(self, *, string: str, **options: Any) -> None:
            pages.append(string)
            super().__init__(string="<p>", **options)

        def render(self, *args: Any, **options: Any) -> Any:
            raise EnoughError

    class Style(weasyprint.CSS):
        def __init__(self, *, string: str, **options: Any) -> None:
            styles.append(string)
            super().__init__(string=string, **options)

    kept = weasyprint.HTML, weasyprint.CSS
    weasyprint.HTML, weasyprint.CSS = Page, Style
    try:
        yield pages, styles
    finally:
        weasyprint.HTML, weasyprint.CSS = kept


# The measures --------------------------------------------------------------------------------------------

Render = Callable[[], bytes]


def plain(size: Size, layout: str, folder: Path, **options: Any) -> Render:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    styles = json.loads((folder / "styles.json").read_text(encoding="utf-8"))
    page = (folder / f"{size.actions}.html").read_text(encoding="utf-8")

    def render(html: str) -> bytes:
        fonts = FontConfiguration()
        sheets = [CSS(string=style, font_config=fonts) for style in styles]
        made: bytes = HTML(string=html).write_pdf(stylesheets=sheets, font_config=fonts, **options)
        return made

    render("<p>short</p>")
    return lambda: render(page)


def tagged(size: Size, layout: str, folder: Path) -> Render:
    return plain(size, layout, folder, pdf_variant="pdf/ua-1")


def evaltrack(size: Size, layout: str, folder: Path) -> Render:
    data.set_up()
    ours(Size(1, 1), layout)
    return lambda: ours(size, layout)


MEASURES: dict[str, tuple[str, Callable[[Size, str, Path], Render]]] = {
    "plain": ("plain WeasyPrint", plain),
    "tagged": ("plain WeasyPrint, tagged", tagged),
    "evaltrack": ("EvalTrack", evaltrack),
}


def measure(render: Render, folder: Path) -> None:
    begun, worked = time.monotonic(), time.process_time()
    made = render()
    found = {"seconds": time.monotonic() - begun, "cpu": time.process_time() - worked}
    (folder / "made.pdf").write_bytes(made)
    print(json.dumps(found | {"memory": data.peak_memory()}))


def report(size: Size, layout: str, folder: Path) -> None:
    from pypdf import PdfReader

    base = 0.0
    for name, (title, _measure) in MEASURES.items():
        told = [
            "--layout",
            layout,
            "--measure",
            name,
            "--size",
            str(SIZES.index(size)),
            "--folder",
            str(folder),
        ]
        runs = [data.in_own_process(__file__, *told) for _run in range(RUNS[size])]
        seconds, cpu, memory = (median(run[key] for run in runs) for key in ("seconds", "cpu", "memory"))
        base = base or cpu
        made = folder / "made.pdf"
        print(
            f"{size!s:8} {title:25} {seconds:8.2f} {cpu:6.2f} {cpu / base:6.2f} {memory:5.0f}"
            f" {len(PdfReader(made).pages):6} {made.stat().st_size / 1000:6.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
