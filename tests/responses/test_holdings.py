"""What a person holds, and how it is handed over: kind by kind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltrack import hand_over, holdings, people
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Notification, Office, Part, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses.models import ActionParty, ClearanceStep, Drafter, KeyAction, ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def frozen() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return make.office("Country Office Arvendia")


@pytest.fixture
def evaluation(office: Office) -> Evaluation:
    return make.evaluation([office], short_title="River ports")


@pytest.fixture
def leaver() -> User:
    return make.user("Ines Okafor")


@pytest.fixture
def taker() -> User:
    return make.user("Piet Madsen")


@pytest.fixture
def admin(office: Office) -> User:
    return make.member(Role.ADMINISTRATOR, office, "Ada Admin")


def party(person: User | None, part: str = Part.LEAD, text: str = "", **fields: Any) -> ActionParty:
    evaluation = fields.pop("evaluation", None)
    to = make.answer(make.recommendation(evaluation), decision="accepted") if evaluation else None
    action = make.action(to, text=fields.pop("says", "Mend the **pump**."), responsible_text=text)
    return ActionParty.objects.create(action=action, name=text, part=part, person=person, **fields)


def step(evaluation: Evaluation, office: Office, role: Role = Role.CLEARING_OFFICER, **fields: Any) -> Any:
    response = evaluation.responses.first() or make.response(evaluation, state="in_clearance")
    fields = {"version": 1, "submission": 1, "order": response.steps.count() + 1, **fields}
    return ClearanceStep.objects.create(response=response, office=office, role=role, **fields)


def held(person: User, by: User | None = None) -> dict[str, list[str]]:
    found = holdings.of(person, by=by, today=TODAY)
    return {one.key: [item.text for item in one.items] for one in found}


def give(person: User, takers: dict[str, User | None], **options: Any) -> list[holdings.Holding]:
    options = {"by": None, "reason": "She moves on.", "now": NOW, "today": TODAY, **options}
    return hand_over.hand_over(person, takers, **options)


# What is held --------------------------------------------------------------------------------------------


def test_each_kind_of_thing_is_held(leaver: User, evaluation: Evaluation, office: Office) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)
    make.response(evaluation, coordinator=leaver)
    lead = party(leaver, evaluation=evaluation)
    party(leaver, Part.SUPPORT, evaluation=evaluation, says="Paint it.")
    Drafter.objects.create(answer=lead.action.answer, name="Ines", person=leaver)
    office.focal_point = leaver
    office.save()
    Membership.objects.create(person=leaver, office=office, role=Role.COORDINATOR)

    assert held(leaver) == {
        "roles": ["Response coordinator: Country Office Arvendia"],
        "focal_points": ["Country Office Arvendia"],
        "evaluations": ["River ports"],
        "responses": ["River ports"],
        "drafts": ["River ports: Improve handover notes 1."],
        "leads": ["River ports: Mend the pump."],
        "helps": ["River ports: Paint it."],
    }
    assert held(make.user()) == {}


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_what_is_over_is_not_held(state: str, leaver: User, evaluation: Evaluation, office: Office) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver, state=state)
    make.response(evaluation, coordinator=leaver)
    lead = party(leaver, evaluation=evaluation)
    Drafter.objects.create(answer=lead.action.answer, name="Ines", person=leaver)
    Membership.objects.create(person=leaver, office=office, role=Role.CLEARING_OFFICER, ends_on=TODAY)
    step(evaluation, office)

    assert held(leaver).keys() == {"roles"}


@pytest.mark.parametrize("fields", [make.closed(), {"removed_at": NOW}])
def test_a_key_action_that_is_done_or_removed_is_not_held(fields: dict[str, Any], leaver: User) -> None:
    make.action(lead=leaver, **fields)

    assert held(leaver) == {}


@pytest.mark.parametrize("holders", [1, 2])
def test_what_waits_for_a_role_is_held_by_its_only_holder(
    holders: int, leaver: User, evaluation: Evaluation, office: Office
) -> None:
    for person in [leaver, make.user()][:holders]:
        Membership.objects.create(person=person, office=office, role=Role.CLEARING_OFFICER)
    step(evaluation, office)
    step(evaluation, office, state="cleared", decided_at=NOW)
    step(evaluation, make.office())
    lead = party(None, evaluation=evaluation, office=office, role=Role.CLEARING_OFFICER)
    Drafter.objects.create(answer=lead.action.answer, name="Them", office=office, role=Role.CLEARING_OFFICER)

    alone = {
        "clearances": ["River ports"],
        "role_leads": ["River ports: Mend the pump."],
        "role_drafts": ["River ports: Improve handover notes 1."],
    }
    found = held(leaver)
    del found["roles"]
    assert found == (alone if holders == 1 else {})


def test_what_one_may_not_see_is_only_counted(leaver: User, evaluation: Evaluation, admin: User) -> None:
    party(leaver, evaluation=evaluation)
    party(leaver, evaluation=make.evaluation(short_title="Elsewhere"))

    (leads,) = holdings.of(leaver, by=admin, today=TODAY)

    assert (leads.count, [item.text for item in leads.listed], leads.hidden) == (
        2,
        ["River ports: Mend the pump."],
        1,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_reading_it_costs_the_same(
    count: int, leaver: User, office: Office, admin: User, django_assert_num_queries: Any
) -> None:
    for _row in range(count):
        lead = party(leaver, evaluation=make.evaluation([office], manager=leaver))
        Drafter.objects.create(answer=lead.action.answer, name="Ines", person=leaver)
        Membership.objects.create(person=leaver, office=make.office(parent=office), role=Role.READER)

    with django_assert_num_queries(15):
        holdings.of(leaver, by=admin, today=TODAY)


# Handing over --------------------------------------------------------------------------------------------


def test_each_kind_gets_its_new_holder(
    leaver: User, taker: User, evaluation: Evaluation, office: Office
) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)
    response = make.response(evaluation, coordinator=leaver)
    lead = party(leaver, evaluation=evaluation)
    drafter = Drafter.objects.create(answer=lead.action.answer, name="Ines", person=leaver)
    Office.objects.filter(pk=office.pk).update(focal_point=leaver)
    other = make.user("Una Berg")

    left = give(
        leaver,
        {"evaluations": taker, "responses": taker, "drafts": taker, "leads": other, "focal_points": taker},
    )

    assert left == []
    assert held(leaver) == {}
    assert Evaluation.objects.get(pk=evaluation.pk).manager == taker
    assert ManagementResponse.objects.get(pk=response.pk).coordinator == taker
    assert Drafter.objects.get(pk=drafter.pk).person == taker
    assert ActionParty.objects.get(pk=lead.pk).person == other
    assert Office.objects.get(pk=office.pk).focal_point == taker


def test_what_is_not_named_stays(leaver: User, taker: User, evaluation: Evaluation) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)
    party(leaver, evaluation=evaluation)

    give(leaver, {"leads": taker})

    assert held(leaver).keys() == {"evaluations"}


def test_it_is_one_click_in_the_history_with_its_reason(
    leaver: User, taker: User, evaluation: Evaluation, admin: User
) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)
    lead = party(leaver, evaluation=evaluation)

    give(leaver, {"leads": taker, "evaluations": taker}, by=admin)

    entries = AuditEntry.objects.order_by("pk")
    assert {entry.click for entry in entries} == {entries[0].click}
    told = {(one.target_type, one.target_id): (one.verb, one.changes, one.parent_id) for one in entries}
    why = ["", "She moves on."]
    assert told == {
        ("evaluation", evaluation.pk): (
            "handed over",
            {"manager": ["Ines Okafor", "Piet Madsen"], "comment": why},
            evaluation.pk,
        ),
        ("keyaction", lead.action_id): (
            "handed over",
            {"responsible": ["Ines Okafor", "Piet Madsen"], "comment": why},
            evaluation.pk,
        ),
        ("user", leaver.pk): (
            "handed over",
            {"to": ["", "Piet Madsen"], "comment": why, "leads": [1, 0], "evaluations": [1, 0]},
            None,
        ),
    }


def test_the_new_holder_is_told_once_with_counts(leaver: User, taker: User, evaluation: Evaluation) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)
    party(leaver, evaluation=evaluation)
    party(leaver, evaluation=evaluation)

    give(leaver, {"leads": taker, "evaluations": taker})

    told = Notification.objects.get()
    assert (told.person, told.kind, told.detail) == (taker, "handed_over", "She moves on.")
    assert told.text == (
        "What Ines Okafor held is yours now: evaluations to manage (1), key actions to lead (2)."
    )


@pytest.mark.parametrize(
    ("state", "text", "becomes"),
    [
        ("drafting", "Ines Okafor", "Piet Madsen"),
        ("returned", " ines okafor ", "Piet Madsen"),
        ("drafting", "Ines Okafor; Legal unit", "Ines Okafor; Legal unit"),
        ("in_clearance", "Ines Okafor", "Ines Okafor"),
        ("cleared", "Ines Okafor", "Ines Okafor"),
        ("published", "Ines Okafor", "Ines Okafor"),
    ],
)
def test_the_words_change_only_in_a_draft_that_says_nothing_but_the_name(
    state: str, text: str, becomes: str, leaver: User, taker: User, evaluation: Evaluation
) -> None:
    make.response(evaluation, state=state)
    lead = party(leaver, text=text, evaluation=evaluation)

    give(leaver, {"leads": taker})

    lead.refresh_from_db()
    assert (lead.person, lead.name) == (taker, becomes)
    assert KeyAction.objects.get().responsible_text == becomes


def test_roles_go_over_for_as_long_as_they_were_given(leaver: User, taker: User, office: Office) -> None:
    until = TODAY + timedelta(days=90)
    for role, ends_on in [(Role.COORDINATOR, until), (Role.READER, None)]:
        Membership.objects.create(
            person=leaver, office=office, role=role, starts_on=TODAY - timedelta(days=9), ends_on=ends_on
        )
    Membership.objects.create(person=taker, office=office, role=Role.READER)

    give(leaver, {"roles": taker})

    rows = Membership.objects.filter(person=taker).values_list("role", "starts_on", "ends_on")
    assert set(rows) == {("coordinator", TODAY, until), ("reader", None, None)}
    ended = Membership.objects.filter(person=leaver).values_list("ends_on", flat=True)
    assert set(ended) == {TODAY - timedelta(days=1)}


def test_the_last_administrator_hands_the_role_over(taker: User, office: Office, admin: User) -> None:
    give(admin, {"roles": taker}, by=admin)

    assert people.managed_by(taker) == {office.pk}
    assert people.managed_by(admin) == set()


def test_what_waits_for_a_role_gives_the_role(
    leaver: User, taker: User, evaluation: Evaluation, office: Office
) -> None:
    Membership.objects.create(person=leaver, office=office, role=Role.CLEARING_OFFICER)
    step(evaluation, office)
    step(evaluation, office)

    give(leaver, {"clearances": taker})

    assert Membership.objects.current(TODAY).filter(person=taker, role=Role.CLEARING_OFFICER).count() == 1
    assert "clearances" not in held(leaver)


def test_handing_back_is_the_same_step(leaver: User, taker: User, evaluation: Evaluation) -> None:
    lead = party(leaver, text="Ines Okafor", evaluation=evaluation)

    give(leaver, {"leads": taker})
    give(taker, {"leads": leaver}, now=NOW + timedelta(hours=1))

    lead.refresh_from_db()
    assert (lead.person, lead.action.responsible_text) == (leaver, "Ines Okafor")


def test_statements_do_not_grow_with_what_is_held(leaver: User, office: Office) -> None:
    counts = []
    for number in (1, 3):
        for _row in range(number):
            lead = party(leaver, text=leaver.name, evaluation=make.evaluation([office], manager=leaver))
            make.response(make.evaluation([office]), coordinator=leaver)
            Drafter.objects.create(answer=lead.action.answer, name="Ines", person=leaver)
        everything = dict.fromkeys(held(leaver), make.user())
        with CaptureQueriesContext(connection) as captured:
            give(leaver, everything, now=NOW + timedelta(hours=number))
        counts.append(len(captured))
        KeyAction.objects.all().delete()
        Evaluation.objects.all().delete()

    assert counts[0] == counts[1]


# What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(reason: str, leaver: User, taker: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        give(leaver, {"leads": taker}, reason=reason)


def test_nothing_is_given_to_the_same_person_or_a_closed_account(leaver: User, taker: User) -> None:
    party(leaver)
    with pytest.raises(Refused, match="Ines Okafor holds it already"):
        give(leaver, {"leads": leaver})
    User.objects.filter(pk=taker.pk).update(is_active=False)
    with pytest.raises(Refused, match="The account of Piet Madsen is deactivated"):
        give(leaver, {"leads": taker})
    with pytest.raises(Refused, match="Choose what"):
        give(leaver, {})
    assert held(leaver).keys() == {"leads"}


def test_only_who_manages_the_account_hands_it_over(leaver: User, taker: User, office: Office) -> None:
    Membership.objects.create(person=leaver, office=office, role=Role.READER)

    for by in (leaver, make.member(Role.COORDINATOR, office), make.member(Role.ADMINISTRATOR)):
        with pytest.raises(PermissionDenied):
            give(leaver, {"roles": taker}, by=by)


# Closing the account -------------------------------------------------------------------------------------


def test_an_account_is_not_closed_while_something_is_held(leaver: User, evaluation: Evaluation) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)
    party(leaver, evaluation=evaluation)
    party(leaver, evaluation=evaluation)

    with pytest.raises(
        Refused, match=r"still holds: evaluations to manage \(1\), key actions to lead \(2\)\. Hand"
    ):
        people.deactivate(leaver, by=None, today=TODAY)
    assert User.objects.get(pk=leaver.pk).is_active


def test_a_role_alone_does_not_keep_an_account_open(leaver: User, office: Office) -> None:
    Membership.objects.create(person=leaver, office=office, role=Role.READER)

    assert people.deactivate(leaver, by=None, today=TODAY)
    assert not people.deactivate(leaver, by=None, today=TODAY)


def test_an_account_is_closed_with_the_hand_over(leaver: User, taker: User, evaluation: Evaluation) -> None:
    party(leaver, evaluation=evaluation)
    Evaluation.objects.filter(pk=evaluation.pk).update(manager=leaver)

    with pytest.raises(Refused, match="evaluations to manage"):
        give(leaver, {"leads": taker}, close=True)
    assert held(leaver).keys() == {"leads", "evaluations"}

    give(leaver, {"leads": taker, "evaluations": taker}, close=True)
    assert not User.objects.get(pk=leaver.pk).is_active


def test_the_focal_point_of_each_office_takes_what_is_its(
    leaver: User, taker: User, office: Office, evaluation: Evaluation
) -> None:
    Office.objects.filter(pk=office.pk).update(focal_point=taker)
    mine = make.office(focal_point=leaver, parent=office)
    none = make.office()
    here = party(leaver, evaluation=evaluation)
    without = party(leaver, evaluation=make.evaluation([none]))
    own = party(leaver, evaluation=make.evaluation([mine]))
    second_office = party(leaver, evaluation=make.evaluation([none, office]))

    left = give(leaver, {"leads": None, "focal_points": None})

    assert [(one.key, sorted(item.pk for item in one.items)) for one in left] == [
        ("leads", sorted([without.pk, own.pk]))
    ]
    assert set(ActionParty.objects.filter(person=taker)) == {here, second_office}
    assert Office.objects.get(pk=mine.pk).focal_point == taker
    with pytest.raises(Refused, match=r"key actions to lead \(1\)"):
        give(leaver, {"leads": None}, close=True)


def test_the_responding_office_comes_before_those_of_the_evaluation(
    leaver: User, taker: User, office: Office
) -> None:
    other = make.office(focal_point=make.user("Una Berg"))
    Office.objects.filter(pk=office.pk).update(focal_point=taker)
    evaluation = make.evaluation([other, office])
    make.response(evaluation, office=office)
    lead = party(leaver, evaluation=evaluation)

    give(leaver, {"leads": None})

    assert ActionParty.objects.get(pk=lead.pk).person == taker
