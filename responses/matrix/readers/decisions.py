"""Management's decision out of what was printed or written: one of the options, or the first sentence."""

import re
from dataclasses import dataclass

from recommendations.choices import Decision
from responses.matrix.readers.labels import folded
from responses.matrix.readers.lines import Line

_PARTLY = (
    r"(?:partial(?:ly)?|partly|in part|partiellement|en partie|parcialmente|en parte|partielle?|parcial)"
)
_ACCEPT = (
    r"(?:accept(?!ab)\w*|agre(?:e[sd]?|eing|ement)\b|concur\w*|endors\w*|support(?:s|ed)?\b|approuv\w*"
    r"|approv\w*"
    r"|souscri\w*|d'accord|adher\w*|acept(?!ab)\w*|de acuerdo|conforme|aprueb\w*|acog\w*|aprob\w*|suscrib\w*)"
)
_REJECT = (
    r"(?:reject\w*|declin(?:e|es|ed)\b|disagre\w*|refus\w*|rejet(?:te|tee|e|er|ons|tons|ee)?\b|ecart(?:e"
    r"|ee)\b"
    r"|rechaz\w*|desestim\w*|declina\b|discrepa\w*)"
)
# "no doubt that", "not only", "no objection" deny nothing.
_WORDS = r"(?:\W+(?!only\b|that\b|doubt\b|objections?\b|just\b|seulement\b|solo\b|duda\b)\w+)"
_NOT = (
    r"(?:\bnot\b|n't\b|\bcannot\b|\bunable to\b|\bno longer\b|\bne\b|\bn'|\bpas\b|\bnon\b|\bnever\b"
    r"|\bno(?=\W+(?:se|lo|la|le|es|esta\w*|ha|han|fue|puede\w*|podemos|podra\w*|acept\w*|aprueb\w*|suscrib\w*"
    r"|acog\w*|fully|rechaz\w*)\b))"
)
_NEAR = rf"{_WORDS}{{0,4}}?\W+"
_REFUSED = re.compile(rf"{_NOT}(?:{_NEAR}|\W*)(?:fully |totally |pleinement |plenamente )?{_ACCEPT}")
_REFUSED_AFTER = re.compile(rf"{_ACCEPT}\W+{_NOT}")  # "n'accepte pas", "la direction ne peut accepter"
_FULLY_NOT = re.compile(
    rf"{_NOT}{_NEAR}(?:fully|totally|entirely|wholly|in full|pleinement|entierement|totalement|integralement"
    rf"|plenamente|totalmente|en su totalidad)\W+(?:\w+\W+)?{_ACCEPT}"
    rf"|{_NOT}{_NEAR}{_ACCEPT}(?:\W+\w+){{0,4}}?\W+(?:in full|fully|in its entirety|pleinement|integralement"
    rf"|en totalite|dans son integralite|en su totalidad|totalmente|plenamente)"
)
_PART = re.compile(
    rf"{_PARTLY}\W+(?:\w+\W+){{0,2}}?{_ACCEPT}|{_ACCEPT}(?:\W+\w+){{0,6}}?\W+{_PARTLY}\b"
    rf"|{_ACCEPT}(?:\W+\w+){{0,4}}?\W+(?:only in|with (?:the following )?reservations?|sous reserve"
    rf"|con reservas)"
)
_NOT_REJECTED = re.compile(rf"{_NOT}{_NEAR}{_REJECT}")
_ANY_ACCEPT, _ANY_REJECT = re.compile(rf"\b{_ACCEPT}"), re.compile(rf"\b{_REJECT}")
_BUT = re.compile(r"\b(?:but|however|yet|except|mais|cependant|toutefois|sauf|pero|sin embargo|salvo)\b")
_CLAUSE = re.compile(
    r"[,;:]|\b(?:but|although|though|while|whereas|however|mais|bien que|quoique|tandis|pero|aunque"
    r"|mientras)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[\"“«(]?[^\W\d_a-zà-ÿ]|\d)|\n+")
_ABBREVIATED = re.compile(r"(?:\b(?:no|n°|nr|e\.g|i\.e|mr|ms|dr|st|cf|art|p|sr|sra|mme|m))\.$", re.IGNORECASE)

_OPTION_WORDS = {
    Decision.ACCEPTED: r"(?:fully )?accept(?:s|ed|ance)?|agreed?|acceptee?s?|accepter|acept(?:ar|ada|ado"
    r"|a)s?|yes|oui|si",
    Decision.PARTIALLY_ACCEPTED: (
        r"(?:partial(?:ly)?|partly)[ -]*(?:accept(?:s|ed|ance)?|agreed?)|accept(?:ed)? (?:partially"
        r"|partly|in part)"
        r"|partiellement accept\w+|accept\w+ partiellement|parcialmente acept\w+|acept\w+ parcialmente"
        r"|acceptation partielle|aceptacion parcial|partial(?:ly)?|partielle?(?:ment)?|parcial(?:mente)?"
    ),
    Decision.REJECTED: (
        r"reject(?:s|ed|ion)?|not (?:accepted|agreed)|disagreed?|rejet\w*|refus\w*|non acceptee?"
        r"|pas acceptee?"
        r"|rechaz\w+|no acept\w+|no|non"
    ),
}
_OPTION = {code: re.compile(rf"\W*(?:{words})\W*") for code, words in _OPTION_WORDS.items()}
_ANY_OPTION = "|".join(_OPTION_WORDS.values())
_LIST_OF_OPTIONS = re.compile(
    rf"\W*(?:{_ANY_OPTION})(?:\s*(?:/|,|;|\bor\b|\bou\b|\bo\b)\s*(?:{_ANY_OPTION}))+\W*"
)
# "whether it is accepted, partially accepted or rejected" decides nothing.
_NAMES_OPTIONS = re.compile(
    rf"{_ACCEPT}\s*[,/]\s*(?:{_PARTLY}\s+{_ACCEPT}|{_ACCEPT}\s+{_PARTLY})\s*(?:[,/]|\bor\b|\bou\b|\bo\b)"
)
_LED_BY_OPTION = re.compile(rf"\s*(?P<option>{_ANY_OPTION})\s*(?:[.:;–-]|, )")
# Written, or a letter of a font of symbols.
_A_BOX = r"(?P<box>[☐☒☑✓✔✗✘□■\uf06f\uf0a8\uf052\uf053\uf0fd\uf0fe]|\[ ?[x✓]? ?\]|\( ?[x✓ ] ?\))"
_BOX = re.compile(rf"{_A_BOX}\s*(?P<option>{_ANY_OPTION})(?!\w)")
_BOX_BEHIND = re.compile(rf"(?<!\w)(?P<option>{_ANY_OPTION})\s*:?\s*{_A_BOX}")
_TICKED = set("☒☑✓✔✗✘■x\uf052\uf053\uf0fd\uf0fe")


@dataclass(frozen=True, slots=True)
class Decided:
    """``code`` or None; ``certain`` where it is printed as one of the options, ``words`` where it was found.

    ``is_all`` says that the text is the printed option and nothing of the narrative.
    """

    code: Decision | None
    words: str = ""
    certain: bool = False
    is_all: bool = False


def read(text: str) -> Decided:
    """What a paragraph decides: one of the options alone, a ticked box, or its first sentences."""
    plain = folded(text).strip()
    if not plain or _LIST_OF_OPTIONS.fullmatch(plain):
        return Decided(None, text if plain else "", is_all=bool(plain))
    box = _BOX_BEHIND if _BOX_BEHIND.match(plain) else _BOX
    boxes = list(box.finditer(plain))
    if boxes:
        ticked = [one for one in boxes if set(one["box"]) & _TICKED]
        rest = box.sub("", plain).strip(" /,;.|-")
        code = _option(ticked[0]["option"]) if len(ticked) == 1 else None
        return Decided(code, text, certain=code is not None, is_all=not rest)
    if code := _option(plain):
        return Decided(code, text, certain=True, is_all=True)
    sentences = _sentences(text)
    led = _LED_BY_OPTION.match(folded(sentences[0]) + " .")
    if led and (code := _option(led["option"])) and led["option"] not in ("no", "si", "non", "yes", "oui"):
        return Decided(code, sentences[0])
    for sentence in sentences[:3]:
        if code := _in_sentence(folded(sentence)):
            return Decided(code, sentence)
    return Decided(None)


def is_unticked(text: str) -> bool:
    """Whether a paragraph is nothing but an empty box and its option."""
    decided = read(text)
    return decided.is_all and decided.code is None and any(map(str.isalpha, text))


def of_marked(line: Line) -> Decided:
    """Which of the options that all stay printed is set off from the others by its look, if just one is."""
    marked = [code for words in line.paragraph.marked for code in _options(words)]
    struck = {code for words in line.paragraph.struck for code in _options(words)}
    if len(marked) != 1 and len(struck) == len(_OPTION) - 1:
        marked = [code for code in _OPTION if code not in struck]
    for look in ("bold", "italic"):
        words = " ".join(run.text for run in line.runs if getattr(run, look))
        others = "".join(run.text for run in line.runs if not getattr(run, look))
        if not marked and any(map(str.isalpha, others)):
            marked = _options(words)
    if len(marked) != 1:
        return Decided(None)
    return Decided(marked[0], line.text, certain=True, is_all=True)


def _options(words: str) -> list[Decision]:
    """The options in words that say nothing else."""
    plain = folded(words).strip(" /,;.:|-()")
    codes = [_option(part.strip()) for part in re.split(r"[/,;|]", plain)]
    return [code for code in codes if code] if all(codes) else []


def _option(plain: str) -> Decision | None:
    for code in (Decision.PARTIALLY_ACCEPTED, Decision.REJECTED, Decision.ACCEPTED):
        if _OPTION[code].fullmatch(plain):
            return code
    return None


def _in_sentence(plain: str) -> Decision | None:
    """Of several clauses the first decides, unless one that follows with "but" says the contrary."""
    if _NAMES_OPTIONS.search(plain):
        return None
    if _PART.search(plain) or _FULLY_NOT.search(plain):
        return Decision.PARTIALLY_ACCEPTED
    clauses = _CLAUSE.split(plain)
    said = [code for clause in clauses if (code := _in_clause(clause))]
    if not said:
        return None
    both = said[0] is Decision.ACCEPTED and Decision.REJECTED in said and bool(_BUT.search(plain))
    return Decision.PARTIALLY_ACCEPTED if both else said[0]


def _in_clause(plain: str) -> Decision | None:
    accepts, rejects = bool(_ANY_ACCEPT.search(plain)), bool(_ANY_REJECT.search(plain))
    denied_after = bool(_REFUSED_AFTER.search(plain)) and bool(re.search(r"\bn[e']", plain))
    if _REFUSED.search(plain) or denied_after:
        return Decision.REJECTED
    if rejects:
        return None if _NOT_REJECTED.search(plain) else Decision.REJECTED
    return Decision.ACCEPTED if accepts else None


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for part in _SENTENCE_END.split(text.strip()):
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part.strip():
            found.append(part.strip())
    return found or [""]
