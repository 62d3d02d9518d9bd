"""A table that was pasted from Word, Excel or a browser, as a matrix."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from evaltrack.documents import pasted_table
from evaltrack.documents.content import Content, Table
from evaltrack.documents.errors import UnreadableFileError
from recommendations.profiles import Profile, read_shipped
from responses.matrix.errors import UnreadableError
from responses.matrix.readers.columns import ColumnMap
from responses.matrix.readers.tables import read_content
from responses.matrix.reading import Reading


def read_pasted(
    html: str,
    text: str = "",
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
    mapping: Sequence[ColumnMap] = (),
) -> Reading:
    """The matrix in what the clipboard holds as HTML and as text; either may be empty, and hold the other.

    ``profile`` overrules what would be detected among ``profiles`` (those that are shipped, where None),
    ``mapping`` what the heads of columns say. Raises :class:`UnreadableError`.
    """
    known = tuple(profiles) if profiles is not None else read_shipped()
    found = content(html, text)
    return read_content(found, profile=profile, profiles=known, language=language, mapping=mapping)


def content(html: str, text: str) -> Content:
    """The HTML where it holds a table, else the text where it has tabs. Raises :class:`UnreadableError`."""
    try:
        if "<table" in (html or text).casefold():
            found = pasted_table.read_html(html or text)
            if any(isinstance(block, Table) for block in found.blocks):
                return found
        if "\t" in (text or html):
            return pasted_table.read_text(text or html)
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
    raise UnreadableError(_("There is no table in what was pasted. Mark the whole table and copy it again"))
