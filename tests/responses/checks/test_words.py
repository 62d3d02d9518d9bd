"""What texts are searched for."""

import pytest

from responses.checks import words

HEADINGS = words.headings(
    [
        "Key action",
        "Evaluation recommendation {number}",
        "Time frame or deadline",
        "Accept/Partially Accept/Reject",
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Key action",
        "Key action 3: Train the staff.",
        "**Key actions:**\nTrain the staff.",
        "Management accepts.\n\nKey actions:\n- Train the staff.",
        "Action clé :",
        "Accept / Partially Accept / Reject",
        "TBD",
        "Roles TBC with partners.",
        "to be determined",
        "À compléter",
        "Por definir.",
        "n/a",
        "–",
        "...",
        "xxx",
        "Train XXX staff.",
        "Train [insert number] staff by [date].",
        "[Préciser le bureau]",
        "[Indicar la fecha]",
        "<name of the unit>",
        "The unit (please specify) will do it.",
        "[Use themes as provided in the register](#)",
        "Please describe the action to be taken.",
        "Veuillez indiquer l’échéance",
        "Click or tap here to enter text.",
        "Cliquez ou appuyez ici pour entrer du texte.",
        "Haga clic o pulse aquí para escribir texto.",
        "Choose an item.",
        "by dd/mm/yyyy",
        "Due ______",
        "Lorem ipsum dolor",
    ],
)
def test_left_over_from_a_form(text):
    assert words.left_over(text, HEADINGS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Management accepts the recommendation.",
        "Key actions of the last response are completed.",
        "Actions taken so far: three workshops[^1].",
        "The key action here is to enter into a partnership.",
        "See [the guidance](https://example.org/insert) and [2].",
        "Please see the annex; the [sic] stands there.",
        "The unit (to be confirmed by the Director) and [State of Ostania].",
        "Roles are to be determined with partners in May.",
        "Choose an itemised budget… and wait.",
        "« Insérer les jeunes » est le nom du projet.",
        "None of the three options was chosen.",
        "Deadlines: May and June.",
        "Fill the vacant post.",
    ],
)
def test_nothing_left_over(text):
    assert words.left_over(text, HEADINGS) == ""


def test_an_overall_comment_may_say_none():
    assert words.left_over("None.", HEADINGS, may_be_none=True) == ""
    assert words.left_over("[insert comment]", HEADINGS, may_be_none=True) == "[insert comment]"


@pytest.mark.parametrize(
    ("directed_to", "outside"),
    [
        ("", False),
        ("Government of Norland", True),
        ("Governments and employers’ organisations", True),
        ("Ministère de la santé; bailleurs de fonds", True),
        ("Gobierno", True),
        ("Government of Norland and the Country Office", False),
        ("Private Sector Partnership Unit", False),
        ("Donor relations officer", False),
        ("Project management", False),
    ],
)  # fmt: skip
def test_bodies_outside(directed_to, outside):
    assert words.is_outside(directed_to) is outside


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Agreed with José García-Luna on Monday.", "en", "José García-Luna"),
        ("Agreed with Jose Garcia Luna.", "en", "Jose Garcia Luna"),
        ("We will mark field borders.", "en", ""),
        ("Ask Mark Field.", "en", "Mark Field"),
        ("Madonna sang.", "en", ""),
        ("Ms Okafor will do it.", "en", "Ms Okafor"),
        ("Dr. A. Quist", "fr", "Dr. A. Quist"),
        ("M. Dupré et Mme Lund", "fr", "M. Dupré"),
        ("M. Dupré", "en", ""),
        ("Sr. Programme Officer", "en", ""),
        ("La Sra. Lund", "es", "Sra. Lund"),
        ("Use MS Word.", "en", ""),
    ],
)
def test_persons(text, language, found):
    names = words.Names(["José García-Luna", "Mark Field", "Madonna", ""])
    assert names.in_text(text, language) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Organise a webinar for staff.", "Organize webinars for the staff", True),
        ("Former le personnel du bureau", "Former le personnel des bureaux.", True),
        ("Train staff in Norland", "Train staff in Ostania", False),
        ("Train staff in 2026", "Train staff in 2027", False),
        ("Do not train staff", "Train staff", False),
        ("Publish the report (2026).", "publish report, 2026", True),
    ],
)
def test_what_says_the_same(one, other, same):
    assert (words.gist(one) == words.gist(other)) is same


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("See recommendation 9.", ["9"]),
        ("(Recommendations 1, 3 and 12)", ["1", "3", "12"]),
        ("Voir la recommandation n° 4.", ["4"]),
        ("véase la recomendación 2.1", ["2.1"]),
        ("See recommendation 9 of the mid-term evaluation.", []),
        ("Recommendation 7 (of 2019)", ["7"]),
        ("the recommendation 2025", []),
        ("as recommended in 3", []),
    ],
)
def test_references(text, numbers):
    assert list(words.references(text)) == numbers


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("3", (3,)),
        ("R3", (3,)),
        ("3.2", (3, 2)),
        ("3b", (3, 2)),
        ("No. 4", (4,)),
        ("", ()),
        ("A", ()),
        ("3-5", ()),
    ],
)
def test_numbers_in_parts(number, parts):
    assert words.parts(number) == parts


@pytest.mark.parametrize(
    ("before", "after", "follows"),
    [
        ("1", "2", True), ("2", "4", False), ("2", "2", False), ("1", "1.1", True), ("1.4", "2.1", True),
        ("1.4", "1.5", True), ("1.4", "1.6", False), ("1b", "2", True), ("1a", "1b", True), ("3", "2", False),
    ],
)  # fmt: skip
def test_what_follows(before, after, follows):
    assert words.follows(words.parts(before), words.parts(after)) is follows
