"""The words of a paragraph of a Word file: its runs in order, with what is deleted or hidden left out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evaltrack.documents.docx_look import Letters, Styles, W, number, value
from evaltrack.documents.emphasis import Run

Element = Any  # lxml's, which is not typed

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
PICTURES = (f"{W}drawing", f"{W}pict", f"{W}object")
# What was taken out under tracked changes, or moved away.
DELETED = (f"{W}del", f"{W}moveFrom")

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u200b\u2060\u00ad]"
)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LINK = re.compile(r"(https?://|mailto:)[^\s()<>]+$", re.IGNORECASE)
_LINK_FIELD = re.compile(r'\s*HYPERLINK\s+(?:\\\w\s+)*"([^"]+)"', re.IGNORECASE)
# Letters of fonts that are pictures: ticks, boxes, bullets, arrows.
_SYMBOLS = {
    **dict.fromkeys((0xFC, 0x50), "✓"), **dict.fromkeys((0xFE, 0x52, 0x53, 0x78), "☒"),
    **dict.fromkeys((0xA8, 0x6F, 0x71, 0xA3), "☐"), 0xFB: "✗", 0xE0: "→", 0xD8: "➢", 0xA7: "▪", 0xB7: "•",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A run and what only its look says: grey letters and prompts of the form are guidance.

    ``marked`` is underlined or highlighted, as one of some options is chosen; ``struck`` is struck through.
    """

    run: Run
    grey: bool = False
    marked: bool = False
    struck: bool = False


@dataclass(slots=True)
class Words:
    """What reading paragraphs needs, and what it finds on the way."""

    styles: Styles
    links: Callable[[str], str]  # the id of a relationship -> its address
    marks: dict[tuple[str, str], str] = field(default_factory=dict)  # (footnote or endnote, its id) -> mark
    pictures: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    boxes: list[Element] = field(default_factory=list)  # contents of text boxes, met and not yet read
    fields: list["_Field"] = field(default_factory=list)
    page: int = 1
    has_pages: bool = False

    def pieces(self, paragraph: Element, letters: Letters) -> list[Piece]:
        return [piece for piece in self._of(paragraph, letters, link="") if piece.run.text]

    def _of(self, parent: Element, letters: Letters, *, link: str, prompt: bool = False) -> Iterator[Piece]:
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                yield from self._run(child, letters, link, prompt)
            elif tag == f"{W}hyperlink":
                address = self.links(child.get(f"{R}id") or "") or link
                yield from _linked(list(self._of(child, letters, link="", prompt=prompt)), address)
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    shown = prompt or is_prompt(child)
                    yield from self._of(content, letters, link=link, prompt=shown)
            elif tag == f"{_MC}AlternateContent":
                yield from self._of(chosen(child), letters, link=link, prompt=prompt)
            elif tag in (f"{_MATHS}oMath", f"{_MATHS}oMathPara"):
                yield Piece(Run("".join(one.text or "" for one in child.iter(f"{_MATHS}t"))))
            elif tag in _THROUGH:
                yield from self._of(child, letters, link=link, prompt=prompt)

    def _run(self, element: Element, letters: Letters, link: str, prompt: bool) -> Iterator[Piece]:
        properties = element.find(f"{W}rPr")
        if properties is not None:
            letters = self.styles.letters_of(value(properties, "rStyle"), letters).under(properties)
        if letters.hidden:
            return
        language = value(properties, "lang")
        has_own_mark = False
        for child in element:
            found = self._child(child)
            if has_own_mark and isinstance(found, str):
                continue
            has_own_mark = has_own_mark or bool(own_mark(child))
            if isinstance(found, Run):
                yield Piece(found, letters.grey)
                continue
            if not found or any(one.in_code for one in self.fields):
                continue
            text = _CONTROLS.sub("", found)
            if self.fields and self.fields[-1].is_note and text.strip() in self.marks.values():
                yield Piece(Run(f"[^{text.strip()}]", atom=True))
                continue
            if letters.raised and text.strip().isdigit():
                text = text.translate(_RAISED)
            if language or self.styles.language:
                key = language or self.styles.language
                self.languages[key] = self.languages.get(key, 0) + len(text)
            address = link or next((one.address for one in reversed(self.fields) if one.address), "")
            run = Run(text, letters.bold, letters.italic or prompt)
            marked = letters.underlined or letters.lit
            piece = Piece(run, letters.grey or prompt, marked, letters.struck)
            yield from _linked([piece], address)

    def _child(self, child: Element) -> str | Run | None:
        """What a child of a run says: letters, or a footnote mark."""
        tag = child.tag
        if tag == f"{W}t":
            return child.text or ""
        if tag in _LETTERS:
            return _LETTERS[tag]
        if tag in (f"{W}br", f"{W}lastRenderedPageBreak"):
            return self._break(child)
        if tag == f"{W}sym":
            return _symbol(child)
        if tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            return self._mark(tag.removeprefix(W).removesuffix("Reference"), child.get(f"{W}id") or "")
        if tag in (f"{W}fldChar", f"{W}instrText"):
            return self._field_part(child)
        if tag == f"{W}ruby":
            return "".join(one.text or "" for one in child.iterfind(f"{W}rubyBase//{W}t"))
        if tag in (*PICTURES, f"{_MC}AlternateContent"):
            self._picture(chosen(child) if tag.startswith(_MC) else child)
        return None

    def _break(self, child: Element) -> str | None:
        """A line break, or the turn of a page, as the file has it or as Word laid it out last."""
        is_laid_out = child.tag == f"{W}lastRenderedPageBreak"
        if is_laid_out or value_of(child, "type") == "page":
            self.turn()
            return None if is_laid_out else " "
        return "\n"

    def turn(self) -> None:
        """On to the next page."""
        self.page, self.has_pages = self.page + 1, True

    def _mark(self, kind: str, note: str) -> Run | None:
        mark = self.marks.get((kind, note))
        return Run(f"[^{mark}]", atom=True) if mark else None

    def _field_part(self, child: Element) -> str | None:
        if child.tag == f"{W}instrText":
            if self.fields:
                self.fields[-1].code += child.text or ""
            return None
        kind = child.get(f"{W}fldCharType")
        if kind == "begin":
            self.fields.append(_Field(_checkbox(child)))
        elif kind == "separate" and self.fields:
            self.fields[-1].opened()
        elif kind == "end" and self.fields:
            return self.fields.pop().box
        return None

    def _picture(self, element: Element) -> None:
        boxes = [
            box
            for box in element.iter(f"{W}txbxContent")
            if not any(True for _ in box.iterancestors(_FALLBACK))
        ]
        self.boxes += boxes
        if not boxes:
            self.pictures += 1


@dataclass(slots=True)
class _Field:
    """A field between its marks: first its code, then its result."""

    box: str = ""
    code: str = ""
    address: str = ""
    in_code: bool = True

    def opened(self) -> None:
        self.in_code = False
        found = _LINK_FIELD.match(self.code)
        self.address = found[1] if found and _LINK.match(found[1]) else ""

    @property
    def is_note(self) -> bool:
        """Whether its result is the mark of a note that stands elsewhere."""
        return self.code.split()[:1] == ["NOTEREF"]


_FALLBACK = f"{_MC}Fallback"
_THROUGH = {
    f"{W}{name}"
    for name in ("ins", "moveTo", "smartTag", "customXml", "fldSimple", "dir", "bdo", "sdtContent")
}
_LETTERS = {
    f"{W}tab": " ", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}softHyphen": "",
}  # fmt: skip


def value_of(element: Element, attribute: str) -> str | None:
    found: str | None = element.get(f"{W}{attribute}")
    return found


def own_mark(reference: Element) -> str:
    """The mark that somebody chose for a note, which stands behind its reference; "" of anything else."""
    if reference.get(f"{W}customMarkFollows") not in ("1", "true", "on"):
        return ""
    following = (one.text or "" for one in reference.itersiblings(f"{W}t"))
    mark = "".join(following).strip()
    return mark if re.fullmatch(r"[^\s\[\]^]{1,20}", mark) else ""


def without_mark(text: str, mark: str) -> str:
    """The text of a note without the mark before it, which is text where somebody chose it."""
    signs = mark.translate(_RAISED) if mark.isdecimal() else mark
    before = "".join(rf"\\?{re.escape(sign)}" for sign in signs)
    return re.sub(rf"^(?:{before})+\s+", "", text)


def chosen(element: Element) -> Element:
    """Of the two ways in which a file says one thing, the one to read."""
    choice = element.find(f"{_MC}Choice")
    if choice is None:
        choice = element.find(f"{_MC}Fallback")
    return element if choice is None else choice


def is_prompt(control: Element) -> bool:
    """Whether a content control shows what is to be filled in, and not what was."""
    return control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _linked(pieces: list[Piece], address: str) -> list[Piece]:
    """The words as one link; without it where the address is none that may be followed."""
    words = "".join(piece.run.text for piece in pieces).strip()
    if not _LINK.match(address) or not words or any(piece.run.atom for piece in pieces):
        return pieces
    if words == address or re.search(r"[\[\]\n]", words):
        return pieces
    whole = "".join(piece.run.text for piece in pieces)
    before, after = whole[: len(whole) - len(whole.lstrip())], whole[len(whole.rstrip()) :]
    first = pieces[0]
    link = Run(f"[{words}]({address})", first.run.bold, first.run.italic, atom=True)
    return [Piece(Run(before)), Piece(link, first.grey), Piece(Run(after))]


def _symbol(element: Element) -> str:
    font = (value_of(element, "font") or "").casefold()
    try:
        code = int(value_of(element, "char") or "", 16)
    except ValueError:
        return ""
    if "wingdings" in font or "webdings" in font or font == "symbol":
        return _SYMBOLS.get(code & 0xFF, "•")
    return chr(code) if 0x20 <= code < 0xD800 or 0xF900 <= code < 0xFFFE else ""


def _checkbox(begin: Element) -> str:
    """The box of an old form field, ticked or not."""
    box = begin.find(f"{W}ffData/{W}checkBox")
    if box is None:
        return ""
    ticked = box.find(f"{W}checked")
    if ticked is None:
        ticked = box.find(f"{W}default")
    on = ticked is not None and value_of(ticked, "val") not in ("0", "false")
    return "☒" if on else "☐"


def span(element: Element, name: str) -> int:
    """A count in the properties of a cell or a row, such as gridSpan."""
    return max(0, min(number(value(element, name)) or 0, 1000))
