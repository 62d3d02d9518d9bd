"""What the texts of a draft are searched for: what a form left in them, bodies outside, persons, references.

Pure: texts in, snippets out. English, French and Spanish; rather silent than wrong.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from evaltrack import responsible
from evaltrack.names import folded
from evaltrack.responsible_words import PERSON, pattern


def _any(*words: str) -> str:
    return "|".join(words)


# Left over from a form ------------------------------------------------------------------------------------

_UNDECIDED = {
    *("tba", "tbc", "tbd", "to be added", "to be announced", "to be completed", "to be confirmed"),
    *("to be decided", "to be defined", "to be determined", "to be specified"),
    *("a completer", "a confirmer", "a definir", "a determiner", "a preciser"),
    *("por completar", "por confirmar", "por definir", "por determinar", "por especificar"),
}
_NOTHING = {
    *("n a", "nil", "none", "not applicable", "action", "response", "text"),
    *("aucun", "aucune", "neant", "sans objet", "s o"),
    *("ninguna", "ninguno", "no aplica", "no corresponde"),
}
_INSTRUCTION = _any(
    r"insert", r"enter", r"type(?: in)?", r"fill(?: in)?", r"specify", r"indicate", r"describe", r"select",
    r"choose", r"add (?:text|here|the|a|an)", r"list (?:the|all|here)", r"(?:name|date|title|number) of",
    r"use (?:themes?|the)", r"to be (?:added|completed|confirmed|defined|determined|inserted|specified)",
    r"insére[rz]", r"indique[rz]?", r"précise[rz]", r"saisi(?:r|ssez)", r"complét(?:er|ez)",
    r"décri(?:re|vez)", r"choisi(?:r|ssez)", r"ajoute[rz]", r"(?:nom|date|titre) (?:de|du|des)",
    r"à (?:compléter|confirmer|définir|déterminer|insérer|préciser)",
    r"inserta?r?e?", r"indicar", r"especifi(?:car|que)", r"completar", r"describ(?:ir|a)", r"elegir",
    r"elija", r"seleccion(?:ar|e)", r"añad(?:ir|a)", r"(?:nombre|fecha|título) (?:del?|de la)",
    r"por (?:completar|confirmar|definir|determinar|especificar)",
).replace(" ", r"\s+")  # fmt: skip
_NOUN = _any(
    "name", "names", "date", "text", "title", "office", "country", "number", "unit", "amount",
    "nom", "noms", "texte", "titre", "bureau", "pays", "numéro", "montant",
    "nombre", "nombres", "fecha", "texto", "título", "oficina", "país", "número", "monto",
)  # fmt: skip
_ASKED = _any(
    r"describe", r"enter", r"explain", r"fill", r"indicate", r"insert", r"list", r"outline", r"provide",
    r"select", r"specify", r"state", r"summari[sz]e", r"complete",
    r"compléter", r"décrire", r"expliquer", r"fournir", r"indiquer", r"insérer", r"préciser", r"résumer",
    r"describ(?:a|ir)", r"especifi(?:car|que)", r"expli(?:car|que)", r"indi(?:car|que)",
    r"proporcion(?:ar|e)",
)  # fmt: skip
_PLEASE = r"(?:please|kindly|veuillez|merci\s+de|por\s+favor,?|sírvase)"
_PLACEHOLDER = re.compile(
    rf"""
      [\[<{{]\s*(?:{_PLEASE}\s+)?(?:{_INSTRUCTION})\b[^\]>}}\n]{{0,300}}[\]>}}]   # [insert the date]
    | [\[<{{]\s*(?:{_NOUN})\s*[\]>}}]                                             # <name>
    | [\[<{{(]\s*(?:(?-i:TB[ACD])|x{{2,}}|\.{{3,}}|…)\s*[\]>}})]                    # [xx], (TBC), […]
    | \(\s*(?:insert|{_PLEASE}\s+(?:{_ASKED}))\b[^)\n]{{0,300}}\)                  # (please specify)
    | \[[^\]\n]{{1,300}}\]\(\#\)                                                  # a link that leads nowhere
    | ^\W*{_PLEASE}\s+(?:{_ASKED})\b[^\n]*                                        # guidance as a line
    | (?<!\w)(?-i:TB[ACD]|T\.B\.[ACD]\.)(?!\w)
    | (?<!\w)x{{3,}}(?!\w)
    | lorem\s+ipsum
    | _{{4,}} | \.{{6,}} | …{{3,}}
    | (?<!\w)(?:(?:dd|jj)[/.-])?mm[/.-](?:yyyy|aaaa)(?!\w)
    | click\s+(?:or\s+tap\s+)?(?:here\s+)?to\s+(?:enter|add|choose)[\w ]*
    | (?<!\w)choose\s+an\s+item(?!\w)
    | cliquez\s+(?:ou\s+appuyez\s+)?(?:ici\s+)?pour\s+(?:entrer|saisir|ajouter|choisir)[\w ]*
    | (?<!\w)choisissez\s+un\s+élément
    | haga\s+clic\s+(?:o\s+pulse\s+)?(?:aquí\s+)?para\s+(?:escribir|introducir|especificar|añadir)[\w ]*
    | (?<!\w)elija\s+un\s+elemento
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# Headings of the form, besides those the organisation prints itself.
_HEADINGS = {
    *("key action", "key actions", "management response", "recommendation", "recommendation response"),
    *("time frame", "deadline", "responsible", "responsible unit", "responsible units", "status"),
    *("action cle", "actions cles", "reponse de la direction", "recommandation", "echeance", "delai"),
    *("accion clave", "acciones clave", "respuesta de la administracion", "respuesta de la direccion"),
    *("recomendacion", "plazo", "responsable"),
}


def headings(labels: Iterable[str]) -> frozenset[str]:
    """What the organisation prints over its cells, to be recognised where someone pasted it into one."""
    printed = {folded(re.sub(r"\{[^{}]*\}", "", label)) for label in labels}
    return frozenset({one for one in printed if len(one) > 3} | _HEADINGS)


def left_over(text: str, headings: Collection[str], *, may_be_none: bool = False) -> str:
    """What was left in the text from a form or a template: the heading, guidance or placeholder; "" nothing.

    ``may_be_none`` is for texts that may well say "none".
    """
    whole = folded(text)
    if not text.strip():
        return ""
    if not whole or whole in _UNDECIDED or (whole in _NOTHING and not may_be_none):
        return text.strip()
    found = _PLACEHOLDER.search(text)
    return found[0].strip() if found else _heading(text, headings)


def _heading(text: str, headings: Collection[str]) -> str:
    """A heading alone in a line, or before the colon with which the text begins."""
    lines = [line for line in text.splitlines() if line.strip()]
    begins, colon, _rest = lines[0].partition(":")
    if colon and _unnumbered(begins) in headings:
        return f"{begins.strip()}:"
    for number, line in enumerate(lines):
        if (number == 0 or line.rstrip(" *_").endswith(":")) and _unnumbered(line) in headings:
            return line.strip()
    return ""


def _unnumbered(line: str) -> str:
    return re.sub(r"[ \d]+$", "", folded(line))


# Bodies outside the organisation --------------------------------------------------------------------------

_OUTSIDE = pattern(
    _any(
        r"governments?", r"ministr(?:y|ies)", r"(?:national|local|state|public) authorit(?:y|ies)",
        r"parliaments?", r"member states?", r"donors?", r"employers", r"employers['’]? organi[sz]ations?",
        r"(?:trade|labou?r) unions?", r"workers['’]? organi[sz]ations?", r"social partners",
        r"constituents",
        r"civil society(?: organi[sz]ations?)?", r"ngos?", r"csos?", r"private sector",
        r"municipalit(?:y|ies)",
        r"gouvernements?", r"ministères?", r"autorités (?:nationales|locales|publiques)", r"parlements?",
        r"états membres", r"bailleurs(?: de fonds)?", r"donateurs?", r"organisations? d['’]employeurs",
        r"syndicats?", r"partenaires sociaux", r"société civile", r"ong", r"secteur privé", r"municipalités?",
        r"gobiernos?", r"ministerios?", r"autoridades (?:nacionales|locales|públicas)", r"parlamentos?",
        r"estados miembros", r"donantes?", r"organizaci(?:ón|ones) de empleadores", r"sindicatos?",
        r"interlocutores sociales", r"sociedad civil", r"sector privado", r"municipios?",
    )
)  # fmt: skip
_INSIDE = pattern(
    _any(
        PERSON, r"units?", r"teams?", r"divisions?", r"departments?", r"sections?", r"branch(?:es)?",
        r"desks?", r"offices?", r"bureaux?", r"unités?", r"équipes?", r"départements?",
        r"unidad(?:es)?", r"equipos?", r"departamentos?", r"oficinas?", r"management", r"direction",
        r"dirección",
    )
)  # fmt: skip


def is_outside(directed_to: str) -> bool:
    """Whether a recommendation is addressed only to bodies that management cannot act for."""
    named = [party.name for party in responsible.read(directed_to)]
    return bool(named) and all(_OUTSIDE.search(name) and not _INSIDE.search(name) for name in named)


# Persons --------------------------------------------------------------------------------------------------

_TITLES = {
    "": r"Mr|Mrs|Ms|Miss|Dr|Prof",
    "fr": r"Mme|Mlle|M(?=\.)|MM(?=\.)",
    "es": r"Sra?(?=\.)|Srta|Dra?(?=\.)",
}
_SURNAME = r"(?:[A-Z]\. ?)?[^\W\d_a-z][^\W\d_]+(?:[-'’ ][^\W\d_a-z][^\W\d_]+)*"
_WORD = re.compile(r"[^\W_]+")


class Names:
    """Names of people, found in texts however they are accented; a name of one word could be any word."""

    def __init__(self, names: Iterable[str]) -> None:
        self.by_first: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            first, *rest = folded(name).split(" ")
            if rest:
                self.by_first.setdefault(first, []).append((first, *rest))

    def in_text(self, text: str, language: str) -> str:
        """The first person the text names: someone known, or someone with a title; "" nobody."""
        return self._known(text) or titled(text, language)

    def _known(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        for start, word in enumerate(words):
            if not word[0][0].isupper():
                continue
            for name in self.by_first.get(folded(word[0]), ()):
                here = words[start : start + len(name)]
                if tuple(folded(one[0]) for one in here) == name and here[-1][0][0].isupper():
                    return text[here[0].start() : here[-1].end()]
        return ""


def titled(text: str, language: str) -> str:
    """A title and the name after it, such as "Ms Ferreira"; titles of the text's language count as well."""
    titles = _any(*(words for tag, words in _TITLES.items() if language.startswith(tag)))
    found = re.search(rf"(?<!\w)(?:{titles})\.? {_SURNAME}", text)
    return found[0] if found else ""


# Actions that say the same --------------------------------------------------------------------------------

_SMALL = {
    *("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "this", "to", "with"),
    *("au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "pour", "sur"),
    *("un", "une", "con", "del", "e", "el", "las", "los", "o", "para", "por", "una", "y"),
}  # fmt: skip
_STEM = 6  # letters: organise and organize, webinar and webinars


def gist(text: str) -> frozenset[str]:
    """The same for texts that differ in small words, endings, order or punctuation only; numbers count."""
    return frozenset(word[:_STEM].removesuffix("s") for word in folded(text).split() if word not in _SMALL)


# Numbers --------------------------------------------------------------------------------------------------

_NUMBERS = r"\d{1,3}(?:\.\d{1,2})?(?![\d.]*\d)"
_NUMBERED = r"n(?:o|os|°|º)\.? ?|numbers? |\# ?"
_REFERENCE = re.compile(
    rf"(?<!\w)(?:recommendations?|recommandations?|recomendaci(?:ón|ones)) (?:{_NUMBERED})?"
    rf"(?P<numbers>{_NUMBERS}(?:(?:, ?(?:(?:and|et|y) )?| (?:and|et|y|&) ){_NUMBERS})*)"
    # Those of another document are none of ours.
    r"(?P<other>\)? ?(?:of|from|in|made|issued|de|du|des|del|d['’])\b)?",
    re.IGNORECASE,
)


def references(text: str) -> Iterator[str]:
    """The numbers of recommendations of this document that the text refers to."""
    for found in _REFERENCE.finditer(text):
        if not found["other"]:
            yield from re.findall(_NUMBERS, found["numbers"])


def parts(number: str) -> tuple[int, ...]:
    """A printed number as it counts: "3" and "R3" (3,), "3.2" and "3b" (3, 2); () for any other."""
    found = re.fullmatch(
        r"\D{0,4}?(\d{1,4}(?:\.\d{1,4})*)\.?(?:[ .]?([a-z]))?[).]?", number.strip().casefold()
    )
    if not found:
        return ()
    counted = tuple(int(part) for part in found[1].split("."))
    return (*counted, ord(found[2]) - ord("a") + 1) if found[2] else counted


def follows(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether one number comes next after another: 2 after 1, 2.1 after 1.4, 1.1 after 1."""
    if after == (*before, 1):
        return True
    places = range(min(len(before), len(after)))
    return any(
        after == (*before[:place], before[place] + 1, *[1] * (len(after) - place - 1)) for place in places
    )
