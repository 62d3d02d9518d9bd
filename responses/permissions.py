"""Who may do what to a response, its answers and its key actions."""

from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from evaltrack.models import Deputy, Membership, User
from evaltrack.roles import Permission, Reach, can, identities, reach
from recommendations import permissions as record
from recommendations.models import Evaluation
from recommendations.permissions import EvaluationRights
from responses.choices import ResponseState, StepState
from responses.models import (
    ActionParty,
    ClearanceStep,
    Drafter,
    KeyAction,
    ManagementResponse,
    RecommendationResponse,
    Reminder,
    Reviewer,
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
    have a key action in it, were named to check what is reported, or were told
    that one at their office is overdue.
    """
    open_to_all = Q(office__in=held.at(Permission.VIEW), evaluation__confidential=False)
    theirs = ManagementResponse.objects.filter(
        open_to_all | Q(office__in=held.at(Permission.SEE_CONFIDENTIAL))
    )
    coordinated = ManagementResponse.objects.filter(coordinator__in=held.identities)
    drafted = Drafter.objects.filter(party_of(user))
    cleared = ClearanceStep.objects.filter(clears(user))
    acting = KeyAction.objects.filter(actions_of(user), removed_at=None)
    told = told_of_overdue(user)
    reviewing = Reviewer.objects.filter(person=user)
    return (
        Q(pk__in=theirs.values("evaluation_id"))
        | Q(pk__in=coordinated.values("evaluation_id"))
        | Q(pk__in=drafted.values("answer__response__evaluation_id"))
        | Q(pk__in=cleared.values("response__evaluation_id"))
        | Q(pk__in=acting.values("answer__response__evaluation_id"))
        | Q(pk__in=reviewing.values("response__evaluation_id"))
        | Q(pk__in=told.values("action__answer__response__evaluation_id"))
    )


def told_of_overdue(user: User) -> QuerySet[Reminder]:
    """What the person was told is overdue at their office: for as long as it is open, they see it."""
    return Reminder.objects.filter(
        recipient=user,
        occasion__in=(Reminder.Occasion.HEAD, Reminder.Occasion.UNIT),
        action__removed_at=None,
        action__closed_as="",
        action__answer__response__evaluation__confidential=False,
    )


def overseen_by(user: User) -> Q:
    """The responses (as a Q on ManagementResponse) that the person oversees, as ``Access.oversee`` has it."""
    held = reach(user)
    return _held_at(held, Permission.OVERSEE) | Q(evaluation__manager__in=held.identities)


def run_by(user: User) -> Q:
    """The responses (as a Q) whose follow-up the person steers: they answer for the office, or oversee."""
    held = reach(user)
    by_right = _held_at(held, Permission.RESPOND) | _held_at(held, Permission.OVERSEE)
    return by_right | Q(coordinator__in=held.identities) | Q(evaluation__manager__in=held.identities)


def reported_by(user: User) -> Q:
    """The responses (as a Q) on all of whose actions the person may report: the same as ``Access.report``."""
    held = reach(user)
    return _held_at(held, Permission.REPORT) | Q(coordinator__in=held.identities)


def _held_at(held: Reach, permission: Permission) -> Q:
    """Those of which a role carries the permission, by an office of the evaluation or the one that responds.

    None does that does not reach what is confidential: ``EvaluationRights.holds`` as a question to the
    database.
    """
    if held.everywhere:
        return ~Q(pk=None)
    offices = held.at(permission)
    at = Evaluation.offices.through.objects
    here = Q(evaluation__in=at.filter(office__in=offices).values("evaluation")) | Q(office__in=offices)
    trusted = held.at(Permission.SEE_CONFIDENTIAL)
    trusting = Q(evaluation__in=at.filter(office__in=trusted).values("evaluation")) | Q(office__in=trusted)
    return here & (Q(evaluation__confidential=False) | trusting)


def oversees(user: User) -> bool:
    """Whether there can be a response that the person oversees."""
    if can(user, Permission.OVERSEE):
        return True
    return Evaluation.objects.filter(manager__in=identities(user)).exists()


def may_open(user: User, evaluation: Evaluation) -> bool:
    """Who may begin a response: those who keep the evaluation's record, or answer at one of its offices."""
    here = EvaluationRights(user, evaluation)
    return here.access.edit or here.holds(Permission.RESPOND)


class Access:
    """What a person may do with one response: each right worked out when it is first asked for, once.

    ``respond`` is the whole answer, ``drafts`` the recommendations (ids) one is asked to draft. Whether the
    wording is fixed just now is the response's state, not the person's right: see ``answers.check``. The
    number of queries does not depend on the size of the response.
    """

    def __init__(self, user: User, response: ManagementResponse) -> None:
        self._user, self._response = user, response
        office = response.office_id
        self._here = EvaluationRights(user, response.evaluation, [office] if office else [])
        self._coordinates = self._here.acts_as(response.coordinator_id)

    @cached_property
    def _record(self) -> record.Access:
        return self._here.access

    @property
    def edit_evaluation(self) -> bool:
        return self._record.edit

    @property
    def edit_recommendations(self) -> bool:
        return self._record.edit_recommendations

    @property
    def oversee(self) -> bool:
        return self._record.oversee

    @property
    def coordinates(self) -> bool:
        return self._coordinates

    @cached_property
    def verify(self) -> bool:
        """Check reports independently: by a role, or because they were named for this response."""
        if not self._user.is_active:
            return False
        named = Reviewer.objects.filter(response=self._response, person=self._user)
        return self._here.holds(Permission.VERIFY) or named.exists()

    @property
    def hand_over(self) -> bool:
        return self._record.edit_recommendations

    @property
    def respond(self) -> bool:
        return self._coordinates or self._here.holds(Permission.RESPOND)

    @property
    def report(self) -> bool:
        return self._coordinates or self._here.holds(Permission.REPORT)

    @cached_property
    def drafts(self) -> frozenset[int]:
        if not self._user.is_active:
            return frozenset()
        asked = Drafter.objects.filter(party_of(self._user), answer__response=self._response)
        answers = RecommendationResponse.objects.filter(pk__in=asked.values("answer"))
        return frozenset(answers.values_list("recommendation_id", flat=True))

    @cached_property
    def own_actions(self) -> frozenset[int]:
        if not self._user.is_active:
            return frozenset()
        own = KeyAction.objects.filter(actions_of(self._user), answer__response=self._response)
        return frozenset(own.values_list("pk", flat=True))

    @cached_property
    def clear(self) -> bool:
        return _clears_now(self._user, self._response)

    @property
    def comment(self) -> bool:
        """Those who work on it: by a role, or by a part they have in it."""
        by_right = self._coordinates or self._here.holds(Permission.COMMENT)
        return by_right or bool(self.drafts or self.own_actions or self.clear)

    def may_respond(self, recommendation: int | None = None) -> bool:
        """Answer the recommendation (its id) and plan its key actions; the front block without one."""
        return self.respond or recommendation in self.drafts

    def may_report(self, action: KeyAction) -> bool:
        return self.report or action.pk in self.own_actions


def access(user: User, response: ManagementResponse) -> Access:
    return Access(user, response)


def _clears_now(user: User, response: ManagementResponse) -> bool:
    """Whether the step whose turn it is is the person's; those after it wait as well.

    Clearing is a signature: it takes the role, which a superuser does not have for being one.
    """
    if response.state != ResponseState.IN_CLEARANCE or not user.is_active:
        return False
    waiting = response.steps.filter(state=StepState.WAITING).order_by("version", "submission", "order")
    return waiting.filter(pk__in=waiting.values("pk")[:1]).filter(clears(user)).exists()
