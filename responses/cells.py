"""The cells of the matrix: what each shows, who may write it, and what happens when two people write one.

A cell is read at some text and saved against the digest of that text. If someone else wrote it meanwhile,
nothing is saved and both texts come back; so two people only ever meet in one and the same cell.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, User
from recommendations import evaluations, results
from recommendations.models import Evaluation, Recommendation
from responses import actions, answers, progress
from responses.models import Footnote, KeyAction, ManagementResponse, RecommendationResponse
from responses.permissions import Access
from responses.subjects import Subject
from responses.wording import lock, reason

# A report and its correction by the same person within this time are one update.
SAME_SITTING = timedelta(minutes=15)


def tidy(text: str) -> str:
    """A posted text as it is kept: one kind of line end, no white space around, no NUL character."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def digest(text: str) -> str:
    """What a text was read at."""
    return sha256(tidy(text).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Address:
    """Which cell: the kind and key of its subject, and the name of the field there."""

    kind: str
    pk: int
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.pk}.{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises Refused for what is not an address."""
        kind, _dot, rest = text.partition(".")
        pk, _dot, name = rest.partition(".")
        if not (pk.isdecimal() and len(pk) < 19 and kind and name):
            raise Refused(_("The matrix has no such cell."))
        return cls(kind, int(pk), name)


@dataclass(frozen=True, slots=True)
class Field:
    """How the cells of one name are read and written, and which part of ``Access`` they need."""

    read: Callable[[Any], str]
    write: Callable[[Any, str, User], None]
    needs: str


@dataclass(frozen=True, slots=True)
class Saved:
    address: Address
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Someone else wrote the cell since it was read: both texts, and who wrote when."""

    address: Address
    mine: str
    theirs: str
    who: str
    at: datetime | None


def _amends(verb: Callable[..., None], name: str) -> Callable[[Any, str, User], None]:
    return lambda subject, text, by: verb(subject, by=by, **{name: text})


def _deadline_text(attribute: str) -> Callable[[Any], str]:
    return lambda subject: str(getattr(subject, f"{attribute}_text"))


def _text(attribute: str) -> Callable[[Any], str]:
    return lambda subject: str(getattr(subject, attribute))


def _set_priority(recommendation: Recommendation, text: str, by: User) -> None:
    if text and not text.isdecimal():
        raise Refused(_("A priority is a number on the scale, not “%(text)s”.") % {"text": text})
    results.amend(recommendation, by=by, priority=int(text) if text else None)


@dataclass(frozen=True, slots=True)
class LatestReport:
    """The status or the comment of the latest progress update (of a round, where they are kept by round)."""

    part: str
    round: str = ""

    def read(self, subject: Subject) -> str:
        update = progress.latest(subject, self.round)
        return str(getattr(update, self.part)) if update else ""

    def write(self, subject: Subject, text: str, by: User) -> None:
        now = timezone.now()
        values = {"status": "", "comment": ""}
        update = progress.latest(subject, self.round)
        if update:
            values = {"status": update.status, "comment": update.comment}
        values[self.part] = text
        if update and update.reported_by_id == by.pk and now - update.reported_at < SAME_SITTING:
            progress.correct(update, by=by, **values)
        else:
            progress.report(
                subject,
                by=by,
                now=now,
                as_of=timezone.localdate(now),
                round=self.round,
                status=values["status"],
                comment=values["comment"],
            )


EVALUATION = {
    name: Field(_text(name), _amends(evaluations.amend, name), "edit_evaluation")
    for name in ("title", "short_title", "conducted")
}
RESPONSE = {
    name: Field(_text(name), _amends(answers.amend, name), "respond")
    for name in ("coordinator_text", "overall_comment")
} | {
    "responded_on": Field(
        _deadline_text("responded_on"),
        lambda response, text, by: answers.set_responded_on(response, text, by=by),
        "respond",
    )
}
PLAIN = ("number", "text", "rationale", "directed_to", "responsible_text", "priority_note")
LEVELS = ("urgency", "difficulty", "impact")
RECOMMENDATION = {
    name: Field(_text(name), _amends(results.amend, name), "edit_recommendations")
    for name in (*PLAIN, *LEVELS)
} | {
    "priority": Field(
        lambda subject: "" if subject.priority is None else str(subject.priority),
        _set_priority,
        "edit_recommendations",
    ),
    "timeline": Field(
        _deadline_text("timeline"),
        lambda subject, text, by: results.set_timeline(subject, text, by=by),
        "edit_recommendations",
    ),
    "sub_points": Field(
        results.sub_points_as_text,
        lambda subject, text, by: results.set_sub_points(subject, text, by=by),
        "edit_recommendations",
    ),
}
ANSWER = {
    "decision": Field(
        _text("decision"), lambda subject, text, by: answers.decide(subject, text, by=by), "respond"
    ),
    "narrative": Field(
        _text("narrative"), lambda subject, text, by: answers.narrate(subject, text, by=by), "respond"
    ),
}
ACTION = {
    "text": Field(
        _text("text"), lambda subject, text, by: actions.amend(subject, by=by, text=text), "respond"
    ),
    "deadline": Field(
        _deadline_text("deadline"),
        lambda subject, text, by: actions.set_deadline(subject, text, by=by),
        "respond",
    ),
    "responsible": Field(
        _text("responsible_text"),
        lambda subject, text, by: actions.set_responsible(subject, text, by=by),
        "respond",
    ),
    "status": Field(LatestReport("status").read, LatestReport("status").write, "report"),
    "comment": Field(LatestReport("comment").read, LatestReport("comment").write, "report"),
}
FIELDS: dict[str, dict[str, Field]] = {
    "evaluation": EVALUATION,
    "response": RESPONSE,
    "recommendation": RECOMMENDATION,
    "answer": ANSWER,
    "action": ACTION,
}


def _note(mark: str) -> Field:
    def read(response: ManagementResponse) -> str:
        note = Footnote.objects.filter(response=response, mark=mark).first()
        return note.text if note else ""

    return Field(
        read, lambda response, text, by: answers.set_footnote(response, mark, text, by=by), "respond"
    )


def field_of(address: Address, response: ManagementResponse) -> Field:
    """The field behind an address. Raises Refused where the matrix has no such cell."""
    if address.kind == "note":
        return _note(address.name)
    if address.kind == "round":
        position, _dot, part = address.name.partition(".")
        rounds = response.evaluation.profile.rules.rounds
        if position.isdecimal() and int(position) < len(rounds) and part in ("status", "comment"):
            standing = LatestReport(part, rounds[int(position)].name)
            return Field(standing.read, standing.write, "report")
    found = FIELDS.get(address.kind, {}).get(address.name)
    if found is None:
        raise Refused(_("The matrix has no such cell."))
    return found


def subject_of(address: Address, response: ManagementResponse) -> models.Model:
    """The row a cell belongs to, locked. Raises Refused where this matrix has none such (any more)."""
    gone = _("This row is no longer in the matrix; someone may have removed it.")
    try:
        match address.kind:
            case "evaluation":
                return Evaluation.objects.select_for_update().get(pk=address.pk, responses=response)
            case "response" | "note" if address.pk == response.pk:
                return ManagementResponse.objects.select_for_update().get(pk=address.pk)
            case "recommendation" | "answer" | "round":
                present = response.evaluation.recommendations.filter(removed_at=None)
                recommendation = present.select_for_update().get(pk=address.pk)
                if address.kind == "recommendation":
                    return recommendation
                return answers.answer_to(recommendation, response)
            case "action":
                rows = KeyAction.objects.filter(answer__response=response, removed_at=None)
                related = rows.select_related("answer__recommendation")
                action = related.select_for_update(of=("self",)).get(pk=address.pk)
                action.answer.response = response  # which is at hand
                return action
    except (Evaluation.DoesNotExist, Recommendation.DoesNotExist, KeyAction.DoesNotExist) as error:
        raise Refused(gone) from error
    raise Refused(gone)


def may_write(
    field: Field, subject: models.Model | None, access: Access, recommendation: int | None = None
) -> bool:
    """Whether the person may write such a cell of the row; of an answer, that to the recommendation (id)."""
    match field.needs:
        case "report" if isinstance(subject, KeyAction):
            return access.may_report(subject)
        case "respond":
            return access.may_respond(recommendation)
    return bool(getattr(access, field.needs))


def _recommendation_of(subject: models.Model) -> int | None:
    match subject:
        case RecommendationResponse():
            return subject.recommendation_id
        case KeyAction():
            return subject.answer.recommendation_id
    return None


@transaction.atomic
def save(
    response: ManagementResponse, address: Address, text: str, *, seen: str, by: User, access: Access
) -> Saved | Conflict:
    """Save one cell that was read at the digest ``seen``.

    Raises PermissionDenied, and Refused with the rule's sentence; then nothing is changed.
    """
    field = field_of(address, response)
    lock(response)
    # What the matrix prints of the evaluation is part of what is cleared.
    if address.kind == "evaluation" and response.is_fixed:
        raise Refused(reason(response))
    subject = subject_of(address, response)
    if not may_write(field, subject, access, _recommendation_of(subject)):
        raise PermissionDenied
    text = tidy(text)
    current = field.read(subject)
    untouched = digest(text) == seen
    if untouched or tidy(current) == text:
        return Saved(address, current)
    if digest(current) != seen:
        entry = _last_change(subject)
        return Conflict(address, text, current, entry.actor if entry else "", entry.at if entry else None)
    _check_length(subject, address.name, text)
    field.write(subject, text, by)
    return Saved(address, field.read(subject))


def _last_change(subject: models.Model) -> AuditEntry | None:
    entries = AuditEntry.objects.filter(target_type=subject._meta.model_name, target_id=subject.pk)
    return entries.order_by("-at", "-pk").first()


COLUMNS: Mapping[str, str] = {
    "deadline": "deadline_text",
    "timeline": "timeline_text",
    "responded_on": "responded_on_text",
    "responsible": "responsible_text",
}


def _check_length(subject: models.Model, name: str, text: str) -> None:
    columns = {column.name: column for column in subject._meta.concrete_fields}
    column = columns.get(COLUMNS.get(name, name))
    limit = getattr(column, "max_length", None)
    if limit and len(text) > limit:
        raise Refused(
            _(
                "This cell holds at most %(limit)d characters; the text has %(length)d. "
                "Shorten it, or use the narrative."
            )
            % {"limit": limit, "length": len(text)}
        )
    if isinstance(subject, RecommendationResponse | KeyAction | Recommendation) and len(text) > 50_000:
        raise Refused(
            _("A cell holds at most 50,000 characters; the text has %(length)d.") % {"length": len(text)}
        )
