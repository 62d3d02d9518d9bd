"""What fuzzing found once is not found again."""

import random
from pathlib import Path

import pytest

from tests.fuzz import damage, targets

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*-*"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(path: Path) -> None:
    target = next(one for one in sorted(targets.TARGETS, key=len, reverse=True) if path.name.startswith(one))
    assert "fault" not in targets.outcome(target, path.read_bytes())


@pytest.mark.parametrize("target", ["json", "csv", "txt", "pasted", "register", "docx", "xlsx"])
def test_a_sound_file_is_read_and_a_few_damaged_copies_do_no_harm(target: str) -> None:
    chance = random.Random(target)
    sound = [content for _name, content in targets.made(targets.TARGETS[target][1])]
    assert targets.outcome(target, sound[0]) == {}
    for _time in range(10):
        content = damage.damaged(chance.choice(sound), chance.choice(sound), chance)
        assert "fault" not in targets.outcome(target, content)
