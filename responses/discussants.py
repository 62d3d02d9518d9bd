"""Who takes part in the discussion of a response: everyone who may read and write comments on it.

The same reading of roles, parties and deputies as ``permissions.access``, for everybody at once.
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import Permission, roles_with
from responses.audiences import behind, coordinator
from responses.choices import ResponseState, StepState
from responses.models import ActionParty, Drafter, ManagementResponse


def writing(response: ManagementResponse, recommendation: int) -> list[User]:
    """Who looks after the response or drafts the answer to a recommendation (its id): two queries."""
    drafters = Drafter.objects.filter(answer__response=response, answer__recommendation=recommendation)
    return [*coordinator(response), *behind(drafters).filter(is_active=True)]


def discussing(response: ManagementResponse) -> QuerySet[User]:
    """Everyone who may read and write comments on the response: two queries besides its own."""
    today = timezone.localdate()
    above = _with_those_above(
        {*response.evaluation.offices.values_list("pk", flat=True), *filter(None, [response.office_id])}
    )
    held = Membership.objects.current(today).filter(office__in=above)

    def holding(permission: Permission) -> Q:
        return Q(pk__in=held.filter(role__in=roles_with(permission)).values("person"))

    seen = holding(Permission.COMMENT)
    if response.evaluation.confidential:
        seen &= holding(Permission.SEE_CONFIDENTIAL)
    drafters = Drafter.objects.filter(answer__response=response)
    parties = ActionParty.objects.filter(action__answer__response=response, action__removed_at=None)
    part = Q(pk__in=behind(drafters).values("pk")) | Q(pk__in=behind(parties).values("pk"))
    if response.coordinator_id:
        part |= Q(pk=response.coordinator_id)
    if response.state == ResponseState.IN_CLEARANCE:
        part |= Q(pk__in=_clearing(response).values("person"))
    own = User.objects.filter(seen | part, is_active=True)
    deputies = Deputy.objects.current(today).filter(person__in=own.values("pk"))
    everyone = Q(pk__in=own.values("pk")) | Q(pk__in=deputies.values("deputy")) | Q(is_superuser=True)
    return User.objects.filter(everyone, is_active=True).order_by("name", "pk")


def _clearing(response: ManagementResponse) -> QuerySet[Membership]:
    """The roles of those whose turn it is to clear."""
    waiting = response.steps.filter(state=StepState.WAITING).order_by("version", "submission", "order")
    step = waiting.values("office", "role")[:1]
    held = Membership.objects.current(timezone.localdate())
    return held.filter(office__in=step.values("office"), role__in=step.values("role"))


def _with_those_above(offices: Collection[int]) -> set[int]:
    """The offices (ids) and every one above them: a role counts in all that is below its office."""
    parents = dict(Office.objects.values_list("pk", "parent_id"))
    found: set[int] = set()
    for office in offices:
        one: int | None = office
        while one is not None and one not in found:
            found.add(one)
            one = parents.get(one)
    return found
