"""The documents of a row: addresses, what each is, and the description where it is certain whose it is."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from evaltrack.names import folded
from recommendations.choices import DocumentKind
from recommendations.register.columns import Column
from recommendations.register.defects import Defect, Kind

LONGEST_ADDRESS = 2000
Cells = dict[str, str]
# By the words of a description or of a file's name; the first that fits. Underscores and hyphens are spaces.
_WORDS: tuple[tuple[DocumentKind, str], ...] = (
    (DocumentKind.RESPONSE, r"management (follow ?up )?resp|respuesta (de la )?(gerencia|direccion|admin)|"
     r"matriz de respuesta|reponse (de la )?(direction|management)|\bmrm?\b|\bmfrm?\b"),
    (DocumentKind.TERMS, r"terms? of reference|\btors?\b|\btdrs?\b|terminos de ref|termes de ref"),
    (DocumentKind.INCEPTION, r"inception|rapport de demarrage|(informe|reporte) (inicial|de inicio)"),
    (DocumentKind.BRIEF, r"\bbriefs?\b|\bbriefing note|hoja informativa|note de synthese"),
    (DocumentKind.SUMMARY, r"summary|resumen ejecutivo|resume executif|abridged"),
    (DocumentKind.ANNEX, r"annex|appendi|anexo|matrix|info(r)?gra|questionnaire|list of|case study|tool"),
    (DocumentKind.REPORT, r"report\b|\brapport|\binforme?\b|\beval rep\b|"
     r"(internal|external|final|mid ?term|ex ?post) evaluation|evaluation final|"
     r"evaluacion (final|externa|intermedia)"),
)  # fmt: skip
_LANGUAGES = (("en", r"english|ingles|anglais|\ben\b|\beng\b"), ("fr", r"french|francais|frances|\bfr\b"),
              ("es", r"spanish|espanol|espagnol|\bes\b|\besp\b"), ("pt", r"portugu\w+|\bpt\b"))  # fmt: skip
# What the register itself calls them.
_SAID = {
    "evaluation report": DocumentKind.REPORT,
    "external evaluation report": DocumentKind.REPORT,
    "internal evaluation report": DocumentKind.REPORT,
    "evaluation brief": DocumentKind.BRIEF,
    "evaluation summary": DocumentKind.SUMMARY,
    "management response": DocumentKind.RESPONSE,
    "annexes": DocumentKind.ANNEX,
    "special related reports documents": DocumentKind.OTHER,
}


def plain(words: str) -> str:
    """The words of a name or description for comparing: small, without accents and punctuation."""
    return folded(words)


def kind_of(words: str) -> DocumentKind | None:
    """What a description or the name of a file says it is; None where it does not say."""
    text = plain(words)
    return next((kind for kind, pattern in _WORDS if re.search(pattern, text)), None)


def language_of(words: str) -> str:
    text = plain(words)
    return next((tag for tag, pattern in _LANGUAGES if re.search(pattern, text)), "")


def addresses(cell: str) -> list[str]:
    """Parted at a comma that another address follows: commas stand inside addresses, too."""
    return [
        one.strip() for one in re.split(r"[,;\s]\s*(?=[A-Za-z][A-Za-z+.-]*://)", cell) if one.strip(" ,;")
    ]


def named(address: str) -> str:
    """The name of the file at the end of an address."""
    return unquote(urlsplit(address).path.rpartition("/")[2])


def is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    fits = len(address) <= LONGEST_ADDRESS and not re.search(r"[\s<>\"\x00-\x1f]", address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and fits


def has_response(cells: Cells) -> bool:
    """Whether one of the documents is a management response, by what the register itself calls them."""
    said = cells.get(Column.DOCUMENT_KINDS, "")
    if said:
        return any(plain(one) == "management response" for one in said.split(","))
    words = [
        *pieces(cells.get(Column.DESCRIPTIONS, "")),
        *map(named, addresses(cells.get(Column.ADDRESSES, ""))),
    ]
    return any(kind_of(one) == DocumentKind.RESPONSE for one in words)


def pieces(cell: str) -> list[str]:
    return [" ".join(one.split()) for one in cell.split(",") if one.strip()]


def read(cells: Cells) -> list[list[str]]:
    """Kind, address, description, language of each: a description only where it is certain whose it is."""
    usable = [one for one in addresses(cells.get(Column.ADDRESSES, "")) if is_web(one)]
    if len(usable) == 1:
        words = " ".join(cells.get(Column.DESCRIPTIONS, "").split())
        said = [
            _SAID[one] for one in map(plain, pieces(cells.get(Column.DOCUMENT_KINDS, ""))) if one in _SAID
        ]
        kind = (
            said[0] if len(said) == 1 else kind_of(words) or kind_of(named(usable[0])) or DocumentKind.OTHER
        )
        return [[str(kind), usable[0], words[:300], language_of(words)]]
    described = [(kind_of(one), one) for one in pieces(cells.get(Column.DESCRIPTIONS, ""))]
    kinds = [kind_of(named(one)) for one in usable]
    in_words, in_names = Counter(kind for kind, _words in described), Counter(kinds)
    documents = []
    for address, of_name in zip(usable, kinds, strict=True):
        sure = of_name is not None and in_words[of_name] == 1 and in_names[of_name] == 1
        words = next((text for one, text in described if one == of_name), "") if sure else ""
        language = language_of(words or named(address))
        documents.append([str(of_name or DocumentKind.OTHER), address, words[:300], language])
    return documents


def defects(row: int, cells: Cells) -> Iterator[Defect]:
    found = addresses(cells.get(Column.ADDRESSES, ""))
    described = pieces(cells.get(Column.DESCRIPTIONS, ""))
    if len(found) > 1 and found == sorted(found):
        yield Defect(Kind.NOT_ALIGNED, row, Column.ADDRESSES, str(len(found)))
    if described and len(found) != len(described):
        counts = f"{len(found)} ≠ {len(described)}"
        yield Defect(Kind.FILE_COUNT, row, Column.DESCRIPTIONS, cells[Column.DESCRIPTIONS][:300], counts)
    for one in found:
        if not is_web(one):
            yield Defect(Kind.BAD_ADDRESS, row, Column.ADDRESSES, one[:300])
    if Column.RESPONSE in cells:
        yield from _response(row, cells)


def _response(row: int, cells: Cells) -> Iterator[Defect]:
    said, there = cells[Column.RESPONSE], has_response(cells)
    yes = plain(said) in ("yes", "y", "oui", "si", "true", "1")
    if not said:
        yield Defect(Kind.RESPONSE_NOT_SAID, row, Column.RESPONSE)
    elif yes and not there:
        yield Defect(Kind.RESPONSE_WITHOUT_FILE, row, Column.RESPONSE, said)
    elif there and not yes:
        yield Defect(Kind.FILE_WITHOUT_RESPONSE, row, Column.RESPONSE, said)
