"""A PDF as a matrix: one of ours from the data attached to it, any other from what its pages say."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from evaltrack.documents import pdf_attached, pdf_content
from evaltrack.documents.content import Content
from evaltrack.documents.errors import UnreadableFileError
from recommendations import profiles as rules
from recommendations.profiles import Profile
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json, meaning
from responses.matrix.readers.labels import Labels
from responses.matrix.readers.values import says_action
from responses.matrix.reading import Doubt, Reading
from responses.matrix.writers.pdf import ATTACHED_AS


def read(
    data: bytes,
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
) -> Reading:
    """The matrix in a PDF; the arguments are those of :func:`meaning.understand`.

    Raises :class:`UnreadableError` with a sentence.
    """
    doubts: tuple[Doubt, ...] = ()
    try:
        attached = pdf_attached.named(data, ATTACHED_AS, largest=json.LARGEST)
    except UnreadableFileError as error:
        attached, doubts = None, (Doubt("", str(error)),)
    if attached is not None:
        try:
            return Reading(json.read(attached))
        except UnreadableError as error:
            sentence = _("the data attached to the PDF cannot be read (%(fault)s), so its pages were read")
            doubts = (Doubt("", sentence % {"fault": error}),)
    known = tuple(profiles if profiles is not None else rules.read_shipped())
    reading = meaning.understand(content(data, known), profile=profile, profiles=known, language=language)
    return replace(reading, doubts=(*doubts, *reading.doubts))


def content(data: bytes, profiles: Iterable[Profile]) -> Content:
    """What the pages of the PDF say; raises :class:`UnreadableError` with a sentence."""
    try:
        return pdf_content.read(data, starts=_starts(Labels(profiles)))
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error


def _starts(labels: Labels) -> Callable[[str, int], bool]:
    return lambda text, bold: labels.at_start(text, bold=bold) is not None or says_action(text)
