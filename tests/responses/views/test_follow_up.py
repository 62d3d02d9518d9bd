"""The page of a key action and that of an answer: what they show, who may open them, who may report."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from recommendations.choices import Decision
from responses import actions, progress, reminders
from responses.models import ProgressUpdate
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db


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
    return make.evaluation([office], title="Evaluation of the river ports", report_date=timezone.localdate())


@pytest.fixture
def answer(evaluation):
    recommendation = make.recommendation(evaluation, number="3", text="Improve the **handover**.")
    return make.answer(recommendation, decision=Decision.ACCEPTED, narrative="We agree to this.")


@pytest.fixture
def action(answer, owner):
    return make.action(
        answer, lead=owner, text="Agree with the committees, see [model](https://example.org/m)."
    )


def page_of(client, person, url):
    client.force_login(person)
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def posted(**values):
    return {
        "status": "completed",
        "comment": "All signed.",
        "as_of": timezone.localdate().isoformat(),
        **values,
    }


def test_the_action_is_shown_in_its_context(client, owner, action):
    actions.set_deadline(action, "Q4 2027", by=None)
    page = page_of(client, owner, reverse("action", args=[action.pk]))
    for words in (
        "Key action 3.1", '<a href="https://example.org/m"', "Evaluation of the river ports",
        "<strong>handover</strong>", "Accept", "We agree to this.", "Q4 2027", "due 31 December 2027",
        "Arlo Quist", "Not reported", "Nothing reported yet.", "Nobody was reminded yet.",
    ):  # fmt: skip
        assert words in page
    where = reverse("matrix", args=[action.answer.response_id])
    assert f"{where}?open={action.answer.recommendation_id}#recommendation-" in page


def test_a_deadline_that_is_a_day_is_not_said_twice(client, owner, action):
    actions.set_deadline(action, "31 December 2027", by=None)
    page = page_of(client, owner, reverse("action", args=[action.pk]))
    assert page.count("31 December 2027") == 1
    assert "in 669 days" in page


def test_a_long_recommendation_is_folded(client, owner, answer, action):
    answer.recommendation.text = "Improve the handover. " * 40
    answer.recommendation.save()
    page = page_of(client, owner, reverse("action", args=[action.pk]))
    assert "<summary>Recommendation 3" in page


def test_actions_are_numbered_by_their_place_among_those_present(client, owner, answer, action):
    action.removed_at = make.NOW
    action.save()
    second, third = make.action(answer), make.action(answer, own_number="7 bis")
    assert "Key action 3.1" in page_of(client, owner_of(second), reverse("action", args=[second.pk]))
    assert "Key action 7 bis" in page_of(client, owner_of(third), reverse("action", args=[third.pk]))


def owner_of(action):
    """Somebody named for it, who therefore sees it."""
    person = make.user()
    actions.set_responsible(action, person.name, by=None)
    return person


def test_reports_are_shown_the_latest_day_first(client, owner, action):
    today = timezone.localdate()
    for days, status, comment in (
        (3, "initiated", "Begun."),
        (10, "not_initiated", "Told late."),
        (1, "ongoing", "Half."),
    ):
        progress.report(
            action,
            by=owner,
            now=timezone.now(),
            as_of=today - timedelta(days=days),
            status=status,
            comment=comment,
        )
    page = page_of(client, owner, reverse("action", args=[action.pk]))
    assert page.index("Half.") < page.index("Begun.") < page.index("Told late.")


def test_a_status_is_shown_as_its_source_printed_it(client, owner, action):
    progress.report(
        action,
        by=None,
        now=timezone.now(),
        as_of=timezone.localdate(),
        status="ongoing",
        status_text="On-going (80%)",
    )
    page = page_of(client, owner, reverse("action", args=[action.pk]))
    assert "On-going (80%)" in page
    assert "imported" in page


def test_reminders_tell_who_was_told(client, owner, action):
    actions.set_deadline(action, (timezone.localdate() - timedelta(days=1)).isoformat(), by=None)
    reminders.plan(now=timezone.now())
    page = page_of(client, owner, reverse("action", args=[action.pk]))
    assert "On the day" in page
    assert "Waiting" in page


def test_reporting_from_the_page_of_the_action(client, owner, action):
    client.force_login(owner)
    response = client.post(reverse("action_report", args=[action.pk]), posted(), follow=True)
    assert response.redirect_chain == [(reverse("action", args=[action.pk]), 302)]
    assert "All signed." in response.content.decode()


def test_what_is_refused_comes_back_with_what_was_typed(client, owner, action):
    client.force_login(owner)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    response = client.post(reverse("action_report", args=[action.pk]), posted(as_of=tomorrow, next="/"))
    page = response.content.decode()
    assert response.status_code == 422
    for words in ("not in the future", "All signed.", f'value="{tomorrow}"', 'name="next" value="/"'):
        assert words in page
    assert not ProgressUpdate.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"status": "", "comment": " "}, "Choose a status or say in a sentence how it stands."),
        ({"status": "finished"}, "Select a valid choice."),
        ({"as_of": "yesterday"}, "Enter a valid date."),
    ],
)
def test_bad_input_gets_a_sentence(client, owner, action, values, sentence):
    client.force_login(owner)
    response = client.post(reverse("action_report", args=[action.pk]), posted(**values))
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_asking_for_the_form_alone_leads_to_the_page_with_it(client, owner, action):
    client.force_login(owner)
    response = client.get(reverse("action_report", args=[action.pk]))
    assert response.url == reverse("action", args=[action.pk]) + "#report"


@pytest.mark.parametrize(
    ("person", "answers", "form"),
    [
        ("evaluation unit", (200, 302), True),
        ("officer of the office", (200, 302), True),
        ("officer elsewhere", (404, 404), False),
        ("action owner", (200, 302), True),
        ("reader", (200, 403), False),
        ("anonymous", (302, 302), False),
    ],
)
def test_who_sees_an_action_and_who_reports_on_it(client, people, action, person, answers, form):
    if person != "anonymous":
        client.force_login(people[person])
    shown = client.get(reverse("action", args=[action.pk]))
    saved = client.post(reverse("action_report", args=[action.pk]), posted())
    assert (shown.status_code, saved.status_code) == answers
    assert ('id="report"' in shown.content.decode()) == form
    assert ProgressUpdate.objects.exists() == form


def test_a_removed_action_is_not_found(client, owner, action):
    action.removed_at = make.NOW
    action.save()
    client.force_login(owner)
    assert client.get(reverse("action", args=[action.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_number_of_queries(client, owner, action, django_assert_num_queries, count):
    for _number in range(count):
        progress.report(action, by=owner, now=timezone.now(), as_of=timezone.localdate(), status="ongoing")
        make.action(action.answer, lead=owner)
    client.force_login(owner)
    client.get(reverse("action", args=[action.pk]))
    with django_assert_num_queries(22):
        client.get(reverse("action", args=[action.pk]))


# Answers -------------------------------------------------------------------------------------------------


@pytest.fixture
def by_round(office, people):
    """An answer whose status is kept per recommendation."""
    evaluation = make.evaluation(
        [office], profile_slug="iom-2022", report_date=timezone.localdate() - timedelta(days=200)
    )
    recommendation = make.recommendation(evaluation, number="2", text="Publish the survey.")
    return make.answer(recommendation, decision=Decision.ACCEPTED)


def test_the_answer_is_shown_with_its_actions_and_the_round_under_way(client, people, by_round):
    make.action(by_round, text="Ask the six markets.")
    page = page_of(client, people["officer of the office"], reverse("answer", args=[by_round.pk]))
    for words in ("Recommendation 2", "Publish the survey.", "2.1", "Ask the six markets.", "Not reported"):
        assert words in page
    assert '<option value="Time 2" selected>' in page


def test_reporting_on_a_recommendation_names_the_round(client, people, by_round):
    client.force_login(people["officer of the office"])
    url = reverse("answer_report", args=[by_round.pk])
    response = client.post(url, posted(status="open", round="Time 3"), follow=True)
    update = ProgressUpdate.objects.get()
    assert (update.answer, update.round, update.status) == (by_round, "Time 3", "open")
    page = response.content.decode()
    assert "Time 3" in page
    assert "All signed." in page


def test_a_refused_report_on_a_recommendation_keeps_what_was_typed(client, people, by_round):
    client.force_login(people["officer of the office"])
    url = reverse("answer_report", args=[by_round.pk])
    for values in ({"round": "Time 9"}, {"round": "Time 2", "as_of": "2999-01-01"}):
        response = client.post(url, posted(status="open", **values))
        assert response.status_code == 422
        assert "All signed." in response.content.decode()
    assert not ProgressUpdate.objects.exists()


@pytest.mark.parametrize(
    ("person", "answers"),
    list(
        zip(
            [*FIVE, "anonymous"],
            [(200, 302), (200, 302), (404, 404), (200, 403), (200, 403), (302, 302)],
            strict=True,
        )
    ),
)
def test_who_sees_an_answer_and_who_reports_on_it(client, people, by_round, person, answers):
    make.action(by_round, lead=people["action owner"])
    if person != "anonymous":
        client.force_login(people[person])
    shown = client.get(reverse("answer", args=[by_round.pk]))
    saved = client.post(reverse("answer_report", args=[by_round.pk]), posted(status="open", round="Time 2"))
    assert (shown.status_code, saved.status_code) == answers


def test_where_actions_have_the_status_the_answer_takes_no_report(client, people, answer):
    client.force_login(people["officer of the office"])
    assert 'id="report"' not in client.get(reverse("answer", args=[answer.pk])).content.decode()
    url = reverse("answer_report", args=[answer.pk])
    assert client.post(url, posted(status="ongoing")).status_code == 403
