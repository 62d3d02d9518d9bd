"""What tables say, where their columns are fields of the matrix; else what their cells say under labels."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from django.utils.translation import gettext as _

from evaltrack.documents.content import Content
from evaltrack.documents.emphasis import from_markdown, plain
from evaltrack.names import folded
from recommendations.choices import Layout
from recommendations.profiles import Profile, in_language
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import columns, detection, mapped, meaning
from responses.matrix.readers.columns import ColumnMap, Proposal
from responses.matrix.readers.gathering import Gathered
from responses.matrix.readers.labels import Labels
from responses.matrix.reading import Doubt, Origin, Reading

LOOKED_AT = 5_000  # cells, for the language and for labels within them
_ANSWERS = {"management_response", "directed_to", "responsible_units", "rationale", "overall_comment"}


def read_content(
    content: Content,
    *,
    profile: Profile | None = None,
    profiles: Sequence[Profile],
    language: str = "",
    mapping: Sequence[ColumnMap] = (),
) -> Reading:
    """The matrix that the tables hold.

    ``mapping`` says what the columns are, else their heads do; where neither does, recommendations and
    answers may still stand in cells under labels of their own. Raises :class:`UnreadableError`, with how to
    help.
    """
    proposed = columns.proposals(content, profiles)
    chosen = profile or _profile(proposed, profiles)
    speaks = language or detection.language_of(
        islice(_texts(content), LOOKED_AT), Gathered(), content.language
    )
    if mapping:
        reading = mapped.read(content, mapping, profile=chosen, language=speaks, title=content.title)
        return _with_remarks(reading, content, profile, chosen)
    usable = [one.mapping for one in proposed if one.mapping.is_matrix]
    if not usable or _is_form(content, usable, profiles):
        return _understood(content, profile, profiles, language, proposed)
    reading = mapped.read(
        content, usable, profile=chosen, language=speaks, origin=Origin.PRINTED, title=content.title
    )
    return _with_remarks(reading, content, profile, chosen)


def _understood(
    content: Content,
    profile: Profile | None,
    profiles: Sequence[Profile],
    language: str,
    proposed: Sequence[Proposal],
) -> Reading:
    try:
        return meaning.understand(content, profile=profile, profiles=profiles, language=language)
    except UnreadableError as error:
        if not proposed:
            raise
        raise UnreadableError(
            _("The heads do not tell which column holds the recommendations. Say by hand what each holds")
        ) from error


def _is_form(content: Content, usable: Sequence[ColumnMap], profiles: Sequence[Profile]) -> bool:
    """Whether answers stand in cells behind labels of their own, so that columns are but a part of it all."""
    if any("text" in one.known for one in usable):
        return False
    labels = Labels(profiles)
    for text in islice(_texts(content), LOOKED_AT):
        start = plain(from_markdown(text.strip()[: columns.LONGEST_HEAD * 2]))
        label = labels.at_start(start) if start else None
        if label and label.key in _ANSWERS and label.end < len(start):
            return True
    return False


def _profile(proposed: Iterable[Proposal], profiles: Sequence[Profile]) -> Profile:
    """The profile whose printed words most heads are; a plain one where it makes no difference."""
    heads = {folded(part) for one in proposed for head in one.heads for part in head.split(" / ")}
    by_action = any("key_action" in one.mapping.known for one in proposed)

    def likeness(profile: Profile) -> int:
        own = {folded(words) for labels in profile.labels.values() for words in labels.values()}
        for round_ in profile.rounds:
            own |= {folded(words) for words in round_.status_labels.values()}
        return len(heads & own) + 2 * (by_action and profile.layout == Layout.ACTION_TABLE)

    return max(sorted(profiles, key=lambda one: one.slug != "plain"), key=likeness)


def _texts(content: Content) -> Iterable[str]:
    return (cell.text for table in columns.tables(content) for row in table.rows for cell in row)


def _with_remarks(reading: Reading, content: Content, wanted: Profile | None, chosen: Profile) -> Reading:
    doubts = [Doubt("", remark) for remark in content.remarks]
    if any(len(row) > columns.MOST_COLUMNS for table in columns.tables(content) for row in table.rows):
        sentence = _("Only the first %(most)d columns of a table were read.")
        doubts.append(Doubt("", sentence % {"most": columns.MOST_COLUMNS}))
    if wanted is None:
        title = in_language(chosen.titles, reading.matrix.language)
        sentence = _("The table does not say which form it follows; it was read as “%(profile)s”.")
        doubts.append(Doubt("profile", sentence % {"profile": title}))
    return replace(reading, doubts=(*doubts, *reading.doubts))
