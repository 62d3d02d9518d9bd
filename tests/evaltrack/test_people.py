"""Accounts and roles: who may change them, and what must never be lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import connection

from evaltrack import people
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Mail, Membership, Office, User
from evaltrack.roles import Permission, Role, can, permissions_of
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def frozen() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hq() -> Office:
    return make.office("Headquarters", kind="headquarters")


@pytest.fixture
def country(hq: Office) -> Office:
    return make.office("Country Office Arvendia", parent=hq)


@pytest.fixture
def admin(hq: Office) -> User:
    return make.member(Role.ADMINISTRATOR, hq, "Ada Admin")


@pytest.fixture
def local(country: Office) -> User:
    """The administrator of the country office alone."""
    return make.member(Role.ADMINISTRATOR, country, "Lea Local")


def verbs(row: object) -> list[str]:
    entries = AuditEntry.objects.filter(target_id=row.pk, target_type=row._meta.model_name)
    return list(entries.order_by("pk").values_list("verb", flat=True))


# Adding --------------------------------------------------------------------------------------------------


def test_a_new_person_gets_an_account_a_role_and_an_invitation(admin: User, country: Office) -> None:
    person = people.add_person(
        by=admin,
        name=" Nia New ",
        email="Nia.New@Example.ORG",
        now=NOW,
        roles=[(country, Role.READER)],
        language="fr",
        time_zone="Africa/Dakar",
    )

    assert (person.name, person.email, person.language) == ("Nia New", "nia.new@example.org", "fr")
    assert not person.has_usable_password()
    held = Membership.objects.get(person=person)
    assert (held.office, held.role, held.starts_on, held.ends_on) == (country, Role.READER, TODAY, None)
    mail = Mail.objects.get()
    assert (mail.to, mail.kind, mail.confidential) == ("nia.new@example.org", "invitation", True)
    assert "Ada Admin" in mail.text
    assert verbs(person) == ["added", "invited"]
    assert verbs(held) == ["granted"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_invitation_is_written_in_the_persons_language(admin: User, language: str) -> None:
    people.add_person(by=admin, name="Nia", email="nia@example.org", now=NOW, language=language)

    assert f'<html lang="{language}">' in Mail.objects.get().html


def test_links_in_mails_do_not_follow_the_request(admin: User, settings: object) -> None:
    settings.BASE_URL = "https://track.example.org"

    people.add_person(by=admin, name="Nia", email="nia@example.org", now=NOW)

    link = next(line for line in Mail.objects.get().text.splitlines() if line.startswith("http"))
    assert urlsplit(link).netloc == "track.example.org"
    assert link in Mail.objects.get().html


def test_an_address_is_taken_whatever_its_case(admin: User) -> None:
    make.user("First", email="same@example.org")

    with pytest.raises(Refused, match="First has an account with the address same@example"):
        people.add_person(by=admin, name="Second", email="SAME@example.org", now=NOW)
    assert not User.objects.filter(name="Second").exists()


def test_a_refused_role_leaves_no_half_made_person(local: User, hq: Office) -> None:
    with pytest.raises(PermissionDenied):
        people.add_person(by=local, name="Nia", email="nia@example.org", now=NOW, roles=[(hq, Role.READER)])

    assert not User.objects.filter(name="Nia").exists()
    assert not Mail.objects.exists()


def test_only_who_has_not_signed_in_is_invited_again(admin: User) -> None:
    person = people.add_person(by=admin, name="Nia", email="nia@example.org", now=NOW)
    people.invite(person, by=admin, now=NOW)
    assert Mail.objects.filter(kind="invitation").count() == 2

    person.last_login = NOW
    with pytest.raises(Refused, match="signed in before"):
        people.invite(person, by=admin, now=NOW)


# Who may manage whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manager", "role_at", "allowed"),
    [
        ("top", "country", True),
        ("top", "hq", True),
        ("local", "country", True),
        ("local", "hq", False),  # or a country could take over headquarters' accounts
        ("local", None, True),
        ("reader", "country", False),
        ("superuser", "hq", True),
    ],
)
def test_an_account_is_managed_by_who_manages_all_offices_of_the_person(
    manager: str, role_at: str | None, allowed: bool, hq: Office, country: Office, admin: User, local: User
) -> None:
    managers = {
        "top": admin,
        "local": local,
        "reader": make.member(Role.READER, hq),
        "superuser": make.user("Root", is_superuser=True),
    }
    person = make.user("Person")
    if role_at:
        Membership.objects.create(
            person=person, office={"hq": hq, "country": country}[role_at], role=Role.READER
        )

    assert people.may_manage(managers[manager], person, TODAY) is allowed


def test_a_role_that_is_over_does_not_keep_others_away(local: User, hq: Office) -> None:
    person = make.user("Person")
    Membership.objects.create(person=person, office=hq, role=Role.READER, ends_on=date(2026, 3, 1))

    assert people.may_manage(local, person, TODAY)


def test_nobody_but_a_superuser_manages_a_superuser(admin: User) -> None:
    root = make.user("Root", is_superuser=True)

    assert not people.may_manage(admin, root, TODAY)
    with pytest.raises(PermissionDenied):
        people.change_person(root, by=admin, today=TODAY, email="mine@example.org")


def test_people_change_themselves_but_not_their_address(country: Office) -> None:
    person = make.member(Role.READER, country, "Rea Reader", email="rea@example.org")

    people.change_person(person, by=person, today=TODAY, name="Rea R.", time_zone="Asia/Manila")
    assert User.objects.get(pk=person.pk).time_zone == "Asia/Manila"
    with pytest.raises(PermissionDenied):
        people.change_person(person, by=person, today=TODAY, email="else@example.org")


def test_a_new_address_replaces_the_old_one_everywhere(admin: User) -> None:
    person = make.user("Person", email="old@example.org")
    EmailAddress.objects.create(user=person, email="old@example.org", primary=True)

    people.change_person(person, by=admin, today=TODAY, email="New@example.org")

    assert User.objects.get(pk=person.pk).email == "new@example.org"
    assert not EmailAddress.objects.filter(user=person).exists()
    assert AuditEntry.objects.get(verb="changed").changes == {"email": ["old@example.org", "new@example.org"]}


# Closing an account --------------------------------------------------------------------------------------


def test_a_deactivated_person_holds_no_role_and_can_come_back(admin: User, country: Office) -> None:
    person = make.member(Role.READER, country)

    people.deactivate(person, by=admin, today=TODAY)
    assert not can(person, Permission.VIEW)
    assert User.objects.filter(pk=person.pk, is_active=False).exists()

    people.activate(person, by=admin, today=TODAY)
    assert can(person, Permission.VIEW, [country.pk])
    assert verbs(person) == ["deactivated", "activated"]


def test_the_focal_point_of_an_office_stays_until_another_is_named(admin: User, country: Office) -> None:
    person = make.member(Role.READER, country, "Rea Reader")
    country.focal_point = person
    country.save()

    with pytest.raises(Refused, match=r"Rea Reader still holds: offices to be focal point of \(1\)\."):
        people.deactivate(person, by=admin, today=TODAY)

    Office.objects.filter(pk=country.pk).update(ends_on=date(2026, 3, 1))
    assert people.deactivate(person, by=admin, today=TODAY)


def test_the_last_administrator_stays(admin: User, local: User, hq: Office) -> None:
    held = admin.memberships.get()

    with pytest.raises(Refused, match="last administrator of Headquarters"):
        people.deactivate(admin, by=admin, today=TODAY)
    with pytest.raises(Refused, match="last administrator of Headquarters"):
        people.end_membership(held, by=admin, today=TODAY)

    second = make.member(Role.ADMINISTRATOR, hq)
    people.end_membership(held, by=second, today=TODAY)
    assert not can(admin, Permission.MANAGE_PEOPLE)
    with pytest.raises(Refused, match="last administrator"):
        people.deactivate(second, by=second, today=TODAY)


def test_the_administrator_of_an_office_below_may_go(admin: User, local: User, country: Office) -> None:
    people.deactivate(local, by=admin, today=TODAY)

    assert can(admin, Permission.MANAGE_PEOPLE, [country.pk])


def test_an_administrator_who_begins_later_does_not_count_yet(admin: User, hq: Office) -> None:
    later = make.user("Later")
    Membership.objects.create(person=later, office=hq, role=Role.ADMINISTRATOR, starts_on=date(2026, 3, 3))

    with pytest.raises(Refused, match="last administrator"):
        people.deactivate(admin, by=admin, today=TODAY)


def test_a_superuser_is_an_administrator_too_unless_the_last_one_leaves(admin: User) -> None:
    root = make.user("Root", is_superuser=True)
    people.deactivate(admin, by=root, today=TODAY)

    with pytest.raises(Refused, match="last administrator of Headquarters"):
        people.deactivate(root, by=root, today=TODAY)


def test_the_last_superuser_stays_even_without_any_office() -> None:
    root = make.user("Root", is_superuser=True)

    with pytest.raises(Refused, match="last administrator of EvalTrack"):
        people.deactivate(root, by=root, today=TODAY)


# Roles ---------------------------------------------------------------------------------------------------


def test_a_role_is_given_only_at_offices_one_manages(local: User, hq: Office, country: Office) -> None:
    people.grant(local, country, Role.READER, by=local, today=TODAY)

    with pytest.raises(PermissionDenied, match="You do not manage Headquarters"):
        people.grant(local, hq, Role.ADMINISTRATOR, by=local, today=TODAY)


def test_a_role_is_held_once(admin: User, country: Office) -> None:
    person = make.member(Role.READER, country, "Rea")

    with pytest.raises(Refused, match="Rea is Reader at Country Office Arvendia already"):
        people.grant(person, country, Role.READER, by=admin, today=TODAY)


def test_a_role_ends_at_once_and_can_begin_anew(admin: User, country: Office) -> None:
    person = make.member(Role.READER, country)
    held = person.memberships.get()

    people.end_membership(held, by=admin, today=TODAY)
    assert permissions_of(person) == frozenset()
    assert Membership.objects.get(pk=held.pk).ends_on == date(2026, 3, 1)

    again = people.grant(person, country, Role.READER, by=admin, today=TODAY, until=date(2026, 6, 30))
    assert (again.pk, again.starts_on, again.ends_on) == (held.pk, TODAY, date(2026, 6, 30))
    assert permissions_of(person) == {Permission.VIEW}


def test_a_role_ended_on_its_first_day_leaves_only_its_history(admin: User, country: Office) -> None:
    person = make.user("Person")
    held = people.grant(person, country, Role.READER, by=admin, today=TODAY)
    pk = held.pk

    people.end_membership(held, by=admin, today=TODAY)

    assert not Membership.objects.filter(pk=pk).exists()
    entries = AuditEntry.objects.filter(target_type="membership", target_id=pk, parent_id=person.pk)
    assert list(entries.order_by("pk").values_list("verb", flat=True)) == ["granted", "ended"]


def test_ending_twice_does_not_make_a_role_longer(admin: User, country: Office) -> None:
    person = make.user("Person")
    held = Membership.objects.create(
        person=person, office=country, role=Role.READER, ends_on=date(2026, 1, 31)
    )

    people.end_membership(held, by=admin, today=TODAY)

    assert Membership.objects.get(pk=held.pk).ends_on == date(2026, 1, 31)


def test_a_role_cannot_end_before_it_begins(admin: User, country: Office) -> None:
    with pytest.raises(Refused, match="must not lie in the past"):
        people.grant(make.user(), country, Role.READER, by=admin, today=TODAY, until=date(2026, 3, 1))


def test_permissions_come_from_all_current_roles(hq: Office, country: Office) -> None:
    person = make.member(Role.CLEARING_OFFICER, hq)
    Membership.objects.create(person=person, office=country, role=Role.EVALUATOR)
    Membership.objects.create(
        person=person, office=country, role=Role.ADMINISTRATOR, ends_on=date(2026, 3, 1)
    )

    assert permissions_of(person) == {
        Permission.VIEW, Permission.CLEAR, Permission.COMMENT, Permission.PREFILL,
    }  # fmt: skip
    assert permissions_of(make.user("Root", is_superuser=True)) == set(Permission)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_the_same_moment(hq: Office) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time; run with TEST_DATABASE=postgres")
    both = [make.member(Role.ADMINISTRATOR, hq) for _one in range(2)]
    start = threading.Barrier(2)

    def remove(by: User, other: User) -> str:
        try:
            start.wait(timeout=10)
            people.deactivate(other, by=by, today=TODAY)
        except (Refused, PermissionDenied) as refusal:
            return type(refusal).__name__
        else:
            return "removed"
        finally:
            connection.close()

    for _round in range(5):
        User.objects.update(is_active=True)
        pairs = [[User.objects.get(pk=one.pk) for one in pair] for pair in (both, both[::-1])]
        with ThreadPoolExecutor(2) as pool:
            outcomes = sorted(pool.map(lambda pair: remove(*pair), pairs))
        assert outcomes[-1] == "removed"
        assert outcomes[0] != "removed"
        assert User.objects.filter(is_active=True).count() == 1
