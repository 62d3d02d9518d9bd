"""Which evaluations a person sees, and by which of the ways of ``Evaluation.objects.visible_to``.

One source of reasons for each way. A test holds the two together: who sees it has a reason, and only they.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaltrack.access import Carrier, Standing, Told
from evaltrack.models import Membership, Office, User
from evaltrack.roles import GRANTS, Permission, Role
from recommendations.models import Evaluation
from recommendations.models.evaluation import EvaluationQuerySet
from responses.choices import StepState
from responses.models import ActionParty, ClearanceStep, Drafter, ManagementResponse, Reviewer
from responses.permissions import clears, party_of, told_of_overdue

UNSEEN = 10  # listed at most

Reason = tuple[int, str]  # of which evaluation (id), in words


class Sight:
    """The evaluations a person sees and those they do not, as far as ``by`` may know of them."""

    title = gettext_lazy("Evaluations")
    search_label = gettext_lazy("Reference or title")
    empty = gettext_lazy("They see none: no role of theirs reaches one, and they have a part in none.")

    def __init__(self, person: User, *, by: User, today: date) -> None:
        self.person, self.by, self.today = person, by, today
        self.standing = Standing.of(person, today)

    def seen(self, query: str) -> EvaluationQuerySet:
        both = _matching(Evaluation.objects.visible_to(self.person), query)
        both = both.filter(pk__in=Evaluation.objects.visible_to(self.by).values("pk"))
        return both.order_by(F("report_date").desc(nulls_last=True), "-pk")

    def not_shown(self) -> int:
        seen = Evaluation.objects.visible_to(self.person)
        return seen.exclude(pk__in=Evaluation.objects.visible_to(self.by).values("pk")).count()

    def explained(self, rows: Iterable[Evaluation]) -> list[Told]:
        shown = list(rows)
        reasons = self.reasons(shown)
        return [_told(one, reasons[one.pk]) for one in shown]

    def unseen(self, query: str) -> list[Told]:
        if not query.strip():
            return []
        known = _matching(Evaluation.objects.visible_to(self.by), query)
        hidden = known.exclude(pk__in=Evaluation.objects.visible_to(self.person).values("pk"))
        rows = list(hidden.prefetch_related("evaluators").order_by("reference")[:UNSEEN])
        return [_told(one, list(self._why_not(one))) for one in rows]

    # Why ------------------------------------------------------------------------------------------------

    def reasons(self, evaluations: Iterable[Evaluation]) -> dict[int, list[str]]:
        """Why the person sees each of them (by id); no reason for what they do not see."""
        shown = {one.pk: one for one in evaluations}
        found: dict[int, list[str]] = {pk: [] for pk in shown}
        if not self.person.is_active:
            return found
        if self.person.is_superuser:
            return {pk: [_("Sees and may do everything (made on the command line).")] for pk in shown}
        ways: tuple[Callable[[dict[int, Evaluation]], Iterator[Reason]], ...] = (
            self._by_role, self._as_manager, self._as_evaluator, self._as_coordinator, self._as_drafter,
            self._as_clearing, self._by_actions, self._as_told,
        )  # fmt: skip
        for way in ways:
            for pk, words in way(shown):
                if words not in found[pk]:
                    found[pk].append(words)
        return found

    def _by_role(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        for pk, office in self._offices_of(shown):
            wanted = Permission.SEE_CONFIDENTIAL if shown[pk].confidential else Permission.VIEW
            for carrier in self._carriers_above(office):
                if wanted in carrier.permissions:
                    words = str(carrier)
                    if carrier.office.pk != office:
                        names = {"role": words, "office": self._offices[office].name}
                        words = _("%(role)s: an office above %(office)s") % names
                    yield pk, words

    def _as_manager(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        for pk, one in shown.items():
            if one.manager_id in self.standing.identities:
                yield pk, _("Manages it") + self.standing.in_the_name_of(one.manager_id)

    def _as_evaluator(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        written = Evaluation.evaluators.through.objects.filter(evaluation__in=shown, user=self.person)
        for pk in written.values_list("evaluation_id", flat=True):
            if shown[pk].handed_over_at is None:
                yield pk, _("Is its evaluator, until the recommendations are handed over")

    def _as_coordinator(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        coordinated = ManagementResponse.objects.filter(
            evaluation__in=shown, coordinator__in=self.standing.identities
        )
        for pk, coordinator in coordinated.values_list("evaluation_id", "coordinator_id"):
            yield pk, _("Coordinates its response") + self.standing.in_the_name_of(coordinator)

    def _as_told(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        evaluation = "action__answer__response__evaluation"
        told = told_of_overdue(self.person).filter(**{f"{evaluation}__in": shown})
        for pk in told.order_by().values_list(f"{evaluation}_id", flat=True).distinct():
            yield pk, _("Was told that a key action at their office is overdue")

    def _as_drafter(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        parties = Drafter.objects.filter(party_of(self.person), answer__response__evaluation__in=shown)
        for pk, how, count in self._counted(parties, "answer__response__evaluation_id", "answer_id"):
            words = ngettext(
                "Drafts the answer to %(count)d recommendation%(how)s",
                "Drafts the answers to %(count)d recommendations%(how)s",
                count,
            )
            yield pk, words % {"count": count, "how": how}

    def _as_clearing(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        steps = ClearanceStep.objects.filter(clears(self.person), response__evaluation__in=shown)
        for step in steps.select_related("office", "response").order_by("response_id"):
            pk = step.response.evaluation_id
            if step.decided_by_id == self.person.pk:
                yield pk, _("Decided on a step of its clearance")
            elif carrier := self._carrier_at(step.office_id, step.role):
                words = (
                    _("Is to clear its response: %(role)s")
                    if step.state == StepState.WAITING
                    else _("Holds the post that decided on a step of its clearance: %(role)s")
                )
                yield pk, words % {"role": carrier}

    def _by_actions(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        parties = ActionParty.objects.filter(
            party_of(self.person),
            action__removed_at=None,
            action__answer__response__evaluation__in=shown,
        )
        path = "action__answer__response__evaluation_id"
        for pk, how, count in self._counted(parties, path, "action_id"):
            words = ngettext(
                "Has a part in %(count)d of its key actions%(how)s",
                "Has a part in %(count)d of its key actions%(how)s",
                count,
            )
            yield pk, words % {"count": count, "how": how}

    def _as_reviewer(self, shown: dict[int, Evaluation]) -> Iterator[Reason]:
        named = Reviewer.objects.filter(response__evaluation__in=shown, person=self.person)
        for pk in named.values_list("response__evaluation_id", flat=True):
            yield pk, _("Was named to check independently what is reported on it")

    def _counted(self, parties: QuerySet[Any], evaluation: str, of: str) -> Iterator[tuple[int, str, int]]:
        """How many things the person is party of, by evaluation and by how: one query."""
        things: dict[tuple[int, str], set[int]] = defaultdict(set)
        columns = parties.values_list(evaluation, of, "person_id", "office_id", "role")
        for pk, thing, person, office, role in columns:
            things[pk, self._how(person, office, role)].add(thing)
        for (pk, how), found in things.items():
            yield pk, how, len(found)

    def _how(self, person: int | None, office: int | None, role: str) -> str:
        """By what someone is the person: the same reading of a party as ``permissions.party_of``."""
        if person:
            return self.standing.in_the_name_of(person)
        if role and (carrier := self._carrier_at(office, role)):
            return f": {carrier}"
        point = self._offices[office].focal_point_id if office else None
        named = _("as focal point of %(office)s") % {"office": self._offices[office].name} if office else ""
        return f" {named}{self.standing.in_the_name_of(point)}"

    # Why not --------------------------------------------------------------------------------------------

    def _why_not(self, one: Evaluation) -> Iterator[str]:
        if not self.person.is_active:
            yield _("The account is closed.")
            return
        offices = list(dict.fromkeys(office for _pk, office in self._offices_of({one.pk: one})))
        above = {pk for office in offices for pk in self._above(office)}
        here = [carrier for carrier in self.standing.carriers if carrier.office.pk in above]
        viewing = [carrier for carrier in here if Permission.VIEW in carrier.permissions]
        if one.confidential:
            yield _("It is confidential, and they hold no role that reaches what is confidential there.")
        for carrier in viewing if one.confidential else here:
            yield _("%(role)s: not enough to see it.") % {"role": carrier}
        if not here:
            names = ", ".join(self._offices[office].name for office in offices) or "–"
            yield _("They hold no role at %(offices)s or an office above.") % {"offices": names}
        yield from self._past_roles(above)
        if one.handed_over_at and self.person in one.evaluators.all():
            day = {"day": date_format(one.handed_over_at)}
            yield _("They were its evaluator; the recommendations were handed over on %(day)s.") % day
        yield _(
            "They have no part in it now: not as manager, coordinator, drafter or clearing officer, and in no"
            " key action."
        )

    def _past_roles(self, offices: set[int]) -> Iterator[str]:
        """Roles that would let them see it, had they not ended or did they count already."""
        viewing = [role for role, granted in GRANTS.items() if Permission.VIEW in granted]
        held = Membership.objects.filter(person=self.person, office__in=offices, role__in=viewing)
        for one in held.select_related("office"):
            names = {"role": Role(one.role).label, "office": one.office.name}
            if one.ends_on and one.ends_on < self.today:
                names["day"] = date_format(one.ends_on)
                yield _("%(role)s at %(office)s ended on %(day)s.") % names
            elif one.starts_on and one.starts_on > self.today:
                names["day"] = date_format(one.starts_on)
                yield _("%(role)s at %(office)s begins on %(day)s.") % names

    # Offices --------------------------------------------------------------------------------------------

    @cached_property
    def _offices(self) -> dict[int, Office]:
        return Office.objects.in_bulk()

    def _offices_of(self, shown: dict[int, Evaluation]) -> list[tuple[int, int]]:
        """Those an evaluation is of, and those that respond to it."""
        at = Evaluation.offices.through.objects.filter(evaluation__in=shown)
        responding = ManagementResponse.objects.filter(evaluation__in=shown).exclude(office=None)
        pairs = responding.values_list("evaluation_id", "office_id")
        return [*at.values_list("evaluation_id", "office_id"), *pairs]

    def _above(self, office: int) -> Iterator[int]:
        """The office and those above it, nearest first."""
        passed: set[int] = set()
        current: int | None = office
        while current and current not in passed:
            passed.add(current)
            yield current
            current = self._offices[current].parent_id

    def _carriers_above(self, office: int) -> Iterator[Carrier]:
        for above in self._above(office):
            yield from (carrier for carrier in self.standing.carriers if carrier.office.pk == above)

    def _carrier_at(self, office: int | None, role: str) -> Carrier | None:
        """The role held at just that office: a party or a step of clearance names one."""
        found = (one for one in self.standing.carriers if one.office.pk == office and one.role == role)
        return next(found, None)


def _matching(found: EvaluationQuerySet, query: str) -> EvaluationQuerySet:
    for word in query.split():
        found = found.filter(
            Q(reference__icontains=word) | Q(title__icontains=word) | Q(short_title__icontains=word)
        )
    return found


def _told(one: Evaluation, reasons: list[str]) -> Told:
    return Told(f"{one.reference} · {one.name}", reverse("evaluation", args=[one.pk]), reasons)
