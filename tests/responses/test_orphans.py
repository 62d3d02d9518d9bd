"""What has nobody left: kind by kind, as reminders would find it; and naming someone."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Notification, Office, Part, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import orphans
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
def unit(office: Office) -> User:
    return make.member(Role.EVALUATION_UNIT, office, "Una Berg")


@pytest.fixture
def gone() -> User:
    return make.user("Ines Okafor", is_active=False)


@pytest.fixture
def evaluation(office: Office) -> Evaluation:
    return make.evaluation([office], short_title="River ports")


@pytest.fixture
def response(evaluation: Evaluation) -> ManagementResponse:
    return make.response(evaluation, coordinator=make.user("Cora Lind"))


@pytest.fixture
def action(evaluation: Evaluation, response: ManagementResponse) -> KeyAction:
    answer = make.answer(make.recommendation(evaluation), response, decision="accepted")
    return make.action(answer, text="Mend the pump.")


def found(by: User) -> dict[str, list[tuple[str, str]]]:
    groups = orphans.found_by(by, now=NOW, today=TODAY)
    return {group.key: [(row.text, row.why) for row in group.rows] for group in groups}


def name(key: str, row: Any, person: User, by: User) -> str:
    return orphans.name(key, row.pk, person, by=by, now=NOW, today=TODAY)


def party(action: KeyAction, **fields: Any) -> ActionParty:
    return ActionParty.objects.create(action=action, name=fields.pop("name", "Legal unit"), **fields)


# What is found -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lead", "why"),
    [
        ("none", "No lead is named."),
        ("only support", "No lead is named."),
        ("left", "Ines Okafor has left."),
        ("role nobody has", "Nobody is M&E officer at Country Office Arvendia."),
        ("role of one who left", "Nobody is M&E officer at Country Office Arvendia."),
        ("no focal point", "Country Office Arvendia has no focal point."),
        ("focal point left", "Country Office Arvendia has no focal point."),
        ("outside", "“Ministry of Ports” has no account here."),
        ("person", None),
        ("role", None),
        ("focal point", None),
        ("outside and person", None),
    ],
)
def test_a_key_action_has_nobody_when_no_lead_reaches_a_person(
    lead: str, why: str | None, action: KeyAction, office: Office, unit: User, gone: User
) -> None:
    there = make.user()
    role: dict[str, Any] = {"office": office, "role": Role.ME_OFFICER}
    outside = {"name": "Ministry of Ports"}
    parties: dict[str, list[dict[str, Any]]] = {
        "none": [],
        "only support": [{"person": there, "part": Part.SUPPORT}],
        "left": [{"person": gone}],
        "role nobody has": [role],
        "role of one who left": [role],
        "no focal point": [{"office": office}],
        "focal point left": [{"office": office}],
        "outside": [outside],
        "person": [{"person": there}],
        "role": [role],
        "focal point": [{"office": office}],
        "outside and person": [outside, {"person": there}],
    }
    holder = {"role": there, "role of one who left": gone}.get(lead)
    if holder:
        Membership.objects.create(person=holder, office=office, role=Role.ME_OFFICER)
    Office.objects.update(focal_point={"focal point": there, "focal point left": gone}.get(lead))
    for fields in parties[lead]:
        party(action, **fields)

    assert found(unit) == ({"actions": [("River ports: Mend the pump.", why)]} if why else {})
    assert orphans.count(unit, now=NOW, today=TODAY) == (1 if why else 0)


@pytest.mark.parametrize("fields", [make.closed(), {"removed_at": NOW}])
def test_what_is_done_or_removed_needs_nobody(fields: dict[str, Any], action: KeyAction, unit: User) -> None:
    KeyAction.objects.update(**fields)

    assert found(unit) == {}


@pytest.mark.parametrize(
    ("coordinator", "focal_point", "state", "why"),
    [
        (None, None, "drafting", "No coordinator is named, and the office has no focal point."),
        ("left", None, "drafting", "Ines Okafor has left."),
        ("left", "there", "drafting", None),
        (None, "there", "drafting", None),
        ("there", None, "drafting", None),
        ("left", None, "published", None),
    ],
)
def test_a_response_has_nobody_without_coordinator_and_focal_point(
    coordinator: str | None, focal_point: str | None, state: str, why: str | None,
    evaluation: Evaluation, office: Office, unit: User, gone: User,
) -> None:  # fmt: skip
    people = {"left": gone, "there": make.user(), None: None}
    Office.objects.update(focal_point=people[focal_point])
    make.response(evaluation, office=office, coordinator=people[coordinator], state=state)

    assert found(unit) == ({"responses": [("River ports", why)]} if why else {})


@pytest.mark.parametrize("held", [True, False])
def test_a_clearance_waits_for_nobody_when_no_one_has_the_role(
    held: bool, response: ManagementResponse, office: Office, unit: User
) -> None:
    if held:
        make.member(Role.CLEARING_OFFICER, office)
    ClearanceStep.objects.create(
        response=response, version=1, submission=1, order=1, role=Role.CLEARING_OFFICER, office=office
    )

    why = "Nobody is Clearing officer at Country Office Arvendia."
    assert found(unit) == ({} if held else {"steps": [("River ports", why)]})


@pytest.mark.parametrize(("state", "seen"), [("final", True), ("closed", False), ("cancelled", False)])
def test_an_evaluation_whose_manager_left(
    state: str, seen: bool, evaluation: Evaluation, unit: User, gone: User
) -> None:
    Evaluation.objects.update(manager=gone, state=state)

    expected = {"evaluations": [("River ports", "Ines Okafor has left.")]}
    assert found(unit) == (expected if seen else {})


@pytest.mark.parametrize(("state", "seen"), [("drafting", True), ("returned", True), ("cleared", False)])
def test_a_recommendation_given_to_one_who_left(
    state: str, seen: bool, action: KeyAction, unit: User, gone: User
) -> None:
    party(action, person=make.user())
    ManagementResponse.objects.update(state=state)
    Drafter.objects.create(answer=action.answer, name="Ines", person=gone)

    expected = {"drafts": [("River ports: Improve handover notes 1.", "Ines Okafor has left.")]}
    assert found(unit) == (expected if seen else {})


# Who sees it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "elsewhere", "sees"),
    [
        (Role.EVALUATION_UNIT, False, True),
        (Role.ADMINISTRATOR, False, True),
        (Role.ME_OFFICER, False, True),
        (Role.EVALUATION_UNIT, True, False),
        (Role.ADMINISTRATOR, True, False),
        (Role.COORDINATOR, False, False),
        (Role.READER, False, False),
    ],
)
def test_it_is_seen_by_those_who_look_after_the_office(
    role: Role, elsewhere: bool, sees: bool, action: KeyAction, office: Office
) -> None:
    person = make.member(role, make.office() if elsewhere else office)

    assert bool(found(person)) is sees


def test_what_is_confidential_is_not_even_counted(action: KeyAction, office: Office, unit: User) -> None:
    Evaluation.objects.update(confidential=True)
    administrator = make.member(Role.ADMINISTRATOR, office)

    assert orphans.count(administrator, now=NOW, today=TODAY) == 0
    assert orphans.count(unit, now=NOW, today=TODAY) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_looking_costs_the_same(
    rows: int, office: Office, unit: User, gone: User, django_assert_num_queries: Any
) -> None:
    for _row in range(rows):
        evaluation = make.evaluation([office], manager=gone)
        response = make.response(evaluation, coordinator=gone)
        action = make.action(make.answer(make.recommendation(evaluation), response, decision="accepted"))
        party(action, person=gone)
        Drafter.objects.create(answer=action.answer, name="Ines", person=gone)

    with django_assert_num_queries(25):
        assert len(orphans.found_by(unit, now=NOW, today=TODAY)) == 4
    with django_assert_num_queries(16):
        orphans.count(unit, now=NOW, today=TODAY)


# Naming someone ------------------------------------------------------------------------------------------


def test_a_lead_who_left_has_a_successor_and_the_words_stay(
    action: KeyAction, unit: User, gone: User
) -> None:
    KeyAction.objects.update(responsible_text="Ines Okafor; Ministry of Ports")
    party(action, name="Ministry of Ports")
    left = party(action, name="Ines Okafor", person=gone)
    new = make.user("Piet Madsen")

    name("actions", action, new, unit)

    left.refresh_from_db()
    assert (left.person, left.name, action.parties.count()) == (new, "Ines Okafor", 2)
    assert KeyAction.objects.get().responsible_text == "Ines Okafor; Ministry of Ports"
    assert AuditEntry.objects.get().changes == {"responsible": ["Ines Okafor", "Piet Madsen"]}
    told = Notification.objects.get()
    assert (told.person, told.text) == (
        new,
        "This had nobody, and is yours now: River ports: Mend the pump.",
    )


def test_where_no_person_led_one_is_added(action: KeyAction, unit: User) -> None:
    party(action, name="Ministry of Ports")
    new = make.user("Piet Madsen")

    name("actions", action, new, unit)

    rows = action.parties.order_by("order").values_list("name", "person", "part")
    assert list(rows) == [("Ministry of Ports", None, "lead"), ("Piet Madsen", new.pk, "lead")]


def test_coordinators_managers_and_drafters_are_named(
    action: KeyAction, response: ManagementResponse, evaluation: Evaluation, unit: User, gone: User
) -> None:
    ManagementResponse.objects.update(coordinator=gone)
    Evaluation.objects.update(manager=gone)
    drafter = Drafter.objects.create(answer=action.answer, name="Ines", person=gone)
    new = make.user("Piet Madsen")

    for key, row in [("responses", response), ("evaluations", evaluation), ("drafts", drafter)]:
        name(key, row, new, unit)

    assert ManagementResponse.objects.get().coordinator == new
    assert Evaluation.objects.get().manager == new
    assert Drafter.objects.get().person == new
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"named"}
    assert found(unit).keys() == {"actions"}


def test_what_has_a_holder_by_now_is_not_given_away(action: KeyAction, unit: User, gone: User) -> None:
    name("actions", action, make.user(), unit)

    with pytest.raises(Refused, match="has a holder by now"):
        name("actions", action, make.user(), unit)


def test_nobody_names_what_they_do_not_look_after(action: KeyAction, unit: User, gone: User) -> None:
    elsewhere = make.member(Role.EVALUATION_UNIT)

    with pytest.raises(Refused, match="has a holder by now"):
        name("actions", action, make.user(), elsewhere)
    with pytest.raises(Refused, match="deactivated"):
        name("actions", action, gone, unit)


def test_my_work_fetches_how_much_it_is_after_the_page(
    client: Client, unit: User, action: KeyAction, gone: User
) -> None:
    client.force_login(make.user("Rita Reader"))
    assert reverse("orphan_count") not in client.get(reverse("home")).content.decode()
    assert client.get(reverse("orphan_count")).status_code == 403
    client.force_login(unit)
    page = client.get(reverse("home")).content.decode()
    assert f'hx-get="{reverse("orphan_count")}" hx-trigger="load"' in page
    assert f'<noscript><p><a href="{reverse("orphans")}">' in page
    before = orphans.count(unit, now=NOW, today=TODAY)
    ActionParty.objects.create(action=action, person=gone, name=gone.name, part=Part.LEAD)
    after = orphans.count(unit, now=NOW, today=TODAY)
    assert (before, after) == (1, 1)
    line = client.get(reverse("orphan_count")).content.decode()
    assert "One thing at your offices has nobody who answers for it." in line
    KeyAction.objects.update(removed_at=NOW)
    assert client.get(reverse("orphan_count")).content.decode().strip() == ""
