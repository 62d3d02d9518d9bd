"""Feed every reader with damaged files until its time is over, and say what was found.

    python -m tests.fuzz.run [--minutes N] [--seed N] [READER ...]

Each reader runs in a process with bounds on memory; one that does not answer in time is ended, which counts as
found. Of each fault the smallest file is kept: in ``tests/fuzz/corpus`` when it was made of a file of our own,
else in ``bench/out/fuzz``, which is not part of the project. The exit status is 1 where something was found.
"""

import argparse
import hashlib
import json
import random
import resource
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz import damage, targets

CORPUS = Path(__file__).parent / "corpus"
ELSEWHERE = targets.ROOT / "bench" / "out" / "fuzz"
MEMORY = 3 * 1024**3  # bytes
LONGEST = 60.0  # seconds for one file


def main() -> int:
    options = argparse.ArgumentParser(description="Feed the readers with damaged files.")
    options.add_argument("--minutes", type=float, default=10, help="for each reader")
    options.add_argument("--seed", type=int, default=0, help="0 for another run each time")
    options.add_argument("--read", metavar="READER", help=argparse.SUPPRESS)
    options.add_argument("readers", nargs="*", metavar="READER", help=f"of {', '.join(targets.TARGETS)}")
    chosen = options.parse_args()
    if chosen.read:
        work(chosen.read)
        return 0
    targets.set_up()
    seed = chosen.seed or random.SystemRandom().randrange(1, 1 << 32)
    print(f"Seed {seed}", flush=True)
    found = 0
    for target in chosen.readers or targets.TARGETS:
        run = Run(target, random.Random(f"{seed} {target}"))
        found += run.through(chosen.minutes * 60)
    return 1 if found else 0


def work(target: str) -> None:
    """The reader's process: a file comes in with its length before it, a line of JSON goes out."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    targets.set_up()
    while size := sys.stdin.buffer.read(8):
        content = sys.stdin.buffer.read(int.from_bytes(size, "big"))
        print(json.dumps(targets.outcome(target, content)), flush=True)


@dataclass
class Run:
    target: str
    chance: random.Random
    faults: dict[str, bytes] = field(default_factory=dict)
    child: Any = None

    def through(self, seconds: float) -> int:
        """How many different faults there were."""
        kind = targets.TARGETS[self.target][1]
        own = list(targets.made(kind))
        sound = [(True, name, content) for name, content in own]
        sound += [(False, name, content) for name, content in targets.real(kind)]
        ends, count, refused = time.monotonic() + seconds, 0, 0
        for is_ours, name, content in sound:  # as they are, first
            self.try_one(content, is_ours, name)
        while time.monotonic() < ends:
            is_ours, name, content = self.chance.choice(sound)
            other = self.chance.choice(sound)[2] if not is_ours else self.chance.choice(own)[1]
            said = self.try_one(damage.damaged(content, other, self.chance), is_ours, name)
            count += 1
            refused += "refused" in said
        self.stop()
        told = f"{count} files, {refused} refused, {len(self.faults)} kinds of fault"
        print(f"{self.target:12} {told}", flush=True)
        return len(self.faults)

    def try_one(self, content: bytes, is_ours: bool, name: str) -> dict[str, Any]:
        said = self.ask(content)
        if fault := said.get("fault"):
            before = self.faults.get(fault)
            if before is None:
                print(f"{self.target:12} {fault}: {said.get('says', '')} (from {name})", flush=True)
            if before is None or len(content) < len(before):
                self.faults[fault] = content
                self.keep(fault, content, is_ours)
        return said

    def ask(self, content: bytes) -> dict[str, Any]:
        if self.child is None:
            command = [sys.executable, "-m", "tests.fuzz.run", "--read", self.target]
            self.child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        try:
            self.child.stdin.write(len(content).to_bytes(8, "big") + content)
            self.child.stdin.flush()
            ready, _write, _error = select.select([self.child.stdout], [], [], LONGEST)
            line = self.child.stdout.readline() if ready else b""
        except BrokenPipeError:
            ready, line = [True], b""
        if line:
            told: dict[str, Any] = json.loads(line)
            return told
        self.stop()
        return {"fault": "the process ended" if ready else f"no answer in {LONGEST:.0f} seconds"}

    def stop(self) -> None:
        if self.child:
            self.child.kill()
            self.child.wait()
            self.child.stdin.close()
            self.child.stdout.close()
        self.child = None

    def keep(self, fault: str, content: bytes, is_ours: bool) -> None:
        folder = CORPUS if is_ours else ELSEWHERE
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(fault.encode()).hexdigest()[:10]
        (folder / f"{self.target}-{digest}").write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
