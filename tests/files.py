"""Small real files of every type that may be attached, made here; and stores and scanners to try them with."""

import functools
import io
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from tests import services

# The text every scanner takes for malware, by agreement; in two parts, so that none takes this file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OFFICE = "application/vnd.openxmlformats-officedocument."


def picture(form: str = "PNG", size: tuple[int, int] = (40, 20), colour: str = "teal", **how: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, form, **how)
    return made.getvalue()


@functools.cache
def pdf(colour: str = "white") -> bytes:
    """The same bytes in one run, though they hold the time."""
    return picture("PDF", (60, 80), colour)


def archive(**parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name, text in parts.items():
            written.writestr(name, text)
    return made.getvalue()


def office(kind: str = "wordprocessingml.document", **more: str) -> bytes:
    types = f'<Types><Override ContentType="{OFFICE}{kind}.main+xml"/></Types>'
    return archive(**{"[Content_Types].xml": types, "word/document.xml": "<w/>", **more})


def open_document(kind: str = "text") -> bytes:
    return archive(**{"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<o/>"})


def outlook() -> bytes:
    """The first two sectors of a mail as Outlook saves it: a header, and a directory that begins with the root."""
    head = bytearray(512)
    head[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, 0)
    entry = bytearray(512)
    entry[80:96] = bytes.fromhex("0b0d020000000000c000000000000046")
    return bytes(head + entry)


MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Minutes\r\nDate: Mon, 2 Mar 2026 09:00 +0000\r\n\r\nHi"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40


# Stores --------------------------------------------------------------------------------------------------


@contextmanager
def s3() -> Iterator[str]:
    """A server that speaks S3 over HTTP, with an empty bucket: its ``FILE_STORE_URL``.

    In a process of its own: it needs a package that is called ``responses``, as ours is.
    """
    import boto3

    port = services.free_port()
    start = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", start], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            services.wait_until(lambda: _answers(port), 60, "the S3 server")
            client = boto3.client(
                "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                aws_access_key_id="key", aws_secret_access_key="sec/ret",
            )  # fmt: skip
            client.create_bucket(Bucket="evidence")
            client.close()
            yield f"s3://key:sec%2Fret@127.0.0.1:{port}/evidence/kept?tls=no"
        finally:
            server.kill()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# Scanners ------------------------------------------------------------------------------------------------


class Scanner:
    """A socket that answers as clamd might, and keeps what it was sent. ``answer`` None: it says nothing."""

    def __init__(self, answer: bytes | None = b"stream: OK\0", *, after: int | None = None) -> None:
        self.answer, self.after = answer, after
        self.received: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                link, _address = self._listener.accept()
            except OSError:
                return
            with link:
                self._talk(link)

    def _talk(self, link: socket.socket) -> None:
        stream = link.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        got = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            got += stream.read(size)
            if self.after is not None and len(got) > self.after:
                break
        self.received.append(got)
        if self.answer is None:
            self._stopped.wait(5)
        else:
            for at in range(0, len(self.answer), 5):  # in pieces, as a network does
                link.sendall(self.answer[at : at + 5])

    def __enter__(self) -> "Scanner":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(2)


def clamd() -> str:
    """Where the real daemon is; "" where it is not installed."""
    return shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


@contextmanager
def real_clamd() -> Iterator[tuple[str, str]]:
    """A ClamAV daemon that knows the EICAR file only: its addresses, over a Unix socket and over TCP."""
    with tempfile.TemporaryDirectory(prefix="clamd-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        port = services.free_port()
        (folder / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:0:{EICAR.hex()}\n")
        config = folder / "clamd.conf"
        config.write_text(
            f"DatabaseDirectory {folder}\nLocalSocket {folder}/socket\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
            f"Foreground yes\nStreamMaxLength 1M\nMaxThreads 2\nSelfCheck 0\n"
        )
        with subprocess.Popen(
            [clamd(), f"--config-file={config}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as daemon:
            try:
                services.wait_until((folder / "socket").exists, 30, "clamd")
                yield f"unix://{folder}/socket", f"tcp://127.0.0.1:{port}"
            finally:
                daemon.kill()
