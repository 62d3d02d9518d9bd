"""Plain text as a matrix: rows of key actions out of blocks that have lost their table."""

import pytest

from responses.matrix.readers import plain

HEAD = """Evaluation title/year: Safe Harbours of the East, which was evaluated after the storms of the year before

Evaluation recommendation 1:
Light the outer quay.

Recommendation to:
Programme management

Priority level (1 to 3):
1

Management response (Accept/Partially Accept/Reject)
The management accepts the recommendation. It will begin with the outer quay, and go on with the others later.

Key action Time frame
or deadline

Responsible
individual or

unit(s)

Implementation monitoring

Comments or action
taken

Status

"""
Row = tuple[str, str | None, str | None, str | None, str | None]


def rows(body: str, head: str = HEAD) -> list[Row]:
    [recommendation] = plain.read((head + body).encode()).matrix.recommendations
    return [
        (
            action.text,
            action.deadline and action.deadline.text,
            action.responsible and action.responsible.text,
            action.comment,
            action.status_text,
        )
        for action in recommendation.actions
    ]


LAMPS = "Buy forty lamps\nfor the quay."
WATCH = "Teach the night\nwatch to swim."


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # one block for each cell
        (f"{LAMPS}\n\n30 June\n2031\n\nQuay unit\n\n{WATCH}\n\n31 May 2032\n\nSchool\n",
         [("Buy forty lamps for the quay.", "30 June 2031", "Quay unit", None, None),
          ("Teach the night watch to swim.", "31 May 2032", "School", None, None)]),
        # deadline and responsible on one line
        (f"{LAMPS}\n\n30 June 2031 Quay unit\nof the port\n\n{WATCH}\n\n31 May 2032 School\n",
         [("Buy forty lamps for the quay.", "30 June 2031", "Quay unit of the port", None, None),
          ("Teach the night watch to swim.", "31 May 2032", "School", None, None)]),
        # comment and status
        (f"{LAMPS}\n\n30 June 2031\n\nQuay unit\n\nThe tender is out.\n\nOngoing\n\n{WATCH}\n\n31 May 2032\n\nSchool\n",
         [("Buy forty lamps for the quay.", "30 June 2031", "Quay unit", "The tender is out.", "Ongoing"),
          ("Teach the night watch to swim.", "31 May 2032", "School", None, None)]),
        # a word that is a status elsewhere, as a deadline
        (f"{LAMPS}\n\nOngoing\n\nQuay unit\n\n  \n\n{WATCH}\n\n31 May 2032\n\nSchool\n",
         [("Buy forty lamps for the quay.", "Ongoing", "Quay unit", None, None),
          ("Teach the night watch to swim.", "31 May 2032", "School", None, None)]),
        # a row cut by its page, in the action and in the responsible cell
        (f"Buy forty lamps of\n\n30 June 2031\n\nQuay unit with\n\f Azure glass.\n\nthe store\n\n{WATCH}\n\n2032\n\nSchool\n",
         [("Buy forty lamps of Azure glass.", "30 June 2031", "Quay unit with the store", None, None),
          ("Teach the night watch to swim.", "2032", "School", None, None)]),
        # cut in the comment
        (f"{LAMPS}\n\n30 June 2031\n\nQuay unit\n\nThe tender was sent to\n\nOngoing\n\fall makers.\n\n{WATCH}\n\n2032\n\nSchool\n",
         [("Buy forty lamps for the quay.", "30 June 2031", "Quay unit", "The tender was sent to all makers.", "Ongoing"),
          ("Teach the night watch to swim.", "2032", "School", None, None)]),
    ],
)  # fmt: skip
def test_rows_are_put_together_again(body: str, expected: list[Row]):
    assert rows(body) == expected


def test_a_cell_whose_end_is_not_certain_is_doubted():
    body = f"{LAMPS}\n\n30 June 2031\n\nQuay unit\n\nThe tender is out.\n\n{WATCH}\n\n31 May 2032\n\nSchool\n"
    reading = plain.read((HEAD + body).encode())
    assert rows(body)[0][3] == "The tender is out."
    assert "recommendations[0].actions[0].text" in {doubt.path for doubt in reading.doubts}


def test_the_next_recommendation_ends_the_table():
    body = (
        f"{LAMPS}\n\n30 June 2031\n\nQuay unit\n\n  \n\nEvaluation recommendation 2:\nClose the inner quay.\n"
    )
    matrix = plain.read((HEAD + body).encode()).matrix
    assert [one.text for one in matrix.recommendations] == ["Light the outer quay.", "Close the inner quay."]
    assert len(matrix.recommendations[0].actions) == 1
