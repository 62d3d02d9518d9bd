"""Working on one matrix together: assigning from the page, the bar above it, its views, who is here."""

import pytest
from django.urls import reverse
from django.utils import timezone

from evaltrack.roles import Role
from responses import comments, drafting, suggestions
from responses.models import Drafter
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


@pytest.fixture
def response(office):
    """Five recommendations: answered with an action, answered without, rejected, and two not answered."""
    found = make.response(make.evaluation([office], title="River ports"))
    for decision in ("accepted", "accepted", "rejected", "", ""):
        make.answer(make.recommendation(found.evaluation), found, decision=decision)
    first = found.answers.get(recommendation__number="1")
    make.action(first, deadline_text="Q2 2027")
    make.action(first, responsible_text="Someone")
    return found


@pytest.fixture
def officer_client(client, officer):
    client.force_login(officer)
    return client


def matrix(response, **query):
    return reverse("matrix", args=[response.pk]) + ("?" if query else "") + "&".join(
        f"{name}={value}" for name, value in query.items()
    )  # fmt: skip


def numbers(client, address):
    return [block.recommendation.number for block in client.get(address).context["blocks"]]


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("all", "12345"),
        ("unanswered", "45"),
        ("no-action", "2"),
        ("no-owner", "1"),
        ("no-deadline", "1"),
        ("mine", "25"),
        ("comments", "3"),
        ("suggestions", "4"),
        ("nonsense", "12345"),
    ],
)
def test_the_views_of_a_matrix(officer_client, response, officer, show, found):
    every = list(response.evaluation.recommendations.present())
    drafting.assign(response, [every[1], every[4]], "Ines Okafor", by=officer, now=make.NOW)
    comments.add(response, every[2], "Why?", by=officer, now=make.NOW)
    resolved = comments.add(response, every[0], "Done?", by=officer, now=make.NOW)
    comments.resolve(resolved, by=officer, now=make.NOW)
    suggestions.suggest(response, f"answer.{every[3].pk}.narrative", "Agreed.", by=officer, now=make.NOW)
    assert numbers(officer_client, matrix(response, show=show)) == list(found)


def test_the_bar_says_how_far_it_is(officer_client, response):
    meters = officer_client.get(matrix(response)).context["sheet"].todo.meters
    assert [(meter.done, meter.total, meter.show) for meter in meters] == [
        (3, 5, "unanswered"),
        (1, 2, "no-action"),
        (1, 2, "no-owner"),
        (1, 2, "no-deadline"),
    ]
    shown = officer_client.get(reverse("matrix_todo", args=[response.pk])).content.decode()
    assert "3 of 5" in shown
    assert "?show=unanswered" in shown


def test_moving_a_recommendation_keeps_the_view(officer_client, response):
    fifth = response.evaluation.recommendations.get(number="5")
    where = f"http://testserver{matrix(response, show='unanswered')}"
    reply = officer_client.post(
        reverse("matrix_save", args=[response.pk]),
        {"do": f"recommendation.{fifth.pk}.up", "open": "0"},
        headers={"HX-Request": "true", "HX-Current-URL": where},
    )
    assert len(reply.context["blocks"]) == 2


def test_an_empty_view_leads_back(officer_client, response):
    shown = officer_client.get(matrix(response, show="suggestions")).content.decode()
    assert "No recommendation is left here." in shown
    assert "This evaluation has no recommendations yet." not in shown


def test_who_only_drafts_begins_with_what_is_theirs(client, response, officer):
    drafter = make.user("Dario Fenn")
    fourth = response.evaluation.recommendations.get(number="4")
    drafting.assign(response, [fourth], "Dario Fenn", by=officer, now=make.NOW)
    client.force_login(drafter)
    assert numbers(client, matrix(response)) == ["4"]
    assert numbers(client, matrix(response, show="all")) == list("12345")
    assert numbers(client, matrix(response, open=fourth.pk)) == list("12345")
    page = client.get(matrix(response, show="all")).content.decode()
    writable = f'name="answer.{fourth.pk}.narrative"'
    assert writable in page
    assert page.count('.narrative"') == 1
    assert "Yours to draft" in page
    assert 'name="numbers"' not in page


def test_assigning_from_the_page(officer_client, response):
    make.user("Dario Fenn")
    assign = reverse("assign", args=[response.pk])
    reply = officer_client.post(assign, {"numbers": "1-2, 4", "who": "Dario Fenn"}, follow=True)
    assert "Given to draft: 3 recommendations" in reply.content.decode()
    assert "Drafted by Dario Fenn" in reply.content.decode()
    assert Drafter.objects.count() == 3
    refused = officer_client.post(assign, {"numbers": "9", "who": "Dario Fenn"})
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert "There is no recommendation 9" in shown
    assert ">Dario Fenn</textarea>" in shown


def test_a_reader_sees_neither_bar_nor_drafters(client, response, office, officer):
    drafting.assign(
        response, list(response.evaluation.recommendations.all()), "Ines Okafor", by=officer, now=make.NOW
    )
    client.force_login(make.member(Role.READER, office))
    shown = client.get(matrix(response)).content.decode()
    for words in ("Drafted by", "Discussion", "meters", 'name="numbers"'):
        assert words not in shown


def test_working_together_costs_the_matrix_two_questions(
    officer_client, response, officer, django_assert_max_num_queries
):
    """Who drafts, and what is open: the same two however much there is."""
    counts = []
    for recommendation in response.evaluation.recommendations.all()[:2]:
        comments.add(response, recommendation, "Why?", by=officer, now=make.NOW)
        drafting.assign(response, [recommendation], "Ines Okafor", by=officer, now=make.NOW)
        with django_assert_max_num_queries(60) as asked:
            officer_client.get(matrix(response))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    own = ('FROM "responses_drafter" INNER JOIN', 'FROM "responses_comment" WHERE')
    assert sum(query["sql"].count(table) for query in asked for table in own) == 2


def test_who_is_here_costs_little(officer_client, response, django_assert_max_num_queries):
    here = reverse("here", args=[response.pk])
    officer_client.post(here, {"moment": "1.drafting.0"})
    with django_assert_max_num_queries(11):
        reply = officer_client.post(here, {"moment": "1.drafting.0"})
    assert reply.content.decode().strip() == ""


def test_others_and_moves_are_told(officer_client, response, client, officer):
    from responses.models import Presence

    Presence.objects.create(response=response, person=make.user("Una Berg"), seen_at=timezone.now())
    told = officer_client.post(
        reverse("here", args=[response.pk]), {"moment": "1.cleared.0"}
    ).content.decode()
    assert "Una Berg" in told
    assert "It was changed since you opened it." in told
    assert len(told) < 600


def test_my_work_shows_what_is_mine_to_draft(client, response, officer):
    drafter = make.user("Dario Fenn")
    wanted = list(response.evaluation.recommendations.present())[2:]
    drafting.assign(response, wanted, "Dario Fenn", by=officer, now=make.NOW)
    client.force_login(drafter)
    shown = client.get("/").content.decode()
    assert "Recommendations I draft" in shown
    assert "recommendations 3, 4, 5" in shown
    assert "2 not answered" in shown
    assert f'href="/responses/{response.pk}/matrix/?show=mine"' in shown
