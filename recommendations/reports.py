"""What an evaluation report recommends and what it has learned, proposed for a person to look over.

Word, PDF or plain text make no difference here: see ``evaltrack.documents.content``. Of several lists of
recommendations the report's own is read; a shorter copy in a summary is compared with it, a list in a case
study or an annex is told of and left where it is. What is not certain becomes a sentence beside its subject.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.documents.content import Content, Place
from recommendations.pasted import Proposed
from recommendations.pasted_lines import marked
from recommendations.report_headings import Part, folded, plain
from recommendations.report_lessons import Learned, learned_in
from recommendations.report_links import Results, results_in
from recommendations.report_lists import Found, Listed, footnotes, listed_in, without_marks, words_of
from recommendations.report_pieces import Piece, pieces
from recommendations.report_sections import Section, sections, unheaded

ALIKE, SAME_NUMBER = 0.6, 0.3  # how much two wordings of one recommendation have in common at least


@dataclass(frozen=True, slots=True)
class Report:
    """``title`` is the heading of the list; ``remarks`` are sentences on the report as a whole."""

    recommendations: tuple[Found, ...] = ()
    learned: tuple[Learned, ...] = ()
    title: str = ""
    remarks: tuple[str, ...] = ()


def read(content: Content) -> Report:
    """The recommendations, lessons and good practices that a report proposes; none where it lists none."""
    row = pieces(content)
    found = sections(row)
    results = Results(row, found)
    lists = [one for one in (listed_in(section, content) for section in _recommending(found)) if one.found]
    remarks = list(content.remarks)
    main = _main(lists)
    if main is None and (scattered := unheaded(row)):
        section = Section(frozenset({Part.RECOMMENDATIONS}), "", scattered[0].place, body=scattered)
        main = listed_in(section, content)
        remarks.append(_("No heading for a list was found: what is labelled as a recommendation was taken."))
    if main is not None:
        remarks += main.remarks
        remarks += _told_of_others(main, [one for one in lists if one is not main])
        main = replace(main, found=tuple(_linked(one, results) for one in _compared(main, lists)))
    remarks += results.of_conclusions(found)
    learned, told = _learned(found, results, content)
    return Report(
        main.found if main else (), tuple(learned), main.section.title if main else "", (*remarks, *told)
    )


# Which list it is ----------------------------------------------------------------------------------------


def _recommending(found: Sequence[Section]) -> Iterator[Section]:
    """The sections with recommendations; of one with conclusions only from its first recommendation on."""
    for section in found:
        if Part.RECOMMENDATIONS not in section.parts:
            continue
        if not section.parts & {Part.CONCLUSIONS, Part.FINDINGS}:
            yield section
        else:
            yield replace(section, body=_from_the_first(section.body))


def _from_the_first(body: list[Piece]) -> list[Piece]:
    """From the first that has a label ("Recommendation 1", "R1"), or else the first of a numbered list."""
    marks = [marked(piece.source)[0] for piece in body]
    for kinds in (("label", "R"), ("number",)):
        first = next((at for at, mark in enumerate(marks) if mark and mark.kind in kinds), None)
        if first is not None:
            return body[first:]
    return []


def _main(lists: Sequence[Listed]) -> Listed | None:
    """The report's own: the longest that is in no summary, case study or annex; else the longest of any."""
    own = [one for one in lists if not one.inside]
    return max(own or lists, key=lambda one: one.size, default=None)


def _told_of_others(main: Listed, others: Sequence[Listed]) -> Iterator[str]:
    for other in others:
        if _is_copy(main, other):
            if len(other.found) != len(main.found):
                yield _(
                    "Recommendations in the summary%(place)s: %(count)d; in the report itself: %(main)d."
                ) % {"place": _at(other.section.place), "count": len(other.found), "main": len(main.found)}
        else:
            yield ngettext(
                "Another list of %(count)d recommendation under “%(title)s”%(place)s was not taken in.",
                "Another list of %(count)d recommendations under “%(title)s”%(place)s was not taken in.",
                len(other.found),
            ) % {"count": len(other.found), "title": other.section.title, "place": _at(other.section.place)}
    if Part.CONCLUSIONS in main.section.parts:
        yield _("They stand in one section with the conclusions: look whether each is a recommendation.")
    if main.inside == Part.SUMMARY:
        yield _("These recommendations stand in a summary: the report has no list of its own.")
    elif main.inside:
        yield _("These recommendations stand under “%(title)s” within a case study or an annex.") % {
            "title": main.section.title
        }


def _at(place: Place) -> str:
    return _(" (page %(page)d)") % {"page": place.page} if place.page else ""


def _is_copy(main: Listed, other: Listed) -> bool:
    """Whether a list says the same with other words, as a summary does: most of it is like the main list."""
    if other.inside:
        return other.inside == Part.SUMMARY and not main.inside
    alike = sum(_nearest(one, main.found) is not None for one in other.found)
    return 2 * alike > len(other.found)


def _nearest(one: Found, among: Sequence[Found]) -> Found | None:
    """The recommendation that it is another wording of: one of the same number, or one much like it."""
    for other in among:
        least = SAME_NUMBER if other.proposed.number == one.proposed.number else ALIKE
        if _likeness(one.proposed, other.proposed) >= least:
            return other
    return None


def _likeness(one: Proposed, other: Proposed) -> float:
    words, others = folded(one.text).split(), folded(other.text).split()
    return SequenceMatcher(None, words, others, autojunk=False).ratio()


def _compared(main: Listed, lists: Sequence[Listed]) -> Iterator[Found]:
    """Each with a sentence where the summary says it with other words."""
    copies = [one for one in lists if one is not main and _is_copy(main, one)]
    for found in main.found:
        for copy in copies:
            other = _nearest(found, copy.found)
            if other and words_of(other.proposed) not in (
                words_of(found.proposed),
                folded(found.proposed.text),
            ):
                found.proposed.doubts.append(
                    _("The summary%(place)s words it differently: “%(words)s”")
                    % {"place": _at(other.place), "words": plain(other.proposed.text)}
                )
        yield found


def _linked(found: Found, results: Results) -> Found:
    """With a sentence for each conclusion or finding that it names and the report does not have."""
    proposed = found.proposed
    named = [proposed.based_on, *(words for text in found.source for words in results_in(text))]
    proposed.doubts.extend(results.doubts(named))
    return found


# Lessons and good practices ------------------------------------------------------------------------------


def _learned(found: Sequence[Section], results: Results, content: Content) -> tuple[list[Learned], list[str]]:
    """Those of the report itself; those of its summary only where the report has none."""
    listed: list[Learned] = []
    remarks: list[str] = []
    for part, is_practice in ((Part.LESSONS, False), (Part.PRACTICES, True)):
        of_part = [one for one in found if part in one.parts and one.body]
        own = [one for one in of_part if not one.inside] or [
            one for one in of_part if one.inside == Part.SUMMARY
        ]
        if len(own) > 1:
            remarks.append(
                _("There are several sections “%(title)s”: look whether one repeats another.")
                % {"title": own[-1].title}
            )
        for section in own:
            entries, told = learned_in(section)
            listed += [one for one in entries if one.is_practice == is_practice]
            remarks += told if is_practice == (Part.PRACTICES in section.parts) else []
    for one in listed:
        one.doubts.extend(results.doubts([one.based_on]))
        one.doubts.extend(footnotes(one.source, content.footnotes))
        one.title, one.text = without_marks(one.title), without_marks(one.text)
    return listed, remarks
