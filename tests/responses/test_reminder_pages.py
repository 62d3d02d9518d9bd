"""What goes out next and who was told what; rounds and quiet days in the digest, which the preview foretells."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaltrack.models import Bounce, Mail, Office, QuietDays, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import reminders, told_whom, upcoming
from responses.models import KeyAction, ProgressUpdate, Question, Reminder, ReportLink, Round, RoundMatrix
from tests import factories as make

pytestmark = pytest.mark.django_db

DUE = date(2026, 6, 15)  # a Monday


def at(day: date) -> datetime:
    return datetime.combine(day, time(9, tzinfo=UTC))


def plan(day: date) -> reminders.Planned:
    return reminders.plan(now=at(day))


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


@pytest.fixture
def office() -> Office:
    return make.office("Country Office")


@pytest.fixture
def lead(office: Office) -> User:
    return make.member(Role.ACTION_OWNER, office, "Nadia Osei")


@pytest.fixture
def unit(office: Office) -> User:
    return make.member(Role.EVALUATION_UNIT, office, "Una Berg")


@pytest.fixture
def answer(office: Office):
    evaluation = make.evaluation([office], short_title="Safe wells")
    return make.answer(make.recommendation(evaluation), make.response(evaluation), decision="accepted")


@pytest.fixture
def action(answer, lead: User) -> KeyAction:
    return make.action(answer, text="Train the mechanics.", due=DUE, lead=lead)


# Numbers and links -----------------------------------------------------------------------------------------


def test_each_line_has_a_number_that_stands_with_its_reminder(answer, lead: User):
    for number, due in enumerate((DUE, DUE - timedelta(days=40), DUE + timedelta(days=7)), 1):
        make.action(answer, text=f"Promise {number}.", due=due, lead=lead)
    plan(DUE)
    mail = Mail.objects.get(person=lead)
    for reminder in mail.reminders.all():
        assert f"\n{reminder.place}. Safe wells, recommendation 1\n  {reminder.action.text}\n" in mail.text
    assert sorted(mail.reminders.values_list("place", flat=True)) == [1, 2, 3]


def test_what_is_beyond_the_lines_shown_has_no_number(answer, lead: User):
    for _number in range(23):
        make.action(answer, due=DUE, lead=lead)
    plan(DUE)
    places = list(Reminder.objects.order_by("place").values_list("place", flat=True))
    assert sorted(one for one in places if one) == list(range(1, 21))
    assert places.count(None) == 3


@pytest.mark.parametrize("inbound", ["", "reply@example.org"])
def test_a_lead_gets_a_link_and_may_answer_where_mail_is_taken_in(settings, action, lead: User, inbound: str):
    settings.INBOUND_ADDRESS = inbound
    plan(DUE)
    text = Mail.objects.get(person=lead).text
    assert "Tell how it stands without signing in, valid for 14 days: http" in text
    assert ("Or answer this mail" in text) == bool(inbound)
    assert ReportLink.objects.get().person == lead


# Quiet days ------------------------------------------------------------------------------------------------


def test_on_days_of_rest_no_digest_is_written_and_the_next_one_tells_it_all(action, answer, lead, office):
    Office.objects.update(rest_days="67")
    for number in (-2, -1):
        make.action(answer, due=DUE + timedelta(days=number), lead=lead)
    plan(DUE - timedelta(days=3))
    Mail.objects.all().delete()
    Reminder.objects.update(mail=None)
    Reminder.objects.all().delete()
    assert [plan(day).mails for day in days(DUE - timedelta(days=2), 2)] == [0, 0]
    assert plan(DUE - timedelta(days=1)).resting > 0
    assert plan(DUE).mails == 1
    assert Mail.objects.get().text.count("Safe wells, recommendation 1") == 3


def test_whose_office_works_is_written_to_on_anothers_quiet_day(action, answer, office):
    elsewhere = make.member(Role.ACTION_OWNER, make.office("Other Office"), "Tomas Reyes")
    make.action(answer, due=DUE, lead=elsewhere)
    QuietDays.objects.create(office=office, name="Closure", first=DUE, last=DUE + timedelta(days=2))
    plan(DUE)
    assert list(Mail.objects.values_list("person", flat=True)) == [elsewhere.pk]
    assert plan(DUE + timedelta(days=3)).mails == 1


# Rounds ----------------------------------------------------------------------------------------------------


def ask(action: KeyAction, person: User, due_on: date, *, opened: date) -> RoundMatrix:
    """A round as ``rounds.py`` opens it."""
    round_ = Round.objects.create(name="Time 2", due_on=due_on, opened_at=at(opened))
    matrix = RoundMatrix.objects.create(
        round=round_, response=action.answer.response, name=round_.name, due_on=due_on
    )
    Question.objects.create(matrix=matrix, action=action, person=person, asked_at=at(opened))
    Reminder.objects.create(
        action=action, occasion="round", due_for=opened, deadline=action.deadline_due, recipient=person,
        planned_at=at(opened),
    )  # fmt: skip
    return matrix


def test_a_round_asks_once_again_a_week_before_and_on_the_day(answer, lead: User):
    action = make.action(answer, text="Train the mechanics.", due=DUE + timedelta(days=365), lead=lead)
    ask(action, lead, DUE, opened=DUE - timedelta(days=21))
    mailed = [day for day in days(DUE - timedelta(days=21), 40) if plan(day).mails]
    assert mailed == [DUE - timedelta(days=21), DUE - timedelta(days=7), DUE]
    text = Mail.objects.latest("pk").text
    assert "\nAsked in Time 2, answers due on 15 June 2026\n\n1. Safe wells, recommendation 1\n" in text


@pytest.mark.parametrize("done", ["answered", "closed", "handed over"])
def test_who_has_answered_is_not_asked_again(answer, lead: User, done: str):
    action = make.action(answer, due=DUE + timedelta(days=365), lead=lead)
    matrix = ask(action, lead, DUE, opened=DUE - timedelta(days=21))
    if done == "answered":
        ProgressUpdate.objects.create(
            action=action, round="Time 2", as_of=DUE, comment="Done.", reported_at=at(DUE)
        )
    elif done == "closed":
        Question.objects.all().delete()
        matrix.delete()
    else:
        Question.objects.update(person=make.user())
    plan(DUE - timedelta(days=1))
    assert not Mail.objects.filter(person=lead).exists()


def test_what_a_round_asks_about_and_is_overdue_is_one_line(action, lead: User):
    ask(action, lead, DUE + timedelta(days=20), opened=DUE)
    plan(DUE)
    mail = Mail.objects.get(person=lead)
    assert mail.subject.startswith("1 key action needs you")
    assert mail.text.count("Train the mechanics.") == 1
    assert set(mail.reminders.values_list("place", flat=True)) == {1}


# What goes out next ------------------------------------------------------------------------------------------


def test_the_preview_foretells_each_digest_of_the_week(answer, lead: User, office: Office):
    other = make.member(Role.ACTION_OWNER, office, "Tomas Reyes")
    for number in range(-40, 45, 3):
        make.action(answer, due=DUE + timedelta(days=number), lead=lead if number % 2 else other)
        make.action(answer, check_on=DUE + timedelta(days=number), lead=lead)
    plan(DUE - timedelta(days=1))
    Office.objects.update(rest_days="4")
    rows = list(Reminder.objects.values())
    told = upcoming.coming(reminders.to_remind_of(), now=at(DUE), today=DUE)
    assert rows == list(Reminder.objects.values())
    assert Mail.objects.filter(created_at__gte=at(DUE)).count() == 0

    foretold = {(one.day, one.person.pk, frozenset(pk for pk, _why in one.items)) for one in told}
    for day in days(DUE, 7):
        plan(day)
    sent = {
        (mail.created_at.date(), mail.person_id, frozenset(mail.reminders.values_list("action", flat=True)))
        for mail in Mail.objects.filter(created_at__gte=at(DUE))
    }
    assert foretold == sent
    assert len(sent) > 4


def test_a_persons_next_digest_is_the_one_they_get(action, lead: User):
    day, shown = upcoming.digest_of(lead, now=at(DUE - timedelta(days=30)), today=DUE - timedelta(days=30)) or (
        None, None,
    )  # fmt: skip
    assert day == DUE - timedelta(days=30)
    assert not Mail.objects.exists()
    assert not ReportLink.objects.exists()
    assert not Reminder.objects.exists()
    plan(DUE - timedelta(days=30))
    sent = Mail.objects.get()
    assert shown
    assert (shown.subject, shown.key) == (sent.subject, sent.key)
    assert shown.text in sent.text.replace(_link_of(sent), "")


def _link_of(mail: Mail) -> str:
    start = mail.text.index("Tell how it stands without")
    return mail.text[start - 1 : mail.text.index("Everything that waits") - 1]


def test_the_pages_are_for_the_unit_and_ones_own_digest_for_oneself(client, action, lead: User, unit: User):
    pages = [reverse("reminders_coming"), reverse("reminders_told"), reverse("next_digest", args=[unit.pk])]
    client.force_login(lead)
    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    assert client.get(reverse("next_digest", args=[lead.pk])).status_code == 200
    client.force_login(unit)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert client.get(reverse("next_digest", args=[lead.pk])).status_code == 200
    stranger = make.member(Role.READER, make.office("Elsewhere"))
    assert client.get(reverse("next_digest", args=[stranger.pk])).status_code == 403


def test_the_coming_week_is_shown_for_an_office_and_what_one_may_not_see_is_not(
    client, time_machine, action, lead: User, unit: User, office: Office
):
    time_machine.move_to(at(DUE))
    other = make.office("Other Office")
    make.action(make.answer(make.recommendation(make.evaluation([other])), decision="accepted"),
                text="Unseen.", due=DUE, lead=lead)  # fmt: skip
    client.force_login(unit)
    page = client.get(reverse("reminders_coming"), {"office": office.pk}).content.decode()
    assert "Train the mechanics." in page
    assert "Unseen." not in page
    assert "Nadia Osei" not in client.get(reverse("reminders_coming"), {"q": "Tomas"}).content.decode()
    Evaluation.objects.update(confidential=True)
    client.force_login(make.member(Role.ADMINISTRATOR, office))
    assert "Train the mechanics." not in client.get(reverse("reminders_coming")).content.decode()


# Who was told what -------------------------------------------------------------------------------------------


def test_an_action_tells_who_was_told_and_what_came_back(client, action, lead: User, unit: User):
    plan(DUE)
    mail = Mail.objects.get()
    mail.state, mail.sent_at = Mail.State.SENT, at(DUE)
    mail.save()
    Bounce.objects.create(address=mail.to, at=at(DUE), reason="550 <nobody>", mail=mail)
    (told,) = told_whom.of_action(action)
    assert (told.person, told.what, told.when) == (lead, "On the day", at(DUE))
    client.force_login(unit)
    page = client.get(reverse("action_told", args=[action.pk])).content.decode()
    assert "Came back" in page
    assert "550 &lt;nobody&gt;" in page
    assert "Came back" in client.get(reverse("action", args=[action.pk])).content.decode()


def test_the_list_is_searched(client, action, answer, lead: User, unit: User):
    make.action(answer, text="Count the pumps.", due=DUE - timedelta(days=20), lead=make.user("Tomas Reyes"))
    plan(DUE)
    client.force_login(unit)

    def shown(**asked: str) -> set[str]:
        page = client.get(reverse("reminders_told"), asked).content.decode()
        return {text for text in ("Train the mechanics.", "Count the pumps.") if text in page}

    assert shown() == {"Train the mechanics.", "Count the pumps."}
    assert shown(q="tomas wells") == shown(q="Safe reyes") == shown(occasion="after") == {"Count the pumps."}
    assert shown(occasion="on_day") == shown(q="mechanics") == {"Train the mechanics."}
    assert shown(state="sent") == shown(state="returned") == shown(state="planned") == set()
    assert shown(state="waiting") == {"Train the mechanics.", "Count the pumps."}


def test_the_number_of_queries_does_not_grow(client, answer, lead: User, unit: User, time_machine):
    time_machine.move_to(at(DUE))
    client.force_login(unit)
    action = make.action(answer, due=DUE, lead=lead)
    addresses = [
        reverse("reminders_coming"), reverse("reminders_told"), reverse("action_told", args=[action.pk]),
    ]  # fmt: skip
    plan(DUE)
    client.get(addresses[0])
    counted = []
    for number in (1, 3):
        for _one in range(number):
            make.action(
                answer, due=DUE, lead=make.member(Role.ACTION_OWNER, answer.response.evaluation.offices.get())
            )
            make.action(answer, due=DUE + timedelta(days=20), lead=lead)
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        counted.append(counts)
        plan(DUE + timedelta(days=number))
    assert counted[0] == counted[1]
