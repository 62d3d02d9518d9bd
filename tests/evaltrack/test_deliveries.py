"""The delivery log and one's own mail: who reaches them, what they show and what they keep to themselves."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaltrack import mail
from evaltrack.models import AuditEntry, Mail, Membership, Office, User
from evaltrack.roles import Role
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(client: Client) -> User:
    """Someone of the evaluation unit, signed in."""
    person = make.member(Role.EVALUATION_UNIT, name="Eva Unit")
    client.force_login(person)
    return person


def written(to: str = "ana@example.org", **fields: object) -> Mail:
    count = Mail.objects.count()
    changes = {name: fields.pop(name) for name in ("state", "error", "attempts", "sent_at") if name in fields}
    values = {
        "key": f"k{count}",
        "kind": "test",
        "subject": f"Subject {count}",
        "text": f"Text {count}",
        "to": to,
    }
    made = mail.enqueue(now=NOW + timedelta(minutes=count), **values | fields)  # type: ignore[arg-type]
    assert made
    Mail.objects.filter(pk=made.pk).update(**changes)
    made.refresh_from_db()
    return made


def failed(**fields: object) -> Mail:
    return written("gone@example.org", state="failed", error="550 no such person", attempts=1, **fields)


@pytest.mark.parametrize(
    ("role", "status"),
    [(role, 200 if role in (Role.EVALUATION_UNIT, Role.ADMINISTRATOR) else 403) for role in Role],
)
@pytest.mark.parametrize("page", ["deliveries", "delivery", "delivery_again"])
def test_only_the_evaluation_unit_and_administrators_see_the_log(
    client: Client, role: Role, status: int, page: str
) -> None:
    args = [] if page == "deliveries" else [failed().pk]
    client.force_login(make.member(role))
    response = (
        client.post(reverse(page, args=args))
        if page == "delivery_again"
        else client.get(reverse(page, args=args))
    )
    assert response.status_code == (302 if page == "delivery_again" and status == 200 else status)
    assert Mail.objects.filter(state="waiting").exists() == (response.status_code == 302)


@pytest.mark.parametrize("page", ["deliveries", "my_mail"])
def test_who_is_not_signed_in_is_led_to_sign_in(client: Client, page: str) -> None:
    response = client.get(reverse(page))
    assert response.headers["Location"] == f"/accounts/login/?next={reverse(page)}"


def subjects(client: Client, **query: str) -> list[str]:
    return [row.subject for row in client.get(reverse("deliveries"), query).context["page"]]


# Whose mails one sees -----------------------------------------------------------------------------------


@pytest.fixture
def addressees() -> dict[str, User]:
    """Headquarters with a country office below, and another country office: who is written to."""
    headquarters = make.office("Headquarters")
    north = make.office("Country Office North", parent=headquarters)
    at = {
        "headquarters": headquarters,
        "north": north,
        "north's sub-office": make.office(parent=north),
        "south": make.office("Country Office South", parent=headquarters),
    }
    people = {name: make.member(Role.READER, office) for name, office in at.items()}
    people["north, deactivated"] = make.member(Role.READER, north, is_active=False)
    people["north until last year"] = make.user()
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.create(
        person=people["north until last year"], office=north, role=Role.READER, ends_on=yesterday
    )
    people["no role"] = make.user()
    for name, person in people.items():
        written(person.email, person=person, subject=name)
    written(subject="not a person")
    return people


NORTH = {"north", "north's sub-office", "north, deactivated"}
SEEN = {
    "Headquarters": NORTH | {
        "headquarters", "south", "north until last year", "no role", "not a person"
    },
    "Country Office North": NORTH,
    "Country Office South": {"south"},
}  # fmt: skip


@pytest.mark.parametrize("role", [Role.EVALUATION_UNIT, Role.ADMINISTRATOR])
@pytest.mark.parametrize("office", SEEN)
def test_one_sees_the_mails_to_the_people_of_ones_offices(
    client: Client, addressees: dict[str, User], office: str, role: Role
) -> None:
    client.force_login(make.member(role, Office.objects.get(name=office)))
    assert set(subjects(client)) == SEEN[office]
    Mail.objects.update(state="failed")
    assert client.get(reverse("deliveries")).context["failed"] == len(SEEN[office])
    for row in Mail.objects.all():
        seen = row.subject in SEEN[office]
        assert client.get(reverse("delivery", args=[row.pk])).status_code == (200 if seen else 404)
        assert client.post(reverse("delivery_again", args=[row.pk])).status_code == (302 if seen else 404)
    assert set(Mail.objects.filter(state="waiting").values_list("subject", flat=True)) == SEEN[office]


def test_a_superuser_sees_every_mail(client: Client, addressees: dict[str, User]) -> None:
    client.force_login(make.user(is_superuser=True))
    assert set(subjects(client)) == {*addressees, "not a person"}


def test_without_the_permission_no_mail_is_visible(addressees: dict[str, User]) -> None:
    for person in (*addressees.values(), AnonymousUser()):
        assert not Mail.objects.visible_to(person).exists()


def test_the_newest_mail_is_listed_first(client: Client, unit: User) -> None:
    for _number in range(3):
        written()
    assert subjects(client) == ["Subject 2", "Subject 1", "Subject 0"]


def test_the_log_is_searched_by_address_and_subject_and_filtered_by_state(client: Client, unit: User) -> None:
    written("ana.lopez@example.org")
    written("ben@example.org", subject="Your ANA account")
    failed(subject="Lost")
    assert subjects(client, q="ana") == ["Your ANA account", "Subject 0"]
    assert subjects(client, q="lopez EXAMPLE") == ["Subject 0"]
    assert subjects(client, state="failed") == ["Lost"]
    assert subjects(client, state="failed", q="ana") == []
    assert subjects(client, state="nonsense") == ["Lost", "Your ANA account", "Subject 0"]


def test_a_long_log_has_pages_and_costs_the_same(client: Client, unit: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("deliveries"))
        return len(captured)

    written()
    client.get(reverse("deliveries"))
    one = cost()
    for _number in range(60):
        written()
    assert cost() == one
    assert len(subjects(client)) == 50
    assert len(subjects(client, page="2")) == 11


def test_the_log_says_where_mails_go_when_there_is_no_server(
    client: Client, unit: User, settings: object
) -> None:
    assert "written to files in" in client.get(reverse("deliveries")).content.decode()
    settings.EMAIL_URL = "smtp://mail.example.org"  # type: ignore[attr-defined]
    assert "written to files in" not in client.get(reverse("deliveries")).content.decode()


def test_one_mail_shows_what_became_of_it(client: Client, unit: User) -> None:
    row = failed(text="See https://example.org/actions/1/ <script>")
    page = client.get(reverse("delivery", args=[row.pk])).content.decode()
    for piece in ("gone@example.org", "Failed", "550 no such person", "&lt;script&gt;"):
        assert piece in page
    assert '<a href="https://example.org/actions/1/"' in page


def test_nobody_reads_a_personal_link_in_the_log(client: Client, unit: User) -> None:
    row = written(text="https://example.org/reset/secret", html="secret", confidential=True, person=unit)
    for address in (reverse("delivery", args=[row.pk]), reverse("deliveries"), reverse("my_mail")):
        response = client.get(address)
        assert response.status_code == 200
        assert "secret" not in response.content.decode()


def test_a_failed_mail_is_sent_again_by_a_button(client: Client, unit: User) -> None:
    row = failed()
    again = reverse("delivery_again", args=[row.pk])
    assert again in client.get(reverse("delivery", args=[row.pk])).content.decode()

    assert client.get(again).status_code == 405
    client.post(again)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("waiting", 0, "")
    assert AuditEntry.objects.get(verb="sent again").actor == "Eva Unit"
    assert again not in client.get(reverse("delivery", args=[row.pk])).content.decode()


def test_what_cannot_be_sent_again_says_why(client: Client, unit: User) -> None:
    row = written(state="sent", sent_at=NOW)
    response = client.post(reverse("delivery_again", args=[row.pk]), follow=True)
    assert "Only a mail that failed can be sent again." in response.content.decode()
    assert not AuditEntry.objects.exists()


def test_everyone_reads_their_own_mail_and_no_one_elses(client: Client) -> None:
    me, other = make.user(), make.user()
    written(me.email, person=me, subject="For me", text="Look at https://example.org/actions/7/")
    written(other.email, person=other, subject="For another")
    client.force_login(me)
    page = client.get(reverse("my_mail")).content.decode()
    assert "For me" in page
    assert '<a href="https://example.org/actions/7/"' in page
    assert "For another" not in page


@pytest.mark.parametrize("where", ["my_mail", "delivery"])
def test_a_mail_is_shown_as_a_page_and_not_as_typed(client: Client, where: str) -> None:
    me = make.member(Role.EVALUATION_UNIT, time_zone="Africa/Nairobi")
    row = written(me.email, person=me, text="Overdue\n\n- One\n  today <b>\n\n- Two\n")
    client.force_login(me)
    shown = client.get(reverse(where, args=[row.pk] if where == "delivery" else [])).content.decode()
    assert "<p>Overdue</p>" in shown
    assert shown.count("<li>\n<p>") == 2
    assert "today &lt;b&gt;" in shown
    assert "- One" not in shown


@pytest.mark.parametrize("where", ["my_mail", "delivery"])
def test_the_time_of_a_mail_is_the_readers_own(client: Client, where: str) -> None:
    me = make.member(Role.EVALUATION_UNIT, time_zone="Africa/Nairobi")
    row = written(me.email, person=me)
    client.force_login(me)
    shown = client.get(reverse(where, args=[row.pk] if where == "delivery" else [])).content.decode()
    assert re.search(r"2 March 2026, 12:00(</time>)? \(Africa/Nairobi\)", shown)


def test_an_empty_mailbox_says_what_will_be_in_it(client: Client) -> None:
    client.force_login(make.user())
    assert "Nothing yet." in client.get(reverse("my_mail")).content.decode()


def test_who_is_not_trusted_with_what_is_confidential_sees_that_a_mail_went_and_not_what_it_says(
    client: Client,
) -> None:
    client.force_login(make.member(Role.ADMINISTRATOR))
    mail = written("ana@example.org", subject="The response on harbours", text="It is on harbours.")
    for path, query in (("deliveries", {}), ("deliveries", {"q": "ana"}), ("delivery", {})):
        page = client.get(reverse(path, args=[mail.pk] if path == "delivery" else []), query)
        assert f"Mail {mail.pk}" in page.content.decode()
        assert "harbours" not in page.content.decode()
    assert subjects(client, q="response") == []
