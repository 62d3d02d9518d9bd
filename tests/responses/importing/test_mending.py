"""Mending what was understood: values and rows, with what belongs to them."""

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.deadlines import read
from evaltrack.documents.content import Place
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from responses.importing import choosing, drafts, mending
from responses.matrix.reading import Doubt, LeftOut, Source
from tests import factories as make
from tests.responses.importing.handed_in import fresh, read_import
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db

FIRST = "recommendations[0]"


@pytest.fixture
def officer():
    return make.member(Role.ME_OFFICER)


@pytest.fixture
def one(officer):
    sources = {
        f"{FIRST}.text": Source(Place(page=1), "Light the outer quay"),
        f"{FIRST}.actions[0].text": Source(Place(page=2), "Buy forty lamps"),
        f"{FIRST}.actions[1].text": Source(Place(page=3), "Teach the night watch"),
        "recommendations[1].text": Source(Place(page=4), "Close the inner quay."),
    }
    doubts = (Doubt(f"{FIRST}.actions[1].text", "Is it one?"), Doubt("recommendations[1].text", "Is it all?"))
    left = (LeftOut("Written by hand.", Place(page=5), "in the margin"),)
    return read_import(harbour(), officer, sources=sources, doubts=doubts, left_out=left)


def matrix(one):
    return choosing.matrix_of(fresh(one))


def mend(one, officer, layout: int = 0, **values: str):
    named = {name.replace("__", "."): text for name, text in values.items()}
    return mending.mend(one, named, by=officer, layout=layout)


@pytest.mark.parametrize(
    ("path", "text", "then"),
    [
        ("evaluation.title", "Safer Harbours", lambda m: m.evaluation.title == "Safer Harbours"),
        ("coordinator", "", lambda m: m.coordinator is None),
        (f"{FIRST}.text", "Light it.\r\n", lambda m: m.recommendations[0].text == "Light it."),
        (f"{FIRST}.priority", "", lambda m: m.recommendations[0].priority is None),
        (f"{FIRST}.response.decision", "rejected", lambda m: m.recommendations[0].response.decision == "rejected"),
        (f"{FIRST}.timeline", "June 2032", lambda m: m.recommendations[0].timeline == read("June 2032")),
        (
            f"{FIRST}.sub_points",
            "- Lamps\n  - of glass\n- Buoys",
            lambda m: m.recommendations[0].sub_points[0].sub_points[0].text == "of glass",
        ),
        (
            f"{FIRST}.actions[1].responsible",
            "Watch unit; Store (support)",
            lambda m: [p.role for p in m.recommendations[0].actions[1].responsible.parties]
            == ["lead", "support"],
        ),
        (
            f"{FIRST}.actions[0].status",
            "completed",
            lambda m: m.recommendations[0].actions[0].status == "completed",
        ),
    ],
)  # fmt: skip
def test_a_value_is_read_anew_from_its_words(one, officer, path, text, then):
    before = drafts_text(one, path)
    told = mending.mend(one, {path: text}, by=officer, layout=0)
    assert (told.refused, list(told.changed)) == ({}, [path])
    assert then(matrix(one))
    assert fresh(one).mended == {path: before}
    assert path in AuditEntry.objects.get(verb="mended").changes


def drafts_text(one, path: str) -> str:
    return drafts.text_of(one.draft, path)


@pytest.mark.parametrize(
    ("path", "text", "sentence"),
    [
        (f"{FIRST}.text", " ", "cannot be blank"),
        (f"{FIRST}.response.decision", "perhaps", "not on the list"),
        (f"{FIRST}.actions[0].status", "perhaps", "not on the list"),
        (f"{FIRST}.priority", "77", "not on the scale"),
        (f"{FIRST}.text", "x" * 50_001, "50,000"),
        ("recommendations[9].text", "x", "no such cell"),
        (f"{FIRST}.actions", "x", "no such cell"),
        ("profile", "plain", "no such cell"),
        (f"{FIRST}.text.__class__", "x", "no such cell"),
        ("", "x", "no such cell"),
    ],
)
def test_what_a_value_cannot_be_is_said_and_the_others_are_kept(one, officer, path, text, sentence):
    told = mending.mend(one, {path: text, "coordinator": "Port office"}, by=officer, layout=0)
    assert sentence in told.refused[path]
    assert matrix(one).coordinator == "Port office"


def test_what_a_person_wrote_is_no_longer_doubtful(one, officer):
    mending.mend(one, {f"{FIRST}.actions[1].text": "Teach all watches"}, by=officer, layout=0)
    assert [doubt["sentence"] for doubt in fresh(one).draft["doubts"]] == ["Is it all?"]


def test_a_doubt_is_settled_by_a_word(one, officer):
    mending.settle_doubt(one, 0, by=officer, layout=0)
    assert [doubt["sentence"] for doubt in fresh(one).draft["doubts"]] == ["Is it all?"]


class TestRows:
    def test_what_belongs_to_a_row_goes_and_moves_with_it(self, one, officer):
        mending.mend(one, {f"{FIRST}.actions[1].deadline": "May 2032"}, by=officer, layout=0)
        mending.change_rows(one, "remove", f"{FIRST}.actions[0]", by=officer, layout=0)
        draft = fresh(one).draft
        assert [action.text for action in matrix(one).recommendations[0].actions] == ["Teach the night watch"]
        assert matrix(one).recommendations[0].actions[0].number == "1.1"
        assert draft["sources"][f"{FIRST}.actions[0].text"]["place"] == {"page": 3}
        assert draft["doubts"][0]["path"] == f"{FIRST}.actions[0].text"
        assert list(fresh(one).mended) == [f"{FIRST}.actions[0].deadline"]

    def test_an_added_one_is_filled_in_then(self, one, officer):
        path = mending.change_rows(one, "add", FIRST, by=officer, layout=0)
        assert path == "recommendations[1]"
        assert fresh(one).draft["sources"]["recommendations[2].text"]["place"] == {"page": 4}
        action = mending.change_rows(one, "add-action", path, by=officer, layout=1)
        mending.mend(one, {f"{path}.text": "Paint it.", f"{action}.text": "Buy paint"}, by=officer, layout=2)
        assert matrix(one).recommendations[1].actions[0].text == "Buy paint"

    def test_two_become_one(self, one, officer):
        path = mending.change_rows(one, "join", f"{FIRST}.actions[1]", by=officer, layout=0)
        actions = matrix(one).recommendations[0].actions
        assert [action.text for action in actions] == ["Buy forty lamps\n\nTeach the night watch"]
        assert str(actions[0].deadline) == "30 June 2031"
        source = fresh(one).draft["sources"][f"{path}.text"]
        assert source == {
            "place": {"page": 2}, "text": "Buy forty lamps\n\nTeach the night watch", "origin": "printed",
        }  # fmt: skip

    def test_recommendations_too_with_all_their_actions(self, one, officer):
        count = sum(len(each.actions) for each in matrix(one).recommendations[:2])
        mending.change_rows(one, "join", "recommendations[1]", by=officer, layout=0)
        joined = matrix(one).recommendations[0]
        assert joined.text == "Light the *outer* quay[^a].\n\nClose the inner quay."
        assert (joined.response.decision, len(joined.actions)) == ("accepted", count)

    @pytest.mark.parametrize(
        ("what", "path"),
        [
            ("join", FIRST), ("join", f"{FIRST}.actions[0]"), ("join", "footnotes[0]"), ("remove", "evaluation"),
            ("remove", "recommendations[99]"), ("add", "recommendations[99]"), ("add-action", "nothing"),
            ("explode", FIRST), ("add-action", "recommendations[99]"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_done_is_refused(self, one, officer, what, path):
        with pytest.raises(Refused):
            mending.change_rows(one, what, path, by=officer, layout=0)
        assert matrix(one) == harbour()

    def test_a_page_of_before_knows_other_places(self, one, officer):
        mending.change_rows(one, "remove", f"{FIRST}.actions[0]", by=officer, layout=0)
        with pytest.raises(Refused, match="changed meanwhile"):
            mending.mend(one, {f"{FIRST}.actions[0].text": "Which?"}, by=officer, layout=0)


def test_a_text_that_was_left_out_can_be_put_in(one, officer):
    mending.take_in(one, 0, f"{FIRST}.response.narrative", by=officer, layout=0)
    narrative = matrix(one).recommendations[0].response.narrative
    assert narrative == "The programme agrees.\n\nWritten by hand."
    assert fresh(one).draft["left_out"] == []


def test_nobody_else_mends_it(one):
    with pytest.raises(PermissionDenied):
        mend(one, make.member(Role.EVALUATION_UNIT), coordinator="Me")
