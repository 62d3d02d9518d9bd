"""PDF from HTML: accessible, the same bytes each time, and nothing fetched."""

import gc
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from evaltrack.documents.pdf import Attachment, render
from tests.pdfs import as_read, assert_accessible, feet, pages, reader, words

STYLE = 'html { font: 10pt "Document Sans", "Document Arabic" }'
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def document(html: str, **changes: Any) -> bytes:
    options: dict[str, Any] = {"title": "Lake & river", "language": "en", "stylesheet": STYLE}
    return render(html, **{**options, **changes})


def test_title_language_and_structure_stand_in_the_document() -> None:
    root = reader(document("<h1>Lake</h1><p>Water</p>", language="pt-br")).trailer["/Root"]
    assert root["/Lang"] == "pt-br"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    part = root["/StructTreeRoot"]["/K"][0].get_object()["/K"][0].get_object()
    kinds = [child.get_object()["/S"] for child in part["/K"]]
    assert kinds == ["/H1", "/P"]


def test_the_title_is_the_title_of_the_document() -> None:
    assert reader(document("<p>x</p>")).metadata.title == "Lake & river"


def test_when_it_was_made_is_what_was_said() -> None:
    assert reader(document("<p>x</p>", created=MOMENT)).metadata.creation_date == MOMENT
    assert reader(document("<p>x</p>")).metadata.creation_date is None


@pytest.mark.parametrize("name", ["weasyprint", "weasyprint.progress", "fontTools.subset"])
def test_the_log_tells_of_faults_and_not_of_steps(name: str) -> None:
    assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING


def test_the_same_arguments_give_the_same_bytes_in_every_process() -> None:
    here = document("<p>Same <b>bold</b></p>", created=MOMENT)
    program = (
        "import django, sys; django.setup()\n"
        "from tests.evaltrack.test_pdf import MOMENT, document\n"
        "sys.stdout.buffer.write(document('<p>Same <b>bold</b></p>', created=MOMENT))"
    )
    there = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=environment()
    )
    assert there.stdout == document("<p>Same <b>bold</b></p>", created=MOMENT) == here


BOXED = """
    @page { size: 200pt 200pt; margin: 10pt }
    html { font: 10pt/1 "Document Sans" }
    .box { border: 1pt solid; box-decoration-break: clone; padding: 2pt }
    p, ul, li { margin: 0 }
    p, li { break-inside: avoid }
"""
FIVE_LINES = "line<br>" * 4 + "line"
GOES_ON = {
    "paragraphs": f"<p>{FIVE_LINES}</p>" * 4,
    "a list": f"<ul>{f'<li>{FIVE_LINES}</li>' * 4}</ul>",
    "a list in a list": f"<ul><li>{FIVE_LINES}<ul>{f'<li>{FIVE_LINES}</li>' * 3}</ul></li></ul>",
}


@pytest.mark.parametrize("content", GOES_ON.values(), ids=GOES_ON)
def test_a_box_that_goes_on_overleaf_closes_under_its_last_line(content: str) -> None:
    found = feet(document(f'<div class="box">{content}</div>', stylesheet=BOXED))
    assert len(found) == 2
    for text, drawn in found:
        assert text < drawn < text + 5


def environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(settings.BASE_DIR)}


def test_attachments_come_out_as_they_went_in() -> None:
    data = bytes(range(256))
    pdf = document("<p>x</p>", attachments=[Attachment("data.bin", data, "Any bytes")])
    assert reader(pdf).attachments == {"data.bin": [data]}


WRITINGS = {
    "Latin": "Zażółć gęślą jaźń, señor Æsir",
    "Vietnamese": "Tổ chức xây dựng kế hoạch theo dõi",
    "Cyrillic": "Съешь ещё этих мягких булок",
    "Greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "Arabic": "تضع المنظمة خطة لمتابعة التوصيات",
}


@pytest.mark.parametrize("sentence", WRITINGS.values(), ids=WRITINGS)
@pytest.mark.parametrize("tag", ["span", "b", "i"])
def test_text_of_every_writing_can_be_searched(sentence: str, tag: str) -> None:
    pdf = document(f"<p><{tag}>{sentence}</{tag}></p>")
    assert as_read(pdf)[0].split() == sentence.split()
    fonts = reader(pdf).pages[0]["/Resources"]["/Font"].values()
    assert all("Document" in font.get_object()["/BaseFont"] for font in fonts)


@pytest.mark.parametrize(("language", "first"), [("en", "left"), ("ar", "right"), ("ar-EG", "right")])
def test_the_language_gives_the_direction(language: str, first: str) -> None:
    table = "<table style='width: 100%'><tr><td>first</td><td>second</td></tr></table>"
    place = {word: left for word, left, _right in words(document(table, language=language))}
    assert (place["first"] < place["second"]) == (first == "left")


# Nothing is fetched -----------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port on this machine, and who connected to it."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stopped = threading.Event()

        def listen() -> None:
            while not stopped.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                callers.append(str(address))
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], callers
        stopped.set()
        thread.join()


FETCHING = [
    '<img src="{url}" alt="x">',
    '<img srcset="{url} 2x" src="{url}" alt="x">',
    '<object data="{url}"></object>',
    '<embed src="{url}">',
    '<iframe src="{url}"></iframe>',
    '<input type="image" src="{url}">',
    '<link rel="stylesheet" href="{url}">',
    '<link rel="attachment" href="{url}">',
    '<a rel="attachment" href="{url}">x</a>',
    '<style>@import url("{url}");</style>',
    '<style>@font-face {{ font-family: x; src: url("{url}") }} p {{ font-family: x }}</style>',
    '<p style="background: url({url})">x</p>',
    '<p style="content: url({url})">x</p>',
    '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{url}" width="9" height="9"/></svg>',
    '<svg><use href="{url}#a"/></svg>',
    '<base href="{url}"><img src="a.png" alt="x">',
]


@pytest.mark.parametrize("html", FETCHING)
def test_no_host_is_asked(html: str, listener: tuple[int, list[str]]) -> None:
    port, callers = listener
    document(html.format(url=f"http://127.0.0.1:{port}/x") + "<p>x</p>")
    assert callers == []


@pytest.mark.parametrize("html", FETCHING)
def test_no_file_is_read(html: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET</text></svg>")
    pdf = document(html.format(url=secret.as_uri()) + "<p>x</p>")
    assert reader(pdf).attachments == {}
    assert "SECRET" not in "".join(pages(pdf))
    assert all(
        "/XObject" not in page["/Resources"] or not page["/Resources"]["/XObject"]
        for page in reader(pdf).pages
    )


# The process around it --------------------------------------------------------------------------------------


def test_a_render_leaves_the_process_as_it_found_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12")
    document("<p>x</p>")
    assert os.environ["SOURCE_DATE_EPOCH"] == "12"
    assert gc.isenabled()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    document("<p>x</p>")
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_threads_render_side_by_side() -> None:
    expected = document("<p>Same</p>")
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(document("<p>Same</p>"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_without_pango_it_says_what_to_install() -> None:
    program = (
        "import cffi, django; django.setup()\n"
        "def missing(*args): raise OSError('cannot load library')\n"
        "cffi.FFI.dlopen = missing\n"
        "from evaltrack.documents import pdf\n"
        "try: pdf.render('<p>x</p>', title='t', language='en', stylesheet='')\n"
        "except pdf.PdfUnavailableError as error: print(error)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment()
    )
    assert run.stdout.splitlines()[-1] == (
        "PDF needs the system library pango, which is missing here. As root: "
        "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )


def test_lists_tables_links_and_attachments_are_accessible(shared: Path, tmp_path: Path) -> None:
    html = (
        "<h1>Lake</h1><h2>Aims</h2>"
        "<ul><li>one<ul><li>under</li></ul></li><li><p>two</p><p>paragraphs</p></li></ul>"
        "<ol start='3'><li><b>three</b></li></ol>"
        "<p><a href='https://e.org'>link</a> <a href='#here'>inner</a></p>"
        "<table id='here'><thead><tr><th>a</th><th>b</th></tr></thead><tr><td>1</td><td></td></tr></table>"
    )
    attached = [Attachment("data.json", b"{}", "Data")]
    assert_accessible(shared, tmp_path, {"all": document(html, attachments=attached, created=MOMENT)})
