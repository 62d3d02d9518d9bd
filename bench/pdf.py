"""The PDF of matrices of 5/20, 25/100 and 200/1,000 recommendations/key actions: seconds, memory, pages.

    python bench/pdf.py [--layout P]

The plain WeasyPrint call that the ratios are taken against gets the same HTML, stylesheet and fonts, and
makes an untagged PDF without an attachment; the second call tags it. "one cell changed" is EvalTrack when it
has printed the same before, but for one text. Chromium is a browser that runs already and has printed before;
it prints the same HTML, tagged, without the running head and foot, which it does not know. Ratios are of CPU
time, which other work on the machine does not change; that of Chromium is the sum of its processes. Each
figure is of a process of its own, which has made one short PDF before as a web server has; its memory is that
of all of it.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import data
from data import SIZES, Size

if TYPE_CHECKING:
    from responses.matrix.writers.pdf import Sheet

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
        print(f"{'':37} {'seconds':>8} {'CPU s':>6} {'ratio':>6} {'MB':>5} {'pages':>6} {'KB':>6}")
        for size in SIZES:
            report(size, chosen.layout, Path(folder))


# What is printed -----------------------------------------------------------------------------------------


def sheet(size: Size, layout: str) -> "Sheet":
    from recommendations import profiles
    from responses.matrix.writers.pdf import Sheet

    profile = profiles.from_dict(profiles.shipped()[layout])
    return Sheet(data.matrix(size), profile, "en", data.TODAY)


def ours(size: Size, layout: str) -> bytes:
    """EvalTrack's own PDF of the matrix."""
    from responses.matrix.writers import pdf

    return pdf.write_sheet(sheet(size, layout))


def keep_html(layout: str, folder: Path) -> None:
    """Write down what is to be set as one page for each size, and the stylesheets."""
    from evaltrack.documents import pdf as engine
    from responses.matrix.writers import pdf

    pdf.WHOLE = max(size.actions * 2 for size in SIZES)
    for size in SIZES:
        plan = pdf._plan(sheet(size, layout))
        opening = plan["edges"].partition("></main>")[0] + ">"
        html = engine._shell(plan["body"].replace("<main>", opening, 1), language="en")
        (folder / f"{size.actions}.html").write_text(html, encoding="utf-8")
    with styles_of_weasyprint() as styles:
        engine._engine.cache_clear()
        engine._engine()
    (folder / "styles.json").write_text(json.dumps([*styles, pdf.stylesheet()]), encoding="utf-8")


@contextmanager
def styles_of_weasyprint() -> Iterator[list[str]]:
    """The stylesheets that it is given meanwhile."""
    import weasyprint

    styles: list[str] = []

    class Style(weasyprint.CSS):
        def __init__(self, *, string: str, **options: Any) -> None:
            styles.append(string)
            super().__init__(string=string, **options)

    kept, weasyprint.CSS = weasyprint.CSS, Style
    try:
        yield styles
    finally:
        weasyprint.CSS = kept


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


def edited(size: Size, layout: str, folder: Path) -> Render:
    """After one changed text."""
    data.set_up()
    from responses.matrix.writers import pdf

    kept: dict[str, bytes] = {}

    def keep(key: str, make: Render) -> Render:
        kept[key] = kept.get(key) or make()
        return lambda: kept[key]

    before = sheet(size, layout)
    pdf.write_sheet(before, keep=keep, look="bench")
    rows = list(before.matrix.recommendations)
    middle = len(rows) // 2
    rows[middle] = replace(rows[middle], text=rows[middle].text + " More.")
    after = replace(before, matrix=replace(before.matrix, recommendations=tuple(rows)))
    return lambda: pdf.write_sheet(after, keep=keep, look="bench")


def chromium(size: Size, layout: str, folder: Path) -> Render:
    from playwright.sync_api import sync_playwright

    styles = json.loads((folder / "styles.json").read_text(encoding="utf-8"))
    html = (folder / f"{size.actions}.html").read_text(encoding="utf-8")
    page = folder / f"{size.actions}.styled.html"
    page.write_text(html.replace("</head>", f"<style>{''.join(styles)}</style></head>"), encoding="utf-8")
    # It runs to the end of this process.
    browser = sync_playwright().start().chromium.launch(executable_path=shutil.which("chromium"))
    tab = browser.new_page()

    def render(address: str) -> bytes:
        tab.goto(address)
        tab.evaluate("document.fonts.ready")
        made: bytes = tab.pdf(prefer_css_page_size=True, tagged=True)
        return made

    render("data:text/html,<p>short")
    return lambda: render(page.as_uri())


MEASURES: dict[str, tuple[str, Callable[[Size, str, Path], Render]]] = {
    "plain": ("plain WeasyPrint", plain),
    "tagged": ("plain WeasyPrint, tagged", tagged),
    "evaltrack": ("EvalTrack", evaltrack),
    "edited": ("EvalTrack, one cell changed", edited),
    "chromium": ("Chromium", chromium),
}


def measure(render: Render, folder: Path) -> None:
    begun, worked = time.monotonic(), cpu_of_all()
    made = render()
    found = {"seconds": time.monotonic() - begun, "cpu": cpu_of_all() - worked}
    (folder / "made.pdf").write_bytes(made)
    print(json.dumps(found | {"memory": data.peak_memory()}), flush=True)
    os._exit(0)  # a browser would first want to be closed


def cpu_of_all() -> float:
    """Of this process and those below it, in seconds."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = status.read_text().rpartition(")")[2].split()
            number = int(status.parent.name)
            parents[number] = int(told[1])
            spent[number] = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    ours = {os.getpid()}
    while more := {number for number, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return time.process_time() + sum(spent[number] for number in ours - {os.getpid()})


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
            f"{size!s:8} {title:28} {seconds:8.2f} {cpu:6.2f} {cpu / base:6.2f} {memory:5.0f}"
            f" {len(PdfReader(made).pages):6} {made.stat().st_size / 1000:6.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
