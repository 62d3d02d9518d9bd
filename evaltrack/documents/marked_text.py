"""Plain text with marks in it: HTML tags and Markdown headings.

Programs leave them that take text out of PDFs, and people write them. Without any it is what ``plain`` reads.
"""

import html
import re
from dataclasses import replace

from evaltrack.documents import plain
from evaltrack.documents.content import Content, Paragraph, Table

_TAG = re.compile(
    r"</?(?:p|br|b|i|em|strong|u|sup|sub|span|div|ul|ol|li|table|tr|td|th|h[1-6])\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_BREAKING = re.compile(
    r"[ \t]*</?(?:p|br|div|ul|ol|li|table|tr|td|th|h[1-6])\b[^<>]{0,200}>[ \t]*", re.IGNORECASE
)
_STYLES = ((re.compile(r"</?(?:b|strong)>", re.I), "**"), (re.compile(r"</?(?:i|em)>", re.I), "*"))
_HEADING = re.compile(r"(?P<marks>#{1,6}) +(?P<words>[^\n]{1,300}?)(?: +#+)?")
_FEWEST_TAGS = 4  # fewer may be somebody's words


def read(data: bytes) -> Content:
    """What the text says; raises ``UnreadableFileError`` with a sentence."""
    content = plain.from_text(_without_tags(plain.decoded(data)))
    return replace(content, blocks=tuple(_with_headings(block) for block in content.blocks))


def _without_tags(text: str) -> str:
    """Paragraphs and cells on lines of their own, bold and italic as Markdown, other tags gone."""
    if len(_TAG.findall(text)) < _FEWEST_TAGS:
        return text
    text = _BREAKING.sub("\n\n", text).replace("\t", "\n\n")  # such programs part cells by tabs
    for pattern, mark in _STYLES:
        text = pattern.sub(mark, text)
    return html.unescape(_TAG.sub("", text))


def _with_headings(block: Paragraph | Table) -> Paragraph | Table:
    if not isinstance(block, Paragraph) or block.marker:
        return block
    found = _HEADING.fullmatch(block.text)
    return replace(block, text=found["words"], heading=len(found["marks"])) if found else block
