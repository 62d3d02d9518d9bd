"""A table that was pasted from Word, Excel or a browser."""

from django.utils.translation import gettext as _

from evaltrack.documents import pasted_table
from evaltrack.documents.content import Content, Table
from evaltrack.documents.errors import UnreadableFileError
from responses.matrix.errors import UnreadableError


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
