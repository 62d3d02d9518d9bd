"""The link in a digest: made for many at once, good for one person in one browser, and no longer than it may be."""

from datetime import timedelta

import pytest

from evaltrack import mail, people
from evaltrack.models import AuditEntry, Mail
from responses import report_links
from responses.models import LinkUse, ReportLink
from responses.report_links import Use
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = make.NOW


@pytest.fixture
def person():
    return make.user("Arlo Quist", language="fr")


@pytest.fixture
def link(person):
    report_links.issue([person.pk], now=NOW)
    return ReportLink.objects.get()


def again(link):
    """The link as it is read now."""
    return report_links.read(report_links.token(link))


def test_links_for_many_people_are_made_in_one_insert(django_assert_num_queries):
    people = [make.user().pk for _ in range(3)]
    closed = make.user(is_active=False).pk
    with django_assert_num_queries(2):
        made = report_links.issue([*people, closed], now=NOW)
    assert made.keys() == set(people)
    assert len(set(made.values())) == 3
    assert set(ReportLink.objects.values_list("person", flat=True)) == set(people)


def test_the_address_names_the_row_and_nothing_kept_can_make_it(link, settings):
    token = report_links.token(link)
    assert report_links.address(link) == f"{settings.BASE_URL}/my-actions/link/{token}/"
    assert report_links.read(token) == link
    assert token.partition(".")[2] not in str(ReportLink.objects.values().get())


@pytest.mark.parametrize(
    "bend",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: "9" + token,
        lambda token: token.partition(".")[0],
        lambda token: f"{token}x",
        lambda token: f"{'1' * 30}.{token.partition('.')[2]}",
        lambda token: token.upper(),
        lambda token: f"٣.{token.partition('.')[2]}",
    ],
)
def test_a_token_that_is_not_whole_is_nobodys(link, bend):
    assert report_links.read(bend(report_links.token(link))) is None


def withdraw(link):
    report_links.withdraw(link.person, by=link.person, now=NOW)


def set_password(link):
    link.person.set_password("another horse")
    link.person.save()


def change_address(link):
    people.change_person(link.person, by=None, today=NOW.date(), email="quist@example.org")


def deactivate(link):
    people.deactivate(link.person, by=None, today=NOW.date())


def deactivate_and_activate(link):
    deactivate(link)
    people.activate(link.person, by=None, today=NOW.date())


def rename(link):
    people.change_person(link.person, by=None, today=NOW.date(), name="Arlo Quist-Berg")


@pytest.mark.parametrize(
    ("what", "after", "why"),
    [
        (None, timedelta(), None),
        (None, timedelta(days=14, seconds=-1), None),
        (None, timedelta(days=14), Use.OVER),
        (rename, timedelta(), None),
        (withdraw, timedelta(), Use.ENDED),
        (set_password, timedelta(), Use.CHANGED),
        (change_address, timedelta(), Use.CHANGED),
        (deactivate, timedelta(), Use.CLOSED),
        (deactivate_and_activate, timedelta(), Use.ENDED),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_how_long_a_link_is_good(link, what, after, why, time_machine):
    time_machine.move_to(NOW, tick=False)
    if what:
        what(link)
    assert report_links.refusal(again(link), now=NOW + after) == why


def test_the_first_browser_is_the_only_one(link):
    first, second = report_links.new_browser(), report_links.new_browser()
    assert not report_links.opened_by(link, first)
    assert not report_links.opened_by(link, "")
    assert report_links.bind(again(link), first, now=NOW)
    assert not report_links.bind(link, second, now=NOW)  # had read it while nobody had opened it
    assert report_links.opened_by(again(link), first)
    assert not report_links.opened_by(again(link), second)
    assert not report_links.opened_by(again(link), "")
    assert first not in str(ReportLink.objects.values().get())


def test_withdrawing_one_leaves_the_others_and_stands_in_the_history(link, person):
    report_links.issue([person.pk], now=NOW)
    other = ReportLink.objects.exclude(pk=link.pk).get()
    assert report_links.withdraw(person, by=person, now=NOW, only=link) == 1
    assert report_links.refusal(again(other), now=NOW) is None
    assert report_links.withdraw(person, by=None, now=NOW) == 1
    assert report_links.withdraw(person, by=None, now=NOW) == 0
    entries = AuditEntry.objects.filter(verb="withdrew links for reporting").order_by("pk")
    assert [entry.actor for entry in entries] == ["Arlo Quist", "EvalTrack"]


def test_a_new_link_goes_to_the_person_at_most_once_an_hour(person):
    for minutes in (0, 5, 59):
        report_links.mail_anew(person, now=NOW + timedelta(minutes=minutes))
    mail = Mail.objects.get()
    link = ReportLink.objects.get()
    assert (mail.to, mail.confidential) == (person.email, True)
    assert report_links.address(link) in mail.text
    assert report_links.address(link) in mail.html
    report_links.mail_anew(person, now=NOW + timedelta(hours=1))
    assert Mail.objects.count() == ReportLink.objects.count() == 2


def test_nobody_is_mailed_once_the_account_is_closed():
    report_links.mail_anew(make.user(is_active=False), now=NOW)
    assert not Mail.objects.exists()
    assert not ReportLink.objects.exists()


def test_every_use_has_words(link):
    for what in Use:
        report_links.note(link, what, now=NOW, browser="x" * 300)
    assert len({report_links.word(use) for use in LinkUse.objects.all()}) == len(Use)


def test_links_are_forgotten_those_that_were_used_later(person):
    for days, opened in ((43, None), (45, None), (43, NOW), (378, NOW), (380, NOW)):
        report_links.issue([person.pk], now=NOW - timedelta(days=days))
        ReportLink.objects.filter(pk=ReportLink.objects.latest("pk").pk).update(opened_at=opened)
    assert report_links.forget(now=NOW) == 2
    assert report_links.forget(now=NOW) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_looking_back_takes_two_queries(person, count, django_assert_num_queries):
    for _one in range(count):
        report_links.issue([person.pk], now=NOW)
    for link in ReportLink.objects.all():
        report_links.note(link, Use.TOLD, now=NOW, browser="Firefox", action=make.action())
    with django_assert_num_queries(2):
        rows = report_links.listed(person)
        assert [use.action.text for row in rows for use in row.uses.all()]


def test_once_it_is_sent_no_mail_that_is_kept_holds_the_link(link, person, mailoutbox):
    words = f"Report here: {report_links.address(link)} or sign in."
    mail.enqueue(
        key="digest/1", kind="digest", person=person, subject="x", text=words, html=f"<p>{words}", now=NOW
    )
    mail.deliver_all(now=NOW)
    assert words in mailoutbox[0].body
    kept = Mail.objects.get()
    secret = report_links.token(link)
    assert "/my-actions/link/…/ or sign in." in kept.text
    assert secret not in kept.text + kept.html


def test_of_a_mail_that_waits_others_read_all_but_the_link(link, person, client):
    words = f"Report here: {report_links.address(link)}"
    mail.enqueue(key="digest/1", kind="digest", person=person, subject="x", text=words, now=NOW)
    client.force_login(make.user(is_superuser=True))
    page = client.get(f"/mail/{Mail.objects.get().pk}/").content.decode()
    assert "Report here:" in page
    assert report_links.token(link) not in page
