"""What goes along when one office is merged into another: what it is responsible for, answers and clears.

Evaluations that are over keep the office as it was, and so do the words of every matrix.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit
from evaltrack.mergers import Companion
from evaltrack.models import Office, User
from recommendations.models import Evaluation, RecommendationParty
from responses.holdings import lock_responses, open_evaluations, open_responses, waiting_steps
from responses.models import ActionParty, Drafter, ManagementResponse


def _evaluations(office: Office) -> "QuerySet[Evaluation]":
    return open_evaluations().filter(offices=office).order_by("pk")


def _responses(office: Office) -> "QuerySet[ManagementResponse]":
    return open_responses().filter(office=office).order_by("pk")


def told(office: Office) -> list[str]:
    evaluations, responses = _evaluations(office).count(), _responses(office).count()
    parties = ActionParty.objects.filter(office=office).count()
    steps = waiting_steps().filter(office=office).count()
    return [
        ngettext(
            "%(count)d evaluation under way becomes its own",
            "%(count)d evaluations under way become its own",
            evaluations,
        )
        % {"count": evaluations},
        ngettext("%(count)d response becomes its own", "%(count)d responses become its own", responses)
        % {"count": responses},
        ngettext(
            "%(count)d key action is its responsibility",
            "%(count)d key actions are its responsibility",
            parties,
        )
        % {"count": parties},
        ngettext(
            "%(count)d clearance that waits is decided there",
            "%(count)d clearances that wait are decided there",
            steps,
        )
        % {"count": steps},
    ]


def hindrance(office: Office, into: Office) -> str:
    """Both answer the same evaluation: which answer holds is nothing to decide by merging."""
    both = _responses(office).filter(evaluation__responses__office=into).select_related("evaluation")
    references = [response.evaluation.reference for response in both[:5]]
    if not references:
        return ""
    return _(
        "Both offices answer %(evaluations)s. Finish or close that evaluation first, or give the response of"
        " one of them to another office."
    ) % {"evaluations": ", ".join(references)}


def carry(office: Office, into: Office, by: User | None) -> None:
    responses = list(
        lock_responses(Q(pk__in=_responses(office).values("pk"))).select_related("evaluation", "office")
    )
    evaluations = list(
        Evaluation.objects.select_for_update(no_key=True)
        .filter(pk__in=_evaluations(office).values("pk"))
        .order_by("pk")
    )
    offices = {"office": (office.name, into.name)}
    ManagementResponse.objects.filter(pk__in=[row.pk for row in responses]).update(office=into)
    _record(((row, row.evaluation) for row in responses), offices, by)
    _carry_evaluations(evaluations, office, into)
    _record(((row, row) for row in evaluations), {"offices": (office.name, into.name)}, by)
    parties = ActionParty.objects.filter(office=office).select_related("action__answer__response__evaluation")
    actions = {party.action_id: party.action for party in parties}
    named = [(one, one.answer.response.evaluation) for _key, one in sorted(actions.items())]
    _record(named, {"responsible": (office.name, into.name)}, by)
    for model in (ActionParty, Drafter, RecommendationParty):
        model.objects.filter(office=office).update(office=into)
    waiting_steps().filter(office=office).update(office=into)


def _carry_evaluations(evaluations: list[Evaluation], office: Office, into: Office) -> None:
    through = Evaluation.offices.through.objects
    keys = [row.pk for row in evaluations]
    there = set(through.filter(evaluation__in=keys, office=into).values_list("evaluation_id", flat=True))
    through.filter(evaluation__in=there, office=office).delete()
    through.filter(evaluation__in=keys, office=office).update(office=into)


def _record(
    rows: Iterable[tuple[Model, Model]], changes: dict[str, tuple[Any, Any]], by: User | None
) -> None:
    audit.record_many(
        [audit.entry("office merged", row, by=by, parent=parent, changes=changes) for row, parent in rows]
    )


COMPANION = Companion(told, hindrance, carry)
