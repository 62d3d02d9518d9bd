"""Lines as the values of fields: paragraphs, lists within them, sub-points and separate items."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaltrack.documents.emphasis import cut
from responses.matrix.check import DEEPEST_SUB_POINT
from responses.matrix.document import SubPoint
from responses.matrix.readers.lines import Line

_BULLET = re.compile(r"\s*(?:[•●▪■‣◦○·➢✓▶►\uf0b7\uf0a7\uf0d8]|[-–—*](?=\s)|o(?=\t| {2,}))\s*")
_NUMBERED = re.compile(
    r"\s*\(?(?:(?P<path>\d{1,2}(?:\.\d{1,2}){1,2})|(?P<figure>\d{1,2})|(?P<letter>[a-z])"
    r"|(?P<roman>[ivx]{1,5}))"
    r"(?:[.)](?:\s|(?=[^\W\d_]))|\s?[-–:]\s|(?<=\.\d)\s|(?<=\.\d\d)\s)\s*",
    re.IGNORECASE,
)
_ACTION_WORD = re.compile(
    r"\s*(?:(?:key )?action|action cl[eé]|mesure|acci[oó]n(?: clave)?|medida|activity|activit[eé]|actividad)"
    r"\s*(?:n[°ºo]\.?\s*|#\s*)?(?P<path>\d{1,2}(?:\.\d{1,2})?|[a-z])\s*(?:[.:)–-]|(?=\n))\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A list item: its lines, how deep it stands (from 0), and the number it was given, if any."""

    lines: tuple[Line, ...]
    level: int = 0
    number: str = ""

    @property
    def text(self) -> str:
        return item_text(self.lines)


def item_text(lines: Sequence[Line]) -> str:
    """The lines of one item: those as deep as its first are prose, deeper ones a list within it."""
    own = lines[0].paragraph.level if lines else None
    return paragraphs(lines, outside=-1 if own is None else own)


def paragraphs(lines: Iterable[Line], *, outside: int = -1) -> str:
    """The lines as Markdown: paragraphs parted by an empty line, list items below one another.

    Items as deep as ``outside`` are paragraphs, and those within them a list.
    """
    blocks: list[str] = []
    was_item = False
    for line in lines:
        words = line.markdown
        if not words:
            continue
        level = line.paragraph.level
        is_item = level is not None and level > outside and not line.in_label
        if is_item:
            marker = line.paragraph.marker if re.fullmatch(r"\d{1,3}\.", line.paragraph.marker) else "-"
            words = "  " * ((level or 0) - outside - 1) + f"{marker} " + words.replace("\n", " ")
        if blocks:
            blocks.append("\n" if is_item and was_item else "\n\n")
        blocks.append(words)
        was_item = is_item
    return "".join(blocks)


def one_text(lines: Iterable[Line]) -> str:
    """The lines of a short value, one below the other; one that begins with a small letter goes on."""
    text = ""
    for line in lines:
        words = line.markdown
        if words:
            text += ("" if not text else " " if words[0].islower() else "\n") + words
    return text


def parted(lines: Sequence[Line]) -> tuple[list[Line], list[Item]]:
    """What is prose, and the list items among it: Word's own, and such as were typed with a mark."""
    prose: list[Line] = []
    items: list[Item] = []
    typed = _typed_kinds(lines)
    for line, kind in zip(lines, typed, strict=True):
        if line.paragraph.level is not None and not line.in_label:
            items.append(Item((line,), line.paragraph.level))
        elif kind:
            items.append(_typed_item(line, kind, items))
        else:
            prose.append(line)
    return prose, items


def items_of(lines: Sequence[Line]) -> list[Item]:
    """Each item by itself: list items, typed marks, else every paragraph; the deeper belong to theirs."""
    typed = _typed_kinds(lines)
    marked = [
        bool(kind) or (line.paragraph.level is not None and not line.in_label)
        for line, kind in zip(lines, typed, strict=True)
    ]
    found: list[Item] = []
    for line, kind, is_item in zip(lines, typed, marked, strict=True):
        if any(marked) and not is_item and found:
            last = found[-1]
            found[-1] = Item((*last.lines, line), last.level, last.number)
        elif kind and line.paragraph.level is None:
            found.append(_typed_item(line, kind, found))
        else:
            found.append(Item((line,), line.paragraph.level or 0))
    return _with_children(found)


def says_action(text: str) -> bool:
    """Whether a text begins with "Action 1:", which no narrative does."""
    return bool(_ACTION_WORD.match(text))


def number_before(line: Line) -> tuple[str, Line]:
    """A number such as "1.2" or "Action 3:" that is typed before the words, and the words."""
    for pattern in (_ACTION_WORD, _NUMBERED):
        found = pattern.match(line.text)
        if found and line.text[found.end() :].strip() and _is_number(found):
            number = next(one for one in (found["path"], *_rest(found)) if one)
            return number, _without(line, found.end())
    bullet = _BULLET.match(line.text)
    return "", _without(line, bullet.end()) if bullet else line


def sub_points(items: Sequence[Item]) -> tuple[tuple[SubPoint, ...], bool]:
    """The items as a tree, by how deep they stand beside one another; whether some stood too deep."""
    roots: list[_Node] = []
    stack: list[tuple[int, _Node]] = []
    flattened = False
    for item in items:
        while stack and stack[-1][0] >= item.level:
            stack.pop()
        node = _Node(item.text, [])
        while len(stack) >= DEEPEST_SUB_POINT:
            stack.pop()
            flattened = True
        (stack[-1][1].nodes if stack else roots).append(node)
        stack.append((item.level, node))
    return tuple(map(_frozen, roots)), flattened


@dataclass(slots=True)
class _Node:
    text: str
    nodes: list["_Node"]


def _frozen(node: _Node) -> SubPoint:
    return SubPoint(node.text, tuple(map(_frozen, node.nodes)))


def _with_children(items: list[Item]) -> list[Item]:
    """Deeper items as lines of the one above them."""
    if not items:
        return items
    outermost = min(item.level for item in items)
    found: list[Item] = []
    for item in items:
        if item.level > outermost and found:
            last = found[-1]
            found[-1] = Item((*last.lines, *item.lines), last.level, last.number)
        else:
            found.append(item)
    return found


def _typed_kinds(lines: Sequence[Line]) -> list[str]:
    """For each line the kind of mark typed before it; numbers and letters count once they begin a list."""
    kinds: list[str] = []
    counted: dict[str, bool] = {}
    for line in lines:
        kind = ""
        if line.paragraph.level is None or line.in_label:
            found = _ACTION_WORD.match(line.text) or _NUMBERED.match(line.text)
            if _BULLET.match(line.text):
                kind = "bullet"
            elif found and line.text[found.end() :].strip():
                kind = _kind(found, counted)
        kinds.append(kind)
    return kinds


def _kind(found: re.Match[str], counted: dict[str, bool]) -> str:
    groups = {key: one for key, one in found.groupdict().items() if one}
    key, value = next(iter(groups.items()))
    starts = value.casefold() in ("1", "a", "i") or key == "path"
    if key == "letter" and value.casefold() in "ivx" and counted.get("roman"):
        key = "roman"
    if starts:
        counted[key] = True
        if value.casefold() == "i":
            counted["roman"] = True
    return key if counted.get(key) else ""


def _is_number(found: re.Match[str]) -> bool:
    """Not "A. Smith" nor "2025. In": only what numbers of actions look like."""
    groups = found.groupdict()
    return bool(groups.get("path") or groups.get("figure") or groups.get("letter") or groups.get("roman"))


def _rest(found: re.Match[str]) -> list[str]:
    groups = found.groupdict()
    return [groups[key] for key in ("figure", "letter", "roman") if groups.get(key)]


def _typed_item(line: Line, kind: str, before: Sequence[Item]) -> Item:
    if kind == "bullet":
        found = _BULLET.match(line.text)
        assert found is not None  # noqa: S101 - for mypy; the kind has just said so
        inside = (bool(before) and before[-1].number != "") or _is_inside(before)
        return Item((_without(line, found.end()),), 1 if inside else 0)
    number, rest = number_before(line)
    level = 1 if kind in ("letter", "roman") and any(one.number.isdigit() for one in before) else 0
    return Item((rest,), level, number)


def _is_inside(before: Sequence[Item]) -> bool:
    """Whether bullets stand under numbered items here."""
    return any(one.number for one in before)


def _without(line: Line, start: int) -> Line:
    from dataclasses import replace

    return replace(line, runs=tuple(cut(line.runs, start)))
