"""The discussion of a recommendation: who reads it, what its forms do, and what comes back when refused."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaltrack.roles import Role
from responses import answers, comments, drafting, suggestions
from responses.cells import digest
from responses.models import Comment, Drafter, Suggestion
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def response(office):
    return make.response(make.evaluation([office], title="River ports"))


@pytest.fixture
def answer(response, people):
    found = make.answer(
        make.recommendation(response.evaluation), response, decision="accepted", narrative="Agreed."
    )
    make.action(found, text="Train the pilots.", lead=people["action owner"])
    return found


@pytest.fixture
def unit(people):
    return people["evaluation unit"]


@pytest.fixture
def place(answer):
    return reverse("discussion", args=[answer.response_id, answer.recommendation_id])


def say(answer, by, text="Is this so?", **options):
    options = {"now": timezone.now(), **options}
    return comments.add(answer.response, answer.recommendation, text, by=by, **options)


def suggest(answer, by):
    cell = f"answer.{answer.recommendation_id}.narrative"
    return suggestions.suggest(answer.response, cell, "Agreed, and begun.", by=by, now=timezone.now())


# Who may -------------------------------------------------------------------------------------------------

PEOPLE = {
    "evaluation unit": 200,
    "officer of the office": 200,
    "officer elsewhere": 404,
    "action owner": 200,
    "reader": 403,
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reads_and_writes_in_the_discussion(client, people, answer, place, who, unit):
    thread, other = say(answer, unit), suggest(answer, people["officer of the office"])
    client.force_login(people[who])
    expected = PEOPLE[who]
    done = 302 if expected == 200 else expected
    assert client.get(place).status_code == expected
    assert client.post(place, {"text": "Hello."}).status_code == done
    assert client.post(reverse("comment_resolve", args=[thread.pk])).status_code == done
    suggesting = reverse("suggest", args=[answer.response_id, answer.recommendation_id])
    assert client.get(f"{suggesting}?cell={other.cell}").status_code == expected
    words = {"cell": other.cell, "text": "Quite agreed."}
    assert client.post(suggesting, words).status_code == done
    mine = client.get(reverse("discussion_people", args=[answer.response_id]) + "?q=In")
    assert mine.status_code == expected


DECIDING = PEOPLE | {"evaluation unit": 302, "officer of the office": 302, "action owner": 403}


@pytest.mark.parametrize("who", DECIDING)
def test_who_decides_on_a_suggestion_and_assigns(client, people, answer, who, unit):
    made = suggest(answer, unit)
    recommendation = answer.recommendation
    [drafter] = drafting.assign(
        answer.response, [recommendation], "Rhea Lund", by=unit, now=timezone.now()
    ) if who != "reader" else [None]  # fmt: skip
    client.force_login(people[who])
    form = {"do": "take", "seen": digest("Agreed.")}
    assert client.post(reverse("suggestion_decide", args=[made.pk]), form).status_code == DECIDING[who]
    names = {"numbers": "1", "who": "Una Berg"}
    assert client.post(reverse("assign", args=[answer.response_id]), names).status_code == DECIDING[who]
    if drafter:
        assert client.post(reverse("unassign", args=[drafter.pk])).status_code == DECIDING[who]


@pytest.mark.parametrize("who", PEOPLE)
def test_who_hears_who_is_here(client, people, answer, who):
    client.force_login(people[who])
    seeing = 404 if PEOPLE[who] == 404 else 200
    assert client.post(reverse("here", args=[answer.response_id])).status_code == seeing
    assert client.get(reverse("matrix_todo", args=[answer.response_id])).status_code == seeing


def test_nobody_changes_the_comment_of_another(client, people, answer, unit):
    comment = say(answer, people["officer of the office"])
    client.force_login(unit)
    assert client.post(reverse("comment_edit", args=[comment.pk]), {"text": "Mine."}).status_code == 403


def test_evaluators_see_nothing_of_it(client, answer, place, office, unit):
    comment = say(answer, unit, "Between us.")
    evaluator = make.member(Role.EVALUATOR, office, "Eva Lunt")
    answer.response.evaluation.evaluators.add(evaluator)
    client.force_login(evaluator)
    matrix = client.get(reverse("matrix", args=[answer.response_id]))
    assert matrix.status_code == 200
    assert "discussion/" not in matrix.content.decode()
    assert client.get(place).status_code == 403
    answer.response.evaluation.handed_over_at = timezone.now()
    answer.response.evaluation.save()
    assert client.get(place).status_code == 404
    assert client.post(reverse("comment_resolve", args=[comment.pk])).status_code == 404


def test_the_discussion_of_another_matrix_is_not_reached_through_this_one(client, answer, place, unit):
    other = make.response(make.evaluation([make.office("Elsewhere")]))
    thread = Comment.objects.create(
        response=other,
        recommendation=make.recommendation(other.evaluation),
        author_name="X",
        text="X",
        at=make.NOW,
    )
    client.force_login(unit)
    assert client.post(place, {"text": "Hello.", "thread": thread.pk}).status_code == 404
    assert client.post(place, {"text": "Hello.", "thread": "x"}).status_code == 404
    strange = reverse("discussion", args=[answer.response_id, thread.recommendation_id])
    assert client.get(strange).status_code == 404


# What the forms do ---------------------------------------------------------------------------------------


@pytest.fixture
def unit_client(client, unit):
    client.force_login(unit)
    return client


def test_a_comment_without_script_comes_back_to_its_place(unit_client, answer, place, people):
    action = answer.actions.get()
    also = people["officer of the office"].pk
    reply = unit_client.post(place, {"text": "By **when**?", "action": action.pk, "also": [also]})
    comment = Comment.objects.get()
    assert reply.url == f"{place}#comment-{comment.pk}"
    shown = unit_client.get(place).content.decode()
    assert "<strong>when</strong>" in shown
    assert "on key action 1.1" in shown
    assert "Ines Okafor" in shown


def test_what_is_refused_comes_back_with_what_was_typed(unit_client, answer, place):
    reply = unit_client.post(place, {"text": "@Rhea Lund, look at this"})
    assert reply.status_code == 422
    shown = reply.content.decode()
    assert "Rhea Lund may not see this discussion" in shown
    assert "@Rhea Lund, look at this</textarea>" in shown
    assert not Comment.objects.exists()


def test_htmx_gets_the_panel_and_the_page_is_told(unit_client, answer, place):
    reply = unit_client.post(place, {"text": "Is this so?"}, headers={"HX-Request": "true"})
    assert "<html" not in reply.content.decode()
    assert "matrix-saved" in reply.headers["HX-Trigger-After-Settle"]
    refused = unit_client.post(place, {"text": ""}, headers={"HX-Request": "true"})
    assert refused.status_code == 422


def test_a_resolved_thread_is_folded_and_reopened(unit_client, answer, place, unit):
    thread = say(answer, unit)
    resolve = reverse("comment_resolve", args=[thread.pk])
    unit_client.post(resolve, {"do": "resolve"})
    assert "Resolved by Una Berg" in unit_client.get(place).content.decode()
    unit_client.post(resolve, {"do": "reopen"})
    thread.refresh_from_db()
    assert thread.resolved_at is None


def test_changing_is_offered_for_a_while_and_to_the_author_alone(unit_client, answer, place, people):
    edit = 'action="/comments/{}/edit/"'
    mine = say(answer, people["evaluation unit"])
    old = say(answer, people["evaluation unit"], now=timezone.now() - timedelta(minutes=16))
    theirs = say(answer, people["officer of the office"])
    shown = unit_client.get(place).content.decode()
    assert edit.format(mine.pk) in shown
    assert edit.format(old.pk) not in shown
    assert edit.format(theirs.pk) not in shown
    unit_client.post(reverse("comment_edit", args=[mine.pk]), {"text": "Was it so?"})
    mine.refresh_from_db()
    assert mine.text == "Was it so?"


def test_taking_words_that_were_overtaken_shows_them_and_asks_again(unit_client, answer, people, unit):
    made = suggest(answer, people["officer of the office"])
    answers.narrate(answer, "Agreed in full.", by=unit)
    decide = reverse("suggestion_decide", args=[made.pk])
    reply = unit_client.post(decide, {"do": "take", "seen": digest("Agreed.")})
    assert reply.status_code == 422
    shown = reply.content.decode()
    assert "Una Berg changed the text in the meantime" in shown
    assert f'name="seen" value="{digest("Agreed in full.")}"' in shown
    assert "in full" in shown
    unit_client.post(decide, {"do": "take", "seen": digest("Agreed in full.")})
    answer.refresh_from_db()
    assert answer.narrative == "Agreed, and begun."
    place = reverse("discussion", args=[answer.response_id, answer.recommendation_id])
    assert "Taken by Una Berg" in unit_client.get(place).content.decode()


def test_suggesting_begins_with_the_present_words(unit_client, answer):
    action = answer.actions.get()
    suggesting = reverse("suggest", args=[answer.response_id, answer.recommendation_id])
    shown = unit_client.get(f"{suggesting}?cell=action.{action.pk}.text").content.decode()
    assert ">Train the pilots.</textarea>" in shown
    unit_client.post(suggesting, {"cell": f"action.{action.pk}.text", "text": "Train all.", "note": "All."})
    assert Suggestion.objects.get().note == "All."
    assert unit_client.get(f"{suggesting}?cell=answer.1.decision").status_code == 404


def test_hostile_text_is_text(unit_client, answer, place, unit):
    say(answer, unit, "<script>alert(1)</script> [x](javascript:alert(1))")
    suggestions.suggest(
        answer.response, f"answer.{answer.recommendation_id}.narrative", "</textarea><script>alert(2)</script>",
        by=unit, now=timezone.now(), note="<img src=x onerror=alert(3)>",
    )  # fmt: skip
    shown = unit_client.get(place).content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert 'href="javascript' not in shown


def test_the_panel_takes_the_same_number_of_queries(
    unit_client, answer, place, people, django_assert_max_num_queries
):
    counts = []
    for _number in range(2):
        thread = say(answer, people["officer of the office"], "@Una Berg?")
        say(answer, people["evaluation unit"], "Yes.", thread=thread)
        suggest(answer, people["officer of the office"])
        make.action(answer)
        Drafter.objects.create(answer=answer, name="Una Berg", person=people["evaluation unit"])
        with django_assert_max_num_queries(25) as asked:
            unit_client.get(place, headers={"HX-Request": "true"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_was_said_is_on_no_page_of_a_reader(client, answer, people, unit):
    comment = say(answer, unit, "Between us: never.")
    comments.edit(comment, "Between us: perhaps.", by=unit, now=timezone.now())
    made = suggest(answer, unit)
    suggestions.leave(made, reply="Between us: no.", by=unit, now=timezone.now())
    client.force_login(people["reader"])
    evaluation = reverse("evaluation", args=[answer.response.evaluation_id])
    for address in ("/", evaluation, reverse("matrix", args=[answer.response_id])):
        shown = client.get(address)
        assert shown.status_code == 200
        assert "Between us" not in shown.content.decode()
