"""Who is behind a party on a day: its people, those who stand in for them, else whoever looks after it."""

from datetime import timedelta

import pytest

from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import Role
from responses.models import ActionParty
from responses.recipients import AddressBook
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()
WEEK = timedelta(days=7)


@pytest.fixture
def absent() -> User:
    return make.user("Abel Marsh")


@pytest.fixture
def deputy(absent: User) -> User:
    deputy = make.user("Dina Roe")
    Deputy.objects.create(person=absent, deputy=deputy, starts_on=TODAY, ends_on=TODAY + WEEK)
    return deputy


def led(party: ActionParty, day: int = 0) -> set[int]:
    book = AddressBook(now=make.NOW + timedelta(days=day))
    return book.leads(ActionParty.objects.filter(pk=party.pk)).get(party.action_id, set())


@pytest.mark.parametrize(("day", "reached"), [(-1, False), (0, True), (7, True), (8, False)])
def test_a_deputy_is_reminded_as_well_while_they_stand_in(
    day: int, reached: bool, absent: User, deputy: User
) -> None:
    party = make.action(lead=absent).parties.get()

    assert led(party, day) == ({absent.pk, deputy.pk} if reached else {absent.pk})


@pytest.mark.parametrize("kind", ["role", "focal point"])
def test_a_deputy_stands_in_for_roles_and_offices_too(kind: str, absent: User, deputy: User) -> None:
    office: Office = make.office(focal_point=absent)
    Membership.objects.create(person=absent, office=office, role=Role.ME_OFFICER)
    role = Role.ME_OFFICER if kind == "role" else ""
    party = ActionParty.objects.create(action=make.action(), name="CO", office=office, role=role)

    assert led(party) == {absent.pk, deputy.pk}


def test_who_left_has_no_deputy(absent: User, deputy: User) -> None:
    party = make.action(lead=absent).parties.get()
    User.objects.filter(pk=absent.pk).update(is_active=False)

    assert led(party) == set()


def test_of_an_action_that_nobody_leads_the_coordinators_deputy_is_told_too(
    absent: User, deputy: User
) -> None:
    manager = make.user()
    book = AddressBook(now=make.NOW)

    assert book.stand_in(absent.pk, manager.pk) == {absent.pk, deputy.pk}
    assert book.stand_in(None, manager.pk) == {manager.pk}
    assert book.stand_in(None, None) == set()
