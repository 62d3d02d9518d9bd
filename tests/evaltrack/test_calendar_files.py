"""Calendar files and CSV: what hostile text cannot do in them."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from evaltrack.documents import calendar
from evaltrack.documents.calendar import AllDay
from evaltrack.documents.csv import BOM, stream

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTILE = [
    "Agree\r\nBEGIN:VALARM\r\nACTION:AUDIO",
    "a, b; c\\n d: e",
    "Publish 🌊🇫🇷 the guidance " * 12,
    "نشر التوجيهات في جميع المكاتب " * 8,
    "tab\tand bell\x07 and null\x00 and separator\u2028here",
    'quotes "and" ‘others’ <b>&amp;</b>',
]


def event(summary="3.2 Publish the guidance", description="", **fields):
    given_ = {"uid": "action-1@example.org", "day": date(2026, 3, 9), "url": "https://e.example/actions/1/"}
    given_ |= {"changed_at": NOW, "sequence": 2, **fields}
    return AllDay(summary=summary, description=description, **given_)


def read(content):
    """The events as a calendar program reads them."""
    return list(Calendar.from_ical(content).walk("VEVENT"))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_stays_text(words):
    content = calendar.make([event(words, words), event("next", uid="action-2@example.org")], name=words)
    first, second = read(content)
    assert str(first["summary"]).split() == words.replace("\x00", " ").replace("\x07", " ").split()
    assert str(second["summary"]) == "next"
    assert b"\nBEGIN:VALARM" not in content
    assert len(read(content)) == 2


@pytest.mark.parametrize("words", HOSTILE)
def test_no_line_is_longer_than_75_octets_or_cut_within_a_character(words):
    content = calendar.make([event(words, words)], name=words)
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert not set(line) & set(b"\r\n\x00\x07")


@given(st.text(max_size=300))
def test_any_text_comes_back_as_one_event(words):
    (found,) = read(calendar.make([event(words or "x", words)], name=words))
    assert found["uid"] == "action-1@example.org"


def test_a_deadline_takes_its_whole_day_and_nobodys_time():
    (found,) = read(calendar.make([event()], name="Mine", method="PUBLISH"))
    assert (found["dtstart"].dt, found["dtend"].dt) == (date(2026, 3, 9), date(2026, 3, 10))
    assert found["transp"] == "TRANSPARENT"
    assert (found["sequence"], found["dtstamp"].dt, found["last-modified"].dt) == (2, NOW, NOW)


def test_only_a_file_handed_over_has_a_method():
    assert b"METHOD:PUBLISH\r\n" in calendar.make([], name="x", method="PUBLISH")
    assert b"METHOD" not in calendar.make([event()], name="x")


# CSV -----------------------------------------------------------------------------------------------------


def cells(*row):
    (_head, read_back) = csv.reader(io.StringIO("".join(stream(["a"], [row])).removeprefix(BOM)))
    return read_back


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "＝1",
        "-2+3 cmd|' /C calc'!A0",
    ],
)
def test_no_text_is_a_formula(words):
    assert cells(words) == [f"'{words}"]


def test_numbers_days_and_texts_come_back():
    assert cells(-3, date(2026, 3, 2), None, 'a "b", c\nd', "é 🌊") == [
        "-3",
        "2026-03-02",
        "",
        'a "b", c\nd',
        "é 🌊",
    ]


def test_it_begins_with_the_mark_by_which_spreadsheet_programs_know_utf_8():
    assert next(iter(stream(["a"], []))).encode().startswith(b"\xef\xbb\xbf")
