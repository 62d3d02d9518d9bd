"""A plain text, pasted or taken out of a PDF by a program, as a matrix.

Its tables of key actions are put together again, and what a table says is told as it is for other formats.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from evaltrack.documents import plain
from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from evaltrack.documents.errors import UnreadableFileError
from recommendations import profiles as rules
from recommendations.profiles import Profile
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import meaning, plain_rows
from responses.matrix.readers.labels import Labels
from responses.matrix.readers.plain_rows import Row
from responses.matrix.reading import Doubt, Reading

MOST_BLOCKS_OF_HEAD = 12
MOST_WORDS_OF_LABEL = 9
# What begins after a table of key actions.
_AFTER_TABLE = frozenset(
    ["recommendation", "document_title", "evaluation_title", "management_response", "notes"]
)
_NEEDED = {"key_action", "deadline", "responsible"}
_IN_ORDER = ("key_action", "deadline", "responsible", "comment", "status")


def read(
    data: bytes,
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
) -> Reading:
    """The matrix in a text file; the arguments are those of :func:`meaning.understand`.

    Raises :class:`UnreadableError` with a sentence.
    """
    try:
        content = plain.read(data)
    except UnreadableFileError as error:
        raise UnreadableError(str(error).removesuffix(".")) from error
    return understand(content, profile=profile, profiles=profiles, language=language)


def understand(
    content: Content,
    *,
    profile: Profile | None = None,
    profiles: Iterable[Profile] | None = None,
    language: str = "",
) -> Reading:
    """The matrix in a text that came without tables."""
    known = tuple(profiles if profiles is not None else rules.read_shipped())
    tabled, doubtful = with_tables(content, known)
    reading = meaning.understand(tabled, profile=profile, profiles=known, language=language)
    return replace(reading, doubts=(*reading.doubts, *_doubts(reading, doubtful)))


def with_tables(content: Content, profiles: Sequence[Profile]) -> tuple[Content, list[str]]:
    """The content with its tables of key actions, and the texts of actions whose rows are not certain."""
    labels = Labels(profiles)
    statuses = frozenset(
        words.casefold()
        for profile in profiles
        for rule in profile.statuses
        for words in rule.labels.values()
    )
    blocks: list[Paragraph | Table] = []
    doubtful: list[str] = []
    left = list(content.blocks)
    tables = 0
    while left:
        head = _head(left, labels)
        if head is None:
            blocks.append(left.pop(0))
            continue
        columns, left = head
        held = list(_until_next(left, labels))
        left = left[len(held) :]
        rows = plain_rows.rows(held, statuses)
        doubtful += [row.action[0].text for row in rows if row.doubtful and row.action]
        tables += 1
        blocks.append(_table(columns, rows, tables))
    return replace(content, blocks=tuple(blocks)), doubtful


def _head(
    blocks: list[Paragraph | Table], labels: Labels
) -> tuple[dict[str, str], list[Paragraph | Table]] | None:
    """The columns a table begins with, and the blocks after its head; None where none begins here."""
    first = blocks[0]
    if not isinstance(first, Paragraph) or not labels.column(_first_label(first.text, labels)):
        return None
    columns: dict[str, str] = {}
    held = ""
    for count, block in enumerate(blocks[:MOST_BLOCKS_OF_HEAD], 1):
        if not isinstance(block, Paragraph):
            break
        held = f"{held} {block.text}".strip()
        found, rest = _columns(held, labels)
        if not rest and set(found) >= _NEEDED:
            columns, after = found, count
        elif columns and rest and len(rest.split()) > MOST_WORDS_OF_LABEL:
            break
    if not columns:
        return None
    left = blocks[after:]
    while left and isinstance(left[0], Paragraph) and not left[0].text.strip():
        left = left[1:]
    return columns, left


def _first_label(text: str, labels: Labels) -> str:
    words = text.split()
    for count in range(min(MOST_WORDS_OF_LABEL, len(words)), 0, -1):
        if labels.column(" ".join(words[:count])):
            return " ".join(words[:count])
    return ""


def _columns(text: str, labels: Labels) -> tuple[dict[str, str], str]:
    """The labels of columns that a text consists of, by key, and what is left of it."""
    columns: dict[str, str] = {}
    rest = text
    while rest:
        printed = _first_label(rest, labels)
        label = labels.column(printed) if printed else None
        if label is None:
            break
        if label.key != "monitoring":
            columns.setdefault(label.key, printed)
        rest = " ".join(rest.split()[len(printed.split()) :])
    return columns, rest


def _until_next(blocks: Iterable[Paragraph | Table], labels: Labels) -> Iterator[Paragraph]:
    for block in blocks:
        if not isinstance(block, Paragraph):
            return
        label = labels.at_start(block.text, whole=True)
        if label and label.key in _AFTER_TABLE and (label.key != "recommendation" or label.number):
            return
        yield block


def _table(columns: dict[str, str], rows: list[Row], number: int) -> Table:
    keys = [key for key in _IN_ORDER if key in columns or key in ("key_action", "deadline", "responsible")]
    head = tuple(
        Cell(
            (Paragraph(columns.get(key, ""), Place(table=number, row=1, column=at), bold=True),),
            Place(table=number),
        )
        for at, key in enumerate(keys, 1)
    )
    return Table(
        (head, *(tuple(_cells(row, keys, number, index)) for index, row in enumerate(rows, 2))),
        Place(table=number),
        headers=1,
    )


def _cells(row: Row, keys: list[str], table: int, number: int) -> Iterator[Cell]:
    held = {
        "key_action": row.action,
        "deadline": [row.deadline] if row.deadline else [],
        "responsible": row.responsible,
        "comment": row.comment,
        "status": [row.status] if row.status else [],
    }
    for at, key in enumerate(keys, 1):
        page = held[key][0].place.page if held[key] else 0
        place = Place(page=page, table=table, row=number, column=at)
        yield Cell(tuple(replace(paragraph, place=place) for paragraph in held[key]), place)


def _doubts(reading: Reading, doubtful: list[str]) -> Iterator[Doubt]:
    for at, recommendation in enumerate(reading.matrix.recommendations):
        for index, action in enumerate(recommendation.actions):
            if any(action.text.startswith(text[:60]) for text in doubtful):
                yield Doubt(
                    f"recommendations[{at}].actions[{index}].text",
                    _("the text came without its table, and where the cells of this row end was not certain"),
                )
