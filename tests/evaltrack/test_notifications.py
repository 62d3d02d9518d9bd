"""Telling people: whom, in whose words, how it reaches them, and that no mail repeats another of the day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext as _

import evaltrack.kinds
import responses.kinds
from evaltrack import mail, notification_mail, notifications, tasks
from evaltrack.errors import Refused
from evaltrack.models import Delivery, Deputy, Mail, Notification, NotificationChoice, User
from evaltrack.notifications import Kind
from tests import factories as make
from tests.factories import NOW
from tests.services import MailServer

pytestmark = pytest.mark.django_db

RAINED = Kind("rained", "It rains")
DRIPPED = Kind("dripped", "It drips", Delivery.DAILY)
STORMED = Kind("stormed", "It storms", mandatory=True)
KINDS = (RAINED, DRIPPED, STORMED)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def weather(settings: LazySettings) -> None:
    settings.NOTIFICATION_KINDS = ["tests.evaltrack.test_notifications.KINDS"]


@pytest.fixture
def una() -> User:
    return make.user("Una Berg")


def tell(*people: User, kind: Kind = RAINED, at: datetime = NOW, **said: Any) -> None:
    said = {"key": f"{kind.code}/{at}", "about": "roof.1", "text": lambda: "It rains in.", "now": at, **said}
    notifications.tell(people, kind, **said)


def told(person: User) -> list[str]:
    return [one.text for one in person.notifications.order_by("pk")]


# Whom -----------------------------------------------------------------------------------------------------


def test_all_who_are_named_are_told_once_but_not_who_did_it_nor_who_left(una: User) -> None:
    ines, gone = make.user("Ines Okafor"), make.user(is_active=False)
    tell(una, una, ines, gone, by=ines)
    assert list(Notification.objects.values_list("person", "text")) == [(una.pk, "It rains in.")]


def test_each_is_told_in_their_language(una: User) -> None:
    marie = make.user("Marie Diallo", language="fr")
    tell(una, marie, text=lambda: _("Waiting"))
    with translation.override("fr"):
        assert told(marie) == [_("Waiting")]
    assert told(una) == ["Waiting"]
    assert Mail.objects.get(person=marie).text.count(told(marie)[0]) == 1


def test_an_address_may_be_each_readers_own(una: User) -> None:
    ines = make.user("Ines Okafor")
    tell(una, ines, url=lambda person: f"/roof/{person.pk}/")
    assert una.notifications.get().url == f"/roof/{una.pk}/"
    assert f"http://127.0.0.1:8000/roof/{ines.pk}/" in ines.mails.get().text


def test_told_twice_counts_once(una: User) -> None:
    for minutes in (0, 1, 60 * 24):
        tell(una, key="roof.1/rain/7", at=NOW + minutes * MINUTE)
    assert Notification.objects.count() == Mail.objects.count() == 1


def deputy(person: User, stands_in: User, starts_on: date, ends_on: date) -> Deputy:
    return Deputy.objects.create(person=person, deputy=stands_in, starts_on=starts_on, ends_on=ends_on)


@pytest.mark.parametrize(
    ("starts", "ends", "are_told"), [(-3, 0, True), (0, 3, True), (1, 3, False), (-3, -1, False)]
)
def test_the_deputy_of_the_day_is_told_too_and_for_whom(
    una: User, starts: int, ends: int, are_told: bool
) -> None:
    ines, today = make.user("Ines Okafor"), NOW.date()
    deputy(una, ines, today + timedelta(days=starts), today + timedelta(days=ends))
    tell(una)
    assert told(una) == ["It rains in."]
    assert told(ines) == (["For Una Berg: It rains in."] if are_told else [])


def test_the_day_of_a_deputy_is_the_absent_persons(una: User) -> None:
    """At 09:00 UTC it is still the evening before in Anchorage and already the evening in Auckland."""
    for zone, expected in (("America/Anchorage", []), ("Pacific/Auckland", ["For"])):
        away, stands_in = make.user(f"Away {zone[-3:]}", time_zone=zone), make.user(f"In {zone[-3:]}")
        deputy(away, stands_in, date(2026, 3, 2), date(2026, 3, 2))
        tell(away, at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC), key=zone)
        assert [text[:3] for text in told(stands_in)] == expected


def test_a_deputy_of_several_is_told_once_and_one_concerned_themselves_without_it(una: User) -> None:
    ines, arlo = make.user("Ines Okafor"), make.user("Arlo Quist")
    for person in (una, arlo):
        deputy(person, ines, NOW.date(), NOW.date())
    deputy(una, arlo, NOW.date(), NOW.date())
    tell(una, arlo)
    assert told(ines) == ["For Arlo Quist, Una Berg: It rains in."]
    assert told(arlo) == ["It rains in."]


def test_a_deputy_who_did_it_is_not_told_but_the_absent_person_is(una: User) -> None:
    ines = make.user("Ines Okafor")
    deputy(una, ines, NOW.date(), NOW.date())
    tell(una, by=ines)
    assert (told(una), told(ines)) == (["It rains in."], [])


def test_nobody_is_told_of_what_the_absent_person_did(una: User) -> None:
    deputy(una, make.user(), NOW.date(), NOW.date())
    tell(una, by=una)
    assert not Notification.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_people() -> None:
    counts = []
    for number in (1, 3, 30):
        people = [make.user() for _one in range(number)]
        for person in people:
            deputy(person, make.user(), NOW.date(), NOW.date())
        with CaptureQueriesContext(connection) as queries:
            tell(*people, key=f"to {number}")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 9
    assert Mail.objects.count() == Notification.objects.count() == 2 * (1 + 3 + 30)


# How it reaches them --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "chosen", "delivery"),
    [
        (RAINED, None, "at_once"),
        (DRIPPED, None, "daily"),
        (RAINED, "daily", "daily"),
        (RAINED, "off", "off"),
        (DRIPPED, "at_once", "at_once"),
        (STORMED, "daily", "daily"),
        (STORMED, "off", "at_once"),  # mandatory only since it was switched off
    ],
)
def test_it_reaches_them_as_they_chose_else_in_the_kinds_own_way(
    una: User, kind: Kind, chosen: str | None, delivery: str
) -> None:
    if chosen:
        NotificationChoice.objects.create(person=una, kind=kind.code, delivery=chosen)
    tell(una, kind=kind)
    row = una.notifications.get()
    assert row.delivery == delivery
    assert (row.mail is not None) == (delivery == "at_once")


def test_the_organisation_makes_more_kinds_mandatory(una: User, settings: LazySettings) -> None:
    quiet = Kind("hummed", "It hums", Delivery.OFF)
    settings.MANDATORY_NOTIFICATIONS = ["rained", "hummed"]
    NotificationChoice.objects.create(person=una, kind="rained", delivery="off")
    tell(una)
    tell(una, kind=quiet)
    assert list(una.notifications.order_by("pk").values_list("delivery", flat=True)) == ["at_once", "daily"]
    with pytest.raises(Refused, match="organisation wants everyone"):
        notifications.choose({"rained": Delivery.OFF}, by=una)


def test_a_mandatory_kind_that_is_none_is_found_before_starting(settings: LazySettings) -> None:
    settings.MANDATORY_NOTIFICATIONS = ["rained"]
    call_command("check")
    settings.MANDATORY_NOTIFICATIONS = ["snowed"]
    with pytest.raises(SystemCheckError, match="names “snowed”, which is no kind"):
        call_command("check")


def test_only_what_differs_from_the_kinds_own_way_is_kept_until_it_is_reset(una: User) -> None:
    wanted = {"rained": Delivery.OFF, "dripped": Delivery.DAILY, "stormed": Delivery.DAILY}
    notifications.choose(wanted, by=una)
    assert notifications.choices_of(una) == wanted
    assert set(una.notification_choices.values_list("kind", flat=True)) == {"rained", "stormed"}
    notifications.choose({"rained": Delivery.DAILY}, by=una)
    notifications.choose({"stormed": Delivery.AT_ONCE}, by=una)
    assert list(una.notification_choices.values_list("kind", "delivery")) == [("rained", "daily")]
    notifications.reset(by=una)
    assert notifications.choices_of(una) == {"rained": "at_once", "dripped": "daily", "stormed": "at_once"}


def test_every_kind_has_a_code_of_its_own_that_a_mail_can_hold(settings: LazySettings) -> None:
    settings.NOTIFICATION_KINDS = ["evaltrack.kinds.KINDS", "responses.kinds.KINDS"]
    found = notifications.kinds()
    assert len(found) == len(evaltrack.kinds.KINDS) + len(responses.kinds.KINDS)
    assert all(len(code) <= 40 and kind.group for code, kind in found.items())


# Mail at once ---------------------------------------------------------------------------------------------


def test_what_was_told_and_its_mail_are_there_together_or_not_at_all(una: User) -> None:
    with transaction.atomic():
        tell(una)
        transaction.set_rollback(True)
    assert not Mail.objects.exists()
    assert not Notification.objects.exists()


def test_the_mail_says_what_happened_what_was_said_where_and_why_one_gets_it(
    una: User, smtp_server: MailServer
) -> None:
    tell(una, detail="See **page 3**.\n<script>x</script>", url="/roof/1/")
    assert mail.deliver_all(now=NOW).sent == 1
    (message,) = smtp_server.messages
    assert (message["To"], message["Subject"]) == (una.email, "It rains in.")
    assert message["Message-ID"] == mail.message_id(una.mails.get())
    body = message.get_body(("plain",))
    assert body
    text = body.get_content()
    wanted = [
        "Dear Una Berg,",
        "It rains in.",
        "See page 3.",
        "<script>x</script>",
        "http://127.0.0.1:8000/roof/1/",
        "“It rains”",
        "http://127.0.0.1:8000/profile/notifications/",
    ]
    assert [part for part in wanted if part in text] == sorted(wanted, key=text.index) == wanted
    page = message.get_body(("html",))
    assert page
    html = page.get_content()
    assert "See <strong>page 3</strong>." in html
    assert "<script>" not in html
    assert 'href="http://127.0.0.1:8000/roof/1/"' in html


def test_a_text_of_several_lines_makes_no_header(una: User, smtp_server: MailServer) -> None:
    tell(una, text=lambda: "Rain\r\nBcc: all@example.org\n" + "and more " * 100)
    mail.deliver_all(now=NOW)
    (message,) = smtp_server.messages
    assert message["Bcc"] is None
    assert message["Subject"].strip().startswith("Rain Bcc: all@example.org and more")
    assert len(message["Subject"].strip()) <= notification_mail.SUBJECT


def test_the_delivery_log_knows_the_kind(una: User) -> None:
    tell(una)
    assert (una.mails.get().kind, una.mails.get().to) == ("rained", una.email)


# Nothing twice in a day -----------------------------------------------------------------------------------


def test_of_one_kind_about_one_thing_only_the_first_of_the_day_is_mailed_at_once(una: User) -> None:
    for minutes in range(3):
        tell(una, at=NOW + minutes * MINUTE)
    assert list(una.notifications.order_by("pk").values_list("delivery", flat=True)) == [
        "at_once",
        "daily",
        "daily",
    ]
    assert una.mails.get().notifications.count() == 1
    assert Notification.objects.for_daily_mail().count() == 2


def test_another_thing_another_kind_another_person_or_another_day_is_mailed_at_once(una: User) -> None:
    tell(una)
    tell(una, about="roof.2", at=NOW + MINUTE)
    tell(una, kind=STORMED)
    tell(una, make.user("Ines Okafor"), at=NOW + 2 * MINUTE)
    tell(una, at=NOW + timedelta(days=1))
    assert (una.mails.count(), Mail.objects.count()) == (4, 5)


@pytest.mark.parametrize(("zone", "mails"), [("UTC", 1), ("Pacific/Auckland", 2), ("America/Anchorage", 1)])
def test_the_day_is_the_readers_own(zone: str, mails: int) -> None:
    """10:30 and 11:30 UTC lie on both sides of midnight in Auckland (UTC+13 in March)."""
    person = make.user(time_zone=zone)
    for hour in (10, 11):
        tell(person, at=datetime(2026, 3, 2, hour, 30, tzinfo=UTC))
    assert person.mails.count() == mails


# Reading --------------------------------------------------------------------------------------------------


def test_reading_is_for_the_reader_alone_and_keeps_its_first_time(una: User) -> None:
    tell(una)
    one = una.notifications.get()
    with pytest.raises(PermissionDenied):
        notifications.read(one, by=make.user(), now=NOW)
    for minutes in (1, 2):
        notifications.read(one, by=una, now=NOW + minutes * MINUTE)
    one.refresh_from_db()
    assert one.read_at == NOW + MINUTE
    assert notifications.unread(una) == 0


def test_all_are_marked_as_read_and_only_ones_own(una: User) -> None:
    ines = make.user("Ines Okafor")
    for minutes in range(3):
        tell(una, ines, at=NOW + minutes * MINUTE)
    assert notifications.read_all(by=una, now=NOW) == 3
    assert (notifications.unread(una), notifications.unread(ines)) == (0, 3)


def test_what_was_read_on_screen_is_not_mailed_as_well_unless_it_is_mandatory(
    una: User, settings: LazySettings
) -> None:
    tell(una, kind=DRIPPED)
    NotificationChoice.objects.create(person=una, kind="stormed", delivery="daily")
    tell(una, kind=STORMED)
    tell(una)
    notifications.read_all(by=una, now=NOW)
    assert [one.kind for one in Notification.objects.for_daily_mail()] == ["stormed"]
    assert una.notifications.get(kind="rained").mail


def test_counting_stops_at_a_hundred_and_costs_one_query(una: User, django_assert_num_queries: Any) -> None:
    Notification.objects.bulk_create(
        Notification(person=una, kind="rained", key=str(number), about="x", text="x", at=NOW, delivery="off")
        for number in range(120)
    )
    with django_assert_num_queries(1):
        assert notifications.unread(una) == 100


def test_what_was_read_is_deleted_after_a_year(una: User) -> None:
    for days, is_read in ((0, True), (364, True), (366, True), (366, False)):
        tell(una, at=NOW - timedelta(days=days), key=f"{days}/{is_read}")
        if is_read:
            notifications.read_all(by=una, now=NOW)
    assert notifications.forget(now=NOW) == 1
    assert set(una.notifications.values_list("key", flat=True)) == {"0/True", "364/True", "366/False"}
    assert una.mails.count() == 3, "what was mailed stays in the delivery log"


def test_the_daily_job_deletes(una: User) -> None:
    tell(una, at=NOW - timedelta(days=1000))
    notifications.read_all(by=una, now=NOW)
    tasks.forget_notifications()
    assert not Notification.objects.exists()
