"""The clearance of a response: its chain of steps, whose turn it is, and what each decision leaves behind.

The profile says which role at which office clears; where nobody holds it there, the nearest office above with
someone does. Every submission has step rows of its own, so that what was returned stays on record. Whoever
submitted, or cleared a step before, does not clear as well while there is somebody else who can.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import Deputy, Membership, Office, User
from evaltrack.roles import Role
from evaltrack.states import Made
from recommendations.choices import ClearingOffice, EvaluationState
from recommendations.profiles import ClearanceRule, in_language
from responses import postponing, snapshots
from responses.choices import SnapshotKind, StepState
from responses.matrix.edition import Clearing
from responses.models import ClearanceStep, ManagementResponse, Snapshot
from responses.permissions import clears

Place = tuple[int, str]  # an office (id) and a role


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
    return _unheld(chain(response), response)


def _unheld(posts: Iterable[Post], response: ManagementResponse) -> str:
    for post in posts:
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


def people_at(posts: Iterable[Place]) -> dict[Place, list[str]]:
    """Who holds each role at its office today, with their deputies, by name: two queries."""
    wanted = set(posts)
    today = timezone.localdate()
    held = Membership.objects.current(today).filter(
        office__in={office for office, _role in wanted}, role__in={role for _office, role in wanted}
    )
    deputies: dict[int, list[str]] = {}
    in_force = Deputy.objects.current(today).filter(person__in=held.values("person"))
    for person, name in in_force.order_by("deputy__name").values_list("person", "deputy__name"):
        deputies.setdefault(person, []).append(name)
    found: dict[Place, list[str]] = {place: [] for place in wanted}
    rows = held.order_by("person__name", "person").values_list("office", "role", "person", "person__name")
    for office, role, person, name in rows:
        if (office, role) in found:
            instead = deputies.get(person)
            words = _("%(name)s, or as deputy %(deputies)s")
            found[office, role].append(
                words % {"name": name, "deputies": ", ".join(instead)} if instead else name
            )
    return found


def by_another(response: ManagementResponse, by: User | None) -> str:
    """Bar: whose work the step was already. A second look is someone else's, where there is anyone else."""
    if by is None:
        return _("Only a person clears a response.")
    step = current(response)
    if step is None:
        return ""
    others = [str(one) for one in holders(step) if one.pk != by.pk]
    if not others:
        return ""
    names = {"names": ", ".join(others)}
    if snapshots.submitter(step) == by.pk:
        return _("You submitted the response yourself, so someone else clears it: %(names)s.") % names
    if any(one.decided_by_id == by.pk for one in steps_now(response)):
        return _("You cleared an earlier step, so someone else clears this one: %(names)s.") % names
    return ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A response whose step is someone's to decide, and for how many days it has been."""

    response: ManagementResponse
    called: str
    days: int


def waiting_for(user: User, today: date) -> list[Waiting]:
    """What waits for the person's clearance, the longest first: one query."""
    same = ClearanceStep.objects.filter(
        response=OuterRef("response"), version=OuterRef("version"), submission=OuterRef("submission")
    )
    before = same.filter(state=StepState.WAITING, order__lt=OuterRef("order"))
    decided = same.filter(state=StepState.CLEARED).order_by("-order").values("decided_at")[:1]
    submitted = Snapshot.objects.filter(
        response=OuterRef("response"), version=OuterRef("version"), submission=OuterRef("submission"),
        kind=SnapshotKind.SUBMITTED,
    ).values("taken_at")  # fmt: skip
    turn = ClearanceStep.objects.filter(clears(user), ~Exists(before), state=StepState.WAITING)
    turn = turn.exclude(response__evaluation__state=EvaluationState.CANCELLED)
    steps = turn.annotate(since=Coalesce(Subquery(decided), Subquery(submitted)))
    rows = steps.select_related("response__evaluation", "response__office").defer("response__overall_comment")
    return [
        Waiting(step.response, called(step), max(0, (today - timezone.localdate(step.since)).days))
        for step in rows.order_by("since", "pk")
    ]


# What the moves do ---------------------------------------------------------------------------------------


def begin(made: Made[ManagementResponse]) -> None:
    """Effect of submitting: the steps of a new submission, and the matrix as it was handed in."""
    response = made.subject
    posts = chain(response)
    # A role may have ended since the guard asked.
    if sentence := _unheld(posts, response):
        raise Refused(sentence)
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
        for order, post in enumerate(posts, start=1)
    )
    taken = snapshots.take(response, SnapshotKind.SUBMITTED, submission=submission, now=made.now, by=made.by)
    made.notes["snapshot"] = taken.sha256


def clear_step(made: Made[ManagementResponse]) -> None:
    """Effect of clearing: the step is decided; after the last one the wording is frozen for good."""
    step = _decide(made, StepState.CLEARED)
    if goes_on(made.subject):
        return
    cleared = [clearing(one) for one in steps_now(made.subject) if one.state == StepState.CLEARED]
    taken = snapshots.take(
        made.subject,
        SnapshotKind.CLEARED,
        submission=step.submission,
        now=made.now,
        by=made.by,
        cleared_by=cleared,
    )
    if not snapshots.same_wording(taken, snapshots.submitted(step)):
        raise Refused(
            _(
                "The matrix is no longer as it was submitted, such as the title of its evaluation. Return the"
                " response, so that what is cleared is what everyone has read."
            )
        )
    postponing.keep_first(made.subject)
    made.notes.update(snapshot=taken.sha256, cleared_by=taken.cleared_by)


def return_step(made: Made[ManagementResponse]) -> None:
    """Effect of returning: the step is decided, and those after it are over."""
    _decide(made, StepState.RETURNED)
    withdraw_steps(made)


def withdraw_steps(made: Made[ManagementResponse]) -> None:
    """Effect of withdrawing: the steps whose turn did not come are over."""
    response = made.subject
    waiting = response.steps.filter(version=response.version, state=StepState.WAITING)
    waiting.update(state=StepState.WITHDRAWN, decided_at=made.now)


def goes_on(response: ManagementResponse) -> bool:
    """Whether a step still waits."""
    return current(response) is not None


def _decide(made: Made[ManagementResponse], state: StepState) -> ClearanceStep:
    """Note the decision with the person's words of this day: so it is printed for ever."""
    step, by = current(made.subject), made.by
    if step is None or by is None:
        raise Refused(_("Only a person clears a response."))
    step.state, step.decided_by, step.decided_at, step.comment = state, by, made.now, made.comment
    step.name, step.function, step.office_name = by.name, by.function, step.office.name
    step.acting_for = _acting_for(step, by)
    step.save()
    snapshots.look(snapshots.submitted(step), by=by, now=made.now)
    made.notes["step"] = f"{called(step)} ({step.office_name})"
    if step.acting_for:
        made.notes["acting_for"] = step.acting_for
    return step


def _acting_for(step: ClearanceStep, by: User) -> str:
    """The person for whom a deputy decides; "" for who holds the role."""
    own = holders(step)
    if own.filter(pk=by.pk).exists():
        return ""
    in_force = Deputy.objects.current(timezone.localdate()).filter(deputy=by)
    absent = own.filter(pk__in=in_force.values("person")).first()
    return absent.name if absent else ""


def called(step: ClearanceStep) -> str:
    """The step as it is named: in the words of the profile, else by its role."""
    return step.label or str(Role(step.role).label)


def clearing(step: ClearanceStep) -> Clearing:
    """A decided step as it is printed."""
    assert step.decided_at  # noqa: S101 - for mypy; the database holds it so
    return Clearing(
        step=called(step),
        name=step.name,
        function=step.function,
        office=step.office_name or step.office.name,
        on=timezone.localdate(step.decided_at),
        acting_for=step.acting_for,
    )
