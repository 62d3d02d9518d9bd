"""Writing a PDF file object by object: where each stands, and the table of it at the end (PDF 1.7, 7.5)."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from hashlib import md5
from typing import IO

LEVEL = 6  # of compression
_ROW = struct.Struct(">BIH")  # kind, offset or number of the pack, place in the pack
_FREE = _ROW.pack(0, 0, 0xFFFF)
_PLACES = [place.to_bytes(2, "big") for place in range(0x10000)]


def reference(number: int) -> bytes:
    return b"%d 0 R" % number


def references(numbers: Iterable[int]) -> bytes:
    return b"[" + b" ".join(reference(number) for number in numbers) + b"]"


def text(words: str) -> bytes:
    """A text string, whatever its writing."""
    return b"<FEFF" + words.encode("utf-16-be").hex().upper().encode() + b">"


class PdfFile:
    """Objects are numbered before they are written; what was numbered and never written is free."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._at, self._digest = out, 0, md5(usedforsecurity=False)
        self._rows = bytearray(_FREE)
        self._put(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")

    def reserve(self, count: int = 1) -> int:
        """The first of so many numbers."""
        first = len(self._rows) // _ROW.size
        self._rows += _FREE * count
        return first

    def write(self, number: int, content: bytes) -> None:
        self._row(number, _ROW.pack(1, self._at, 0))
        self._put(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def stream(self, number: int, entries: bytes, content: bytes, *, is_packed: bool = False) -> None:
        """``entries`` are those of its dictionary but for length and filter."""
        if not is_packed:
            content, entries = zlib.compress(content, LEVEL), entries + b"/Filter/FlateDecode"
        self.raw_stream(number, b"<<%s/Length %d>>" % (entries, len(content)), content)

    def raw_stream(self, number: int, dictionary: bytes, content: bytes) -> None:
        self.write(number, b"%s\nstream\n%s\nendstream" % (dictionary, content))

    def pack(self, number: int, first: int, objects: Sequence[bytes]) -> None:
        """Objects, numbered through from ``first``, within a stream of that number."""
        starts, at = [], 0
        for place, content in enumerate(objects):
            starts.append(b"%d %d" % (first + place, at))
            at += len(content) + 1
        heading = b" ".join(starts) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(heading))
        self.stream(number, entries, heading + b"\n".join(objects))
        row = b"\x02" + number.to_bytes(4, "big")
        begin = first * _ROW.size
        self._rows[begin : begin + len(objects) * _ROW.size] = row + row.join(_PLACES[: len(objects)])

    def close(self, *, catalog: int, info: int) -> None:
        number = self.reserve()
        self._row(number, _ROW.pack(1, self._at, 0))
        identity = self._digest.hexdigest().upper().encode()
        entries = (
            b"<</Type/XRef/Size %d/W[1 4 2]/Root %s/Info %s/ID[<%s><%s>]/Filter/FlateDecode/Length %%d>>"
            % (number + 1, reference(catalog), reference(info), identity, identity)
        )
        start, rows = self._at, zlib.compress(bytes(self._rows), LEVEL)
        self._put(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, entries % len(rows), rows))
        self._put(b"startxref\n%d\n%%%%EOF\n" % start)

    def _row(self, number: int, row: bytes) -> None:
        self._rows[number * _ROW.size : (number + 1) * _ROW.size] = row

    def _put(self, content: bytes) -> None:
        self._out.write(content)
        self._digest.update(content)
        self._at += len(content)
