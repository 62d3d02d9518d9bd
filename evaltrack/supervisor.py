"""One parent process that runs others, restarts them when they end, and stops all of them when it is told to.

Each child runs under ``evaltrack.leash`` in a process group of its own: it ends with its parent, however that
ends, and a Ctrl-C in the terminal reaches the parent alone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FrameType
from typing import IO

# Everything must be gone within 5 s of the first signal.
GRACE = 4.0
STEADY = 30.0
LONGEST_PAUSE = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str, str], None]


class Child:
    """A program that should be running: ``command`` is a Python module and its arguments."""

    def __init__(self, name: str, command: Sequence[str], say: Say) -> None:
        self.name, self.command, self.say = name, command, say
        self.process: subprocess.Popen[str] | None = None
        self.reader: threading.Thread | None = None
        self.begun = 0.0
        self.pause = 0.0
        self.due = 0.0

    def start(self, keep: Iterable[int], environment: Mapping[str, str]) -> None:
        self.begun = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module names
            [sys.executable, "-u", "-m", "evaltrack.leash", *self.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(keep),
            env=dict(environment),
            start_new_session=True,
            text=True,
            errors="replace",
        )
        self.reader = threading.Thread(target=self._forward, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def _forward(self, output: IO[str]) -> None:
        with output:
            for line in output:
                if said := line.rstrip():
                    self.say(self.name, said)

    def back_off(self) -> None:
        """Set when to start again: soon for a program that ran well, ever later for one that keeps ending."""
        steady = time.monotonic() - self.begun > STEADY
        self.pause = 1.0 if steady or not self.pause else min(self.pause * 2, LONGEST_PAUSE)
        self.due = time.monotonic() + self.pause

    def terminate(self) -> None:
        if self.process:
            self.process.terminate()

    def clear_away(self) -> None:
        """End it for certain, with all that it started, and pass on its last lines."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):  # the whole group is gone already
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        if self.reader:
            self.reader.join(1)
        self.process = None


class Supervisor:
    """Runs ``commands`` (name -> module and arguments) until a signal comes, or until ``stop_when`` says so.

    ``keep`` are open files that the children get as well; ``say`` is given each of their lines.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        say: Say,
        keep: Iterable[int] = (),
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.children = [Child(name, command, say) for name, command in commands.items()]
        self.say = say
        self.keep = tuple(keep)
        self.environment = environment
        self.stopping = threading.Event()

    def run(self, stop_when: Callable[[], bool] = lambda: False) -> None:
        before = {number: signal.signal(number, self._asked_to_stop) for number in SIGNALS}
        try:
            while not self.stopping.wait(0.2) and not stop_when():
                for child in self.children:
                    self._look_after(child)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due:
                child.start(self.keep, self.environment)
        elif (status := child.process.poll()) is not None:
            child.clear_away()
            child.back_off()
            how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
            self.say("serve", f"{child.name} ended ({how}); starting it again in {child.pause:.0f} s")

    def _stop_all(self) -> None:
        self.stopping.set()
        for child in self.children:
            child.terminate()
        last = time.monotonic() + GRACE
        for child in self.children:
            if child.process:
                try:
                    child.process.wait(max(0.0, last - time.monotonic()))
                except subprocess.TimeoutExpired:
                    self.say("serve", f"{child.name} does not stop by itself; it is ended")
            child.clear_away()
