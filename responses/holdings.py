"""What a person holds of evaluations and their responses, and how each kind of it is handed over.

Only what is still to be done counts: evaluations that are neither closed nor cancelled, open key actions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from evaltrack import audit, text
from evaltrack.hand_over import give_role
from evaltrack.holdings import Handing, Holding, Item
from evaltrack.models import AuditEntry, Membership, Office, Part, User
from evaltrack.names import folded
from evaltrack.roles import Role
from recommendations.choices import OVER
from recommendations.models import Evaluation
from recommendations.models.evaluation import EvaluationQuerySet
from responses.choices import StepState
from responses.models import (
    ActionParty,
    ClearanceStep,
    Drafter,
    KeyAction,
    ManagementResponse,
    RecommendationResponse,
    Reviewer,
)
from responses.reminders import to_remind_of

WORDS = 160  # characters of a key action

TEXT_STAYS = gettext_lazy(
    "The matrix goes on printing what is written there; EvalTrack knows who is meant. Only in a draft, where"
    " the cell says nothing but the old name, the new name is written."
)


# What is open --------------------------------------------------------------------------------------------


def open_evaluations() -> EvaluationQuerySet:
    return Evaluation.objects.exclude(state__in=OVER)


def open_responses() -> "QuerySet[ManagementResponse]":
    return ManagementResponse.objects.exclude(evaluation__state__in=OVER)


def open_parties() -> "QuerySet[ActionParty]":
    """Those responsible for what is still to be done."""
    return ActionParty.objects.filter(action__in=to_remind_of().order_by())


def open_drafters() -> "QuerySet[Drafter]":
    return Drafter.objects.filter(answer__recommendation__removed_at=None).exclude(
        answer__response__evaluation__state__in=OVER
    )


def waiting_steps() -> "QuerySet[ClearanceStep]":
    return ClearanceStep.objects.filter(state=StepState.WAITING).exclude(response__evaluation__state__in=OVER)


def open_reviewers() -> "QuerySet[Reviewer]":
    return Reviewer.objects.exclude(response__evaluation__state__in=OVER)


# What a person holds -------------------------------------------------------------------------------------


Row = tuple[int, int, str, str, int, int | None]  # key, evaluation, its name, words, key of the page, office


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing somebody answers for; ``at`` leads from it to its response (None: it has none)."""

    key: str
    label: Any
    at: str | None
    page: str
    page_key: str
    words: str

    def rows(self, found: "QuerySet[Any]", leaving: User | None = None) -> list[Row]:
        """What there is to say of each, and the office whose focal point takes it: one query."""
        evaluation = "" if self.at is None else f"{self.at}evaluation__"
        offices = Evaluation.offices.through.objects.filter(evaluation=OuterRef(f"{evaluation}pk"))
        nobody = Q(office__focal_point=None) | Q(office__focal_point=leaving)
        offices = offices.order_by(Case(When(nobody, then=1), default=0, output_field=IntegerField()), "pk")
        first: Any = Subquery(offices.values("office")[:1])
        office = (
            first
            if self.at is None
            else Coalesce(F(f"{self.at}office"), first, output_field=BigIntegerField())
        )
        words: Any = Left(self.words, 3 * WORDS) if self.words else Value("")
        name = (f"{evaluation}short_title", f"{evaluation}title")
        rows = found.annotate(at_office=office, says=words).order_by(f"{evaluation}reference", "pk")
        columns = rows.values_list("pk", f"{evaluation}pk", *name, "says", self.page_key, "at_office")
        return [(pk, of, short or title, says, page, at) for pk, of, short, title, says, page, at in columns]

    def item(self, row: Row) -> Item:
        pk, _evaluation, name, says, page, office = row
        return Item(pk, _words(name, says), reverse(self.page, args=[page]), office)


@dataclass(frozen=True, slots=True)
class Kind(Subject):
    """A kind of thing that people hold, and how it is handed over."""

    give: Callable[[list[int], Handing], None]
    note: Any = ""

    def held(self, rows: list[Row], seen: set[int] | None) -> Holding:
        """The rows as things to hand over; those of evaluations not in ``seen`` are only counted."""
        items = [self.item(row) for row in rows]
        if seen is not None:
            items = [
                item if row[1] in seen else Item(item.pk, "", "", item.office)
                for row, item in zip(rows, items, strict=True)
            ]
        return Holding(self.key, self.label, items, self.give, note=self.note)


def _words(name: str, says: str) -> str:
    if not says:
        return name
    return f"{name}: {Truncator(' '.join(text.to_plain(says).split())).chars(WORDS)}"


def held(person: User, *, by: User | None, today: date) -> list[Holding]:
    """Everything of evaluations and responses that would lie idle without the person."""
    mine = Membership.objects.current(today).filter(office=OuterRef("office"), role=OuterRef("role"))
    alone = Q(Exists(mine.filter(person=person))) & ~Q(Exists(mine.exclude(person=person)))
    parties, drafters = open_parties(), open_drafters()
    found: list[tuple[Kind, QuerySet[Any]]] = [
        (EVALUATIONS, open_evaluations().filter(manager=person)),
        (RESPONSES, open_responses().filter(coordinator=person)),
        (DRAFTS, drafters.filter(person=person)),
        (LEADS, parties.filter(person=person, part=Part.LEAD)),
        (HELPS, parties.filter(person=person).exclude(part=Part.LEAD)),
        (CLEARANCES, waiting_steps().filter(alone)),
        (ROLE_LEADS, parties.filter(~Q(role=""), alone, part=Part.LEAD)),
        (ROLE_DRAFTS, drafters.filter(~Q(role=""), alone)),
        (REVIEWS, open_reviewers().filter(person=person)),
    ]
    rows = [(kind, kind.rows(things, person)) for kind, things in found]
    evaluations = {row[1] for _kind, listed in rows for row in listed}
    seen = None
    if by:
        visible = Evaluation.objects.visible_to(by).filter(pk__in=evaluations)
        seen = set(visible.values_list("pk", flat=True))
    return [kind.held(listed, seen) for kind, listed in rows]


# Handing over --------------------------------------------------------------------------------------------


def give_evaluations(keys: list[int], handing: Handing) -> None:
    rows = list(Evaluation.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    Evaluation.objects.filter(pk__in=keys).update(manager=handing.to)
    _record(((row, row, {"manager": (handing.person, handing.to)}) for row in rows), handing)


def give_responses(keys: list[int], handing: Handing) -> None:
    rows = list(lock_responses(Q(pk__in=keys)).select_related("evaluation", "office"))
    ManagementResponse.objects.filter(pk__in=keys).update(coordinator=handing.to)
    _record(((row, row.evaluation, {"coordinator": (handing.person, handing.to)}) for row in rows), handing)


def give_drafts(keys: list[int], handing: Handing) -> None:
    list(lock_responses(Q(answers__drafters__in=keys)))
    Drafter.objects.filter(pk__in=keys).update(person=handing.to, name=handing.to.name)
    asked = Drafter.objects.filter(pk__in=keys)
    answers = RecommendationResponse.objects.filter(pk__in=asked.values("answer"))
    rows = answers.select_related("response__evaluation", "recommendation__evaluation").order_by("pk")
    changed = {"drafter": (handing.person, handing.to)}
    _record(((row, row.response.evaluation, changed) for row in rows), handing)


def give_actions(keys: list[int], handing: Handing) -> None:
    """The party is the new holder; what the matrix says stays, but for a draft with only the old name."""
    list(lock_responses(Q(answers__actions__parties__in=keys)))
    actions = KeyAction.objects.filter(pk__in=ActionParty.objects.filter(pk__in=keys).values("action"))
    rows = list(actions.select_related("answer__response__evaluation").order_by("pk"))
    ActionParty.objects.filter(pk__in=keys).update(person=handing.to)
    old = folded(handing.person.name)
    rewritten = {
        row.pk for row in rows if not row.answer.response.is_fixed and folded(row.responsible_text) == old
    }
    KeyAction.objects.filter(pk__in=rewritten).update(responsible_text=handing.to.name)
    ActionParty.objects.filter(pk__in=keys, action__in=rewritten).update(name=handing.to.name)

    def changed(row: KeyAction) -> dict[str, tuple[Any, Any]]:
        changes: dict[str, tuple[Any, Any]] = {"responsible": (handing.person, handing.to)}
        if row.pk in rewritten:
            changes["responsible_text"] = (row.responsible_text, handing.to.name)
        return changes

    _record(((row, row.answer.response.evaluation, changed(row)) for row in rows), handing)


def give_reviews(keys: list[int], handing: Handing) -> None:
    """Who was named to check already keeps the one naming they have."""
    responses = list(lock_responses(Q(reviewers__in=keys)).select_related("evaluation", "office"))
    theirs = Reviewer.objects.filter(person=handing.to, response__in=responses)
    Reviewer.objects.filter(pk__in=keys, response__in=set(theirs.values_list("response", flat=True))).delete()
    Reviewer.objects.filter(pk__in=keys).update(person=handing.to)
    changed = {"reviewer": (handing.person, handing.to)}
    _record(((row, row.evaluation, changed) for row in responses), handing)


def _give_roles_of(model: type[Model]) -> Callable[[list[int], Handing], None]:
    """What waits for a role goes to another holder of that role."""

    def give(keys: list[int], handing: Handing) -> None:
        wanted = sorted(set(model._default_manager.filter(pk__in=keys).values_list("office", "role")))
        offices = Office.objects.in_bulk({office for office, _role in wanted})
        for office, role in wanted:
            give_role(offices[office], Role(role), handing)

    return give


def lock_responses(which: Q) -> "QuerySet[ManagementResponse]":
    """The responses, taken for this transaction before anything below them."""
    found = ManagementResponse.objects.filter(which).values("pk")
    rows = ManagementResponse.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk__in=found).order_by("pk")


def _record(changed: Iterable[tuple[Model, Model, dict[str, tuple[Any, Any]]]], handing: Handing) -> None:
    entries: list[AuditEntry] = [
        audit.entry("handed over", row, by=handing.by, parent=parent, changes={**changes, **handing.said})
        for row, parent, changes in changed
    ]
    audit.record_many(entries)


EVALUATIONS = Kind(
    "evaluations", gettext_lazy("evaluations to manage"), None, "evaluation", "pk", "", give_evaluations
)
RESPONSES = Kind("responses", gettext_lazy("responses to coordinate"), "", "matrix", "pk", "", give_responses)
DRAFTS = Kind(
    "drafts",
    gettext_lazy("recommendations to draft the answer to"),
    "answer__response__",
    "matrix",
    "answer__response",
    "answer__recommendation__text",
    give_drafts,
)
LEADS = Kind(
    "leads",
    gettext_lazy("key actions to lead"),
    "action__answer__response__",
    "action",
    "action",
    "action__text",
    give_actions,
    TEXT_STAYS,
)
HELPS = Kind(
    "helps",
    gettext_lazy("key actions to support or coordinate"),
    "action__answer__response__",
    "action",
    "action",
    "action__text",
    give_actions,
    TEXT_STAYS,
)
ROLE_STAYS = gettext_lazy("The new holder is given the role that it waits for.")
CLEARANCES = Kind(
    "clearances",
    gettext_lazy("responses that nobody else could clear"),
    "response__",
    "matrix",
    "response",
    "",
    _give_roles_of(ClearanceStep),
    ROLE_STAYS,
)
ROLE_LEADS = Kind(
    "role_leads",
    gettext_lazy("key actions of a role that nobody else has"),
    "action__answer__response__",
    "action",
    "action",
    "action__text",
    _give_roles_of(ActionParty),
    ROLE_STAYS,
)
REVIEWS = Kind(
    "reviews",
    gettext_lazy("responses to check independently"),
    "response__",
    "verification",
    "response",
    "",
    give_reviews,
)
ROLE_DRAFTS = Kind(
    "role_drafts",
    gettext_lazy("recommendations to draft for a role that nobody else has"),
    "answer__response__",
    "matrix",
    "answer__response",
    "answer__recommendation__text",
    _give_roles_of(Drafter),
    ROLE_STAYS,
)
