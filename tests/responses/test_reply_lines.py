"""The grammar of an answer by mail, cell by cell."""

import pytest

from recommendations import profiles
from recommendations.profiles import Profile
from responses import reply_lines
from responses.reply_lines import SAME, Item

SHIPPED = {slug: profiles.from_dict(data) for slug, data in profiles.shipped().items()}
MATRIX, OPEN_ONLY = SHIPPED["iom-matrix"], SHIPPED["iom-2022"]


def read(text: str, *numbers: int, rules: Profile = MATRIX) -> reply_lines.Reading:
    return reply_lines.read(text, dict.fromkeys(numbers or (1, 2, 3), rules))


@pytest.mark.parametrize(
    "line",
    [
        "2: done", "2 : done", "2) done", "2. done", "2 - done", "2 – done", "2 done", "#2 done", "# 2: Done", "2=DONE",
        "- 2: done", "no. 2: done", "n° 2 : terminé", "nº 2: hecho", "  2: done.", "2: *done*", "2: “done”", "2: done!",
        "2\tdone",
    ],
)  # fmt: skip
def test_a_line_begins_with_a_number_and_how_it_stands(line: str) -> None:
    assert read(line).items == [Item(2, "completed", "")]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("completed", "completed"), ("Finished", "completed"), ("terminé", "completed"), ("TERMINEE", "completed"),
        ("achevée", "completed"), ("mis en oeuvre", "completed"), ("mise en œuvre", "completed"),
        ("hecho", "completed"), ("Finalizada", "completed"),
        # Of two that count as begun, the one whose own word it is; else the first.
        ("Initiated", "initiated"), ("ongoing", "ongoing"), ("en cours", "ongoing"), ("started", "initiated"),
        ("in progress", "initiated"), ("in-progress", "initiated"), ("underway", "initiated"), ("en curso", "initiated"),
        ("engagée", "initiated"), ("not initiated", "not_initiated"), ("not_initiated", "not_initiated"),
        ("Non engagée", "not_initiated"), ("not started", "not_initiated"), ("pas encore commencé", "not_initiated"),
        ("sin empezar", "not_initiated"), ("no longer applicable", "no_longer_applicable"),
        ("no_longer_applicable", "no_longer_applicable"), ("devenue sans objet", "no_longer_applicable"),
        ("ya no aplica", "no_longer_applicable"), ("no change", SAME), ("sans changement", SAME), ("sin cambios", SAME),
    ],
)  # fmt: skip
def test_a_status_is_said_in_the_organisations_words_and_in_those_everyone_uses(
    words: str, status: str
) -> None:
    assert read(f"2: {words} - as agreed").items == [Item(2, status, "as agreed")]


def test_a_status_that_the_organisation_does_not_have_is_not_guessed() -> None:
    assert read("1: not started", rules=OPEN_ONLY).items == [Item(1, "", "not started")]
    assert read("1: open - soon\n2: discarded", rules=OPEN_ONLY).items == [
        Item(1, "open", "soon"),
        Item(2, "discarded", ""),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "completed by June",
        "done?",
        "not done",
        "will be started",
        "80 %",
        "we wait for money",
        "nearly done",
        "done 3 of 5",
    ],
)
def test_what_does_not_begin_with_a_status_by_itself_is_kept_as_a_comment(said: str) -> None:
    assert read(f"2: {said}").items == [Item(2, "", said)]


@pytest.mark.parametrize(
    ("after", "comment"),
    [
        (" - guidelines adopted in March", "guidelines adopted in March"),
        (": all sent", "all sent"), (", all sent", "all sent"), (",all sent", "all sent"), (". All sent.", "All sent."),
        (" – all – sent", "all – sent"), (" (see annex)", "(see annex)"), ("; sent 2025-03-01", "sent 2025-03-01"),
        (" : https://example.org/a-b", "https://example.org/a-b"),
    ],
)  # fmt: skip
def test_what_there_is_to_say_stands_behind_a_sign(after: str, comment: str) -> None:
    assert read(f"2: done{after}").items == [Item(2, "completed", comment)]


def test_several_lines_are_several_answers() -> None:
    reading = read("1: done - sent\n2) en cours: marché signé\n\n3 no longer applicable")
    assert reading.items == [
        Item(1, "completed", "sent"),
        Item(2, "ongoing", "marché signé"),
        Item(3, "no_longer_applicable", ""),
    ]
    assert not reading.unread


def test_what_goes_on_below_belongs_to_the_line_above() -> None:
    long = "done - the guidelines were adopted by the steering committee in March"
    assert read(f"2: {long}\nand sent to all missions\n\n1: started").items == [
        # Put together where a program broke the line ...
        Item(2, "completed", f"{long[7:]} and sent to all missions"),
        Item(1, "initiated", ""),
    ]
    # ... and not where the writer did.
    assert read("2: done\n3 missions have it\n15 more will").items == [
        Item(2, "completed", "3 missions have it\n15 more will")
    ]


def test_all_speaks_of_every_line() -> None:
    assert [(item.number, item.status) for item in read("all: no change").items] == [
        (1, SAME),
        (2, SAME),
        (3, SAME),
    ]
    assert len(read("Tous : terminé").items) == 3
    assert read("all missions: done").items == []


def test_of_one_item_nobody_writes_the_number() -> None:
    assert read("Done - sent to all", 1).items == [Item(1, "completed", "sent to all")]
    assert read("I think it is done", 1).unread == ["I think it is done"]
    assert read("done", 1, 2).unread == ["done"]


def test_what_cannot_be_read_is_given_back() -> None:
    reading = read(
        "1: done\n\nPlease call me about the harbour.\n7: done\n2.5 million were spent\n1: started"
    )
    assert reading.items == [Item(1, "completed", "")]
    assert reading.unread == ["Please call me about the harbour.", "2.5 million were spent"]
    assert reading.no_such == ["7: done"]
    assert reading.twice == ["started"]


@pytest.mark.parametrize("closing", ["Best regards,", "Cordialement", "Saludos,", "Kind regards"])
def test_greetings_and_signatures_are_no_answers(closing: str) -> None:
    reading = read(
        f"Dear colleagues,\nThanks for asking.\n\n2: done\n\n{closing}\nUna Berg\nProject manager\n+47 1234"
    )
    assert reading.items == [Item(2, "completed", "")]
    assert not reading.unread


@pytest.mark.parametrize("text", ["", "\n\n", "0: done", "1", "999999: done", ":", "2:"])
def test_next_to_nothing_is_nothing(text: str) -> None:
    assert read(text).items == []


@pytest.mark.parametrize(
    "hostile", ["2: " + "- " * 20_000, "1 " * 20_000, "all" * 15_000, "2: done\n" * 5_000]
)
def test_a_long_text_costs_no_more_than_its_length(hostile: str) -> None:
    reading = read(hostile)
    assert len(reading.items) <= 1
