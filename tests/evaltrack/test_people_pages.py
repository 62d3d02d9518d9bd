"""The pages of people, offices and roles: who reaches them and at what cost; what those of people and roles do."""

import pytest
from django.test import Client
from django.utils import timezone

from evaltrack.models import Deputy, Mail, Membership, Office, User
from evaltrack.roles import Role
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.production]


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


# Who reaches which page: anonymous, stranger, reader at headquarters, administrator of the country office,
# administrator of headquarters. {clerk} has a role in the country office alone, {reader} at headquarters.
PAGES = [
    ("get", "/people/", (302, 403, 403, 200, 200)),
    ("get", "/people/add/", (302, 403, 403, 200, 200)),
    ("get", "/people/{clerk}/", (302, 403, 403, 200, 200)),
    ("get", "/people/{reader}/", (302, 403, 403, 200, 200)),
    ("get", "/people/{clerk}/edit/", (302, 403, 403, 200, 200)),
    ("get", "/people/{reader}/edit/", (302, 403, 403, 403, 200)),
    ("get", "/people/999999/", (302, 403, 403, 404, 404)),
    ("get", "/people/999999/edit/", (302, 403, 403, 404, 404)),
    ("post", "/people/{clerk}/invite/", (302, 403, 403, 302, 302)),
    ("post", "/people/{reader}/invite/", (302, 403, 403, 403, 302)),
    ("get", "/people/{clerk}/hand-over/", (302, 403, 403, 200, 200)),
    ("get", "/people/{reader}/hand-over/", (302, 403, 403, 403, 200)),
    ("get", "/people/999999/hand-over/", (302, 403, 403, 404, 404)),
    ("post", "/people/{clerk}/hand-over/", (302, 403, 403, 422, 422)),
    ("post", "/people/{reader}/hand-over/", (302, 403, 403, 403, 422)),
    ("post", "/people/{clerk}/deputies/", (302, 404, 404, 422, 422)),
    ("post", "/people/{reader}/deputies/", (302, 404, 422, 403, 422)),
    ("post", "/people/999999/deputies/", (302, 404, 404, 404, 404)),
    ("post", "/people/deputies/{deputy}/end/", (302, 404, 302, 403, 302)),
    ("post", "/people/deputies/999999/end/", (302, 404, 404, 404, 404)),
    ("get", "/people/{clerk}/deputies/", (405, 405, 405, 405, 405)),
    ("post", "/people/{clerk}/deactivate/", (302, 403, 403, 302, 302)),
    ("post", "/people/{reader}/deactivate/", (302, 403, 403, 403, 302)),
    ("post", "/people/{clerk}/activate/", (302, 403, 403, 302, 302)),
    ("post", "/people/{reader}/activate/", (302, 403, 403, 403, 302)),
    ("post", "/people/{reader}/roles/", (302, 403, 403, 422, 422)),
    ("post", "/people/999999/roles/", (302, 403, 403, 404, 404)),
    ("post", "/people/roles/{clerk_role}/end/", (302, 403, 403, 302, 302)),
    ("post", "/people/roles/{reader_role}/end/", (302, 403, 403, 403, 302)),
    ("post", "/people/roles/999999/end/", (302, 403, 403, 404, 404)),
    ("get", "/people/{clerk}/deactivate/", (405, 405, 405, 405, 405)),
    ("get", "/offices/", (302, 403, 403, 200, 200)),
    ("get", "/offices/add/", (302, 403, 403, 200, 200)),
    ("get", "/offices/{hq}/", (302, 403, 403, 200, 200)),
    ("get", "/offices/{country}/edit/", (302, 403, 403, 200, 200)),
    ("get", "/offices/{hq}/edit/", (302, 403, 403, 403, 200)),
    ("get", "/offices/999999/", (302, 403, 403, 404, 404)),
    ("get", "/offices/{country}/merge/", (302, 403, 403, 200, 200)),
    ("get", "/offices/{country}/merge/?into={country}", (302, 403, 403, 200, 200)),
    ("post", "/offices/{country}/merge/", (302, 403, 403, 422, 422)),
    ("get", "/offices/{hq}/merge/", (302, 403, 403, 403, 200)),
    ("post", "/offices/{hq}/merge/", (302, 403, 403, 403, 422)),
    ("get", "/offices/999999/merge/", (302, 403, 403, 404, 404)),
    ("get", "/orphans/", (302, 403, 403, 200, 200)),
    ("post", "/orphans/actions/999999/", (302, 403, 403, 302, 302)),
    ("post", "/orphans/steps/999999/", (302, 403, 403, 302, 302)),
    ("get", "/orphans/actions/999999/", (405, 405, 405, 405, 405)),
    ("post", "/offices/{hq}/aliases/", (302, 403, 403, 422, 422)),
    ("post", "/offices/aliases/{hq_alias}/remove/", (302, 403, 403, 403, 302)),
    ("post", "/offices/aliases/999999/remove/", (302, 403, 403, 404, 404)),
    ("get", "/roles/", (302, 200, 200, 200, 200)),
    ("get", "/profile/", (302, 200, 200, 200, 200)),
]


@pytest.mark.parametrize("who", range(5), ids=["anonymous", "stranger", "reader", "local", "admin"])
@pytest.mark.parametrize(
    ("method", "address", "statuses"), PAGES, ids=[f"{page[0]} {page[1]}" for page in PAGES]
)
def test_who_reaches_which_page(
    method: str, address: str, statuses: tuple[int, ...], who: int,
    client: Client, people: dict[str, User], hq: Office, country: Office,
) -> None:  # fmt: skip
    alias = hq.aliases.create(name="House")
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate()}
    deputy = Deputy.objects.create(person=people["reader"], deputy=people["clerk"], **days)
    if who:
        client.force_login(people[["", "stranger", "reader", "local", "admin"][who]])
    address = address.format(
        clerk=people["clerk"].pk,
        reader=people["reader"].pk,
        clerk_role=people["clerk"].memberships.get().pk,
        reader_role=people["reader"].memberships.get().pk,
        hq=hq.pk,
        country=country.pk,
        hq_alias=alias.pk,
        deputy=deputy.pk,
    )

    answer = getattr(client, method)(address)

    assert answer.status_code == statuses[who]
    if answer.status_code == 302 and not who:
        assert answer.url.startswith("/accounts/login/?next=/")


def test_a_refused_page_says_why(client: Client, people: dict[str, User]) -> None:
    client.force_login(people["reader"])

    assert "Only administrators manage people and offices." in client.get("/people/").text


# Costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/people/", 9),
        ("/people/?q=person&active=all", 9),
        ("/people/{person}/", 26),
        ("/people/{person}/hand-over/", 21),
        ("/people/add/", 7),
        ("/offices/", 5),
        ("/offices/?q=office", 5),
        ("/offices/{hq}/", 10),
        ("/offices/{other}/merge/?into={hq}", 19),
        ("/offices/{hq}/edit/", 9),
        ("/roles/", 6),
        ("/profile/", 9),
    ],
)
def test_a_page_costs_the_same_however_much_it_shows(
    address: str, queries: int, count: int, client: Client, hq: Office, django_assert_num_queries: object
) -> None:
    admin = make.member(Role.ADMINISTRATOR, hq)
    for _row in range(count):
        below = make.office(parent=hq)
        person = make.member(Role.READER, below)
        Membership.objects.create(person=person, office=hq, role=Role.CLEARING_OFFICER)
        Membership.objects.create(person=admin, office=below, role=Role.READER)
        hq.aliases.create(name=f"House {below.name}")
    client.force_login(admin)

    with django_assert_num_queries(queries):
        answer = client.get(address.format(person=person.pk, hq=hq.pk, other=below.pk))
    assert answer.status_code == 200


# The list of people --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Ada Admin", "Cy Clerk", "Lea Local", "Rea Reader", "Sam Stranger"]),
        ("q=LEA", ["Lea Local"]),
        ("q=reader+rea", ["Rea Reader"]),
        ("q=cy.clerk@example", ["Cy Clerk"]),
        ("role=administrator", ["Ada Admin", "Lea Local"]),
        ("office={country}", ["Cy Clerk", "Lea Local"]),
        ("office={hq}", ["Ada Admin", "Cy Clerk", "Lea Local", "Rea Reader"]),
        ("office={country}&role=reader", ["Cy Clerk"]),
        ("active=no", ["Gil Gone"]),
        ("active=all&q=a", ["Ada Admin", "Cy Clerk", "Gil Gone", "Lea Local", "Rea Reader", "Sam Stranger"]),
        ("q=nobody", []),
        ("office=999999&role=nonsense", ["Ada Admin", "Cy Clerk", "Lea Local", "Rea Reader", "Sam Stranger"]),
    ],
)
def test_the_list_is_filtered(
    query: str, shown: list[str], client: Client, admin: User, hq: Office, country: Office
) -> None:
    make.member(Role.READER, country, "Gil Gone", is_active=False)

    page = client.get(f"/people/?{query.format(hq=hq.pk, country=country.pk)}").context["page"]

    assert [person.name for person in page] == shown


def test_the_list_comes_in_pages_that_keep_the_filter(client: Client, admin: User) -> None:
    for number in range(51):
        make.user(f"Zoe {number:02}")

    first = client.get("/people/?q=zoe")
    assert len(first.context["page"].object_list) == 50
    assert 'href="?q=zoe&amp;page=2"' in first.text
    assert [person.name for person in client.get("/people/?q=zoe&page=2").context["page"]] == ["Zoe 50"]


def test_while_typing_only_the_list_is_sent(client: Client, admin: User) -> None:
    htmx = {"HX-Request": "true", "HX-Target": "people-list"}

    part = client.get("/people/?q=lea", headers=htmx)
    assert part.text.strip().startswith('<div id="people-list"')
    assert "Lea Local" in part.text
    assert "HX-Request" in part.headers["Vary"]

    back = client.get("/people/?q=lea", headers={**htmx, "HX-History-Restore-Request": "true"})
    assert "<!DOCTYPE html>" in back.text


# Changing people -----------------------------------------------------------------------------------------

NEW = {"name": "Nia New", "email": "nia@example.org", "language": "fr", "time_zone": "Africa/Dakar"}


def test_an_administrator_adds_a_person(client: Client, admin: User, country: Office) -> None:
    answer = client.post("/people/add/", {**NEW, "role": "reader", "office": country.pk}, follow=True)

    assert "nia@example.org gets a link by mail to set a password." in answer.text
    person = User.objects.get(email="nia@example.org")
    assert person.memberships.get().office == country
    assert Mail.objects.get().person == person


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"email": "Rea.Reader@example.org"},
            "Rea Reader has an account with the address rea.reader@example.org",
        ),
        ({"role": "reader"}, "A role is held at an office: choose both, or neither."),
        ({"email": "nia"}, "Enter a valid email address."),
    ],
)
def test_a_person_who_cannot_be_added_is_explained(
    client: Client, admin: User, change: dict[str, str], sentence: str
) -> None:
    answer = client.post("/people/add/", NEW | change)

    assert sentence in answer.text
    assert not User.objects.filter(name="Nia New").exists()
    assert 'value="Nia New"' in answer.text, "what was typed is still there"


def test_only_managed_offices_can_be_chosen(client: Client, people: dict[str, User], hq: Office) -> None:
    client.force_login(people["local"])

    answer = client.post("/people/add/", {**NEW, "role": "administrator", "office": hq.pk})

    assert "is not one of the available choices" in answer.text
    assert ">Headquarters</option>" not in answer.text


def test_an_administrator_changes_a_person(client: Client, admin: User, people: dict[str, User]) -> None:
    path = f"/people/{people['clerk'].pk}/"
    client.post(f"{path}edit/", {**NEW, "function": "Clerk"})
    assert "nia@example.org" in client.get(path).text

    refused = client.post(f"{path}edit/", NEW | {"email": people["reader"].email})
    assert "has an account with the address" in refused.text
    assert User.objects.get(pk=people["clerk"].pk).email == "nia@example.org"


def test_a_role_is_given_and_taken(
    client: Client, admin: User, people: dict[str, User], country: Office
) -> None:
    path = f"/people/{people['stranger'].pk}/"
    given = {"role": "action_owner", "office": country.pk}
    client.post(f"{path}roles/", given)
    held = people["stranger"].memberships.get()

    again = client.post(f"{path}roles/", given)
    assert "Sam Stranger is Action owner at Country Office Arvendia already." in again.text

    taken = client.post(f"/people/roles/{held.pk}/end/", follow=True)
    assert "Sam Stranger is no longer Action owner at Country Office Arvendia." in taken.text
    assert not people["stranger"].memberships.exists()


def test_the_last_administrator_is_told(client: Client, admin: User) -> None:
    for address in (f"/people/{admin.pk}/deactivate/", f"/people/roles/{admin.memberships.get().pk}/end/"):
        answer = client.post(address, follow=True)
        assert "This is the last administrator of HQ." in answer.text
    assert client.get("/people/").status_code == 200


def test_deactivating_leads_to_the_hand_over_while_something_is_held(
    client: Client, admin: User, people: dict[str, User], country: Office
) -> None:
    Office.objects.filter(pk=country.pk).update(focal_point=people["clerk"])
    path = f"/people/{people['clerk'].pk}/"

    answer = client.post(f"{path}deactivate/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{path}hand-over/?close"
    assert "Cy Clerk still holds: offices to be focal point of (1). Hand that over first." in answer.text

    sent = {
        "way": "person",
        "to": "Lea Local",
        "take-focal_points": "on",
        "reason": "Left the organisation.",
        "close": "on",
    }
    answer = client.post(f"{path}hand-over/", sent, follow=True)
    assert "Cy Clerk can no longer sign in." in answer.text
    assert Office.objects.get(pk=country.pk).focal_point == people["local"]

    assert "Cy Clerk can sign in again." in client.post(f"{path}activate/", follow=True).text


def test_an_invitation_is_sent_again_until_it_was_used(
    client: Client, admin: User, people: dict[str, User]
) -> None:
    path = f"/people/{people['clerk'].pk}/invite/"
    assert "A new invitation is on its way" in client.post(path, follow=True).text

    Client().force_login(people["clerk"])
    assert "has signed in before" in client.post(path, follow=True).text
    assert Mail.objects.count() == 1


# Who may do what -----------------------------------------------------------------------------------------


def test_the_roles_page_shows_every_grant_and_every_holder(client: Client, people: dict[str, User]) -> None:
    client.force_login(people["stranger"])
    page = client.get("/roles/")

    manage = next(granted for permission, granted in page.context["rows"] if permission == "manage_people")
    assert manage == [role == Role.ADMINISTRATOR for role in Role]
    assert [held.person.name for held in page.context["page"]] == [
        "Ada Admin",
        "Cy Clerk",
        "Lea Local",
        "Rea Reader",
    ]
    assert [held.person.name for held in client.get("/roles/?role=administrator").context["page"]] == [
        "Ada Admin",
        "Lea Local",
    ]
    assert "/people/" not in page.text, "who may not open a person gets no link to one"
