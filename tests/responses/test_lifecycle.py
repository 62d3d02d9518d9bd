"""The way of a response, cell by cell: state x move x whoever asks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.roles import Role
from evaltrack.states import Comment
from responses.choices import ResponseState
from responses.lifecycle import WAY
from responses.models import Drafter
from tests import factories as make
from tests.responses.clearances import World, deputy_of

pytestmark = [pytest.mark.django_db, pytest.mark.production]

LETTERS = {
    "hand_over": "H", "hand_back": "B", "submit": "S", "withdraw": "W", "clear": "C", "return": "R",
    "publish": "P", "revise": "V",
}  # fmt: skip
STATES = ("prefilling", "drafting", "step 1", "step 2", "returned", "cleared", "published")


def _table() -> dict[str, dict[str, str]]:
    """Who | the letters of what they may do in each state; a small letter is hindered there."""
    lines = Path(__file__).with_name("lifecycle.txt").read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]
    head, *body = rows
    assert tuple(head[1:]) == STATES
    return {who: dict(zip(STATES, cells, strict=True)) for who, *cells in body}


TABLE = _table()


def _drafter(there: World) -> User:
    person = make.user()
    Drafter.objects.create(answer=there.response.answers.get(), name=person.name, person=person)
    return person


def _evaluator(there: World) -> User:
    person = make.user()
    there.evaluation.evaluators.add(person)
    return person


def _manager(there: World) -> User:
    there.evaluation.manager = make.user()
    there.evaluation.save()
    return there.evaluation.manager


def _closed(there: World) -> User:
    return make.member(Role.EVALUATION_UNIT, there.top, is_active=False)


RELATED: dict[str, Callable[[World], User | None]] = {
    "coordinator": lambda there: there.coordinator,
    "deputy of the coordinator": lambda there: deputy_of(there.coordinator),
    "drafter of a recommendation": _drafter,
    "lead of a key action": lambda there: User.objects.get(name="Arlo Quist"),
    "officer of step 1": lambda there: there.head,
    "deputy of the officer of step 1": lambda there: deputy_of(there.head),
    "officer of step 2": lambda there: there.unit,
    "deputy of the officer of step 2": lambda there: deputy_of(there.unit),
    "evaluator": _evaluator,
    "evaluation manager": _manager,
    "nobody in particular": lambda there: make.user(),
    "superuser without a role": lambda there: make.user(is_superuser=True),
    "closed account": _closed,
    "EvalTrack itself": lambda there: None,
}
ROLES = {
    f"{role.label.lower()} {where}": (role, where)
    for role in Role
    for where in ("here", "above", "elsewhere")
}


def _asker(who: str, there: World) -> User | None:
    if who in RELATED:
        return RELATED[who](there)
    role, where = ROLES[who]
    office = {"here": there.here, "above": there.top, "elsewhere": there.elsewhere}[where]
    return make.member(role, office)


WAY_TO: dict[str, tuple[tuple[str, str], ...]] = {
    "prefilling": (),
    "drafting": (("hand_over", "unit"),),
    "step 1": (("hand_over", "unit"), ("submit", "coordinator")),
    "step 2": (("hand_over", "unit"), ("submit", "coordinator"), ("clear", "head")),
    "returned": (("hand_over", "unit"), ("submit", "coordinator"), ("return", "head")),
}
WAY_TO["cleared"] = (*WAY_TO["step 2"], ("clear", "unit"))
WAY_TO["published"] = (*WAY_TO["cleared"], ("publish", "unit"))


def _bring_to(state: str, there: World) -> None:
    """The response in that state, brought there by the moves themselves."""
    there.response.state = ResponseState.PREFILLING
    there.response.save()
    for name, by in WAY_TO[state]:
        there.move(name, getattr(there, by))


def _offered(there: World, user: User | None) -> str:
    """What the page offers; EvalTrack itself looks at no page."""
    if user is None:
        return ""
    offers = WAY.offers(there.response, user)
    letters = [LETTERS[one.move.name].lower() if one.hindrance else LETTERS[one.move.name] for one in offers]
    return "".join(letters)


def _makes(there: World, name: str, user: User | None) -> str:
    """The move's letter, small where it is hindered, nothing where it is not theirs or leads not from here."""
    response, before = there.response, (there.response.state, there.response.version)
    try:
        with transaction.atomic():
            WAY.make(response, name, by=user, now=timezone.now(), comment="Because.")
            transaction.set_rollback(True)
        made = LETTERS[name]
    except PermissionDenied:
        made = ""
    except Refused:
        made = LETTERS[name].lower() if WAY.find(before[0], name) else ""
    response.refresh_from_db()
    assert (response.state, response.version) == before
    return made


@pytest.mark.parametrize("state", STATES)
def test_who_may_do_what_in_which_state(state: str) -> None:
    there = World()
    people = {who: _asker(who, there) for who in TABLE}
    _bring_to(state, there)
    found = {}
    for who, user in people.items():
        found[who] = "".join(_makes(there, name, user) for name in LETTERS) or "-"
        if user:
            assert (_offered(there, user) or "-") == found[who], who
    assert found == {who: cells[state] for who, cells in TABLE.items()}


def test_the_table_has_everyone() -> None:
    assert set(TABLE) == {*RELATED, *ROLES}


def test_every_move_has_a_letter_and_leads_between_states_that_there_are() -> None:
    assert set(LETTERS) == set(WAY.names())
    for move in WAY.moves:
        assert {*move.sources, move.target} <= set(ResponseState.values)
        assert move.comment == Comment.NONE or move.comment_label
