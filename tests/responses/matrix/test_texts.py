"""Every text of a matrix, each with the path under which its JSON has it."""

import re

from hypothesis import given

from responses.matrix.texts import texts
from responses.matrix.writers import json as writer
from tests.responses.matrix.matrices import harbour, matrices

CODES = {
    "format",
    "version",
    "profile",
    "language",
    "decision",
    "status",
    "kind",
    "start",
    "due",
    "role",
    "priority",
}


def written(node, path=""):
    """All strings of plain data but the codes and what was read out of a text (parties)."""
    if isinstance(node, str) and node:
        yield path, node
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from written(item, f"{path}[{index}]")
    elif isinstance(node, dict):
        for key, item in node.items():
            if key not in CODES | {"parties"}:
                yield from written(item, f"{path}.{key}".removeprefix("."))


@given(matrices())
def test_all_texts_and_only_texts_each_once_in_the_order_of_the_document(matrix):
    assert list(texts(matrix)) == list(written(writer.data(matrix)))


def test_texts_are_named_by_their_path():
    found = dict(texts(harbour()))
    assert found["evaluation.title"] == "Safe Harbours"
    assert found["recommendations[0].sub_points[0].sub_points[0].text"] == "with solar cells"
    assert found["recommendations[0].actions[0].deadline.text"] == "30 June 2031"
    assert found["recommendations[0].actions[0].responsible.text"] == "Quay unit, with the store"
    assert not [path for path in found if re.match(r"recommendations\[2\]\.(rationale|priority)", path)]
