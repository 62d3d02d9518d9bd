"""Asking a ClamAV daemon about a file: its INSTREAM command over TCP or a Unix socket. No database."""

import socket
import struct
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PIECE = 64 * 1024
ANSWER = 4096  # bytes of an answer; one that is longer is none
SECONDS = 60.0  # for each step: a large archive takes its time


class Away(Exception):  # noqa: N818  (said of the scanner)
    """The scanner cannot be reached, or stopped answering: ask again later."""


class Unable(Exception):  # noqa: N818
    """The scanner answers that it cannot check this; its words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    infected: bool
    found: str = ""  # the name of what it found


def check_address(url: str) -> str:
    """The address, if it is one; raises ImproperlyConfigured."""
    try:
        parts = urlsplit(url)
        tcp = parts.scheme == "tcp" and parts.hostname and parts.port and parts.path in ("", "/")
    except ValueError:
        tcp, parts = None, urlsplit("")
    if url and not tcp and not (parts.scheme == "unix" and not parts.netloc and parts.path != "/"):
        raise ImproperlyConfigured("CLAMD_URL is tcp://HOST:PORT or unix:///PATH/OF/THE/SOCKET.")
    return url


def scan(content: IO[bytes], url: str, *, seconds: float = SECONDS) -> Verdict:
    """Send it piece by piece and read the verdict. Raises :class:`Away` and :class:`Unable`."""
    try:
        with _connected(url, seconds) as link:
            _send(link, content)
            answer = _answer(link)
    except OSError as error:
        raise Away(str(error) or type(error).__name__) from error
    return _understood(answer)


def _connected(url: str, seconds: float) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname, parts.port), timeout=seconds)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(seconds)
    try:
        link.connect(parts.path)
    except OSError:
        link.close()
        raise
    return link


def _send(link: socket.socket, content: IO[bytes]) -> None:
    try:
        link.sendall(b"zINSTREAM\0")
        while piece := content.read(PIECE):
            link.sendall(struct.pack("!I", len(piece)) + piece)
        link.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # Past its limit it answers, and closes while we are still sending; the answer can be read.
        return


def _answer(link: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0"):
        piece = link.recv(1024)
        if not piece:
            break
        said += piece
        if len(said) > ANSWER:
            break
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _understood(answer: str) -> Verdict:
    said = answer.removeprefix("stream: ").strip()
    if said == "OK":
        return Verdict(infected=False)
    if said.endswith(" FOUND"):
        return Verdict(infected=True, found=said.removesuffix(" FOUND")[:200])
    if said.endswith("ERROR"):
        raise Unable(said[:200])
    raise Away(f"no answer that is one: {said[:80]!r}")
