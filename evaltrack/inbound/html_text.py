"""What an HTML mail says, as text: nothing of it is ever shown as HTML."""

from html.parser import HTMLParser

import nh3

LOOKED_AT = 100_000  # characters after the head
BLOCKS = {"p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
SILENT = {"script", "style", "title", "template", "svg", "object"}
WITHOUT_END = {"br", "hr"}
QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote")


def to_text(html: str) -> str:
    """The words, each block on a line of its own, without what is quoted."""
    head = html[:LOOKED_AT].lower().find("</head>")
    # Well-formed, of known elements and without anything hidden: the parser below is slow on all else.
    clean = nh3.clean(
        html[max(head, 0) :][:LOOKED_AT],
        tags=BLOCKS | {"blockquote", "span"},
        attributes={"*": {"class", "id"}},
        clean_content_tags=SILENT,
    )
    reader = _Reader(convert_charrefs=True)
    reader.feed(clean)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    return "\n".join(lines).strip()


class _Reader(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.pieces: list[str] = []
        self.hidden: list[str] = []  # the open elements from the outermost quote on

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in WITHOUT_END:
            if tag in BLOCKS and not self.hidden:
                self.pieces.append("\n")
            return
        if self.hidden or self._is_quote(tag, attrs):
            self.hidden.append(tag)
        elif tag in BLOCKS:
            self.pieces.append("\n")

    def _is_quote(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        said = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        return tag == "blockquote" or any(mark in said for mark in QUOTES)

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.hidden.pop()
        elif tag in BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data.replace("\n", " "))
