"""Priorities, statuses and guidance, as they stand in forms that were filled in."""

import pytest

from evaltrack.documents.content import Paragraph
from recommendations.profiles import read_shipped
from responses.matrix.readers import ratings, statuses
from responses.matrix.readers.guidance import is_guidance
from responses.matrix.readers.lines import lines_of

PROFILES = {profile.slug: profile for profile in read_shipped()}


@pytest.mark.parametrize(
    ("printed", "level", "note"),
    [
        ("1", 1, None), ("High", 1, None), ("2 (medium)", 2, None), ("3 – low priority", 3, None),
        ("Élevée", 1, None), ("Priorité moyenne", 2, None), ("Alta", 1, None), ("baja", 3, None),
        ("1 (urgent)", 1, "urgent"), ("Very soon", None, "Very soon"),
    ],
)  # fmt: skip
def test_priorities(printed: str, level: int | None, note: str | None):
    rated = ratings.read(printed, PROFILES["iom-matrix"])
    assert (rated.level, rated.note) == (level, note)


def test_a_profile_without_a_scale_keeps_the_words():
    assert ratings.read("High", PROFILES["iom-2022"]) == ratings.Rated(None, "High")


@pytest.mark.parametrize(
    ("profile", "printed", "code", "certain"),
    [
        ("iom-matrix", "Ongoing", "ongoing", True),
        ("iom-matrix", "Not initiated.", "not_initiated", True),
        ("iom-matrix", "En curso", "ongoing", True),
        ("iom-matrix", "Iniciada", "initiated", True),
        ("iom-matrix", "In progress", "ongoing", True),
        ("iom-2022", "Open", "open", True),
        ("iom-2022", "Achevée", "completed", True),
        ("iom-2022", "Descartada", "discarded", True),
        ("iom-2022", "Completed in March 2032", "completed", False),
        ("iom-2022", "See annex", None, False),
        ("plain", "Cancelled", "cancelled", True),
    ],
)
def test_statuses(profile: str, printed: str, code: str | None, certain: bool):
    found = statuses.read(printed, PROFILES[profile])
    assert (found.code, found.text, found.certain) == (code, printed, certain)


@pytest.mark.parametrize(
    ("printed", "is_list"),
    [
        ("discarded/open/completed", True),
        ("choose from: initiated; not initiated; completed; or no longer applicable", True),
        ("Open", False),
        ("Completed; see the report", False),
    ],
)
def test_options_left_standing_are_no_status(printed: str, is_list: bool):
    profile = PROFILES["iom-matrix" if "initiated" in printed else "iom-2022"]
    assert statuses.is_list_of_options(printed, profile) is is_list


@pytest.mark.parametrize(
    ("words", "look", "follows_up", "expected"),
    [
        ("Open means what it says.", {"grey": True, "italic": True}, False, True),
        ("Quay unit", {"grey": True, "bold": True}, False, False),
        ("Quay unit", {"italic": True}, False, False),
        ("Complete this field when following up.", {}, False, True),
        ("Click or tap here to enter text.", {}, False, True),
        ("Cliquez ou appuyez ici pour entrer du texte.", {}, False, True),
        ("Por favor, indique el estado.", {}, False, True),
        ("[Insert the title]", {}, False, True),
        ("Indicate the status of the key actions.", {}, True, True),
        ("Indicate shoals with buoys.", {}, False, False),
        ("Complete the tower", {}, False, False),
        ("Complete the tower", {"italic": True}, True, True),
    ],
)
def test_guidance_is_told_by_its_look_and_its_words(words, look, follows_up, expected):
    [line] = lines_of([Paragraph(words, **look)])
    assert is_guidance(line, follows_up=follows_up) is expected
