"""What a file says, as a matrix: from its paragraphs and tables, whatever its format.

Whoever reads a format makes a :class:`~evaltrack.documents.content.Content` and hands it to
:func:`understand`. What helps it most: tables as tables (merged cells once, with what they span), list items
with ``level`` and ``marker``, ``bold`` for whole bold paragraphs (labels are), ``grey`` and ``italic`` for
guidance, footnote marks as ``[^1]`` with their texts in ``footnotes``, running headers and feet in
``running`` and nowhere else. Without tables, paragraphs in the order of reading will do.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from evaltrack.documents.content import Content
from recommendations.profiles import Profile, read_shipped
from responses.matrix.check import FOOTNOTE_MARK
from responses.matrix.document import Footnote, Matrix
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import detection, front
from responses.matrix.readers.building import Builder
from responses.matrix.readers.gathering import Gathered, gather
from responses.matrix.readers.labels import Labels
from responses.matrix.reading import Doubt, LeftOut, Reading
from responses.matrix.texts import texts


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
    known = tuple(profiles) if profiles is not None else read_shipped()
    if profile and profile not in known:
        known = (profile, *known)
    gathered = gather(content, Labels(known))
    if not gathered.recommendations:
        raise UnreadableError(_nothing_found(content))
    rules, is_certain = (profile, True) if profile else detection.profile_of(gathered, known)
    builder = Builder(gathered, content, rules, _issued(gathered, content))
    head = front.read(builder)
    recommendations = builder.recommendations()
    builder.leave_stray()
    matrix = Matrix(
        profile=rules.slug,
        language=language or detection.language_of(_said(gathered), gathered, content.language),
        evaluation=head.evaluation,
        coordinator=head.coordinator,
        overall_comment=head.overall_comment,
        responded_on=head.responded_on,
        recommendations=recommendations,
        footnotes=tuple(Footnote(mark, text) for mark, text in content.footnotes.items()),
    )
    matrix, form_notes = _without_form_notes(matrix, gathered)
    doubts = [*builder.doubts, *_numbers(matrix)]
    if not is_certain:
        doubts.append(
            Doubt("", _("The form is not clearly that of one rule profile; %(profile)s was taken.")
                  % {"profile": rules.slug})
        )  # fmt: skip
    doubts += [Doubt("", remark) for remark in content.remarks]
    left_out = (*gathered.left_out, *builder.left_out, *form_notes)
    return Reading(matrix, builder.sources, tuple(doubts), left_out)


def _issued(gathered: Gathered, content: Content) -> date | None:
    """The day of the response, which times without a year are counted from."""
    printed = front.responded_on(gathered, content)
    return printed.due if printed else None


def _said(gathered: Gathered) -> list[str]:
    found = []
    for one in gathered.recommendations:
        found += [line.text for lines in one.fields.values() for line in lines]
        found += [line.text for line in one.listed]
        found += [line.text for action in one.actions for line in action.fields.get("key_action", [])]
    return found + [line.text for line in gathered.front.get("overall_comment", [])]


def _without_form_notes(matrix: Matrix, gathered: Gathered) -> tuple[Matrix, list[LeftOut]]:
    """Without the notes that only labels cite: they explain the form, such as its scale of priorities."""
    from dataclasses import replace

    cited = {mark for _path, text in texts(matrix) for mark in FOOTNOTE_MARK.findall(text)}
    in_labels = {mark for label in gathered.labels for mark in FOOTNOTE_MARK.findall(label.printed)}
    kept = tuple(note for note in matrix.footnotes if note.mark in cited or note.mark not in in_labels)
    why = _("A note to a label of the form.")
    place = gathered.recommendations[0].place
    dropped = [LeftOut(note.text, place, why) for note in matrix.footnotes if note not in kept]
    return replace(matrix, footnotes=kept), dropped


def _numbers(matrix: Matrix) -> list[Doubt]:
    """Recommendations whose numbers do not run on, as where one was overlooked."""
    doubts = []
    expected = 1
    for index, one in enumerate(matrix.recommendations):
        if one.number.isdigit() and int(one.number) != expected:
            sentence = _("It is numbered %(number)s where %(expected)d was expected.")
            doubts.append(
                Doubt(
                    f"recommendations[{index}].number",
                    sentence % {"number": one.number, "expected": expected},
                )
            )
            expected = int(one.number)
        expected += 1
    return doubts


def _nothing_found(content: Content) -> str:
    said = any(True for block in content.blocks)
    if not said:
        return _("There is no text in the file")
    return _(
        "No recommendation was found in the file. Is it a management response? A table with other columns "
        "can be "
        "brought in by naming its columns"
    )
