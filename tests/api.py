"""The API as a program sees it, and the people whose permissions its tables go through."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from evaltrack import tokens
from evaltrack.models import Membership, Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation, Recommendation
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from tests import factories


class Program:
    """Sends JSON to ``/api/v1/`` with the token of a person, or with none."""

    def __init__(self, person: User | None = None, *, token: str = "", **headers: str) -> None:
        if person:
            _token, token = tokens.issue(by=person, name="test", days=None)
        self.headers = {"Authorization": f"Token {token}"} if token else {}
        self.headers |= headers

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        body = data if isinstance(data, bytes) else b"" if data is None else json.dumps(data).encode()
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return Client().generic(method, address, body, "application/json", headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, data: Any, **headers: str) -> Any:
        return self.send("POST", path, data, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        """With the ETag as it is now, unless the test gives one or an empty one for none."""
        return self.send("PATCH", path, data, **self._match(path, headers))

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **self._match(path, headers))

    def _match(self, path: str, headers: dict[str, str]) -> dict[str, str]:
        match = headers.pop("If_Match", None)
        if match is None:
            match = self.get(path).headers.get("ETag", "*")
        return {**headers, **({"If_Match": match} if match else {})}

    def rows(self, path: str) -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return list(answer.json()["results"])

    def ids(self, path: str) -> list[int]:
        return [row["id"] for row in self.rows(path)]

    def listed(self, path: str) -> int:
        """How many rows there are, or the status where there is no list."""
        answer = self.get(path)
        return len(answer.json()["results"]) if answer.status_code == 200 else int(answer.status_code)


def session(person: User | None, **options: Any) -> Client:
    """A browser in which the person is signed in."""
    client = Client(**options)
    if person:
        client.force_login(person)
    return client


def error(answer: Any) -> tuple[int, str, list[str]]:
    """Status, code and the fields named, of an answer that must have the one shape of errors."""
    body = answer.json()
    assert list(body) == ["error"], body
    assert {"code", "message"} <= body["error"].keys() <= {"code", "message", "fields"}
    assert body["error"]["message"].strip()
    return answer.status_code, body["error"]["code"], sorted(body["error"].get("fields", {}))


@dataclass
class World:
    """One evaluation of an office with a response, an action and an update, and those who ask for it."""

    here: Office
    elsewhere: Office
    evaluation: Evaluation
    recommendation: Recommendation
    response: ManagementResponse
    answer: RecommendationResponse
    action: KeyAction
    update: ProgressUpdate
    people: dict[str, User | None]

    def program(self, who: str) -> Program:
        return Program(self.people[who])


PEOPLE = ["unit", "officer", "other officer", "owner", "reader", "stranger", "nobody"]


def world() -> World:
    top = factories.office("Headquarters")
    here = factories.office("Kilima Country Office", parent=top)
    elsewhere = factories.office("Baraka Country Office", parent=top)
    owner = factories.user("Otieno Owner")
    Membership.objects.create(person=owner, office=elsewhere, role=Role.ACTION_OWNER)
    evaluation = factories.evaluation([here])
    recommendation = factories.recommendation(evaluation)
    response = factories.response(evaluation)
    answer = factories.answer(recommendation, response, decision="accepted")
    action = factories.action(answer, lead=owner)
    update = ProgressUpdate.objects.create(
        action=action,
        as_of=factories.NOW.date(),
        comment="Begun.",
        reported_by=owner,
        reported_at=factories.NOW,
    )
    return World(
        here=here, elsewhere=elsewhere, evaluation=evaluation, recommendation=recommendation, response=response,
        answer=answer, action=action, update=update,
        people={
            "unit": factories.member(Role.EVALUATION_UNIT, top, "Uma Unit"),
            "officer": factories.member(Role.ME_OFFICER, here, "Olga Officer"),
            "other officer": factories.member(Role.ME_OFFICER, elsewhere, "Omar Other"),
            "owner": owner,
            "reader": factories.member(Role.READER, here, "Rita Reader"),
            "stranger": factories.user("Said Stranger"),
            "nobody": None,
        },
    )  # fmt: skip
