"""What an uploaded file is: its bytes say so, and its name has to agree."""

import io

import pytest

from evaltrack import media
from evaltrack.errors import Refused
from tests import files as make

MOST = 100_000


def examined(content: bytes, name: str) -> media.Facts:
    return media.examine(io.BytesIO(content), name, most=MOST)


def refused(content: bytes, name: str) -> str:
    with pytest.raises(Refused) as refusal:
        examined(content, name)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (make.pdf(), "report.pdf", "application/pdf"),
        (make.picture("JPEG"), "photo.JPG", "image/jpeg"),
        (make.picture("PNG"), "photo.png", "image/png"),
        (make.picture("GIF"), "photo.gif", "image/gif"),
        (make.picture("WEBP"), "photo.webp", "image/webp"),
        (make.picture("TIFF"), "scan.tif", "image/tiff"),
        (make.HEIC, "phone.heic", "image/heic"),
        (make.office(), "plan.docx", f"{make.OFFICE}wordprocessingml.document"),
        (make.office("spreadsheetml.sheet"), "plan.xlsx", f"{make.OFFICE}spreadsheetml.sheet"),
        (make.office("presentationml.presentation"), "a.pptx", f"{make.OFFICE}presentationml.presentation"),
        (make.open_document(), "plan.odt", "application/vnd.oasis.opendocument.text"),
        (make.open_document("spreadsheet"), "plan.ods", "application/vnd.oasis.opendocument.spreadsheet"),
        (make.MAIL, "minutes.eml", "message/rfc822"),
        (make.outlook(), "minutes.msg", "application/vnd.ms-outlook"),
        (b"Agreed on Monday.\n", "notes.txt", "text/plain"),
        (b"BM: agreed on Monday", "notes.txt", "text/plain"),
        ("Réunion à Niamey".encode("cp1252"), "notes.txt", "text/plain"),
        ("Réunion à Niamey".encode("utf-16"), "notes.txt", "text/plain"),
        ("\ufeffRéunion;3".encode(), "table.csv", "text/csv"),
        (make.pdf(), "Minutes of 3.12", "application/pdf"),
        (make.pdf(), "minutes", "application/pdf"),
    ],
)
def test_the_bytes_say_what_it_is(content: bytes, name: str, media_type: str) -> None:
    facts = examined(content, name)
    assert (facts.kind.media_type, facts.size) == (media_type, len(content))


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.pdf", "is empty"),
        (b"x" * (MOST + 1), "long.txt", "is too large: a file may have up to 97.7"),
        (make.picture("PNG"), "report.pdf", "holds something else than its name says"),
        (make.pdf(), "report.exe", "of the type PDF"),
        (make.office(), "plan.xlsx", "ends in .docx"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.svg", "can run programs"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.png", "can run programs"),
        (b"\n <!-- x --> <!DOCTYPE html><script>alert(1)</script>", "page.txt", "can run programs"),
        (b"\xef\xbb\xbf<html>", "page.csv", "can run programs"),
        ("<html><script>".encode("utf-16"), "page.txt", "can run programs"),
        (b"<?xml version='1.0'?><svg/>", "a.txt", "can run programs"),
        (b"#!/bin/sh\nrm -rf /\n", "run.txt", "cannot be attached. These can: PDF, DOCX"),
        (b"MZ" + b"\x00" * 200, "setup.exe", "cannot be attached"),
        (b"MZ" + b"\x00" * 200, "setup.pdf", "cannot be attached"),
        (b"\x7fELF" + b"\x01" * 200, "notes.txt", "cannot be attached"),
        (make.archive(**{"a.txt": "x"}), "all.zip", "is an archive. Attach the files that are inside"),
        (make.archive(**{"a.txt": "x"}), "all.docx", "is an archive"),
        (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 50, "all.rar", "is an archive"),
        (make.office(**{"word/vbaProject.bin": "x"}), "plan.docx", "holds macros"),
        (b"PK\x03\x04" + b"broken" * 50, "plan.docx", "is an archive"),
        (b"PK\x03\x04" + b"broken" * 50, "budget.xlsx", "it is damaged, or only bears such a name"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old.doc", "cannot be attached"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "locked.docx", "protected by a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "mail.msg", "cannot be attached"),
        (b"Dear all, this is no mail", "mail.eml", "cannot be attached"),
        (b"leading junk %PDF-1.7" + b"\x00", "report.pdf", "cannot be attached"),
        (make.picture("GIF") + make.archive(**{"x.class": "x"}), "logo.gif", "two kinds of file in one"),
        (make.pdf() + make.archive(**{"x.txt": "x"}), "report.pdf", "two kinds of file in one"),
        (b"PK\x03\x04" + b"PK\x01\x02" * 10_001, "plan.docx", "too many parts"),
    ],
)
def test_what_is_not_wanted_is_refused_with_a_sentence(content: bytes, name: str, words: str) -> None:
    sentence = refused(content, name).replace("\xa0", " ")
    assert words in sentence
    assert name in sentence


def test_it_is_read_piece_by_piece() -> None:
    class Watched(io.BytesIO):
        asked: list[int | None] = []

        def read(self, size: int | None = -1) -> bytes:
            self.asked.append(size)
            return super().read(size)

    media.examine(Watched(make.pdf() + b"\n" * 600_000), "a.pdf", most=2_000_000)
    assert all(size == -1 or 0 < (size or 0) <= media.CHUNK for size in Watched.asked)
    assert Watched.asked.count(-1) <= 1  # the last 64 KB


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("minutes.pdf", "minutes.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Una\\minutes.pdf", "minutes.pdf"),
        ("minutes\r\nSet-Cookie: a=b.pdf", "minutes Set-Cookie: a=b.pdf"),
        ("gpj\u202efdp.exe", "gpj fdp.exe"),
        ("\u200f\u2066 minutes .pdf", "minutes .pdf"),
        ("می\u200cروم.pdf", "می\u200cروم.pdf"),
        ("re\u0301sume\u0301.pdf", "résumé.pdf"),
        ('say "hi".pdf', 'say "hi".pdf'),
        ("half a \ud83d.pdf", "half a .pdf"),
        ("...", "file"),
        ("", "file"),
        ("a/", "file"),
        (".htaccess", "htaccess"),
    ],
)
def test_a_name_can_be_shown_and_sent_safely(name: str, clean: str) -> None:
    assert media.clean_name(name) == clean


def test_a_long_name_is_shortened_before_its_ending() -> None:
    clean = media.clean_name("m" * 300 + ".pdf")
    assert len(clean) == media.LONGEST_NAME
    assert clean.endswith("m….pdf")


def test_a_name_without_an_ending_gets_that_of_its_type() -> None:
    assert media.full_name("Minutes of 3.12", media.KINDS["application/pdf"]) == "Minutes of 3.12.pdf"
    assert media.full_name("photo.JPEG", media.KINDS["image/jpeg"]) == "photo.JPEG"
