"""A function in a process of its own: what comes back, and what ends it."""

import io
import time
from pathlib import Path

import pytest
from django.utils import translation

from evaltrack import apart
from evaltrack.apart import Bounds, Fault, UnfinishedError
from evaltrack.errors import Refused
from tests.evaltrack import apart_cases as cases

pytestmark = pytest.mark.own_database


@pytest.mark.parametrize("content", [b"words of a file", io.BytesIO(b"words of a file")])
def test_what_the_function_returns_comes_back(content: bytes | io.BytesIO) -> None:
    said = apart.run(cases.measured, content, name="bericht „é“.docx")

    assert said == {"name": "bericht „é“.docx", "size": 15, "said": "Settings"}


def test_it_speaks_the_language_of_the_person() -> None:
    with translation.override("fr"):
        here = translation.gettext("Settings")
        assert apart.run(cases.measured, b"", name="")["said"] == here
    assert apart.run(cases.measured, b"", name="", language="fr")["said"] == here


def test_it_gets_no_environment_no_secret_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://someone:secret@host/db")

    around = apart.run(cases.surroundings, b"")

    assert "DATABASE_URL" not in around["environment"]
    assert {"LANGUAGES", "LOCALE_PATHS"} < set(around["settings"])
    assert not {"SECRET_KEY", "DATABASES"} & set(around["settings"])
    assert around["folder"] == "/"


def test_a_refusal_is_told_in_its_own_words() -> None:
    with pytest.raises(Refused, match="^The file is a picture — send its text.$") as told:
        apart.run(cases.refusing, b"")
    assert not isinstance(told.value, UnfinishedError)


@pytest.mark.parametrize(
    ("function", "bounds", "fault", "words"),
    [
        (cases.sleeping, Bounds(seconds=1), Fault.TIME, "took too long"),
        (cases.counting, Bounds(seconds=1), Fault.TIME, "took too long"),
        (cases.swelling, Bounds(memory=200_000_000), Fault.MEMORY, "more memory"),
        (cases.talkative, Bounds(output=1_000_000), Fault.SIZE, "more than can be shown"),
        (cases.faulty, Bounds(), Fault.CRASH, "seems to be damaged"),
        (cases.broken_off, Bounds(), Fault.CRASH, "seems to be damaged"),
        (cases.leaving, Bounds(), Fault.CRASH, "seems to be damaged"),
        (cases.needing_a_model, Bounds(), Fault.CRASH, "seems to be damaged"),
    ],
)
def test_what_misbehaves_is_ended_with_a_sentence(
    function: object, bounds: Bounds, fault: Fault, words: str
) -> None:
    began = time.monotonic()
    with pytest.raises(UnfinishedError, match=words) as told:
        apart.run(function, b"", bounds=bounds)  # type: ignore[arg-type]
    assert told.value.fault == fault
    assert time.monotonic() - began < 5


def test_what_stood_in_the_file_is_told_to_nobody() -> None:
    with pytest.raises(UnfinishedError) as told:
        apart.run(cases.faulty, b"")
    assert "what stood" not in str(told.value)


def test_nothing_stays_open_afterwards() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _time in range(2):
        apart.run(cases.measured, b"", name="")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
