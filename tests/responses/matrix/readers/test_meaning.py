"""What a content means, whatever format it came from: tables cut by pages, lines that run over them, notes."""

import pytest

from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from responses.matrix.errors import UnreadableError
from responses.matrix.readers.meaning import understand
from responses.matrix.reading import Reading

HEADS = ("Key action", "Time frame or deadline", "Responsible", "Comments", "Status")


def table(*rows: tuple[str, ...]) -> Table:
    return Table(
        tuple(
            tuple(
                Cell(
                    (Paragraph(text),),
                    Place(row=row, column=column),
                    columns=1 if len(cells) > 1 else len(HEADS),
                )
                for column, text in enumerate(cells, 1)
            )
            for row, cells in enumerate(rows, 1)
        )
    )


def actions(reading: Reading, index: int = 0) -> list[str]:
    return [action.text for action in reading.matrix.recommendations[index].actions]


def test_a_table_cut_by_a_page_goes_on_under_the_line_that_runs_over_the_pages():
    reading = understand(
        Content(
            (
                table(
                    ("Evaluation recommendation 1: Paint the tower.",),
                    ("Management response: We accept it.",),
                    HEADS,
                    ("Buy paint", "May 2031", "Store", "", ""),
                ),
                Paragraph("Management response: Lighthouses mid-term"),
                table(
                    ("Paint", "June 2031", "Keeper", "Begun.", "Ongoing"),
                    ("", "", "with support of Store", "", ""),
                ),
            ),
            running=("Management response: Lighthouses mid-term  3 May 2031",),
        )
    )
    [recommendation] = reading.matrix.recommendations
    assert actions(reading) == ["Buy paint", "Paint"]
    assert recommendation.actions[1].responsible.text == "Keeper with support of Store"
    assert recommendation.response.narrative == "We accept it."
    assert reading.matrix.evaluation.short_title == "Lighthouses mid-term"
    assert reading.matrix.responded_on.text == "3 May 2031"


def test_heads_cut_in_two_by_a_page_are_one():
    def row(number: int, page: int, *words: str) -> tuple[Cell, ...]:
        return tuple(
            Cell((Paragraph(text, Place(page=page)),) if text else (), Place(row=number, column=column))
            for column, text in enumerate(words, 1)
        )

    whole = Table(
        (
            row(1, 1, "Key", "Time frame", "Responsible", "Comments or", "Status"),
            row(2, 2, "action", "or deadline", "unit(s)", "action taken", ""),
            row(3, 2, "Buy paint", "May 2031", "Store", "Begun.", "Ongoing"),
        )
    )
    reading = understand(Content((Paragraph("Evaluation recommendation 1: Paint the tower."), whole)))
    [action] = reading.matrix.recommendations[0].actions
    assert (action.text, action.deadline.text, action.responsible.text) == ("Buy paint", "May 2031", "Store")
    assert (action.comment, action.status) == ("Begun.", "ongoing")


@pytest.mark.parametrize(
    ("deadlines", "texts"),
    [
        (("May 2031",), ["Buy paint.\n\nIt must be white."]),
        (("May 2031", "June 2031"), ["Buy paint.", "It must be white."]),
    ],
)
def test_paragraphs_of_a_cell_are_actions_where_each_has_its_deadline(deadlines, texts):
    def cell(column: int, *words: str) -> Cell:
        return Cell(tuple(map(Paragraph, words)), Place(row=2, column=column))

    said = (
        cell(1, "Buy paint.", "It must be white."),
        cell(2, *deadlines),
        cell(3, "Store"),
        cell(4, "Paint is bought.", "It is white."),
        cell(5, "Ongoing"),
    )
    heads = table(HEADS).rows[0]
    reading = understand(Content((Paragraph("Evaluation recommendation 1: Paint."), Table((heads, said)))))
    assert actions(reading) == texts


@pytest.mark.parametrize(
    ("line", "decision"),
    [
        (Paragraph("Accept / **Partially accept** / Reject"), "partially_accepted"),
        (Paragraph("Accept / Partially accept / Reject", marked=("Accept",)), "accepted"),
        (Paragraph("Accept / Partially accept / Reject", struck=("Accept / Partially accept",)), "rejected"),
        (Paragraph("Accept / Partially accept / Reject", marked=("Accept", "Reject")), None),
        (Paragraph("Accept / Partially accept / Reject", struck=("Accept",)), None),
    ],
)
def test_of_the_options_that_stay_printed_one_may_be_set_off(line: Paragraph, decision: str | None):
    label = Paragraph("Management response:")
    reading = understand(
        Content((Paragraph("Recommendation 1: Paint."), label, line, Paragraph("White is best.")))
    )
    response = reading.matrix.recommendations[0].response
    assert (response.decision, response.narrative) == (decision, "White is best.")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (Paragraph("discarded / **open** / completed"), "open"),
        (Paragraph("discarded/open/completed", marked=("completed",)), "completed"),
        (Paragraph("discarded/open/completed", marked=("open", "completed")), None),
        (Paragraph("discarded/open/completed"), None),
    ],
)
def test_of_the_statuses_that_stay_printed_one_may_be_set_off(line: Paragraph, status: str | None):
    said = (Paragraph("Recommendation 1: Paint."), Paragraph("Management response: We accept it."))
    label = Paragraph("Implementation monitoring status (Time 2):")
    reading = understand(Content((*said, label, line)))
    assert [one.status for one in reading.matrix.recommendations[0].monitoring] == [status]


def test_options_of_a_label_and_those_below_it_are_no_narrative():
    label = Paragraph("Management response - accept/partially accept/reject:", struck=("accept/", "/reject"))
    boxes = ("☐ Accept", "☒ Partially accept", "☐ Reject")
    for lines in ((label,), (Paragraph("Management response:"), *map(Paragraph, boxes))):
        blocks = (Paragraph("Recommendation 1: Paint."), *lines, Paragraph("White is best."))
        response = understand(Content(blocks)).matrix.recommendations[0].response
        assert (response.decision, response.narrative) == ("partially_accepted", "White is best.")


def test_actions_that_say_so_need_no_label():
    said = (
        "Recommendation 1: Paint.",
        "Management response: We accept it.",
        "Action 1: Buy",
        "Action 2: Paint",
    )
    reading = understand(Content(tuple(map(Paragraph, said))))
    assert actions(reading) == ["Buy", "Paint"]
    assert reading.matrix.recommendations[0].response.narrative == "We accept it."


@pytest.mark.parametrize("page", [1, 2])
def test_rows_under_heads_that_a_page_lost_are_actions_still(page: int):
    def row(number: int, page: int, *words: str) -> tuple[Cell, ...]:
        wide = 1 if len(words) > 1 else len(HEADS)
        return tuple(
            Cell((Paragraph(text, Place(page=page)),), Place(row=number, column=column), columns=wide)
            for column, text in enumerate(words, 1)
        )

    rows = (
        row(1, 1, "Evaluation recommendation 1: Paint."),
        row(2, 1, *HEADS),
        row(3, 1, "Buy paint", "May 2031", "Store", "Begun.", "Ongoing"),
        row(4, 1, "Evaluation recommendation 2: Light."),
        row(5, 1, "Management response: We accept it."),
        row(6, page, "Buy lamps", "June 2031", "Store", "Begun.", "Ongoing"),
    )
    assert actions(understand(Content((Table(rows),))), 1) == (["Buy lamps"] if page == 2 else [])


def test_key_actions_alone_in_a_line_is_a_label():
    blocks = map(
        Paragraph, ("Recommendation 1: Paint.", "Management response: Accepted", "Key actions", "• Buy")
    )
    reading = understand(Content(tuple(blocks)))
    assert actions(reading) == ["Buy"]


def test_no_cell_is_dropped_unseen():
    reading = understand(
        Content(
            (
                table(
                    ("Recommendation 1: Paint the tower.",),
                    ("Key action", "Deadline", "Responsible", "Budget line", "Status"),
                    ("Buy paint", "2031", "Store", "B-77", ""),
                    ("", "", "", "", ""),
                ),
            )
        )
    )
    assert [(one.text, one.why) for one in reading.left_out] == [
        ("B-77", "The head of its column is not known.")
    ]


def test_recommendations_that_a_list_announces_count_once():
    reading = understand(
        Content(
            (
                Paragraph("Recommendation 1: Paint."),
                Paragraph("Recommendation 2: Sell."),
                Paragraph("Recommendation 1: Paint the tower."),
                Paragraph("Management response: Accepted"),
                Paragraph("Recommendation 2: Sell the boat."),
                Paragraph("Management response: Rejected"),
            )
        )
    )
    found = [(one.number, one.text, one.response.decision) for one in reading.matrix.recommendations]
    assert found == [("1", "Paint the tower.", "accepted"), ("2", "Sell the boat.", "rejected")]
    assert [one.text for one in reading.left_out] == ["Paint.", "Sell."]


def test_a_note_to_a_label_is_one_of_the_form():
    reading = understand(
        Content(
            (
                Paragraph("Recommendation 1: Paint the tower[^2]."),
                Paragraph("Priority level[^1] (1 to 3): 1"),
                Paragraph("Management response: Accepted"),
            ),
            footnotes={"1": "1 high, 2 medium, 3 low", "2": "The northern one."},
        )
    )
    assert [note.text for note in reading.matrix.footnotes] == ["The northern one."]
    assert reading.matrix.recommendations[0].priority == 1
    assert reading.left_out[0].text == "1 high, 2 medium, 3 low"


def test_a_blank_block_of_the_form_gives_nothing():
    reading = understand(
        Content(
            (Paragraph("Recommendation 1: Paint."), Paragraph("Recommendation 2:"), Paragraph("Rationale:"))
        )
    )
    assert [one.number for one in reading.matrix.recommendations] == ["1"]


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("The boats run aground in the dark and the keeper is not there to see them.", "fr-FR", "en"),
        ("Les bateaux s’échouent dans le noir et le gardien n’est pas là pour les voir.", "en-US", "fr"),
        ("Los barcos encallan en la noche y el guardián no está para verlos con las luces.", "", "es"),
        ("القوارب تجنح في الظلام", "ar-SA", "ar"),
    ],
)
def test_the_language_is_that_of_the_texts(text: str, declared: str, language: str):
    content = Content((Paragraph("Recommendation 1:"), Paragraph(text)), language=declared)
    assert understand(content).matrix.language == language


def test_lines_below_an_action_belong_to_it():
    reading = understand(
        Content(
            (
                Paragraph("Recommendation 1: Paint."),
                Paragraph("Management response - accept/partially accept/reject: Accepted"),
                Paragraph("Key actions:"),
                Paragraph("1.1 Buy paint"),
                Paragraph("Deadline: May 2031"),
                Paragraph("Responsible: Store"),
                Paragraph("1.2 Paint"),
                Paragraph("Deadline: June 2031. Responsible: Keeper"),
            )
        )
    )
    found = [
        (one.text, one.deadline.text, one.responsible.text)
        for one in reading.matrix.recommendations[0].actions
    ]
    assert found == [("Buy paint", "May 2031", "Store"), ("Paint", "June 2031", "Keeper")]


def test_what_holds_no_recommendation_is_refused():
    with pytest.raises(UnreadableError, match="No recommendation was found"):
        understand(Content((Paragraph("Minutes of Monday"), table(("a", "b")))))
    with pytest.raises(UnreadableError, match="no text"):
        understand(Content())


def test_unknown_labels_do_not_run_into_the_field_above():
    reading = understand(
        Content(
            (
                Paragraph("Evaluation title: Lighthouses"),
                Paragraph("Project code: LM.0311"),
                Paragraph("Date of completion: 3 May 2031"),
                table(
                    ("Recommendation 1: Paint the tower.",),
                    ("Responsible unit(s): Store",),
                    ("Estimated cost: 400",),
                    ("Management response: Accepted",),
                ),
            )
        )
    )
    assert reading.matrix.evaluation.title == "Lighthouses"
    assert reading.matrix.responded_on.text == "3 May 2031"
    assert reading.matrix.recommendations[0].responsible.text == "Store"
    assert [one.text for one in reading.left_out] == ["Estimated cost: 400", "Project code: LM.0311"]


@pytest.mark.parametrize(
    ("headings", "title"),
    [
        (["Management Response Matrix – Evaluation of Lighthouses"], "Evaluation of Lighthouses"),
        (["Evaluation of the", "Lighthouses programme"], "Evaluation of the Lighthouses programme"),
        (
            ["Matrice de réponse de la direction", "Évaluation du programme Phares"],
            "Évaluation du programme Phares",
        ),
    ],
)
def test_a_title_without_a_label(headings: list[str], title: str):
    said = [Paragraph(words, bold=True) for words in headings]
    reading = understand(Content((*said, Paragraph("Recommendation 1: Paint."))))
    assert reading.matrix.evaluation.title == title
    assert any(doubt.path == "evaluation.title" for doubt in reading.doubts)


def test_the_time_of_a_round_may_stand_on_a_line_of_its_own():
    reading = understand(
        Content(
            (
                Paragraph("Recommendation 1: Paint."),
                Paragraph("Implementation monitoring status - discarded/open/completed:"),
                Paragraph("(Time 3)"),
                Paragraph("Completed"),
            )
        )
    )
    [entry] = reading.matrix.recommendations[0].monitoring
    assert (entry.round, entry.status) == ("Time 3", "completed")
