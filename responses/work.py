"""What waits for a person: their key actions, the matrices they answer for, the offices they look after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaltrack import text
from evaltrack.models import Membership, Part, User
from evaltrack.roles import Permission, identities, office_ids, roles_with
from recommendations.choices import OVER, OWING, StatusLevel
from recommendations.models import Evaluation
from recommendations.profiles import Profile
from responses import badges, standing
from responses.badges import Badge
from responses.models import ActionParty, KeyAction, ManagementResponse
from responses.models.action import KeyActionQuerySet
from responses.permissions import party_of
from responses.reminders import to_remind_of
from responses.standing import Answering, ResponseProgress

SOON = timedelta(days=30)
LISTED = 20  # rows of one group before "show all"
GROUPS = {
    "overdue": gettext_lazy("Overdue"),
    "soon": gettext_lazy("Due within 30 days"),
    "later": gettext_lazy("Later"),
    "undated": gettext_lazy("No due date"),
    "helping": gettext_lazy("You support or coordinate"),
}
LISTED_OFFICES = 12


# Key actions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A key action as one line of the page."""

    action: KeyAction
    text: str
    evaluation: Evaluation
    number: str
    status: Badge
    distance: str
    late: bool
    asked: bool  # it has no due day, and the day to ask how it stands has come


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    title: str
    count: int
    lines: list[Line]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Work:
    """A person's key actions: those they lead, in groups by time, and those they help with."""

    leading: list[Group]
    helping: Group

    @property
    def is_empty(self) -> bool:
        return not self.leading and not self.helping.count


def work_of(user: User, today: date, *, whole: str = "") -> Work:
    """The open key actions in which the person has a part; the group named ``whole`` is not cut short."""
    parts: dict[int, set[str]] = {}
    mine = ActionParty.objects.filter(party_of(user), action__in=to_remind_of())
    for action, part in mine.values_list("action", "part"):
        parts.setdefault(action, set()).add(part)
    grouped: dict[str, list[int]] = {}
    for action, due in by_urgency(KeyAction.objects.filter(pk__in=parts)).values_list("pk", "deadline_due"):
        key = _when(due, today) if Part.LEAD in parts[action] else "helping"
        grouped.setdefault(key, []).append(action)
    shown = {key: pks if key == whole else pks[:LISTED] for key, pks in grouped.items()}
    listed = lines(KeyAction.objects.filter(pk__in=chain(*shown.values())), today)
    groups = [
        Group(
            key, str(title), len(grouped.get(key, [])),
            [line for line in listed if line.action.pk in shown.get(key, [])],
        )
        for key, title in GROUPS.items()
    ]  # fmt: skip
    *leading, helping = groups
    return Work([group for group in leading if group.count], helping)


def _when(due: date | None, today: date) -> str:
    if due is None:
        return "undated"
    if due < today:
        return "overdue"
    return "soon" if due <= today + SOON else "later"


def by_urgency(actions: KeyActionQuerySet) -> KeyActionQuerySet:
    """The longest overdue first; what has no due day after all that has, by the day to ask about it."""
    return actions.order_by(F("deadline_due").asc(nulls_last=True), F("check_on").asc(nulls_last=True), "pk")


def lines(actions: KeyActionQuerySet, today: date) -> list[Line]:
    """The actions as lines, the most urgent first: two queries."""
    rows: list[Any] = list(
        by_urgency(actions)
        .select_related("answer__recommendation", "answer__response__evaluation")
        .defer("answer__narrative", "answer__recommendation__text", "answer__recommendation__rationale")
        .defer("answer__response__overall_comment")
    )
    rules = standing.rules_of(row.answer.response.evaluation.profile_id for row in rows)
    return [_line(row, rules[row.answer.response.evaluation.profile_id], today) for row in rows]


def _line(action: KeyAction, rules: Profile, today: date) -> Line:
    recommendation, evaluation = action.answer.recommendation, action.answer.response.evaluation
    due = None if action.is_closed else action.deadline_due
    return Line(
        action=action,
        text=text.to_plain(action.text),
        evaluation=evaluation,
        number=recommendation.number or str(recommendation.order),
        status=status_of(action, rules),
        distance=distance(due, today) if due else "",
        late=bool(due and due < today),
        asked=bool(not (due or action.is_closed) and action.check_on and action.check_on <= today),
    )


def status_of(action: KeyAction, rules: Profile) -> Badge:
    """Its own status, else where the organisation keeps it, its recommendation's."""
    if not (action.status or action.closed_as) and rules.status_level == StatusLevel.RECOMMENDATION:
        return badges.of_subject(rules, action.answer)
    return badges.of_subject(rules, action)


def distance(due: date, today: date) -> str:
    """How far off a day is, such as "12 days late"."""
    days = (due - today).days
    if days < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -days) % {"count": -days}
    if days == 0:
        return _("today")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


# Matrices ------------------------------------------------------------------------------------------------


def matrices_of(user: User, today: date) -> list[ResponseProgress]:
    """The responses with something missing that the person coordinates or, where nobody does, answers for."""
    roles = Membership.objects.acting(user, today).filter(role__in=roles_with(Permission.RESPOND))
    own_offices = set(roles.values_list("office_id", flat=True))
    of_office = Evaluation.offices.through.objects.filter(
        evaluation=OuterRef("evaluation"), office__in=own_offices
    )
    answered_for = Q(coordinator=None) & (Q(office__in=own_offices) | Q(office=None) & Q(Exists(of_office)))
    coordinated = Q(coordinator__in=identities(user))
    found = ManagementResponse.objects.visible_to(user).filter(coordinated | answered_for)
    found = found.select_related("evaluation", "office").defer("overall_comment")
    waiting = [one for one in standing.standings(found, today) if one.gaps]
    return sorted(waiting, key=lambda one: (one.is_answered, one.due or date.max, one.response.pk))


@dataclass(frozen=True, slots=True)
class Oversight:
    """Evaluations of the offices a person looks after whose response is missing or not whole."""

    rows: list[Answering]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def oversight_of(user: User, today: date, *, besides: Iterable[ResponseProgress] = ()) -> Oversight | None:
    """For who may enter evaluations; ``None`` for others. ``besides`` are the matrices shown as their own."""
    offices = office_ids(user, Permission.EDIT_EVALUATION)
    if not offices and not user.is_superuser:
        return None
    within = Evaluation.offices.through.objects.filter(evaluation=OuterRef("pk"), office__in=offices)
    found = Evaluation.objects.visible_to(user)
    found = found if user.is_superuser else found.filter(Exists(within))
    found = found.filter(state__in=OWING)
    found = standing.in_state(found, standing.MISSING, standing.INCOMPLETE)
    found = found.exclude(pk__in=[one.response.evaluation_id for one in besides])
    oldest = found.order_by(F("report_date").asc(nulls_last=True), "reference")[:LISTED_OFFICES]
    keys = list(oldest.values_list("pk", flat=True))
    rows = standing.with_counts(Evaluation.objects.filter(pk__in=keys), today).prefetch_related("offices")
    counted = standing.answering(rows, today)
    return Oversight(
        sorted(counted, key=lambda row: keys.index(row.evaluation.pk)),
        len(keys) if len(keys) < LISTED_OFFICES else found.count(),
    )


def handed_over_by(user: User, today: date) -> list[Answering]:
    """The evaluations whose recommendations the person, their evaluator, enters: until they hand over."""
    found = Evaluation.objects.visible_to(user).filter(evaluators=user, handed_over_at=None)
    found = found.exclude(state__in=OVER)
    return standing.answering(standing.with_counts(found, today).order_by("-report_date", "pk"), today)
