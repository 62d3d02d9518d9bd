"""One of our functions, run in a process of its own with bounds on memory, time and output.

For whatever reads what strangers made: a file that makes a parser loop or swell ends that process and nothing
else, and the person gets a sentence. What it gets is the file, its arguments and the person's language; no
database, no settings, no secret, no environment. So its module, and what that imports, hold no model.

    def read(content: bytes, *, name: str) -> dict[str, Any]: ...  # at the top of a module of ours

    reading = apart.run(read, file, name="report.docx")  # from a task or a command

It raises ``Refused`` with what the function itself refused with, and :class:`UnfinishedError`, which is one,
where it was ended. A function that refuses with exceptions of its own turns them into ``Refused``.
"""

import json
import logging
import os
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltrack.errors import Refused

PROGRAM = str(Path(__file__).with_name("apart_program.py"))
GRACE = 5  # seconds that the program has to begin in, and to end by itself
CHUNK = 1024 * 1024
REFUSED, MEMORY, FULL = 3, 4, 5  # exit statuses of the program

logger = logging.getLogger(__name__)


class Fault(StrEnum):
    """Why a function did not come to its end."""

    TIME = "time"
    MEMORY = "memory"
    SIZE = "size"
    CRASH = "crash"


class UnfinishedError(Refused):
    """It was ended; the text is a sentence for the person, ``fault`` for whoever counts."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(_SENTENCES[fault]())


_SENTENCES: dict[Fault, Callable[[], str]] = {
    Fault.TIME: lambda: _(
        "Reading the file took too long and was stopped. Send a part of it, or save it anew and try again."
    ),
    Fault.MEMORY: lambda: _(
        "The file needs more memory to be read than one file may take. Leave its pictures out, or send a "
        "part of it."
    ),
    Fault.SIZE: lambda: _("The file holds more than can be shown at once. Send a part of it."),
    Fault.CRASH: lambda: _(
        "The file could not be read: it seems to be damaged. Open it, save it anew, and try again."
    ),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """``memory`` and ``output`` in bytes, of address space and of JSON; ``seconds`` in all, on the clock.

    The same number of seconds of the processor ends it as well.
    """

    seconds: int = 60
    memory: int = 1024 * 1024 * 1024
    output: int = 16 * 1024 * 1024


def run(
    function: Callable[..., Any],
    content: bytes | IO[bytes],
    *,
    bounds: Bounds | None = None,
    language: str = "",
    with_models: bool = False,
    **arguments: Any,
) -> Any:
    """What ``function(content, **arguments)`` returns, with the content as bytes.

    The function stands at the top of one of our modules; arguments and result are what JSON can say. The
    language is that of now, unless one is given. Raises Refused, :class:`UnfinishedError`.
    """
    bounds = bounds or Bounds()
    call = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "arguments": arguments,
        "bounds": asdict(bounds),
        "language": language or get_language() or settings.LANGUAGE_CODE,
        "settings": _settings() | (_models() if with_models else {}),
    }
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as log,
    ):
        _give(given, json.dumps(call).encode(), content)
        status = _status(given, said, log, bounds.seconds + GRACE)
        if status == REFUSED:
            raise Refused(_all(said).decode())
        try:
            if status == 0:
                return json.loads(_all(said))
        except ValueError:
            logger.exception("%s ended before it had said anything", call["function"])
        fault = _fault(status)
        logger.warning(
            "%s was ended (%s): %s", call["function"], fault, _last_line(log) or f"status {status}"
        )
        raise UnfinishedError(fault)


def _settings() -> dict[str, Any]:
    """What translations and the ways of writing days need of the settings, and nothing else of them."""
    return {
        "INSTALLED_APPS": [],
        "LANGUAGE_CODE": settings.LANGUAGE_CODE,
        "LANGUAGES": [(code, str(name)) for code, name in settings.LANGUAGES],
        "LOCALE_PATHS": [str(path) for path in settings.LOCALE_PATHS],
        "FORMAT_MODULE_PATH": settings.FORMAT_MODULE_PATH,
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": settings.TIME_ZONE,
    }


def _models() -> dict[str, Any]:
    """What the modules of our models need to be imported: our own apps, and those their columns refer to."""
    ours = [app for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app).is_dir()]
    return {
        "INSTALLED_APPS": [*ours, "django.contrib.auth", "django.contrib.contenttypes", "knox"],
        "AUTH_USER_MODEL": settings.AUTH_USER_MODEL,
    }


def _give(given: IO[bytes], call: bytes, content: bytes | IO[bytes]) -> None:
    given.write(struct.pack("!I", len(call)) + call)
    if isinstance(content, bytes):
        given.write(content)
    else:
        while piece := content.read(CHUNK):
            given.write(piece)
    given.seek(0)


def _status(given: IO[bytes], said: IO[bytes], log: IO[bytes], seconds: float) -> int:
    """The exit status of the program, which has a group of its own so that nothing of it stays behind."""
    program = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-I", PROGRAM],
        stdin=given,
        stdout=said,
        stderr=log,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        return program.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def _fault(status: int) -> Fault:
    if status in (-signal.SIGALRM, -signal.SIGXCPU):
        return Fault.TIME
    if status in (FULL, -signal.SIGXFSZ):
        return Fault.SIZE
    # SIGKILL comes from the system when its own memory is at an end.
    if status in (MEMORY, -signal.SIGKILL):
        return Fault.MEMORY
    return Fault.CRASH


def _all(said: IO[bytes]) -> bytes:
    said.seek(0)
    return said.read()


def _last_line(log: IO[bytes]) -> str:
    lines = _all(log).decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
