"""Reading a file in a process of its own (see ``evaltrack.apart``): plain data in, plain data out."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from evaltrack.documents.content import Content
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.errors import Refused
from recommendations import profiles
from recommendations.profiles import Profile
from responses.matrix import carried
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import columns, files
from responses.matrix.readers.columns import ColumnMap, Proposal
from responses.matrix.reading import Reading

MOST_TABLES = 20  # that a person is asked about
LONGEST_SAMPLE = 200  # characters of a cell that is shown

Data = dict[str, Any]


def understood(
    content: bytes,
    *,
    name: str,
    profile: str = "",
    known: list[Data] | None = None,
    text_language: str = "",
    mapping: list[Data] | None = None,
    pasted: bool = False,
) -> Data:
    """``reading`` is what ``carried.data`` makes of it, ``tables`` what could be said of its columns by hand.

    ``known`` are the rule profiles there are, as data, and ``profile`` the name of the one that was chosen;
    ``text_language`` overrules that of the file, and ``mapping`` says what its columns are. A file that is
    not understood, but has tables, is told with ``refusal`` and these. Raises Refused with the reader's
    sentence.
    """
    rules = [profiles.from_dict(one) for one in known or ()] or list(profiles.read_shipped())
    chosen = next((one for one in rules if one.slug == profile), None)
    maps = [ColumnMap(one["table"], one["first"], tuple(one["fields"])) for one in mapping or ()]
    try:
        reading = _read(content, name, chosen, rules, text_language, maps, pasted=pasted)
    except UnreadableError as error:
        sentence = f"{str(error).removesuffix('.')}."
        if tables := _tables(content, name, rules, pasted=pasted):
            return {"refusal": sentence, "tables": tables}
        raise Refused(sentence) from error
    told: Data = {"reading": carried.data(reading), "tables": []}
    if not reading.handout:
        told["tables"] = _tables(content, name, rules, pasted=pasted)
    return told


def _read(
    content: bytes,
    name: str,
    profile: Profile | None,
    rules: Sequence[Profile],
    language: str,
    mapping: Sequence[ColumnMap],
    *,
    pasted: bool,
) -> Reading:
    if mapping or (pasted and _is_table(content)):
        from responses.matrix.readers import tables

        said = _content(content, name, pasted=pasted)
        return tables.read_content(said, profile=profile, profiles=rules, language=language, mapping=mapping)
    slug = profile.slug if profile else None
    return files.read(content, name, profile=slug, profiles=rules, language=language)


def _is_table(content: bytes) -> bool:
    """Whether what was pasted is one, rather than running text."""
    return b"\t" in content or b"<table" in content.lower()


def _content(content: bytes, name: str, *, pasted: bool) -> Content:
    """What the file says, where that can be tables. Raises :class:`UnreadableError`."""
    try:
        if pasted:
            from responses.matrix.readers import pasted as clipboard

            text = content.decode()
            is_html = "<table" in text.lower()
            return clipboard.content(text if is_html else "", "" if is_html else text)
        kind = files.kind_of(content, name)
        if kind == "docx":
            from responses.matrix.readers import docx

            return docx.content(content)
        if kind in ("xlsx", "csv"):
            from evaltrack.documents import sheet_reading
            from responses.matrix.readers import sheets

            return sheet_reading.content(sheets.workbook(content))
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
    return Content()


def _tables(content: bytes, name: str, rules: Sequence[Profile], *, pasted: bool) -> list[Data]:
    """Its tables with what their columns seem to hold, for a person to say what they do."""
    try:
        proposed = columns.proposals(_content(content, name, pasted=pasted), rules)
    except UnreadableError:
        return []
    return [_plain(one) for one in proposed if any(one.heads)][:MOST_TABLES]


def _plain(one: Proposal) -> Data:
    return {
        **asdict(one.mapping),
        "heads": list(one.heads),
        "samples": [[cell[:LONGEST_SAMPLE] for cell in row] for row in one.samples],
        "digest": one.digest,
    }
