"""Statuses and decisions in the organisation's words, with the colour of what they count as."""

import pytest
from django.utils import translation

from recommendations import profiles
from responses import badges

RULES = {slug: profiles.from_dict(data) for slug, data in profiles.shipped().items()}


@pytest.mark.parametrize(
    ("profile", "code", "badge"),
    [
        ("iom-matrix", "not_initiated", ("Not initiated", "not_started")),
        ("iom-matrix", "ongoing", ("Ongoing", "in_progress")),
        ("iom-matrix", "completed", ("Completed", "completed")),
        ("iom-matrix", "no_longer_applicable", ("No longer applicable", "dropped")),
        ("iom-2022", "open", ("Open", "in_progress")),
        ("iom-2022", "discarded", ("Discarded", "dropped")),
        ("plain", "", ("Not reported", "not_reported")),
        ("plain", "from_an_older_version", ("from_an_older_version", "")),
    ],
)
def test_a_status(profile, code, badge):
    assert badges.of_status(RULES[profile], code) == badge


@pytest.mark.parametrize(
    ("code", "badge"),
    [
        ("accepted", ("Accept", "accepted")),
        ("partially_accepted", ("Partially Accept", "partly")),
        ("rejected", ("Reject", "rejected")),
        ("", ("Not answered", "pending")),
    ],
)
def test_a_decision(code, badge):
    assert badges.of_decision(RULES["iom-matrix"], code) == badge


def test_they_speak_the_readers_language():
    with translation.override("fr"):
        assert badges.of_status(RULES["iom-matrix"], "ongoing").words == "En cours"
        assert badges.of_decision(RULES["iom-matrix"], "rejected").words == "Rejetée"
