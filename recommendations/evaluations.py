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
from recommendations.models import Evaluation, RuleProfile
from recommendations.permissions import keeps_sight, may_edit, may_enter

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
    **fields: Any,
) -> Evaluation:
    """Make the record of an evaluation; ``by=None`` is the command line.

    Raises PermissionDenied, and Refused where the reference is taken or the person would lose sight of it.
    """
    if by and not may_enter(by):
        raise PermissionDenied
    offices = list(offices)
    if by and not keeps_sight(by, [office.pk for office in offices], fields.get("manager")):
        raise Refused(str(LOSES_SIGHT))
    evaluation = Evaluation(
        reference=reference.strip() or next_reference(today), title=title, profile=profile, **fields
    )
    try:
        with transaction.atomic():
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
    """Change fields of the record. Raises PermissionDenied, and Refused where the new reference is taken."""
    if by and not may_edit(by, evaluation):
        raise PermissionDenied
    try:
        with transaction.atomic():
            change(evaluation, by=by, parent=evaluation, **fields)
            for name, people in (("offices", offices), ("evaluators", evaluators)):
                if people is not None:
                    _replace(evaluation, name, list(people), by=by)
    except IntegrityError as error:
        raise Refused(
            _("There is an evaluation with the reference %(reference)s already. Choose another reference.")
            % {"reference": fields.get("reference", evaluation.reference)}
        ) from error


def _replace(evaluation: Evaluation, name: str, wanted: list[Any], *, by: User | None) -> None:
    related = getattr(evaluation, name)
    before = sorted(str(one) for one in related.all())
    after = sorted(str(one) for one in wanted)
    if before != after:
        related.set(wanted)
        audit.record("changed", evaluation, by=by, parent=evaluation, changes={name: (before, after)})
