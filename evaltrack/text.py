"""The small Markdown of narrative text: paragraphs, bold, italic, lists, links and footnote marks.

Everything else stays as typed, because people paste from Word: ``# 3``, ``1) first``, ``a_b_c``, ``5 * 3``,
``<b>``, ``| a |``. A line break is a line break, a pasted bullet is a list, and a bare address is a link.
A footnote mark ``[^2]`` is printed as the caller wants (:data:`NoteMark`); the notes are kept elsewhere.
"""

import html
import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

import nh3
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import list_block
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

NoteMark = Callable[[str], SafeString | None]
"""Gives the HTML for one footnote mark, or None to leave the mark as it was typed."""

MARK = re.compile(r"\[\^([^\s\[\]^]{1,20})\]")

_SCHEMES = {"http", "https", "mailto"}
_ADDRESS = re.compile(r"^(https?://|mailto:)[^\s]", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")  # Word's manual line break is \v
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What word processors paste for a bullet; U+F0B7 and U+F0A7 are theirs in the Symbol and Wingdings fonts.
_BULLET = re.compile(r"([ \t]*)(?:([•●▪■‣◦○\uf0b7\uf0a7])[ \t\xa0]*|(·)[ \t\xa0]+|(o)\t[ \t\xa0]*)(?=\S)")
_ANY_BULLET = re.compile(f"^{_BULLET.pattern}", re.MULTILINE)
# A list starts with "- x", "* x" or "1. x"; "1) x", "+ 5", a lone "-" and "2021. x" do not start one.
_LIST_START = re.compile(r"(?:[-*]|\d{1,3}\.)[ \t]+\S")
_URL_REST = re.compile(r"://[^\s<>\[\]\"`|{}\\^，。；：！？、）】」》،؛]+")
# A text without any of these is one paragraph of plain words: most cells are, and need no parsing.
_MARKED_UP = re.compile(r"[*_\[\n\\]|://|^\s*(?:-|\d{1,3}\.)\s")


def to_html(source: str, *, note: NoteMark | None = None) -> SafeString:
    """The text as safe block HTML; empty for a blank text."""
    text = _with_lists(_cleaned(source))
    if not text.strip():
        return SafeString("")
    if not _MARKED_UP.search(text):
        return mark_safe(f"<p>{_escape(text.strip())}</p>")
    return _with_notes(_CLEANER.clean(_MARKDOWN.render(text)).strip(), note)


def to_inline_html(source: str, *, note: NoteMark | None = None) -> SafeString:
    """The text as safe HTML for within a line: no paragraphs or lists, line breaks kept."""
    text = _cleaned(source).strip()
    return _with_notes(_CLEANER.clean(_MARKDOWN.renderInline(text)), note)


def to_plain(source: str) -> str:
    """The text without markup, for mail and search: lists with their marks, links with their address."""
    return _Plain().blocks(_MARKDOWN.parse(_with_lists(_cleaned(source))))


def marks(source: str) -> list[str]:
    """The footnote marks in the text, in their order, with repeats."""
    return MARK.findall(source)


@dataclass
class NoteLinks:
    """Footnote marks of one text as superscript links to the notes of its page.

    ``scope`` names the text and must be unique on the page, so that ids never collide. A note stands on the
    page under the id ``note_id(mark)``. Marks that are in no ``known`` note stay as typed.
    """

    scope: str
    known: Container[str]
    _seen: dict[str, int] = field(default_factory=dict)

    def __call__(self, mark: str) -> SafeString | None:
        if mark not in self.known:
            return None
        self._seen[mark] = self._seen.get(mark, 0) + 1
        reference = f"{self.scope}-{note_id(mark)}-{self._seen[mark]}"
        return format_html(
            '<sup class="note-mark"><a id="{}" href="#{}" role="doc-noteref">{}</a></sup>',
            reference,
            quote(note_id(mark)),
            mark,
        )


def note_id(mark: str) -> str:
    return f"note-{mark}"


def is_right_to_left(language: str) -> bool:
    return language.partition("-")[0].lower() in settings.LANGUAGES_BIDI


def _cleaned(source: str) -> str:
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", source))


def _with_lists(text: str) -> str:
    """Pasted bullets as list items; what is indented further, or under another bullet, is a list within."""
    if not _ANY_BULLET.search(text):
        return text
    lines: list[str] = []
    levels: list[tuple[int, str]] = []
    for line in text.split("\n"):
        found = _BULLET.match(line)
        if not found:
            levels = levels if not line.strip() else []
            lines.append(line)
            continue
        level = (len(found[1].expandtabs(4)), found[2] or found[3] or found[4])
        while levels and level not in levels and level[0] < levels[-1][0]:
            levels.pop()
        levels = [*levels[: levels.index(level)], level] if level in levels else [*levels, level]
        lines.append("  " * (len(levels) - 1) + "- " + line[found.end() :])
    return "\n".join(lines)


def _superscript(mark: str) -> SafeString:
    return format_html("<sup>{}</sup>", mark)


def _with_notes(cleaned: str, note: NoteMark | None) -> SafeString:
    """Puts the caller's HTML where the parser left ``<sup>mark</sup>``, the only way that tag comes about."""
    return mark_safe(re.sub(r"<sup>([^<]*)</sup>", partial(_note, note or _superscript), cleaned))


def _note(note: NoteMark, found: re.Match[str]) -> str:
    mark = html.unescape(found[1])
    return note(mark) or f"[^{found[1]}]"


def _escape(text: str) -> str:
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")


# The parser: markdown-it with only the rules named here ----------------------------------------------------


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    if not _LIST_START.match(state.src, begin, state.eMarks[start]):
        return False
    return list_block(state, start, end, silent)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """``*`` and ``_`` never inside a word, unlike Markdown's own rule, and no lines to fill in (``____``)."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    run = state.scanDelims(state.pos, marker == "*" and state.src.startswith("**", state.pos))
    for _ in range(run.length):
        state.push("text", "", 0).content = marker
        if run.length <= 3:
            token = len(state.tokens) - 1
            state.delimiters.append(
                Delimiter(ord(marker), run.length, token, -1, run.can_open, run.can_close)
            )
    state.pos += run.length
    return True


def _escaped(state: StateInline, silent: bool) -> bool:
    """A backslash makes only our own marks plain, so that ``\\\\server\\share`` stays as typed."""
    following = state.src[state.pos + 1 : state.pos + 2]
    if state.src[state.pos] != "\\" or following not in ("*", "_", "[", "]"):
        return False
    if not silent:
        state.pending += following
    state.pos += 2
    return True


def _note_mark(state: StateInline, silent: bool) -> bool:
    found = MARK.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("sup_open", "sup", 1)
        state.push("text", "", 0).content = found[1]
        state.push("sup_close", "sup", -1)
    state.pos = found.end()
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    """``https://...`` as a link, at its colon: the words before it have been read already."""
    rest = _URL_REST.match(state.src, state.pos, state.posMax)
    scheme = re.search(r"(?<![^\W_])https?$", state.src[max(0, state.pos - 6) : state.pos], re.IGNORECASE)
    if silent or not rest or not scheme or state.linkLevel or not state.pending.endswith(scheme[0]):
        return False
    tail = _without_punctuation(rest[0])
    href = state.md.normalizeLink(scheme[0] + tail)
    if len(tail) <= len("://") or not state.md.validateLink(href):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    link = state.push("link_open", "a", 1)
    link.attrs, link.info = {"href": href}, "bare"
    state.push("text", "", 0).content = scheme[0] + tail
    state.push("link_close", "a", -1)
    state.pos += len(tail)
    return True


def _without_punctuation(address: str) -> str:
    """The address without what ends the sentence around it; a bracket stays if it was opened within."""
    while address:
        stripped = address.rstrip(".,;:!?'*’”»…")
        if stripped.endswith(")") and stripped.count("(") < stripped.count(")"):
            stripped = stripped[:-1]
        if stripped == address:
            break
        address = stripped
    return address


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True})
    parser.enable(["list", "newline", "link", "emphasis"])
    parser.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("emphasis", "escaped", _escaped)
    parser.inline.ruler.before("link", "note_mark", _note_mark)
    parser.inline.ruler.before("link", "bare_address", _bare_address)
    parser.validateLink = lambda url: bool(_ADDRESS.match(url))  # type: ignore[method-assign]
    return parser


_MARKDOWN = _parser()
_CLEANER = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "ul", "ol", "li", "a", "sup"},
    attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


class _Plain:
    """Writes parsed text as plain lines."""

    def __init__(self) -> None:
        self.lists: list[int | None] = []  # the next number of each open list, None for bullets
        self.lines: list[str] = []
        self.lead = ""

    def blocks(self, tokens: list[Token]) -> str:
        for token in tokens:
            if token.type in ("bullet_list_open", "ordered_list_open"):
                self.lists.append(int(token.attrGet("start") or 1) if token.tag == "ol" else None)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
                if not self.lists:
                    self.lines.append("")
            elif token.type == "list_item_open":
                self.lead = self._item_mark()
            elif token.type == "inline":
                self._paragraph(_inline_text(token.children or []))
            elif token.type == "paragraph_close" and not token.hidden:
                self.lines.append("")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")

    def _item_mark(self) -> str:
        number = self.lists[-1]
        if number is None:
            return "- "
        self.lists[-1] = number + 1
        return f"{number}. "

    def _paragraph(self, text: str) -> None:
        indent = "  " * max(0, len(self.lists) - 1)
        after_mark = " " * len(self.lead)
        first, *others = text.split("\n")
        self.lines.append(f"{indent}{self.lead}{first}")
        self.lines.extend(f"{indent}{after_mark}{line}" for line in others)
        self.lead = ""


def _inline_text(tokens: list[Token]) -> str:
    """Words without markup; a link's address follows its words unless they are the address; marks go."""
    out: list[str] = []
    href, words_from, in_mark = "", 0, False
    for token in tokens:
        if token.type == "link_open":
            href = "" if token.info == "bare" else str(token.attrGet("href")).removeprefix("mailto:")
            words_from = len(out)
        elif token.type == "link_close":
            if href and "".join(out[words_from:]).strip() != href:
                out.append(f" ({href})")
        elif token.tag == "sup":
            in_mark = token.nesting == 1
        elif token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif not in_mark:
            out.append(token.content)
    return "".join(out)
