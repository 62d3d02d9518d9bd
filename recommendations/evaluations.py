"""Entering an evaluation and keeping its record right."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltrack import audit
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import Office, User
from evaltrack.people import keep_open
from recommendations.choices import ENTERED_AS, EvaluationState
from recommendations.models import Evaluation, RuleProfile
from recommendations.permissions import keeps_sight, may_edit, may_enter, may_mark_confidential

LOSES_SIGHT = gettext_lazy(
    "Choose at least one office that is yours, or name yourself as the manager: "
    "otherwise you could not see the evaluation afterwards."
)


def next_reference(today: date) -> str:
    """A reference nobody uses yet, such as EV-2026-003."""
    stem = f"EV-{today.year}-"
    taken = Evaluation.objects.filter(reference__startswith=stem).values_list("reference", flat=True)
    numbers = [int(tail) for tail in (reference[len(stem) :] for reference in taken) if tail.isdecimal()]
    return f"{stem}{max(numbers, default=0) + 1:03}"


def enter(
    *,
    by: User | None,
    today: date,
    profile: RuleProfile,
    title: str,
    offices: Iterable[Office] = (),
    evaluators: Iterable[User] = (),
    reference: str = "",
    state: str = EvaluationState.FINAL,
    confidential: bool = False,
    **fields: Any,
) -> Evaluation:
    """Make the record of an evaluation; ``by=None`` is the command line.

    Raises PermissionDenied, and Refused where the reference is taken or the person would lose sight of it.
    """
    if by and not (may_enter(by) and (not confidential or may_mark_confidential(by))):
        raise PermissionDenied
    if state not in ENTERED_AS:
        raise Refused(_("Enter it as planned, under way or final. From there it is moved on."))
    offices = list(offices)
    at = [office.pk for office in offices]
    if by and not keeps_sight(by, at, fields.get("manager"), confidential=confidential):
        raise Refused(str(LOSES_SIGHT))
    evaluation = Evaluation(
        reference=reference.strip() or next_reference(today),
        title=title,
        profile=profile,
        state=state,
        confidential=confidential,
        **fields,
    )
    try:
        with transaction.atomic():
            keep_open(evaluation.manager)
            evaluation.save(force_insert=True)
            evaluation.offices.set(offices)
            evaluation.evaluators.set(evaluators)
            audit.record("entered", evaluation, by=by, parent=evaluation, changes={"title": ("", title)})
    except IntegrityError as error:
        raise Refused(
            _("There is an evaluation with the reference %(reference)s already. Choose another reference.")
            % {"reference": evaluation.reference}
        ) from error
    return evaluation


def amend(
    evaluation: Evaluation,
    *,
    by: User | None,
    offices: Iterable[Office] | None = None,
    evaluators: Iterable[User] | None = None,
    **fields: Any,
) -> None:
    """Change fields of the record; its state is moved instead (``lifecycle.WAY``).

    Raises PermissionDenied, and Refused where the new reference is taken or the person would lose sight.
    """
    if by and not may_edit(by, evaluation):
        raise PermissionDenied
    if by:
        _check_sight(evaluation, by, offices, fields)
    try:
        with transaction.atomic():
            if fields.get("manager") != evaluation.manager:
                keep_open(fields.get("manager"))
            change(evaluation, by=by, parent=evaluation, **fields)
            for name, people in (("offices", offices), ("evaluators", evaluators)):
                if people is not None:
                    _replace(evaluation, name, list(people), by=by)
    except IntegrityError as error:
        raise Refused(
            _("There is an evaluation with the reference %(reference)s already. Choose another reference.")
            % {"reference": fields.get("reference", evaluation.reference)}
        ) from error


def _check_sight(
    evaluation: Evaluation, by: User, offices: Iterable[Office] | None, fields: dict[str, Any]
) -> None:
    """Who marks it confidential is trusted with such, and nobody makes it vanish for themselves."""
    confidential = fields.get("confidential", evaluation.confidential)
    if confidential != evaluation.confidential and not may_mark_confidential(by, evaluation):
        raise PermissionDenied
    if offices is None and not fields.keys() & {"manager", "confidential"}:
        return
    at = [office.pk for office in (evaluation.offices.all() if offices is None else offices)]
    if not keeps_sight(by, at, fields.get("manager", evaluation.manager), confidential=confidential):
        raise Refused(str(LOSES_SIGHT))


def _replace(evaluation: Evaluation, name: str, wanted: list[Any], *, by: User | None) -> None:
    related = getattr(evaluation, name)
    before = sorted(str(one) for one in related.all())
    after = sorted(str(one) for one in wanted)
    if before != after:
        related.set(wanted)
        audit.record("changed", evaluation, by=by, parent=evaluation, changes={name: (before, after)})
