"""The whole history of one thing: every change of every field, by day and by click, the newest first.

Who sees an evaluation sees its history. The discussion is in it for those who may read the discussion.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack import redline
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, User
from recommendations import results
from recommendations.models import Evaluation, Recommendation
from recommendations.permissions import access as access_to_record
from recommendations.profiles import Profile
from responses import actions, closing, evidence, postponing
from responses import history_words as words
from responses.history_subjects import Subjects
from responses.models import (
    Comment,
    Drafter,
    Evidence,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
    Suggestion,
)
from responses.permissions import access

SHORT = 120  # characters of a value that stands in the line itself
MOST_WORDS = 1_500  # of a text that is compared word by word; longer ones are shown one under the other
PLAIN = ("removed_at",)  # what the verb says already

_moves = reduce(or_, (Q(target_type=kind, verb=name) for kind, name in words.MOVES))
_closing = [*postponing.VERBS.values(), *closing.VERBS.values()]
_progress = Q(
    verb__in=["reported", "corrected", "attached", "infected", "asked_to_postpone", "asked_to_close"]
) | Q(verb__in=[*_closing, "reopened"], target_type__in=["keyaction", "recommendationresponse"])
_discussion = Q(target_type__in=words.DISCUSSION)
_removals = Q(verb__in=["removed", "restored"])
_people = Q(verb__in=["assigned", "unassigned", "handed over", "named", "office merged"])
KINDS = {
    "wording": (
        gettext_lazy("Wording and record"),
        ~(_moves | _progress | _discussion | _removals | _people),
    ),
    "progress": (gettext_lazy("Progress"), _progress),
    "moves": (gettext_lazy("Steps of the way"), _moves),
    "removals": (gettext_lazy("Removed and brought back"), _removals),
    "people": (gettext_lazy("Who does it"), _people),
    "discussion": (gettext_lazy("Comments and suggestions"), _discussion),
}


# Which entries -------------------------------------------------------------------------------------------


class Timeline:
    """The history of one thing as one person may read it; ``about`` says which entries of the evaluation."""

    def __init__(self, evaluation: Evaluation, user: User, about: Q) -> None:
        self.evaluation, self.user = evaluation, user
        responses = evaluation.responses.select_related("evaluation", "office")
        self.held = {one.pk: access(user, one) for one in responses}
        self.edits = access_to_record(user, evaluation).edit_recommendations
        self.fixed = {one.pk for one in responses if one.is_fixed}
        entries = AuditEntry.objects.filter(about, parent_type="evaluation", parent_id=evaluation.pk)
        self.entries = entries.filter(self._readable()).order_by("-at", "-pk")

    def _readable(self) -> Q:
        """All but the discussion of responses that the person may not comment on."""
        read = [pk for pk, held in self.held.items() if held.comment]
        return (
            ~_discussion
            | _among("comment", Comment.objects.filter(response__in=read))
            | _among("suggestion", Suggestion.objects.filter(response__in=read))
        )

    def actors(self) -> list[str]:
        """Everyone who did something, by name."""
        return list(self.entries.order_by("actor").values_list("actor", flat=True).distinct())

    def restorable(self, entries: Iterable[AuditEntry]) -> set[int]:
        """The entries (ids) whose removal the person may take back now; the rule has the last word."""
        latest: dict[tuple[str, int], int] = {}
        for entry in entries:
            if entry.verb in ("removed", "restored"):
                pk = entry.pk if entry.verb == "removed" else 0
                latest.setdefault((entry.target_type, entry.target_id), pk)
        promised = KeyAction.objects.exclude(removed_at=None).filter(
            pk__in=[pk for kind, pk in latest if kind == "keyaction"]
        )
        recommendations = Recommendation.objects.exclude(removed_at=None).filter(
            pk__in=[pk for kind, pk in latest if kind == "recommendation"]
        )
        back = [
            ("keyaction", pk)
            for pk, response, recommendation in promised.values_list(
                "pk", "answer__response", "answer__recommendation"
            )
            if response not in self.fixed and self.held[response].may_respond(recommendation)
        ]
        back += [("evidence", pk) for pk in self._evidence(pk for kind, pk in latest if kind == "evidence")]
        if self.edits and not self.fixed:
            back += [("recommendation", pk) for pk in recommendations.values_list("pk", flat=True)]
        return {latest[key] for key in back} - {0}

    def _evidence(self, removed: Iterable[int]) -> list[int]:
        """Which of it the person may bring back."""
        rows = Evidence.objects.exclude(removed_at=None).filter(pk__in=list(removed))
        about = ("update__action__answer__response", "update__answer__response", "added_by")
        return [
            pk
            for pk, of_action, of_answer, added_by in rows.values_list("pk", *about)
            if self.held[of_action or of_answer].report or added_by == self.user.pk
        ]


def of_evaluation(evaluation: Evaluation, user: User) -> Timeline:
    """Everything under the evaluation."""
    return Timeline(evaluation, user, Q())


def of_response(response: ManagementResponse, user: User) -> Timeline:
    """All that stands in its matrix: its own texts and the evaluation's recommendations, and its way."""
    answers = RecommendationResponse.objects.filter(response=response)
    promised = KeyAction.objects.filter(answer__response=response)
    about = (
        Q(target_type="managementresponse", target_id=response.pk)
        | _among("recommendation", Recommendation.objects.filter(evaluation=response.evaluation_id))
        | _on(answers, promised)
        | _among("comment", Comment.objects.filter(response=response))
        | _among("suggestion", Suggestion.objects.filter(response=response))
    )
    return Timeline(response.evaluation, user, about)


def of_recommendation(recommendation: Recommendation, user: User) -> Timeline:
    """The recommendation, every answer to it, and their key actions."""
    answers = RecommendationResponse.objects.filter(recommendation=recommendation)
    promised = KeyAction.objects.filter(answer__recommendation=recommendation)
    about = (
        Q(target_type="recommendation", target_id=recommendation.pk)
        | _on(answers, promised)
        | _among("comment", Comment.objects.filter(recommendation=recommendation))
        | _among("suggestion", Suggestion.objects.filter(recommendation=recommendation))
    )
    return Timeline(recommendation.evaluation, user, about)


def of_action(action: KeyAction, user: User) -> Timeline:
    response = action.answer.response
    cells = Suggestion.objects.filter(response=response, cell__startswith=f"action.{action.pk}.")
    about = (
        Q(target_type="keyaction", target_id=action.pk)
        | _among("progressupdate", ProgressUpdate.objects.filter(action=action))
        | _among("evidence", Evidence.objects.filter(update__action=action))
        | _among("comment", Comment.objects.filter(action=action))
        | _among("suggestion", cells)
    )
    return Timeline(response.evaluation, user, about)


def _on(answers: QuerySet[RecommendationResponse], promised: QuerySet[KeyAction]) -> Q:
    updates = ProgressUpdate.objects.filter(Q(answer__in=answers) | Q(action__in=promised))
    return (
        _among("recommendationresponse", answers)
        | _among("keyaction", promised)
        | _among("progressupdate", updates)
        | _among("evidence", Evidence.objects.filter(update__in=updates))
        | _among("drafter", Drafter.objects.filter(answer__in=answers))
    )


def _among(kind: str, rows: QuerySet[Any]) -> Q:
    return Q(target_type=kind, target_id__in=rows.values("pk"))


def filtered(
    entries: QuerySet[AuditEntry],
    *,
    who: str = "",
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """Those of one person, of one kind of change, between two days of the person's time zone."""
    if who:
        entries = entries.filter(actor=who)
    if kind:
        entries = entries.filter(KINDS[kind][1])
    if since:
        entries = entries.filter(at__gte=_midnight(since))
    if until:
        entries = entries.filter(at__lt=_midnight(until + timedelta(days=1)))
    return entries


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# How they read -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One field: both values where they are short; else the text with what changed marked, to unfold."""

    field: str
    old: str
    new: str
    is_long: bool
    marked: SafeString | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: what was done to what, with which comment, and whether it can be taken back."""

    pk: int
    did: str
    subject: str
    url: str
    note: str
    changes: list[Change]
    restores: bool


@dataclass(frozen=True, slots=True)
class Click:
    """What one person did at once."""

    at: datetime
    actor: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    clicks: list[Click]


def days(timeline: Timeline, entries: Iterable[AuditEntry]) -> list[Day]:
    """Entries of the timeline (the newest first) in words, by day and by click."""
    page = list(entries)
    subjects = Subjects(page)
    removed = timeline.restorable(page)
    found = []
    for day, of_day in groupby(page, key=lambda entry: timezone.localtime(entry.at).date()):
        clicks = []
        for _click, together in groupby(of_day, key=lambda entry: (entry.click, entry.actor)):
            of_click = list(together)
            lines = [_line(entry, subjects, entry.pk in removed) for entry in reversed(of_click)]
            clicks.append(Click(of_click[-1].at, of_click[-1].actor, lines))
        found.append(Day(day, clicks))
    return found


def _line(entry: AuditEntry, subjects: Subjects, restores: bool) -> Line:
    evaluation = subjects.evaluations[entry.parent_id or 0]
    rules = subjects.rules[evaluation.profile_id]
    kind = entry.target_type
    said = dict(entry.changes) if isinstance(entry.changes, dict) else {}
    if kind in words.DISCUSSION and entry.verb in ("commented", "suggested"):
        said |= _said_in_discussion(entry, subjects)
    is_move = (kind, entry.verb) in words.MOVES
    note = said.pop("comment", ["", ""])[1] if is_move else ""
    return Line(
        pk=entry.pk,
        did=words.did(entry),
        subject=subjects.name(entry),
        url=subjects.url(entry),
        note=str(note or ""),
        changes=[
            one
            for name, pair in said.items()
            if name not in PLAIN and (one := _change(kind, name, pair, rules))
        ],
        restores=restores,
    )


def _said_in_discussion(entry: AuditEntry, subjects: Subjects) -> dict[str, Any]:
    """The words themselves stand in the discussion, where they can be put right for some minutes."""
    if comment := subjects.comments.get(entry.target_id):
        return {"text": ["", comment.text]}
    if suggestion := subjects.suggestions.get(entry.target_id):
        return {"text": [suggestion.before, suggestion.text], "note": ["", suggestion.note]}
    return {}


def _change(kind: str, name: str, pair: Any, rules: Profile) -> Change | None:
    """What is not a pair of values, which no code of ours writes, is shown as it stands."""
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else ("", pair)
    old, new = (words.value(kind, name, one, rules) for one in (before, after))
    if old == new:
        return None
    is_long = max(len(old), len(new)) > SHORT or "\n" in old + new
    label = words.field(kind, name)
    if not is_long:
        return Change(label, old, new, is_long)
    short_enough = max(old.count(" "), new.count(" ")) < MOST_WORDS
    marked = redline.both(redline.compare(old, new)) if old and new and short_enough else None
    return Change(label, old, new, is_long, marked)


# Bringing back -------------------------------------------------------------------------------------------


def bring_back(entry: AuditEntry, *, by: User) -> None:
    """Take back the removal that the entry tells of, by the rule of what was removed.

    Raises PermissionDenied, and Refused where it is back already or its rule refuses.
    """
    rows: dict[str, tuple[QuerySet[Any], Callable[..., None]]] = {
        "keyaction": (KeyAction.objects.visible_to(by), actions.restore),
        "recommendation": (Recommendation.objects.visible_to(by), results.restore),
        "evidence": (Evidence.objects.visible_to(by), evidence.restore),
    }
    found, restore = rows.get(entry.target_type, (KeyAction.objects.none(), actions.restore))
    thing = found.filter(pk=entry.target_id).first()
    if entry.verb != "removed" or thing is None or thing.removed_at is None:
        raise Refused(_("It is back already."))
    restore(thing, by=by)
