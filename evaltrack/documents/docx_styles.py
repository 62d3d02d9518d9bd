"""The styles and lists of the Word files we write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaltrack.documents.docx_package import part, tag

FONT, ARABIC_FONT = "Calibri", "Arial"
SIZE = 10.0  # points
STEP = 284  # twips that each level of a list is indented by
BULLETS = ("•", "◦", "▪")
DASHES = ("–",)
LEVELS = 9  # as many as Word has
BULLET_LIST, DASH_LIST = 1, 2
_FIRST_NUMBERED = 10


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style. ``name`` is what people see it called; sizes and spaces are points.

    ``heading`` is its level in the outline of the document, ``language`` that of its words where it is
    another than that of the document.
    """

    name: str
    based_on: str = "Normal"
    following: str = ""  # the style of the next paragraph that is typed
    bold: bool = False
    italic: bool = False
    centred: bool = False
    color: str = ""
    size: float = 0
    before: float | None = None
    after: float | None = None
    heading: int = 0
    keeps: bool = False  # on the page of what follows
    language: str = ""


def style_id(name: str) -> str:
    return "".join(letter for letter in name.title() if letter.isalnum())


def styles(own: Iterable[Style], language: str, *, right_to_left: bool, label_language: str) -> str:
    """``word/styles.xml``."""
    fonts = tag("rFonts", ascii=FONT, hAnsi=FONT, cs=ARABIC_FONT, eastAsia=FONT)
    defaults = tag(
        "docDefaults",
        tag("rPrDefault", tag("rPr", fonts, *_size(SIZE), _language(language, right_to_left))),
        tag("pPrDefault", tag("pPr", _spacing(0, 3))),
    )
    paragraphs = [_paragraph_style(style, right_to_left) for style in (*_BUILT_IN, *own)]
    letters = (
        _character_style("Label", tag("b"), tag("bCs"), _language(label_language, right_to_left)),
        _character_style("Hyperlink", tag("color", val="0B3D91"), tag("u", val="single")),
        _character_style("footnote reference", tag("vertAlign", val="superscript")),
    )
    normal = tag(
        "style", tag("name", val="Normal"), tag("qFormat"), type="paragraph", default=1, styleId="Normal"
    )
    return part("styles", defaults, normal, *paragraphs, *letters, _grid())


_BUILT_IN = (
    Style("Title", bold=True, centred=True, size=14, after=6),
    Style("heading 1", following="Normal", bold=True, size=12, after=4, heading=1, keeps=True),
    Style("heading 2", following="Normal", bold=True, heading=2, keeps=True),
    Style("header", size=8.5),
    Style("footer", size=8.5),
    Style("footnote text", size=8.5, after=1),
    Style("Between tables", size=1, before=0, after=0, keeps=True),
)


def _paragraph_style(style: Style, right_to_left: bool) -> str:
    lines = tag("spacing", before=0, after=0, line=20, lineRule="exact")
    spacing = lines if style.name == "Between tables" else _spacing(style.before, style.after)
    looks = (
        *([tag("b"), tag("bCs")] if style.bold else []),
        *([tag("i"), tag("iCs")] if style.italic else []),
        tag("color", val=style.color) if style.color else "",
        *(_size(style.size) if style.size else []),
        _language(style.language, right_to_left) if style.language else "",
    )
    layout = (
        tag("keepNext") if style.keeps else "",
        spacing,
        tag("jc", val="center") if style.centred else "",
        tag("outlineLvl", val=style.heading - 1) if style.heading else "",
    )
    return tag(
        "style",
        tag("name", val=style.name),
        tag("basedOn", val=style_id(style.based_on)),
        tag("next", val=style_id(style.following)) if style.following else "",
        tag("qFormat"),
        tag("pPr", *layout) if any(layout) else "",
        tag("rPr", *looks) if any(looks) else "",
        type="paragraph",
        styleId=style_id(style.name),
    )


def _character_style(name: str, *looks: str) -> str:
    return tag(
        "style", tag("name", val=name), tag("qFormat"), tag("rPr", *looks),
        type="character", styleId=style_id(name),
    )  # fmt: skip


def _grid() -> str:
    """Thin black lines around every cell."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = (tag(side, val="single", sz=4, space=0, color="000000") for side in sides)
    margins = (tag(side, w=width, type="dxa") for side, width in _MARGINS)
    return tag(
        "style",
        tag("name", val="Table Grid"),
        tag("tblPr", tag("tblBorders", *borders), tag("tblCellMar", *margins)),
        type="table",
        styleId="TableGrid",
    )


_MARGINS = (("top", 50), ("left", 100), ("bottom", 40), ("right", 100))


def _size(points: float) -> Sequence[str]:
    return tag("sz", val=round(points * 2)), tag("szCs", val=round(points * 2))


def _spacing(before: float | None, after: float | None) -> str:
    if before is None and after is None:
        return ""
    twips = [None if points is None else round(points * 20) for points in (before, after)]
    return tag("spacing", before=twips[0], after=twips[1])


def _language(language: str, right_to_left: bool) -> str:
    if not language:
        return ""
    return tag("lang", bidi=language) if right_to_left else tag("lang", val=language)


# Lists ------------------------------------------------------------------------------------------------------


def numbering(starts: Sequence[int]) -> str:
    """``word/numbering.xml``: bullets, dashes, and a numbered list for each of ``starts``."""
    kinds = (
        _list(BULLET_LIST, [("bullet", BULLETS[min(level, 2)]) for level in range(LEVELS)]),
        _list(DASH_LIST, [("bullet", DASHES[0])] * LEVELS),
        _list(_FIRST_NUMBERED, [("decimal", f"%{level + 1}.") for level in range(LEVELS)]),
    )
    lists = [tag("num", tag("abstractNumId", val=kind), numId=kind) for kind in (BULLET_LIST, DASH_LIST)]
    for place, start in enumerate(starts):
        begins = (tag("lvlOverride", tag("startOverride", val=start), ilvl=level) for level in range(LEVELS))
        of_kind = tag("abstractNumId", val=_FIRST_NUMBERED)
        lists.append(tag("num", of_kind, *begins, numId=numbered_list(place)))
    return part("numbering", *kinds, *lists)


def numbered_list(place: int) -> int:
    """The id of the numbered list at that place in the document."""
    return _FIRST_NUMBERED + place


def _list(number: int, levels: Iterable[tuple[str, str]]) -> str:
    described = [
        tag(
            "lvl",
            tag("start", val=1),
            tag("numFmt", val=kind),
            tag("lvlText", val=text),
            tag("lvlJc", val="left"),
            tag("pPr", tag("ind", left=STEP * (level + 1), hanging=STEP)),
            ilvl=level,
        )
        for level, (kind, text) in enumerate(levels)
    ]
    return tag("abstractNum", tag("multiLevelType", val="hybridMultilevel"), *described, abstractNumId=number)
