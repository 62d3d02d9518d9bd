"""Which responses a round can be opened for, whom it would ask there, and why others are left out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import deadlines
from evaltrack.errors import Refused
from recommendations.choices import OVER, Decision, StatusLevel
from recommendations.models import RuleProfile
from recommendations.profiles import Profile
from responses.choices import LeftOut, ResponseState
from responses.models import (
    ActionParty,
    ManagementResponse,
    RecommendationResponse,
    RoundMatrix,
)
from responses.recipients import AddressBook
from responses.reminders import to_remind_of

LONGEST = 60  # characters of a round's name, which becomes the name of its snapshot
CLEARED = (ResponseState.CLEARED, ResponseState.PUBLISHED)


class Asked(NamedTuple):
    """What a round asks about, a key action or an answer (ids), and whom (ids; perhaps nobody)."""

    response: int
    action: int | None
    answer: int | None
    deadline: date | None
    people: frozenset[int]
    is_led: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A response that a round is to be opened for. ``left_out`` says why it is not, "" that it is."""

    response: ManagementResponse
    left_out: str
    subjects: int = 0
    people: int = 0
    unreachable: int = 0

    @property
    def reason(self) -> str:
        return str(LeftOut(self.left_out).label) if self.left_out else ""


def of_given(path: str = "") -> Q:
    """The responses (at the end of ``path``) of which a version was cleared."""
    return Q(**{f"{path}version__gt": 1}) | Q(**{f"{path}state__in": CLEARED})


def name_of(text: str) -> str:
    """The name as it is kept. Raises Refused for one that could be taken for something else."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST:
        raise Refused(_("Give the round a name of 1 to %(count)d characters.") % {"count": LONGEST})
    if not name.isprintable():
        raise Refused(_("The name of a round is plain text in one line."))
    if name[0].isdecimal() or name.casefold() == "now":
        # "1" and "2, draft 1" are names of versions, "now" is the matrix as it stands.
        raise Refused(
            _("“%(name)s” would be taken for a version of the matrix. Begin the name with a word.")
            % {"name": name}
        )
    return name


def issued_on(response: ManagementResponse) -> date | None:
    """The day from which rounds and tracking count: that of the report, which stands for its publication.

    Where the report has no date, the day the response was published, or else given.
    """
    if response.evaluation.report_date:
        return response.evaluation.report_date
    if response.published_at:
        return timezone.localdate(response.published_at, timezone.get_default_timezone())
    given: date | None = response.responded_on_due
    return given


def tracking_ends(response: ManagementResponse, rules: Profile) -> date | None:
    """The last day on which anyone is asked; None where nothing says from when to count."""
    issued = issued_on(response)
    return deadlines.months_after(issued, rules.tracking_months) if issued else None


def rules_of(responses: Iterable[ManagementResponse]) -> dict[int, Profile]:
    """The rules by the profile's key: one query."""
    profiles = {one.evaluation.profile_id for one in responses}
    return {pk: profile.rules for pk, profile in RuleProfile.objects.in_bulk(profiles).items()}


def candidates(
    responses: Sequence[ManagementResponse], name: str, *, book: AddressBook, today: date
) -> list[Candidate]:
    """Each of the responses (with ``evaluation`` fetched), in the same order: nine queries, however many."""
    rules = rules_of(responses)
    rounds = RoundMatrix.objects.filter(response__in=responses)
    held: dict[int, set[str]] = defaultdict(set)
    under_way = set()
    for pk, called, closed_at in rounds.values_list("response", "name", "closed_at"):
        held[pk].add(called)
        if closed_at is None:
            under_way.add(pk)
    found: dict[int, list[Asked]] = defaultdict(list)
    for one in asks(responses, rules, book):
        found[one.response].append(one)
    made = []
    for response in responses:
        own = found[response.pk]
        left_out = _left_out(
            response, rules[response.evaluation.profile_id], name,
            held=held[response.pk], under_way=response.pk in under_way, asks=bool(own), today=today,
        )  # fmt: skip
        people = frozenset[int]().union(*(one.people for one in own))
        unreachable = sum(1 for one in own if not one.people)
        made.append(Candidate(response, left_out, len(own), len(people), unreachable))
    return made


def _left_out(
    response: ManagementResponse,
    rules: Profile,
    name: str,
    *,
    held: Collection[str],
    under_way: bool,
    asks: bool,
    today: date,
) -> str:
    """Why no round is opened for it, "" where one can be; the first reason counts.

    A round of the profile is skipped where everything is closed, as IOM's form says of Time 3. One of another
    name, such as a board's cut-off, freezes what is closed as well.
    """
    if response.evaluation.state in OVER:
        return LeftOut.OVER
    if response.version == 1 and response.state not in CLEARED:
        return LeftOut.NOT_CLEARED
    if name in held:
        return LeftOut.HELD
    ends = tracking_ends(response, rules)
    if ends and ends < today:
        return LeftOut.ENDED
    if under_way:
        return LeftOut.UNDER_WAY
    return LeftOut.ALL_CLOSED if rules.round(name) and not asks else ""


def asks(
    responses: Iterable[ManagementResponse], rules: dict[int, Profile], book: AddressBook
) -> list[Asked]:
    """What is open in them and whom to ask: three queries, however much it is.

    The leads of an action; where nobody leads it, whoever looks after the response. About a recommendation,
    where the profile keeps the status there, the coordinator.
    """
    by_pk = {one.pk: one for one in responses}
    stand_in = {
        pk: frozenset(book.stand_in(one.coordinator_id, one.evaluation.manager_id))
        for pk, one in by_pk.items()
    }
    actions = to_remind_of().filter(answer__response__in=by_pk)
    leads = book.leads(ActionParty.objects.filter(action__in=actions.order_by().values("pk")))
    found = []
    for response, action, due in actions.order_by("pk").values_list("answer__response", "pk", "deadline_due"):
        people = frozenset(leads.get(action, ())) or stand_in[response]
        found.append(Asked(response, action, None, due, people, action in leads))
    kept = [pk for pk, one in by_pk.items() if _on_recommendations(rules[one.evaluation.profile_id])]
    answers = RecommendationResponse.objects.present().filter(response__in=kept, closed_as="")
    promised = answers.exclude(decision__in=("", Decision.REJECTED)).order_by("pk")
    found += [
        Asked(response, None, answer, None, stand_in[response])
        for response, answer in promised.values_list("response", "pk")
    ]
    return found


def _on_recommendations(rules: Profile) -> bool:
    return rules.status_level == StatusLevel.RECOMMENDATION
