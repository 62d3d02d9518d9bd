"""The pages of the independent check: who reaches them, what they show, how a verdict is given."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from evaltrack.models import Office, User
from responses import progress, verification
from responses.models import KeyAction, ManagementResponse, Reviewer, Verification
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return make.office("Country Office Arvendia")


@pytest.fixture
def people(office: Office) -> dict[str, User]:
    return five(office)


@pytest.fixture
def response(office: Office) -> ManagementResponse:
    return make.response(make.evaluation([office], short_title="River ports"), office=office)


@pytest.fixture
def action(response: ManagementResponse, people: dict[str, User]) -> KeyAction:
    answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
    made = make.action(answer, lead=people["action owner"], text="Mend the pump.")
    say(made, people["action owner"])
    return made


def say(action: KeyAction, by: User) -> None:
    at = NOW - timedelta(days=1)
    progress.report(action, by=by, now=at, as_of=at.date(), status="completed", comment="Both pumps run.")


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


QUERIES = {"verification": 14, "to_check": 8}
PAGES = {
    # Who may: evaluation unit, officer of the office, officer elsewhere, action owner, reader.
    "to_check": (200, 403, 403, 403, 403),
    "verification": (200, 200, 404, 200, 200),
    "action_check": (200, 403, 404, 403, 403),
    "answer_check": (200, 403, 404, 403, 403),
    "reviewer_name": (302, 403, 404, 403, 403),
    "reviewer_dismiss": (302, 403, 404, 403, 403),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", FIVE)
def test_who_reaches_which_page(page: str, who: str, action: KeyAction, people: dict[str, User]) -> None:
    response = action.answer.response
    reviewer = Reviewer.objects.create(response=response, person=make.user(), named_at=NOW)
    keys = {
        "to_check": [],
        "action_check": [action.pk],
        "answer_check": [action.answer_id],
        "reviewer_dismiss": [reviewer.pk],
    }
    path = reverse(page, args=keys.get(page, [response.pk]))
    client = as_(people[who])
    got = client.post(path, {"person": "x"}) if page.startswith("reviewer") else client.get(path)
    assert got.status_code == PAGES[page][FIVE.index(who)]


def test_a_verdict_is_given_on_the_page_and_shown_on_the_actions(
    action: KeyAction, people: dict[str, User]
) -> None:
    client = as_(people["evaluation unit"])
    page = client.get(reverse("action_check", args=[action.pk])).content.decode()
    assert "Both pumps run." in page
    verdict = {"implementation": "partly", "reason": "One pump runs.", "question": ""}
    refused = client.post(reverse("action_check", args=[action.pk]), verdict)
    assert refused.status_code == 422
    assert "This is not what was reported" in refused.content.decode()
    assert "One pump runs." in refused.content.decode()  # what was typed stays
    client.post(reverse("action_check", args=[action.pk]), verdict | {"question": "Which one?"})
    shown = client.get(reverse("action", args=[action.pk])).content.decode()
    assert all(
        words in shown for words in ("Partly", "One pump runs.", "Which one?", "Not what was reported")
    )


def test_a_later_evaluation_is_named_by_its_reference(
    action: KeyAction, people: dict[str, User], office: Office
) -> None:
    client = as_(people["evaluation unit"])
    path = reverse("action_check", args=[action.pk]) + "?later"
    verdict = {"implementation": "not", "reason": "No pump was found.", "evaluation": "NV-2028-001"}
    assert "no evaluation with this reference" in client.post(path, verdict).content.decode()
    make.evaluation([office], reference="NV-2028-001", short_title="Ports, again")
    client.post(path, verdict)
    page = client.get(reverse("verification", args=[action.answer.response_id])).content.decode()
    assert all(words in page for words in ("Ports, again", "Not", "Completed", "not checked"))


def test_who_may_not_check_their_own_is_told_before_they_write(
    action: KeyAction, people: dict[str, User]
) -> None:
    say(action, people["evaluation unit"])
    page = as_(people["evaluation unit"]).get(reverse("action_check", args=[action.pk])).content.decode()
    assert "You reported on this yourself" in page
    assert "<textarea" not in page


def test_a_second_person_is_named_and_taken_back(
    response: ManagementResponse, people: dict[str, User]
) -> None:
    second = make.user("Sefa Tau")
    client = as_(people["evaluation unit"])
    client.post(reverse("reviewer_name", args=[response.pk]), {"person": second.email})
    page = client.get(reverse("verification", args=[response.pk])).content.decode()
    assert "Sefa Tau" in page
    assert as_(second).get(reverse("to_check")).status_code == 200
    client.post(reverse("reviewer_dismiss", args=[Reviewer.objects.get().pk]))
    assert as_(second).get(reverse("to_check")).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_is_the_same_for_one_and_three(
    rows: int, response: ManagementResponse, people: dict[str, User], django_assert_num_queries: Any
) -> None:
    answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
    unit = people["evaluation unit"]
    for _each in range(rows):
        action = make.action(answer, lead=people["action owner"])
        say(action, people["action owner"])
        verification.check(action, by=unit, now=NOW, implementation="full", reason="Seen.")
    client = as_(unit)
    client.get(reverse("to_check"))
    with django_assert_num_queries(QUERIES["verification"]):
        client.get(reverse("verification", args=[response.pk]))
    with django_assert_num_queries(QUERIES["to_check"]):
        client.get(reverse("to_check"))
    assert Verification.objects.count() == rows
