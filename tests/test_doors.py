"""Every address there is, tried by people who may not know of an evaluation: it leads nowhere and tells nothing.

A new address is tried as well, without being named here; where its subject is of a new kind, the test asks for
one. What each page allows to those who do see it stands in the tests of that page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.signing import dumps
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from evaltrack import audit
from evaltrack.models import AuditEntry, KeptFilter, Office, StoredFile, User
from evaltrack.roles import Role
from recommendations.models import Evaluation, RegisterImport
from responses import progress
from responses.choices import SnapshotKind
from responses.models import (
    BulkExport,
    Closure,
    Comment,
    DeadlineChange,
    Drafter,
    Evidence,
    Footnote,
    MatrixImport,
    Reviewer,
    Round,
    Suggestion,
    Verification,
)
from responses.snapshots import take
from tests import factories as make
from tests.people import FIVE, five

pytestmark = [pytest.mark.django_db, pytest.mark.production]

SECRET = "Zyzzyva-wulfenite"  # stands in every text of the evaluation
SEARCHED, TELLING = SECRET.split("-")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Address:
    route: str
    names: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The kind of thing that stands first in it, such as "responses"."""
        return self.route.removeprefix("api/v1/").partition("/")[0]

    def __str__(self) -> str:
        return self.route


@cache
def addresses() -> tuple[Address, ...]:
    def walk(patterns: list[Any], before: str) -> Iterator[Address]:
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield Address(route, tuple(one.pattern.converters))
            else:
                yield from walk(one.url_patterns, route)

    found = walk(get_resolver().url_patterns, "")
    return tuple(one for one in found if "^" not in one.route and "?P" not in one.route)


# Where no evaluation is behind the address; the pages of the foundation have tests of their own.
FOUNDATION = {"accounts", "admin", "mail", "notifications", "offices", "people", "profile"}

WITHOUT_DATA = {"accounts", "admin", "healthz", "readyz", "schema"}


@dataclass
class World:
    office: Office
    evaluation: Evaluation
    people: dict[str, User]
    keys: dict[str, Any]

    def path(self, address: Address) -> str | None:
        """Where the address leads to something of the evaluation; None where nothing of it stands there."""
        if not address.names or address.subject in FOUNDATION:
            return None
        path = address.route
        for name in address.names:
            kind = address.subject if name == "pk" else name
            if address.subject == "orphans":
                kind = f"orphans {name}"
            assert kind in self.keys, f"Say in this test which {kind} the address {address} is tried with."
            value = self.keys[kind]
            for converter in ("int", "str", "uuid"):
                path = path.replace(f"<{converter}:{name}>", str(value))
        return f"/{path}"


@pytest.fixture
def world() -> World:
    office = make.office("Country Office Norland")
    people = five(office)
    people["administrator"] = make.member(Role.ADMINISTRATOR, office.parent, "Ada Holm")
    people["clearing officer"] = make.member(Role.CLEARING_OFFICER, office.parent, "Cleo Marsh")
    people["coordinator elsewhere"] = make.member(Role.COORDINATOR, make.office("Ruritania"), "Cora Vale")
    people["evaluator of before"] = make.member(Role.EVALUATOR, make.office("Consultants"), "Eve Stone")
    evaluation = make.evaluation(
        [office], title=f"{SECRET} title", short_title=f"{SECRET} short", reference=f"{SECRET}-1",
        handed_over_at=make.NOW,
    )  # fmt: skip
    evaluation.evaluators.add(people["evaluator of before"])
    by = people["evaluation unit"]
    recommendation = make.recommendation(evaluation, text=f"{SECRET} recommendation")
    response = make.response(evaluation, office=office, overall_comment=SECRET)
    answer = make.answer(recommendation, response, decision="accepted", narrative=SECRET)
    action = make.action(answer, text=f"{SECRET} action", due=make.NOW.date())
    update = progress.report(
        action, by=None, now=make.NOW, as_of=make.NOW.date(), status="initiated", comment=SECRET
    )
    said = {"response": response, "recommendation": recommendation, "author": by, "author_name": by.name}
    shown = Evidence.objects.create(update=update, url="https://example.org/", name=SECRET, added_at=make.NOW)
    comment = Comment.objects.create(**said, text=SECRET, at=make.NOW)
    suggestion = Suggestion.objects.create(
        **said, cell=f"answer.{recommendation.pk}.narrative", text=SECRET, at=make.NOW
    )
    drafter = Drafter.objects.create(answer=answer, name="Una Berg", person=by)
    reviewer = Reviewer.objects.create(response=response, person=by, named_at=make.NOW)
    Footnote.objects.create(response=response, mark="1", text=SECRET)
    held = Round.objects.create(name="Time 2", note=SECRET, due_on=make.NOW.date(), opened_at=make.NOW)
    in_round = held.matrices.create(response=response, name="Time 2", due_on=make.NOW.date())
    in_round.questions.create(action=action, person=by, asked_at=make.NOW)
    snapshot = take(response, SnapshotKind.SUBMITTED, submission=1, now=make.NOW, by=by)
    audit.record("changed", recommendation, by=by, parent=evaluation, changes={"text": (SECRET, SECRET)})
    entry = AuditEntry.objects.latest("pk")
    closure = Closure.objects.create(
        action=action, closed_as="dropped", reason=SECRET, asked_by=by, asked_at=make.NOW
    )
    later = DeadlineChange.objects.create(
        action=action, after_text=SECRET, reason=SECRET, asked_by=by, asked_at=make.NOW
    )
    kept = KeptFilter.objects.create(person=by, page="follow_up", name="Mine", query="late=90")
    register = RegisterImport.objects.create(
        file=StoredFile.objects.create(sha256="0" * 64, size=1, media_type="text/csv", stored_at=make.NOW),
        name=SECRET,
        profile=evaluation.profile,
        uploaded_at=make.NOW,
    )
    reading = evaluation.report_readings.create(
        file=register.file,
        name=SECRET,
        state="read",
        asked_at=make.NOW,
        result={"remarks": [SECRET], "recommendations": [], "learned": []},
    )
    evaluation.lessons.create(kind="lesson", text=SECRET)
    register.rows.create(number=2, title=SECRET, verdict="new", cells={"title": SECRET})
    export = BulkExport.objects.create(
        person=by, form="zip", title=SECRET, printed_on=make.NOW.date(), asked_at=make.NOW
    )
    export.items.create(response=response, order=0, failed=SECRET)
    brought = MatrixImport.objects.create(
        evaluation=evaluation, response=response, name=f"{SECRET}.docx", pasted=SECRET, by=by, at=make.NOW,
        state="committed", settled_at=make.NOW,
    )  # fmt: skip
    checked = Verification.objects.create(action=action, reviewer=by, at=make.NOW, reason=SECRET)
    keys = {
        "follow-up": kept.pk, "closures": closure.pk, "deadline-changes": later.pk,
        "evaluations": evaluation.pk, "recommendations": recommendation.pk, "responses": response.pk,
        "answers": answer.pk, "actions": action.pk, "my-actions": action.pk, "updates": getattr(update, "pk", 1),
        "comments": comment.pk, "suggestions": suggestion.pk, "drafters": drafter.pk, "reviewers": reviewer.pk,
        "snapshot": snapshot.pk, "recommendation": recommendation.pk, "history": entry.pk,
        "rounds": held.pk, "matrix": in_round.pk, "token": dumps("nothing"), "secret": "nothing", "clear": 1, "orphans key": "responses",
        "orphans pk": response.pk, "evidence": shown.pk, "registers": register.pk, "exports": export.pk,
        "checks": checked.pk,
        "reading": reading.pk, "imports": brought.pk,
    }  # fmt: skip
    return World(office, evaluation, people, keys)


def tried(world: World, person: User) -> Iterator[tuple[str, str, Any]]:
    """What came back from each address that leads to the evaluation, whatever the method."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    for address in addresses():
        path = world.path(address)
        if path:
            for method in METHODS if address.route.startswith("api/") else ("get", "post"):
                yield method, path, getattr(client, method)(path)


@pytest.mark.parametrize(
    "who", ["officer of the office", "reader", "administrator", "clearing officer", "evaluator of before"]
)
def test_a_confidential_evaluation_is_behind_no_door_and_on_no_page(world: World, who: str):
    Evaluation.objects.update(confidential=True)
    person = world.people[who]
    assert not Evaluation.objects.visible_to(person).exists()
    for method, path, answer in tried(world, person):
        assert answer.status_code in closed_to(path), (method, path)
        assert TELLING not in answer.content.decode(errors="replace"), (method, path)
    client = Client()
    client.force_login(person)
    for path in everywhere_else(world, person):
        answer = client.get(path)
        if not answer.streaming:
            assert TELLING not in answer.content.decode(errors="replace"), path


def closed_to(path: str) -> set[int]:
    """404, or that there is no such method; the list of orphans refuses before it looks for one."""
    return {404, 405} | ({302, 403} if path.startswith("/orphans/") else set())


def everywhere_else(world: World, person: User) -> Iterator[str]:
    """Lists and pages of the foundation, as they are and searched for the secret."""
    for address in addresses():
        route = f"/{address.route}"
        if address.subject in WITHOUT_DATA:
            continue
        if not address.names:
            yield route
            yield f"{route}?q={SEARCHED}&search={SEARCHED}&all=overdue&changes=week&period=week&show=all"
        elif address.names == ("pk",) and address.subject == "people":
            yield from (route.replace("<int:pk>", str(one.pk)) for one in world.people.values())
        elif address.names == ("pk",) and address.subject == "offices":
            yield route.replace("<int:pk>", str(world.office.pk))


@pytest.mark.parametrize("who", FIVE)
def test_an_evaluation_is_behind_the_doors_of_those_who_see_it_only(world: World, who: str):
    person = world.people[who]
    if Evaluation.objects.visible_to(person).exists():
        client = Client()
        client.force_login(person)
        for name in ("evaluation", "matrix", "action", "answer", "response_checks"):
            kind = {"matrix": "responses", "response_checks": "responses"}.get(name, f"{name}s")
            assert client.get(reverse(name, args=[world.keys[kind]])).status_code == 200, name
        assert who in ("evaluation unit", "officer of the office", "reader")
    else:
        for method, path, answer in tried(world, person):
            assert answer.status_code in closed_to(path), (method, path)
        assert who in ("officer elsewhere", "action owner")


def test_who_is_not_signed_in_finds_nothing(world: World):
    assert not Evaluation.objects.visible_to(AnonymousUser()).exists()
    client = Client()
    for address in addresses():
        path = world.path(address)
        if path:
            answer = client.get(path)
            assert answer.status_code in (302, 401, 403, 404, 405), path
            assert TELLING not in answer.content.decode(errors="replace")
