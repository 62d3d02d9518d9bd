"""The pages of rounds: what they show, to whom, what their buttons do, and what they cost."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaltrack.models import User
from evaltrack.roles import Role
from responses import rounds
from responses.models import RoundMatrix
from tests import factories as make
from tests.responses.rounds import NOW, World, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def there():
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        yield World()


def page(client, person: User, name: str, *args: int, query: str = "") -> str:
    client.force_login(person)
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def send(client, user: User, view: str, /, *args: int, status: int = 302, **data) -> str:
    client.force_login(user)
    answer = client.post(reverse(view, args=args), data)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_opening_shows_whom_it_asks_and_what_is_left_out_and_why(client, there):
    late = make.response(make.evaluation([there.here], title="Not answered yet"))
    shown = page(client, there.unit, "round_open", query="?name=Cut-off")
    assert "3 questions, 3 people" in shown
    assert f'value="{there.response.pk}" checked' in shown
    assert "Its response is not cleared yet" in shown
    assert f'id="response-{late.pk}"' not in shown


def test_opening_asks_and_leads_to_the_live_page(client, there):
    send(client, there.unit, "round_open", name="Cut-off", response=there.response.pk, note="Briefly.")
    matrix = there.matrix
    assert matrix.asked_at
    shown = page(client, there.unit, "round", matrix.round_id)
    assert "0 of 3 answered" in shown
    assert "3 people have not answered" in shown
    assert 'hx-trigger="every 30s"' in shown


def test_what_cannot_be_opened_says_why_and_keeps_what_was_typed(client, there):
    said = send(
        client, there.unit, "round_open", status=422, name="1", response=there.response.pk, note="Kept."
    )
    assert "would be taken for a version" in said
    assert "Kept." in said
    assert "Choose at least one evaluation" in send(
        client, there.unit, "round_open", status=422, name="Cut-off"
    )


def test_an_evaluation_that_the_person_may_not_know_of_cannot_be_chosen(client, there):
    hidden = given(make.evaluation([make.office()], confidential=True, title="Zyzzyva"))
    manager = there.evaluation.manager = make.member(Role.ME_OFFICER, there.here)
    there.evaluation.save()
    client.force_login(manager)
    assert client.get(reverse("round_open")).status_code == 403  # who only manages opens from a role
    said = send(client, there.unit, "round_open", status=422, name="Cut-off", response=hidden.pk)
    assert "Choose at least one" in said
    assert "Zyzzyva" not in said


def test_many_are_asked_in_a_task_and_the_page_says_how_far_it_is(
    client, there, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(rounds, "AT_ONCE", 0)
    woken = []
    monkeypatch.setattr("responses.views.rounds.work_on_rounds.delay", lambda: woken.append(True))
    with django_capture_on_commit_callbacks(execute=True):
        send(client, there.unit, "round_open", name="Cut-off", response=there.response.pk)
    assert woken == [True]
    shown = page(client, there.unit, "round", there.matrix.round_id)
    assert "1 of 1 evaluations are still to come" in shown
    assert 'hx-trigger="every 3s"' in shown
    rounds.ask(now=NOW)
    assert "still to come" not in page(client, there.unit, "round", there.matrix.round_id)


def test_who_only_sees_it_reads_but_has_no_buttons(client, there):
    there.open()
    reader = make.member(Role.READER, there.here)
    shown = page(client, reader, "round", there.matrix.round_id)
    assert "Arlo Quist" in shown
    assert "Remind" not in shown
    client.force_login(reader)
    for name in ("round_close", "round_extend"):
        assert client.get(reverse(name, args=[there.matrix.round_id])).status_code == 403
    assert client.post(reverse("round_remind", args=[there.matrix.round_id])).status_code == 403
    client.force_login(make.member(Role.READER))
    assert client.get(reverse("round", args=[there.matrix.round_id])).status_code == 404


def test_each_question_is_shown_with_its_answer_or_who_has_not_given_it(client, there):
    there.open()
    there.report(0, comment="The <b>guidance</b> is out.")
    shown = page(client, there.unit, "round_matrix", there.matrix.round_id, there.matrix.pk)
    assert "The &lt;b&gt;guidance" in shown
    assert shown.count("Not reported") == 2
    assert "1 of 3 answered" in shown


def test_reminding_by_a_button_says_who_was_reminded(client, there):
    there.open()
    send(client, there.unit, "round_remind", there.matrix.round_id, person=there.bo.pk)
    assert "Reminded: Bo Tamm." in page(client, there.unit, "round", there.matrix.round_id)
    send(client, there.unit, "round_remind", there.matrix.round_id, person=there.bo.pk)
    assert "reminded today already" in page(client, there.unit, "round", there.matrix.round_id)


def test_more_time_by_the_form(client, there):
    there.open()
    number = there.matrix.round_id
    assert "in a sentence" not in send(
        client, there.unit, "round_extend", number, status=422, until="2026-03-05", reason="Floods."
    )
    send(client, there.unit, "round_extend", number, until="2026-05-05", reason="Floods.")
    assert str(there.matrix.due_on) == "2026-05-05"


def test_closing_names_first_what_is_not_reported_and_keeps_it_visible(client, there):
    there.open()
    there.report(0)
    number = there.matrix.round_id
    assert "2 of 3 are not reported" in page(client, there.unit, "round_close", number)
    send(client, there.unit, "round_close", number)
    matrix = there.matrix
    assert matrix.closed_at
    assert "2 of 3 not reported" in page(client, there.unit, "round", number)
    shown = page(client, there.unit, "round_matrix", number, matrix.pk)
    assert matrix.snapshot.sha256 in shown
    assert "1.2, 1.3" in shown
    shown = page(client, there.unit, "evaluation", there.evaluation.pk)
    assert "Board cut-off" in shown


def test_one_matrix_of_another_round_is_not_closed_by_its_number(client, there):
    there.open()
    other = given(make.evaluation([there.here]))
    made = rounds.open([other.pk], "Other", by=there.unit, now=NOW, today=NOW.date())
    own = RoundMatrix.objects.get(response=there.response).round_id
    send(client, there.unit, "round_close", own, status=404, matrix=made.matrices[0].pk)
    assert not RoundMatrix.objects.exclude(closed_at=None).exists()


def test_rounds_are_compared_on_a_page_and_filtered(client, there):
    there.open("First")
    there.close(after=timedelta(hours=1))
    there.report(0, after=timedelta(hours=2))
    shown = page(client, there.unit, "rounds_compare", there.response.pk)
    assert "Moved on" in shown
    assert "Stood still" in shown
    one = page(client, there.unit, "rounds_compare", there.response.pk, query="?motion=moved_on")
    assert one.count("Write the guidance") == 1
    client.force_login(there.unit)
    address = reverse("rounds_compare", args=[there.response.pk])
    assert client.get(f"{address}?from=Nothing").status_code == 404
    assert "closed a round before" in page(client, there.unit, "round_compare", there.matrix.round_id)


QUERIES = {"rounds": 10, "round": 19, "round_matrix": 20, "round_open": 21, "round_close": 10}


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_the_same_number_of_queries(client, there, count):
    more = []
    for _one in range(count):
        response = given(make.evaluation([there.here]), there.coordinator)
        answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
        for _action in range(count):
            make.action(answer, lead=make.user())
        more.append(response.pk)
    made = rounds.open([there.response.pk, *more], "Cut-off", by=there.unit, now=NOW, today=NOW.date())
    rounds.ask(now=NOW)
    client.force_login(there.unit)
    addresses = {"round_matrix": [made.round.pk, made.matrices[-1].pk], "rounds": [], "round_open": []}
    found = {}
    for name in QUERIES:
        address = reverse(name, args=addresses.get(name, [made.round.pk]))
        client.get(address)
        with CaptureQueriesContext(connection) as taken:
            assert client.get(address).status_code == 200
        found[name] = len(taken)
    assert found == QUERIES
