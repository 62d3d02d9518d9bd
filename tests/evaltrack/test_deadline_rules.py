"""What follows from a deadline: when to ask about it, how it is explained, and that no text can break it."""

from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.deadlines import Deadline, Kind, check_on, explain, from_date, months_after, next_check, read

ISSUED = date(2023, 5, 9)
DAY = date(2025, 12, 31)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2022, 8, 31), 6, date(2023, 2, 28)),
        (date(2022, 11, 30), 3, date(2023, 2, 28)),
        (date(2022, 12, 15), 12, date(2023, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2022, 3, 31), -1, date(2022, 2, 28)),
        (date(2022, 1, 15), -13, date(2020, 12, 15)),
        (date(2022, 1, 15), 0, date(2022, 1, 15)),
    ],
)
def test_months_after_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int, expected: date):
    assert months_after(day, months) == expected


def test_months_after_refuses_a_day_beyond_the_calendar():
    with pytest.raises(ValueError, match="9999"):
        months_after(date(9999, 12, 1), 1)
    with pytest.raises(ValueError, match="9999"):
        months_after(date(1, 1, 1), -1)


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.MONTH, Kind.QUARTER, Kind.YEAR, Kind.PERIOD, Kind.RELATIVE])
def test_a_firm_due_date_needs_no_asking_day(kind: Kind):
    assert check_on(Deadline("x", kind, due=DAY), issued=ISSUED, every_months=3) is None


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (Deadline("x", Kind.FROM, start=date(2023, 9, 1)), date(2023, 9, 1)),
        (Deadline("x", Kind.FROM, start=date(2023, 5, 1)), date(2023, 5, 10)),
        (Deadline("x", Kind.FROM), date(2023, 8, 9)),
        (Deadline("x", Kind.IMMEDIATE), date(2023, 6, 9)),
        (Deadline("x", Kind.CONTINUOUS), date(2023, 8, 9)),
        (Deadline("x", Kind.CONTINUOUS, due=DAY), date(2023, 8, 9)),
        (Deadline("x", Kind.CONTINUOUS, due=date(2023, 8, 9)), None),
        (Deadline("x", Kind.CONDITIONAL), date(2023, 8, 9)),
        (Deadline("x", Kind.CONDITIONAL, due=DAY), date(2023, 8, 9)),
        (Deadline("x", Kind.CONDITIONAL, due=date(2023, 6, 30)), None),
        (Deadline("x", Kind.RELATIVE), date(2023, 8, 9)),
        (Deadline("x", Kind.MONTH), date(2023, 8, 9)),
        (Deadline("x", Kind.UNKNOWN), date(2023, 8, 9)),
        (Deadline(""), date(2023, 8, 9)),
    ],
)
def test_without_a_firm_due_date_there_is_a_day_to_ask(deadline: Deadline, expected: date | None):
    assert check_on(deadline, issued=ISSUED, every_months=3) == expected


@pytest.mark.parametrize("kind", list(Kind))
def test_before_the_response_is_issued_only_a_known_start_is_asked_about(kind: Kind):
    start = date(2024, 1, 1)
    expected = start if kind is Kind.FROM else None
    assert check_on(Deadline("x", kind, start=start), issued=None, every_months=3) == expected


def test_asking_moves_on_month_by_month():
    assert next_check(date(2023, 11, 30), every_months=3) == date(2024, 2, 29)
    with pytest.raises(ValueError, match="1 or more"):
        next_check(ISSUED, every_months=0)


@pytest.mark.parametrize(
    ("text", "issued", "expected"),
    [
        ("March 2022", None, "due 31 March 2022"),
        ("2025/2026", None, "starts 1 January 2025, due 31 December 2026"),
        ("within 3 months", ISSUED, "due 9 August 2023"),
        ("within 3 months", None, "no fixed day: counted from something else"),
        ("upon approval", ISSUED, "no fixed day: counted from something else"),
        ("March", None, "no day known: the year is not written"),
        ("As of 1 May 2023", None, "no fixed day: starts 1 May 2023"),
        ("As of May", None, "no fixed day: only a start"),
        ("ASAP", None, "no fixed day: at once"),
        ("Ongoing", None, "continuous: no last day"),
        ("Ongoing since 2021", None, "continuous since 1 January 2021"),
        ("Ongoing until 2026", None, "continuous until 31 December 2026"),
        ("2025 if funds allow", None, "if the condition is met: due 31 December 2025"),
        ("if funds allow", None, "no fixed day: depends on a condition"),
        ("05/06/2022", None, "not understood as a time: kept as written"),
        ("", None, ""),
    ],
)
def test_a_deadline_says_how_it_was_understood(text: str, issued: date | None, expected: str):
    assert explain(read(text, issued=issued), language="en") == expected


def test_an_explanation_writes_its_dates_in_the_language_asked_for():
    assert "31 décembre 2025" in explain(read("2025"), language="fr")
    assert "31 de diciembre de 2025" in explain(read("2025"), language="es")


@pytest.mark.parametrize(
    ("day", "language", "text"),
    [
        (date(2021, 11, 30), "en", "30 November 2021"),
        (date(2021, 11, 30), "fr", "30 novembre 2021"),
        (date(2024, 3, 1), "fr", "1er mars 2024"),
        (date(2021, 11, 30), "es", "30 de noviembre de 2021"),
        (date(2021, 11, 30), "en-gb", "30 November 2021"),
        (date(2021, 11, 30), "de", "30. November 2021"),
    ],
)
def test_a_bare_date_is_written_out(day: date, language: str, text: str):
    deadline = from_date(day, language)
    assert deadline == Deadline(text, Kind.DATE, None, day)
    assert str(deadline) == text


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["en", "fr", "es"]))
def test_a_date_written_out_is_read_back(day: date, language: str):
    assert read(from_date(day, language).text) == from_date(day, language)


VOCABULARY = """from to by before after until between and of the a à au de del en next end mid early first second last
    year month months years quarter semestre trimestre half Q1 Q3 H2 T4 S1 1st 2 3 6 12 31 29 30 2022 2023 2025/26
    March Feb mars juin enero diciembre 25/06/2022 05/06/2022 2022-02-30 ongoing immediately ASAP TBC onwards
    every twice subject funding approval project - – / , ; ( ) & ? . ' 999"""
WORDS = VOCABULARY.split()
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=12).map("".join),
)


@given(TEXTS, st.none() | st.dates())
def test_any_text_is_read_without_error_and_kept(text: str, issued: date | None):
    deadline = read(text, issued=issued)
    assert deadline.text == text.strip()
    assert deadline.kind in Kind
    if deadline.start and deadline.due:
        assert deadline.start <= deadline.due
    if deadline.kind in (Kind.UNKNOWN, Kind.FROM, Kind.IMMEDIATE):
        assert deadline.due is None
    assert explain(deadline, language="en") or not deadline.text


@given(TEXTS, st.dates(max_value=date(9000, 1, 1)), st.integers(1, 24))
def test_no_open_deadline_goes_unasked(text: str, issued: date, every_months: int):
    deadline = read(text, issued=issued)
    asked = check_on(deadline, issued=issued, every_months=every_months)
    assert asked or deadline.due
    if asked:
        assert asked > issued
        assert next_check(asked, every_months=every_months) >= asked + timedelta(days=28)


@pytest.mark.parametrize(
    "piece",
    ["1", "1-", "1.1/", "2025 ", "march to ", "as soon as ", ",", "(", "- ", "'2", "subject to, ", "é", "e\u0301", "\ufdfa",
     "ongoing ", "of the ", "by 3 months of ", "\u00a0", "2025/", "1:"],
)  # fmt: skip
@pytest.mark.parametrize("length", [499, 10_000])
def test_no_text_makes_the_reading_backtrack(piece: str, length: int):
    text = (piece * length)[:length] + "x"
    seconds = []
    for _ in range(3):
        began = process_time()
        read(text, issued=ISSUED)
        seconds.append(process_time() - began)
    assert min(seconds) < 0.3  # of the processor: a pattern that backtracks takes minutes


def test_ten_thousand_spaces_in_a_date_are_one():
    assert read("31" + " " * 10_000 + "March 2022").due == date(2022, 3, 31)
