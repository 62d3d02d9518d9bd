"""Who may do what to a response and its key actions."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from evaltrack.models import Membership, User
from evaltrack.roles import Permission, can
from recommendations.models import Evaluation
from recommendations.permissions import may_edit, may_edit_recommendations
from responses.models import ActionParty, KeyAction, ManagementResponse


def party_of(user: User) -> Q:
    """Which action parties are this person: by name, by a role held at the office, or as its focal point."""
    holds = Membership.objects.current(timezone.localdate()).filter(
        person=user, office=OuterRef("office"), role=OuterRef("role")
    )
    return (
        Q(person=user) | (~Q(role="") & Q(Exists(holds))) | Q(person=None, role="", office__focal_point=user)
    )


def actions_of(user: User) -> Q:
    """The key actions (as a Q on KeyAction) in which the person is lead, support or coordination."""
    return Q(pk__in=ActionParty.objects.filter(party_of(user)).values("action_id"))


def involved_in(user: User) -> Q:
    """The evaluations (as a Q on Evaluation) whose response the person coordinates or has an action in."""
    coordinated = ManagementResponse.objects.filter(coordinator=user)
    acting = KeyAction.objects.filter(actions_of(user), removed_at=None)
    return Q(pk__in=coordinated.values("evaluation_id")) | Q(
        pk__in=acting.values("answer__response__evaluation_id")
    )


def may_open(user: User, evaluation: Evaluation) -> bool:
    """Who may begin a response: those who keep the evaluation's record, or answer at one of its offices."""
    offices = set(evaluation.offices.values_list("pk", flat=True))
    return may_edit(user, evaluation) or can(user, Permission.RESPOND, offices)


@dataclass(frozen=True, slots=True)
class Access:
    """What a person may do with one response, worked out once for a whole page."""

    edit_evaluation: bool
    edit_recommendations: bool
    respond: bool
    report: bool
    own_actions: frozenset[int]

    def may_report(self, action: KeyAction) -> bool:
        return self.report or action.pk in self.own_actions


def access(user: User, response: ManagementResponse) -> Access:
    evaluation = response.evaluation
    offices = set(evaluation.offices.values_list("pk", flat=True))
    if response.office_id:
        offices.add(response.office_id)
    coordinates = user.is_active and response.coordinator_id == user.pk
    own = KeyAction.objects.filter(actions_of(user), answer__response=response)
    return Access(
        edit_evaluation=may_edit(user, evaluation),
        edit_recommendations=may_edit_recommendations(user, evaluation),
        respond=coordinates or can(user, Permission.RESPOND, offices),
        report=coordinates or can(user, Permission.REPORT, offices),
        own_actions=frozenset(own.values_list("pk", flat=True)) if user.is_active else frozenset(),
    )
