"""PDFs that cannot be read: a sentence for each, never anything else, and soon."""

import io
from time import monotonic

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaltrack.documents import pdf_attached, pdf_content, pdf_opened
from evaltrack.documents.content import Table
from evaltrack.documents.errors import UnreadableFileError
from tests.drawn import Drawn


def matrix() -> Drawn:
    drawn = Drawn()
    for number in (1, 2):
        drawn.words(
            40, 40, f"Recommendation {number}: Light the outer quay before the storms come.", font="b"
        )
        drawn.grid([30, 150, 370], [60, 100, 200])
        drawn.lines(35, 75, "Buy forty lamps", "and hang them up")
        drawn.words(155, 75, "30 June 2031")
        if number == 1:
            drawn.new_page()
    return drawn


def protected() -> bytes:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(matrix().data)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scan() -> bytes:
    drawn = Drawn()
    drawn.picture()
    drawn.new_page()
    drawn.picture()
    return drawn.data


def blank() -> bytes:
    return Drawn().data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: b"", "empty"),
        (lambda: b"Dear all, please find the matrix attached", "not a PDF"),
        (lambda: b"%PDF-1.7\n" + b"\x00\xff" * 2000, "damaged"),
        (lambda: matrix().data[:400], "damaged"),
        (protected, "password"),
        (scan, "OCR"),
        (blank, "no text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(data, says: str):
    with pytest.raises(UnreadableFileError, match=says):
        pdf_content.read(data())


@pytest.mark.parametrize(
    ("bound", "least", "says"),
    [
        ("MOST_PAGES", 1, "2 pages"),
        ("MOST_LETTERS", 10, "Page 1"),
        ("MOST_OBJECTS", 1, "Page 1"),
        ("LARGEST", 99, "MB"),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_read(monkeypatch, bound: str, least: int, says: str):
    monkeypatch.setattr(pdf_opened, bound, least)
    with pytest.raises(UnreadableFileError, match=says):
        pdf_content.read(matrix().data)


def test_what_takes_too_long_is_given_up():
    with pytest.raises(UnreadableFileError, match="too long"):
        pdf_content.read(matrix().data, seconds=0)


def test_a_scanned_page_among_others_is_told():
    drawn = matrix()
    drawn.new_page()
    drawn.picture()
    content = pdf_content.read(drawn.data)
    assert content.remarks == ("1 page is a picture and was not read.",)
    assert sum(isinstance(block, Table) for block in content.blocks) == 2


def test_an_attachment_is_found_by_its_name_and_has_a_bound():
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(matrix().data)))
    writer.add_attachment("other.json", b"{}")
    writer.add_attachment("matrix.json", b'{"a": 1}')
    out = io.BytesIO()
    writer.write(out)
    assert pdf_attached.named(out.getvalue(), "matrix.json", largest=100) == b'{"a": 1}'
    assert pdf_attached.named(matrix().data, "matrix.json", largest=100) is None
    with pytest.raises(UnreadableFileError):
        pdf_attached.named(out.getvalue(), "matrix.json", largest=5)


WHOLE = matrix().data


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_copy_is_read_or_refused_and_nothing_else(data: st.DataObject):
    damaged = bytearray(WHOLE)
    for _change in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        if data.draw(st.booleans()):
            damaged[place] = data.draw(st.integers(0, 255))
        else:
            del damaged[place : place + data.draw(st.integers(1, 40))]
    started = monotonic()
    try:
        pdf_content.read(bytes(damaged))
        pdf_attached.named(bytes(damaged), "matrix.json", largest=1000)
    except UnreadableFileError as refusal:
        said = str(refusal)
    else:
        said = "read"
    assert said
    assert monotonic() - started < 20
