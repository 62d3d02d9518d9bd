"""The front of a matrix: title, coordinator, day of the response, comment; by label, look or page head."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from evaltrack import deadlines
from evaltrack.deadlines import Deadline, Kind
from evaltrack.documents.content import Content, Place
from evaltrack.documents.emphasis import cut
from responses.matrix.document import Evaluation
from responses.matrix.readers import values
from responses.matrix.readers.building import Builder
from responses.matrix.readers.gathering import Gathered
from responses.matrix.readers.labels import folded
from responses.matrix.readers.lines import Line
from responses.matrix.reading import LeftOut, Origin, Source

_YEARS = r"(?:19|20)\d\d(?: ?(?:[-–—/]|to|a|au|al|y|et|and) ?(?:(?:19|20)?\d\d))?"
# "Evaluation conducted 2020-2021." behind the title.
_CONDUCTED = re.compile(
    r"[\s.;,(–—-]*\b(?:the )?(?:evaluation (?:was )?(?:conducted|carried out|undertaken|completed)|conducted"
    r"|realisation de l'evaluation|evaluation (?:realisee|menee|conduite|effectuee)"
    r"|realizacion de la evaluacion"
    r"|evaluacion (?:realizada|llevada a cabo|efectuada))\s*:?\s*(?:in |during |from |between |en |entre "
    r"|durante )?"
    r"(?P<when>[^.\n]{3,60}?)\s*[.)]?\s*$"
)
_YEAR_AT_END = re.compile(rf"\s*[,/|(\[–—:\n-]\s*(?P<when>{_YEARS})\s*[)\]]?\s*\.?\s*$")
_RUNNING_LABEL = re.compile(
    r"(?:management response(?: matrix)?|reponse de la direction|respuesta de la (?:direccion"
    r"|administracion))\s*[:–-]\s*"
)
_FORM = re.compile(
    r"(?:management (?:follow-?up )?response(?: and action plan)?(?: matrix)?"
    r"|(?:matrice de )?(?:suivi de la )?reponse de la direction(?: et plan d'action)?"
    r"|(?:matriz de )?respuesta de la (?:direccion|administracion)(?: y plan de accion)?)\s*[-:]\s+(?=\S)"
)
_GOES_ON = re.compile(
    r"(?:\b(?:of|the|for|and|in|on|de|du|des|la|le|les|l'|et|pour|del|los|las|el|y|en|para)|[-,])$"
)
_PAGE = re.compile(r"\W*(?:page |pagina |p\. ?)?\d{1,4}(?: ?(?:of|sur|de|/) ?\d{1,4})?\W*")
_DATES = (Kind.DATE, Kind.MONTH)


@dataclass(frozen=True, slots=True)
class Front:
    evaluation: Evaluation
    coordinator: str | None
    overall_comment: str | None
    responded_on: Deadline | None


def read(builder: Builder) -> Front:
    """The front, with its sources and doubts left in the builder."""
    gathered, content = builder.gathered, builder.content
    evaluation = _evaluation(builder)
    day = responded_on(gathered, content)
    if day and gathered.front.get("responded_on"):
        builder._source("responded_on", gathered.front["responded_on"])
    elif day:
        builder.sources["responded_on"] = Source(Place(), day.text, Origin.READ)
        builder._doubt("responded_on", _("The date was read from the head or foot of the pages."))
    return Front(
        evaluation=evaluation,
        coordinator=builder._words(gathered.front.get("coordinator"), "coordinator"),
        overall_comment=builder._paragraphs(gathered.front.get("overall_comment"), "overall_comment"),
        responded_on=day,
    )


def responded_on(gathered: Gathered, content: Content) -> Deadline | None:
    """The day of the response: under its label, else at the end of the line that runs over the pages."""
    printed = " ".join(values.one_text(gathered.front.get("responded_on", [])).split())
    if printed:
        return deadlines.read(printed)
    for line in content.running:
        _words, day = _parted(line)
        if day:
            return day
    return None


def _evaluation(builder: Builder) -> Evaluation:
    gathered = builder.gathered
    lines = gathered.front.get("evaluation_title", [])
    before = _titles(gathered, builder)
    if lines:
        for line in before:
            builder.left_out.append(LeftOut(line.text.strip(), line.place, _("It stands under no label.")))
    title, conducted = _title(lines, gathered.printed.get("evaluation_title", ""))
    if title:
        builder._source("evaluation.title", lines)
    elif before:
        count = _lines_of_title(before)
        title = _without_form(" ".join(line.markdown for line in before[:count]))
        builder._source("evaluation.title", before[:count])
        builder._doubt("evaluation.title", _("The title stands under no label; the first heading was taken."))
        for line in before[count:]:
            builder.left_out.append(LeftOut(line.text.strip(), line.place, _("It stands under no label.")))
    else:
        title = builder.content.title
        builder._doubt("evaluation.title", _("No title of the evaluation was found."))
    conducted = builder._words(gathered.front.get("conducted"), "evaluation.conducted") or conducted
    if conducted and "evaluation.conducted" not in builder.sources and lines:
        builder.sources["evaluation.conducted"] = Source(lines[-1].place, conducted, Origin.READ)
    return Evaluation(
        title=title,
        short_title=builder._words(gathered.front.get("short_title"), "evaluation.short_title")
        or _short_title(builder.content.running),
        reference=builder._words(gathered.front.get("reference"), "evaluation.reference"),
        conducted=conducted,
    )


def _title(lines: Iterable[Line], label: str) -> tuple[str, str | None]:
    """The title, and when the evaluation was conducted, which forms print in the same field."""
    lines = list(lines)
    whole = "\n".join(line.text for line in lines)
    found = _CONDUCTED.search(folded(whole))
    if found is None and re.search(r"year|annee|ano\b", folded(label)):
        found = _YEAR_AT_END.search(folded(whole))
    if found is None:
        return " ".join(values.one_text(lines).split()).rstrip("."), None
    conducted = whole[found.start("when") : found.end("when")].strip()
    kept, left = [], found.start()
    for line in lines:
        if left > 0:
            kept.append(replace(line, runs=tuple(cut(line.runs, 0, left))))
        left -= len(line.text) + 1
    title = " ".join(values.one_text(kept).split()).rstrip(" .,;")
    return title, conducted


def _lines_of_title(lines: list[Line]) -> int:
    """How many lines the first heading takes: it goes on where the next begins small, or it ends in "of"."""
    count = 1
    while count < len(lines) and (
        lines[count].text.strip()[:1].islower() or _GOES_ON.search(folded(lines[count - 1].text).rstrip())
    ):
        count += 1
    return count


def _without_form(title: str) -> str:
    """The title without the name of the form before it."""
    found = _FORM.match(folded(title))
    return (title[found.end() :] if found else title).strip(" .")


def _titles(gathered: Gathered, builder: Builder) -> list[Line]:
    """Lines before all labels that may be the title: those that look like headings first."""
    lines = [line for line in gathered.before if line.text.strip() and not _PAGE.fullmatch(folded(line.text))]
    headings = [line for line in lines if line.paragraph.bold or line.paragraph.heading]
    return headings + [line for line in lines if line not in headings]


def _short_title(running: Iterable[str]) -> str | None:
    for line in running:
        found = _RUNNING_LABEL.match(folded(line))
        if found:
            words, _day = _parted(line[found.end() :])
            return words or None
    return None


def _parted(line: str) -> tuple[str, Deadline | None]:
    """The words of a running line and the day at its end."""
    if _PAGE.fullmatch(folded(line)):
        return "", None
    pieces = re.split(r"\s{2,}|\t|\s[|–—]\s", line.strip())
    for place in range(len(pieces) - 1, -1, -1):
        day = deadlines.read(pieces[place])
        if day.kind in _DATES and day.due:
            return " ".join(pieces[:place]).strip(), day
    return line.strip(), None
