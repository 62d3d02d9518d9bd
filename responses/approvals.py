"""Who approves what is asked for after the response is cleared, and what waits for whom.

The profile names a role. Its holders at the responding office decide, or at the nearest office above where
somebody other than the asker holds it: nobody approves what they asked for themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import audit, notifications
from evaltrack.errors import Refused
from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from recommendations.profiles import Profile
from responses import audiences, kinds
from responses.choices import RequestState
from responses.models import Closure, DeadlineChange, ManagementResponse
from responses.subjects import address, response_of

Asked = DeadlineChange | Closure
A = TypeVar("A", DeadlineChange, Closure)

OF_ANSWER = ("response__evaluation__profile", "response__office", "recommendation")
OF_ACTION = tuple(f"answer__{one}" for one in OF_ANSWER)
PEOPLE = ("asked_by", "decided_by")
DEADLINE_RELATED = (*(f"action__{one}" for one in OF_ACTION), *PEOPLE, "update")
CLOSURE_RELATED = (*DEADLINE_RELATED, *(f"answer__{one}" for one in OF_ANSWER), "reopened_by")


def role_for(asked: Asked) -> str:
    """The role that approves it; "" where nobody need do so."""
    rules: Profile = response_of(asked.subject).evaluation.profile.rules
    return rules.approvals.postponing if isinstance(asked, DeadlineChange) else rules.approvals.dropping


class Posts:
    """Offices and who holds some roles there, read once for many questions.

    Three queries, and one for each person that could decide on something confidential.
    """

    def __init__(self, roles: Iterable[str], today: date) -> None:
        self._above = dict(Office.objects.values_list("pk", "parent_id"))
        self._holders: dict[tuple[int, str], set[int]] = {}
        held = Membership.objects.current(today).filter(role__in=set(roles))
        for office, role, person in held.values_list("office_id", "role", "person_id"):
            self._holders.setdefault((office, role), set()).add(person)
        self._sees: dict[int, set[int]] = {}  # the confidential evaluations a person may know of
        self._stands_in: dict[int, set[int]] = {}
        in_force = Deputy.objects.current(today).filter(person__in=held.values("person"))
        for person, deputy in in_force.values_list("person_id", "deputy_id"):
            self._stands_in.setdefault(person, set()).add(deputy)

    def approvers(self, response: ManagementResponse, role: str, asker: int | None) -> set[int]:
        """Who decides (ids), by their own role: empty where nobody but the asker holds it anywhere above."""
        place = response.office_id or self._top()
        while place:
            found = self._seeing(response, self._holders.get((place, role), set()) - {asker})
            if found:
                return found
            place = self._above.get(place)
        return set()

    def _seeing(self, response: ManagementResponse, people: set[int]) -> set[int]:
        """Of a confidential evaluation only those who may know of it."""
        evaluation = response.evaluation
        if not evaluation.confidential:
            return people
        for person in User.objects.filter(pk__in=people - self._sees.keys()):
            seen = Evaluation.objects.visible_to(person).filter(confidential=True)
            self._sees[person.pk] = set(seen.values_list("pk", flat=True))
        return {pk for pk in people if evaluation.pk in self._sees[pk]}

    def deciding(self, asked: Asked) -> set[int]:
        """Who decides it (ids), deputies included."""
        people = self.approvers(response_of(asked.subject), role_for(asked), asked.asked_by_id)
        deputies = set[int]().union(*(self._stands_in.get(one, set()) for one in people))
        return (people | deputies) - {asked.asked_by_id}

    def _top(self) -> int | None:
        return min((pk for pk, above in self._above.items() if above is None), default=None)


def approvers(response: ManagementResponse, role: str, asker: User) -> list[User]:
    """Those who are asked. Raises Refused where nobody could decide."""
    found = Posts([role], timezone.localdate()).approvers(response, role, asker.pk)
    if not found:
        raise Refused(
            _(
                "This needs the approval of someone who is “%(role)s” at %(office)s or above it, and nobody"
                " but you is. Ask an administrator to give someone that role."
            )
            % {"role": Role(role).label, "office": response.office or _("headquarters")}
        )
    return list(User.objects.filter(pk__in=found).order_by("pk"))


def may_decide(user: User, asked: Asked) -> bool:
    """Whether it is this person's to approve or refuse. Being a superuser is no approval."""
    return user.is_active and user.pk in Posts([role_for(asked)], timezone.localdate()).deciding(asked)


def may_withdraw(user: User, asked: Asked) -> bool:
    return user.is_active and asked.asked_by_id == user.pk


# Deciding ------------------------------------------------------------------------------------------------


def take(asked: A, *, by: User) -> A:
    """It as it stands, locked after its response. Raises Refused where it is decided already."""
    rows: Any = type(asked)._default_manager.select_related("decided_by")
    found: A = rows.select_for_update(of=("self",)).get(pk=asked.pk)
    found.action = asked.action
    if isinstance(found, Closure) and isinstance(asked, Closure):
        found.answer = asked.answer
    if found.state != RequestState.WAITING:
        who = found.decided_by or _("EvalTrack")
        if found.decided_by_id == by.pk:
            raise Refused(_("You have decided that already: it is “%s”.") % found.get_state_display())
        raise Refused(
            _("%(who)s was quicker: it is “%(state)s” already.")
            % {"who": who, "state": found.get_state_display()}
        )
    return found


def decide(
    asked: A, state: RequestState, *, by: User, now: datetime, comment: str, verbs: Mapping[str, str]
) -> A:
    """Note the decision; the caller holds the lock of the response and does what follows from it.

    Raises PermissionDenied; Refused where it is decided already, or refused without a word.
    """
    allowed = may_withdraw if state == RequestState.WITHDRAWN else may_decide
    if not allowed(by, asked):
        raise PermissionDenied(_("Another person decides this."))
    found = take(asked, by=by)
    if state == RequestState.REFUSED and not comment.strip():
        raise Refused(_("Say in a sentence why you refuse it."))
    found.state, found.decided_by, found.decided_at, found.decision = state, by, now, comment.strip()
    found.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    changes: dict[str, tuple[Any, Any]] = {"comment": ("", found.decision)} if found.decision else {}
    evaluation = response_of(found.subject).evaluation
    audit.record(verbs[state], found.subject, by=by, parent=evaluation, changes=changes)
    return found


# What waits ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something asked for, and for how many days it has waited."""

    asked: Asked
    days: int

    @property
    def kind(self) -> str:
        """Its name in addresses."""
        return "deadline" if isinstance(self.asked, DeadlineChange) else "closing"


def waiting_for(user: User, today: date) -> list[Waiting]:
    """What waits for the person's approval, the longest first: a number of queries that does not grow."""
    rows = [one for one in _open(user) if one.asked_by_id != user.pk]
    if not rows:
        return []
    posts = Posts(map(role_for, rows), today)
    return _waiting((one for one in rows if user.pk in posts.deciding(one)), today)


def asked_by(user: User, today: date) -> list[Waiting]:
    """What the person asked for and nobody has decided."""
    return _waiting(_open(user, asked_by=user), today)


def _open(user: User, **only: Any) -> list[Asked]:
    seen = Evaluation.objects.visible_to(user)
    deadlines = DeadlineChange.objects.filter(state=RequestState.WAITING, **only).within(seen).present()
    closures = Closure.objects.filter(state=RequestState.WAITING, **only).within(seen).present()
    return [
        *deadlines.select_related(*DEADLINE_RELATED),
        *closures.select_related(*CLOSURE_RELATED),
    ]


def _waiting(found: Iterable[Asked], today: date) -> list[Waiting]:
    rows = sorted(found, key=lambda one: (one.asked_at, one.pk))
    return [Waiting(one, max(0, (today - timezone.localdate(one.asked_at)).days)) for one in rows]


# Who is told ---------------------------------------------------------------------------------------------


def tell_approvers(asked: Asked, people: Iterable[User], words: Callable[[], str]) -> None:
    """Ask those who decide; ``words`` is the sentence, in the reader's language."""
    notifications.tell(
        people,
        kinds.APPROVAL_WANTED,
        key=f"{_key(asked)}/wanted",
        about=_key(asked),
        text=words,
        detail=asked.reason,
        url=reverse("approvals"),
        now=asked.asked_at,
        by=asked.asked_by,
    )


def tell_decided(asked: Asked, words: Callable[[], str]) -> None:
    """Tell who asked, who leads it and who coordinates the response."""
    subject = asked.subject
    people = [
        *([asked.asked_by] if asked.asked_by else []),
        *audiences.responsible_for(subject),
        *audiences.coordinator(response_of(subject)),
    ]
    notifications.tell(
        people,
        kinds.APPROVAL_DECIDED,
        key=f"{_key(asked)}/{asked.state}",
        about=_key(asked),
        text=words,
        detail=asked.decision or asked.reason,
        url=address(subject),
        now=asked.decided_at or asked.asked_at,
        by=asked.decided_by,
    )


def _key(asked: Asked) -> str:
    return f"{asked._meta.model_name}.{asked.pk}"
