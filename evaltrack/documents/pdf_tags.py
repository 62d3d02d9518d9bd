"""The structure of a tagged PDF: which paragraph, cell and row each glyph belongs to.

Word writes it, and our own PDFs have it; where it is there and whole, nothing about pages has to be guessed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evaltrack.documents.pdf_lines import Element

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

DEEPEST = 60
MOST = 200_000  # entries of the tree that leads from pages to elements

_PARAGRAPHS = frozenset(
    ["P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "Lbl", "Caption", "Note", "LBody", "Title"]
)
_CELLS = frozenset(["TD", "TH"])

Chars = dict[str, Any]


class Tags:
    """What the structure tree says; of a file without one, or with a damaged one, nothing."""

    def __init__(self, document: Any) -> None:
        self._known: dict[int, Element | None] = {}
        self._roles: dict[str, str] = {}
        self._pages: dict[int, Any] = {}
        try:
            self._read(document)
        except Exception:  # whatever is wrong with the structure: the glyphs stand where they stand
            self._pages = {}

    def of(self, page: "PlumberPage") -> Callable[[Chars], Element | None]:
        """Gives what is known of a character of this page."""
        held: list[Any] = []
        try:
            held = self._pages.get(int(page.page_obj.attrs.get("StructParents", -1))) or []
        except Exception:
            held = []
        return lambda char: self._element(char, held)

    def _element(self, char: Chars, held: list[Any]) -> Element | None:
        if char.get("tag") == "Artifact":
            return _ARTIFACT
        number = char.get("mcid")
        if not isinstance(number, int) or not 0 <= number < len(held):
            return None
        try:
            return self._found(held[number])
        except Exception:
            return None

    def _read(self, document: Any) -> None:
        from pdfminer.data_structures import NumberTree
        from pdfminer.pdftypes import resolve1

        root = resolve1(document.catalog.get("StructTreeRoot"))
        if not isinstance(root, dict):
            return
        for name, role in (resolve1(root.get("RoleMap")) or {}).items():
            self._roles[str(name)] = getattr(resolve1(role), "name", str(role))
        tree = NumberTree(root["ParentTree"])
        for count, (number, entry) in enumerate(tree.values):
            if count > MOST:
                break
            entries = resolve1(entry)
            if isinstance(entries, list):
                self._pages[int(number)] = entries

    def _found(self, reference: Any) -> Element | None:
        key = getattr(reference, "objid", 0)
        if not key:
            return None
        if key not in self._known:
            self._known[key] = self._climbed(reference)
        return self._known[key]

    def _climbed(self, reference: Any) -> Element:
        """What stands above an element: the nearest paragraph, item, cell and row."""
        from pdfminer.pdftypes import resolve1

        paragraph = cell = row = item = 0
        kind = ""
        for _step in range(DEEPEST):
            element = resolve1(reference)
            if not isinstance(element, dict) or "S" not in element:
                break
            role = getattr(element["S"], "name", "")
            role = role.decode() if isinstance(role, bytes) else role
            role = self._roles.get(role, role)
            number = getattr(reference, "objid", 0)
            if role in _PARAGRAPHS and not paragraph and not cell:
                paragraph, kind = number, role
            elif role == "LI" and not item and not cell:
                item = number
            elif role in _CELLS and not cell:
                cell = number
            elif role == "TR" and not row and cell:
                row = number
            reference = element.get("P")
        return Element(paragraph, cell, row, item, kind)


_ARTIFACT = Element(is_artifact=True)
