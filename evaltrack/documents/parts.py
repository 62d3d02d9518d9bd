"""A part of a PDF: pages that were set once, frozen so that they can be put into any document.

What a document decides is left blank in them and filled in by ``assembly``: the numbers of objects, the keys
of the tree that ties content to its tags, the numbers of pages, where links into other parts lead.
WeasyPrint's objects are written from what they are, not searched for what looks like a reference.
"""

import array
import itertools
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

POINTS = 0.75  # in a CSS pixel
ELSEWHERE = "part:"  # how the address of a link begins that leads to an anchor of another part
HEAD, PIECES = "Head", "Piece"  # the names under which a page draws what is the same on all of them
DRAWN = (HEAD, *(f"{PIECES}{place}" for place in range(13)))
_REFERENCE = re.compile(rb"(\d+) 0 R")
_LEVEL = 6  # of compression
_GAP = b"\0"  # between the literals; no literal holds it


class PartError(Exception):
    """WeasyPrint has made something that cannot be put into another document."""


@dataclass(frozen=True, slots=True)
class Blank:
    """To be filled in: the number of an object, a stamp, a key, an identity, or a mark by its name."""

    kind: str
    which: Any


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of a part without unpacking it; places are object numbers within it, from 0."""

    pages: int
    keys: int
    objects: int  # that go into an object stream; streams follow them
    streams: list[tuple[int, str]]  # bytes and digest of each
    shared: list[int]  # streams (from 0) that a document needs only once: the fonts
    marks: list[str]
    ids: list[int]
    anchors: dict[str, tuple[int, float, float]]
    outline: list[tuple[int, str, int, float, float]]  # level, title, page, x, y
    page_places: list[int]
    forms: list[int]
    boxes: list[tuple[float, float, float]]  # left, top (downwards) and width of the text of each, in points
    heights: list[float]
    literals: int  # bytes
    blanks: int
    stream_literals: int
    stream_blanks: int
    root: int = 0  # of its pages
    tags: int = 0
    tree: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """The objects of a part, blanks and all."""

    literals: list[bytes]
    blanks: "array.array[int]"
    stream_literals: list[bytes]
    stream_blanks: "array.array[int]"
    streams: list[bytes]


def head(frozen: bytes) -> Part:
    size = int.from_bytes(frozen[:4], "big")
    told = json.loads(frozen[4 : 4 + size])
    told["anchors"] = {name: tuple(place) for name, place in told["anchors"].items()}
    return Part(**told)


def body(frozen: bytes, part: Part) -> Body:
    size = int.from_bytes(frozen[:4], "big")
    packed = int.from_bytes(frozen[4 + size : 8 + size], "big")
    begin = 8 + size
    plain = zlib.decompress(frozen[begin : begin + packed])
    sizes = (part.literals, part.blanks * 4, part.stream_literals, part.stream_blanks * 4)
    ends = list(itertools.accumulate(sizes))
    pieces = [plain[end - length : end] for end, length in zip(ends, sizes, strict=True)]
    streams, at = [], begin + packed
    for length, _digest in part.streams:
        streams.append(frozen[at : at + length])
        at += length
    return Body(
        pieces[0].split(_GAP), _numbers(pieces[1]), pieces[2].split(_GAP), _numbers(pieces[3]), streams
    )


def _numbers(stored: bytes) -> "array.array[int]":
    found: array.array[int] = array.array("I")
    found.frombytes(stored)
    return found


def freeze(document: Any, pdf: Any, *, as_forms: bool = False, has_edges: bool = False) -> bytes:
    """The pages of a WeasyPrint document, given with the pydyf objects made of it.

    ``as_forms`` makes of each page something to be drawn on other pages, in place of a page; ``has_edges``
    says that they have their heads, feet and page numbers already.
    """
    freezer = _Freezer(document, pdf)
    return freezer.frozen_forms() if as_forms else freezer.frozen_pages(has_edges=has_edges)


class _Freezer:
    def __init__(self, document: Any, pdf: Any) -> None:
        self.document, self.pdf, self.objects = document, pdf, pdf.objects
        self.pages = [self.objects[number] for number in pdf.pages["Kids"][::3]]
        self.dropped = {0, pdf.catalog.number}
        self.named: list[Any] = []
        self.marks: list[str] = []
        self.keys = 0
        self.tops: dict[str, Any] = {}
        self.forms: list[Any] = []
        for entry in ("Outlines", "Metadata"):
            self._drop(pdf.catalog.get(entry))
        self._drop_outline()

    def at(self, reference: Any) -> Any:
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise PartError(f"No reference: {reference!r}")
        return self.objects[int(found[1])]

    def _drop(self, reference: Any) -> None:
        if reference is not None:
            self.dropped.add(self.at(reference).number)

    def _drop_outline(self) -> None:
        """Bookmarks are made anew from the pages, for they hang together across parts."""
        if "Outlines" not in self.pdf.catalog:
            return
        waiting = [self.at(self.pdf.catalog["Outlines"])]
        while waiting:
            item = waiting.pop()
            self.dropped.add(item.number)
            waiting += [self.at(item[key]) for key in ("First", "Next") if key in item]

    def mark(self, name: str) -> Blank:
        if name not in self.marks:
            self.marks.append(name)
        return Blank("mark", self.marks.index(name))

    # Pages -----------------------------------------------------------------------------------------------

    def frozen_pages(self, *, has_edges: bool) -> bytes:
        self.pdf.pages["Kids"] = [page.reference for page in self.pages]
        self.pdf.pages["Parent"] = self.mark("pages")
        for number, page in enumerate(self.pages):
            page["StructParents"] = Blank("key", number)
            if not has_edges:
                page["Contents"] = [Blank("stamp", number), page["Contents"]]
                self.at(page["Resources"])["XObject"].update((name, self.mark(name)) for name in DRAWN)
        anchors = self._anchors()
        for item in self.objects:
            if isinstance(item, dict) and item.get("Type") == "/Annot":
                self._annotate(item, anchors)
        self._tag()
        return self._packed(anchors=anchors, outline=list(self._outline()))

    def _anchors(self) -> dict[str, tuple[int, float, float]]:
        found: dict[str, tuple[int, float, float]] = {}
        for number, page in enumerate(self.document.pages):
            for name, (x, y, *_end) in page.anchors.items():
                found.setdefault(name, (number, *_point(page, x, y)))
        self.pdf.catalog.get("Names", {}).pop("Dests", None)
        return found

    def _outline(self) -> Iterator[tuple[int, str, int, float, float]]:
        for number, page in enumerate(self.document.pages):
            for level, label, (x, y), *_state in page.bookmarks:
                yield (level, label, number, *_point(page, x, y))

    def _annotate(self, link: Any, anchors: dict[str, tuple[int, float, float]]) -> None:
        """PDF/A wants annotations printed; a link leads to a place, in this part or in another."""
        link["F"] = 4
        if "Dest" in link:
            page, x, y = anchors[link["Dest"].string]
            link["Dest"] = [self.pages[page].reference, "/XYZ", x, y, 0]
        address = link.get("A", {}).get("URI")
        if address is not None and address.string.startswith(ELSEWHERE):
            del link["A"]
            link["Dest"] = self.mark(address.string)
            link["Contents"].string = address.string.removeprefix(ELSEWHERE)

    def _tag(self) -> None:
        """Leave blank what is numbered through a document: keys, and identities of headers and notes."""
        root = self.at(self.pdf.catalog["StructTreeRoot"])
        self.dropped.add(root.number)
        tree, top = self.at(root["ParentTree"]), self.at(root["K"][0])
        top["S"], top["P"] = "/Part", self.mark("tags")
        keys = tree["Nums"][::2]
        self.keys = len(keys)
        tree["Nums"][::2] = [Blank("key", key) for key in keys]
        tree["Limits"] = [Blank("key", 0), Blank("key", self.keys - 1)]
        known: dict[int, Blank] = {}
        for item in self.objects:
            if not isinstance(item, dict):
                continue
            if "StructParent" in item:
                item["StructParent"] = Blank("key", item["StructParent"])
            if item.get("Type") == "/StructElem" and ("ID" in item or item["S"] == "/Note"):
                blank = Blank("id", len(self.named))
                if "ID" in item:
                    known[id(item["ID"])] = blank
                self.named.append(item)
                item["ID"] = blank
        for item in self.objects:
            headers = item.get("A", {}).get("Headers") if isinstance(item, dict) else None
            if headers:
                headers[:] = [known[id(header)] for header in headers]
        self.tops = {"tags": top, "tree": tree, "root": self.pdf.pages}

    # Forms -----------------------------------------------------------------------------------------------

    def frozen_forms(self) -> bytes:
        self.dropped.add(self.pdf.pages.number)
        for page in self.pages:
            self.dropped.add(page.number)
            drawing = self.at(page["Contents"])
            form = {"Type": "/XObject", "Subtype": "/Form", "BBox": page["MediaBox"]}
            drawing.extra = {**drawing.extra, **form, "Resources": page["Resources"]}
            self.forms.append(drawing)
        self.pages = []
        return self._packed(anchors={}, outline=[])

    # Writing ---------------------------------------------------------------------------------------------

    def _packed(self, **told: Any) -> bytes:
        from pydyf import Stream

        kept = [item for item in self.objects if item.number not in self.dropped]
        streams = [item for item in kept if isinstance(item, Stream)]
        plain = [item for item in kept if not isinstance(item, Stream)]
        places = {item.number: place for place, item in enumerate((*plain, *streams))}
        table = _Table(places, len(self.pages), self.keys, len(self.named))
        objects, heads = _Writer(table), _Writer(table)
        for item in plain:
            objects.put(item)
            objects.end()
        contents = []
        for item in streams:
            content = _content(item)
            heads.put({**item.extra, "Filter": "/FlateDecode", "Length": len(content)})
            heads.end()
            contents.append(content)
        fonts = [place for place, item in enumerate(streams) if "Length1" in item.extra]
        part = {
            "pages": len(self.pages),
            "keys": self.keys,
            "objects": len(plain),
            "streams": [(len(content), sha256(content).hexdigest()) for content in contents],
            "shared": fonts,
            "marks": self.marks,
            "ids": [places[item.number] for item in self.named],
            "page_places": [places[page.number] for page in self.pages],
            "heights": [page.height * POINTS for page in self.document.pages],
            **told,
            **{name: places[item.number] for name, item in self.tops.items()},
            "forms": [places[form.number] for form in self.forms],
            "boxes": [_text_box(page) for page in self.document.pages] if self.forms else [],
        }
        stored = [objects.literals(), objects.blanks.tobytes(), heads.literals(), heads.blanks.tobytes()]
        part |= {"literals": len(stored[0]), "blanks": len(objects.blanks)}
        part |= {"stream_literals": len(stored[2]), "stream_blanks": len(heads.blanks)}
        header, packed = json.dumps(part).encode(), zlib.compress(b"".join(stored), _LEVEL)
        sizes = len(header).to_bytes(4, "big"), len(packed).to_bytes(4, "big")
        return b"".join((sizes[0], header, sizes[1], packed, *contents))


class _Table:
    """Where each blank finds its value: see ``assembly.values``, which makes the table in the same order."""

    def __init__(self, places: dict[int, int], pages: int, keys: int, ids: int) -> None:
        self.places = places
        sizes = {"object": len(places), "stamp": pages, "key": keys, "id": ids}
        self.begins: dict[str, int] = {}
        begin = 1  # what stands at 0 ends an object
        for kind, size in sizes.items():
            self.begins[kind] = begin
            begin += size
        self.begins["mark"] = begin

    def index(self, blank: Blank) -> int:
        return self.begins[blank.kind] + int(blank.which)

    def reference(self, number: int) -> int:
        if number not in self.places:
            raise PartError(f"Object {number} is left out, and referred to.")
        return self.begins["object"] + self.places[number]


class _Writer:
    """Objects as literals with blanks between them, one after the other."""

    def __init__(self, table: _Table) -> None:
        self.table = table
        self.blanks: array.array[int] = array.array("I")
        self._said: list[bytes] = []

    def literals(self) -> bytes:
        return b"".join(self._said)

    def end(self) -> None:
        self._blank(0)

    def _blank(self, index: int) -> None:
        self.blanks.append(index)
        self._said.append(_GAP)

    def put(self, value: Any) -> None:
        from pydyf import Object

        if isinstance(value, Blank):
            self._blank(self.table.index(value))
        elif isinstance(value, dict):
            self._said.append(b"<<")
            for key, inner in value.items():
                self._said.append(b"/" + (key if isinstance(key, bytes) else str(key).encode("ascii")) + b" ")
                self.put(inner)
            self._said.append(b">>")
        elif isinstance(value, list | tuple):
            self._said.append(b"[")
            for inner in value:
                self.put(inner)
                self._said.append(b" ")
            self._said.append(b"]")
        elif isinstance(value, Object):
            self._literal(value.data)
        else:
            self._plain(value)

    def _plain(self, value: Any) -> None:
        said = value if isinstance(value, bytes) else _number(value)
        if found := _REFERENCE.fullmatch(said):
            self._blank(self.table.reference(int(found[1])))
        elif b" R" in said:
            raise PartError(f"A reference within {said!r}")
        else:
            self._literal(said)

    def _literal(self, said: bytes) -> None:
        self._said.append(said.replace(b"\0", b"\\000"))


def _number(value: Any) -> bytes:
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".").encode()
    return str(value).encode("ascii")


def _content(stream: Any) -> bytes:
    """What a stream holds, compressed."""
    if "Filter" in stream.extra:
        raise PartError("A stream that is packed already, such as a picture.")
    items: Iterable[Any] = stream.stream
    return zlib.compress(b"\n".join(_bytes(item) for item in items), _LEVEL)


def _bytes(item: Any) -> bytes:
    from pydyf import Object

    if isinstance(item, Object):
        return bytes(item.data)
    return item if isinstance(item, bytes) else _number(item)


def _point(page: Any, x: float, y: float) -> tuple[float, float]:
    """From the head of the page downwards in CSS pixels to its foot upwards in points."""
    return round(x * POINTS, 2), round((page.height - y) * POINTS, 2)


def _text_box(page: Any) -> tuple[float, float, float]:
    """Of the first text on a page: left, top and width, in points."""
    from weasyprint.formatting_structure.boxes import TextBox

    for box in page._page_box.descendants():
        if isinstance(box, TextBox):
            return box.position_x * POINTS, box.position_y * POINTS, box.width * POINTS
    return 0, 0, 0
