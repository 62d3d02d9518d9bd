"""Answers to a digest by mail: proposed, confirmed by who wrote them, and then reported."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.inbound import intake
from evaltrack.models import Bounce, InboundMail, Mail, Office, User
from evaltrack.roles import Role
from responses import replies
from responses.choices import Channel, ProposalState
from responses.models import KeyAction, ProgressUpdate, Reminder
from tests import factories as make
from tests import mails
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def address(settings: LazySettings) -> None:
    settings.INBOUND_ADDRESS = "reply@example.net"


@pytest.fixture
def una() -> User:
    return make.user("Una", email="una@example.org")


@pytest.fixture
def actions(una: User) -> list[KeyAction]:
    return [make.action(due=date(2026, 3, number), lead=una) for number in (5, 6, 7)]


def digest(person: User, actions: list[KeyAction]) -> Mail:
    """A digest with these actions as its lines 1, 2, 3 ..."""
    row = mails.digest(person)
    for place, action in enumerate(actions, 1):
        for occasion in ("on_day", "after"):
            Reminder.objects.create(
                action=action, occasion=occasion, due_for=NOW.date(), recipient=person, mail=row, place=place, planned_at=NOW
            )  # fmt: skip
    return row


def answer(to: Mail, text: str, **more: str) -> InboundMail:
    return intake.take(mails.answer(to, text, **more), now=timezone.now())


def waiting(person: User) -> list[tuple[int, str, str]]:
    return [(one.action_id, one.status, one.comment) for one in replies.waiting_for(person)]


def last_mail() -> Mail:
    return Mail.objects.order_by("-pk")[0]


def path_of(link: str) -> str:
    """The address in our answer, as the browser asks for it."""
    return next(word for word in link.split() if "/updates-by-mail/" in word).partition("127.0.0.1:8000")[2]


def test_what_an_answer_says_is_proposed_and_nothing_is_reported(una: User, actions: list[KeyAction]) -> None:
    row = answer(digest(una, actions), "2: done - adopted\n1: en cours\n\nCall me.\n9: done")
    assert (row.outcome, row.note) == (InboundMail.Outcome.TAKEN, "2 updates to be confirmed.")
    assert waiting(una) == [(actions[1].pk, "completed", "adopted"), (actions[0].pk, "ongoing", "")]
    assert not ProgressUpdate.objects.exists()
    written = last_mail()
    assert (written.person, written.confidential, written.subject) == (una, True, "Please confirm 2 updates")
    for piece in (
        actions[1].text,
        "Completed",
        "adopted",
        "> Call me.",
        "> 9: done",
        "/updates-by-mail/",
        "/my-actions/",
    ):
        assert piece in written.text
        assert piece.removeprefix("> ") in written.html


def test_where_nothing_can_be_read_that_is_said(una: User, actions: list[KeyAction]) -> None:
    row = answer(digest(una, actions), "I shall look at it next week.")
    assert row.outcome == InboundMail.Outcome.NOTHING
    assert last_mail().subject == "Your answer could not be read"
    assert "> I shall look at it next week." in last_mail().text
    assert not last_mail().confidential
    # An answer to that is one to the digest.
    assert answer(last_mail(), "3: started").outcome == InboundMail.Outcome.TAKEN
    assert waiting(una) == [(actions[2].pk, "initiated", "")]


def test_a_status_that_was_not_understood_is_left_open_and_no_change_is_the_one_of_now(
    una: User, actions: list[KeyAction]
) -> None:
    KeyAction.objects.filter(pk=actions[0].pk).update(status="ongoing", common_status="in_progress")
    answer(digest(una, actions), "1: no change - still with the bank\n2: completed by June")
    assert waiting(una) == [
        (actions[0].pk, "ongoing", "still with the bank"),
        (actions[1].pk, "", "completed by June"),
    ]
    assert "no status could be read" in last_mail().text


def test_the_later_mail_takes_the_place_of_the_earlier(una: User, actions: list[KeyAction]) -> None:
    sent = digest(una, actions)
    answer(sent, "1: started\n2: started")
    answer(sent, "1: done")
    assert waiting(una) == [(actions[0].pk, "completed", ""), (actions[1].pk, "initiated", "")]


def test_confirming_reports_as_of_the_day_of_the_mail(una: User, actions: list[KeyAction]) -> None:
    answer(digest(una, actions), "1: started - begun")
    proposal = replies.waiting_for(una).get()
    InboundMail.objects.update(received_at=NOW)
    later = NOW + timedelta(days=3)
    said = {"status": "completed", "comment": "begun and done"}
    update = replies.confirm(proposal, by=una, now=later, **said)
    assert update
    assert (update.action, update.as_of, update.reported_at) == (actions[0], NOW.date(), later)
    assert (update.status, update.comment, update.channel) == ("completed", "begun and done", Channel.MAIL)
    assert replies.confirm(proposal, by=una, now=later, **said) == update
    replies.discard(proposal, by=una, now=later)
    assert ProgressUpdate.objects.count() == 1
    proposal.refresh_from_db()
    assert (proposal.state, proposal.update) == (ProposalState.TAKEN, update)


def test_what_cannot_be_reported_any_more_is_said_and_kept(una: User, actions: list[KeyAction]) -> None:
    answer(digest(una, actions), "1: done - sent\n2: no longer applicable - merged")
    first, second = replies.waiting_for(una)
    actions[0].parties.all().delete()
    with pytest.raises(Refused, match="somebody else leads it now"):
        replies.confirm(first, by=una, now=timezone.now(), status="completed", comment="sent")
    with pytest.raises(Refused, match="why it is no longer done"):
        replies.confirm(second, by=una, now=timezone.now(), status=second.status, comment="merged")
    assert len(waiting(una)) == 2
    for verb in (lambda: replies.discard(first, by=make.user(), now=NOW),):
        with pytest.raises(PermissionDenied):
            verb()


# The page ------------------------------------------------------------------------------------------------


def filled(person: User, **more: str) -> dict[str, str]:
    """The form of the page as it comes, with changes."""
    found = replies.waiting_for(person)
    form = {f"p{one.pk}-{name}": getattr(one, name) for one in found for name in ("status", "comment")}
    return form | {"confirm": "all"} | more


def test_one_click_on_the_link_in_our_answer_confirms_without_signing_in(
    client: Client, una: User, actions: list[KeyAction]
) -> None:
    answer(digest(una, actions), "1: done - sent\n2: started")
    path = path_of(last_mail().text)
    for _scanner in range(2):
        page = client.get(path)
        assert page.status_code == 200
    assert actions[0].text in page.content.decode()
    assert not ProgressUpdate.objects.exists()
    assert client.post(path, filled(una)).status_code == 302
    assert set(ProgressUpdate.objects.values_list("action", "status", "reported_by", "channel")) == {
        (actions[0].pk, "completed", una.pk, "mail"), (actions[1].pk, "initiated", una.pk, "mail"),
    }  # fmt: skip
    assert "Nothing of this mail waits any more." in client.get(path).content.decode()
    assert client.get(reverse("home")).status_code == 302  # it opened nothing else


def test_the_link_opens_that_one_mail_only_and_for_that_person_only(
    client: Client, una: User, actions: list[KeyAction], time_machine: object
) -> None:
    sent = digest(una, actions)
    answer(sent, "1: done")
    path = path_of(last_mail().text)
    answer(sent, "2: done - another secret")
    assert "another secret" not in client.get(path).content.decode()
    client.post(path, filled(una))
    assert [one.action_id for one in replies.waiting_for(una)] == [actions[1].pk]
    assert client.get(path[:-3] + "x/").status_code == 404
    client.force_login(make.user())
    assert client.get(path).status_code == 403
    client.logout()
    time_machine.shift(timedelta(days=15))  # type: ignore[attr-defined]
    assert client.get(path).status_code == 410
    una.is_active = False
    una.save()
    assert client.get(path).status_code == 404


@pytest.fixture
def time_machine() -> object:
    import time_machine as machine

    with machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def test_refusals_stand_on_the_page_and_the_rest_is_reported(
    client: Client, una: User, actions: list[KeyAction]
) -> None:
    for office in Office.objects.filter(parent=None):
        make.member(Role.EVALUATION_UNIT, office)  # who approves
    answer(digest(una, actions), "1: done\n2: no longer applicable - merged\n3: started")
    actions[0].parties.all().delete()
    client.force_login(una)
    assert "3 updates by mail wait" in client.get(reverse("home")).content.decode()
    page = client.post(reverse("replies"), filled(una))
    assert page.status_code == 422
    shown = page.content.decode()
    assert "somebody else leads it now" in shown
    assert "Choose on its own page why it is no longer done" in shown
    assert actions[0].text not in shown  # nor does she see it any more
    assert list(ProgressUpdate.objects.values_list("action", flat=True)) == [actions[2].pk]
    first, second = replies.waiting_for(una)
    client.post(reverse("replies"), filled(una, discard=str(first.pk)))
    client.post(reverse("replies"), filled(una, **{f"p{second.pk}-reason_code": "overtaken"}))
    assert waiting(una) == []
    assert ProgressUpdate.objects.filter(action=actions[1], status="no_longer_applicable").exists()


def test_the_page_costs_the_same_however_much_waits(client: Client, una: User) -> None:
    client.force_login(una)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("replies")).status_code == 200
        return len(captured)

    assert "No update by mail waits" in client.get(reverse("replies")).content.decode()
    answer(digest(una, [make.action(lead=una)]), "1: done")
    cost()
    one = cost()
    answer(digest(una, [make.action(lead=una) for _each in range(3)]), "all: done")
    assert cost() == one


# Whom no mail reaches ------------------------------------------------------------------------------------


def bounced(person: User) -> Bounce:
    return Bounce.objects.create(address=person.email, at=NOW, reason="550 5.1.1 no such user")


@pytest.mark.parametrize("role", [Role.EVALUATION_UNIT, Role.ADMINISTRATOR, Role.READER])
def test_who_cannot_be_reached_is_listed_with_what_they_lead(client: Client, una: User, role: Role) -> None:
    office = make.office()
    action = make.action(
        make.answer(make.recommendation(make.evaluation([office])), decision="accepted"), lead=una
    )
    bounced(una)
    client.force_login(make.member(role, office))
    page = client.get(reverse("unreachable"))
    if role == Role.READER:
        assert page.status_code == 403
        return
    shown = page.content.decode()
    for piece in (una.email, "550 5.1.1 no such user", action.text, reverse("action", args=[action.pk])):
        assert piece in shown
    client.post(reverse("bounce_settle", args=[Bounce.objects.get().pk]), {"next": reverse("unreachable")})
    assert "Mail reaches everyone" in client.get(reverse("unreachable")).content.decode()


def test_the_list_costs_the_same_however_many_there_are(client: Client) -> None:
    client.force_login(make.user(is_superuser=True))

    def cost(people: int) -> int:
        for _each in range(people):
            lead = make.user()
            make.action(lead=lead)
            bounced(lead)
        client.get(reverse("unreachable"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("unreachable"))
        return len(captured)

    assert cost(1) == cost(2)


def test_a_returned_address_is_told_where_the_person_is(client: Client, una: User) -> None:
    bounced(una)
    client.force_login(una)
    assert "you get no reminders" in client.get(reverse("profile")).content.decode()
    client.force_login(make.user(is_superuser=True))
    assert "has come back since" in client.get(reverse("person", args=[una.pk])).content.decode()
    assert "Mail to one address comes back" in client.get(reverse("deliveries")).content.decode()
