"""The lines of a pasted text: what marks an item, what names an attribute, what belongs to the page alone."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

WIDEST_WRAPPED = 130  # characters; where lines are longer, every line is a paragraph
LONGEST_RUNNING_LINE = 100
PAGE_BREAK = "\0"  # a line of its own; no text keeps this character

_LINE_ENDS = re.compile(r"\r\n?|[\v\x85\u2028\u2029]")
_BARE_NUMBER = re.compile(r"(?:[-–—] ?)?\d{1,4}(?: ?[-–—])?")
_NAMED_PAGE = re.compile(
    r"(?:page|página|pagina|p\.) ?\d{1,4}(?: ?(?:of|sur|de|/) ?\d{1,4})?|\d{1,4} ?\| ?(?:page|página|p\.?)?"
    r"|\d{1,4} ?(?:of|sur|de|/) ?\d{1,4}",
    re.IGNORECASE,
)
_EMPHASIS = r"[*_]{0,3}"
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_RECOMMENDATION = (
    r"(?:(?:evaluation|key|main|overall|strategic|specific|operational|priority) ){0,2}"
    r"(?:recommendation|recommandation|recomendaci[óo]n|rec\.?)"
)
_GAP = r"[ \t\xa0]"
_MARKERS = [
    (kind, re.compile(rf"(?P<emphasis>{_EMPHASIS}){pattern}", flags))
    for kind, pattern, flags in (
        (
            "label",
            rf"{_RECOMMENDATION}{_GAP}?(?:n(?:o\.?|[°º]){_GAP}?|#{_GAP}?)?"
            rf"(?P<number>R?\d{{1,3}}(?:\.\d{{1,2}})*|(?-i:[IVX]{{1,5}}|[A-Z]))"
            rf"{_GAP}?(?:[:.)–—-]{_EMPHASIS}(?={_GAP}|$)|{_EMPHASIS}$|(?=\())",
            re.IGNORECASE,
        ),
        ("label", rf"{_RECOMMENDATION}{_GAP}?:(?P<number>)", re.IGNORECASE),
        (
            "R",
            rf"(?P<number>R-?\d{{1,3}}(?:\.\d{{1,2}})?)(?:{_GAP}?[:.)–—-](?={_GAP}|$)|{_GAP}+(?=[^\s\d])|$)",
            0,
        ),
        (
            "number",
            r"(?P<open>\()?(?P<number>\d{1,3}(?:\.\d{1,2})*)"
            rf"(?P<end>\.\)|[.):](?={_GAP}|$)|[.)](?=[^\W\d_])|{_GAP}[–—-](?={_GAP})|\t)",
            0,
        ),
        ("number", rf"(?P<number>\d{{1,2}}(?:\.\d{{1,2}})+)(?={_GAP})", 0),
        ("roman", rf"(?P<open>\()?(?P<number>[ivx]{{1,6}}|[IVX]{{1,6}})(?P<end>[.):])(?={_GAP})", 0),
        ("letter", rf"(?P<open>\()?(?P<number>[a-zA-Z])(?P<end>[.)])(?={_GAP})", 0),
        ("circled", r"(?P<number>[①-⑳❶-❿])", 0),
        ("bullet", rf"(?P<end>[•●▪■‣◦○·✓➢►\uf0b7\uf0a7]|[-*–—](?={_GAP})|o(?=\t))", 0),
    )
]
_HEADING = re.compile(
    r"(?:[\w.]{0,8} )?(?:(?:main|key|list of|summary of) )?"
    r"(?:recommendations|recommandations|recomendaciones|recommendation(?!.)|recommandation(?!.))[ .:]*",
    re.IGNORECASE,
)
_LABELS = {
    "rationale": r"rationale|justification|justificación|razón|fundamento",
    "directed_to": r"directed to|addressed to|recommendation to|addressees?|target audience"
    r"|adressée à|destinataires?|recommandation (?:adressée )?à"
    r"|dirigida a|destinatari[oa]s?|recomendación (?:dirigida )?a",
    "priority": r"(?:priority(?: level)?|(?:niveau de )?priorité|(?:nivel de )?prioridad)(?: ?\([^)]*\))?",
    "based_on": r"(?:linked|related|relevant|corresponding|supporting) (?:conclusions?|findings?)"
    r"(?: (?:and|&) (?:conclusions?|findings?))?|based on|linked to"
    r"|(?:conclusions?|constats?) (?:liée?s|correspondante?s)|fondée sur"
    r"|(?:conclusiones|hallazgos) (?:relacionad[ao]s|correspondientes)|basada en",
    "timeline": r"(?:(?:recommended|proposed|suggested) )?(?:timeline|time ?frame|deadline)"
    r"|calendrier|délai|échéance|plazo|cronograma|fecha límite",
}
# A whole line that only says what it rests on: "Aligned with Conclusion 1", "(Findings 2, 3 and 5)".
RESULT = (
    r"(?:conclusions?|findings?|constatations?|constats?|conclusion(?:es)?|conclusi[óo]n|hallazgos?"
    r"|constataci(?:ones|[óo]n))"
)
_NUMBER = r"(?:n(?:o\.?|[°º])s? ?)?[A-Z]{0,2}\d{1,3}(?:\.\d{1,2})*"
RESULTS = (
    rf"{RESULT} {_NUMBER}(?:(?: ?[,;&/–-] ?(?:and |et |y )?| (?:and|to|et|à|y|e|a) )(?:{RESULT} )?{_NUMBER})*"
)
_RESTS_ON = re.compile(
    rf"{_EMPHASIS}[(\[]?(?:(?:aligned|linked|links?|related|connected|corresponding|corresponds?|refers?) "
    rf"(?:with|to)|(?:derived|drawn|follows|following) from|(?:is )?based on|see|cf\.?"
    rf"|(?:liée?|alignée?|fondée?|basée?) (?:à|aux|sur|avec)(?: l[ea]s?)?|découle (?:de|des)"
    rf"|(?:vinculad|alinead|basad|relacionad)[ao] (?:a|en|con)(?: l[ao]s?)?|se basa en(?: l[ao]s?)?)?"
    rf" ?:? ?(?:the )?{RESULTS}[)\].]*{_EMPHASIS}",
    re.IGNORECASE,
)
_SCALES = {
    "urgency": "urgency|urgence|urgencia",
    "difficulty": "difficulty|difficulté|dificultad",
    "impact": "impact|impacto",
}
_STEPS = {
    "high": "high|élevée?|haute?|fort|alt[ao]",
    "medium": "medium|moderate|moyenne?|medi[ao]|mediano",
    "low": "low|faible|basse?|baj[ao]",
}
_A_SCALE = "|".join(f"(?:{words})" for words in _SCALES.values())
_A_STEP = "|".join(f"(?:{words})" for words in _STEPS.values())
_ONE_LEVEL = rf"(?:(?:{_A_STEP}) (?:{_A_SCALE})|(?:{_A_SCALE})(?: ?: ?| )(?:{_A_STEP}))"
_LEVELS = re.compile(rf"{_EMPHASIS}{_ONE_LEVEL}(?: ?[,;/|] ?{_ONE_LEVEL})*\.?{_EMPHASIS}", re.IGNORECASE)
_ANY_LABEL = "|".join(rf"(?P<{name}>{words})" for name, words in _LABELS.items())
_ALONE = re.compile(rf"{_EMPHASIS}(?:{_ANY_LABEL}){_EMPHASIS}", re.IGNORECASE)
_LABEL = re.compile(
    rf"(?:^|(?<=[.!?;|\t)”\"] )|(?<=  )|(?<=[|\t])){_EMPHASIS}(?:{_ANY_LABEL})"
    rf"(?:{_GAP}?:{_EMPHASIS}|(?<=irected to)(?={_GAP}[^\W\d_])){_GAP}*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands before an item: its kind, its printed number and what that counts as, and its shape."""

    kind: str
    number: str = ""
    value: int = 0
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something: its words without and with the marker, and how it stands on the page.

    ``at`` is its position among all lines of the text.
    """

    at: int
    words: str
    written: str
    indent: int
    marker: Marker | None
    after_blank: bool
    after_sentence: bool
    begins_paragraph: bool


def split(text: str) -> list[str]:
    """All lines of a text, the blank ones as well; a page break is one of its own."""
    return _LINE_ENDS.sub("\n", text.replace(PAGE_BREAK, "").replace("\f", f"\n{PAGE_BREAK}\n")).split("\n")


def lines(text: str) -> tuple[list[Line], list[str]]:
    """The lines of a text, and the page numbers and running lines that were left out of it."""
    raw = split(text)
    page = _page_lines(raw)
    width = max((len(line.strip()) for line in raw), default=0)
    found: list[Line] = []
    before, blank = "", True
    for place, line in enumerate(raw):
        words = line.strip()
        if not words or place in page:
            blank = True
            continue
        begins = blank or width > WIDEST_WRAPPED or (ends_sentence(before) and len(before) < 0.8 * width)
        marker, rest = marked(words)
        spread = line.expandtabs(4)
        indent = len(spread) - len(spread.lstrip())
        found.append(Line(place, rest, words, indent, marker, blank, blank or ends_sentence(before), begins))
        before, blank = words, False
    left_out = (raw[place].strip() for place in sorted(page) if raw[place] != PAGE_BREAK)
    return found, list(dict.fromkeys(left_out))


def marked(words: str) -> tuple[Marker | None, str]:
    """The marker a line begins with, and what follows; headings such as "3.2 Recommendations" have none."""
    if _HEADING.fullmatch(words):
        return None, words
    for kind, pattern in _MARKERS:
        found = pattern.match(words)
        if found is None or (kind == "roman" and not _ROMAN.fullmatch(found["number"])):
            continue
        rest = words[found.end() :].strip()
        if kind == "bullet":
            inner, inner_rest = marked(rest)
            if inner and inner.kind in ("label", "R", "number", "circled") and inner_rest:
                return inner, inner_rest
        opened = found["emphasis"]
        if opened and rest.count(opened) % 2:  # what was opened before the marker is closed after it
            rest = opened + rest
        return _marker(kind, found), rest
    return None, words


def labelled(words: str) -> Iterator[tuple[str, str]]:
    """A line taken apart at its labels: ("", words before any), then (attribute, its words).

    A line that names nothing but results or levels is such an attribute as a whole: "based_on", "levels".
    """
    for name, pattern in (("based_on", _RESTS_ON), ("levels", _LEVELS)):
        if pattern.fullmatch(words):
            before, colon, after = words.strip("*_").partition(":")
            yield name, after.strip() if colon and name == "based_on" else f"{before}{colon}{after}"
            return
    if alone := _ALONE.fullmatch(words):
        yield str(alone.lastgroup), ""
        return
    found = list(_LABEL.finditer(words))
    starts = [one.start() for one in found] + [len(words)]
    if before := words[: starts[0]].strip(" \t|;" if found else None):
        yield "", before
    for one, end in zip(found, starts[1:], strict=True):
        yield next(name for name in _LABELS if one[name]), words[one.end() : end].strip(" \t|")


def levels(words: str) -> dict[str, str]:
    """Urgency, difficulty and impact as a line of such levels names them: low, medium or high."""
    found = {}
    for part in re.split(r"[,;/|]", words):
        scale, step = _named(part, _SCALES), _named(part, _STEPS)
        if scale and step:
            found[scale] = step
    return found


def _named(words: str, names: dict[str, str]) -> str:
    return next((name for name, one in names.items() if re.search(rf"\b(?:{one})\b", words, re.I)), "")


def is_heading(words: str) -> bool:
    return bool(_HEADING.fullmatch(words))


def ends_sentence(words: str) -> bool:
    return words.rstrip("*_)”’\"'»").endswith((".", "!", "?", ":", ";", "…"))


def _marker(kind: str, found: re.Match[str]) -> Marker:
    groups = found.groupdict()
    number, value = groups.get("number") or "", 0
    if kind == "circled":
        value = int(unicodedata.numeric(number))
        number = str(value)
    elif kind in ("label", "R", "number"):
        digits = re.findall(r"\d+", number)
        value = int(digits[-1]) if digits else 0
    elif kind == "roman":
        value = _roman(number)
    elif kind == "letter":
        value = ord(number.lower()) - ord("a") + 1
    case = "A" if number.isupper() else "a"
    shape = f"{groups.get('open') or ''}{case}{number.count('.')}{groups.get('end') or ''}"
    return Marker(kind, number, value, shape)


def _roman(number: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in number.lower()]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))


# What belongs to the page ---------------------------------------------------------------------------------


def _page_lines(raw: list[str]) -> set[int]:
    """Where page breaks and page numbers stand, and beside them lines that come back on other pages.

    A number alone on its line may be somebody's words, so it counts only after "page", beside a page break,
    or in a row of such numbers that does not begin with 1.
    """
    told = [place for place, line in enumerate(raw) if line.strip()]
    breaks = {place for place in told if raw[place] == PAGE_BREAK}
    named = {place for place in told if _NAMED_PAGE.fullmatch(raw[place].strip())}
    bare = [
        place
        for before, place in zip([-1, *told], told, strict=False)
        if _BARE_NUMBER.fullmatch(raw[place].strip()) and _stands_alone(raw, place) and not _asks(raw, before)
    ]
    near = {
        place: {before, after}
        for before, place, after in zip([-1, *told], told, [*told[1:], -1], strict=False)
    }
    page = breaks | named | _rows(raw, bare) | {place for place in bare if near[place] & breaks}
    shapes = Counter(_without_digits(raw[place]) for place in told)
    return page | {
        place
        for place in told
        if shapes[_without_digits(raw[place])] > 1
        and len(raw[place]) <= LONGEST_RUNNING_LINE
        and near[place] & page
        and marked(raw[place].strip())[0] is None
        and not any(name for name, _words in labelled(raw[place].strip()))
    }


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip())


def _stands_alone(raw: list[str], place: int) -> bool:
    return all(not line.strip() or line == PAGE_BREAK for line in raw[max(0, place - 1) : place + 2 : 2])


def _asks(raw: list[str], place: int) -> bool:
    return place >= 0 and raw[place].rstrip().endswith(":")


def _rows(raw: list[str], bare: list[int]) -> set[int]:
    """Those of the bare numbers that follow one another: 12, 13, 14."""
    numbers = [int(re.sub(r"\D", "", raw[place])) for place in bare]
    if not numbers or numbers[0] == 1:
        return set()
    steps = zip(bare, numbers, bare[1:], numbers[1:], strict=False)
    return {
        place for one, number, other, following in steps if following == number + 1 for place in (one, other)
    }
