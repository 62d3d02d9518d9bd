"""Reports of real evaluations give the recommendations, lessons and practices that people read in them."""

import json
import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from recommendations import report_files

ENOUGH = 0.97  # of a text


def proposed(shared: Path, seed: str) -> dict[str, Any]:
    [path] = (shared / "seeds").glob(f"{seed}_*.txt")
    return report_files.read(path.read_bytes(), media_type="text/plain")


def truth(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "cases" / name).read_text(encoding="utf-8"))


def plain(text: str) -> str:
    return " ".join(re.sub(r"[*_]{1,3}", "", text).split())


def alike(one: str, other: str) -> float:
    return SequenceMatcher(None, plain(one), plain(other), autojunk=False).ratio()


def points(outline: str) -> list[tuple[int, str]]:
    """Depth and text of each line of an outline."""
    return [(int(line.startswith("  ")), line.strip()[2:]) for line in outline.split("\n") if line]


def test_a_final_report(shared: Path) -> None:
    found, wanted = proposed(shared, "001"), truth(shared, "seed001_recs.json")
    assert len(found["recommendations"]) == 4
    for one, other in zip(found["recommendations"], wanted["recommendations"], strict=True):
        assert one["number"] == str(other["number"])
        assert alike(one["text"], other["text"]) >= ENOUGH
        assert alike(one["rationale"], other["rationale"]) >= ENOUGH
        assert one["directed_to"] == other["directed_to"]
        assert one["timeline"] == other["recommended_timeline_as_printed"]
        assert one["based_on"] == other["aligned_with_as_printed"]
        assert one["levels"] == other["urgency_difficulty_impact_as_printed"]
        nested = [
            (depth, text)
            for point in other["operational_sub_points"]
            for depth, text in ((0, point["text"]), *((1, inner["text"]) for inner in point["children"]))
        ]
        assert points(one["sub_points"]) == nested
        differs = any("summary words it differently" in doubt for doubt in one["doubts"])
        assert differs == other["executive_summary_differs"]
        assert one["source"][0].startswith(f"Recommendation {one['number']}:")
    # Indents were lost at a page break, and a finding is named that the report does not have.
    assert any("may belong under it" in doubt for doubt in found["recommendations"][3]["doubts"])
    assert "Conclusion 3 names finding 15, which is not there." in found["remarks"]


@pytest.mark.parametrize(("kind", "name"), [("lesson", "lessons_learned"), ("practice", "best_practices")])
def test_what_a_final_report_has_learned(shared: Path, kind: str, name: str) -> None:
    found = [one for one in proposed(shared, "001")["learned"] if one["kind"] == kind]
    wanted = truth(shared, "seed001_recs.json")[name]
    for one, other in zip(found, wanted, strict=True):
        assert (one["label"], one["title"]) == (str(other["number"]), other["title"])
        assert alike(one["text"], other["text"]) >= ENOUGH
        assert one["based_on"] == other["derived_from_as_printed"]


def test_a_central_evaluation_with_case_studies(shared: Path) -> None:
    found, wanted = proposed(shared, "003"), truth(shared, "seed003_recs.json")
    assert found["title"] == "3.2. Recommendations"
    for one, other in zip(found["recommendations"], wanted["recommendations"], strict=True):
        assert one["number"] == str(other["number"])
        assert alike(one["text"], other["text"]) >= ENOUGH
        bulleted = other["sub_points"] if other["sub_point_style"] == "bullets" else []
        assert points(one["sub_points"]) == [(0, point["text"]) for point in bulleted]
        inline = (other["sub_point_style"] or "").startswith("inline")
        assert any("points within its text" in doubt for doubt in one["doubts"]) == (
            inline and "i)" in one["text"]
        )
        differs = any("summary words it differently" in doubt for doubt in one["doubts"])
        assert differs == other["executive_summary_differs"]
        for blank in ("rationale", "directed_to", "priority", "timeline", "based_on"):
            assert one[blank] == ""


def test_a_summary_out_of_a_table(shared: Path) -> None:
    found, wanted = proposed(shared, "004"), truth(shared, "seed004_ilo.json")
    for one, other in zip(found["recommendations"], wanted["recommendations"], strict=True):
        assert one["number"] == str(other["number"])
        assert alike(one["text"], other["text"]) >= ENOUGH
    learned = [*wanted["lessons_learned"], *wanted["good_practices"]]
    for one, other in zip(found["learned"], learned, strict=True):
        assert one["label"] == other["label"]
        assert alike(one["text"], other["text"]) >= ENOUGH
