"""Who may change an evaluation and its recommendations (who sees it: ``Evaluation.objects.visible_to``)."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from evaltrack.models import User
from evaltrack.roles import Permission, can
from recommendations.models import Evaluation


def may_enter(user: User | AnonymousUser) -> bool:
    """Whether the person may enter evaluations at all, at any office."""
    return can(user, Permission.EDIT_EVALUATION)


def keeps_sight(user: User | AnonymousUser, offices: Iterable[int], manager: User | None) -> bool:
    """Whether who enters an evaluation for these offices (ids) may see and keep it afterwards."""
    return user == manager or can(user, Permission.EDIT_EVALUATION, offices)


def may_edit(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """The evaluation's record: its manager, and who holds the permission at one of its offices."""
    if not user.is_authenticated or not user.is_active:
        return False
    offices = set(evaluation.offices.values_list("pk", flat=True))
    return evaluation.manager_id == user.pk or can(user, Permission.EDIT_EVALUATION, offices)


def may_edit_recommendations(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """Its recommendations: those who may edit the record, and its evaluators."""
    return may_edit(user, evaluation) or (
        user.is_authenticated and user.is_active and evaluation.evaluators.filter(pk=user.pk).exists()
    )
