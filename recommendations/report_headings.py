"""The headings of evaluation reports in English, French and Spanish: which part of a report each begins."""

import re
import unicodedata
from enum import StrEnum


class Part(StrEnum):
    """What stands under a heading. ``OTHER`` is any heading that is none of the others."""

    RECOMMENDATIONS = "recommendations"
    LESSONS = "lessons"
    PRACTICES = "practices"
    CONCLUSIONS = "conclusions"
    FINDINGS = "findings"
    SUMMARY = "summary"
    CONTENTS = "contents"
    OPENING = "opening"  # what no summary holds: acronyms, thanks, an introduction
    BACKGROUND = "background"  # context, purpose and methods, of a summary or of a report
    CASE = "case"
    ANNEX = "annex"
    OTHER = "other"


WANTED = frozenset({Part.RECOMMENDATIONS, Part.LESSONS, Part.PRACTICES})

LONGEST = 150  # characters of a heading
_NUMBER = re.compile(
    r"^(?:(?:section|chapter|part|chapitre|partie|capitulo|seccion|parte) )?"
    r"(?P<number>[ivx]{1,5}|[a-h]|\d{1,2}(?:\.\d{1,2}){0,3})(?: ?[.:)–—-]+ ?| (?=\w))"
)
# As folded: without accents, in small letters.
_BEFORE = (
    r"(?:the|main|key|list of|summary of|overview of|overall|general|specific|strategic|operational"
    r"|evaluation|preliminary|final|major|potential|emerging|les|las|los|principales|principaux"
    r"|liste des|lista de|resume des|resumen de|synthese des|sintesis de|nos)"
)
_AFTER = (
    r"(?:of the (?:final |mid-?term )?evaluation|from the evaluation|for (?:the )?future\b.*|de l.evaluation"
    r"|de la evaluacion|(?:to|for|addressed to|directed to|a|au|aux|pour|para|al|a la|adressees? (?:a|au|aux)"
    r"|dirigidas a) .{2,60}"
    r"|strategiques|operationnelles|generales|specifiques|principales|estrategicas|operativas|especificas"
    r"|learned|learnt|apprises?|tires|tirees|retenir|aprendidas?|extraidas?)"
)
_PARTS = {
    Part.RECOMMENDATIONS: r"recommendations?|recommandations?|recomendacion(?:es)?",
    Part.LESSONS: r"lessons?|lecons?|enseignements?|lecciones|ensenanzas",
    Part.PRACTICES: r"(?:best|good|promising|emerging good|innovative) practices?"
    r"|(?:bonnes?|meilleures?) pratiques?|pratiques? (?:prometteuses?|exemplaires?)"
    r"|(?:buenas|mejores) practicas?|practicas? prometedoras?",
    Part.CONCLUSIONS: r"conclusions?|conclusiones|concluding remarks",
    Part.FINDINGS: r"(?:evaluation )?findings?|constats?|constatations?|resultats|hallazgos|constataciones",
}
_WHOLE = {
    Part.SUMMARY: r"(?:executive )?summary|abstract|evaluation (?:brief|at a glance)|(?:resume|synthese)"
    r"(?: execut(?:if|ive))?|resume analytique|note de synthese|resumen(?: ejecutivo)?|sintesis ejecutiva",
    Part.CONTENTS: r"(?:table of )?contents|table des matieres|sommaire|indice|(?:tabla de )?contenidos?",
    Part.OPENING: r"(?:list of )?(?:acronyms|abbreviations).{0,30}|acknowledge?ments"
    r"|introduction(?: and (?:background|context))?|(?:liste des )?(?:acronymes|abreviations|sigles).{0,30}"
    r"|remerciements|(?:lista de )?(?:acronimos|abreviaturas|siglas).{0,30}|agradecimientos|introduccion",
    Part.BACKGROUND: r"(?:project )?background.{0,40}|context.{0,40}|methodology.{0,40}"
    r"|(?:evaluation )?(?:purpose|objectives?|scope|methodology|questions)(?: and .{3,40})?"
    r"|contexte?.{0,40}|methodologie.{0,40}|objectifs?.{0,40}|contexto.{0,40}|antecedentes.{0,40}"
    r"|metodologia.{0,40}|objetivos?.{0,40}",
    Part.CASE: r"(?:case stud(?:y|ies)|etudes? de cas|estudios? de casos?)\b.*",
    Part.ANNEX: r"(?:annex(?:es)?|appendix|appendixes|appendices|annexes?|anexos?|apendices?)\b.*",
}
_CONNECTED = re.compile(r" ?(?:,|;|&|/|:| and | et | y | e ) ?(?:and |et |y )?(?=\w)")
_PAGE_AT_END = re.compile(r"^(?P<words>.*?[^\d\s.…·_])(?:[ \t]*[.…·_]{2,}[ \t]*|[ \t]+)(?P<page>\d{1,3})$")
_LEADERS = re.compile(r"(?:[.…·_]{4,}|[.…·] [.…·] |\t)[\s.…·_]*\d{1,3}$")
# "Annex 2" and "Recommendation 12" are no lines of a table of contents.
_COUNTED = re.compile(
    r"annexe?|appendix|anexo|apendice|case study|etude de cas|estudio de caso|conclusion|finding|constat"
    r"|hallazgo|recommendation|recommandation|recomendacion|lesson|lecon|leccion|good practice|best practice"
)
_MARKS = re.compile(r"[*_]{1,3}|\[\^[^\]]*\]")


def plain(words: str) -> str:
    """Words without emphasis and footnote marks, on one line."""
    return " ".join(_MARKS.sub("", words).split())


def folded(words: str) -> str:
    """Small letters without accents, punctuation kept: what the patterns of these modules are written in."""
    parts = unicodedata.normalize("NFKD", plain(words).casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).replace("’", "'")


def number_of(words: str) -> str:
    """The number before a heading ("3.2", "IX"), or ""."""
    found = _NUMBER.match(folded(words))
    return found["number"] if found else ""


def count_of(number: str) -> int:
    """What the first step of a number counts as: 3 of "3.2", 9 of "ix"; 0 of letters and of nothing."""
    first = number.partition(".")[0]
    if first.isdecimal():
        return int(first)
    values = [{"i": 1, "v": 5, "x": 10}.get(letter, 0) for letter in first]
    if not values or not all(values):
        return 0
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def parts_of(words: str) -> frozenset[Part]:
    """What a heading of these words begins; nothing where it is no heading that we know."""
    if len(words) > LONGEST:
        return frozenset()
    bare = folded(words).strip(" .:")
    return _named(bare) or _named(_NUMBER.sub("", bare, count=1))


def _named(bare: str) -> frozenset[Part]:
    for part, pattern in _WHOLE.items():
        if re.fullmatch(pattern, bare):
            return frozenset({part})
    found: set[Part] = set()
    for words in _CONNECTED.split(bare):
        named = {part for part, one in _PARTS.items() if _is(words, one)}
        if not named:
            return _addressed(bare)
        found |= named
    return frozenset(found)


def _is(words: str, pattern: str) -> bool:
    return bool(re.fullmatch(rf"(?:{_BEFORE} ){{0,2}}(?:{pattern})(?: {_AFTER})?", words))


def _addressed(bare: str) -> frozenset[Part]:
    """ "Recommendations to the Ministry and to the Office" is one heading, whatever it is joined by."""
    pattern = rf"(?:{_BEFORE} )?(?:{_PARTS[Part.RECOMMENDATIONS]}) {_AFTER}"
    return frozenset({Part.RECOMMENDATIONS} if re.fullmatch(pattern, bare) else ())


def addressee(words: str) -> str:
    """To whom the recommendations under a heading are directed, in its own words, or ""."""
    found = re.search(
        r"(?:recommendations|recommandations|recomendaciones) "
        r"(?:(?:addressed|directed|adressées|dirigidas) )?"
        r"(?:to|for|à|au|aux|pour|al?|para) (?P<who>.{2,80})$",
        plain(words).rstrip(" .:"),
        re.IGNORECASE,
    )
    who = found["who"] if found else ""
    return "" if re.match(r"(?:the )?future\b", who, re.IGNORECASE) else who


def in_contents(words: str) -> bool:
    """Whether a line is one of a table of contents: a heading and its page."""
    found = _PAGE_AT_END.match(words.strip()) if len(words) <= 2 * LONGEST else None
    if not found:
        return False
    if _LEADERS.search(words):
        return True
    return bool(parts_of(found["words"])) and not _COUNTED.fullmatch(folded(found["words"]))
