"""What may be wrong with a Word or Excel file before anything parses it."""

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltrack.documents import archives
from evaltrack.documents.errors import UnreadableFileError
from tests import files as make

TYPES = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/></Types>'


def archive(*parts: tuple[str, bytes | str], kind: str = "wordprocessingml.document") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", TYPES % kind)
        for name, content in parts:
            made.writestr(name, content)
    return out.getvalue()


def refused(data: bytes, wanted: str = "") -> str:
    with pytest.raises(UnreadableFileError) as refusal:
        archives.check(data, wanted)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (archive(), "docx"),
        (archive(kind="wordprocessingml.template"), "docx"),
        (archive(kind="spreadsheetml.sheet"), "xlsx"),
        (archive(kind="presentationml.presentation"), "pptx"),
        (make.open_document(), "odt"),
        (make.open_document("spreadsheet"), "ods"),
        (b"PK\x03\x04 and then nothing", "zip"),
        (make.pdf(), ""),
    ],
)
def test_the_kind_is_what_stands_inside(data: bytes, kind: str):
    assert archives.kind_of(data) == kind


def test_word_and_excel_pass():
    assert archives.check(archive(("word/document.xml", "<a/>"))) == ()
    assert archives.check(archive(kind="spreadsheetml.sheet"), "xlsx") == ()


def test_macros_are_said_and_nothing_more():
    [remark] = archives.check(archive(("word/vbaProject.bin", b"\0\1")))
    assert "macros" in remark


@pytest.mark.parametrize(
    ("data", "wanted", "said"),
    [
        (b"", "", "empty"),
        (make.pdf(), "", "neither a Word nor an Excel file"),
        (archive(), "xlsx", "This is a Word file, not an Excel file"),
        (archive(kind="presentationml.presentation"), "", "a PowerPoint file"),
        (make.open_document(), "docx", "Save it as Word"),
        (archives.OLE + "EncryptedPackage".encode("utf-16-le"), "", "protected by a password"),
        (archives.OLE + "WordDocument".encode("utf-16-le"), "", ".docx and try again"),
        (archives.OLE + "Workbook".encode("utf-16-le"), "", ".xlsx and try again"),
        (archive(("word/document.xml", "<a/>"))[:-40], "", "damaged"),
    ],
)
def test_what_is_no_such_file_is_told_so(data: bytes, wanted: str, said: str):
    assert said in refused(data, wanted)


def test_an_encrypted_part_needs_a_password():
    data = bytearray(archive(("word/document.xml", "<a/>")))
    entry = data.rfind(b"PK\x01\x02")
    struct.pack_into("<H", data, entry + 8, 1)
    assert "password" in refused(bytes(data))


@pytest.mark.parametrize(
    "parts",
    [
        [("word/document.xml", b" " * (archives.LARGEST_PART + 1))],
        [(f"word/part{number}.xml", b" " * (30 * archives.MEGABYTE)) for number in range(2)],
    ],
    ids=["one part", "a ratio"],
)
def test_a_bomb_is_not_unpacked(parts):
    assert "far larger" in refused(archive(*parts))


def test_a_thousand_small_parts_are_too_many(monkeypatch):
    monkeypatch.setattr(archives, "MOST_PARTS", 100)
    assert "102 parts" in refused(archive(*((f"word/{number}.xml", "<a/>") for number in range(101))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_are_refused_in_any_encoding(encoding: str):
    text = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    assert "declares entities (word/document.xml)" in refused(
        archive(("word/document.xml", text.encode(encoding)))
    )


def test_entities_are_seen_on_the_edge_of_a_piece(monkeypatch):
    monkeypatch.setattr(archives, "_PIECE", 16)
    assert "declares entities" in refused(archive(("word/styles.xml", "<!-- 1234567 --><!DOCTYPE a><a/>")))


def test_an_encoding_that_hides_marks_is_refused():
    text = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'
    assert "damaged" in refused(archive(("word/document.xml", text)))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 10_000))
def test_damage_is_a_sentence_and_never_a_crash(at: int, byte: int, cut: int):
    data = bytearray(archive(("word/document.xml", "<a>" + "text " * 50 + "</a>")))
    data[at % len(data)] = byte
    with contextlib.suppress(UnreadableFileError):
        archives.check(bytes(data[: max(1, cut % (2 * len(data)))]))
