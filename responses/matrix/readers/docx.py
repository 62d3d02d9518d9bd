"""A Word file as a matrix: one of ours by its styles, any other by its labels."""

from collections.abc import Iterable
from dataclasses import replace

from evaltrack.documents import docx
from evaltrack.documents.content import Content
from evaltrack.documents.errors import UnreadableFileError
from recommendations import profiles as rules
from recommendations.profiles import Profile
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import meaning, returned
from responses.matrix.reading import Doubt, Reading


def read(
    data: bytes,
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
) -> Reading:
    """The matrix in a Word file; the arguments are those of :func:`meaning.understand`.

    Raises :class:`UnreadableError` with a sentence.
    """
    known = tuple(profiles if profiles is not None else rules.read_shipped())
    said = content(data)
    own = returned.profile_of(said, known)
    if own and (profile is None or profile.slug == own.slug):
        reading = returned.understand(said, own)
        remarks = tuple(Doubt("", remark) for remark in said.remarks)
        return replace(reading, doubts=(*reading.doubts, *remarks))
    return meaning.understand(said, profile=profile, profiles=known, language=language)


def content(data: bytes) -> Content:
    """What the file says; raises :class:`UnreadableError` with a sentence."""
    try:
        return docx.read(data)
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
