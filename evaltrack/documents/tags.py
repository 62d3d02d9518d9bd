"""What WeasyPrint's tags and fonts leave to be wished: notes tagged as notes, one font for many parts.

Functions of our own are put in place of two of WeasyPrint's, once in a process; look at them again with every
version of WeasyPrint.
"""

import re
from functools import lru_cache
from io import BytesIO
from typing import Any

from evaltrack.documents.parts import ELSEWHERE

# Where all glyphs of a font in a part are of these, the subset is that of all of them: so parts have the same
# font to the byte, which a document then holds once.
COMMON = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *map(ord, "ŒœŠšŽžŸ–—‘’‚“”„†‡•…‰‹›€™"),
)


def install() -> None:
    """Called when WeasyPrint has just been imported."""
    from weasyprint.pdf import fonts, tags

    if getattr(fonts.Font.clean, "is_ours", False):
        return
    kind_of = tags._get_pdf_tag

    def kind(element: str | None) -> str:
        return "Note" if element == "aside" else str(kind_of(element))

    tags._get_pdf_tag = kind
    clean = fonts.Font.clean

    def cleaned(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
        common = _common(font.file_content)
        glyphs = common if to_unicode.keys() <= common.keys() else to_unicode
        known = (
            font.hash,
            font.weight,
            font.style,
            tuple(sorted(glyphs)),
            tuple(sorted(font.missing)),
            hinting,
        )
        if known not in _cleaned:
            clean(font, glyphs, hinting)
            if len(_cleaned) > 50:
                _cleaned.clear()
            _cleaned[known] = font.file_content
        font.file_content = _cleaned[known]

    cleaned.is_ours = True  # type: ignore[attr-defined]
    fonts.Font.clean = cleaned


_cleaned: dict[tuple[Any, ...], bytes] = {}


@lru_cache(maxsize=12)
def _common(font: bytes) -> dict[int, str]:
    """The glyphs of the common letters, and what each is."""
    from fontTools.ttLib import TTFont

    opened = TTFont(BytesIO(font), lazy=True)
    names, numbers = opened.getBestCmap(), opened.getReverseGlyphMap()
    return {numbers[names[letter]]: chr(letter) for letter in COMMON if letter in names} | {0: ""}


def name_notes(pdf: Any) -> None:
    """Each note has an identity, as PDF/UA-1 (7.9) asks, and its mark in the text is a reference."""
    from pydyf import String

    numbers: dict[int, Any] = {item.number: item for item in pdf.objects if hasattr(item, "keys")}
    for item in numbers.values():
        if item.get("Type") != "/StructElem":
            continue
        if item["S"] == "/Note" and "ID" not in item:
            item["ID"] = String(f"note-{item.number}")
        elif item["S"] == "/Link" and _leads_within(item, numbers):
            parent = numbers[_number(item["P"])]
            if parent["S"] == "/NonStruct" and len(parent["K"]) == 1:
                parent["S"] = "/Reference"


def _leads_within(link: Any, numbers: dict[int, Any]) -> bool:
    for kid in link["K"]:
        there = numbers.get(_number(kid), {}) if isinstance(kid, bytes) else {}
        if there.get("Type") == "/OBJR":
            annotation = numbers[_number(there["Obj"])]
            address = annotation["A"]["URI"].string if "A" in annotation else ""
            return "Dest" in annotation or address.startswith(ELSEWHERE)
    return False


def _number(reference: bytes) -> int:
    found = re.match(rb"\d+", reference)
    return int(found[0]) if found else -1
