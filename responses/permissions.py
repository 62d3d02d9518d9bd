"""Who may do what to a response, its answers and its key actions."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from evaltrack.models import Deputy, Membership, User
from evaltrack.roles import Permission, Reach
from recommendations.models import Evaluation
from recommendations.permissions import Standing
from responses.choices import ResponseState, StepState
from responses.models import (
    ActionParty,
    ClearanceStep,
    Drafter,
    KeyAction,
    ManagementResponse,
    RecommendationResponse,
)


def party_of(user: User) -> Q:
    """Which parties are this person: by name, by a role held at the office, or as its focal point.

    A deputy is whoever they stand in for.
    """
    today = timezone.localdate()
    stood_in_for = Deputy.objects.current(today).filter(deputy=user).values("person")
    holding = Membership.objects.acting(user, today).filter(office=OuterRef("office"), role=OuterRef("role"))
    return (
        Q(person=user)
        | Q(person__in=stood_in_for)
        | (~Q(role="") & Q(Exists(holding)))
        | Q(person=None, role="", office__focal_point=user)
        | Q(person=None, role="", office__focal_point__in=stood_in_for)
    )


def actions_of(user: User) -> Q:
    """The key actions (as a Q on KeyAction) in which the person is lead, support or coordination."""
    return Q(pk__in=ActionParty.objects.filter(party_of(user)).values("action_id"))


def clears(user: User) -> Q:
    """The clearance steps that are the person's to decide, or that they or others at their post decided."""
    holding = Membership.objects.acting(user, timezone.localdate()).filter(
        office=OuterRef("office"), role=OuterRef("role")
    )
    return Q(decided_by=user) | (Q(Exists(holding)) & ~Q(state=StepState.WITHDRAWN))


def involved_in(user: User, held: Reach) -> Q:
    """The evaluations (as a Q on Evaluation) whose response the person has a part in.

    It is their office's, which need not be one of the evaluation's; or they coordinate it, draft or clear it,
    or have a key action in it.
    """
    open_to_all = Q(office__in=held.at(Permission.VIEW), evaluation__confidential=False)
    theirs = ManagementResponse.objects.filter(
        open_to_all | Q(office__in=held.at(Permission.SEE_CONFIDENTIAL))
    )
    coordinated = ManagementResponse.objects.filter(coordinator__in=held.identities)
    drafted = Drafter.objects.filter(party_of(user))
    cleared = ClearanceStep.objects.filter(clears(user))
    acting = KeyAction.objects.filter(actions_of(user), removed_at=None)
    return (
        Q(pk__in=theirs.values("evaluation_id"))
        | Q(pk__in=coordinated.values("evaluation_id"))
        | Q(pk__in=drafted.values("answer__response__evaluation_id"))
        | Q(pk__in=cleared.values("response__evaluation_id"))
        | Q(pk__in=acting.values("answer__response__evaluation_id"))
    )


def may_open(user: User, evaluation: Evaluation) -> bool:
    """Who may begin a response: those who keep the evaluation's record, or answer at one of its offices."""
    here = Standing(user, evaluation)
    return here.access.edit or here.holds(Permission.RESPOND)


@dataclass(frozen=True, slots=True)
class Access:
    """What a person may do with one response, worked out once for a whole page.

    ``respond`` is the whole answer, ``drafts`` the recommendations (ids) one is asked to draft. Whether the
    wording is fixed just now is the response's state, not the person's right: see ``answers.check``.
    """

    edit_evaluation: bool
    edit_recommendations: bool
    oversee: bool
    hand_over: bool
    respond: bool
    drafts: frozenset[int]
    clear: bool
    comment: bool
    report: bool
    own_actions: frozenset[int]

    def may_respond(self, recommendation: int | None = None) -> bool:
        """Answer the recommendation (its id) and plan its key actions; the front block without one."""
        return self.respond or recommendation in self.drafts

    def may_report(self, action: KeyAction) -> bool:
        return self.report or action.pk in self.own_actions


def access(user: User, response: ManagementResponse) -> Access:
    """A number of queries that does not depend on the size of the response."""
    here = Standing(user, response.evaluation, [response.office_id] if response.office_id else [])
    record = here.access
    coordinates = here.acts_as(response.coordinator_id)
    drafts = RecommendationResponse.objects.filter(
        pk__in=Drafter.objects.filter(party_of(user), answer__response=response).values("answer")
    )
    own = KeyAction.objects.filter(actions_of(user), answer__response=response)
    drafted = frozenset(drafts.values_list("recommendation_id", flat=True)) if user.is_active else frozenset()
    acting = frozenset(own.values_list("pk", flat=True)) if user.is_active else frozenset()
    clear = _clears_now(user, response)
    takes_part = bool(coordinates or drafted or acting or clear)
    return Access(
        edit_evaluation=record.edit,
        edit_recommendations=record.edit_recommendations,
        oversee=record.oversee,
        hand_over=record.edit_recommendations,
        respond=coordinates or here.holds(Permission.RESPOND),
        drafts=drafted,
        clear=clear,
        comment=takes_part or here.holds(Permission.COMMENT),
        report=coordinates or here.holds(Permission.REPORT),
        own_actions=acting,
    )


def _clears_now(user: User, response: ManagementResponse) -> bool:
    """Whether the step whose turn it is is the person's; those after it wait as well.

    Clearing is a signature: it takes the role, which a superuser does not have for being one.
    """
    if response.state != ResponseState.IN_CLEARANCE or not user.is_active:
        return False
    waiting = response.steps.filter(state=StepState.WAITING).order_by("version", "submission", "order")
    return waiting.filter(pk__in=waiting.values("pk")[:1]).filter(clears(user)).exists()
