"""What was understood of a matrix and what is doubtful, in lines for the person who hands it in."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from evaltrack import deadlines, responsible
from evaltrack.deadlines import Deadline, Kind
from recommendations.profiles import Profile, in_language
from responses.matrix import check
from responses.matrix.document import Action, Matrix, Recommendation, Responsible
from responses.matrix.texts import texts

LONGEST_LINE = 90  # characters of a text that a line repeats


def understood(matrix: Matrix, profile: Profile) -> Iterator[str]:
    """The matrix in outline: front block, counts, then each recommendation with its key actions."""
    yield from _front(matrix, profile)
    yield _counts(matrix)
    for recommendation in matrix.recommendations:
        yield ""
        yield f"{recommendation.number}. {_short(recommendation.text)}"
        yield f"   {_answer(recommendation, profile)}"
        if recommendation.responsible:
            yield f"   {_parties(recommendation.responsible)}"
        for action in recommendation.actions:
            yield f"   {action.number} {_short(action.text)}"
            yield f"       {_promise(action, profile)}"


def doubts(matrix: Matrix, profile: Profile) -> Iterator[str]:
    """What a person should look at, though it can be kept: a sentence each, path first."""
    yield from check.dangling_marks(matrix)
    yield from _idle_footnotes(matrix)
    issued = matrix.responded_on.due if matrix.responded_on else None
    yield from _time("responded_on", matrix.responded_on, None)
    for index, recommendation in enumerate(matrix.recommendations):
        path = f"recommendations[{index}]"
        yield from _unanswered(path, recommendation, profile)
        yield from _time(f"{path}.timeline", recommendation.timeline, issued)
        yield from _reading(f"{path}.responsible", recommendation.responsible)
        for place, action in enumerate(recommendation.actions):
            yield from _time(f"{path}.actions[{place}].deadline", action.deadline, issued)
            yield from _reading(f"{path}.actions[{place}].responsible", action.responsible)
    yield from _missing(matrix)


# In outline ---------------------------------------------------------------------------------------------


def _front(matrix: Matrix, profile: Profile) -> Iterator[str]:
    record = matrix.evaluation
    language = get_language() or "en"
    named = [
        (_("Title"), record.title),
        (_("Short title"), record.short_title),
        (_("Reference"), record.reference),
        (_("Conducted"), record.conducted),
        (_("Rule profile"), f"{profile.slug}, {in_language(profile.titles, language)} ({profile.version})"),
        (_("Language of the text"), matrix.language),
        (_("Coordinator"), matrix.coordinator),
        (_("Date of the response"), _when(matrix.responded_on)),
    ]
    for label, value in named:
        if value:
            yield f"{label}: {_short(value)}"


def _counts(matrix: Matrix) -> str:
    decisions = Counter(one.response.decision for one in matrix.recommendations)
    words = {
        "accepted": _("accepted"),
        "partially_accepted": _("partially accepted"),
        "rejected": _("rejected"),
        None: _("without decision"),
    }
    told = ", ".join(f"{decisions[code]} {word}" for code, word in words.items() if decisions[code])
    return _(
        "Recommendations: %(recommendations)d%(told)s; key actions: %(actions)d; footnotes: %(notes)d"
    ) % {
        "recommendations": len(matrix.recommendations),
        "told": f" ({told})" if told else "",
        "actions": sum(len(one.actions) for one in matrix.recommendations),
        "notes": len(matrix.footnotes),
    }


def _answer(recommendation: Recommendation, profile: Profile) -> str:
    language = get_language() or "en"
    rule = profile.decision(recommendation.response.decision or "")
    parts = [in_language(rule.labels, language) if rule else _("without decision")]
    if recommendation.priority is not None:
        parts.append(_("priority %(level)d") % {"level": recommendation.priority})
    if recommendation.timeline:
        parts.append(_when(recommendation.timeline))
    parts += [f"{entry.round}: {entry.status}" for entry in recommendation.monitoring if entry.status]
    return "; ".join(parts)


def _promise(action: Action, profile: Profile) -> str:
    parts = [_when(action.deadline) or _("no deadline")]
    if action.responsible:
        parts.append(_parties(action.responsible))
    if action.status:
        rule = profile.status(action.status)
        parts.append(in_language(rule.labels, get_language() or "en") if rule else action.status)
    return "; ".join(parts)


def _parties(responsible: Responsible) -> str:
    return ", ".join(f"{party.name} ({party.role})" for party in responsible.parties) or responsible.text


def _when(deadline: Deadline | None) -> str:
    if deadline is None:
        return ""
    return f"“{_short(deadline.text)}”, {_meaning(deadline)}"


def _meaning(deadline: Deadline) -> str:
    return deadlines.explain(deadline, language=get_language() or "en")


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LONGEST_LINE)


# Doubtful -----------------------------------------------------------------------------------------------


def _idle_footnotes(matrix: Matrix) -> Iterator[str]:
    used = {mark for _path, text in texts(matrix) for mark in check.FOOTNOTE_MARK.findall(text)}
    for index, footnote in enumerate(matrix.footnotes):
        if footnote.mark not in used:
            yield _("footnotes[%(index)d]: no text has the mark [^%(mark)s]") % {
                "index": index,
                "mark": footnote.mark,
            }


def _unanswered(path: str, recommendation: Recommendation, profile: Profile) -> Iterator[str]:
    rule = profile.decision(recommendation.response.decision or "")
    if rule is None:
        yield _("%(path)s.response: there is no decision") % {"path": path}
    elif rule.needs_reason and not recommendation.response.narrative:
        yield _("%(path)s.response: this decision needs a reason, and there is no narrative") % {"path": path}


def _time(path: str, written: Deadline | None, issued: date | None) -> Iterator[str]:
    """Where the wording is not understood here, or otherwise than the file says."""
    if written is None:
        return
    own = deadlines.read(written.text, issued=issued)
    if own.kind is Kind.UNKNOWN and written.kind is Kind.UNKNOWN:
        yield _("%(path)s: “%(text)s” is not understood as a time; it is kept as written") % {
            "path": path,
            "text": _short(written.text),
        }
    elif (own.start, own.due) != (written.start, written.due):
        yield _("%(path)s: “%(text)s” is in the file: %(theirs)s; by its words: %(ours)s") % {
            "path": path,
            "text": _short(written.text),
            "theirs": _meaning(written),
            "ours": _meaning(own),
        }


def _reading(path: str, written: Responsible | None) -> Iterator[str]:
    if written is None:
        return
    own = Responsible(written.text, responsible.read(written.text))
    if own.parties != written.parties:
        yield _("%(path)s: the file names %(theirs)s; by its words: %(ours)s") % {
            "path": path,
            "theirs": _parties(written) if written.parties else _("nobody"),
            "ours": _parties(own),
        }


def _missing(matrix: Matrix) -> Iterator[str]:
    actions = [action for one in matrix.recommendations for action in one.actions]
    undated = sum(action.deadline is None for action in actions)
    if undated:
        yield ngettext(
            "%(count)d key action has no deadline", "%(count)d key actions have no deadline", undated
        ) % {"count": undated}
    unowned = sum(action.responsible is None for action in actions)
    if unowned:
        yield ngettext(
            "%(count)d key action names nobody responsible",
            "%(count)d key actions name nobody responsible",
            unowned,
        ) % {"count": unowned}
