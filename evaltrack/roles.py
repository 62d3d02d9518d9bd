"""Who may do what: the permissions, the roles that carry them, and the one question ``can()``.

A role is held at an office (``Membership``) and counts there and in every office below it. A deputy has the
roles of the person they stand in for, between two dates.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from evaltrack.models import User


class Permission(models.TextChoices):
    VIEW = "view", _("See evaluations and their responses")
    EDIT_EVALUATION = "edit_evaluation", _("Enter and change evaluations and recommendations")
    PREFILL = "prefill", _("Enter the recommendations of an evaluation one is evaluator of")
    RESPOND = "respond", _("Answer recommendations and plan key actions")
    REPORT = "report", _("Report progress on any key action")
    REPORT_OWN = "report_own", _("Report progress on one's own key actions")
    VERIFY = "verify", _("Check reported progress independently")
    CLEAR = "clear", _("Clear or return a response")
    COMMENT = "comment", _("Comment on recommendations, answers and key actions")
    OVERSEE = "oversee", _("Extend terms, publish responses, close and reopen evaluations")
    SEE_CONFIDENTIAL = "see_confidential", _("See confidential evaluations")
    MANAGE_PEOPLE = "manage_people", _("Manage people, offices and roles")
    MANAGE_PROFILES = "manage_profiles", _("Manage rule profiles")
    SEE_DELIVERY = "see_delivery", _("See which mails were sent to whom")


class Role(models.TextChoices):
    EVALUATION_UNIT = "evaluation_unit", _("Evaluation unit")
    ME_OFFICER = "me_officer", _("M&E officer")
    COORDINATOR = "coordinator", _("Response coordinator")
    CLEARING_OFFICER = "clearing_officer", _("Clearing officer")
    ACTION_OWNER = "action_owner", _("Action owner")
    EVALUATOR = "evaluator", _("Evaluator")
    READER = "reader", _("Reader")
    ADMINISTRATOR = "administrator", _("Administrator")


P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.EVALUATION_UNIT: frozenset(
        {
            P.VIEW,
            P.SEE_CONFIDENTIAL,
            P.EDIT_EVALUATION,
            P.RESPOND,
            P.REPORT,
            P.COMMENT,
            P.VERIFY,
            P.OVERSEE,
            P.MANAGE_PROFILES,
            P.SEE_DELIVERY,
        }
    ),
    Role.ME_OFFICER: frozenset({P.VIEW, P.EDIT_EVALUATION, P.RESPOND, P.REPORT, P.COMMENT}),
    Role.COORDINATOR: frozenset({P.VIEW, P.RESPOND, P.REPORT, P.COMMENT}),
    Role.CLEARING_OFFICER: frozenset({P.VIEW, P.CLEAR, P.COMMENT}),
    Role.ACTION_OWNER: frozenset({P.REPORT_OWN}),
    Role.EVALUATOR: frozenset({P.PREFILL}),
    Role.READER: frozenset({P.VIEW}),
    Role.ADMINISTRATOR: frozenset({P.VIEW, P.MANAGE_PEOPLE, P.MANAGE_PROFILES, P.SEE_DELIVERY}),
}


# A deputy does the work of the person they stand in for, but does not take over accounts in their name.
NOT_INHERITED = frozenset({P.MANAGE_PEOPLE})


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person's roles go today: whom they may act as (ids), what they may do at which offices."""

    identities: frozenset[int] = frozenset()
    offices: Mapping[Permission, frozenset[int]] = field(default_factory=dict)
    everywhere: bool = False

    def at(self, permission: Permission) -> frozenset[int]:
        """The offices (ids) in which a role carries the permission, sub-offices included."""
        return self.offices.get(permission, frozenset())

    def can(self, permission: Permission, offices: Iterable[int]) -> bool:
        """Whether the person has the permission in one of the offices (ids)."""
        return self.everywhere or not self.at(permission).isdisjoint(offices)


T = TypeVar("T")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within it what a person may do is asked of the database once: for a request that changes nothing."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def remembered(question: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question about roles, asked anew unless it is being remembered."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    found: T = answers[question]
    return found


def roles_with(permission: Permission) -> list[Role]:
    return [role for role, granted in GRANTS.items() if permission in granted]


def identities(user: "User | AnonymousUser", on: date | None = None) -> frozenset[int]:
    """Whom the person may act as: themselves, and those they are deputy of that day (ids; one query)."""
    from evaltrack.models import Deputy

    if not user.is_authenticated or not user.is_active:
        return frozenset()
    day = on or timezone.localdate()
    stood_in_for = Deputy.objects.current(day).filter(deputy=user).values_list("person_id", flat=True)
    return remembered(("identities", user.pk, day), lambda: frozenset({user.pk, *stood_in_for}))


def reach(user: "User | AnonymousUser") -> Reach:
    """How far the person's own roles go, and those of whom they are deputy: three queries."""
    return Reach(identities(user), _offices(user), _is_superuser(user))


def permissions_of(user: "User | AnonymousUser") -> frozenset[Permission]:
    """What the person's current roles carry, at whatever office: one query."""
    if _is_superuser(user):
        return frozenset(Permission)
    return frozenset[Permission]().union(*(permissions for permissions, _office in _held(user)))


def office_ids(user: "User | AnonymousUser", permission: Permission) -> frozenset[int]:
    """The offices in which the person's current roles carry the permission, sub-offices included."""
    return _offices(user).get(permission, frozenset())


def can(user: "User | AnonymousUser", permission: Permission, offices: Iterable[int] | None = None) -> bool:
    """Whether the person has the permission in one of the offices (ids), or anywhere when none are named."""
    if offices is None:
        return permission in permissions_of(user)
    return _is_superuser(user) or not office_ids(user, permission).isdisjoint(offices)


def _is_superuser(user: "User | AnonymousUser") -> bool:
    return user.is_authenticated and user.is_active and user.is_superuser


def _offices(user: "User | AnonymousUser") -> dict[Permission, frozenset[int]]:
    """Where the person's current roles carry each permission, sub-offices included: two queries."""
    question = ("offices", user.pk, user.is_active, timezone.localdate())
    return remembered(question, lambda: _offices_now(user))


def _offices_now(user: "User | AnonymousUser") -> dict[Permission, frozenset[int]]:
    from evaltrack.models import Office

    roots: dict[Permission, set[int]] = {}
    for permissions, office in _held(user):
        for permission in permissions:
            roots.setdefault(permission, set()).add(office)
    if not roots:
        return {}
    below = Office.objects.all().sub_offices()
    return {permission: below(found) for permission, found in roots.items()}


def _held(user: "User | AnonymousUser") -> list[tuple[frozenset[Permission], int]]:
    """What each current role carries for the person, and at which office (id): one query."""
    if not user.is_authenticated or not user.is_active:
        return []
    return remembered(("held", user.pk, timezone.localdate()), lambda: list(_held_now(user)))


def _held_now(user: "User | AnonymousUser") -> Iterator[tuple[frozenset[Permission], int]]:
    from evaltrack.models import Membership

    held = Membership.objects.acting(user, timezone.localdate())
    for person, role, office in held.values_list("person_id", "role", "office_id"):
        granted = GRANTS[Role(role)]
        yield (granted if person == user.pk else granted - NOT_INHERITED), office
