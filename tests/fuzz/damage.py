"""Damaged copies of files: bytes and letters changed, pieces lost, doubled or swapped, what is packed opened."""

import io
import random
import re
import zipfile
import zlib

HOSTILE = (
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n\n\n\n", b"\t\t\t", b";;;;", b'"', b"''", b"<", b"&", b"&#0;",
    b"&#xD800;", b"]]>", b"<!--", b"=1+1", b"@SUM(A1)", b"-0", b"1e309", b"99999999999999999999", b"-1", b"NaN",
    b"\\u0000", b"\\ud800", b"[", b"]", b"{", b"}", b"null", b"true", b"[^1]", b"[^", b"**", b"* " * 50, b"(" * 200,
    b"a" * 5000, "٣١".encode(), "\u202e\u2066".encode(), "e\u0301".encode(), b"31/02/2027", b"0000-00-00",
    b" 0 R", b"endobj", b"stream\n", b"/Kids", b"<w:tbl>", b"</w:tc>", b'w:val="-1"', b'w:gridSpan w:val="9999"',
    b'<w:vMerge/>', b't="s"', b'r="XFD1048576"', b"mergeCell",
)  # fmt: skip
XML = (".xml", ".rels")


def damaged(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """A copy with one to eight things wrong; ``other`` is another file of its kind."""
    if content.startswith(b"PK") and chance.random() < 0.85:
        return _in_archive(content, chance) or _bytes(content, other, chance)
    if content.startswith(b"%PDF") and chance.random() < 0.6:
        return _in_streams(content, chance)
    return _bytes(content, other, chance)


def _bytes(content: bytes, other: bytes, chance: random.Random) -> bytes:
    found = bytearray(content)
    for _time in range(chance.choice((1, 1, 2, 3, 8))):
        _one(found, other, chance)
    return bytes(found)


def _one(found: bytearray, other: bytes, chance: random.Random) -> None:
    size = len(found)
    at = chance.randrange(size + 1)
    length = min(chance.choice((1, 2, 4, 16, 100, 1000, 10_000)), size - at)
    match chance.randrange(9):
        case 0 if size:
            found[min(at, size - 1)] = chance.randrange(256)
        case 1:
            del found[at : at + length]
        case 2:
            found[at:at] = found[at : at + length]
        case 3:
            del found[at:]
        case 4:
            found[at : at + chance.choice((0, 1, 4))] = chance.choice(HOSTILE)
        case 5:
            start = chance.randrange(len(other) + 1)
            found[at : at + length] = other[start : start + length]
        case 6:
            _swap(found, at, length, chance)
        case 7:
            _number(found, chance)
        case _:
            _tag(found, chance)


def _swap(found: bytearray, at: int, length: int, chance: random.Random) -> None:
    there = chance.randrange(len(found) + 1)
    found[at : at + length], found[there : there + length] = (
        found[there : there + length],
        found[at : at + length],
    )


def _number(found: bytearray, chance: random.Random) -> None:
    """Another value for a number."""
    numbers = list(re.finditer(rb"\d+", bytes(found[:200_000])))
    if numbers:
        one = chance.choice(numbers)
        found[one.start() : one.end()] = chance.choice(
            (b"0", b"-1", b"1", b"65536", b"4294967296", b"9" * 30)
        )


def _tag(found: bytearray, chance: random.Random) -> None:
    """A tag of XML, or a line, that is lost or there twice."""
    pieces = list(re.finditer(rb"<[^<>]{1,200}>|[^\n]+\n", bytes(found[:400_000])))
    if pieces:
        one = chance.choice(pieces)
        found[one.start() : one.end()] = one[0] * chance.choice((0, 2, 3))


def _in_archive(content: bytes, chance: random.Random) -> bytes:
    """A file in it damaged, lost or there twice."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    if not files:
        return b""
    names = [name for name in files if name.endswith(XML)] or list(files)
    weights = [
        10 if re.search(r"document|sheet\d|footnotes|numbering|styles|shared", one) else 1 for one in names
    ]
    name = chance.choices(names, weights)[0]
    if chance.random() < 0.05:
        del files[name]
    else:
        files[name] = _bytes(files[name], chance.choice(list(files.values())), chance)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, data in files.items():
            archive.writestr(one, data)
    return packed.getvalue()


def _in_streams(content: bytes, chance: random.Random) -> bytes:
    """What a stream of a PDF holds, damaged and packed again; offsets are then wrong, as in many a file."""
    streams = list(re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL))
    if not streams:
        return _bytes(content, b"", chance)
    one = chance.choice(streams)
    try:
        plain = zlib.decompress(one[1])
    except zlib.error:
        return _bytes(content, b"", chance)
    return content[: one.start(1)] + zlib.compress(_bytes(plain, b"", chance)) + content[one.end(1) :]
