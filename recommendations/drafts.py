"""Recommendations on their way in: rows that a person looks over and mends before any of them is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.names import folded
from recommendations import results
from recommendations.choices import Layout
from recommendations.models import Evaluation, Recommendation
from recommendations.pasted import Proposed, recommendations_in
from recommendations.pasted_lines import levels
from recommendations.profiles import Profile

MOST = 100  # rows at once; a form of more is refused by the web server's own limits

_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Draft:
    """One recommendation as typed or read; ``sub_points`` is an indented list, ``doubts`` for its reader.

    ``source`` says where in the reading of a report it comes from: see ``readings.sources``.
    """

    number: str = ""
    text: str = ""
    sub_points: str = ""
    rationale: str = ""
    directed_to: str = ""
    responsible_text: str = ""
    timeline: str = ""
    priority: str = ""
    based_on: str = ""
    urgency: str = ""
    difficulty: str = ""
    impact: str = ""
    doubts: str = ""
    source: str = ""
    left_out: bool = False

    @property
    def is_kept(self) -> bool:
        return not self.left_out and bool((self.text + self.sub_points + self.rationale).strip())


def read(text: str, rules: Profile) -> list[Draft]:
    """The recommendations of a pasted text as rows for this form of matrix."""
    return [_draft(one, rules) for one in recommendations_in(text)]


def _draft(proposed: Proposed, rules: Profile) -> Draft:
    said = {
        "number": proposed.number,
        "text": proposed.text,
        "sub_points": proposed.outline,
        "rationale": proposed.rationale,
        "directed_to": proposed.directed_to,
        "timeline": proposed.timeline,
        "priority": proposed.priority,
        "based_on": proposed.based_on,
        "levels": proposed.levels,
        "doubts": proposed.doubts,
    }
    return read_from(said, rules)


def read_from(said: Mapping[str, Any], rules: Profile, *, source: str = "") -> Draft:
    """A row for this form of matrix from what a list or a report says, each attribute as printed."""
    priority, is_all = _level(said["priority"], rules)
    doubts = list(said["doubts"])
    if said["priority"] and not priority:
        doubts.append(
            _("The priority “%(words)s” is not on the scale of this form.") % {"words": said["priority"]}
        )
    elif not is_all:
        doubts.append(_("The priority is printed as “%(words)s”.") % {"words": said["priority"]})
    is_table = rules.layout == Layout.ACTION_TABLE
    steps = levels(said["levels"])
    return Draft(
        number=said["number"],
        text=said["text"],
        sub_points=said["sub_points"],
        rationale=said["rationale"],
        directed_to=said["directed_to"] if is_table else "",
        responsible_text="" if is_table else said["directed_to"],
        timeline=said["timeline"],
        priority=priority,
        based_on=said["based_on"],
        urgency=steps.get("urgency", ""),
        difficulty=steps.get("difficulty", ""),
        impact=steps.get("impact", ""),
        doubts="\n".join(doubts),
        source=source,
    )


def _level(printed: str, rules: Profile) -> tuple[str, bool]:
    """The level that a printed priority names ("2 (medium)", "Medium"), and whether that is all it says."""
    words = folded(printed).split()
    for step in rules.priorities:
        names = {str(step.level), *(folded(label) for label in step.labels.values())}
        if names & set(words):
            return str(step.level), names.union(("priority", "priorite", "level", "niveau")).issuperset(words)
    return "", True


def _together(*texts: str) -> str:
    return "\n\n".join(text.strip() for text in texts if text.strip())


def merged(drafts: Sequence[Draft], at: int) -> list[Draft]:
    """With the one at a position joined to the one before it, whose number and attributes stay."""
    first, second = drafts[at - 1], drafts[at]
    both = replace(
        first,
        text=_together(first.text, second.text),
        sub_points="\n".join(filter(None, (first.sub_points, second.sub_points))),
        rationale=_together(first.rationale, second.rationale),
        directed_to=first.directed_to or second.directed_to,
        responsible_text=first.responsible_text or second.responsible_text,
        timeline=first.timeline or second.timeline,
        priority=first.priority or second.priority,
        based_on="; ".join(filter(None, (first.based_on, second.based_on))),
        urgency=first.urgency or second.urgency,
        difficulty=first.difficulty or second.difficulty,
        impact=first.impact or second.impact,
        source=",".join(filter(None, (first.source, second.source))),
        doubts="",
        left_out=False,
    )
    return [*drafts[: at - 1], both, *drafts[at + 1 :]]


def split(drafts: Sequence[Draft], at: int) -> list[Draft]:
    """With the one at a position parted at its first blank line; the second part has the rest.

    Raises Refused where there is no blank line.
    """
    draft = drafts[at]
    parts = _BLANK_LINE.split(draft.text.strip(), maxsplit=1)
    if len(parts) < 2:
        raise Refused(_("Put a blank line where the second recommendation begins, then split again."))
    first = replace(draft, text=parts[0], sub_points="", rationale="", doubts="")
    rest = replace(draft, number="", text=parts[1], doubts="")
    return [*drafts[:at], first, rest, *drafts[at + 1 :]]


@transaction.atomic
def save(evaluation: Evaluation, drafts: Sequence[Draft], *, by: User, seen: int) -> list[Recommendation]:
    """Keep those not left out, after those the evaluation has: ``seen``, when the person began.

    Raises PermissionDenied, Refused where there is nothing to keep or somebody (perhaps this same form, sent
    twice) added some meanwhile.
    """
    drafts = [draft for draft in drafts if draft.is_kept]
    if not drafts:
        raise Refused(_("There is no recommendation to save."))
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    present = evaluation.recommendations.present().count()
    if present != seen:
        raise Refused(
            ngettext(
                "Meanwhile the evaluation has %(count)d recommendation. Save again to add yours after it.",
                "Meanwhile the evaluation has %(count)d recommendations. Save again to add yours after them.",
                present,
            )
            % {"count": present}
        )
    return [_keep(evaluation, draft, by) for draft in drafts]


def _keep(evaluation: Evaluation, draft: Draft, by: User) -> Recommendation:
    added = results.add(
        evaluation,
        by=by,
        text=draft.text.strip(),
        number=draft.number.strip(),
        rationale=draft.rationale.strip(),
        directed_to=draft.directed_to.strip(),
        responsible_text=draft.responsible_text.strip(),
        priority=int(draft.priority) if draft.priority else None,
        based_on=draft.based_on.strip(),
        urgency=draft.urgency,
        difficulty=draft.difficulty,
        impact=draft.impact,
    )
    if draft.sub_points.strip():
        results.set_sub_points(added, draft.sub_points, by=by)
    if draft.timeline.strip():
        results.set_timeline(added, draft.timeline.strip(), by=by)
    return added
