"""Asking for responses, giving them more time, and the list of what is owed: pages, people, bad input."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from evaltrack.models import Notification
from evaltrack.roles import Role
from responses.models import Extension, ManagementResponse
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db

OWED = "/responses/owed/"
TODAY = make.NOW.date()


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    found = five(office)
    found["response coordinator"] = make.member(Role.COORDINATOR, office, "Cora Vance")
    return found


@pytest.fixture
def evaluation(office):
    made = make.evaluation([office], "plain", title="River ports", report_date=date(2026, 2, 1))
    make.recommendation(made)
    return made


@pytest.fixture
def officer(client, people):
    client.force_login(people["officer of the office"])
    return people["officer of the office"]


@pytest.fixture
def unit(client, people):
    client.force_login(people["evaluation unit"])
    return people["evaluation unit"]


# Asking --------------------------------------------------------------------------------------------------


def ask(evaluation):
    return reverse("response_new", args=[evaluation.pk])


def test_asking_opens_the_response_and_leads_to_its_matrix(client, officer, evaluation, office, people):
    coordinator = people["response coordinator"]
    sent = {
        "offices": [office.pk], "coordinator": coordinator.pk, "due_on": "2026-05-01", "hand_over": "on",
        "note": "By the board, please.",
    }  # fmt: skip
    response = client.post(ask(evaluation), sent)
    opened = ManagementResponse.objects.get()
    assert response.url == reverse("matrix", args=[opened.pk])
    assert (opened.office, opened.coordinator, opened.coordinator_text, opened.due_on, opened.state) == (
        office, coordinator, "Cora Vance", date(2026, 5, 1), "drafting",
    )  # fmt: skip
    assert Notification.objects.get(person=coordinator).detail == "By the board, please."


def test_the_form_proposes_the_offices_and_the_term_of_the_profile(client, officer, evaluation, office):
    page = client.get(ask(evaluation)).content.decode()
    assert f'value="{office.pk}" id="id_offices_0" checked' in page
    assert "By the rules it has 6 weeks: until 13 April 2026." in page
    assert 'value="2026-04-13"' in page
    assert '<textarea name="coordinator_text" cols="40" rows="2"' in page
    assert "has no recommendations yet" not in page
    assert "has no recommendations yet" in client.get(ask(make.evaluation([office]))).content.decode()


def test_of_a_joint_evaluation_several_are_asked_at_once_and_one_more_later(
    client, officer, evaluation, office
):
    second, third = make.office("Second"), make.office("Third")
    evaluation.offices.add(second)
    sent = {"offices": [office.pk, second.pk], "hand_over": "on"}
    assert client.post(ask(evaluation), sent).url == reverse("evaluation", args=[evaluation.pk])
    page = client.get(ask(evaluation)).content.decode()
    assert "hand them over now" not in page
    client.post(ask(evaluation), {"other": third.pk})
    asked = ManagementResponse.objects.order_by("pk")
    assert [(one.office, one.state) for one in asked] == [
        (office, "drafting"), (second, "drafting"), (third, "drafting"),
    ]  # fmt: skip


def test_the_recommendations_may_be_handed_over_later_and_the_organisation_may_answer(
    client, officer, evaluation
):
    client.post(ask(evaluation), {"offices": [0]})
    opened = ManagementResponse.objects.get()
    assert (opened.office, opened.state, opened.due_on) == (None, "prefilling", date(2026, 4, 13))


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose at least one office"),
        ({"offices": ["999"]}, "is not one of the available choices"),
        ({"due_on": "soon"}, "Enter a valid date"),
        ({"due_on": "2026-01-01", "hand_over": "on"}, "cannot be due before today"),
    ],
)
def test_bad_input_gets_a_sentence_and_what_was_typed_stays(
    client, officer, evaluation, office, sent, sentence
):
    sent = {"note": "By the board.", **({} if not sent else {"offices": [office.pk]}), **sent}
    response = client.post(ask(evaluation), sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "By the board." in page
    assert not ManagementResponse.objects.exists()


def test_a_second_response_of_the_same_office_is_refused(client, officer, evaluation, office):
    make.response(evaluation, office=office)
    response = client.post(ask(evaluation), {"other": office.pk, "hand_over": "on", "note": "Somebody else"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "has a management response already" in page
    assert "Somebody else" in page


def test_before_the_report_is_final_the_page_says_what_to_do(client, officer, evaluation):
    evaluation.state = "under_way"
    evaluation.save()
    page = client.get(ask(evaluation)).content.decode()
    assert "The report is not final yet." in page
    assert "Coordinator" not in page


@pytest.mark.parametrize(
    ("person", "shown", "saved"),
    [
        ("evaluation unit", 200, 302),
        ("officer of the office", 200, 302),
        ("officer elsewhere", 404, 404),
        ("action owner", 403, 403),
        ("reader", 403, 403),
        ("response coordinator", 200, 302),
        ("anonymous", 302, 302),
    ],
)
def test_who_may_ask(client, people, evaluation, office, person, shown, saved):
    make.action(
        make.answer(make.recommendation(evaluation), make.response(evaluation, office=make.office())),
        lead=people["action owner"],
    )
    if person != "anonymous":
        client.force_login(people[person])
    assert client.get(ask(evaluation)).status_code == shown
    # Naming oneself as the coordinator opens no door.
    sent = {"offices": [office.pk], "coordinator": people.get(person, people["reader"]).pk, "hand_over": "on"}
    assert client.post(ask(evaluation), sent).status_code == saved
    asked = ManagementResponse.objects.filter(office=office).exists()
    assert asked == (person in ("evaluation unit", "officer of the office", "response coordinator"))


# The term ------------------------------------------------------------------------------------------------


@pytest.fixture
def response(evaluation, office, people):
    return make.response(
        evaluation, office=office, coordinator=people["response coordinator"],
        asked_for_on=TODAY - timedelta(days=60), due_on=TODAY - timedelta(days=5),
    )  # fmt: skip


MORE = {"until": "2026-05-01", "reason": "The rains came late."}


def test_more_time_is_given_and_the_evaluation_tells_why(client, unit, response):
    address = reverse("response_extend", args=[response.pk])
    assert 'value="2026-05-01"' in client.get(f"{address}?until=2026-05-01").content.decode()
    assert client.post(address, MORE | {"next": OWED}).url == OWED
    page = client.get(reverse("evaluation", args=[response.evaluation_id])).content.decode()
    assert "Put off from 25 February 2026 to 1 May 2026:" in page
    assert "The rains came late." in page


def test_the_coordinator_asks_for_it_and_the_unit_finds_the_wish_filled_in(client, people, response):
    client.force_login(people["response coordinator"])
    page = client.get(reverse("evaluation", args=[response.evaluation_id])).content.decode()
    assert reverse("response_more_time", args=[response.pk]) in page
    client.post(reverse("response_more_time", args=[response.pk]), MORE)
    assert not Extension.objects.exists()
    client.force_login(people["evaluation unit"])
    wish = Notification.objects.get(person=people["evaluation unit"])
    assert 'value="2026-05-01"' in client.get(wish.url).content.decode()


@pytest.mark.parametrize("name", ["response_extend", "response_more_time"])
def test_a_day_that_is_no_later_is_refused_and_the_reason_stays(client, unit, response, name):
    answer = client.post(reverse(name, args=[response.pk]), {"until": "2026-02-01", "reason": "It rains."})
    assert answer.status_code == 422
    assert "due on 25 February 2026 already" in answer.content.decode()
    assert "It rains." in answer.content.decode()


@pytest.mark.parametrize(
    ("person", "extend", "more_time", "remind", "owed"),
    [
        ("evaluation unit", 200, 200, 302, 200),
        ("officer of the office", 403, 200, 403, 403),
        ("officer elsewhere", 404, 404, 404, 403),
        ("action owner", 403, 403, 403, 403),
        ("reader", 403, 403, 403, 403),
        ("response coordinator", 403, 200, 403, 403),
        ("anonymous", 302, 302, 302, 302),
    ],
)
def test_who_may_do_what_about_the_term(client, people, response, person, extend, more_time, remind, owed):
    make.action(make.answer(response.evaluation.recommendations.get(), response), lead=people["action owner"])
    if person != "anonymous":
        client.force_login(people[person])
    pages = [reverse(name, args=[response.pk]) for name in ("response_extend", "response_more_time")]
    found = [client.get(page).status_code for page in pages]
    found.append(client.post(reverse("response_remind", args=[response.pk])).status_code)
    found.append(client.get(OWED).status_code)
    assert found == [extend, more_time, remind, owed]


# What is owed --------------------------------------------------------------------------------------------


def rows(client, **query):
    return [
        (one.response or one.evaluation, one.days_late) for one in client.get(OWED, query).context["rows"]
    ]


def test_the_longest_overdue_stands_first_and_what_nobody_asked_for_is_there(client, unit, response, office):
    unasked = make.evaluation([office], "plain", report_date=TODAY - timedelta(days=52))
    later = make.response(make.evaluation([office]), due_on=TODAY + timedelta(days=9), asked_for_on=TODAY)
    assert rows(client) == [(unasked, 10), (response, 5), (later, 0)]
    assert "3 responses are owed, 2 of them late." in client.get(OWED).content.decode()
    assert rows(client, state="late") == [(unasked, 10), (response, 5)]
    assert rows(client, state="not_asked") == [(unasked, 10)]
    assert rows(client, state="drafting") == [(response, 5), (later, 0)]
    assert rows(client, office=make.office().pk) == []


def test_what_is_given_over_or_elsewhere_is_not_owed(client, unit, response, office):
    for state in ("cleared", "published"):
        make.response(make.evaluation([office]), state=state)
    for state in ("planned", "under_way", "closed", "cancelled"):
        make.evaluation([office], state=state)
    make.evaluation([make.office()])
    answered = make.evaluation([office])
    make.answer(make.recommendation(answered), make.response(answered), decision="accepted")
    assert rows(client) == [(response, 5)]


def test_in_clearance_it_says_whose_turn_it_is(client, unit, response, office):
    make.member(Role.CLEARING_OFFICER, office, "Cleo Hart")
    response.state = "in_clearance"
    response.save()
    response.steps.create(
        version=1, submission=1, order=1, role=Role.CLEARING_OFFICER, office=office, label="Head of office"
    )
    assert "Head of office: Cleo Hart" in client.get(OWED).content.decode()


def test_one_is_reminded_from_the_list_once_a_day(client, unit, people, response):
    address = reverse("response_remind", args=[response.pk])
    page = client.post(address, {"next": OWED}, follow=True).content.decode()
    assert "Reminded: Cora Vance." in page
    assert "reminded today already" in client.post(address, follow=True).content.decode()
    assert Notification.objects.filter(person=people["response coordinator"]).count() == 1


def test_the_list_takes_the_same_number_of_queries(
    client, unit, response, office, django_assert_max_num_queries
):
    make.evaluation([office], report_date=TODAY)
    client.get(OWED)
    with django_assert_max_num_queries(30) as one:
        client.get(OWED)
    for _more in range(3):
        made = make.evaluation([office], report_date=TODAY)
        make.answer(make.recommendation(made), make.response(made, office=make.office(), due_on=TODAY))
        make.evaluation([office], report_date=TODAY)
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(OWED)


def test_nothing_owed_says_so(client, unit):
    assert "Nothing is owed" in client.get(OWED).content.decode()
