"""The digest: one mail per person and day, in their language, that says what is late and leads straight there."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import translation

from evaltrack.models import Mail, User
from responses import digest_mail, reminders
from responses.models import ActionParty, KeyAction, Reminder
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 15)


def plan(day: date = TODAY) -> reminders.Planned:
    return reminders.plan(now=datetime.combine(day, time(9, tzinfo=UTC)))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def lead() -> User:
    return factories.user("Nadia Osei")


def digest() -> Mail:
    plan()
    return Mail.objects.get()


def test_one_mail_tells_everything_in_the_order_of_its_urgency(lead: User) -> None:
    evaluation = factories.evaluation(title="Evaluation of safe wells", short_title="Safe wells")
    answer = factories.answer(factories.recommendation(evaluation, number="3a"), decision="accepted")
    for text, due in (
        ("Soon.", ago(-7)), ("Later.", ago(-30)), ("Very late.", ago(200)), ("Late.", ago(1)), ("Now.", TODAY),
    ):  # fmt: skip
        factories.action(answer, text=text, due=due, lead=lead)
    factories.action(answer, text="Some day.", check_on=TODAY, lead=lead, deadline_text="continuous")

    mail = digest()

    assert (mail.to, mail.person, mail.key) == (lead.email, lead, f"digest/{lead.pk}/2026-06-15")
    assert mail.subject == "6 key actions need you: 2 overdue"
    url = f"http://127.0.0.1:8000{reverse('action', args=[KeyAction.objects.get(text='Very late.').pk])}"
    assert (
        "\nOverdue\n\n1. Safe wells, recommendation 3a\n  Very late.\n"
        f"  Deadline: 2025-11-27, 27 November 2025, 200 days late\n  {url}\n"
    ) in mail.text
    order = ["Overdue", "Very late.", "Late.", "1 day late", "Due today", "Now.", "15 June 2026, today"]
    order += [
        "Due soon",
        "Soon.",
        "in 7 days",
        "Later.",
        "in 30 days",
        "How does it stand?",
        "Some day.",
        "continuous\n",
    ]
    assert [text for text in order if text in mail.text] == order
    assert sorted(order, key=mail.text.index) == order
    assert mail.reminders.count() == 6


def test_a_condition_that_is_asked_about_is_not_due_soon(lead: User) -> None:
    far = ago(-221)
    factories.action(text="If funded.", due=far, check_on=TODAY, lead=lead, deadline_kind="conditional")
    text = digest().text
    assert "\nHow does it stand?\n\n1. " in text
    assert "If funded." in text
    assert "Due soon" not in text


@pytest.mark.parametrize(("days", "heading"), [(-7, "Due soon"), (0, "Due today"), (14, "Overdue")])
def test_what_is_asked_about_on_a_day_of_its_deadline_is_told_by_that(
    lead: User, days: int, heading: str
) -> None:
    factories.action(due=ago(days), check_on=TODAY, lead=lead, deadline_kind="conditional")
    mail = digest()
    assert f"\n{heading}\n" in mail.text
    assert "How does it stand?" not in mail.text
    assert mail.reminders.count() == 2


def test_a_single_action_needs_you_too(lead: User) -> None:
    factories.action(due=TODAY, lead=lead)
    assert digest().subject == "1 key action needs you"


def test_a_deadline_written_out_is_not_said_twice(lead: User) -> None:
    factories.action(due=TODAY, lead=lead, deadline_text="x")
    KeyAction.objects.update(deadline_text="15 June 2026")
    assert "Deadline: 15 June 2026, today\n" in digest().text


def test_a_deadline_without_words_is_its_date(lead: User) -> None:
    factories.action(due=TODAY, lead=lead)
    KeyAction.objects.update(deadline_text="")
    assert "Deadline: 15 June 2026, today\n" in digest().text


def test_the_page_mail_leads_to_the_same_actions_without_fetching_anything(lead: User) -> None:
    actions = [factories.action(text=text, due=TODAY, lead=lead) for text in ("<b>Bold</b> & co", "Plain")]
    found = Elements()
    found.feed(digest().html)
    assert [
        f"http://127.0.0.1:8000{reverse('action', args=[action.pk])}" for action in actions
    ] == found.links[:2]
    assert "<b>Bold</b> & co" in found.texts
    assert found.fetched == []


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self.fetched: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        self.fetched += [name for name, _value in attrs if name in ("src", "srcset", "background")]
        self.fetched += [tag] if tag in ("link", "script", "img", "iframe", "object") else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_plain_text_is_not_escaped(lead: User) -> None:
    factories.action(text='Train staff & write "how to" for <all>.', due=TODAY, lead=lead)
    assert 'Train staff & write "how to" for <all>.' in digest().text


def test_a_long_text_is_cut_and_kept_on_one_line(lead: User) -> None:
    factories.action(text="**Line** one.\n\nLine two. " + "word " * 200, due=TODAY, lead=lead)
    text = digest().text
    assert "  Line one. Line two. word" in text
    assert max(len(line) for line in text.splitlines()) <= digest_mail.SHOWN + 2


def test_beyond_what_one_can_read_there_is_a_number(lead: User) -> None:
    answer = factories.answer(decision="accepted")
    for _number in range(digest_mail.LISTED + 3):
        factories.action(answer, due=ago(1), lead=lead)
    mail = digest()
    assert mail.subject == "23 key actions need you: 23 overdue"
    assert mail.text.count("1 day late") == digest_mail.LISTED
    assert "and 3 more" in mail.text
    assert mail.reminders.count() == digest_mail.LISTED + 3


def test_it_speaks_the_language_of_its_reader() -> None:
    for language in ("en", "fr"):
        factories.action(due=TODAY, lead=factories.user(language=language))
    plan()
    with translation.override("en"):
        assert "15 June 2026," in Mail.objects.get(person__language="en").text
        french = Mail.objects.get(person__language="fr")
    assert "15 juin 2026," in french.text
    assert '<html lang="fr">' in french.html


def test_the_coordinator_reads_which_actions_nobody_has(lead: User) -> None:
    response = factories.response(coordinator=factories.user("Coordinator One"))
    recommendation = factories.recommendation(response.evaluation)
    answer = factories.answer(recommendation, response, decision="accepted")
    factories.action(answer, text="Nobody's.", due=ago(20))
    factories.action(answer, text="Somebody's.", due=ago(20), lead=lead)
    plan()
    mail = Mail.objects.get(person=response.coordinator)
    assert mail.subject == "1 key action needs you"
    assert mail.text.index("please name someone") < mail.text.index("Nobody's.")
    assert "Somebody's." not in mail.text


# Once a day, never lost -----------------------------------------------------------------------------------


def test_what_falls_due_after_the_digest_of_the_day_is_in_the_next(lead: User) -> None:
    factories.action(text="First.", due=TODAY, lead=lead)
    assert plan() == reminders.Planned(1, 1, 0, frozenset())
    factories.action(text="Second.", due=TODAY, lead=lead)
    assert plan() == reminders.Planned(1, 0, 1, frozenset())
    assert plan() == reminders.Planned(0, 0, 1, frozenset())
    assert plan(ago(-1)) == reminders.Planned(0, 1, 0, frozenset())
    first, second = Mail.objects.order_by("pk")
    assert "First." in first.text
    assert "Second." not in first.text
    assert "Second." in second.text
    assert "First." not in second.text


def waiting(lead: User, **fields: object) -> KeyAction:
    """An action whose reminder waits for tomorrow's digest."""
    factories.action(due=TODAY, lead=lead)
    plan()
    action = factories.action(lead=lead, **fields)  # type: ignore[arg-type]
    assert plan().waiting == 1
    return action


@pytest.mark.parametrize("change", [factories.closed(), {"deadline_due": ago(-90)}])
def test_what_is_done_or_put_off_while_it_waits_is_not_mailed(lead: User, change: dict[str, object]) -> None:
    action = waiting(lead, due=TODAY)
    KeyAction.objects.filter(pk=action.pk).update(**change)
    assert plan(ago(-1)).mails == 0
    assert not action.reminders.exists()


@pytest.mark.parametrize("when", [{"due": TODAY}, {"check_on": TODAY}])
def test_what_someone_else_leads_meanwhile_is_mailed_to_them(lead: User, when: dict[str, date]) -> None:
    action, other = waiting(lead, **when), factories.user()
    ActionParty.objects.filter(action=action).update(person=other)
    for number in (1, 2):
        plan(ago(-number))
    assert [reminder.recipient for reminder in action.reminders.exclude(mail=None)] == [other]
    assert Mail.objects.filter(person=lead).count() == 1


def test_who_is_gone_meanwhile_gets_nothing(lead: User) -> None:
    action = waiting(lead, due=TODAY)
    lead.is_active = False
    lead.save()
    assert plan(ago(-1)).mails == 0
    assert not action.reminders.exists()


def test_two_reminders_of_one_action_are_one_line(lead: User) -> None:
    action = waiting(lead, due=ago(-1))
    assert plan(ago(-1)).mails == 1
    assert action.reminders.count() == 2
    mail = Mail.objects.get(reminders__action=action, reminders__occasion="on_day")
    assert mail.subject == "1 key action needs you"
    assert mail.reminders.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_mail_and_the_reminders_in_it_are_written_together_or_not_at_all(lead: User) -> None:
    action = factories.action(due=TODAY, lead=lead)

    def breaks(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if sql.startswith('UPDATE "responses_reminder"'):
            raise DatabaseError("the disk is full")
        return execute(sql, *args)

    with connection.execute_wrapper(breaks), pytest.raises(DatabaseError, match="disk"):
        plan()
    assert not Mail.objects.exists()
    assert Reminder.objects.get().mail is None

    plan()
    assert Reminder.objects.get(action=action).mail == Mail.objects.get()
