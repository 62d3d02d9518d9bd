"""The latest changes, in words: what others did is told in sentences, what belongs together as one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.models import AuditEntry, User
from recommendations.models import Evaluation
from recommendations.profiles import Profile
from responses import badges
from responses import history_words as words
from responses.history_subjects import Subjects, quoted

READ = 400  # entries looked at; older ones are on the pages themselves
EVENTS = 6  # shown for one evaluation
SINGLY = 2  # more changes of one kind by one person are told as a number
EVALUATIONS = 10


@dataclass(frozen=True, slots=True)
class Event:
    """One sentence: who did what to what (behind ``url`` where it can be opened), which fields, now how."""

    at: datetime
    actor: str
    did: str
    subject: str
    fields: str
    url: str
    detail: str


@dataclass(slots=True)
class Changes:
    """What changed in one evaluation, the newest first."""

    evaluation: Evaluation
    events: list[Event] = field(default_factory=list)
    more: int = 0


@dataclass(slots=True)
class Told:
    """Entries of one person on one thing, told as one."""

    entry: AuditEntry
    changes: dict[str, list[Any]]


def recent(user: User, since: datetime) -> list[Changes]:
    """What others changed in the evaluations the person may know of."""
    seen = Evaluation.objects.visible_to(user)
    entries = AuditEntry.objects.filter(
        parent_type="evaluation", parent_id__in=seen.values("pk"), at__gte=since
    ).exclude(target_type__in=words.DISCUSSION)
    told = _merged(entries.exclude(actor_id=user.pk).order_by("-at", "-pk")[:READ])
    return _by_evaluation(told)[:EVALUATIONS]


def of_evaluation(evaluation: Evaluation) -> list[Event]:
    """The latest changes of one evaluation, by whomever."""
    entries = AuditEntry.objects.filter(parent_type="evaluation", parent_id=evaluation.pk)
    entries = entries.exclude(target_type__in=words.DISCUSSION)
    changes = _by_evaluation(_merged(entries.order_by("-at", "-pk")[:READ]))
    return changes[0].events if changes else []


def _merged(entries: Iterable[AuditEntry]) -> list[Told]:
    """Cells save by themselves, so one thought leaves several entries; they are told once, at the newest."""
    told: dict[tuple[Any, ...], Told] = {}
    for entry in entries:
        key = (entry.actor_id, entry.actor, entry.target_type, entry.target_id, entry.verb)
        if key not in told:
            told[key] = Told(entry, dict(entry.changes))
            continue
        for name, (old, _new) in entry.changes.items():
            kept = told[key].changes.setdefault(name, [old, _new])
            kept[0] = old
    made = {key[:4] for key in told if key[4] in words.MAKING}
    return [
        one
        for key, one in told.items()
        if key[4] != "changed" or not (key[:4] in made or _came_to_nothing(one))
    ]


def _came_to_nothing(told: Told) -> bool:
    values = told.changes.values()
    return bool(values) and all(old == new for old, new in values)


def _by_evaluation(told: list[Told]) -> list[Changes]:
    teller = _Teller(Subjects([one.entry for one in told]))
    alike: dict[tuple[Any, ...], list[Told]] = {}
    for one in told:
        entry = one.entry
        # Each report on progress is news of its own.
        alone = entry.pk if entry.verb in ("reported", "corrected") else None
        alike.setdefault((entry.parent_id, entry.actor, entry.verb, entry.target_type, alone), []).append(one)
    found: dict[int, Changes] = {}
    for (parent, *_rest), group in alike.items():
        evaluation = teller.subjects.evaluations.get(parent)
        if evaluation is None:
            continue
        changes = found.setdefault(evaluation.pk, Changes(evaluation))
        if len(group) > SINGLY and group[0].entry.target_type in words.MANY:
            changes.events.append(teller.summary(group, evaluation))
        else:
            changes.events += [teller.event(one, evaluation) for one in group]
    for changes in found.values():
        changes.events.sort(key=lambda event: event.at, reverse=True)
        changes.more = max(0, len(changes.events) - EVENTS)
        del changes.events[EVENTS:]
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes sentences of what was told together."""

    subjects: Subjects

    def event(self, told: Told, evaluation: Evaluation) -> Event:
        entry = told.entry
        return Event(
            at=entry.at,
            actor=entry.actor,
            did=words.did(entry),
            subject=self.subjects.name(entry),
            fields=_fields(told) if entry.verb == "changed" else "",
            url=self.subjects.url(entry),
            detail=_detail(told, self.subjects.rules[evaluation.profile_id]),
        )

    def summary(self, group: list[Told], evaluation: Evaluation) -> Event:
        """Many changes of one kind by one person, at the time of the last."""
        entry = group[0].entry
        return Event(
            at=entry.at,
            actor=entry.actor,
            did=words.did(entry),
            subject=words.MANY[entry.target_type] % {"count": len(group)},
            fields="",
            url=self.subjects.matrix(evaluation),
            detail="",
        )


def _fields(told: Told) -> str:
    names = [
        words.field(told.entry.target_type, name) for name, (old, new) in told.changes.items() if old != new
    ]
    return ", ".join(dict.fromkeys(names))


def _detail(told: Told, rules: Profile) -> str:
    """How it reads now, where that is short enough to say."""
    new = {name: values[1] for name, values in told.changes.items() if values[0] != values[1]}
    if told.entry.verb in ("removed", "restored", "moved", "entered", "opened", "handed over"):
        return ""
    if (told.entry.target_type, told.entry.verb) in words.MOVES:
        return quoted(new.get("comment"))
    if told.entry.verb == "added":
        return quoted(new.get("text")) if told.entry.target_type == "recommendation" else ""
    if told.entry.verb == "imported":
        counts = {name: new.get(name, 0) for name in ("recommendations", "key_actions")}
        return _("Recommendations: %(recommendations)d, key actions: %(key_actions)d") % counts
    parts = []
    if new.get("status"):
        parts.append(badges.of_status(rules, new["status"]).words)
    if new.get("decision"):
        parts.append(badges.of_decision(rules, new["decision"]).words)
    parts += [quoted(value) for name, value in new.items() if name not in ("status", "decision")][:2]
    return " – ".join(part for part in parts if part)
