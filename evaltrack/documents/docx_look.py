"""How a Word file makes paragraphs and letters look: its styles, and the numbers and bullets of its lists."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = {"0", "false", "none", "off"}
_GREY = range(0x60, 0xD1)
_MOST_BASES = 20  # a style is based on a style; some files go round in a circle
_HEADING = re.compile(r"heading (\d)$")

Element = Any  # lxml's, which is not typed


def value(element: Element, name: str, attribute: str = "val") -> str | None:
    """The attribute of a child, or None where there is no such child or attribute."""
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}{attribute}")


def number(text: str | None) -> int | None:
    """A count or a length in twentieths of a point, as files have them; None for anything else."""
    found = re.match(r"-?\d{1,9}", text or "")
    return int(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class Letters:
    """How letters look."""

    bold: bool = False
    italic: bool = False
    grey: bool = False
    hidden: bool = False
    raised: bool = False
    underlined: bool = False
    lit: bool = False  # with the colour of a marker behind it
    struck: bool = False

    def under(self, properties: Element) -> "Letters":
        """As these properties (``w:rPr``) change it."""
        if properties is None:
            return self
        changed: dict[str, bool] = {}
        for key, names in _TOGGLES.items():
            for name in names:
                child = properties.find(f"{W}{name}")
                if child is not None:
                    changed[key] = child.get(f"{W}val") not in _OFF
        colour = properties.find(f"{W}color")
        if colour is not None:
            changed["grey"] = _is_grey(colour.get(f"{W}val") or "")
        underline, light = value(properties, "u"), value(properties, "highlight")
        if underline is not None:
            changed["underlined"] = underline != "none"
        if light is not None:
            changed["lit"] = light not in ("none", "white")
        raised = value(properties, "vertAlign")
        if raised is not None:
            changed["raised"] = raised == "superscript"
        return replace(self, **changed) if changed else self


_TOGGLES = {"bold": ("b",), "italic": ("i",), "hidden": ("vanish",), "struck": ("strike", "dstrike")}


@dataclass(frozen=True, slots=True)
class Style:
    letters: Letters = field(default_factory=Letters)
    name: str = ""
    heading: int = 0
    num_id: str | None = None
    level: int | None = None
    indent: int | None = None


class Styles:
    """The styles of a file by their id; of paragraphs and of letters."""

    def __init__(self, root: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._made: dict[str, Style] = {}
        self.default = Style()
        self.language = ""
        if root is None:
            return
        defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self.default = Style(Letters().under(defaults))
        self.language = value(defaults, "lang") or ""
        default_id = None
        for style in root.iter(f"{W}style"):
            style_id = style.get(f"{W}styleId") or ""
            self._elements[style_id] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                default_id = style_id
        if default_id:
            self.default = self.of(default_id)

    def of(self, style_id: str | None) -> Style:
        if style_id not in self._elements:
            return self.default
        if style_id not in self._made:
            self._made[style_id] = self._resolved(style_id)
        return self._made[style_id]

    def letters_of(self, style_id: str | None, before: Letters) -> Letters:
        """Letters under a style of letters."""
        for element in reversed(list(self._chain(style_id))):
            before = before.under(element.find(f"{W}rPr"))
        return before

    def _chain(self, style_id: str | None) -> Iterator[Element]:
        for _base in range(_MOST_BASES):
            element = self._elements.get(style_id or "")
            if element is None:
                return
            yield element
            style_id = value(element, "basedOn")

    def _resolved(self, style_id: str | None) -> Style:
        style = Style(self.default.letters)
        for element in reversed(list(self._chain(style_id))):
            properties = element.find(f"{W}pPr")
            style = replace(style, letters=style.letters.under(element.find(f"{W}rPr")))
            style = replace(style, name=value(element, "name") or "")
            named = _HEADING.match(style.name.lower())
            outline = number(value(properties, "outlineLvl"))
            if named:
                style = replace(style, heading=int(named[1]))
            elif outline is not None:
                style = replace(style, heading=outline + 1 if outline < 9 else 0)
            style = with_numbers(style, properties)
        return style


def with_numbers(style: Style, properties: Element) -> Style:
    """The style with the list and the indent that paragraph properties (``w:pPr``) name."""
    if properties is None:
        return style
    listed = properties.find(f"{W}numPr")
    if listed is not None:
        num_id, level = value(listed, "numId"), number(value(listed, "ilvl"))
        style = replace(
            style,
            num_id=style.num_id if num_id is None else num_id,
            level=style.level if level is None else level,
        )
    left = number(value(properties, "ind", "left") or value(properties, "ind", "start"))
    return style if left is None else replace(style, indent=left)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it is numbered, as ``%1.`` in decimal, and its indent."""

    form: str = "bullet"
    text: str = "•"
    start: int = 1
    indent: int | None = None


class Numbering:
    """The lists of a file; counts their items in the order they are asked for."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._kind: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        self._restarts: dict[str, dict[int, int]] = {}
        if root is None:
            return
        kinds = {
            kind.get(f"{W}abstractNumId") or "": dict(map(_level, kind.iter(f"{W}lvl")))
            for kind in root.iter(f"{W}abstractNum")
        }
        for one in root.iter(f"{W}num"):
            num_id, kind = one.get(f"{W}numId") or "", value(one, "abstractNumId") or ""
            levels = dict(kinds.get(kind, {}))
            for override in one.iter(f"{W}lvlOverride"):
                at = number(override.get(f"{W}ilvl")) or 0
                own = override.find(f"{W}lvl")
                if own is not None:
                    levels[at] = _level(own)[1]
                start = number(value(override, "startOverride"))
                if start is not None:
                    self._restarts.setdefault(num_id, {})[at] = start
            self._levels[num_id], self._kind[num_id] = levels, kind

    def is_list(self, num_id: str | None) -> bool:
        return num_id in self._levels

    def level(self, num_id: str, at: int) -> Level:
        return self._levels.get(num_id, {}).get(at, Level())

    def marker(self, num_id: str, at: int) -> str:
        """What is printed before the next item of this list at this level."""
        level = self.level(num_id, at)
        counts = self._counts.setdefault(self._kind.get(num_id, num_id), {})
        restart = self._restarts.get(num_id, {}).get(at)
        if restart is not None and (num_id, at) not in self._begun:
            counts.pop(at, None)
        self._begun.add((num_id, at))
        first = level.start if restart is None else restart
        counts[at] = counts[at] + 1 if at in counts else first
        for deeper in [one for one in counts if one > at]:
            del counts[deeper]
        if level.form == "bullet":
            return "•"
        if level.form == "none":
            return ""
        return re.sub(
            r"%(\d)", lambda found: self._counted(num_id, counts, int(found[1]) - 1), level.text
        ).strip()

    def _counted(self, num_id: str, counts: Mapping[int, int], at: int) -> str:
        level = self.level(num_id, at)
        return _written(counts.get(at, level.start), level.form)


def _level(element: Element) -> tuple[int, Level]:
    left = number(value(element.find(f"{W}pPr"), "ind", "left"))
    start = number(value(element, "start"))
    level = Level(
        value(element, "numFmt") or "decimal",
        value(element, "lvlText") or "",
        1 if start is None else start,
        left,
    )
    return number(element.get(f"{W}ilvl")) or 0, level


def _written(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter[:20] if form == "lowerLetter" else letter[:20].upper()
    if form in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        roman = _roman(count)
        return roman.lower() if form == "lowerRoman" else roman
    return f"{count:02d}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    out = ""
    for worth, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        out += letters * (count // worth)
        count %= worth
    return out


def _is_grey(colour: str) -> bool:
    """Whether a colour such as 808080 is neither black nor white nor a colour."""
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", colour):
        return False
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    return max(parts) - min(parts) <= 0x18 and all(part in _GREY for part in parts)
