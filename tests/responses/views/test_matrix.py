"""The matrix page: what it shows, what its forms save, and who may open it."""

import json

import pytest
from django.urls import reverse

from evaltrack.roles import Role
from recommendations.choices import Decision
from responses import progress
from responses.cells import digest
from responses.models import KeyAction
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def response(office):
    return make.response(make.evaluation([office], title="Evaluation of the river ports programme"))


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Nora Lund")


@pytest.fixture
def officer_client(client, officer):
    client.force_login(officer)
    return client


def filled(response, recommendations, actions):
    for _number in range(recommendations):
        answer = make.answer(
            make.recommendation(response.evaluation),
            response,
            decision=Decision.ACCEPTED,
            narrative="Agreed.",
        )
        for _other in range(actions):
            action = make.action(answer, lead=make.user())
            progress.report(
                action, by=None, now=make.NOW, as_of=make.NOW.date(), status="initiated", comment="Begun."
            )
    return answer


def matrix(response):
    return reverse("matrix", args=[response.pk])


def save(response):
    return reverse("matrix_save", args=[response.pk])


def cell(name, text, seen):
    return {name: text, f"{name}:seen": digest(seen)}


PEOPLE = {
    "evaluation unit": (200, 200),
    "officer of the office": (200, 200),
    "officer elsewhere": (404, 404),
    "action owner": (200, 403),
    "reader": (200, 403),
}


@pytest.fixture
def people(office, response):
    found = five(office)
    answer = make.answer(make.recommendation(response.evaluation), response)
    make.action(answer, lead=found["action owner"])
    return found


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_open_the_matrix_and_who_may_write_in_it(client, people, response, who):
    client.force_login(people[who])
    seeing, writing = PEOPLE[who]
    assert client.get(matrix(response)).status_code == seeing
    name = f"response.{response.pk}.overall_comment"
    answer = client.post(save(response), cell(name, "Mine.", ""), headers={"X-Requested-With": "fetch"})
    if writing == 200:
        assert answer.json()["cells"][name]["state"] == "saved"
    elif seeing == 404:
        assert answer.status_code == 404
    else:
        assert answer.json()["cells"][name]["message"] == "You may not change this cell (any more)."
        response.refresh_from_db()
        assert response.overall_comment == ""


def test_a_stranger_is_led_to_the_sign_in_page(client, response):
    assert client.get(matrix(response)).status_code == 302
    answer = client.post(save(response), {}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401


def test_the_page_asks_the_same_number_of_questions_for_1_and_3_rows(
    officer_client, response, django_assert_max_num_queries
):
    counts = []
    for rows in (1, 2):
        filled(response, rows, rows)
        with django_assert_max_num_queries(40) as captured:
            officer_client.get(
                matrix(response)
                + "?open="
                + "&open=".join(str(one.pk) for one in response.evaluation.recommendations.all())
            )
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_small_matrix_comes_whole_and_a_large_one_closed(officer_client, response):
    filled(response, 2, 1)
    assert officer_client.get(matrix(response)).content.count(b'data-label="Key action"') == 2
    for _number in range(12):
        make.recommendation(response.evaluation)
    whole = officer_client.get(matrix(response)).content
    assert whole.count(b'class="block box closed"') == 14
    first = response.evaluation.recommendations.first()
    opened = officer_client.get(reverse("matrix_block", args=[response.pk, first.pk])).content
    assert opened.count(b"<section") == 1
    assert b'data-label="Key action"' in opened


def test_a_form_without_script_saves_what_was_changed_and_comes_back(officer_client, response):
    answer = filled(response, 1, 1)
    action = KeyAction.objects.get()
    form = {
        "recommendation": answer.recommendation_id,
        **cell(f"answer.{answer.recommendation_id}.narrative", "Agreed, in part.", "Agreed."),
        **cell(f"action.{action.pk}.deadline", "31 March 2027", ""),
        **cell(f"action.{action.pk}.text", action.text, action.text),
        "new_action": "A second promise.",
    }
    reply = officer_client.post(save(response), form)
    assert reply.status_code == 302
    assert reply.url.endswith(f"?open={answer.recommendation_id}#recommendation-{answer.recommendation_id}")
    answer.refresh_from_db()
    action.refresh_from_db()
    assert answer.narrative == "Agreed, in part."
    assert str(action.deadline_due) == "2027-03-31"
    assert [one.text for one in KeyAction.objects.present()] == [action.text, "A second promise."]


def test_a_conflict_without_script_shows_both_texts(officer_client, response):
    answer = filled(response, 1, 0)
    form = {
        "recommendation": answer.recommendation_id,
        **cell(f"answer.{answer.recommendation_id}.narrative", "My words.", "Older words."),
    }
    reply = officer_client.post(save(response), form)
    assert reply.status_code == 409
    shown = reply.content.decode()
    assert '<blockquote dir="auto">Agreed.</blockquote>' in shown
    assert ">\nMy words.</textarea>" in shown
    # Sent again, the form keeps my words.
    assert (
        officer_client.post(
            save(response), form | {f"answer.{answer.recommendation_id}.narrative:seen": digest("Agreed.")}
        ).status_code
        == 302
    )
    answer.refresh_from_db()
    assert answer.narrative == "My words."


def test_a_conflict_tells_a_script_who_wrote_what(officer_client, response):
    answer = filled(response, 1, 0)
    name = f"answer.{answer.recommendation_id}.narrative"
    reply = officer_client.post(
        save(response), cell(name, "My words.", "Older words."), headers={"X-Requested-With": "fetch"}
    )
    told = reply.json()["cells"][name]
    assert told["state"] == "conflict"
    assert told["theirs"] == "Agreed."
    assert told["seen"] == digest("Agreed.")


def test_a_refused_decision_says_why_and_changes_nothing(officer_client, response):
    answer = filled(response, 1, 1)
    name = f"answer.{answer.recommendation_id}.decision"
    reply = officer_client.post(
        save(response), cell(name, "rejected", "accepted"), headers={"X-Requested-With": "fetch"}
    ).json()
    assert reply["cells"][name]["state"] == "error"
    assert "has 1 key action" in reply["cells"][name]["message"]
    answer.refresh_from_db()
    assert answer.decision == "accepted"


def test_a_partial_acceptance_asks_for_the_reason(officer_client, response):
    answer = filled(response, 1, 0)
    at = f"answer.{answer.recommendation_id}"
    fetch = {"X-Requested-With": "fetch"}
    officer_client.post(save(response), cell(f"{at}.narrative", "", "Agreed."), headers=fetch)
    reply = officer_client.post(
        save(response), cell(f"{at}.decision", "partially_accepted", "accepted"), headers=fetch
    ).json()
    assert "needs a reason" in reply["cells"][f"{at}.decision"]["hint"]
    reply = officer_client.post(save(response), cell(f"{at}.narrative", "Because.", ""), headers=fetch).json()
    assert reply["cells"][f"{at}.decision"]["hint"] == ""


def test_a_deadline_cell_tells_how_it_was_understood(officer_client, response):
    action = filled(response, 1, 1).actions.get()
    name = f"action.{action.pk}.deadline"
    reply = officer_client.post(
        save(response), cell(name, "Q2 2027", ""), headers={"X-Requested-With": "fetch"}
    ).json()
    assert "30 June 2027" in reply["cells"][name]["hint"]


def htmx(officer_client, response, **data):
    return officer_client.post(save(response), data, headers={"HX-Request": "true"})


def test_buttons_move_duplicate_remove_and_bring_back(officer_client, response):
    answer = filled(response, 1, 2)
    first, second = KeyAction.objects.present()
    about = {"recommendation": answer.recommendation_id}
    htmx(officer_client, response, **about, do=f"action.{second.pk}.up")
    assert [one.pk for one in KeyAction.objects.present()] == [second.pk, first.pk]
    htmx(officer_client, response, **about, do=f"action.{second.pk}.to", position="1")
    assert [one.pk for one in KeyAction.objects.present()] == [first.pk, second.pk]
    htmx(officer_client, response, **about, do=f"action.{first.pk}.duplicate")
    assert KeyAction.objects.present().count() == 3
    reply = htmx(officer_client, response, **about, do=f"action.{first.pk}.remove")
    assert KeyAction.objects.present().count() == 2
    undo = json.loads(reply.headers["HX-Trigger"])["matrix-removed"]
    assert undo["do"] == f"action.{first.pk}.restore"
    htmx(officer_client, response, **about, do=undo["do"])
    assert first in KeyAction.objects.present()


def test_a_reader_sees_texts_and_no_fields(client, response, office):
    filled(response, 1, 1)
    client.force_login(make.member(Role.READER, office))
    shown = client.get(matrix(response)).content.decode()
    assert "Agreed." in shown
    assert "<textarea" not in shown


def test_hostile_text_is_text(officer_client, response):
    answer = filled(response, 1, 0)
    answer.narrative = "</textarea><script>alert(1)</script> [x](javascript:alert(1))"
    answer.save()
    shown = officer_client.get(matrix(response)).content.decode()
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown


def test_a_large_matrix_is_light_on_the_wire(officer_client, response):
    for _number in range(200):
        make.recommendation(response.evaluation, text="word " * 100)
    answer = officer_client.get(matrix(response), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 100_000


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("NV-2026-014", 'filename="NV-2026-014.json"'),
        ('NV "14"', 'filename="NV \\"14\\".json"'),
        ("Оценка-14", "filename*=utf-8''%D0%9E%D1%86%D0%B5%D0%BD%D0%BA%D0%B0-14.json"),
        ("NV\n14", "filename*=utf-8''NV%0A14.json"),
    ],
)
def test_a_file_is_named_after_the_reference_in_any_script(officer_client, response, reference, named):
    response.evaluation.reference = reference
    response.evaluation.save()
    reply = officer_client.get(reverse("matrix_json", args=[response.pk]))
    assert reply.headers["Content-Disposition"] == f"attachment; {named}"
