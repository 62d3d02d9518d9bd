"""The people behind a response: who coordinates it, who drafts what, and who takes part in its discussion.

The same reading of roles, parties and deputies as ``permissions.access``, for everybody at once.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import Permission, roles_with
from responses.choices import ResponseState, StepState
from responses.models import ActionParty, Drafter, ManagementResponse

NOBODY = Q(pk__in=[])


def behind(parties: QuerySet[Any]) -> Q:
    """The people (as a Q on User) that parties mean: by name, by their role at the office, as focal point."""
    held = Membership.objects.current(timezone.localdate())
    named = parties.filter(office=OuterRef("office"), role=OuterRef("role")).exclude(role="")
    units = parties.filter(person=None, role="", office__focal_point__isnull=False)
    return (
        Q(pk__in=parties.filter(person__isnull=False).values("person"))
        | Q(pk__in=held.filter(Exists(named)).values("person"))
        | Q(pk__in=units.values("office__focal_point"))
    )


def coordinating(response: ManagementResponse) -> Q:
    """Who looks after the response: its coordinator, else the focal point of the responding office."""
    if response.coordinator_id:
        return Q(pk=response.coordinator_id)
    if not response.office_id:
        return NOBODY
    focal_points = Office.objects.filter(pk=response.office_id, focal_point__isnull=False)
    return Q(pk__in=focal_points.values("focal_point"))


def writing(response: ManagementResponse, recommendation: int) -> QuerySet[User]:
    """Who coordinates the response or drafts the answer to a recommendation (its id): one query."""
    drafters = Drafter.objects.filter(answer__response=response, answer__recommendation=recommendation)
    return User.objects.filter(coordinating(response) | behind(drafters), is_active=True)


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
    part = _clearing(response)
    if response.coordinator_id:
        part |= Q(pk=response.coordinator_id)
    for parties in (
        Drafter.objects.filter(answer__response=response),
        ActionParty.objects.filter(action__answer__response=response, action__removed_at=None),
    ):
        part |= behind(parties)
    own = User.objects.filter(seen | part, is_active=True)
    deputies = Deputy.objects.current(today).filter(person__in=own.values("pk"))
    everyone = Q(pk__in=own.values("pk")) | Q(pk__in=deputies.values("deputy")) | Q(is_superuser=True)
    return User.objects.filter(everyone, is_active=True).order_by("name", "pk")


def _clearing(response: ManagementResponse) -> Q:
    """Those whose turn it is to clear."""
    if response.state != ResponseState.IN_CLEARANCE:
        return NOBODY
    waiting = response.steps.filter(state=StepState.WAITING)
    step = waiting.order_by("version", "submission", "order").first()
    if step is None:
        return NOBODY
    held = Membership.objects.current(timezone.localdate()).filter(office=step.office_id, role=step.role)
    return Q(pk__in=held.values("person"))


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
