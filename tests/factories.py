"""Plain factories: real objects with sensible defaults, and only what a test names set otherwise."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from evaltrack.deadlines import Deadline, Kind
from evaltrack.models import Membership, Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation, Recommendation, RuleProfile
from responses.models import ActionParty, KeyAction, ManagementResponse, RecommendationResponse

NUMBER = count(1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def closed(as_: str = "completed") -> dict[str, Any]:
    """The fields of a key action, or an answer, that was closed: by ``closed_as``'s code."""
    return {"common_status": as_, "closed_as": as_, "closed_on": NOW.date()}


def user(name: str = "", **fields: Any) -> User:
    number = next(NUMBER)
    name = name or f"Person {number}"
    fields.setdefault("email", f"{name.lower().replace(' ', '.')}@example.org")
    return User.objects.create_user(name=name, password=fields.pop("password", "correct horse"), **fields)


def office(name: str = "", **fields: Any) -> Office:
    return Office.objects.create(name=name or f"Office {next(NUMBER)}", **fields)


def member(role: Role, at: Office | None = None, name: str = "", **fields: Any) -> User:
    """A person who holds the role at the office."""
    person = user(name, **fields)
    Membership.objects.create(person=person, office=at or office(), role=role)
    return person


def profile(slug: str = "iom-matrix") -> RuleProfile:
    found = RuleProfile.objects.latest_of(slug)
    assert found is not None
    return found


def evaluation(
    offices: list[Office] | None = None, profile_slug: str = "iom-matrix", **fields: Any
) -> Evaluation:
    number = next(NUMBER)
    fields = {
        "reference": f"NV-2025-{number:03}",
        "title": f"Evaluation of water access project {number}",
        "profile": profile(profile_slug),
        **fields,
    }
    made = Evaluation.objects.create(**fields)
    made.offices.set(offices if offices is not None else [office()])
    return made


def recommendation(of: Evaluation | None = None, **fields: Any) -> Recommendation:
    of = of or evaluation()
    order = fields.pop("order", of.recommendations.count() + 1)
    fields = {"number": str(order), "text": f"Improve handover notes {order}.", **fields}
    return Recommendation.objects.create(evaluation=of, order=order, **fields)


def response(to: Evaluation | None = None, **fields: Any) -> ManagementResponse:
    return ManagementResponse.objects.create(evaluation=to or evaluation(), **fields)


def answer(
    to: Recommendation | None = None, of: ManagementResponse | None = None, **fields: Any
) -> RecommendationResponse:
    to = to or recommendation()
    of = of or to.evaluation.responses.first() or response(to.evaluation)
    return RecommendationResponse.objects.create(response=of, recommendation=to, **fields)


def action(
    under: RecommendationResponse | None = None,
    *,
    due: date | None = None,
    lead: User | None = None,
    **fields: Any,
) -> KeyAction:
    under = under or answer(decision="accepted")
    fields = {"order": under.actions.count() + 1, "text": f"Write the guidance {next(NUMBER)}.", **fields}
    made = KeyAction(answer=under, **fields)
    if due:
        made.deadline = Deadline(due.isoformat(), Kind.DATE, None, due)
    if lead:
        made.responsible_text = lead.name
    made.save()
    if lead:
        ActionParty.objects.create(action=made, name=lead.name, person=lead)
    return made
