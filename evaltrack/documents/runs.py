"""The HTML of narrative text (``evaltrack.text``) as paragraphs of runs, which is what Word has."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Run:
    """Letters in one style; ``note`` is the mark of a footnote, and ``text`` then empty."""

    text: str
    bold: bool = False
    italic: bool = False
    label: bool = False  # words of the form, not of the text
    address: str = ""
    note: str = ""


@dataclass
class Paragraph:
    """``level`` is that of a list item, from 0, and of what belongs to one; None outside of lists.

    ``numbered`` tells the list by its place in the text, None for bullets. A further paragraph of an item is
    parted from the first by a blank line within it; ``is_item`` is false for one that follows a list within.
    """

    runs: list[Run] = field(default_factory=list)
    level: int | None = None
    is_item: bool = False
    numbered: int | None = None

    @property
    def is_blank(self) -> bool:
        return not any(run.text.strip() or run.note for run in self.runs)


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """``starts`` are the first numbers of its numbered lists, in their order."""

    paragraphs: list[Paragraph]
    starts: list[int]


def paragraphs_of(html: str) -> Paragraphs:
    """The paragraphs of a text; of a blank one none."""
    if "<" not in html and "&" not in html:
        return Paragraphs([Paragraph([Run(html)])] if html else [], [])
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return Paragraphs(parser.paragraphs, parser.starts)


@dataclass
class _List:
    numbered: int | None
    item: Paragraph | None = None  # the item that is being read


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[Paragraph] = []
        self.starts: list[int] = []
        self.lists: list[_List] = []
        self.current: Paragraph | None = None
        self.looks = Run("")
        self.within: list[Run] = []
        self.after_break = False
        self.in_note = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("p", "div"):
            self._begin()
        elif tag in ("ul", "ol"):
            self._open_list(int(given.get("start") or 1) if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "br":
            self._add("\n")
            self.after_break = True
        elif tag == "sup":
            self.in_note = "note-mark" in (given.get("class") or "")
        elif tag in _LOOKS:
            self.within.append(self.looks)
            self.looks = _LOOKS[tag](self.looks)
        elif tag == "a":
            self.within.append(self.looks)
            self.looks = self.looks if self.in_note else replace(self.looks, address=given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "div"):
            self.current = None
        elif tag in ("ul", "ol"):
            self.lists.pop()
            self.current = None
        elif tag == "li":
            self.current = None
        elif tag == "sup":
            self.in_note = False
        elif tag in _LOOKS or tag == "a":
            self.looks = self.within.pop()

    def handle_data(self, data: str) -> None:
        if self.after_break:
            data, self.after_break = data.removeprefix("\n"), False
        if self.current is None and not data.strip("\n "):
            return
        if self.in_note:
            self._paragraph().runs.append(Run("", note=data))
        elif data:
            self._add(data)

    def _add(self, text: str) -> None:
        runs = self._paragraph().runs
        if runs and not runs[-1].note and replace(runs[-1], text="") == self.looks:
            runs[-1] = replace(runs[-1], text=runs[-1].text + text)
        else:
            runs.append(replace(self.looks, text=text))

    def _paragraph(self) -> Paragraph:
        """The one that is being read; text outside of any begins one."""
        if self.current is None:
            self._begin()
        assert self.current is not None  # noqa: S101 - for mypy; it was just begun
        return self.current

    def _begin(self) -> None:
        open_list = self.lists[-1] if self.lists else None
        if open_list and open_list.item is self.paragraphs[-1]:
            self.current = open_list.item
            if self.current.runs:  # a second paragraph of an item is parted from the first within it
                self._add("\n\n")
            return
        level = len(self.lists) - 1 if self.lists else None
        self.current = Paragraph(level=level)
        self.paragraphs.append(self.current)

    def _open_list(self, start: int | None) -> None:
        self.current = None
        if start is not None:
            self.starts.append(start)
        self.lists.append(_List(None if start is None else len(self.starts) - 1))

    def _item(self) -> None:
        item = Paragraph(level=len(self.lists) - 1, is_item=True, numbered=self.lists[-1].numbered)
        self.paragraphs.append(item)
        self.lists[-1].item = item
        self.current = None


_LOOKS: dict[str, Callable[[Run], Run]] = {
    "strong": lambda run: replace(run, bold=True),
    "em": lambda run: replace(run, italic=True),
    "b": lambda run: replace(run, label=True),
}
