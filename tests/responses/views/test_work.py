"""My work: what each person finds there, and reporting in its rows."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaltrack.models import Part
from recommendations.choices import Decision
from responses import answers, progress
from responses.models import ActionParty, ProgressUpdate
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

HOME = "/"
SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def owner(people):
    return people["action owner"]


@pytest.fixture
def evaluation(office, people):
    return make.evaluation([office], short_title="Safe water", report_date=timezone.localdate())


@pytest.fixture
def answer(evaluation):
    return make.answer(make.recommendation(evaluation, number="3"), decision=Decision.ACCEPTED)


@pytest.fixture
def action(answer, owner):
    return make.action(
        answer, due=timezone.localdate() - timedelta(days=5), lead=owner, text="Agree with the committees."
    )


def shown_to(client, person, **query):
    client.force_login(person)
    response = client.get(HOME, query)
    assert response.status_code == 200
    return response.content.decode()


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    assert client.get(HOME).url == reverse("account_login") + "?next=/"


@pytest.mark.parametrize(
    ("person", "finds"),
    [
        ("evaluation unit", ["Responses my offices owe", "Safe water", "0 of 1 answered"]),
        ("officer of the office", ["Matrices that wait for me", "1 recommendation not answered"]),
        ("officer elsewhere", ["Every evaluation is answered.", "No key action waits for you"]),
        ("action owner", ["No key action waits for you"]),
        ("reader", ["No key action waits for you"]),
    ],
)
def test_each_person_finds_what_concerns_them(client, people, evaluation, person, finds):
    make.response(evaluation)
    make.recommendation(evaluation)
    page = shown_to(client, people[person])
    for words in finds:
        assert words in page
    if person not in ("evaluation unit", "officer of the office"):
        assert "Safe water" not in page
    if person in ("action owner", "reader"):
        assert "Matrices that wait" not in page
        assert "Responses my offices owe" not in page


def test_a_line_tells_deadline_distance_status_evaluation_and_recommendation(client, owner, action):
    page = shown_to(client, owner)
    for words in (
        "Agree with the committees.", action.deadline_text, "5 days late", "Not reported", "Safe water",
        "recommendation 3", "Overdue",
    ):  # fmt: skip
        assert words in page


def test_actions_one_supports_come_apart(client, owner, answer):
    action = make.action(answer, text="Train the mechanics.")
    ActionParty.objects.create(action=action, name="Arlo Quist", part=Part.SUPPORT, person=owner)
    page = shown_to(client, owner)
    assert "You support or coordinate" in page
    assert "Train the mechanics." in page


def test_a_long_group_is_shown_whole_when_asked(client, owner, answer):
    for _number in range(22):
        make.action(answer, lead=owner)
    assert "?all=undated#undated" in shown_to(client, owner)
    assert "?all=undated" not in shown_to(client, owner, all="undated")


def test_what_others_changed_is_told_since_yesterday_or_for_a_week(client, people, answer, time_machine):
    now = timezone.now()
    time_machine.move_to(now - timedelta(days=3))
    answers.narrate(answer, "We agree.", by=people["officer of the office"])
    time_machine.move_to(now)
    assert "Nobody else changed anything." in shown_to(client, people["reader"])
    assert "We agree." in shown_to(client, people["reader"], changes="week")


def test_an_evaluator_finds_the_way_to_the_recommendations(client, evaluation):
    evaluator = make.user()
    evaluation.evaluators.add(evaluator)
    page = shown_to(client, evaluator)
    assert "Recommendations I hand over" in page
    assert reverse("recommendations_paste", args=[evaluation.pk]) in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_number_of_queries(client, people, office, django_assert_num_queries, count):
    officer = people["officer of the office"]
    for _number in range(count):
        evaluation = make.evaluation([office], report_date=timezone.localdate())
        make.recommendation(evaluation)
        given = make.answer(make.recommendation(evaluation), decision=Decision.ACCEPTED)
        make.action(given, due=timezone.localdate(), lead=officer)
        make.action(given, lead=officer)
        make.evaluation([office], report_date=timezone.localdate())
        answers.narrate(given, "We agree.", by=people["evaluation unit"])
    client.force_login(officer)
    client.get(HOME)
    with django_assert_num_queries(33):
        client.get(HOME)


# Reporting in a row --------------------------------------------------------------------------------------


def report(action):
    return reverse("action_report", args=[action.pk])


def posted(**values):
    return {
        "status": "completed",
        "comment": "All signed.",
        "as_of": timezone.localdate().isoformat(),
        **values,
    }


def test_the_row_opens_with_the_organisations_statuses_today_and_how_it_stands(client, owner, action):
    progress.report(action, by=None, now=timezone.now(), as_of=timezone.localdate(), status="ongoing")
    client.force_login(owner)
    page = client.get(report(action), headers=SCRIPT).content.decode()
    assert page.lstrip().startswith(f'<li id="action-{action.pk}"')
    for words in ("Not initiated", "Initiated", "Ongoing", "Completed", "No longer applicable"):
        assert words in page
    assert re.search('value="ongoing"[^>]* checked', page)
    assert f'value="{timezone.localdate().isoformat()}"' in page
    assert '<textarea name="comment"' in page


def test_saving_keeps_the_row_says_so_and_shows_the_new_status(client, owner, action):
    client.force_login(owner)
    response = client.post(report(action), posted(), headers=SCRIPT)
    update = ProgressUpdate.objects.get()
    assert (update.action, update.status, update.comment, update.reported_by) == (
        action, "completed", "All signed.", owner,
    )  # fmt: skip
    page = response.content.decode()
    assert "Saved." in page
    assert "Completed" in page
    assert "days late" not in page
    assert "<form" not in page
    assert "toast" in response.headers["HX-Trigger"]


def test_what_is_refused_comes_back_with_the_reason_and_what_was_typed(client, owner, action):
    client.force_login(owner)
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = client.post(report(action), posted(as_of=tomorrow.isoformat()), headers=SCRIPT)
    page = response.content.decode()
    assert response.status_code == 422
    assert "not in the future" in page
    assert "All signed." in page
    assert not ProgressUpdate.objects.exists()


def test_cancelling_closes_the_row(client, owner, action):
    client.force_login(owner)
    page = client.get(report(action) + "?close", headers=SCRIPT).content.decode()
    assert "<form" not in page
    assert "Saved." not in page


def test_without_a_script_one_comes_back_to_where_one_was(client, owner, action):
    client.force_login(owner)
    back = f"/#action-{action.pk}"
    response = client.post(report(action), posted(next=back))
    assert response.url == back
    assert "Saved" in client.get("/").content.decode()


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_nobody_is_led_away_from_evaltrack(client, owner, action, next_):
    client.force_login(owner)
    assert client.post(report(action), posted(next=next_)).url == reverse("action", args=[action.pk])


@pytest.mark.parametrize(
    ("person", "answers"),
    list(zip(FIVE, [(200, 200), (200, 200), (404, 404), (200, 200), (403, 403)], strict=True)),
)
def test_who_may_report_in_a_row(client, people, action, person, answers):
    client.force_login(people[person])
    opened = client.get(report(action), headers=SCRIPT).status_code
    saved = client.post(report(action), posted(), headers=SCRIPT).status_code
    assert (opened, saved) == answers
    assert ProgressUpdate.objects.exists() == (answers[1] == 200)


def test_who_was_signed_out_meanwhile_is_asked_to_sign_in_and_keeps_the_page(client, action):
    response = client.post(report(action), posted(), headers=SCRIPT)
    assert (response.status_code, response.headers["HX-Trigger"]) == (401, '{"signed-out": {}}')
