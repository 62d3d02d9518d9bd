"""A table that was pasted, as a matrix."""

import pytest

from recommendations.profiles import read_shipped
from responses.matrix.errors import UnreadableError
from responses.matrix.readers.pasted import content
from responses.matrix.readers.tables import read_content
from responses.matrix.reading import Reading

HTML = """<table><tr><td rowspan=2>No.</td><td rowspan=2><p><b>Recommendation</b></p></td><td rowspan=2>Key action</td>
<td colspan=2>Implementation monitoring</td></tr><tr><td>Comments</td><td>Status</td></tr>
<tr><td rowspan=2>1</td><td rowspan=2>Light the quay</td><td>Buy lamps</td><td>Tender out</td><td>Completed</td></tr>
<tr><td>Teach the watch</td><td></td><td></td></tr></table>"""
TEXT = 'No.\tRecommendation\tKey action\tComments\tStatus\n1\tLight the quay\tBuy lamps\t"Tender\nout"\tCompleted\n\t\tTeach the watch\t\t\n'


def read_pasted(html: str, text: str = "") -> Reading:
    return read_content(content(html, text), profiles=read_shipped())


def read_actions(reading: Reading) -> list[tuple[str, str, str | None, str | None]]:
    [one] = reading.matrix.recommendations
    assert (one.number, one.text) == ("1", "Light the quay")
    return [(action.number, action.text, action.comment, action.status) for action in one.actions]


@pytest.mark.parametrize(
    ("html", "text", "comment"),
    [
        (HTML, TEXT, "Tender out"),
        (HTML, "", "Tender out"),
        ("", TEXT, "Tender\nout"),
        (TEXT, "", "Tender\nout"),
        ("<p>No table here</p>", TEXT, "Tender\nout"),
    ],
    ids=["both", "html", "text", "text as html", "html without a table"],
)
def test_the_table_is_read_however_it_comes(html: str, text: str, comment: str) -> None:
    assert read_actions(read_pasted(html, text)) == [
        ("1.1", "Buy lamps", comment, "completed"),
        ("1.2", "Teach the watch", None, None),
    ]


def test_the_form_with_labels_in_its_cells_is_read_as_one() -> None:
    html = """<table><tr><td colspan=3><b>Evaluation recommendation 1:</b> Light the quay.</td></tr>
    <tr><td colspan=3><b>Management response (Accept/Partially Accept/Reject):</b> Accept. It is dark.</td></tr>
    <tr><td>Key action</td><td>Time frame or deadline</td><td>Responsible individual or unit(s)</td></tr>
    <tr><td>Buy lamps</td><td>June 2031</td><td>Quay unit</td></tr></table>"""
    [one] = read_pasted(html).matrix.recommendations
    assert (one.number, one.text, one.response.decision) == ("1", "Light the quay.", "accepted")
    assert [(action.text, action.deadline.text) for action in one.actions if action.deadline] == [
        ("Buy lamps", "June 2031")
    ]


@pytest.mark.parametrize(("html", "text"), [("", ""), ("<p>Hello</p>", "Hello"), ("<script>x</script>", " ")])
def test_what_holds_no_table_is_refused_with_what_to_do(html: str, text: str) -> None:
    with pytest.raises(UnreadableError, match="Mark the whole table and copy it again"):
        read_pasted(html, text)
