"""What is amiss in a register: each with its row and column, and a sentence that says what became of it."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from recommendations.register.columns import Column, printed


class Kind(models.TextChoices):
    """Kinds of defects, in the order in which they are shown."""

    NO_TITLE = "no_title", _("No title")
    REPEATED = "repeated", _("The same row twice")
    SAME_TITLE = "same_title", _("Another row of the same title")
    CONFLICT = "conflict", _("Changed in the register and in EvalTrack")
    NOT_YOURS = "not_yours", _("An evaluation that you may not change")
    NOT_ALIGNED = "not_aligned", _("Addresses and descriptions do not line up")
    FILE_COUNT = "file_count", _("Not as many addresses as descriptions")
    BAD_ADDRESS = "bad_address", _("Not an address of the web")
    RESPONSE_WITHOUT_FILE = "response_without_file", _("A management response, and no file of it")
    FILE_WITHOUT_RESPONSE = "file_without_response", _("A file of a management response that is not said")
    RESPONSE_NOT_SAID = "response_not_said", _("Not said whether there is a management response")
    PERIOD_BACKWARDS = "period_backwards", _("A period that ends before it starts")
    PERIOD_EMPTY = "period_empty", _("A period that is a computer's empty date")
    PERIOD_HALF = "period_half", _("A period with one date only")
    BAD_DATE = "bad_date", _("A date that is not understood")
    NO_DATE = "no_date", _("No date of publication")
    YEAR_DIFFERS = "year_differs", _("The year is not that of the publication")
    NO_CODE = "no_code", _("No project code")
    SEVERAL_CODES = "several_codes", _("Several project codes")
    CODES_PARTED = "codes_parted", _("Project codes parted by something else than a comma")
    CODE_DOUBTFUL = "code_doubtful", _("Does not look like a project code")
    SEVERAL_LANGUAGES = "several_languages", _("Several languages")
    UNKNOWN_LANGUAGE = "unknown_language", _("A language that is not known")
    NO_COUNTRY = "no_country", _("No country")
    UNKNOWN_COUNTRY = "unknown_country", _("A country that is not known")
    NO_OFFICE = "no_office", _("No office")
    NEW_OFFICE = "new_office", _("An office that is not there yet")
    SEVERAL_TYPES = "several_types", _("Several types")
    UNKNOWN_TYPE = "unknown_type", _("A type or timing that is not known")
    TOO_LONG = "too_long", _("A text that is too long")
    ODD_CHARACTERS = "odd_characters", _("Characters that went wrong")
    RAGGED = "ragged", _("More or fewer cells than headings")
    ENCODING = "encoding", _("A file that is not in UTF-8")
    UNKNOWN_COLUMN = "unknown_column", _("A column that is not known")


SENTENCES: dict[str, Any] = {
    Kind.NO_TITLE: _("The row is left out: an evaluation needs a title."),
    Kind.REPEATED: _(
        "The row is left out: row %(detail)s has the same title and was added at the same time."
    ),
    Kind.SAME_TITLE: _("Row %(detail)s has the same title. Both are taken; they point at each other."),
    Kind.CONFLICT: _("EvalTrack has “%(detail)s”, entered here; the register now has “%(value)s”."),
    Kind.NOT_YOURS: _(
        "An evaluation of this title is there, and is not yours to change. The row is left out."
    ),
    Kind.NOT_ALIGNED: _(
        "The addresses are not in the order of the descriptions. What each file is was read from its name; a "
        "description is given to a file only where both name the same kind once."
    ),
    Kind.FILE_COUNT: _("%(detail)s, parted at commas. All addresses are taken."),
    Kind.BAD_ADDRESS: _(
        "“%(value)s” does not begin with http:// or https://. It stays in the row as imported."
    ),
    Kind.RESPONSE_WITHOUT_FILE: _("The register says there is one; none of its documents is of that kind."),
    Kind.FILE_WITHOUT_RESPONSE: _("One of its documents is of that kind; the register says “%(value)s”."),
    Kind.RESPONSE_NOT_SAID: _("The cell is empty."),
    Kind.PERIOD_BACKWARDS: _("%(value)s is before %(detail)s. Both are taken as they are."),
    Kind.PERIOD_EMPTY: _("%(value)s is what computers take for nothing. The period is left open."),
    Kind.PERIOD_HALF: _("Only %(value)s is there. It is taken."),
    Kind.BAD_DATE: _("“%(value)s” is not understood. Left open."),
    Kind.NO_DATE: _("Only the year is there, or nothing. Left open."),
    Kind.YEAR_DIFFERS: _("The year is %(value)s, the publication %(detail)s. The date is taken."),
    Kind.NO_CODE: _("The cell is empty."),
    Kind.SEVERAL_CODES: _("“%(value)s” is taken as %(detail)s."),
    Kind.CODES_PARTED: _("“%(value)s” is taken as %(detail)s."),
    Kind.CODE_DOUBTFUL: _("“%(value)s” is taken as it is."),
    Kind.SEVERAL_LANGUAGES: _(
        "The language of the text is taken to be %(detail)s, the first of “%(value)s”."
    ),
    Kind.UNKNOWN_LANGUAGE: _("“%(value)s” is kept as it is written."),
    Kind.NO_COUNTRY: _("The cell is empty."),
    Kind.UNKNOWN_COUNTRY: _("“%(value)s” is no country we know. It stays in the row as imported."),
    Kind.NO_OFFICE: _("It is put at the head office."),
    Kind.NEW_OFFICE: _(
        "“%(value)s” is made an office. If it is there under another name, give it this alias."
    ),
    Kind.SEVERAL_TYPES: _("“%(value)s” is taken as “%(detail)s”; all are kept as written."),
    Kind.UNKNOWN_TYPE: _("“%(value)s” is kept as it is written."),
    Kind.TOO_LONG: _("It is cut to %(detail)s characters; the whole stays in the row as imported."),
    Kind.ODD_CHARACTERS: _("“%(value)s” was written in one encoding and read in another. Taken as it is."),
    Kind.RAGGED: _("Cells may stand under the wrong headings. Look at the row."),
    Kind.ENCODING: _("It was read as %(value)s. Look whether accents are right."),
    Kind.UNKNOWN_COLUMN: _("“%(value)s” is kept with each row and means nothing to EvalTrack."),
}


@dataclass(frozen=True, slots=True)
class Defect:
    """``row`` is the line a spreadsheet shows, 1 where it is about the file; ``value`` stands there."""

    kind: Kind
    row: int
    column: str = ""
    value: str = ""
    detail: str = ""

    @property
    def heading(self) -> str:
        return printed(self.column)

    @property
    def sentence(self) -> str:
        return sentence(self.kind, self.value, self.detail)


def sentence(kind: str, value: str, detail: str) -> str:
    """What is amiss and what became of it, in the language of now."""
    return str(SENTENCES[kind]) % {"value": value, "detail": detail}


__all__ = ["Column", "Defect", "Kind", "sentence"]
