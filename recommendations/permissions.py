"""Who may change an evaluation and its recommendations (who sees it: ``Evaluation.objects.visible_to``)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from evaltrack.models import User
from evaltrack.roles import Permission, Reach, can, reach
from recommendations.models import Evaluation
from recommendations.models.register import imports_registers


def may_enter(user: User | AnonymousUser) -> bool:
    """Whether the person may enter evaluations at all, at any office."""
    return can(user, Permission.EDIT_EVALUATION)


def may_import_register(user: User | AnonymousUser) -> bool:
    """Bring in the export of a public register: the evaluation unit of the whole organisation."""
    return imports_registers(user)


def keeps_sight(
    user: User | AnonymousUser, offices: Iterable[int], manager: User | None, *, confidential: bool = False
) -> bool:
    """Whether who enters an evaluation for these offices (ids) may see and keep it afterwards."""
    held, offices = reach(user), set(offices)
    if manager and manager.pk in held.identities:
        return True
    trusted = not confidential or held.can(Permission.SEE_CONFIDENTIAL, offices)
    return trusted and held.can(Permission.EDIT_EVALUATION, offices)


def may_mark_confidential(user: User | AnonymousUser, evaluation: Evaluation | None = None) -> bool:
    """Who may see such evaluations says which ones they are: at any office, or of this one as its manager."""
    held = reach(user)
    manages = evaluation is not None and evaluation.manager_id in held.identities
    return manages or held.everywhere or bool(held.at(Permission.SEE_CONFIDENTIAL))


@dataclass(frozen=True, slots=True)
class Access:
    """What a person may do with an evaluation.

    ``edit`` is its record and recommendations, ``edit_recommendations`` also its evaluators' until they hand
    over, ``oversee`` its end and its terms.
    """

    edit: bool
    edit_recommendations: bool
    oversee: bool


class EvaluationRights:
    """How a person stands to an evaluation: their roles' reach, and its offices (with those in ``also``)."""

    def __init__(self, user: User | AnonymousUser, evaluation: Evaluation, also: Iterable[int] = ()) -> None:
        self.user, self.evaluation = user, evaluation
        self.reach: Reach = reach(user)
        self.offices = {*evaluation.offices.values_list("pk", flat=True), *also}

    def holds(self, permission: Permission) -> bool:
        """Whether a role carries the permission here; none does that does not reach what is confidential."""
        if self.evaluation.confidential and not self.reach.can(Permission.SEE_CONFIDENTIAL, self.offices):
            return False
        return self.reach.can(permission, self.offices)

    def acts_as(self, person_id: int | None) -> bool:
        """Whether they are that person, or the deputy."""
        return person_id is not None and person_id in self.reach.identities

    @property
    def access(self) -> Access:
        manages = self.acts_as(self.evaluation.manager_id)
        edit = manages or self.holds(Permission.EDIT_EVALUATION)
        return Access(
            edit=edit,
            edit_recommendations=edit or is_evaluator(self.user, self.evaluation),
            oversee=manages or self.holds(Permission.OVERSEE),
        )


def access(user: User | AnonymousUser, evaluation: Evaluation) -> Access:
    return EvaluationRights(user, evaluation).access


def may_edit(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """The evaluation's record: its manager, and who holds the permission at one of its offices."""
    return access(user, evaluation).edit


def may_edit_recommendations(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """Its recommendations: those who may edit the record, and until the hand-over its evaluators."""
    return access(user, evaluation).edit_recommendations


def is_evaluator(user: User | AnonymousUser, evaluation: Evaluation) -> bool:
    """Whether the person is one of its evaluators, who have not handed it over yet."""
    if not user.is_authenticated or not user.is_active or evaluation.handed_over_at:
        return False
    return evaluation.evaluators.filter(pk=user.pk).exists()
