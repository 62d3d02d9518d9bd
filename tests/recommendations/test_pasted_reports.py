"""Lists pasted from real reports are read as people read them, whether copied as text or out of a PDF."""

import json
import re
import textwrap
from pathlib import Path

import pytest

from recommendations.pasted import Point, recommendations_in


def lines_of(shared: Path, seed: str, first: int, last: int) -> str:
    [path] = (shared / "seeds").glob(f"{seed}_*.txt")
    return "\n".join(path.read_text(encoding="utf-8").split("\n")[first - 1 : last])


def truth(shared: Path, name: str) -> list[dict]:
    return json.loads((shared / "cases" / name).read_text(encoding="utf-8"))["recommendations"]


def wrapped(text: str) -> str:
    """As a PDF gives it: lines of one width."""
    return "\n".join(
        textwrap.fill(line, 90, subsequent_indent=" " * (len(line) - len(line.lstrip()) + 2), break_long_words=False,
                      break_on_hyphens=False)
        for line in text.split("\n")
    )  # fmt: skip


@pytest.mark.parametrize("shape", [str, wrapped])
def test_a_final_report(shared: Path, shape):
    expected = truth(shared, "seed001_recs.json")
    found = recommendations_in(shape(lines_of(shared, "001", 616, 697)))
    assert [one.number for one in found] == [str(one["number"]) for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        assert one.text.startswith(wanted["text"])
        assert one.rationale == wanted["rationale"]
        assert one.directed_to == wanted["directed_to"]
        assert one.timeline == wanted["recommended_timeline_as_printed"]
        points = wanted["operational_sub_points"]
        assert one.sub_points == tuple(
            Point(point["text"], tuple(inner["text"] for inner in point["children"])) for point in points
        )


@pytest.mark.parametrize("shape", [str, wrapped])
@pytest.mark.parametrize(("first", "last"), [(1125, 1139), (143, 152)])
def test_a_central_evaluation(shared: Path, shape, first: int, last: int):
    expected = truth(shared, "seed003_recs.json")
    found = recommendations_in(shape(lines_of(shared, "003", first, last)))
    assert [one.number for one in found] == [str(one["number"]) for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        if wanted["sub_point_style"] == "bullets":
            assert one.text == wanted["lead_text"]
            assert one.sub_points == tuple(Point(point["text"]) for point in wanted["sub_points"])
        else:
            assert one.sub_points == ()
            assert one.text in (wanted["text"], wanted["executive_summary_text"])


def test_a_summary_out_of_a_table(shared: Path):
    expected = truth(shared, "seed004_ilo.json")
    source = lines_of(shared, "004", 84, 98).replace("</p>", "\n")
    found = recommendations_in(re.sub(r"<[^>]+>|\*{2,3}", "", source))
    assert [one.number for one in found] == [str(one["number"]) for one in expected]
    assert [one.text for one in found] == [one["text"] for one in expected]
