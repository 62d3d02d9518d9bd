"""One parent, several children: what they say, how they are restarted, how all of them end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaltrack.supervisor import Supervisor
from tests.services import ROOT, wait_until

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("started", os.getpid(), helper.pid)
time.sleep(60)
"""
FAILING = "import sys; print('cannot start'); sys.exit(3)"


class Heard(list[tuple[str, str]]):
    def __call__(self, name: str, line: str) -> None:
        self.append((name, line))

    def said_by(self, name: str) -> list[str]:
        return [line for who, line in self if who == name]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def supervise(heard: Heard, folder: Path, **programs: str) -> Supervisor:
    """A supervisor of modules with these texts."""
    for name, text in programs.items():
        (folder / f"{name}.py").write_text(text)
    path = os.pathsep.join([str(ROOT), str(folder)])
    return Supervisor(
        {name: [name] for name in programs}, say=heard, environment=os.environ | {"PYTHONPATH": path}
    )


def is_running(process: str) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def test_each_line_comes_with_the_name_of_who_said_it(heard: Heard, tmp_path: Path) -> None:
    chatty = "import time; print('one\\n\\ntwo'); time.sleep(60)"
    supervise(heard, tmp_path, chatty=chatty).run(lambda: len(heard) >= 2)
    assert heard == [("chatty", "one"), ("chatty", "two")]


def test_a_child_that_keeps_ending_is_started_again_ever_later(heard: Heard, tmp_path: Path) -> None:
    begun = time.monotonic()
    supervise(heard, tmp_path, failing=FAILING).run(lambda: len(heard.said_by("serve")) >= 3)
    assert heard.said_by("serve") == [
        "failing ended (exit status 3); starting it again in 1 s",
        "failing ended (exit status 3); starting it again in 2 s",
        "failing ended (exit status 3); starting it again in 4 s",
    ]
    assert heard.said_by("failing") == ["cannot start"] * 3
    assert time.monotonic() - begun >= 3


def test_a_child_that_will_not_stop_is_ended_with_all_it_started(heard: Heard, tmp_path: Path) -> None:
    supervisor = supervise(heard, tmp_path, stubborn=STUBBORN)
    asked = []

    def started() -> bool:
        if heard:
            asked.append(time.monotonic())
        return bool(heard)

    supervisor.run(started)
    assert time.monotonic() - asked[0] < 5
    assert heard.said_by("serve") == ["stubborn does not stop by itself; it is ended"]
    _, leader, helper = heard.said_by("stubborn")[0].split()
    wait_until(lambda: not is_running(leader) and not is_running(helper), 2, "the end of both")


def test_a_child_ends_when_its_leash_is_dropped(tmp_path: Path) -> None:
    """The death of the parent is the end of its side of the pipe: that is all the child needs."""
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "evaltrack.leash", "stubborn"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
    )
    assert child.stdin
    assert child.stdout
    _, leader, helper = child.stdout.readline().split()
    assert is_running(helper)
    child.stdin.close()
    child.wait(10)
    child.stdout.close()
    assert not is_running(leader)
    wait_until(lambda: not is_running(helper), 1, "the end of what the child started")
