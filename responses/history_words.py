"""The words of the history: what was done, to which field, and how a stored value reads."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from evaltrack.models import AuditEntry
from recommendations.choices import DescriptorKind
from recommendations.lifecycle import WAY as WAY_OF_EVALUATION
from recommendations.models import Evaluation, Lesson, Recommendation, ReportReading
from recommendations.profiles import Profile, in_language
from responses import badges
from responses.lifecycle import WAY as WAY_OF_RESPONSE
from responses.models import (
    Comment,
    Evidence,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
    Suggestion,
)

MODELS: dict[str, type[models.Model]] = {
    model._meta.model_name or "": model
    for model in (
        Evaluation, Recommendation, ManagementResponse, RecommendationResponse, KeyAction, ProgressUpdate,
        Comment, Suggestion, Evidence, Lesson, ReportReading,
    )
}  # fmt: skip
# Each is followed by what it was done to.
VERBS = {
    "entered": gettext_lazy("entered"),
    "added": gettext_lazy("added"),
    "moved": gettext_lazy("moved"),
    "removed": gettext_lazy("removed"),
    "restored": gettext_lazy("brought back"),
    "opened": gettext_lazy("began"),
    "import_undone": gettext_lazy("took back what a file had brought into"),
    "report_undone": gettext_lazy("took back a report on"),
    "imported": pgettext_lazy("what someone did", "imported"),
    "changed": gettext_lazy("changed"),
    "updated": gettext_lazy("updated from a register"),
    "reported": gettext_lazy("reported on"),
    "corrected": gettext_lazy("corrected a report on"),
    "assigned": gettext_lazy("asked others to draft"),
    "unassigned": gettext_lazy("took back the drafting of"),
    "handed over": gettext_lazy("handed over"),
    "extended": gettext_lazy("gave more time for"),
    "asked_for_more_time": gettext_lazy("asked for more time for"),
    "reminded": gettext_lazy("reminded of"),
    "round_opened": gettext_lazy("opened a round for"),
    "round_extended": gettext_lazy("gave more time in a round for"),
    "round_reminded": gettext_lazy("reminded in a round of"),
    "round_closed": gettext_lazy("closed a round of"),
    "asked_to_postpone": gettext_lazy("asked for another deadline of"),
    "postponed": gettext_lazy("changed the deadline of"),
    "refused_to_postpone": gettext_lazy("refused another deadline of"),
    "withdrew_postponing": gettext_lazy("no longer asks for another deadline of"),
    "asked_to_close": gettext_lazy("asked to close without its being done"),
    "closed": gettext_lazy("closed without its being done"),
    "refused_to_close": gettext_lazy("refused to close"),
    "withdrew_closing": gettext_lazy("no longer asks to close"),
    "reopened": gettext_lazy("reopened"),
    "snoozed": gettext_lazy("put off the reminders of"),
    "woken": gettext_lazy("took up again the reminders of"),
    "named": gettext_lazy("named who is in charge of"),
    "reassigned": gettext_lazy("named another lead of"),
    "checked": pgettext_lazy("what someone did", "checked independently"),
    "noted a verdict on": gettext_lazy("noted a later evaluation’s verdict on"),
    "named reviewers of": gettext_lazy("named or dismissed who checks"),
    "office merged": gettext_lazy("merged the office of"),
}
VERBS_OF = {
    ("evidence", "attached"): gettext_lazy("attached evidence to"),
    ("evidence", "removed"): gettext_lazy("removed evidence from"),
    ("evidence", "restored"): gettext_lazy("brought back evidence on"),
    ("evidence", "infected"): gettext_lazy("found malware in evidence on"),
    ("reportreading", "handed_in"): gettext_lazy("handed in to be read"),
    ("reportreading", "entered_from"): gettext_lazy("entered what was read in"),
    ("comment", "commented"): gettext_lazy("commented on"),
    ("comment", "changed"): gettext_lazy("changed a comment on"),
    ("comment", "resolved"): gettext_lazy("settled a discussion of"),
    ("comment", "reopened"): gettext_lazy("took up again a discussion of"),
    ("suggestion", "suggested"): gettext_lazy("suggested another wording in"),
    ("suggestion", "decided"): gettext_lazy("decided on a wording suggested in"),
}
MOVES = {
    (kind, move.name): move.done
    for kind, machine in (("evaluation", WAY_OF_EVALUATION), ("managementresponse", WAY_OF_RESPONSE))
    for move in machine.moves
}
MAKING = ("entered", "added", "opened")
# The discussion is internal: who may not comment does not read that there is one.
DISCUSSION = ("comment", "suggestion")
MANY = {
    "recommendation": ngettext_lazy("%(count)d recommendation", "%(count)d recommendations", "count"),
    "recommendationresponse": ngettext_lazy(
        "the answer to %(count)d recommendation", "the answers to %(count)d recommendations", "count"
    ),
    "keyaction": ngettext_lazy("%(count)d key action", "%(count)d key actions", "count"),
}
# Where the name in the history is not a column of the model.
FIELDS = {
    "file": gettext_lazy("SHA-256 of the file"),
    "document": gettext_lazy("name of the file"),
    "changes": gettext_lazy("changes"),
    "given_out": gettext_lazy("given out"),
    "malware": gettext_lazy("malware"),
    "offices": gettext_lazy("offices"),
    "register": gettext_lazy("register"),
    "documents": gettext_lazy("documents"),
    **{str(kind): kind.label for kind in DescriptorKind},
    "evaluators": gettext_lazy("evaluators"),
    "sub_points": gettext_lazy("sub-points"),
    "deadline": pgettext_lazy("of a key action", "deadline"),
    "timeline": gettext_lazy("timeline"),
    "responded_on": gettext_lazy("date of the response"),
    "responsible_text": gettext_lazy("responsible"),
    "responsible": gettext_lazy("responsible"),
    "position": gettext_lazy("position"),
    "drafters": gettext_lazy("who drafts it"),
    "comment": gettext_lazy("comment"),
    "reason": gettext_lazy("reason"),
    "reason_code": gettext_lazy("why"),
    "done": gettext_lazy("what was done"),
    "next_step": gettext_lazy("next step"),
    "until": gettext_lazy("until"),
    "wished_for": gettext_lazy("wished for"),
    "round": gettext_lazy("round"),
    "asked": gettext_lazy("asked about"),
    "not_reported": gettext_lazy("not reported"),
    "people": gettext_lazy("people"),
    "snapshot": gettext_lazy("hash of the frozen matrix"),
    "cleared_by": gettext_lazy("cleared by"),
    "key_actions": gettext_lazy("key actions"),
    "recommendations": gettext_lazy("recommendations"),
    "lessons": gettext_lazy("lessons and good practices"),
    "outcome": gettext_lazy("decision"),
    "reply": gettext_lazy("reply"),
    "implementation": gettext_lazy("how far it is done"),
    "alignment": gettext_lazy("whether it is what was promised"),
    "timeliness": gettext_lazy("whether it was in time"),
    "question": gettext_lazy("question"),
    "later_evaluation": gettext_lazy("later evaluation"),
    "reviewer": gettext_lazy("who checks"),
}

# Scales of the independent check.
SCALES = ("implementation", "alignment", "timeliness")


def did(entry: AuditEntry) -> str:
    """What was done, to be followed by what it was done to; a verb without words is told as it is stored."""
    key = (entry.target_type, entry.verb)
    return str(MOVES.get(key) or VERBS_OF.get(key) or VERBS.get(entry.verb) or entry.verb.replace("_", " "))


def field(kind: str, name: str) -> str:
    """The name of a field, as the forms have it where they do."""
    if name in FIELDS:
        return str(FIELDS[name])
    if name.startswith("footnote "):
        return _("note %(mark)s") % {"mark": name.removeprefix("footnote ")}
    column = _column(kind, name)
    return str(getattr(column, "verbose_name", "")) or name.replace("_", " ")


def value(kind: str, name: str, stored: Any, rules: Profile) -> str:
    """A stored value as people read it; "" for none."""
    if stored is None or stored == "":
        return ""
    if isinstance(stored, bool):
        return pgettext("is it so", "yes") if stored else pgettext("is it so", "no")
    if isinstance(stored, str) and (word := _word(kind, name, stored, rules)):
        return word
    if isinstance(stored, list):
        between = "; " if any(isinstance(one, dict) for one in stored) else ", "
        return between.join(filter(None, (value("", "", one, rules) for one in stored)))
    if isinstance(stored, dict):
        return ", ".join(filter(None, (value("", "", one, rules) for one in stored.values())))
    return str(stored)


def _word(kind: str, name: str, stored: str, rules: Profile) -> str:
    """For what is stored as a code or as a time."""
    if name == "status":
        return badges.of_status(rules, stored).words
    if name == "decision":
        return badges.of_decision(rules, stored).words
    if name == "reason_code":
        reason = rules.drop_reason(stored)
        return in_language(reason.labels, get_language() or "en") if reason else stored
    if name in SCALES:
        return badges.of_scale(getattr(rules.verification, name), stored)
    column = _column(kind, name)
    if isinstance(column, models.Field) and column.choices:
        return str(dict(column.flatchoices).get(stored, ""))
    if isinstance(column, models.DateTimeField):
        return _written(parse_datetime, stored, "DATETIME_FORMAT")
    if isinstance(column, models.DateField):
        return _written(parse_date, stored, "DATE_FORMAT")
    return ""


def _written(parse: Callable[[str], Any], stored: str, style: str) -> str:
    try:
        day = parse(stored)
    except ValueError:
        return ""
    if isinstance(day, datetime) and timezone.is_aware(day):
        day = timezone.localtime(day)
    return formats.date_format(day, style) if day else ""


def _column(kind: str, name: str) -> Any:
    model = MODELS.get(kind)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
