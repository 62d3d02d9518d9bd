"""Who may change an evaluation and its recommendations (who sees it: ``Evaluation.objects.visible_to``)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from evaltrack.models import User
from evaltrack.roles import Permission, can, identities
from recommendations.models import Evaluation


def may_enter(user: User | AnonymousUser) -> bool:
    """Whether the person may enter evaluations at all, at any office."""
    return can(user, Permission.EDIT_EVALUATION)


def keeps_sight(user: User | AnonymousUser, offices: Iterable[int], manager: User | None) -> bool:
    """Whether who enters an evaluation for these offices (ids) may see and keep it afterwards."""
    return user == manager or can(user, Permission.EDIT_EVALUATION, offices)


def may_edit(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """The evaluation's record: its manager, and who holds the permission at one of its offices."""
    return _manages(user, evaluation) or holds(user, Permission.EDIT_EVALUATION, evaluation)


def may_oversee(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """Its end and its terms: its manager, and the evaluation unit of one of its offices."""
    return _manages(user, evaluation) or holds(user, Permission.OVERSEE, evaluation)


def _manages(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    return evaluation.manager_id is not None and evaluation.manager_id in identities(user)


def holds(
    user: User | AnonymousUser, permission: Permission, evaluation: Evaluation, also: Iterable[int] = ()
) -> bool:
    """Whether a role carries the permission at one of the evaluation's offices or of those in ``also`` (ids).

    A role that does not reach what is confidential carries nothing there.
    """
    offices = {*evaluation.offices.values_list("pk", flat=True), *also}
    if evaluation.confidential and not can(user, Permission.SEE_CONFIDENTIAL, offices):
        return False
    return can(user, permission, offices)


@dataclass(frozen=True, slots=True)
class Access:
    """What a person may do with an evaluation."""

    edit: bool
    oversee: bool


def access(user: User, evaluation: Evaluation) -> Access:
    return Access(edit=may_edit(user, evaluation), oversee=may_oversee(user, evaluation))


def may_edit_recommendations(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """Its recommendations: those who may edit the record, and until the hand-over its evaluators."""
    return may_edit(user, evaluation) or is_evaluator(user, evaluation)


def is_evaluator(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """Whether the person is one of its evaluators, who have not handed it over yet."""
    if not user.is_authenticated or not user.is_active or evaluation.handed_over_at:
        return False
    return evaluation.evaluators.filter(pk=user.pk).exists()
