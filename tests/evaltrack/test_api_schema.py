"""The API does what its description says, whatever it is sent: requests are made up from the description."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from evaltrack.files import Upload
from evaltrack.roles import Role
from responses import evidence
from responses.choices import ResponseState
from responses.models import (
    KeyAction,
    ManagementResponse,
    RecommendationResponse,
    Round,
    RoundMatrix,
    Verification,
)
from tests import factories
from tests import files as samples
from tests.api import Program, world

RESOURCES = [
    "evaluations", "recommendations", "responses", "answers", "actions", "updates", "evidence", "checks", "rounds",
]  # fmt: skip
# What is enough to add a row where two fields in one body would contradict each other.
GOOD = {
    "/api/v1/updates/": ("action", "status"),
    "/api/v1/rounds/": ("name", "due_on", "responses"),
    "/api/v1/checks/": ("action", "implementation", "reason", "question"),
    "/api/v1/evidence/": ("update", "url"),
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.production
@pytest.mark.django_db(transaction=True)  # the requests come through WSGI, which ends what a test holds open
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_answer_is_one_that_the_description_names(resource: str, mode: GenerationMode) -> None:
    there = world()
    another = factories.recommendation(there.evaluation)
    factories.member(Role.EVALUATION_UNIT, there.here.parent)  # who approves what Uma asks for
    late = date(2099, 1, 31)
    made = {
        "evidence": evidence.attach(
            there.update, [evidence.uploaded(Upload(BytesIO(samples.pdf()), "minutes.pdf"), now=factories.NOW)], by=there.people["unit"], now=factories.NOW
        )[0].pk,
        "check": Verification.objects.create(
            action=there.action, implementation="full", reason="Seen.", at=factories.NOW
        ).pk,
        "round": RoundMatrix.objects.create(
            round=Round.objects.create(name="Spring", opened_at=factories.NOW, due_on=late),
            response=factories.response(factories.evaluation([there.here])), due_on=late,
        ).round_id,
    }  # fmt: skip
    known = {
        "evaluation": there.evaluation.pk,
        "recommendation": another.pk,
        "response": there.response.pk,
        "answer": there.answer.pk,
        "action": there.action.pk,
        "office": there.here.name,
        "profile": "plain",
        "offices": [there.here.name],
        "countries": ["KE"],
        "manager": "uma.unit@example.org",
        "evaluators": ["uma.unit@example.org"],
        "text": "Buy radios.",
        "title": "Evaluation of the ferry project",
        "name": "Autumn",
        "deadline": {"text": "by mid-2027"},
        "status": "completed",
        "round": None,
        "as_of": "2026-01-31",
        "coordinator_person": "uma.unit@example.org",
        "move": "publish",
        "seen": "",
        "reason_code": "overtaken",
        "reason": "The port was closed.",
        "update": there.update.pk,
        "url": "https://example.org/minutes",
        "implementation": "full",
        "alignment": "high",
        "timeliness": None,
        "later_evaluation": None,
        "where": None,
        "question": "What is there to be seen?",
        "responses": [there.response.pk],
        "due_on": str(late),
    }
    rows = {**known, "recommendation": there.recommendation.pk, **made}
    key = rows[resource.removesuffix("s")]
    headers = {**Program(there.people["unit"]).headers, "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    operations = [one.ok() for one in schema.get_all_operations() if one.ok().path.split("/")[3] == resource]
    # The bytes of a file are read to their end in test_api_evidence; the client here leaves them open.
    operations = [one for one in operations if not one.path.endswith("/file/")]
    assert operations

    for operation in operations:
        ready_for(operation.path)
        given = {**known, "deadline": "31 December 2031"} if operation.path.endswith("/postpone/") else known
        seen = answered(operation, mode, headers, key, given)
        # Unless some requests succeed, only the refusals have been tried.
        assert 2 in seen or mode is GenerationMode.NEGATIVE, operation.label


def ready_for(path: str) -> None:
    """Bring the rows where what the address does can be done."""
    if path.endswith(("/moves/", "/postpone/", "/rounds/")):
        ManagementResponse.objects.update(
            state=ResponseState.CLEARED
        )  # published next, and put off only then
    closed = {"closed_as": "completed", "closed_on": factories.NOW.date()}
    stands = closed if path.endswith("/reopen/") else {"closed_as": "", "closed_on": None}
    KeyAction.objects.update(removed_at=None, **stands)
    RecommendationResponse.objects.update(decision="accepted", **stands)


def answered(
    operation: Any, mode: GenerationMode, headers: dict[str, str], key: int, known: dict[str, Any]
) -> set[int]:
    """Try it; the classes of the statuses it answered with, 2 for 200 and 201."""
    seen = set()

    @settings(
        # What only reads has its parameters to get wrong, and no body.
        max_examples=10 if operation.method == "get" else 25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    @given(case=operation.as_strategy(mode), nonsense=st.integers(0, 3))
    def as_described(case: Case, nonsense: int) -> None:
        if nonsense < 2:
            make_sense(case, key, known)
        if nonsense == 0 and isinstance(case.body, dict):
            good = GOOD.get(operation.path, case.body)
            case.body = {name: known[name] for name in good if name in known}
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        seen.add(answer.status_code // 100)

    as_described()
    return seen


def make_sense(case: Case, key: int, known: dict[str, Any]) -> None:
    """Name rows that there are: of made-up keys nearly all would be answered by 404, and little else be tried."""
    if case.path_parameters:
        case.path_parameters["id"] = key
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        case.body.update({name: known[name] for name in case.body if name in known})
        if {"action", "answer"} <= case.body.keys():
            del case.body["answer"]
