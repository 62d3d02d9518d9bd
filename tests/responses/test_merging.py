"""One office merged into another: what goes along, what stays, what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltrack import mergers, offices, responsible
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Office, User
from evaltrack.roles import Permission, Role, can
from recommendations.models import Evaluation, RecommendationParty
from responses.models import ActionParty, ClearanceStep, Drafter, KeyAction, ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def frozen() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hq() -> Office:
    return make.office("Headquarters")


@pytest.fixture
def old(hq: Office) -> Office:
    return make.office("Directorate of Ports", short_name="DoP", parent=hq, starts_on=date(2010, 1, 1))


@pytest.fixture
def new(hq: Office) -> Office:
    return make.office("Department of Transport", parent=hq)


@pytest.fixture
def admin(hq: Office) -> User:
    return make.member(Role.ADMINISTRATOR, hq)


def merge(office: Office, into: Office, by: User | None = None) -> None:
    mergers.merge(office, into, by=by, today=TODAY)
    office.refresh_from_db()
    into.refresh_from_db()


# The office itself ---------------------------------------------------------------------------------------


def test_the_old_office_ends_today_below_its_successor(old: Office, new: Office, admin: User) -> None:
    merge(old, new, admin)

    assert (old.ends_on, old.merged_into, old.parent, old.name) == (TODAY, new, new, "Directorate of Ports")
    entry = AuditEntry.objects.get(verb="merged")
    assert entry.changes["merged_into"] == [None, "Department of Transport"]
    assert set(AuditEntry.objects.values_list("click", flat=True)) == {entry.click}


def test_its_names_mean_the_successor(old: Office, new: Office) -> None:
    old.aliases.create(name="Ports Authority")

    merge(old, new)

    for name in ("directorate of ports", "DoP", "Ports authority", "Department of Transport"):
        assert Office.objects.named(name) == new
        (party,) = responsible.understood(name)
        assert party["office"] == new
    alias = new.aliases.get(name="Directorate of Ports")
    assert (alias.starts_on, alias.ends_on) == (date(2010, 1, 1), TODAY)
    assert not old.aliases.exists()


def test_offices_below_it_move(old: Office, new: Office) -> None:
    below = make.office(parent=old)

    merge(old, new)

    below.refresh_from_db()
    assert below.parent == new


@pytest.mark.parametrize("has_one", [True, False])
def test_its_focal_point_is_the_successors_where_that_has_none(
    has_one: bool, old: Office, new: Office
) -> None:
    before, own = make.user(), make.user()
    Office.objects.filter(pk=old.pk).update(focal_point=before)
    if has_one:
        Office.objects.filter(pk=new.pk).update(focal_point=own)

    merge(old, new)

    assert new.focal_point == (own if has_one else before)
    assert old.focal_point is None


def test_who_is_merged_once_stays_as_it_was(old: Office, new: Office, admin: User) -> None:
    merge(old, new, admin)

    with pytest.raises(Refused, match="was merged into Department of Transport, and stays"):
        offices.change_office(old, by=admin, today=TODAY, name="Other")


# Roles ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "becomes"),
    [
        (None, (TODAY, None)),
        ({"starts_on": date(2020, 1, 1)}, (date(2020, 1, 1), None)),
        ({"ends_on": date(2021, 1, 1)}, (TODAY, None)),
        ({"starts_on": date(2020, 1, 1), "ends_on": date(2027, 1, 1)}, (date(2020, 1, 1), None)),
    ],
    ids=["not there", "there already", "there once", "there for shorter"],
)
def test_a_role_goes_over(
    there: dict[str, date] | None, becomes: tuple[date, date | None], old: Office, new: Office
) -> None:
    person = make.user()
    held = Membership.objects.create(
        person=person, office=old, role=Role.COORDINATOR, starts_on=date(2019, 1, 1)
    )
    if there is not None:
        Membership.objects.create(person=person, office=new, role=Role.COORDINATOR, **there)

    merge(old, new)

    row = Membership.objects.get(person=person, office=new)
    assert (row.starts_on, row.ends_on) == becomes
    held.refresh_from_db()
    assert (held.office, held.ends_on) == (old, YESTERDAY)
    assert can(person, Permission.RESPOND, [new.pk])


def test_a_role_that_begins_later_begins_later_there(old: Office, new: Office) -> None:
    later = TODAY + timedelta(days=9)
    Membership.objects.create(person=make.user(), office=old, role=Role.READER, starts_on=later)

    merge(old, new)

    assert Membership.objects.get().office == new
    assert Membership.objects.get().starts_on == later


# What it does --------------------------------------------------------------------------------------------


@pytest.fixture
def evaluation(old: Office) -> Evaluation:
    return make.evaluation([old])


@pytest.fixture
def action(evaluation: Evaluation, old: Office) -> KeyAction:
    response = make.response(evaluation, office=old)
    answer = make.answer(make.recommendation(evaluation), response, decision="accepted")
    action = make.action(answer, responsible_text="Directorate of Ports")
    ActionParty.objects.create(action=action, name="Directorate of Ports", office=old)
    return action


def test_what_is_under_way_becomes_the_successors(
    action: KeyAction, evaluation: Evaluation, old: Office, new: Office
) -> None:
    answer = action.answer
    Drafter.objects.create(answer=answer, name="DoP", office=old)
    RecommendationParty.objects.create(recommendation=answer.recommendation, name="DoP", office=old)

    merge(old, new)

    assert list(evaluation.offices.all()) == [new]
    assert ManagementResponse.objects.get().office == new
    for model in (ActionParty, Drafter, RecommendationParty):
        assert model.objects.get().office == new
    action.refresh_from_db()
    assert action.responsible_text == "Directorate of Ports"
    assert ActionParty.objects.get().name == "Directorate of Ports"
    told = AuditEntry.objects.filter(verb="office merged").values_list("target_type", "changes")
    names = ["Directorate of Ports", "Department of Transport"]
    assert sorted(told) == [
        ("evaluation", {"offices": names}),
        ("keyaction", {"responsible": names}),
        ("managementresponse", {"office": names}),
    ]


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_what_is_over_keeps_its_office(
    state: str, action: KeyAction, evaluation: Evaluation, old: Office, new: Office
) -> None:
    Evaluation.objects.update(state=state)

    merge(old, new)

    assert list(evaluation.offices.all()) == [old]
    assert ManagementResponse.objects.get().office == old
    reader = make.member(Role.READER, new)
    assert evaluation in Evaluation.objects.visible_to(reader)


def test_an_evaluation_of_both_is_the_successors_once(
    evaluation: Evaluation, old: Office, new: Office
) -> None:
    evaluation.offices.add(new)

    merge(old, new)

    assert list(evaluation.offices.all()) == [new]


def test_a_clearance_that_waits_is_decided_there_and_a_decided_one_stays(
    action: KeyAction, old: Office, new: Office
) -> None:
    def step(order: int, **fields: Any) -> ClearanceStep:
        fields = {"version": 1, "submission": 1, "role": Role.CLEARING_OFFICER, "office": old, **fields}
        return ClearanceStep.objects.create(response=action.answer.response, order=order, **fields)

    cleared = step(1, state="cleared", decided_at=NOW, office_name="Directorate of Ports")
    waiting = step(2)

    merge(old, new)

    for one in (cleared, waiting):
        one.refresh_from_db()
    assert (cleared.office, cleared.office_name) == (old, "Directorate of Ports")
    assert waiting.office == new


def test_it_is_told_beforehand(action: KeyAction, old: Office) -> None:
    make.member(Role.READER, old)

    assert mergers.preview(old, TODAY) == [
        "1 role goes over",
        "0 offices below it move",
        "0 other names go along with its own",
        "1 evaluation under way becomes its own",
        "1 response becomes its own",
        "1 key action is its responsibility",
        "0 clearances that wait are decided there",
    ]


# What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("itself", "cannot be merged into itself"),
        ("below", "is part of Directorate of Ports"),
        ("closed", "Department of Transport is closed"),
        ("merged", "was merged already"),
        ("not yet", "does not exist yet"),
        ("both answer", "Both offices answer NV-"),
    ],
)
def test_what_cannot_be_merged(case: str, sentence: str, action: KeyAction, old: Office, new: Office) -> None:
    into = old if case == "itself" else new
    fields: dict[str, dict[str, Any]] = {
        "below": {"parent": make.office(parent=old)},
        "closed": {"ends_on": YESTERDAY},
        "merged": {"merged_into": make.office()},
    }
    Office.objects.filter(pk=new.pk).update(**fields.get(case, {"kind": "other"}))
    if case == "not yet":
        Office.objects.filter(pk=old.pk).update(starts_on=TODAY + timedelta(days=1))
    if case == "both answer":
        make.response(action.answer.response.evaluation, office=new)

    with pytest.raises(Refused, match=sentence):
        merge(old, into)
    assert Office.objects.get(pk=old.pk).merged_into is None


def test_both_offices_must_be_managed(old: Office, new: Office) -> None:
    for office in (old, new):
        with pytest.raises(PermissionDenied):
            merge(old, new, make.member(Role.ADMINISTRATOR, office))


def test_statements_do_not_grow_with_what_goes_along(new: Office, hq: Office) -> None:
    counts = []
    for number in (1, 3):
        office = make.office(parent=hq)
        for _row in range(number):
            make.member(Role.READER, office)
            evaluation = make.evaluation([office])
            answer = make.answer(
                make.recommendation(evaluation), make.response(evaluation, office=office), decision="accepted"
            )
            ActionParty.objects.create(action=make.action(answer), name="x", office=office)
        with CaptureQueriesContext(connection) as captured:
            mergers.merge(office, new, by=None, today=TODAY)
        counts.append(len(captured))

    assert counts[0] == counts[1]
