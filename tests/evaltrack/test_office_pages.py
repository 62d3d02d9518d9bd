"""The pages of offices: the tree, adding, renaming, moving, aliases, focal points and mergers."""

import pytest
from django.test import Client

from evaltrack.models import Membership, Office, User
from evaltrack.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def hq() -> Office:
    return make.office("Headquarters", short_name="HQ", kind="headquarters")


@pytest.fixture
def country(hq: Office) -> Office:
    return make.office("Country Office Arvendia", parent=hq)


@pytest.fixture
def people(hq: Office, country: Office) -> dict[str, User]:
    return {
        "stranger": make.user("Sam Stranger"),
        "reader": make.member(Role.READER, hq, "Rea Reader"),
        "local": make.member(Role.ADMINISTRATOR, country, "Lea Local"),
        "admin": make.member(Role.ADMINISTRATOR, hq, "Ada Admin"),
        "clerk": make.member(Role.READER, country, "Cy Clerk"),
    }


@pytest.fixture
def admin(client: Client, people: dict[str, User]) -> User:
    client.force_login(people["admin"])
    return people["admin"]


def names(branch: list[Office]) -> list[object]:
    return [(office.name, names(office.branch)) if office.branch else office.name for office in branch]


def test_the_tree_hides_closed_offices_unless_something_lives_below(
    client: Client, admin: User, hq: Office, country: Office
) -> None:
    closed = make.office("Old Region", parent=hq, ends_on="2020-12-31")
    make.office("Older Branch", parent=closed, ends_on="2020-12-31")

    assert names(client.get("/offices/").context["tree"]) == [("Headquarters", ["Country Office Arvendia"])]
    everything = client.get("/offices/?closed=on").context["tree"]
    assert names(everything) == [
        ("Headquarters", ["Country Office Arvendia", ("Old Region", ["Older Branch"])])
    ]

    make.office("Younger Branch", parent=closed)
    assert names(client.get("/offices/").context["tree"]) == [
        ("Headquarters", ["Country Office Arvendia", ("Old Region", ["Younger Branch"])])
    ]


def test_offices_are_found_by_any_of_their_names(client: Client, admin: User, country: Office) -> None:
    country.aliases.create(name="Bureau d’Arvendié")

    for query in ("arvendia", "ARVENDIE", "country+office"):
        assert names(client.get(f"/offices/?q={query}").context["tree"]) == ["Country Office Arvendia"]


def test_the_tree_counts_people_once(
    client: Client, admin: User, country: Office, people: dict[str, User]
) -> None:
    Membership.objects.create(person=people["clerk"], office=country, role=Role.ACTION_OWNER)
    make.member(Role.READER, country, is_active=False)

    tree = client.get("/offices/").context["tree"]

    assert tree[0].branch[0].members == 2


def test_an_office_is_added_renamed_and_moved(
    client: Client, admin: User, hq: Office, country: Office
) -> None:
    assert f'<option value="{hq.pk}" selected>' in client.get(f"/offices/add/?parent={hq.pk}").text
    client.post("/offices/add/", {"name": "Region North", "kind": "regional", "parent": hq.pk})
    region = Office.objects.get(name="Region North")

    client.post(
        f"/offices/{country.pk}/edit/",
        {"name": "Country Office Arvend", "keep_old_name": "on", "kind": "country", "parent": region.pk},
    )

    country.refresh_from_db()
    assert (country.name, country.parent) == ("Country Office Arvend", region)
    assert "Country Office Arvendia" in client.get(f"/offices/{country.pk}/").text


def test_a_circle_changes_nothing_and_is_explained(
    client: Client, admin: User, hq: Office, country: Office
) -> None:
    answer = client.post(
        f"/offices/{hq.pk}/edit/", {"name": "New name", "kind": "headquarters", "parent": country.pk}
    )

    assert "HQ cannot become part of Country Office Arvendia, which is itself part of HQ." in answer.text
    hq.refresh_from_db()
    assert (hq.name, hq.parent) == ("Headquarters", None)


def test_a_taken_name_undoes_the_move_as_well(
    client: Client, admin: User, hq: Office, country: Office
) -> None:
    region = make.office("Region North", parent=hq)

    answer = client.post(
        f"/offices/{country.pk}/edit/", {"name": "region north", "kind": "country", "parent": region.pk}
    )

    assert "“region north” already means Region North." in answer.text
    country.refresh_from_db()
    assert country.parent == hq


def test_aliases_come_and_go(client: Client, admin: User, country: Office) -> None:
    path = f"/offices/{country.pk}/aliases/"
    client.post(path, {"name": "COA", "ends_on": "2024-12-31"})
    assert "COA" in client.get(f"/offices/{country.pk}/").text

    assert "known by that name already" in client.post(path, {"name": "coa"}).text
    answer = client.post(f"/offices/aliases/{country.aliases.get().pk}/remove/", follow=True)
    assert "“COA” is forgotten." in answer.text


def test_the_focal_point_is_someone_of_the_office(
    client: Client, admin: User, people: dict[str, User], country: Office
) -> None:
    fields = {"name": country.name, "kind": "country", "parent": country.parent_id}
    path = f"/offices/{country.pk}/edit/"

    assert "Select a valid choice" in client.post(path, {**fields, "focal_point": people["stranger"].pk}).text
    client.post(path, {**fields, "focal_point": people["clerk"].pk})
    country.refresh_from_db()
    assert country.focal_point == people["clerk"]


# Merging -------------------------------------------------------------------------------------------------


def test_an_office_is_merged_after_a_look_at_what_goes_along(
    client: Client, admin: User, people: dict[str, User], hq: Office, country: Office
) -> None:
    path = f"/offices/{country.pk}/merge/"

    page = client.get(path, {"into": hq.pk}).text
    assert "What goes to Headquarters" in page
    assert "2 roles go over" in page
    answer = client.post(path, {"into": hq.pk}, follow=True)

    assert "Country Office Arvendia is merged into Headquarters." in answer.text
    assert f'<a href="/offices/{country.pk}/">Country Office Arvendia</a>' in answer.text
    assert "Merged into" in client.get(f"/offices/{country.pk}/").text


def test_a_merger_that_cannot_be_says_why(client: Client, admin: User, hq: Office, country: Office) -> None:
    path = f"/offices/{hq.pk}/merge/"

    shown, sent = client.get(path, {"into": country.pk}), client.post(path, {"into": country.pk})

    assert (shown.status_code, sent.status_code) == (200, 422)
    for page in (shown.text, sent.text):
        assert "Country Office Arvendia is part of Headquarters." in page
        assert "What goes to" not in page
