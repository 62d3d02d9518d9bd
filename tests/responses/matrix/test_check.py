"""What is wrong with a matrix under a given rule profile."""

from dataclasses import replace

import pytest

from recommendations import profiles
from responses.matrix.check import dangling_marks, faults, problems
from responses.matrix.document import Action, Footnote, Matrix, Monitoring, Recommendation, Response
from responses.matrix.readers import json as reader
from tests.responses.matrix.matrices import harbour
from tests.responses.matrix.test_json import shared

PROFILES = {slug: profiles.from_dict(data) for slug, data in profiles.shipped().items()}


def with_first(matrix: Matrix, **fields) -> Matrix:
    first, *others = matrix.recommendations
    return replace(matrix, recommendations=(replace(first, **fields), *others))


def only(**fields) -> Matrix:
    return replace(
        harbour(), recommendations=(Recommendation(number="1", text="Dredge.", **fields),), footnotes=()
    )


def test_a_matrix_that_fits_has_no_problem():
    assert problems(harbour(), PROFILES["plain"]) == []
    assert dangling_marks(harbour()) == []
    assert list(faults(harbour())) == []


@pytest.mark.parametrize(
    ("case", "profile"),
    [("seed000", "iom-matrix"), ("iom-2022-aap", "iom-2022"), ("iom-matrix-crest", "iom-matrix")],
)
def test_real_matrices_fit_the_profile_they_were_made_under(case, profile):
    matrix = reader.read(shared("cases", f"{case}.matrix.json").read_bytes())
    assert matrix.profile == profile
    assert problems(matrix, PROFILES[profile]) == []
    assert dangling_marks(matrix) == []


PLAIN_STATUSES = "not_started, in_progress, completed, cancelled"


@pytest.mark.parametrize(
    ("profile", "fields", "sentences"),
    [
        ("plain", {"priority": 3}, []),
        (
            "plain",
            {"priority": 4},
            ["recommendations[0].priority: the profile plain has no priority 4, only 1, 2, 3"],
        ),
        (
            "iom-2022",
            {"priority": 1},
            ["recommendations[0].priority: the profile iom-2022 has no priority 1, it has none at all"],
        ),
        ("plain", {"actions": (Action("1.1", "Hire a dredger", status="cancelled"),)}, []),
        (
            "plain",
            {"actions": (Action("1.1", "Hire a dredger"), Action("1.2", "Dredge", status="ongoing"))},
            [
                "recommendations[0].actions[1].status: the profile plain has no status 'ongoing',"
                f" only {PLAIN_STATUSES}"
            ],
        ),
        ("iom-matrix", {"actions": (Action("1.1", "Hire a dredger", status="ongoing"),)}, []),
        (
            "plain",
            {"monitoring": (Monitoring("Time 2"),)},
            [
                "recommendations[0].monitoring[0].round: the profile plain has no round 'Time 2',"
                " it has none at all"
            ],
        ),
        ("iom-2022", {"monitoring": (Monitoring("Time 2", "open"), Monitoring("Time 3", "completed"))}, []),
        (
            "iom-2022",
            {"monitoring": (Monitoring("Time 2", "ongoing"), Monitoring("Time 4"))},
            [
                "recommendations[0].monitoring[0].status: the profile iom-2022 has no status 'ongoing',"
                " only open, completed, discarded",
                "recommendations[0].monitoring[1].round: the profile iom-2022 has no round 'Time 4',"
                " only Time 2, Time 3",
            ],
        ),
        (
            "iom-2022",
            {"monitoring": (Monitoring("Time 2"), Monitoring("Time 2"))},
            ["recommendations[0].monitoring: the round 'Time 2' stands there twice"],
        ),
        ("iom-2022", {"response": Response("partially_accepted")}, []),
    ],
)
def test_what_the_profile_does_not_know(profile, fields, sentences):
    assert problems(only(**fields), PROFILES[profile]) == sentences


def test_a_decision_that_the_profile_leaves_out():
    whole = PROFILES["plain"]
    without = replace(whole, decisions=tuple(rule for rule in whole.decisions if rule.code != "rejected"))
    matrix = only(response=Response("rejected"))
    assert problems(matrix, whole) == []
    assert problems(matrix, without) == [
        "recommendations[0].response.decision: the profile plain has no decision 'rejected',"
        " only accepted, partially_accepted"
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"text": "Light it[^z]."}, "recommendations[0].text"),
        ({"rationale": "Dark[^z]"}, "recommendations[0].rationale"),
        (
            {"response": Response("accepted", "Yes[^z] and again[^z]")},
            "recommendations[0].response.narrative",
        ),
        ({"actions": (Action("1.1", "Lamps", comment="[^z]"),)}, "recommendations[0].actions[0].comment"),
    ],
)
def test_a_mark_without_its_footnote_is_told_once_for_each_text(fields, path):
    matrix = with_first(harbour(), **fields)
    assert dangling_marks(matrix) == [f"{path}: there is no footnote for the mark [^z]"]
    assert problems(matrix, PROFILES["plain"]) == []


@pytest.mark.parametrize("text", [r"A literal \[^z] mark", "[z]", "[^]", "[^ z]", "x^z"])
def test_what_only_looks_like_a_mark(text):
    assert dangling_marks(with_first(harbour(), text=text)) == []


def test_a_footnote_may_stand_without_a_mark_and_may_hold_one():
    matrix = with_first(harbour(), text="No mark here.")
    assert dangling_marks(matrix) == []
    matrix = replace(harbour(), footnotes=(*harbour().footnotes, Footnote("b", "See[^c]")))
    assert dangling_marks(matrix) == ["footnotes[1].text: there is no footnote for the mark [^c]"]


def test_two_footnotes_of_one_mark():
    matrix = replace(harbour(), footnotes=(*harbour().footnotes, Footnote("a", "Another quay.")))
    assert problems(matrix, PROFILES["plain"]) == ["footnotes: the mark 'a' stands there twice"]
