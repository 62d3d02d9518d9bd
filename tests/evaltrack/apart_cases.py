"""What test_apart.py runs in a process of its own: good ones, and ones that misbehave."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.errors import Refused


def measured(content: bytes, *, name: str) -> dict[str, Any]:
    sys.stdout.write("libraries print what they like")
    return {"name": name, "size": len(content), "said": _("Settings")}


def surroundings(content: bytes) -> dict[str, Any]:
    from django.conf import settings

    return {
        "environment": sorted(os.environ),
        "settings": [name for name in dir(settings) if settings.is_overridden(name)],
        "folder": str(Path.cwd()),
    }


def refusing(content: bytes) -> None:
    raise Refused("The file is a picture — send its text.")


def sleeping(content: bytes) -> None:
    time.sleep(60)


def counting(content: bytes) -> None:
    while True:
        pass


def swelling(content: bytes) -> None:
    kept = []
    while True:
        kept.append(bytes(10_000_000))


def talkative(content: bytes) -> str:
    return "x" * 3_000_000


def faulty(content: bytes) -> None:
    raise ValueError("what stood in the file")


def broken_off(content: bytes) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leaving(content: bytes) -> None:
    sys.exit(0)


def needing_a_model(content: bytes) -> None:
    import evaltrack.models  # noqa: F401
