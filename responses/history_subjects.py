"""What entries of the history tell of: its name as it is now, and the way to where it is shown."""

from collections.abc import Iterable

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaltrack import text
from evaltrack.models import AuditEntry
from recommendations.models import Evaluation, Recommendation
from responses.history_words import MODELS
from responses.models import (
    Comment,
    Evidence,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    RecommendationResponse,
    Suggestion,
)
from responses.standing import rules_of

QUOTED = 160  # characters of a text
NAMED = 70  # characters of a key action as the name of it

Key = tuple[str, int]  # the kind of a thing and its number


class Subjects:
    """All that the sentences on some entries need to know, read in a number of queries that does not grow."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        keys: dict[str, set[int]] = {name: set() for name in MODELS}
        parents = set()
        for entry in entries:
            keys.setdefault(entry.target_type, set()).add(entry.target_id)
            if entry.parent_id:
                parents.add(entry.parent_id)
        self.evaluations = Evaluation.objects.in_bulk(parents)
        self.rules = rules_of(one.profile_id for one in self.evaluations.values())
        self._read_discussion(keys)
        self._read_about(keys)
        self._read_answers(keys)
        actions = KeyAction.objects.filter(pk__in=keys["keyaction"])
        shown = ExpressionWrapper(
            Q(removed_at=None, answer__recommendation__removed_at=None), models.BooleanField()
        )
        self.actions = {pk: (text, there) for pk, text, there in actions.values_list("pk", "text", shown)}
        responses = ManagementResponse.objects.filter(evaluation__in=parents).order_by("-pk")
        self.responses = dict(responses.values_list(F("evaluation"), "pk"))

    def _read_discussion(self, keys: dict[str, set[int]]) -> None:
        self.comments = Comment.objects.in_bulk(keys["comment"])
        self.suggestions = Suggestion.objects.in_bulk(keys["suggestion"])

    def _read_about(self, keys: dict[str, set[int]]) -> None:
        """What a report, a comment or a suggestion is about, which is what the sentence names."""
        updates = ProgressUpdate.objects.filter(pk__in=keys["progressupdate"])
        self.about: dict[Key, Key] = {
            ("progressupdate", pk): ("keyaction", action) if action else ("recommendationresponse", answer)
            for pk, action, answer in updates.values_list("pk", "action", "answer")
        }
        evidence = Evidence.objects.filter(pk__in=keys["evidence"])
        for pk, of_action, of_answer in evidence.values_list("pk", "update__action", "update__answer"):
            about = ("keyaction", of_action) if of_action else ("recommendationresponse", of_answer or 0)
            self.about["evidence", pk] = about
        for comment in self.comments.values():
            action, recommendation = comment.action_id, comment.recommendation_id
            about = ("keyaction", action) if action else ("recommendation", recommendation)
            self.about["comment", comment.pk] = about
        for suggestion in self.suggestions.values():
            self.about["suggestion", suggestion.pk] = "recommendation", suggestion.recommendation_id
        for kind, pk in self.about.values():
            keys[kind].add(pk)

    def _read_answers(self, keys: dict[str, set[int]]) -> None:
        answers = RecommendationResponse.objects.filter(pk__in=keys["recommendationresponse"])
        self.answers = {
            pk: (response, recommendation)
            for pk, response, recommendation in answers.values_list("pk", "response", "recommendation")
        }
        numbered = keys["recommendation"] | {
            recommendation for _response, recommendation in self.answers.values()
        }
        self.numbers = dict(Recommendation.objects.filter(pk__in=numbered).values_list("pk", "number"))

    def name(self, entry: AuditEntry) -> str:
        """What it is called; a key action as it was called then."""
        kind, pk = self.subject(entry)
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
            case "keyaction":
                called = (
                    entry.target if entry.target_type == "keyaction" else self.actions.get(pk, ("", False))[0]
                )
                return _("the key action “%(text)s”") % {"text": quoted(called, NAMED)}
            case "lesson":
                return _("the lesson or good practice “%(text)s”") % {"text": quoted(entry.target, NAMED)}
            case "reportreading":
                return _("the report “%(name)s”") % {"name": entry.target}
        return entry.target

    def url(self, entry: AuditEntry) -> str:
        """Where it is shown; "" for what is no longer there."""
        kind, pk = self.subject(entry)
        evaluation = self.evaluations.get(entry.parent_id or 0)
        response, recommendation = self.responses.get(entry.parent_id or 0), 0
        match kind:
            case "keyaction":
                return reverse("action", args=[pk]) if self.actions.get(pk, ("", False))[1] else ""
            case "managementresponse":
                response = pk
            case "recommendationresponse":
                response, recommendation = self.answers.get(pk, (response, 0))
            case "recommendation":
                recommendation = pk
            case "evaluation":
                return reverse("evaluation", args=[pk])
            case "lesson" | "reportreading":
                return reverse("evaluation", args=[evaluation.pk]) if evaluation else ""
        if response is None:
            return reverse("evaluation", args=[evaluation.pk]) if evaluation else ""
        where = reverse("matrix", args=[response])
        return f"{where}?open={recommendation}#recommendation-{recommendation}" if recommendation else where

    def matrix(self, evaluation: Evaluation) -> str:
        """The latest matrix of an evaluation, which a change of one of its key actions presumes."""
        response = self.responses.get(evaluation.pk)
        if response is None:
            return reverse("evaluation", args=[evaluation.pk])
        return reverse("matrix", args=[response])

    def subject(self, entry: AuditEntry) -> Key:
        """What the entry is about, where that is not what it changed."""
        key = entry.target_type, entry.target_id
        return self.about.get(key, key)

    def _number(self, kind: str, pk: int) -> str:
        recommendation = self.answers.get(pk, (0, 0))[1] if kind == "recommendationresponse" else pk
        return str(self.numbers.get(recommendation, ""))


def quoted(value: object, most: int = QUOTED) -> str:
    """A value in one line; "" for what would say nothing there."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return Truncator(" ".join(text.to_plain(str(value)).split())).chars(most)
