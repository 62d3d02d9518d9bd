"""Who is meant by the audiences that the tables of moves name: active people who may see the evaluation.

A number of queries that does not grow with the people. Deputies are not among them: whoever is told of
something, their deputy of the day is told as well (``evaltrack.notifications.tell``).
"""

from collections.abc import Callable, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from evaltrack.models import Membership, Office, Part, User
from evaltrack.roles import GRANTS, Permission, Role, roles_with
from recommendations.models import Evaluation
from responses.choices import StepState
from responses.models import (
    ActionParty,
    Drafter,
    KeyAction,
    ManagementResponse,
    RecommendationResponse,
)


def people(name: str, evaluation: Evaluation, response: ManagementResponse | None = None) -> list[User]:
    """The people of an audience; those of a response are nobody where there is none."""
    if name in OF_EVALUATION:
        return OF_EVALUATION[name](evaluation)
    return OF_RESPONSE[name](response) if response else []


def all_of(
    names: Iterable[str], evaluation: Evaluation, response: ManagementResponse | None = None
) -> list[User]:
    """The people of several audiences, each once."""
    found = {person.pk: person for name in names for person in people(name, evaluation, response)}
    return list(found.values())


# Of an evaluation ----------------------------------------------------------------------------------------


def office(evaluation: Evaluation) -> list[User]:
    """The focal points of its offices and of those that answer."""
    responding = ManagementResponse.objects.filter(evaluation=evaluation).values("office")
    offices = Office.objects.filter(Q(evaluations=evaluation) | Q(pk__in=responding))
    found = _active(User.objects.filter(pk__in=offices.values("focal_point")))
    return _seeing(found, evaluation)


def overseers(evaluation: Evaluation) -> list[User]:
    """Its manager, and who oversees it at each of its offices, else at the nearest office above."""
    parents = dict(Office.objects.values_list("pk", "parent_id"))
    held = Membership.objects.current(timezone.localdate()).filter(role__in=roles_with(Permission.OVERSEE))
    holders: dict[int, set[int]] = {}
    for at, person in held.values_list("office_id", "person_id"):
        holders.setdefault(at, set()).add(person)
    found = {evaluation.manager_id or 0}
    for own in evaluation.offices.values_list("pk", flat=True):
        place: int | None = own
        while place and place not in holders:
            place = parents.get(place)
        found |= holders.get(place or 0, set())
    return _active(User.objects.filter(pk__in=found))


def coordinators(evaluation: Evaluation) -> list[User]:
    return _active(User.objects.filter(coordinated__evaluation=evaluation))


def evaluators(evaluation: Evaluation) -> list[User]:
    """Its evaluators, until they have handed it over."""
    return [] if evaluation.handed_over_at else _active(User.objects.filter(evaluated=evaluation))


# Of a response -------------------------------------------------------------------------------------------


def coordinator(response: ManagementResponse) -> list[User]:
    """Who coordinates it; in their place the focal point of its office, and then the evaluation manager."""
    evaluation = response.evaluation
    focal_point = response.office.focal_point_id if response.office else None
    there = User.objects.filter(is_active=True).in_bulk(
        [pk for pk in (response.coordinator_id, focal_point, evaluation.manager_id) if pk]
    )
    if response.coordinator_id in there:
        return [there[response.coordinator_id]]
    if focal_point in there and (found := _seeing([there[focal_point]], evaluation)):
        return found
    return [there[evaluation.manager_id]] if evaluation.manager_id in there else []


def drafters(response: ManagementResponse) -> list[User]:
    """Those who were asked to draft the answer to one of its recommendations."""
    return _active(behind(Drafter.objects.filter(answer__response=response)))


def leads(response: ManagementResponse) -> list[User]:
    """Those who lead one of its key actions that is still open."""
    still_open = KeyAction.objects.open().filter(answer__response=response).order_by().values("pk")
    return _active(behind(ActionParty.objects.filter(part=Part.LEAD, action__in=still_open)))


def responsible_for(subject: KeyAction | RecommendationResponse) -> list[User]:
    """Those who lead a key action; of an answer, those who lead one of its key actions."""
    actions = KeyAction.objects.present().order_by()
    which = {"pk": subject.pk} if isinstance(subject, KeyAction) else {"answer": subject.pk}
    return _active(
        behind(ActionParty.objects.filter(part=Part.LEAD, action__in=actions.filter(**which).values("pk")))
    )


def clearing(response: ManagementResponse) -> list[User]:
    """Who may decide the step whose turn it is, or was when the response was withdrawn."""
    steps = response.steps.filter(version=response.version).order_by("-submission", "order")
    last = steps.first()
    turn = (
        steps.filter(submission=last.submission, state__in=(StepState.WAITING, StepState.WITHDRAWN)).first()
        if last
        else None
    )
    if turn is None:
        return []
    held = Membership.objects.current(timezone.localdate()).filter(office=turn.office_id, role=turn.role)
    return _active(User.objects.filter(pk__in=held.values("person")))


def cleared(response: ManagementResponse) -> list[User]:
    """Who cleared a step of this version; of the one before, where this was never submitted yet."""
    begun = response.steps.filter(version=response.version).exists()
    version = response.version if begun else response.version - 1
    steps = response.steps.filter(version=version, state=StepState.CLEARED)
    return _active(User.objects.filter(pk__in=steps.values("decided_by")))


OF_EVALUATION: dict[str, Callable[[Evaluation], list[User]]] = {
    "office": office,
    "overseers": overseers,
    "coordinators": coordinators,
    "evaluators": evaluators,
}
OF_RESPONSE: dict[str, Callable[[ManagementResponse], list[User]]] = {
    "coordinator": coordinator,
    "drafters": drafters,
    "leads": leads,
    "clearing": clearing,
    "cleared": cleared,
}


def _active(found: QuerySet[User]) -> list[User]:
    return list(found.filter(is_active=True).distinct().order_by("pk"))


def behind(parties: "QuerySet[Drafter] | QuerySet[ActionParty]") -> QuerySet[User]:
    """The people behind the parties, read as in ``permissions.party_of``."""
    asked = parties.filter(office=OuterRef("office"), role=OuterRef("role"))
    held = Membership.objects.current(timezone.localdate()).filter(Exists(asked), person=OuterRef("pk"))
    of_office = parties.filter(person=None, role="").exclude(office=None)
    return User.objects.filter(
        Q(pk__in=parties.exclude(person=None).values("person"))
        | Q(Exists(held))
        | Q(pk__in=of_office.exclude(office__focal_point=None).values("office__focal_point"))
    )


def _seeing(found: list[User], evaluation: Evaluation) -> list[User]:
    """Those whom a role at one of its offices, or above, shows the evaluation; or who manage it."""
    wanted = Permission.SEE_CONFIDENTIAL if evaluation.confidential else Permission.VIEW
    held = Membership.objects.current(timezone.localdate()).filter(person__in=found)
    offices = set(evaluation.offices.values_list("pk", flat=True))
    below = Office.objects.all().sub_offices()
    seeing = {
        person
        for person, place, role in held.values_list("person_id", "office_id", "role")
        if wanted in GRANTS[Role(role)] and not offices.isdisjoint(below([place]))
    }
    return [one for one in found if one.pk in seeing or one.pk == evaluation.manager_id]
