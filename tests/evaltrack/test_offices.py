"""The tree of offices: names that stay unambiguous, and no circle."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack import offices
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Office, User
from evaltrack.people import managed_by
from evaltrack.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def hq() -> Office:
    return make.office("Headquarters", short_name="HQ", kind="headquarters")


@pytest.fixture
def region(hq: Office) -> Office:
    return make.office("Regional Office for the Northern Valleys", short_name="RONV", parent=hq)


@pytest.fixture
def country(region: Office) -> Office:
    return make.office("Country Office Arvendia", parent=region)


@pytest.fixture
def admin(hq: Office) -> User:
    return make.member(Role.ADMINISTRATOR, hq)


@pytest.fixture
def local(region: Office) -> User:
    return make.member(Role.ADMINISTRATOR, region)


def test_an_office_is_added_below_one_that_is_managed(local: User, region: Office, hq: Office) -> None:
    made = offices.add_office(by=local, today=TODAY, name=" Country  Office Belmora ", parent=region)

    assert Office.objects.named("country office BELMORA") == made
    assert AuditEntry.objects.get(target_id=made.pk, verb="added").changes["parent"] == [None, "RONV"]
    with pytest.raises(PermissionDenied, match="below those you manage"):
        offices.add_office(by=local, today=TODAY, name="Other", parent=hq)


def test_who_adds_an_office_at_the_top_becomes_its_administrator(admin: User) -> None:
    made = offices.add_office(by=admin, today=TODAY, name="Foundation")

    assert made.pk in managed_by(admin)


@pytest.mark.parametrize("taken", ["headquarters", "hq", "Head-Quarters of old"])
def test_a_name_means_one_office(taken: str, admin: User, hq: Office, country: Office) -> None:
    hq.aliases.create(name="Head Quarters of Old")

    for act in (
        lambda: offices.add_office(by=admin, today=TODAY, name=taken, parent=hq),
        lambda: offices.change_office(country, by=admin, today=TODAY, name=taken),
        lambda: offices.change_office(country, by=admin, today=TODAY, short_name=taken),
        lambda: offices.add_alias(country, by=admin, name=taken),
    ):
        with pytest.raises(Refused, match="already means Headquarters"):
            act()


def test_a_renamed_office_is_found_under_both_names(admin: User, country: Office) -> None:
    country.starts_on = date(2010, 1, 1)
    country.save()

    offices.change_office(country, by=admin, today=TODAY, keep_old_name=True, name="Country Office Árvend")

    assert Office.objects.named("country office arvend") == country
    assert Office.objects.named("Country Office Arvendia") == country
    alias = country.aliases.get()
    assert (alias.starts_on, alias.ends_on) == (date(2010, 1, 1), TODAY)


def test_a_slip_of_the_pen_leaves_no_alias(admin: User, country: Office) -> None:
    offices.change_office(country, by=admin, today=TODAY, name="Country Office Arvendya")

    assert Office.objects.named("Country Office Arvendia") is None


def test_renaming_back_and_forth_keeps_one_alias(admin: User, country: Office) -> None:
    for name in ("Country Office Arvend", "Country Office Arvendia", "Country Office Arvend"):
        offices.change_office(country, by=admin, today=TODAY, keep_old_name=True, name=name)

    assert sorted(country.aliases.values_list("name", flat=True)) == [
        "Country Office Arvend",
        "Country Office Arvendia",
    ]


def test_an_office_does_not_end_before_it_begins(admin: User, country: Office) -> None:
    dates = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 1)}

    with pytest.raises(Refused, match="ends before it begins"):
        offices.change_office(country, by=admin, today=TODAY, **dates)
    with pytest.raises(Refused, match="ends before it begins"):
        offices.add_office(by=admin, today=TODAY, name="New", parent=country, **dates)
    with pytest.raises(Refused, match="ends before it begins"):
        offices.add_alias(country, by=admin, name="Old", **dates)


def test_an_office_moves_with_all_below_it(admin: User, hq: Office, region: Office, country: Office) -> None:
    other = make.office("Regional Office for the Southern Isles", parent=hq)

    assert offices.move_office(region, by=admin, today=TODAY, parent=other)
    assert Office.objects.all().with_sub_offices([other.pk]) == {other.pk, region.pk, country.pk}
    assert not offices.move_office(region, by=admin, today=TODAY, parent=other)
    assert AuditEntry.objects.filter(verb="moved").count() == 1


@pytest.mark.parametrize(
    ("below", "sentence"),
    [
        ("country", "RONV cannot become part of Country Office Arvendia, which is itself part of RONV"),
        ("region", "RONV cannot be part of itself"),
    ],
)
def test_no_circle(below: str, sentence: str, admin: User, region: Office, country: Office) -> None:
    with pytest.raises(Refused, match=sentence):
        offices.move_office(
            region, by=admin, today=TODAY, parent={"country": country, "region": region}[below]
        )
    assert Office.objects.get(pk=region.pk).parent_id == region.parent_id


def test_an_office_is_moved_only_between_offices_one_manages(
    local: User, hq: Office, region: Office, country: Office
) -> None:
    with pytest.raises(PermissionDenied):
        offices.move_office(country, by=local, today=TODAY, parent=hq)
    with pytest.raises(PermissionDenied):
        offices.move_office(hq, by=local, today=TODAY, parent=region)


def test_who_moves_an_office_to_the_top_goes_on_managing_it(admin: User, country: Office) -> None:
    offices.move_office(country, by=admin, today=TODAY, parent=None)

    assert country.pk in managed_by(admin)
    assert Office.objects.get(pk=country.pk).parent is None


def test_an_alias_is_added_once_and_forgotten(admin: User, region: Office) -> None:
    alias = offices.add_alias(region, by=admin, name="Valleys Office")
    assert Office.objects.named("valleys office") == region

    for known in ("Valleys office", "RONV", " "):
        with pytest.raises(Refused, match="known by that name already"):
            offices.add_alias(region, by=admin, name=known)

    offices.remove_alias(alias, by=admin)
    assert Office.objects.named("valleys office") is None


@pytest.mark.parametrize("act", ["change", "alias", "forget"])
def test_only_its_administrator_changes_an_office(act: str, local: User, hq: Office) -> None:
    alias = hq.aliases.create(name="House")
    acts = {
        "change": lambda: offices.change_office(hq, by=local, today=TODAY, name="Mine"),
        "alias": lambda: offices.add_alias(hq, by=local, name="Mine"),
        "forget": lambda: offices.remove_alias(alias, by=local),
    }
    with pytest.raises(PermissionDenied, match="You do not manage HQ"):
        acts[act]()
