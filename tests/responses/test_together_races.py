"""Working on one matrix at the same moment, with real transactions: one outcome, and no word lost.

Each race is run several times; whoever comes first, the end is sound.
"""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.roles import Role
from responses import answers, cells, drafting, presence, suggestions
from responses.cells import Address, Conflict, Saved, digest
from responses.models import Drafter, ManagementResponse, Presence, RecommendationResponse, Suggestion
from responses.permissions import access
from tests import factories as make
from tests.responses.test_clearance_races import at_once

ROUNDS = range(4)


@pytest.fixture
def answer(transactional_db: None) -> RecommendationResponse:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite's in-memory database: run with TEST_DATABASE=postgres")
    response = make.response(make.evaluation([make.office("Country Office Norland")]))
    return make.answer(make.recommendation(response.evaluation), response, narrative="Agreed.")


@pytest.fixture
def officers(answer: RecommendationResponse) -> list[User]:
    office = answer.response.evaluation.offices.get()
    return [make.member(Role.ME_OFFICER, office, name) for name in ("Ines Okafor", "Nora Lund")]


def response_of(answer: RecommendationResponse) -> ManagementResponse:
    """As a request has it: an object of its own."""
    return ManagementResponse.objects.select_related("evaluation").get(pk=answer.response_id)


def test_of_two_who_decide_on_a_suggestion_one_does(answer, officers) -> None:
    first, second = officers
    for _round in ROUNDS:
        answers.narrate(answer, "Agreed.", by=first)
        cell = f"answer.{answer.recommendation_id}.narrative"
        made = suggestions.suggest(answer.response, cell, "Begun.", by=first, now=timezone.now())

        def take(made: Suggestion = made) -> object:
            own = Suggestion.objects.get(pk=made.pk)
            return suggestions.take(own, seen=digest("Agreed."), by=first, now=timezone.now())

        def leave(made: Suggestion = made) -> object:
            own = Suggestion.objects.get(pk=made.pk)
            return suggestions.leave(own, reply="No.", by=second, now=timezone.now())

        outcomes = at_once(take, leave)
        assert sum(isinstance(one, Refused) for one in outcomes) == 1
        made.refresh_from_db()
        answer.refresh_from_db()
        assert (made.outcome, answer.narrative) in {("taken", "Begun."), ("left", "Agreed.")}


def test_taking_while_another_types_loses_neither(answer, officers) -> None:
    first, second = officers
    cell = f"answer.{answer.recommendation_id}.narrative"
    for _round in ROUNDS:
        answers.narrate(answer, "Agreed.", by=first)
        made = suggestions.suggest(answer.response, cell, "Begun.", by=first, now=timezone.now())

        def take(made: Suggestion = made) -> object:
            own = Suggestion.objects.get(pk=made.pk)
            return suggestions.take(own, seen=digest("Agreed."), by=first, now=timezone.now())

        def write() -> object:
            response = response_of(answer)
            held = access(second, response)
            return cells.save(
                response, Address.parse(cell), "Typed.", seen=digest("Agreed."), by=second, access=held
            )

        taken, typed = at_once(take, write)
        answer.refresh_from_db()
        if answer.narrative == "Begun.":
            assert isinstance(typed, Conflict)
            assert (typed.mine, typed.theirs) == ("Typed.", "Begun.")
        else:
            assert isinstance(typed, Saved)
            assert isinstance(taken, Conflict)
            assert Suggestion.objects.get(pk=made.pk).outcome == "open"


def test_a_drafter_writes_before_it_is_taken_back_or_not_at_all(answer, officers) -> None:
    coordinator, drafter = officers[0], make.user("Dario Fenn")
    for round in ROUNDS:
        answers.narrate(answer, "", by=coordinator)
        asked = [answer.recommendation]
        drafting.assign(answer.response, asked, "Dario Fenn", by=coordinator, now=timezone.now())

        def take_back() -> object:
            own = Drafter.objects.select_related("answer__response__evaluation").get()
            return drafting.unassign(own, by=coordinator, now=timezone.now())

        def write(text: str = f"Draft {round}") -> object:
            response = response_of(answer)
            held = access(drafter, response)
            name = Address.parse(f"answer.{answer.recommendation_id}.narrative")
            return cells.save(response, name, text, seen=digest(""), by=drafter, access=held)

        gone, typed = at_once(take_back, write)
        assert gone is None
        answer.refresh_from_db()
        written = isinstance(typed, Saved)
        assert written or isinstance(typed, PermissionDenied)
        assert answer.narrative == (f"Draft {round}" if written else "")


def test_two_pages_of_one_person_are_here_once(answer, officers) -> None:
    for _round in ROUNDS:
        Presence.objects.all().delete()
        seen = lambda: presence.seen(answer.response, officers[0], now=timezone.now())  # noqa: E731
        assert at_once(seen, seen, seen) == [None] * 3
        assert Presence.objects.count() == 1
