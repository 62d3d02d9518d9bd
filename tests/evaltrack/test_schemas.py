"""Faults of plain data against a JSON Schema, as one sentence (more of them in the matrix's JSON tests)."""

import pytest

from evaltrack.schemas import fault, name, shown, unstorable

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["crew"],
    "properties": {
        "crew": {"type": "integer", "minimum": 1, "maximum": 12},
        "holds": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": ["string", "number"]},
        },
        "flags": {"type": "object", "minProperties": 1},
        "code": {"type": "string", "pattern": "^[A-Z]+$", "description": "a word of capital letters"},
        "sail": {"type": "boolean"},
    },
}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"crew": 12}, None),
        ({"crew": 1, "holds": ["aft", 2], "code": "AB", "sail": True}, None),
        ([], "the document: a list is not an object"),
        ({}, "crew is missing"),
        ({"crew": 0}, "crew: 0 is not 1 or more"),
        ({"crew": 13}, "crew: 13 is not 12 or less"),
        ({"crew": "many"}, "crew: 'many' is not a whole number"),
        ({"crew": 1, "holds": []}, "holds is empty"),
        ({"crew": 1, "holds": ["aft", "aft"]}, "holds names a value twice"),
        ({"crew": 1, "holds": [None]}, "holds[0]: null is not a text or a number"),
        ({"crew": 1, "flags": {}}, "flags is empty"),
        ({"crew": 1, "code": "ab"}, "code: 'ab' is not a word of capital letters"),
        ({"crew": 1, "sail": 0}, "sail: 0 is not true or false"),
        ({"crew": 1, "crews": 2}, "crews is not known here; did you mean crew?"),
        ({"crew": 1, "code": "AB", "anchor": 2}, "anchor is not known here"),
        (
            {"crew": 1, "flags": {"mast": "red\0"}},
            "flags.mast holds the character U+0000, which cannot be stored; take it out",
        ),
    ],
)
def test_the_sentence_of_a_fault(data, sentence):
    assert fault(data, SCHEMA) == sentence


def test_of_two_faults_the_one_that_says_more_is_told_and_of_equals_the_first():
    assert fault({"holds": [None], "sail": 2, "code": 3}, SCHEMA) == "crew is missing"
    assert fault({"crew": 1, "holds": [None, {}]}, SCHEMA) == "holds[0]: null is not a text or a number"


@pytest.mark.parametrize(
    ("path", "named"),
    [((), "the document"), (("a",), "a"), (("a", 0, "b"), "a[0].b"), ((3,), "[3]"), (("a", 1, 2), "a[1][2]")],
)
def test_a_path_is_named(path, named):
    assert name(path) == named


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("soon", "'soon'"),
        ("two\nlines", r"'two\nlines'"),
        ("x" * 61, "'" + "x" * 59 + "…"),
        (None, "null"),
        (False, "false"),
        (1.5, "1.5"),
        ({"a": 1}, "an object"),
        ([1], "a list"),
    ],
)
def test_a_value_is_shown_short_and_on_one_line(value, words):
    assert shown(value) == words


@pytest.mark.parametrize("text", ["", "tab\t, line\n", "\x01\x1f\x7f", "\ud7ff\ue000", "\U0010ffff"])
def test_what_can_be_stored(text):
    assert unstorable({"a": [text]}) is None


@pytest.mark.parametrize(("text", "code"), [("a\0", "U+0000"), ("\ud800", "U+D800"), ("\udfff", "U+DFFF")])
def test_what_cannot_be_stored(text, code):
    assert (
        unstorable({"a": ["fine", text]})
        == f"a[1] holds the character {code}, which cannot be stored; take it out"
    )
