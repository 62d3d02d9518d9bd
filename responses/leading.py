"""Who leads a key action, named anew as its follow-up goes on; what the matrix says stays as written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit, notifications
from evaltrack.errors import Refused
from evaltrack.kinds import HANDED_OVER
from evaltrack.models import Membership, Office, Part, User
from evaltrack.roles import Role
from responses import subjects
from responses.choices import ResponseState
from responses.models import ActionParty, KeyAction
from responses.wording import lock

Who = tuple[int | None, int | None, str]  # person, office, role


@dataclass(frozen=True, slots=True)
class Lead:
    """A person, those who hold a role at an office, or an office, for which its focal point stands."""

    person: User | None = None
    office: Office | None = None
    role: str = ""

    def __str__(self) -> str:
        if self.person:
            return self.person.name
        if self.role:
            return f"{Role(self.role).label}, {self.office}"
        return str(self.office)

    @property
    def who(self) -> Who:
        return (
            self.person.pk if self.person else None,
            self.office.pk if self.office and not self.person else None,
            "" if self.person else self.role,
        )

    def people(self, now: datetime) -> list[User]:
        """The active people behind it."""
        if self.person:
            return [self.person] if self.person.is_active else []
        if self.role:
            held = Membership.objects.current(now.date()).filter(office=self.office, role=self.role)
            return list(User.objects.filter(pk__in=held.values("person")).order_by("pk"))
        focal_point = self.office.focal_point if self.office else None
        return [focal_point] if focal_point and focal_point.is_active else []


@dataclass(frozen=True, slots=True)
class Was:
    """Who led an action before, by party; ``made`` is a party that was added."""

    action: int
    now: Who
    before: dict[int, Who]
    made: int | None

    def as_json(self) -> list[Any]:
        return [self.action, list(self.now), [[pk, *who] for pk, who in self.before.items()], self.made]

    @classmethod
    def from_json(cls, data: Any) -> Self:
        action, now, before, made = data
        return cls(
            action, tuple(now), {pk: (person, office, role) for pk, person, office, role in before}, made
        )


def check(lead: Lead, now: datetime) -> None:
    """Raises Refused where nobody would be reached: an action must not become silent by being given away."""
    if not lead.people(now):
        raise Refused(
            _("Nobody with an active account is behind “%(lead)s”. Name someone who can be asked.")
            % {"lead": lead}
        )


@transaction.atomic
def give(action: KeyAction, lead: Lead, *, by: User, reason: str) -> Was:
    """Let this lead be whom each of the leads stands for; one is added where there is none.

    The caller has asked who may. Raises Refused where they lead it already, in clearance, and for a person
    whose account is being closed.
    """
    _hold(action)
    if lead.person and lead.person.pk not in User.objects.staying([lead.person.pk]):
        raise Refused(_("The account of %(person)s is deactivated.") % {"person": lead.person})
    parties = _leads(action)
    before = {party.pk: _who(party) for party in parties}
    if parties and set(before.values()) == {lead.who}:
        raise Refused(_("%(lead)s leads it already.") % {"lead": lead})
    old = "; ".join(dict.fromkeys(named(party) for party in parties))
    made = None
    if parties:
        for party in parties:
            _put(party, lead.who)
    else:
        last = action.parties.aggregate(last=Max("order"))["last"] or 0
        person, office, role = lead.who
        made = ActionParty.objects.create(
            action=action, name=str(lead)[:300], order=last + 1, person_id=person, office_id=office, role=role
        ).pk
    changes = {"responsible": (old, str(lead)), "reason": ("", reason)}
    audit.record("reassigned", action, by=by, parent=action.answer.response.evaluation, changes=changes)
    return Was(action.pk, lead.who, before, made)


@transaction.atomic
def give_back(action: KeyAction, was: Was, *, by: User) -> None:
    """Undo ``give``. Raises Refused where the leads are not as it left them."""
    _hold(action)
    parties = {party.pk: party for party in _leads(action)}
    left = {was.made} if was.made else set(was.before)
    if set(parties) != left or any(_who(party) != was.now for party in parties.values()):
        raise Refused(_("Somebody has named yet another lead."))
    new = "; ".join(dict.fromkeys(named(party) for party in parties.values()))
    for pk, party in parties.items():
        if pk == was.made:
            party.delete()
        else:
            _put(party, was.before[pk])
    old = "; ".join(dict.fromkeys(named(party) for party in _leads(action)))
    changes = {"responsible": (new, old), "reason": ("", _("taken back"))}
    audit.record("reassigned", action, by=by, parent=action.answer.response.evaluation, changes=changes)


def tell(lead: Lead, actions: list[KeyAction], *, by: User, now: datetime, reason: str) -> None:
    """Tell those behind the new lead, once for all of them."""
    if not actions:
        return
    first = actions[0]

    def words() -> str:
        if len(actions) == 1:
            return _("%(person)s names you as lead: %(about)s") % {
                "person": by, "about": subjects.named(first),
            }  # fmt: skip
        return ngettext(
            "%(person)s names you as lead of %(count)d key action.",
            "%(person)s names you as lead of %(count)d key actions.",
            len(actions),
        ) % {"person": by, "count": len(actions)}

    notifications.tell(
        lead.people(now),
        HANDED_OVER,
        key=f"reassigned.{first.pk}.{now.timestamp():.6f}",
        about=f"actions.{first.pk}",
        text=words,
        detail=reason,
        url=subjects.address(first) if len(actions) == 1 else "/",
        now=now,
        by=by,
    )


def _hold(action: KeyAction) -> None:
    response = action.answer.response
    lock(response)
    if response.state == ResponseState.IN_CLEARANCE:
        raise Refused(_("Its response is in clearance just now."))
    KeyAction.objects.select_for_update(no_key=True).get(pk=action.pk)


def _leads(action: KeyAction) -> list[ActionParty]:
    rows = ActionParty.objects.filter(action=action, part=Part.LEAD).select_related("person", "office")
    return list(rows.order_by("order", "pk"))


def _who(party: ActionParty) -> Who:
    return party.person_id, party.office_id, party.role


def _put(party: ActionParty, who: Who) -> None:
    party.person_id, party.office_id, party.role = who
    party.save(update_fields=["person", "office", "role"])


def named(party: ActionParty) -> str:
    """By the name EvalTrack knows; as written where it knows none."""
    if party.person:
        return party.person.name
    if party.office and party.role:
        return f"{party.get_role_display()}, {party.office}"
    return str(party.office or party.name)
