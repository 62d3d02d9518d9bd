"""Who has answered in a round and who has not: counted for many matrices at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Prefetch, Q

from responses.models import (
    ActionParty,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    Question,
    RecommendationResponse,
    RoundMatrix,
)
from responses.recipients import AddressBook


class Answered(NamedTuple):
    """How much was asked about, and on how much of it somebody reported."""

    asked: int = 0
    reported: int = 0

    @property
    def missing(self) -> int:
        return self.asked - self.reported

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 is all."""
        return self.reported * 100 // self.asked if self.asked else 100


class Unanswered(NamedTuple):
    """What nobody has reported on, a key action or an answer (ids), and who leads it now (ids)."""

    matrix: int
    response: int
    action: int | None
    answer: int | None
    people: frozenset[int]


def counts(matrices: Iterable[RoundMatrix]) -> dict[int, Answered]:
    """By matrix (its id): of a closed one as it was then. One query."""
    rows = list(matrices)
    found = {one.pk: Answered(one.asked, one.asked - len(one.not_reported)) for one in rows if one.closed_at}
    still_open = [one.pk for one in rows if not one.closed_at]
    grouped = (
        Question.objects.present()
        .filter(matrix__in=still_open)
        .with_reports()
        .order_by()
        .values("matrix")
        .annotate(
            actions=Count("action", distinct=True),
            answers=Count("answer", distinct=True),
            reported_actions=Count("action", distinct=True, filter=Q(reported=True)),
            reported_answers=Count("answer", distinct=True, filter=Q(reported=True)),
        )
    )
    for one in grouped:
        found[one["matrix"]] = Answered(
            one["actions"] + one["answers"], one["reported_actions"] + one["reported_answers"]
        )
    return {one.pk: found.get(one.pk, Answered()) for one in rows}


def total(counted: Iterable[Answered]) -> Answered:
    rows = list(counted)
    return Answered(sum(one.asked for one in rows), sum(one.reported for one in rows))


def unanswered(matrices: Iterable[int], book: AddressBook) -> list[Unanswered]:
    """What is not reported in these matrices (ids), each once, with those who lead it now: two queries.

    Not those who were asked: when an action changes hands, its question goes along.
    """
    questions = Question.objects.present().filter(matrix__in=matrices).without_reports()
    rows = questions.order_by("matrix", "action", "answer").values_list(
        "matrix", "matrix__response", "action", "answer",
        "matrix__response__coordinator", "matrix__response__evaluation__manager",
    ).distinct()  # fmt: skip
    found = list(rows)
    leads = book.leads(ActionParty.objects.filter(action__in={row[2] for row in found if row[2]}))
    return [
        Unanswered(
            matrix, response, action, answer,
            frozenset(leads.get(action or 0, ())) or frozenset(book.stand_in(coordinator, manager)),
        )
        for matrix, response, action, answer, coordinator, manager in found
    ]  # fmt: skip


def by_person(rows: Iterable[Unanswered]) -> dict[int, list[Unanswered]]:
    """What waits for each person (id); under 0 what nobody with an account could be asked about."""
    found: dict[int, list[Unanswered]] = defaultdict(list)
    for row in rows:
        for person in row.people or {0}:
            found[person].append(row)
    return found


def missing(matrix: RoundMatrix) -> tuple[int, list[str]]:
    """How much was asked about, and the numbers of what nobody reported on, as the matrix prints them."""
    questions = Question.objects.present().filter(matrix=matrix)
    asked = set(questions.values_list("action", "answer"))
    unreported = set(questions.without_reports().values_list("action", "answer"))
    named = numbers(matrix.response)
    return len(asked), [number for key, number in named.items() if key in unreported]


def numbers(response: ManagementResponse) -> dict[tuple[int | None, int | None], str]:
    """The number of each key action, and of each answer, by (action, answer), in the order of the matrix.

    As ``matrix.build`` numbers them: two queries.
    """
    recommendations = response.evaluation.recommendations.present()
    of_recommendation = {
        pk: number or str(place)
        for place, (pk, number) in enumerate(recommendations.values_list("pk", "number"), start=1)
    }
    answers = RecommendationResponse.objects.filter(response=response).prefetch_related(
        Prefetch("actions", KeyAction.objects.filter(removed_at=None).order_by("order", "pk"))
    )
    by_recommendation = {one.recommendation_id: one for one in answers}
    found: dict[tuple[int | None, int | None], str] = {}
    for pk, number in of_recommendation.items():
        answer = by_recommendation.get(pk)
        if answer is None:
            continue
        found[None, answer.pk] = number
        for place, action in enumerate(answer.actions.all(), start=1):
            found[action.pk, None] = action.own_number or f"{number}.{place}"
    return found


# One matrix ----------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A question of one matrix: its subject, its number, who was asked, who leads it now, what they said."""

    subject: KeyAction | RecommendationResponse
    number: str
    asked: list[str]
    now_with: list[str]
    update: ProgressUpdate | None

    @property
    def is_action(self) -> bool:
        return isinstance(self.subject, KeyAction)


def lines(matrix: RoundMatrix, book: AddressBook) -> list[Line]:
    """Every question of a matrix in its order, each subject once: a constant number of queries."""
    said = _latest_reports(matrix)
    named = numbers(matrix.response)
    questions = Question.objects.present().filter(matrix=matrix).order_by("person__name", "pk")
    rows = list(questions.select_related("person", "action__answer", "answer__recommendation"))
    asked: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    subjects: dict[tuple[int | None, int | None], KeyAction | RecommendationResponse] = {}
    for row in rows:
        key = row.action_id, row.answer_id
        asked[key] += [row.person.name] if row.person else []
        subject = row.action or row.answer
        assert subject  # noqa: S101 - for mypy; the database holds it so
        subjects[key] = subject
    leading = {
        (one.action, one.answer): [book.people[pk].name for pk in sorted(one.people)]
        for one in ([] if matrix.closed_at else unanswered([matrix.pk], book))
    }
    places = {key: place for place, key in enumerate(named)}
    ordered = sorted(subjects, key=lambda key: places.get(key, len(places)))
    return [
        Line(subjects[key], named.get(key, ""), asked[key], leading.get(key, []), said.get(key))
        for key in ordered
    ]


def _latest_reports(matrix: RoundMatrix) -> dict[tuple[int | None, int | None], ProgressUpdate]:
    """What was said in the round, the latest on each subject: one query."""
    own = Q(action__answer__response=matrix.response_id) | Q(answer__response=matrix.response_id)
    made = ProgressUpdate.objects.filter(own, round=matrix.name, reported_at__gte=matrix.round.opened_at)
    if matrix.closed_at:
        made = made.filter(reported_at__lte=matrix.closed_at)
    rows = made.select_related("reported_by").order_by("as_of", "pk")
    return {(one.action_id, one.answer_id): one for one in rows}
