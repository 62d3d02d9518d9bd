"""The printed matrix, read back by other programs: nothing lost, nothing twice, nothing torn apart."""

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from evaltrack.deadlines import Deadline
from evaltrack.text import to_html
from recommendations.choices import Layout
from recommendations.profiles import Profile
from responses.matrix.document import (
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from responses.matrix.readers import json as json_reader
from responses.matrix.texts import texts
from responses.matrix.writers import json as json_writer
from responses.matrix.writers.pdf import write
from tests.pdfs import assert_accessible, pages, reader, squeezed
from tests.responses.matrix.matrices import harbour, matrices
from tests.responses.matrix.printing import ARABIC, LIST, LONG_ADDRESS, SENTENCE, TABLE, matrix, profile

REAL = ["seed000.matrix.json", "iom-2022-aap.matrix.json", "iom-matrix-crest.matrix.json"]
PRINTED_ON = date(2026, 11, 21)


def body(pdf: bytes) -> list[str]:
    """The text of each page without the lines at its head and foot."""
    bare = []
    for page in pages(pdf):
        lines = [
            line for line in page.split("\n") if not re.match(r"(Management response: Lake|Page \d)", line)
        ]
        bare.append("\n".join(lines))
    return bare


def shown(source: str) -> str:
    """A text as it is printed: without markup, its footnote marks as they are."""
    return squeezed(unescape(re.sub(r"<[^>]+>", "", to_html(source))))


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest, shared: Path) -> Matrix:
    return json_reader.read((shared / "cases" / request.param).read_bytes())


# Nothing lost, nothing twice --------------------------------------------------------------------------------

NOT_IN_THE_BODY = re.compile(
    r"(short_title|reference|number|mark|round|responded_on\.text|actions.*status_text)$"
)


WHEN_AND_WHO = re.compile(r"actions\[\d+\]\.(deadline|responsible)")


def assert_every_text_once(matrix: Matrix, form: Profile, pdf: bytes) -> None:
    """A text stands in print as often as in the matrix, alone or as part of another."""
    title = re.escape(matrix.evaluation.short_title or matrix.evaluation.title)
    whole = squeezed("".join(without_edges(page, title) for page in pages(pdf)))
    expected = {path: shown(text) for path, text in texts(matrix) if not NOT_IN_THE_BODY.search(path)}
    for text in expected.values():
        assert text in whole
    if form.layout == Layout.ACTION_LIST:  # its actions say in their own words when and who
        expected = {path: text for path, text in expected.items() if not WHEN_AND_WHO.search(path)}
    for text in expected.values():
        if len(text) > 30:
            assert whole.count(text) == sum(other.count(text) for other in expected.values()), text


def without_edges(page: str, title: str) -> str:
    edges = rf"^(Management response: {title}.*|.*Printed on .*|Page \d+ of \d+|\d+ \w+ \d{{4}}|\w+ \d{{4}})$"
    return re.sub(edges, "", page, flags=re.MULTILINE)


@pytest.mark.parametrize("form", [TABLE, LIST], ids=["table", "list"])
def test_every_text_of_a_real_matrix_is_printed_once_in_either_layout(real: Matrix, form: Profile) -> None:
    assert_every_text_once(real, form, write(real, form, printed_on=PRINTED_ON))


@pytest.mark.parametrize("form", [TABLE, LIST, profile("plain")], ids=["table", "list", "plain"])
def test_every_field_is_printed_in_every_layout(form: Profile) -> None:
    full = replace(
        harbour().recommendations[0],
        monitoring=(
            Monitoring("Time 2", "open", "Open, still", "Two lamps stand."),
            Monitoring("Extra", comment="x1"),
        ),
    )
    everything = replace(harbour(), recommendations=(full, *harbour().recommendations[1:]))
    pdf = write(everything, form)
    whole = squeezed("".join(pages(pdf)))
    for path, text in texts(everything):
        if not re.search(r"(actions.*number|mark)$", path):
            assert shown(text) in whole, path


def test_the_attached_json_is_the_matrix(real: Matrix) -> None:
    attached = reader(write(real, TABLE)).attachments
    assert attached == {"matrix.json": [json_writer.write(real)]}
    assert json_reader.read(attached["matrix.json"][0]) == real


@pytest.mark.parametrize("form", [TABLE, LIST], ids=["table", "list"])
def test_blank_stays_blank(form: Profile) -> None:
    text = "".join(pages(write(matrix(Recommendation("1", "Dig.", actions=(Action("1.1", "Dig"),))), form)))
    assert "None" not in text
    assert "null" not in text


def test_no_action_numbers_in_the_older_layout() -> None:
    actions = tuple(Action(f"7.{n}", f"Dig hole {n}") for n in (1, 2))
    text = "".join(pages(write(matrix(Recommendation("7", "Dig.", actions=actions)), TABLE)))
    assert "Dig hole 1" in text
    assert "7.1" not in text


def test_an_empty_matrix_is_one_page() -> None:
    assert len(pages(write(matrix(), TABLE))) == len(pages(write(matrix(), LIST))) == 1


@given(matrices())
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_matrix_can_be_printed(any_matrix: Matrix) -> None:
    for form in (TABLE, LIST):
        assert reader(write(any_matrix, form)).attachments["matrix.json"] == [json_writer.write(any_matrix)]


# The blocks of the form -------------------------------------------------------------------------------------

LAKE = matrix(
    Recommendation(
        "1",
        "Clean the lake.\n\n- shore\n- bed",
        rationale="It smells.",
        directed_to="Ministry",
        priority=2,
        sub_points=(SubPoint("First the shore", (SubPoint("by hand"),)),),
        response=Response("partially_accepted", "We agree.\n\nBut slowly."),
        actions=(
            Action("1.1", "Buy nets", Deadline("May 2031"), Responsible("Boat unit"), "Bought.", "ongoing"),
        ),
    ),
    evaluation=Evaluation("Lake Programme", "Lake", "LK-1", "2029-2030"),
    coordinator="Lake manager",
    overall_comment="Fair.",
    responded_on=Deadline("3 May 2031"),
)


def test_the_blocks_of_the_older_layout_stand_in_its_order() -> None:
    expected = """
        Evaluation title/year: Lake Programme. Evaluation conducted 2029-2030
        Person or entity responsible for completing the management follow-up response matrix: Lake manager
        Overall comment on evaluation process: Fair.
        Evaluation recommendation 1:
        Clean the lake. shore bed First the shore by hand
        Rationale: It smells.
        Recommendation to: Priority level (1 to 3)*: Ministry 2
        Management response (Accept/Partially Accept/Reject): Partially Accept
        We agree. But slowly.
        Implementation monitoring
        Key action Time frame or deadline Responsible individual or unit(s) Comments or action taken Status
        Buy nets May 2031 Boat unit Bought. Ongoing
        * 1 high priority, 2 medium priority, 3 low priority
    """
    text = "".join(body(write(LAKE, TABLE, printed_on=PRINTED_ON)))
    assert squeezed(expected) in squeezed(text)


def test_the_blocks_of_the_current_layout_stand_in_its_order() -> None:
    answered = replace(
        LAKE.recommendations[0],
        directed_to=None,
        priority=None,
        rationale=None,
        responsible=Responsible("Lake unit"),
        actions=(Action("1.1", "Buy nets (2031)", Deadline("2031"), Responsible("Boat unit")),),
        monitoring=(Monitoring("Time 2", "open", None, "Half done."), Monitoring("Time 3")),
    )
    expected = """
        Management response and action plan matrix
        Lake Programme. Evaluation conducted 2029-2030
        Name and function of the management response coordinator (MR coordinator): Lake manager
        Date of publication: 3 May 2031
        Overall comment on evaluation process (optional): Fair.
        Evaluation recommendation # 1:
        Clean the lake. shore bed First the shore by hand
        Responsible unit(s): Lake unit
        Management response - accept/partially accept/reject: Partially accept
        We agree. But slowly.
        Key actions: Buy nets (2031) (Boat unit)
        Implementation monitoring status - discarded/open/completed (Time 2): Open
        Comments on implementation status (Time 2): Half done.
        Final implementation monitoring status - discarded/open/completed (Time 3):
        Final comments on implementation status (Time 3):
    """
    text = "".join(body(write(replace(LAKE, recommendations=(answered,)), LIST)))
    assert squeezed(expected) in squeezed(text)


@pytest.mark.parametrize(("form", "label"), [(TABLE, "Implementation monitoring"), (LIST, "Key actions")])
@pytest.mark.parametrize(
    ("decision", "actions", "printed"),
    [
        ("rejected", 0, False), ("rejected", 1, True), ("accepted", 0, True), (None, 0, True),
        ("undecided", 0, True),
    ],
)  # fmt: skip
def test_a_rejected_recommendation_has_no_blank_for_actions(
    form: Profile, label: str, decision: str | None, actions: int, printed: bool
) -> None:
    promised = (Action("1.1", "Dig"),) * actions
    recommendation = Recommendation("1", "Dig.", response=Response(decision, "So."), actions=promised)
    text = "".join(pages(write(matrix(recommendation), replace(form, rounds=()))))
    assert (label in text) == printed


IN_THE_LINE = [
    ("Buy nets", "2031", "Boat unit", "Buy nets (2031; Boat unit)"),
    ("Buy nets (2031)", "2031", None, "Buy nets (2031)"),
    ("Buy nets (2031 – 2032).", "2031-2032", None, "Buy nets (2031 – 2032)."),
    ("Buy 2031 nets", "31", None, "Buy 2031 nets (31)"),
    ("The Boat Unit buys nets", None, "boat unit", "The Boat Unit buys nets"),
    ("Buy nets\n\nand boats", "2031", None, "Buy nets and boats (2031)"),
    ("Buy\n\n- nets", "2031", None, "Buy nets (2031)"),
]


@pytest.mark.parametrize(("text", "deadline", "responsible", "line"), IN_THE_LINE)
def test_a_listed_action_says_when_and_who_once(
    text: str, deadline: str | None, responsible: str | None, line: str
) -> None:
    action = Action(
        "1.1",
        text,
        Deadline(deadline) if deadline else None,
        Responsible(responsible) if responsible else None,
    )
    printed = squeezed("".join(pages(write(matrix(Recommendation("1", "Dig.", actions=(action,))), LIST))))
    assert squeezed(f"Key actions: {line} Implementation monitoring") in printed


def test_labels_come_in_the_language_asked_for() -> None:
    text = "".join(pages(write(LAKE, TABLE, language="fr", printed_on=PRINTED_ON)))
    assert "Recommandation de l’évaluation 1 :" in text
    assert "Partiellement acceptée" in text
    assert "Page 1 sur 1" in text
    assert "21 novembre 2026" in text


def test_every_page_says_what_it_is_a_page_of() -> None:
    many = tuple(Recommendation(str(n), SENTENCE * 9) for n in range(1, 13))
    found = pages(write(replace(LAKE, recommendations=many), TABLE, printed_on=PRINTED_ON))
    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert "Management response: Lake 3 May 2031\n" in page
        assert "LK-1 · Printed on 21 November 2026" in page
        assert f"Page {number} of {len(found)}" in page


# Notes ------------------------------------------------------------------------------------------------------


def test_a_note_stands_once_under_the_recommendation_that_cites_it_first() -> None:
    noted = matrix(
        Recommendation("1", "One[^2].", actions=(Action("1.1", "Do[^1]", comment="Done[^2]"),)),
        Recommendation("2", "Two[^3] and[^2].", response=Response("accepted", "Yes[^4].")),
        footnotes=tuple(Footnote(str(n), f"The note number {n}") for n in range(1, 6)),
    )
    text = "".join(pages(write(noted, LIST)))
    order = re.findall(r"recommendation # \d|number \d", text)
    assert order == [
        "recommendation # 1", "number 2", "number 1",
        "recommendation # 2", "number 3", "number 4",
        "number 5",
    ]  # fmt: skip


def test_the_scale_is_the_note_that_the_matrix_has_for_it() -> None:
    own = Footnote("1", "1 high priority, 2 medium priority, 3 low priority")
    text = "".join(pages(write(replace(LAKE, footnotes=(own,)), TABLE)))
    assert text.count("1 high priority") == 1
    assert "Prioritylevel(1to3)1:" in squeezed(text)


def test_notes_that_cite_each_other_come_to_an_end() -> None:
    noted = matrix(
        Recommendation("1", "One[^a]."), footnotes=(Footnote("a", "See[^b]"), Footnote("b", "See[^a]"))
    )
    assert "".join(pages(write(noted, LIST))).count("See") == 2


# Safety -----------------------------------------------------------------------------------------------------


@pytest.fixture
def trap() -> Iterator[tuple[int, socket.socket]]:
    """A port on this machine on which nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server.getsockname()[1], server


@pytest.mark.parametrize("form", [TABLE, LIST], ids=["table", "list"])
def test_no_text_reaches_a_host_or_a_file(
    form: Profile, trap: tuple[int, socket.socket], tmp_path: Path
) -> None:
    port, server = trap
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    host = f"http://127.0.0.1:{port}/x"
    hostile = (
        f'<img src={host}> ![x]({host}) ![x]({secret.as_uri()}) <link rel=attachment href="{secret.as_uri()}">'
        f'<style>@import url("{host}")</style> [x](javascript:x) {host} "><script src={host}></script>'
        "{{ paper }} {% include 'x' %} ${x} \\0 url(x) </main></body>"
    )
    action = Action("1.1", hostile, Deadline(hostile), Responsible(hostile), hostile, hostile, hostile)
    everywhere = matrix(
        Recommendation(
            hostile, hostile, hostile, hostile, Responsible(hostile), 1, hostile, Deadline(hostile),
            (SubPoint(hostile),), Response("accepted", hostile), (action,),
            (Monitoring(hostile, hostile, hostile, hostile),),
        ),
        evaluation=Evaluation(hostile, hostile, hostile, hostile),
        coordinator=hostile,
        overall_comment=hostile,
        responded_on=Deadline(hostile),
        footnotes=(Footnote("1", hostile), Footnote('"><img src=x>', hostile)),
    )  # fmt: skip
    pdf = write(everywhere, form)
    with pytest.raises(BlockingIOError):
        server.accept()
    assert list(reader(pdf).attachments) == ["matrix.json"]
    assert "SECRET" not in "".join(pages(pdf))
    assert shown(hostile) in squeezed("".join(pages(pdf)))


# The official document --------------------------------------------------------------------------------------


def test_title_and_language_are_those_of_the_matrix() -> None:
    document = reader(write(replace(LAKE, language="vi"), TABLE))
    assert document.metadata.title == "Management response: Lake Programme"
    assert document.trailer["/Root"]["/Lang"] == "vi"


def test_the_recommendations_are_bookmarks() -> None:
    outline = reader(write(LAKE, TABLE)).outline
    assert [entry.title for entry in outline[1]] == ["Evaluation recommendation 1:"]


def test_the_same_matrix_gives_the_same_bytes() -> None:
    assert write(LAKE, TABLE, printed_on=PRINTED_ON) == write(LAKE, TABLE, printed_on=PRINTED_ON)


def test_real_matrices_are_accessible(shared: Path, tmp_path: Path) -> None:
    read = {name: json_reader.read((shared / "cases" / name).read_bytes()) for name in REAL}
    documents = {name: write(one, profile(one.profile)) for name, one in read.items()}
    assert_accessible(shared, tmp_path, documents)


def test_unusual_matrices_are_accessible(shared: Path, tmp_path: Path) -> None:
    tall = Action("1.1", SENTENCE * 60, comment="- one\n\n- two\n  1. three")
    noted = Recommendation(
        "1", "One[^1].\n\n- a\n\n  b", actions=(tall, Action("1.2", LONG_ADDRESS, status="open"))
    )
    unusual = matrix(noted, footnotes=(Footnote("1", f"See {LONG_ADDRESS}[^2]"), Footnote("2", "b")))
    documents = {
        f"{name}-{form.slug}": write(one, form)
        for name, one in {"empty": matrix(), "unusual": unusual, "harbour": harbour()}.items()
        for form in (TABLE, LIST)
    }
    documents["arabic"] = write(replace(unusual, language="ar", coordinator=ARABIC), TABLE)
    assert_accessible(shared, tmp_path, documents)
