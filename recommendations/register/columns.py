"""The columns of a register, known by their headings and not by their place. No database, no settings.

The headings are those of IOM's public register; what other registers call the same stands beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaltrack.names import folded


class Column(StrEnum):
    TITLE = "title"
    YEAR = "year"
    AUTHOR = "author"
    LESSONS = "lessons"
    PUBLISHED_ON = "published_on"
    DONOR = "donor"
    BRIEF = "brief"
    COMMISSIONER = "commissioner"
    COVERAGE = "coverage"
    PERIOD_FROM = "period_from"
    PERIOD_TO = "period_to"
    SUMMARY = "summary"
    EXTERNAL = "external"
    LANGUAGES = "languages"
    THEMES = "themes"
    PROJECTS = "projects"
    PAGES = "pages"
    OTHER_DOCUMENTS = "other_documents"
    CODES = "codes"
    COUNTRIES = "countries"
    REGIONS = "regions"
    CROSS_CUTTING = "cross_cutting"
    IS_PUBLISHED = "is_published"
    TERMS = "terms"
    SCOPE = "scope"
    TIMING = "timing"
    EVALUATOR = "evaluator"
    LEVEL = "level"
    DOCUMENT_KINDS = "document_kinds"
    ADDRESSES = "addresses"
    DESCRIPTIONS = "descriptions"
    RESPONSE = "response"
    ADDED = "added"


HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.TITLE: ("Title", "Evaluation title", "Title of the evaluation", "Report title", "Titre", "Título"),
    Column.YEAR: ("Year", "Year of publication", "Evaluation year", "Année", "Año"),
    Column.AUTHOR: ("Author", "Authors", "Evaluator(s)", "Evaluation team", "Auteur", "Autor"),
    Column.LESSONS: ("Best Practicesor Lessons Learnt", "Best practices or lessons learnt"),
    Column.PUBLISHED_ON: (
        "Date of Publication", "Publication date", "Completion date", "Report date", "Date de publication",
        "Fecha de publicación",
    ),
    Column.DONOR: ("Donor", "Donors", "Donor(s)", "Funding source", "Bailleur", "Donante"),
    Column.BRIEF: ("Evaluation Brief",),
    Column.COMMISSIONER: ("Evaluation Commissioner", "Commissioned by", "Commissioning unit"),
    Column.COVERAGE: ("Evaluation Coverage", "Coverage", "Geographic coverage", "Geographic scope"),
    Column.PERIOD_FROM: ("Evaluation Period From Date", "Period from", "Start date"),
    Column.PERIOD_TO: ("Evaluation Period To Date", "Period to", "End date"),
    Column.SUMMARY: ("Executive Summary",),
    Column.EXTERNAL: ("External Version of the Report",),
    Column.LANGUAGES: ("Languages", "Language", "Language(s)", "Langue", "Langues", "Idioma", "Idiomas"),
    Column.THEMES: ("Migration Thematic Areas", "Thematic areas", "Themes", "Theme", "Thèmes", "Temas"),
    Column.PROJECTS: ("Name of Project(s) Being Evaluated", "Project name", "Project title"),
    Column.PAGES: ("Number of Pages Excluding annexes", "Number of pages"),
    Column.OTHER_DOCUMENTS: ("Other Documents Included",),
    Column.CODES: ("Project Code", "Project codes", "Project code(s)", "Project number", "DC Symbol"),
    Column.COUNTRIES: ("Countries Covered", "Countries", "Country", "Country(ies)", "Pays", "Países"),
    Column.REGIONS: ("Regions Covered", "Regions", "Region", "Office", "Offices", "Région", "Región"),
    Column.CROSS_CUTTING: ("Relevant Crosscutting Themes", "Cross-cutting themes"),
    Column.IS_PUBLISHED: ("Report Published", "Published"),
    Column.TERMS: ("Terms of Reference",),
    Column.SCOPE: ("Type of Evaluation Scope", "Evaluation type", "Type of evaluation", "Type"),
    Column.TIMING: ("Type of Evaluation Timing", "Evaluation timing", "Timing"),
    Column.EVALUATOR: ("Type of Evaluator", "Evaluation nature"),
    Column.LEVEL: ("Level of Evaluation", "Level"),
    Column.DOCUMENT_KINDS: ("Document Subtype", "Document type", "Document types"),
    Column.ADDRESSES: ("File URL", "File URLs", "URL", "Link", "Links"),
    Column.DESCRIPTIONS: ("File description", "File descriptions"),
    Column.RESPONSE: ("Management response", "Management response available"),
    Column.ADDED: ("Date added", "Added"),
}  # fmt: skip
_KNOWN = {folded(heading): column for column, headings in HEADINGS.items() for heading in headings}
NEEDED = (Column.TITLE,)


@dataclass(frozen=True, slots=True)
class Header:
    """The heading as printed of each column that is known, by its place; and of those that are not."""

    known: dict[int, Column]
    unknown: dict[int, str]

    @property
    def missing(self) -> list[Column]:
        there = set(self.known.values())
        return [column for column in Column if column not in there]


def header(cells: Sequence[str]) -> Header:
    """What the cells of a line are as headings; the second of the same meaning is not known any more."""
    known: dict[int, Column] = {}
    unknown: dict[int, str] = {}
    for place, cell in enumerate(cells):
        column = _KNOWN.get(folded(cell))
        if column and column not in known.values():
            known[place] = column
        elif cell.strip():
            unknown[place] = " ".join(cell.split())
    return Header(known, unknown)


def printed(column: str) -> str:
    """What the column is called in the register; other texts as they are."""
    return HEADINGS[Column(column)][0] if column in Column.__members__.values() else column
