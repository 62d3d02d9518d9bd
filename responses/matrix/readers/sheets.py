"""Excel and CSV files as matrices: our own come back as they went out, of others the columns are found."""

from collections.abc import Iterable, Sequence

from evaltrack.documents import archives, csv, sheet_reading
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.sheet_reading import Workbook
from recommendations.profiles import Profile, read_shipped
from responses.matrix.errors import UnreadableError
from responses.matrix.readers.columns import ColumnMap
from responses.matrix.readers.given_out import own_csv, own_file
from responses.matrix.readers.tables import read_content
from responses.matrix.reading import Reading


def read(
    data: bytes,
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
    mapping: Sequence[ColumnMap] = (),
) -> Reading:
    """The matrix in an Excel or CSV file.

    One of ours comes back as it went out, with what was changed. Of others the columns are recognised by
    their heads, unless ``mapping`` says what they are. ``profile`` overrules what would be detected among
    ``profiles`` (those that are shipped, where None), ``language`` that of the texts. Raises
    :class:`UnreadableError`.
    """
    known = tuple(profiles) if profiles is not None else read_shipped()
    book = workbook(data)
    own = own_file(book) or own_csv(book, [*([profile] if profile else ()), *known])
    if own and not mapping:
        return own
    try:
        content = sheet_reading.content(book)
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
    return read_content(content, profile=profile, profiles=known, language=language, mapping=mapping)


def workbook(data: bytes) -> Workbook:
    """The sheets of an Excel or CSV file. Raises :class:`UnreadableError`."""
    try:
        is_archive = data.startswith((archives.ZIP, archives.OLE))
        return sheet_reading.read(data) if is_archive else csv.read(data)
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
