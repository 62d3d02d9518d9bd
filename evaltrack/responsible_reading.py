"""The parties that a responsible cell names, by its words alone; who of them is known is told elsewhere."""

import re
from collections.abc import Iterable, Iterator

from evaltrack import responsible_words as words
from evaltrack.parties import Party

LONGEST_NAME = 300  # characters; what is longer is a sentence, and kept whole
LEAD, SUPPORT, COORDINATION = _PARTS = ("lead", "support", "coordination")

_PERSON, _UNIT = words.pattern(words.PERSON), words.pattern(words.UNIT)
_SEPARATOR = re.compile(
    rf"(?:^|[;\n])[ •*-]*(?:(?P<lead_label>{words.LEAD_LABEL})|(?P<support_label>{words.SUPPORT_LABEL})"
    rf"|(?P<coordination_label>{words.COORDINATION_LABEL})) ?:"
    rf"|(?<!\w)(?:(?P<support>{words.SUPPORT})|(?P<coordination>{words.COORDINATION})|(?P<also>{words.ALSO}))"
    r"(?:(?<=['’])|(?!\w))"
    r"|(?P<line>\n)|;| / ",
    re.IGNORECASE,
)
_AND = re.compile(rf" (?:{words.AND}) ", re.IGNORECASE)
_COMMA = re.compile(rf"(?:(?<!\d),|,(?!\d)) ?(?:(?:{words.AND}) )?", re.IGNORECASE)
_AT_START = re.compile(rf"(?:\d{{1,2}}[.)]|{words.AND}) ", re.IGNORECASE)
_AT_END = re.compile(rf"(?:(?:^| )(?:{words.AND})|(?<=[^\W\d_]{{4}})\.)$", re.IGNORECASE)
_GOES_ON = re.compile(rf"(?:,| (?:{words.AND})) ?$", re.IGNORECASE)
_ARTICLE = re.compile(
    r"(?:(?:the|le|les|de la|la|du|des|el|los|del|de los|de las|las) |(?:de )?l['’]|d['’])(?=\S)"
)
_ANNOTATED = re.compile(
    r"(?P<name>.*\S) ?[(\[](?:(?P<lead>lead|chef de file|líder)|(?P<support>support|appui|soutien|apoyo)"
    r"|(?P<coordination>(?:in )?coordination|en coordination|coordinación))[)\]]",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z][\w&/-]*[A-Z\d]s?|[A-Z]{2,}s")
_PLURAL_UNIT = re.compile(
    r"(?:[A-Z][\w&-]* )+(?:Teams|Offices|Units|Departments|Divisions|Branches|Sections)"
)
_OF = re.compile(r" (?:of|de|du|des|del)\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]")
_HELD = re.compile("\0(\\d+)\0")
_NESTED = 3  # brackets within brackets that are looked at


def read(text: str, keep: Iterable[str] = ()) -> tuple[Party, ...]:
    """The parties that a responsible cell names, each with its part: lead, support or coordination.

    Semicolons, line breaks and commas part them; so does "and" where both sides name someone by themselves
    ("project manager and legal unit", not "monitoring and evaluation officer"). Brackets, and the names in
    ``keep``, are never taken apart. Nothing is added to the words as written.
    """
    held: list[str] = []
    text = re.sub(r"[^\S\n]+", " ", text.replace("\0", ""))
    text = _hold_brackets(_hold_names(text, keep, held), held)
    parties = []
    for part, segment in _segments(text):
        for name in _names(segment):
            written = _restored(name, held)
            found = _ANNOTATED.fullmatch(written)
            if found and found.lastgroup:
                named = next(kind for kind in _PARTS if found[kind])
                parties.append(Party(found["name"], named))
            else:
                parties.append(Party(written, part))
    return tuple(parties)


# Taking a cell apart ------------------------------------------------------------------------------------


def _hold_names(text: str, names: Iterable[str], held: list[str]) -> str:
    wanted = sorted({name for name in names if name}, key=len, reverse=True)
    if not wanted:
        return text
    return re.sub(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)",
        lambda found: _hold(found[0], held),
        text,
        flags=re.IGNORECASE,
    )


def _hold_brackets(text: str, held: list[str]) -> str:
    for _inwards in range(_NESTED):
        text = _BRACKETED.sub(lambda found: _hold(found[0], held), text)
    return text


def _hold(words: str, held: list[str]) -> str:
    held.append(words)
    return f"\0{len(held) - 1}\0"


def _restored(text: str, held: list[str]) -> str:
    for _outwards in range(_NESTED + 1):
        text = _HELD.sub(lambda found: held[int(found[1])], text)
    return text


def _segments(text: str) -> Iterator[tuple[str, str]]:
    """The text between the separators, each piece with its part.

    A connector holds to the end of its line; standing at the end of a line, or as a label ("Support:"), it
    holds for the lines below.
    """
    part, passing, start = LEAD, False, 0
    for found in _SEPARATOR.finditer(text):
        segment, start = text[start : found.start()], found.end()
        yield part, segment
        kind = found.lastgroup or ""
        if kind == "line":
            if passing and _trimmed(segment) and not _GOES_ON.search(segment):
                part = LEAD
            passing = False
        elif kind.endswith("_label"):
            part, passing = kind.removesuffix("_label"), False
        elif kind in _PARTS:
            part, passing = kind, True
    yield part, text[start:]


def _names(segment: str) -> Iterator[str]:
    items = [item for item in map(_trimmed, _COMMA.split(_trimmed(segment))) if item]
    pairs = list(zip(items[::2], items[1::2], strict=False))
    if len(items) % 2 == 0 and all(_is_person(one) and _is_place(other) for one, other in pairs):
        yield from (f"{person}, {place}" for person, place in pairs)
    elif len(items) > 1 and _is_one_name(items):
        yield _trimmed(segment)
    else:
        for item in items:
            yield from _parted(item, ends_list=item is items[-1] and len(items) > 1)


def _trimmed(text: str) -> str:
    """Without the punctuation, list marks, articles and loose "and" around it."""
    while True:
        before = text
        text = text.strip(" \n,;:•*–-")
        for around in (_AT_START, _ARTICLE):
            if found := around.match(text):
                text = text[found.end() :]
        text = _AT_END.sub("", text)
        if text == before:
            return text


def _is_one_name(items: list[str]) -> bool:
    """Whether commas stand inside a name, as in "Ministry of Labour, Health and Welfare"."""
    first, *others = items
    last = others[-1]
    if not any(map(_is_complete, items[:-1])):  # "field, country and regional offices"
        return bool(_AND.search(last)) and _is_complete(last)
    of = _OF.search(first)
    if of is None or not _UNIT.search(first, 0, of.start()) or _UNIT.search(first, of.end()):
        return False
    return not any(_is_complete(word) for item in others for word in _AND.split(item))


def _parted(name: str, *, ends_list: bool = False) -> Iterator[str]:
    """Taken apart at each "and" between two names; the one "and" at the end of a list needs no such look."""
    joints = list(_AND.finditer(name)) if len(name) <= LONGEST_NAME else []
    start = 0
    for joint in joints:
        left, right = name[start : joint.start()], _trimmed(name[joint.end() :])
        lists = ends_list and len(joints) == 1 and not (_PERSON.search(right) or _UNIT.search(right))
        if lists or _part_ways(left, right):
            yield left
            start = joint.end()
    yield _trimmed(name[start:])


def _part_ways(left: str, right: str) -> bool:
    if not (_is_complete(left) and _is_complete(right)):
        return False
    if _ACRONYM.fullmatch(left) and _PLURAL_UNIT.fullmatch(right):  # "ABC and Protection Units"
        return False
    person = list(_PERSON.finditer(left))
    of = _OF.match(left, person[-1].end()) if person else None
    if of is None or _UNIT.search(left, of.end()):
        return True
    # "Head of Finance and Administration Unit" is one, "Head of Finance and Unit of Law" are two
    unit = _UNIT.search(right)
    return bool(_PERSON.search(right)) or unit is None or unit.start() == 0


def _is_complete(name: str) -> bool:
    return bool(
        "\0" in name or _ACRONYM.fullmatch(name) or _PERSON.search(name) or _UNIT.search(name) or "@" in name
    )


def _is_person(name: str) -> bool:
    """Someone whose place may follow; whoever has it in brackets already needs no other."""
    return bool(_PERSON.search(name)) and not _AND.search(name) and not name.endswith("\0")


def _is_place(name: str) -> bool:
    return bool(_UNIT.search(name) or _ACRONYM.fullmatch(name)) and not _PERSON.search(name)
