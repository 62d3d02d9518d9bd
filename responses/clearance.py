"""The clearance of a response: its chain of steps, whose turn it is, and what each decision leaves behind.

The profile says which role at which office clears; where nobody holds it there, the nearest office above with
someone does. Every submission has step rows of its own, so that what was returned stays on record.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack.models import Membership, Office, User
from evaltrack.roles import Role
from evaltrack.states import Made
from recommendations.choices import ClearingOffice
from recommendations.profiles import ClearanceRule, in_language
from responses import snapshots
from responses.choices import SnapshotKind, StepState
from responses.models import ClearanceStep, ManagementResponse
from responses.snapshots import Clearing


@dataclass(frozen=True, slots=True)
class Post:
    """A step of the chain before anyone is asked: ``office`` is None where nobody at all holds the role."""

    rule: ClearanceRule
    office: Office | None


def chain(response: ManagementResponse) -> list[Post]:
    """The steps the profile asks for, each at the office whose holders decide: two queries."""
    offices = Office.objects.in_bulk()
    held = Membership.objects.current(timezone.localdate())
    holders = set(held.values_list("office_id", "role"))
    posts: list[Post] = []
    for rule in response.evaluation.profile.rules.clearance:
        line = _upwards(_first_office(response, rule, offices), offices)
        post = Post(rule, next((one for one in line if (one.pk, rule.role.value) in holders), None))
        # Two steps that came to lie with the same people are one.
        if not any(post.office and (one.rule.role, one.office) == (rule.role, post.office) for one in posts):
            posts.append(post)
    return posts


def _first_office(
    response: ManagementResponse, rule: ClearanceRule, offices: dict[int, Office]
) -> Office | None:
    """Where the step lies by the profile; a response of the whole organisation is headquarters' own."""
    responding = offices.get(response.office_id or 0)
    top = list(_upwards(responding, offices))[-1:] if responding else _tops(offices)
    match rule.office:
        case ClearingOffice.RESPONDING:
            return responding or next(iter(top), None)
        case ClearingOffice.ABOVE:
            above = offices.get(responding.parent_id or 0) if responding else None
            return above or responding or next(iter(top), None)
    return next(iter(top), None)


def _tops(offices: dict[int, Office]) -> list[Office]:
    return sorted((one for one in offices.values() if one.parent_id is None), key=lambda one: one.pk)[:1]


def _upwards(office: Office | None, offices: dict[int, Office]) -> Iterable[Office]:
    while office:
        yield office
        office = offices.get(office.parent_id or 0)


def unheld(response: ManagementResponse) -> str:
    """Guard: which step nobody could decide."""
    for post in chain(response):
        if post.office is None:
            return _(
                "Nobody is “%(role)s” at %(office)s or at an office above it, so nobody could clear the"
                " response. Ask an administrator to give someone that role."
            ) % {"role": post.rule.role.label, "office": response.office or _("headquarters")}
    return ""


def steps_now(response: ManagementResponse) -> list[ClearanceStep]:
    """The steps of the latest submission of this version, in order: one query."""
    rows = response.steps.filter(version=response.version).select_related("office", "decided_by")
    steps = list(rows.order_by("submission", "order"))
    return [step for step in steps if step.submission == steps[-1].submission]


def current(response: ManagementResponse) -> ClearanceStep | None:
    """The step whose turn it is."""
    return next((step for step in steps_now(response) if step.state == StepState.WAITING), None)


def holders(step: ClearanceStep) -> "QuerySet[User]":
    """Who may decide a step by their own role; their deputies may as well."""
    held = Membership.objects.current(timezone.localdate()).filter(office=step.office_id, role=step.role)
    return User.objects.filter(pk__in=held.values("person")).order_by("name", "pk")


# What the moves do ---------------------------------------------------------------------------------------


def begin(made: Made[ManagementResponse]) -> None:
    """Effect of submitting: the steps of a new submission, and the matrix as it was handed in."""
    response = made.subject
    last = response.steps.filter(version=response.version).order_by("-submission").first()
    submission = last.submission + 1 if last else 1
    language = response.evaluation.language
    ClearanceStep.objects.bulk_create(
        ClearanceStep(
            response=response,
            version=response.version,
            submission=submission,
            order=order,
            role=post.rule.role,
            office=post.office,
            label=in_language(post.rule.labels, language),
        )
        for order, post in enumerate(chain(response), start=1)
        if post.office
    )
    snapshots.take(response, SnapshotKind.SUBMITTED, submission=submission, now=made.now, by=made.by)


def clear_step(made: Made[ManagementResponse]) -> None:
    """Effect of clearing: the step is decided; after the last one the wording is frozen for good."""
    step = _decide(made, StepState.CLEARED)
    if goes_on(made.subject):
        return
    cleared = [clearing(one) for one in steps_now(made.subject) if one.state == StepState.CLEARED]
    snapshots.take(
        made.subject,
        SnapshotKind.CLEARED,
        submission=step.submission,
        now=made.now,
        by=made.by,
        cleared_by=cleared,
    )


def return_step(made: Made[ManagementResponse]) -> None:
    _decide(made, StepState.RETURNED)
    _call_off(made)


def withdraw_steps(made: Made[ManagementResponse]) -> None:
    _call_off(made)


def goes_on(response: ManagementResponse) -> bool:
    """Whether a step still waits."""
    return current(response) is not None


def _decide(made: Made[ManagementResponse], state: StepState) -> ClearanceStep:
    step = current(made.subject)
    assert step  # noqa: S101 - for mypy; in clearance there is one
    by = made.by
    step.state, step.decided_by, step.decided_at, step.comment = state, by, made.now, made.comment
    if by:
        step.name, step.function, step.office_name = by.name, by.function, step.office.name
        own = holders(step)
        if not own.filter(pk=by.pk).exists():
            absent = own.filter(
                deputies__deputy=by,
                deputies__starts_on__lte=timezone.localdate(made.now),
                deputies__ends_on__gte=timezone.localdate(made.now),
            )
            step.acting_for = ", ".join(one.name for one in absent[:1])
    step.save()
    return step


def _call_off(made: Made[ManagementResponse]) -> None:
    """The steps whose turn did not come are over."""
    response = made.subject
    waiting = response.steps.filter(version=response.version, state=StepState.WAITING)
    waiting.update(state=StepState.WITHDRAWN, decided_at=made.now)


def clearing(step: ClearanceStep) -> Clearing:
    """A decided step as it is printed."""
    assert step.decided_at  # noqa: S101 - for mypy; the database holds it so
    return Clearing(
        step=step.label or str(Role(step.role).label),
        name=step.name or "EvalTrack",
        function=step.function,
        office=step.office_name or step.office.name,
        on=timezone.localdate(step.decided_at),
        acting_for=step.acting_for,
    )
