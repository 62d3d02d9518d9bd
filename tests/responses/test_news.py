"""What happened, in the one mail a day: what it tells, to whom, when their day begins, and nothing twice."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from evaltrack import mail, notifications
from evaltrack.models import Delivery, Mail, Notification, User
from evaltrack.notifications import Kind
from responses import digest_mail, digests, reminders
from tests import factories as make
from tests.services import MailServer

pytestmark = pytest.mark.django_db

YESTERDAY, TODAY = date(2026, 6, 14), date(2026, 6, 15)
RAINED = Kind("rained", "It rains")
DRIPPED = Kind("dripped", "It drips", Delivery.DAILY)


def at(hour: int, day: date = YESTERDAY) -> datetime:
    return datetime.combine(day, time(hour, tzinfo=UTC))


def tell(person: User, text: str = "It drips.", *, kind: Kind = DRIPPED, now: datetime, **said: Any) -> None:
    said = {"about": "roof.1", "key": f"{text}/{now}", "url": "/roles/", **said}
    notifications.tell([person], kind, text=lambda: text, now=now, **said)


def plan(hour: int = 9, day: date = TODAY) -> reminders.Planned:
    return reminders.plan(now=at(hour, day))


def digest_of(person: User) -> Mail:
    return person.mails.get(kind="digest")


@pytest.fixture
def una() -> User:
    return make.user("Una Berg")


def test_what_happened_yesterday_comes_in_one_mail(una: User, smtp_server: MailServer) -> None:
    tell(una, "It drips <here>.", now=at(8), detail="On **my** desk,\nsee photo.", url="/roles/")
    tell(una, "The bucket is full.", now=at(9), about="bucket.1", url="")

    assert plan() == reminders.Planned(0, 1, 0, frozenset(), 2)
    assert mail.deliver_all(now=at(9, TODAY)).sent == 1

    (message,) = smtp_server.messages
    assert (message["To"], message["Subject"]) == (una.email, "2 things happened")
    assert message["Message-ID"] == mail.message_id(digest_of(una))
    text = digest_of(una).text
    assert (
        "\nWhat happened\n\n- It drips <here>.\n  “On my desk, see photo.”\n  http://127.0.0.1:8000/roles/\n\n"
        "- The bucket is full.\n  http://127.0.0.1:8000/notifications/\n"
    ) in text
    assert "http://127.0.0.1:8000/profile/notifications/" in text
    html = digest_of(una).html
    assert '<a href="http://127.0.0.1:8000/roles/" style="color: #0f5b82;">It drips &lt;here&gt;.</a>' in html
    assert digest_of(una).notifications.count() == 2


def test_reminders_and_news_share_the_mail(una: User) -> None:
    make.action(due=TODAY, lead=una)
    tell(una, now=at(8))
    assert plan() == reminders.Planned(1, 1, 0, frozenset(), 1)
    only = Mail.objects.get()
    assert only.subject == "1 key action needs you"
    assert only.text.index("Due today") < only.text.index("What happened") < only.text.index("It drips.")


def test_a_second_run_changes_nothing(una: User) -> None:
    tell(una, now=at(8))
    plan()
    assert plan(10) == plan(23) == reminders.Planned(0, 0, 0, frozenset())
    assert Mail.objects.count() == 1


def test_what_happens_today_waits_for_tomorrow_even_without_a_mail_today(una: User) -> None:
    tell(una, now=at(0, TODAY))
    assert plan(9).mails == plan(23).mails == 0
    assert plan(0, TODAY + timedelta(days=1)).mails == 1


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("UTC", "2026-06-15T00:10Z"),
        ("Pacific/Auckland", "2026-06-14T12:10Z"),
        ("America/Anchorage", "2026-06-14T08:10Z"),
        ("Nowhere/Atlantis", "2026-06-15T00:10Z"),
    ],
)
def test_the_mail_comes_when_the_readers_own_day_begins(zone: str, first: str) -> None:
    """Auckland is 12 hours ahead of UTC in June, Anchorage 8 hours behind."""
    person = make.user(time_zone=zone)
    tell(person, now=at(7))
    hours = [datetime(2026, 6, 14, 7, 10, tzinfo=UTC) + timedelta(hours=hour) for hour in range(48)]
    wrote = [now for now in hours if reminders.plan(now=now).mails]
    assert wrote == [datetime.fromisoformat(first)]


def test_it_leaves_out_what_was_mailed_at_once_and_tells_what_came_after_it(una: User) -> None:
    for hour, text in enumerate(("Rain one.", "Rain two.", "Rain three.")):
        tell(una, text, kind=RAINED, now=at(8 + hour))
    plan()
    assert una.mails.count() == 2
    text = digest_of(una).text
    assert [line for line in ("Rain one.", "Rain two.", "Rain three.") if line in text] == [
        "Rain two.",
        "Rain three.",
    ]


def test_the_same_of_one_thing_is_a_single_line_with_all_that_was_said(una: User) -> None:
    for hour, said in enumerate(("Here.", "There.", "Here.", "")):
        tell(una, now=at(8 + hour), detail=said, url=f"/roles/?{hour}")
    tell(una, now=at(20), about="roof.2")
    plan()
    assert digest_of(una).subject == "2 things happened"
    assert "- It drips.\n  “Here.”\n  “There.”\n  http://127.0.0.1:8000/roles/?3\n" in digest_of(una).text
    assert digest_of(una).notifications.count() == 5


def test_a_long_list_ends_in_a_number(una: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_mail, "LISTED", 2)
    for number in range(5):
        tell(una, f"Drop {number}.", now=at(8))
    plan()
    assert "and 3 more: http://127.0.0.1:8000/notifications/\n" in digest_of(una).text
    assert not Notification.objects.for_daily_mail().exists()


def test_who_reads_on_screen_or_leaves_gets_no_mail_of_it(una: User) -> None:
    gone = make.user()
    tell(una, now=at(8))
    tell(gone, now=at(8))
    notifications.read_all(by=una, now=at(9))
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert plan().mails == 0


def test_after_a_week_without_a_worker_one_mail_tells_it_all(una: User) -> None:
    for day in range(7):
        tell(una, f"Day {day}.", now=at(8, YESTERDAY - timedelta(days=day)))
    assert plan().news == 7
    assert Mail.objects.count() == 1


def test_news_that_came_too_late_for_todays_mail_waits_for_the_next(una: User) -> None:
    tell(una, now=at(8))
    plan()
    tell(una, "Told late.", now=at(9))
    assert plan(10) == reminders.Planned(0, 0, 1, frozenset())
    assert plan(0, TODAY + timedelta(days=1)).news == 1


def test_mail_and_tie_are_there_together_or_not_at_all(una: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(una, now=at(8))

    def killed(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(digests._Batch, "_tie", killed)
        with pytest.raises(DatabaseError):
            plan()
    assert not Mail.objects.exists()
    assert plan().news == 1


def test_a_digest_costs_the_same_however_many_get_it_and_however_much_it_tells() -> None:
    counts = []
    for day, number in enumerate((1, 3, 30)):
        for person in [make.user() for _one in range(number)]:
            for drop in range(number):
                tell(person, f"Drop {drop}.", now=at(8, YESTERDAY + timedelta(days=day)))
        with CaptureQueriesContext(connection) as queries:
            assert plan(day=TODAY + timedelta(days=day)).mails == number
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_the_command_counts_the_news_and_a_dry_run_leaves_them(una: User, smtp_server: MailServer) -> None:
    tell(una, now=at(8))
    said = StringIO()
    with time_machine.travel(at(9, TODAY), tick=False):
        call_command("send_reminders", "--dry-run", stdout=said)
        assert said.getvalue().startswith(
            f"To {una.email}: 1 thing happened\n"
            "  Notifications: 1\n"
            "Reminders planned: 0, digests written: 1\n"
            "Notifications told in them: 1\n"
        )
        assert not Mail.objects.exists()
        call_command("send_reminders", stdout=said)
    assert [message["Subject"] for message in smtp_server.messages] == ["1 thing happened"]
