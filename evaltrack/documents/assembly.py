"""Parts put together into one PDF: PDF/A-3a and PDF/UA-1, the same bytes for the same parts.

Nothing is set here: a part is unpacked, its blanks are filled in, and it is written. What is in memory at one
time is one part and the table of where the objects stand, however long the document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import md5
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import IO
from unicodedata import bidirectional

from evaltrack.documents import parts, xmp
from evaltrack.documents.outline import Bookmark, write_outline
from evaltrack.documents.parts import ELSEWHERE, HEAD, PIECES, Part
from evaltrack.documents.pdf_file import PdfFile, reference, references, text

Load = Callable[[], bytes]  # a frozen part, from wherever it is kept
PRODUCER = "EvalTrack"
Words = tuple[str, str, str]  # before a page number, between it and the number of pages, after that


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to put inside; ``kind`` is its media type."""

    name: str
    data: bytes
    description: str
    kind: str = "application/json"


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together: their parts, what stands at the edge of each, and their page numbers.

    Without head and numerals the parts have theirs themselves. ``title`` is the bookmark of the section,
    with those of its parts from the second level on below; without a title those are taken as they are. Other
    parts link to its first page by the address ``part:KEY``.
    """

    parts: Sequence[Load]
    head: Load | None = None
    numerals: Load | None = None
    words: Words = ("", "", "")
    title: str = ""
    key: str = ""
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class About:
    """The properties of a document: ``language`` is a BCP 47 tag, ``more`` are entries of our own."""

    title: str
    language: str
    created: datetime | None = None
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Placed:
    """A part, and what it starts at in the document. Its own numbers are followed by those of its pack, of
    the list of its identities and of what is stamped on each page."""

    load: Load
    part: Part
    base: int
    section: int = 0
    page: int = 0  # the first, from 0
    key: int = 0

    @classmethod
    def into(cls, file: PdfFile, load: Load) -> "_Placed":
        part = parts.head(load())
        return cls(load, part, file.reserve(part.objects + len(part.streams) + 2 + part.pages))

    @property
    def pack(self) -> int:
        return self.base + self.part.objects + len(self.part.streams)

    @property
    def identities(self) -> int:
        return self.pack + 1

    @property
    def stamps(self) -> int:
        return self.pack + 2

    def number_of_page(self, page: int) -> int:
        return self.base + self.part.page_places[page]

    def destination(self, page: int, x: float, y: float) -> bytes:
        return b"[%s/XYZ %.2f %.2f 0]" % (reference(self.number_of_page(page)), x, y)


def assemble(sections: Iterable[Section], out: IO[bytes], about: About) -> int:
    """Write the document; how many pages it has."""
    return _Document(list(sections), out).write(about)


def count_pages(loads: Iterable[Load]) -> int:
    return sum(parts.head(load()).pages for load in loads)


def pieces(words: Words) -> list[str]:
    """What page numbers are put together from, in the order of the forms that are drawn."""
    return [*words, *"0123456789"]


def reads_leftwards(words: Iterable[str]) -> bool:
    return any(bidirectional(letter) in ("R", "AL") for word in words for letter in word)


class _Document:
    def __init__(self, sections: list[Section], out: IO[bytes]) -> None:
        self.sections, self.file = sections, PdfFile(out)
        self.pages, self.tags, self.top = (self.file.reserve() for _fixed in range(3))
        self.titled = [self.file.reserve() if section.title else 0 for section in sections]
        self.placed: list[_Placed] = []
        self.forms: dict[str, _Placed] = {}
        self.shared: dict[str, int] = {}
        self.total = 0
        self._place()
        self.first: dict[str, _Placed] = {}
        for one in self.placed:
            self.first.setdefault(sections[one.section].key, one)

    def _place(self) -> None:
        """Number everything through: objects, pages, and the keys of the tags."""
        key = 0
        for number, section in enumerate(self.sections):
            for load in section.parts:
                one = _Placed.into(self.file, load)
                one.section, one.page, one.key = number, self.total, key
                self.placed.append(one)
                self.total += one.part.pages
                key += one.part.keys

    def write(self, about: About) -> int:
        for number, section in enumerate(self.sections):
            drawn, stamps = self._edges(section)
            marks = {**drawn, **dict(self._anchors(number))}
            for one in (placed for placed in self.placed if placed.section == number):
                self._write_part(one, marks)
                for page in range(one.part.pages):
                    if stamps:
                        content = stamps.on(one.page + page + 1)
                        self.file.stream(one.stamps + page, b"", content, is_packed=True)
        self._write_catalog(about)
        return self.total

    # Parts -----------------------------------------------------------------------------------------------

    def _form(self, load: Load) -> _Placed:
        """What is drawn on many pages, written once in a document."""
        digest = md5(load(), usedforsecurity=False).hexdigest()
        if digest not in self.forms:
            one = self.forms[digest] = _Placed.into(self.file, load)
            self._write_part(one, {})
        return self.forms[digest]

    def _edges(self, section: Section) -> tuple[dict[str, bytes], "_Stamps | None"]:
        """What is drawn on all pages of a section, by its name there, and how."""
        found = dict.fromkeys(parts.DRAWN, b"null")
        if section.head is None or section.numerals is None:
            return found, None
        head, numerals = self._form(section.head), self._form(section.numerals)
        found[HEAD] = reference(head.base + head.part.forms[0])
        shapes = iter(numerals.part.forms[1:])  # the first only shows where they stand
        for place, piece in enumerate(pieces(section.words)):
            if piece:
                found[f"{PIECES}{place}"] = reference(numerals.base + next(shapes))
        return found, _Stamps(section.words, numerals.part, self.total)

    def _anchors(self, section: int) -> Iterator[tuple[str, bytes]]:
        """What parts of this section can link to: the first pages of all, and its own places."""
        for key, one in self.first.items():
            yield ELSEWHERE + key, one.destination(0, 0, one.part.heights[0])
        for one in self.placed:
            if one.section == section:
                for name, place in one.part.anchors.items():
                    yield ELSEWHERE + name, one.destination(*place)

    def _write_part(self, one: _Placed, marks: dict[str, bytes]) -> None:
        part, frozen = one.part, one.load()
        body = parts.body(frozen, part)
        streams_at = one.base + part.objects
        numbers = list(range(one.base, streams_at + len(part.streams)))
        for place in part.shared:
            number = self.shared.setdefault(part.streams[place][1], streams_at + place)
            numbers[part.objects + place] = number
        values = self._values(one, numbers, marks)
        self.file.pack(one.pack, one.base, _filled(body.literals, body.blanks, values))
        heads = _filled(body.stream_literals, body.stream_blanks, values)
        for place, content in enumerate(body.streams):
            if numbers[part.objects + place] == streams_at + place:
                self.file.raw_stream(streams_at + place, heads[place], content)
        if part.ids:
            self.file.write(one.identities, self._identities(one))

    def _values(self, one: _Placed, numbers: list[int], marks: dict[str, bytes]) -> list[bytes]:
        """What to fill in, in the order of ``parts._Table``."""
        part = one.part
        fallback = one.destination(0, 0, part.heights[0]) if part.pages else b"null"
        known = {"pages": reference(self.pages), "tags": reference(self.titled[one.section] or self.top)}
        return [
            b"\0",
            *map(reference, numbers),
            *map(reference, range(one.stamps, one.stamps + part.pages)),
            *(b"%d" % key for key in range(one.key, one.key + part.keys)),
            *(_identity(one, place) for place in part.ids),
            *(known.get(name) or marks.get(name, fallback) for name in part.marks),
        ]

    def _identities(self, one: _Placed) -> bytes:
        named = sorted(one.part.ids)
        names = b" ".join(b"%s %s" % (_identity(one, place), reference(one.base + place)) for place in named)
        limits = b"%s %s" % (_identity(one, named[0]), _identity(one, named[-1]))
        return b"<</Limits[%s]/Names[%s]>>" % (limits, names)

    # The document ----------------------------------------------------------------------------------------

    def _write_catalog(self, about: About) -> None:
        file = self.file
        roots = references(one.base + one.part.root for one in self.placed)
        file.write(self.pages, b"<</Type/Pages/Count %d/Kids%s>>" % (self.total, roots))
        self._write_tags()
        entries = [
            b"<</Type/Catalog/Pages %s/StructTreeRoot %s" % (reference(self.pages), reference(self.tags)),
            b"/Lang%s/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>"
            % text(about.language),
            self._metadata(about),
            self._output_intent(),
            self._attached(),
        ]
        if outline := write_outline(file, list(self._bookmarks())):
            entries.append(b"/Outlines %s/PageMode/UseOutlines" % reference(outline))
        catalog, info = file.reserve(2), file.reserve()
        file.write(catalog, b"".join(entries) + b">>")
        said = b"<</Title%s/Producer(%s)" % (text(about.title), PRODUCER.encode())
        said += b"".join(b"/%s%s" % (name.encode(), text(value)) for name, value in about.more.items())
        if about.created:
            said += about.created.astimezone(UTC).strftime("/CreationDate(D:%Y%m%d%H%M%SZ)").encode()
        file.write(info, said + b">>")
        file.close(catalog=catalog, info=info)

    def _write_tags(self) -> None:
        file, placed = self.file, self.placed
        tops: dict[int, list[int]] = {}
        for one in placed:
            tops.setdefault(self.titled[one.section] or self.top, []).append(one.base + one.part.tags)
        for number in filter(None, self.titled):
            kids = references(tops.pop(number, ()))
            file.write(number, b"<</Type/StructElem/S/Art/P %s/K%s>>" % (reference(self.top), kids))
        kids = references(chain(filter(None, self.titled), tops.get(self.top, ())))
        file.write(self.top, b"<</Type/StructElem/S/Document/P %s/K%s>>" % (reference(self.tags), kids))
        tree, identities = file.reserve(), file.reserve()
        leaves = references(one.base + one.part.tree for one in placed)
        file.write(tree, b"<</Kids%s>>" % leaves)
        named = references(one.identities for one in placed if one.part.ids)
        file.write(identities, b"<</Kids%s>>" % named if named != b"[]" else b"<</Names[]>>")
        root = b"<</Type/StructTreeRoot/K[%s]/ParentTree %s/ParentTreeNextKey %d/IDTree %s>>"
        keys = sum(one.part.keys for one in placed)
        file.write(self.tags, root % (reference(self.top), reference(tree), keys, reference(identities)))

    def _bookmarks(self) -> Iterator[Bookmark]:
        begun = -1
        for one in self.placed:
            title = self.sections[one.section].title
            if title and one.section != begun:
                yield Bookmark(1, title, one.destination(0, 0, one.part.heights[0]))
            begun = one.section
            for level, label, *place in one.part.outline:
                if level > 1 or not title:
                    page, x, y = place
                    yield Bookmark(level, label, one.destination(int(page), x, y))

    def _metadata(self, about: About) -> bytes:
        number = self.file.reserve()
        content = xmp.packet(about.title, PRODUCER, about.created)
        # Not packed, so that programs that know nothing of PDF find it.
        self.file.stream(number, b"/Type/Metadata/Subtype/XML", content, is_packed=True)
        return b"/Metadata " + reference(number)

    def _output_intent(self) -> bytes:
        number = self.file.reserve()
        self.file.stream(number, b"/N 3", _colours())
        intent = b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)"
        return intent + b"/DestOutputProfile %s>>]" % reference(number)

    def _attached(self) -> bytes:
        files = sorted(
            (file for section in self.sections for file in section.attachments), key=lambda file: file.name
        )
        if not files:
            return b""
        named, numbers = [], []
        for file in files:
            content, specification = self.file.reserve(2), self.file.reserve()
            kind = file.kind.replace("/", "#2F").encode()
            check = md5(file.data, usedforsecurity=False).hexdigest().upper().encode()
            parameters = b"/Params<</Size %d/CheckSum<%s>/ModDate(D:19800101000000Z)>>" % (
                len(file.data),
                check,
            )
            self.file.stream(content, b"/Type/EmbeddedFile/Subtype/%s%s" % (kind, parameters), file.data)
            described = b"/F%s/UF%s/Desc%s" % (text(file.name), text(file.name), text(file.description))
            embedded = b"/EF<</F %s/UF %s>>/AFRelationship/Data" % (reference(content), reference(content))
            self.file.write(specification, b"<</Type/Filespec%s%s>>" % (described, embedded))
            named.append(text(file.name) + reference(specification))
            numbers.append(specification)
        names = b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % b" ".join(named)
        return names + b"/AF%s" % references(numbers)


class _Stamps:
    """What is drawn on a page besides its own: the head and foot of its section, and its number."""

    def __init__(self, words: Words, numerals: Part, total: int) -> None:
        self.total, self.boxes = total, {}
        shown = iter(numerals.boxes[1:])
        for place, piece in enumerate(pieces(words)):
            if piece:
                self.boxes[place] = next(shown)
        left, self.top, width = numerals.boxes[0]
        self.right = left + width
        self.leftwards = reads_leftwards(words)

    def on(self, page: int) -> bytes:
        runs = [[0], _digits(page), [1], _digits(self.total), [2]]
        drawn = [piece for run in (reversed(runs) if self.leftwards else runs) for piece in run]
        drawn = [piece for piece in drawn if piece in self.boxes]
        x = self.right - sum(self.boxes[piece][2] for piece in drawn)
        said = [b"/Artifact<</Type/Pagination>>BDC\nq/%s Do Q" % HEAD.encode()]
        for piece in drawn:
            left, top, width = self.boxes[piece]
            name = f"{PIECES}{piece}".encode()
            said.append(b"q 1 0 0 1 %.2f %.2f cm/%s Do Q" % (x - left, top - self.top, name))
            x += width
        return b"\n".join((*said, b"EMC"))


def _digits(number: int) -> list[int]:
    """The places of its digits among the pieces."""
    return [3 + int(digit) for digit in str(number)]


def _identity(one: _Placed, place: int) -> bytes:
    """Unique in the document, and in the order of the numbers."""
    return b"(%08d)" % (one.base + place)


def _filled(literals: list[bytes], blanks: Sequence[int], values: list[bytes]) -> list[bytes]:
    """The objects: literals with values between them, and at the end of each object a zero byte."""
    whole: list[bytes] = [b""] * (len(literals) + len(blanks))
    whole[::2] = literals
    whole[1::2] = map(values.__getitem__, blanks)
    return b"".join(whole).split(b"\0")[:-1]


@cache
def _colours() -> bytes:
    """The sRGB profile that WeasyPrint ships, found without importing it."""
    found = find_spec("weasyprint")
    return (Path(str(found and found.origin)).parent / "pdf" / "sRGB2014.icc").read_bytes()
