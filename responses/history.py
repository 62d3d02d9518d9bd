"""What changed, in words: entries of the history turned into sentences, with the way to what they tell of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext, pgettext_lazy

from evaltrack import text
from evaltrack.models import AuditEntry, User
from recommendations.models import Evaluation, Recommendation
from recommendations.profiles import Profile
from responses import badges
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from responses.standing import rules_of

READ = 400  # entries looked at; older ones are on the pages themselves
EVENTS = 6  # shown for one evaluation
SINGLY = 2  # more changes of one kind by one person are told as a number
EVALUATIONS = 10
QUOTED = 160  # characters of a text
NAMED = 70  # characters of a key action as the name of it

MODELS: dict[str, type[models.Model]] = {
    model._meta.model_name or "": model
    for model in (
        Evaluation, Recommendation, ManagementResponse, RecommendationResponse, KeyAction, ProgressUpdate,
    )
}  # fmt: skip
VERBS = {
    "entered": gettext_lazy("entered"),
    "added": gettext_lazy("added"),
    "moved": gettext_lazy("moved"),
    "removed": gettext_lazy("removed"),
    "restored": gettext_lazy("brought back"),
    "opened": gettext_lazy("began"),
    "imported": pgettext_lazy("what someone did", "imported"),
    "changed": gettext_lazy("changed"),
    "reported": gettext_lazy("reported on"),
    "corrected": gettext_lazy("corrected a report on"),
}
MAKING = ("entered", "added", "opened")
MANY = {
    "recommendation": ngettext_lazy("%(count)d recommendation", "%(count)d recommendations", "count"),
    "recommendationresponse": ngettext_lazy(
        "the answer to %(count)d recommendation", "the answers to %(count)d recommendations", "count"
    ),
    "keyaction": ngettext_lazy("%(count)d key action", "%(count)d key actions", "count"),
}
# Where the name in the history is not a column of the model.
FIELDS = {
    "offices": gettext_lazy("offices"),
    "evaluators": gettext_lazy("evaluators"),
    "sub_points": gettext_lazy("sub-points"),
    "deadline": pgettext_lazy("of a key action", "deadline"),
    "timeline": gettext_lazy("timeline"),
    "responded_on": gettext_lazy("date of the response"),
    "responsible_text": gettext_lazy("responsible"),
}


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
    )
    told = _merged(entries.exclude(actor_id=user.pk).order_by("-at", "-pk")[:READ])
    return _by_evaluation(told)[:EVALUATIONS]


def of_evaluation(evaluation: Evaluation) -> list[Event]:
    """The latest changes of one evaluation, by whomever."""
    entries = AuditEntry.objects.filter(parent_type="evaluation", parent_id=evaluation.pk)
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
    made = {key[:4] for key in told if key[4] in MAKING}
    return [
        one
        for key, one in told.items()
        if key[4] != "changed" or not (key[:4] in made or _came_to_nothing(one))
    ]


def _came_to_nothing(told: Told) -> bool:
    values = told.changes.values()
    return bool(values) and all(old == new for old, new in values)


def _by_evaluation(told: list[Told]) -> list[Changes]:
    teller = _Teller(told)
    alike: dict[tuple[Any, ...], list[Told]] = {}
    for one in told:
        entry = one.entry
        # Each report on progress is news of its own.
        alone = entry.pk if entry.verb in ("reported", "corrected") else None
        alike.setdefault((entry.parent_id, entry.actor, entry.verb, entry.target_type, alone), []).append(one)
    found: dict[int, Changes] = {}
    for (parent, *_rest), group in alike.items():
        evaluation = teller.evaluations.get(parent)
        if evaluation is None:
            continue
        changes = found.setdefault(evaluation.pk, Changes(evaluation))
        if len(group) > SINGLY and group[0].entry.target_type in MANY:
            changes.events.append(teller.summary(group, evaluation))
        else:
            changes.events += [teller.event(one, evaluation) for one in group]
    for changes in found.values():
        changes.events.sort(key=lambda event: event.at, reverse=True)
        changes.more = max(0, len(changes.events) - EVENTS)
        del changes.events[EVENTS:]
    return list(found.values())


class _Teller:
    """What the sentences need to know of the things they tell of: read once, seven queries."""

    def __init__(self, told: list[Told]) -> None:
        keys: dict[str, set[int]] = {name: set() for name in MODELS}
        for one in told:
            keys.setdefault(one.entry.target_type, set()).add(one.entry.target_id)
        parents = {one.entry.parent_id for one in told if one.entry.parent_id}
        self.evaluations = Evaluation.objects.in_bulk(parents)
        self.rules = rules_of(one.profile_id for one in self.evaluations.values())
        self.updates = {
            pk: ("keyaction", action) if action else ("recommendationresponse", answer)
            for pk, action, answer in ProgressUpdate.objects.filter(
                pk__in=keys["progressupdate"]
            ).values_list("pk", "action", "answer")
        }
        for kind, pk in self.updates.values():
            keys[kind].add(pk)
        answers = RecommendationResponse.objects.filter(pk__in=keys["recommendationresponse"])
        self.answers = {
            pk: (response, recommendation)
            for pk, response, recommendation in answers.values_list("pk", "response", "recommendation")
        }
        numbered = keys["recommendation"] | {
            recommendation for _response, recommendation in self.answers.values()
        }
        self.numbers = dict(Recommendation.objects.filter(pk__in=numbered).values_list("pk", "number"))
        self.present = set(
            KeyAction.objects.present().filter(pk__in=keys["keyaction"]).values_list("pk", flat=True)
        )
        responses = ManagementResponse.objects.filter(evaluation__in=parents).order_by("-pk")
        self.responses = dict(responses.values_list(F("evaluation"), "pk"))

    def event(self, told: Told, evaluation: Evaluation) -> Event:
        entry = told.entry
        kind, pk = entry.target_type, entry.target_id
        if kind == "progressupdate" and pk in self.updates:
            kind, pk = self.updates[pk]
        return Event(
            at=entry.at,
            actor=entry.actor,
            did=str(VERBS.get(entry.verb, entry.verb)),
            subject=self._subject(kind, pk, entry),
            fields=_fields(told) if entry.verb == "changed" else "",
            url=self._url(kind, pk, evaluation),
            detail=_detail(told, self.rules[evaluation.profile_id]),
        )

    def summary(self, group: list[Told], evaluation: Evaluation) -> Event:
        """Many changes of one kind by one person, at the time of the last."""
        entry = group[0].entry
        return Event(
            at=entry.at,
            actor=entry.actor,
            did=str(VERBS.get(entry.verb, entry.verb)),
            subject=MANY[entry.target_type] % {"count": len(group)},
            fields="",
            url=self._url("response", 0, evaluation),
            detail="",
        )

    def _number(self, kind: str, pk: int) -> str:
        recommendation = self.answers.get(pk, (0, 0))[1] if kind == "recommendationresponse" else pk
        return str(self.numbers.get(recommendation, ""))

    def _subject(self, kind: str, pk: int, entry: AuditEntry) -> str:
        match kind:
            case "evaluation":
                return _("the record of the evaluation")
            case "managementresponse":
                return _("the management response")
            case "recommendation":
                words = pgettext("that someone changed", "recommendation %(number)s")
                return words % {"number": self._number(kind, pk)}
            case "recommendationresponse":
                return _("the answer to recommendation %(number)s") % {"number": self._number(kind, pk)}
            case "keyaction" if entry.target_type == "keyaction":
                return _("the key action “%(text)s”") % {"text": _quoted(entry.target, NAMED)}
            case "keyaction":
                return _("a key action")
        return entry.target

    def _url(self, kind: str, pk: int, evaluation: Evaluation) -> str:
        """Where the thing is shown; "" for what is no longer there."""
        response, recommendation = self.responses.get(evaluation.pk), 0
        match kind:
            case "keyaction":
                return reverse("action", args=[pk]) if pk in self.present else ""
            case "managementresponse":
                response = pk
            case "recommendationresponse":
                response, recommendation = self.answers.get(pk, (response, 0))
            case "recommendation":
                recommendation = pk
            case "evaluation":
                return reverse("evaluation", args=[evaluation.pk])
        if response is None:
            return reverse("evaluation", args=[evaluation.pk])
        where = reverse("matrix", args=[response])
        return f"{where}?open={recommendation}#recommendation-{recommendation}" if recommendation else where


def _fields(told: Told) -> str:
    names = [_field(told.entry.target_type, name) for name, (old, new) in told.changes.items() if old != new]
    return ", ".join(dict.fromkeys(names))


def _field(kind: str, name: str) -> str:
    if name in FIELDS:
        return str(FIELDS[name])
    if name.startswith("footnote "):
        return _("note %(mark)s") % {"mark": name.removeprefix("footnote ")}
    try:
        return str(getattr(MODELS[kind]._meta.get_field(name), "verbose_name", name))
    except (KeyError, FieldDoesNotExist):
        return name.replace("_", " ")


def _detail(told: Told, rules: Profile) -> str:
    """How it reads now, where that is short enough to say."""
    new = {name: values[1] for name, values in told.changes.items() if values[0] != values[1]}
    if told.entry.verb in ("removed", "restored", "moved", "entered", "opened"):
        return ""
    if told.entry.verb == "added":
        return _quoted(new.get("text")) if told.entry.target_type == "recommendation" else ""
    if told.entry.verb == "imported":
        counts = {name: new.get(name, 0) for name in ("recommendations", "key_actions")}
        return _("Recommendations: %(recommendations)d, key actions: %(key_actions)d") % counts
    words = []
    if new.get("status"):
        words.append(badges.of_status(rules, new["status"]).words)
    if new.get("decision"):
        words.append(badges.of_decision(rules, new["decision"]).words)
    words += [_quoted(value) for name, value in new.items() if name not in ("status", "decision")][:2]
    return " – ".join(word for word in words if word)


def _quoted(value: object, most: int = QUOTED) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return Truncator(" ".join(text.to_plain(str(value)).split())).chars(most)
