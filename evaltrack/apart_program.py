"""A program of its own: one function of ours on what stands on standard input (see ``apart``).

On standard input: the length of the call as four bytes, the call as JSON, the file. On standard output: what
the function returned, as JSON, or with status 3 the sentence that it refused with. Whatever a library prints
goes to standard error. The alarm ends it even when whoever waits for it is gone.
"""

import importlib
import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any

REFUSED, MEMORY, FULL = 3, 4, 5


def main() -> None:
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    given = sys.stdin.buffer
    (length,) = struct.unpack("!I", given.read(4))
    call = json.loads(given.read(length))
    bound(**call["bounds"])
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    try:
        status, told = answer(call, given.read())
    except MemoryError:
        os._exit(MEMORY)
    if len(told) > call["bounds"]["output"]:
        os._exit(FULL)
    said.write(told)
    said.flush()
    os._exit(status)  # no library gets to tidy up what it has left


def bound(seconds: int, memory: int, output: int) -> None:
    os.nice(5)  # the pages come first
    signal.alarm(seconds)
    # At the second of the two it would be killed with a signal that speaks of memory.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output + 64 * 1024),  # of standard output and error, and of any other file
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def answer(call: dict[str, Any], content: bytes) -> tuple[int, bytes]:
    """The exit status, and what to say."""
    import django
    from django.conf import settings
    from django.utils import translation

    settings.configure(**call["settings"])
    django.setup()
    from evaltrack.errors import Refused

    module, _colon, name = call["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    with translation.override(call["language"]):
        try:
            result = function(content, **call["arguments"])
            return 0, json.dumps(result, ensure_ascii=False).encode("utf-8", "replace")
        except Refused as refusal:
            return REFUSED, str(refusal).encode("utf-8", "replace")


if __name__ == "__main__":
    main()
