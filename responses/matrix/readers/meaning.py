"""What a file says, as a matrix: from its paragraphs and tables, whatever its format.

Whoever reads a format makes a :class:`~evaltrack.documents.content.Content` and hands it to :func:`understand`.
What helps it most: tables as tables (merged cells once, with what they span), list items with ``level`` and
``marker``, ``bold`` for whole bold paragraphs (labels are), ``grey`` and ``italic`` for guidance, footnote
marks as ``[^1]`` with their texts in ``footnotes``, running headers and feet in ``running`` and nowhere else.
Without tables, paragraphs in the order of reading will do.
"""

from collections.abc import Iterable

from evaltrack.documents.content import Content
from recommendations.profiles import Profile
from responses.matrix.reading import Reading


def understand(
    content: Content,
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
) -> Reading:
    """The matrix that ``content`` holds, with where each value stands, and every doubt.

    ``profile`` overrules what would be detected among ``profiles`` (those that are shipped, where None).
    ``language`` (BCP 47) overrules that of the content. Raises :class:`UnreadableError` where nothing in it
    looks like a recommendation, an answer or a key action.
    """
    raise NotImplementedError
