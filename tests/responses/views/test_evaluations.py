"""The list of evaluations, the page of one, and moving it on."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from recommendations.choices import Decision
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db

LIST = "/evaluations/"


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
def officer(client, people):
    client.force_login(people["officer of the office"])
    return people["officer of the office"]


def listed(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [row.evaluation for row in response.context["rows"]]


# The list ------------------------------------------------------------------------------------------------


def test_the_newest_report_stands_first_and_what_has_no_date_last(client, officer, office):
    undated = make.evaluation([office])
    old, new = (make.evaluation([office], report_date=date(year, 1, 1)) for year in (2024, 2026))
    assert listed(client) == [new, old, undated]


def test_a_row_tells_how_far_it_is_answered_and_what_is_late(client, officer, office):
    evaluation = make.evaluation([office], title="River ports", report_date=date(2026, 1, 1))
    make.recommendation(evaluation)
    answer = make.answer(make.recommendation(evaluation), decision=Decision.ACCEPTED)
    make.action(answer, due=timezone.localdate() - timedelta(days=1))
    page = client.get(LIST).content.decode()
    for words in ("River ports", "Country Office Norland", "1 of 2 answered", "18 days late"):
        assert words in page
    assert '<span class="badge overdue">1</span>' in page
    assert reverse("matrix", args=[answer.response_id]) in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "river"}, {"ports"}),
        ({"q": "ports RIVER"}, {"ports"}),
        ({"q": "nv-9"}, {"radio"}),
        ({"q": "rp2"}, {"ports"}),
        ({"q": "river radio"}, set()),
        ({"profile": "iom-2022"}, {"radio"}),
        ({"year": "2025"}, {"radio"}),
        ({"year": "2026"}, {"ports"}),
        ({"response": "missing"}, {"undated"}),
        ({"response": "incomplete"}, {"ports"}),
        ({"response": "complete"}, {"radio"}),
        ({"response": "owed"}, {"ports", "undated"}),
        ({"q": "", "year": "", "response": ""}, {"ports", "radio", "undated"}),
        ({"year": "1066", "response": "lost", "office": "x"}, {"ports", "radio", "undated"}),
        ({"q": "river", "year": "2025"}, set()),
    ],
)
def test_search_and_filters(client, officer, office, query, found):
    ports = make.evaluation([office], title="River ports", short_title="RP2", report_date=date(2026, 1, 1))
    radio = make.evaluation(
        [office], title="Radio", reference="NV-9", profile_slug="iom-2022", report_date=date(2025, 6, 1)
    )
    undated = make.evaluation([office], title="Undated")
    make.response(ports)
    make.answer(make.recommendation(radio), decision=Decision.REJECTED)
    named = {"ports": ports, "radio": radio, "undated": undated}
    assert set(listed(client, **query)) == {named[name] for name in found}


def test_an_office_is_found_with_those_below_it(client, people, office):
    client.force_login(people["evaluation unit"])
    below = make.office("Sub-office Port Arlen", parent=office)
    there, under = make.evaluation([office]), make.evaluation([below])
    make.evaluation([office.parent])
    assert set(listed(client, office=office.pk)) == {there, under}


def test_each_person_finds_only_what_they_may_see(client, people, office):
    evaluation = make.evaluation([office])
    make.action(make.answer(make.recommendation(evaluation)), lead=people["action owner"])
    for person, user in people.items():
        client.force_login(user)
        assert listed(client) == ([] if person == "officer elsewhere" else [evaluation]), person
    client.logout()
    assert client.get(LIST).status_code == 302


def test_an_empty_list_says_why(client, people, officer):
    assert "There is no evaluation yet that you may see." in client.get(LIST).content.decode()
    assert "No evaluation matches." in client.get(LIST, {"q": "nothing"}).content.decode()


def test_a_long_list_comes_in_pages_that_keep_the_search(client, officer, office):
    for _number in range(27):
        make.evaluation([office], title="River")
    page = client.get(LIST, {"q": "river", "page": 2}).content.decode()
    assert "Page 2 of 2" in page
    assert "?q=river&amp;page=1" in page
    assert len(listed(client, page=2)) == 2


def test_while_typing_only_the_list_is_fetched(client, officer, office):
    make.evaluation([office], title="River")
    headers = {"HX-Request": "true", "HX-Target": "evaluation-list"}
    part = client.get(LIST, {"q": "river"}, headers=headers).content.decode()
    assert part.lstrip().startswith('<div id="evaluation-list"')


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, officer, office, django_assert_num_queries, count):
    for _number in range(count):
        evaluation = make.evaluation([office], report_date=date(2026, 1, 1))
        make.action(
            make.answer(make.recommendation(evaluation), decision=Decision.ACCEPTED), due=date(2026, 1, 2)
        )
    client.get(LIST)
    with django_assert_num_queries(17):
        client.get(LIST)


# One evaluation ------------------------------------------------------------------------------------------


@pytest.fixture
def evaluation(office, people):
    return make.evaluation(
        [office], title="River ports", conducted="2024-2025", countries=["KE"], report_date=date(2026, 1, 1),
        manager=people["evaluation unit"],
    )  # fmt: skip


def page_of(client, evaluation):
    response = client.get(reverse("evaluation", args=[evaluation.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_the_cover_the_responses_and_the_recommendations(client, officer, evaluation, office):
    response = make.response(evaluation, office=office, coordinator_text="Ines Okafor, M&E officer")
    given = make.answer(
        make.recommendation(evaluation, text="Dredge the **canal**."), response, decision=Decision.ACCEPTED
    )
    make.action(given, due=date(2026, 2, 1))
    make.recommendation(evaluation, text="Train the pilots.")
    page = page_of(client, evaluation)
    for words in (
        "River ports", evaluation.reference, "2024-2025", "Kenya", "Una Berg", "1 January 2026",
        "IOM management follow-up", "Ines Okafor, M&amp;E officer", "1 of 2 answered", "1 overdue", "18 days late",
        "Dredge the canal.", "Train the pilots.",
        reverse("matrix", args=[response.pk]), reverse("matrix_pdf", args=[response.pk]),
    ):  # fmt: skip
        assert words in page


def test_without_a_response_it_says_when_it_is_due_and_offers_to_begin(client, officer, evaluation):
    page = page_of(client, evaluation)
    assert "The response is due on 12 February 2026." in page
    assert reverse("response_new", args=[evaluation.pk]) in page


def test_an_evaluation_with_nothing_but_a_title_has_a_page(client, people):
    evaluation = make.evaluation([])
    unit = people["evaluation unit"]
    unit.is_superuser = True
    unit.save()
    client.force_login(unit)
    page = page_of(client, evaluation)
    assert "None" not in page.replace("None entered yet.", "")


@pytest.mark.parametrize(
    ("person", "status", "may_edit", "may_open"),
    [
        ("evaluation unit", 200, True, True),
        ("officer of the office", 200, True, True),
        ("officer elsewhere", 404, False, False),
        ("action owner", 200, False, False),
        ("reader", 200, False, False),
        ("anonymous", 302, False, False),
    ],
)
def test_who_sees_it_and_what_they_are_offered(
    client, people, evaluation, person, status, may_edit, may_open
):
    make.action(make.answer(make.recommendation(evaluation)), lead=people["action owner"])
    if person != "anonymous":
        client.force_login(people[person])
    response = client.get(reverse("evaluation", args=[evaluation.pk]))
    page = response.content.decode()
    assert response.status_code == status
    assert (reverse("evaluation_edit", args=[evaluation.pk]) in page) == may_edit
    assert (reverse("recommendations_paste", args=[evaluation.pk]) in page) == may_edit
    assert (reverse("response_new", args=[evaluation.pk]) in page) == may_open


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_number_of_queries(
    client, officer, evaluation, django_assert_num_queries, count
):
    for _number in range(count):
        response = make.response(evaluation, office=make.office())
        make.action(make.answer(make.recommendation(evaluation), response, decision=Decision.ACCEPTED))
        evaluation.offices.add(make.office())
    client.get(reverse("evaluation", args=[evaluation.pk]))
    with django_assert_num_queries(25):
        client.get(reverse("evaluation", args=[evaluation.pk]))


@pytest.mark.parametrize(
    ("language", "reader", "name"),
    [
        ("en", "en", "English"),
        ("fr", "en", "French"),
        ("zh-hans", "en", "Simplified Chinese"),
        ("pt-BR", "en", "Brazilian Portuguese"),
        ("en", "fr", "Anglais"),
        ("tlh", "en", "Tlh"),
    ],
)
def test_the_language_of_the_text_is_named(client, officer, office, language, reader, name):
    officer.language = reader
    officer.save()
    evaluation = make.evaluation([office], language=language)
    page = client.get(reverse("evaluation", args=[evaluation.pk])).content.decode()
    assert f"<dd>{name}</dd>" in page


# Moving it on --------------------------------------------------------------------------------------------


def posted(client, evaluation, **values):
    return client.post(reverse("evaluation_move", args=[evaluation.pk]), values)


@pytest.fixture
def unit(client, people):
    client.force_login(people["evaluation unit"])
    return people["evaluation unit"]


def test_the_page_shows_the_way_and_offers_the_moves(client, unit, evaluation):
    page = client.get(reverse("evaluation", args=[evaluation.pk])).content.decode()
    assert '<li class="here" aria-current="step">Report final</li>' in page
    for words in ("Take the final report back", "The report is published", "Cancel the evaluation"):
        assert words in page
    make.response(evaluation, state="in_clearance")
    page = client.get(reverse("evaluation", args=[evaluation.pk])).content.decode()
    assert page.count("The response of the organisation is in clearance. Withdraw it first.") == 2


def test_a_move_is_made_from_the_page(client, unit, evaluation):
    response = posted(client, evaluation, move="publish", seen="final", comment="Approved.")
    assert response.url == reverse("evaluation", args=[evaluation.pk])
    evaluation.refresh_from_db()
    assert evaluation.state == "published"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"move": "resume", "seen": "final"}, "needs a reason"),
        ({"move": "close", "seen": "final"}, "This is not possible now"),
        ({"move": "publish", "seen": "planned"}, "This is not possible now"),
        ({"move": "publish"}, "This is not possible now"),
    ],
)
def test_what_is_not_made_says_why_and_keeps_what_was_typed(client, unit, evaluation, values, sentence):
    response = posted(client, evaluation, **{"comment": "", **values})
    assert response.status_code == 409
    assert sentence in response.content.decode()
    typed = posted(client, evaluation, **{**values, "seen": "closed", "comment": "A long story."})
    assert "A long story." in typed.content.decode()
    evaluation.refresh_from_db()
    assert evaluation.state == "final"


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("evaluation unit", 302),
        ("officer of the office", 403),
        ("officer elsewhere", 404),
        ("action owner", 403),
        ("reader", 403),
        ("anonymous", 302),
    ],
)
def test_who_may_move_it(client, people, evaluation, person, status):
    make.action(make.answer(make.recommendation(evaluation)), lead=people["action owner"])
    if person != "anonymous":
        client.force_login(people[person])
    assert posted(client, evaluation, move="publish", seen="final").status_code == status
    evaluation.refresh_from_db()
    assert evaluation.state == ("published" if person == "evaluation unit" else "final")


def test_the_list_is_filtered_by_state_and_marks_what_is_cancelled(client, officer, office):
    make.evaluation([office])
    cancelled = make.evaluation([office], state="cancelled")
    assert listed(client, state="cancelled") == [cancelled]
    assert '<span class="badge dropped">Cancelled</span>' in client.get(LIST).content.decode()
