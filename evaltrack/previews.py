"""Pictures of files: a small one for the page, a large one to look at; of a PDF its first page."""

import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from evaltrack import media

SECONDS = 30
PROGRAM = str(Path(__file__).with_name("picturing.py"))


class Unpictured(Exception):  # noqa: N818
    """No picture could be made; why, for the log."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Both as WebP, without anything the original says besides what it shows."""

    small: bytes
    large: bytes


def has_picture(media_type: str) -> bool:
    kind = media.KINDS.get(media_type)
    return bool(kind and kind.pictured)


def make(content: IO[bytes], media_type: str, *, seconds: float = SECONDS) -> Pictures:
    """In a process of its own, of bounded memory and time. Raises :class:`Unpictured`."""
    with tempfile.TemporaryFile() as copy:
        while piece := content.read(media.CHUNK):
            copy.write(piece)
        copy.seek(0)
        try:
            made = subprocess.run(  # noqa: S603 - our own interpreter and program
                [sys.executable, "-I", PROGRAM, media_type],
                stdin=copy,
                capture_output=True,
                timeout=seconds,
                env={},
                check=True,
            ).stdout
        except subprocess.TimeoutExpired as error:
            raise Unpictured(f"not made within {seconds} s") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            raise Unpictured(said[-1][:200] if said else f"exit status {error.returncode}") from error
    length = struct.unpack_from("!I", made)[0] if len(made) > 4 else 0
    if not 0 < length < len(made) - 4:
        raise Unpictured("it said nothing")
    return Pictures(made[4 : 4 + length], made[4 + length :])
