"""The way of a management response, as a table of moves: prepared, drafted, cleared, published, and again."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.states import Comment, Machine, Made, Move
from recommendations.choices import EvaluationState
from recommendations.models import Evaluation
from responses import checks, clearance, snapshots, told
from responses.choices import ResponseState
from responses.models import KeyAction, ManagementResponse
from responses.permissions import access

S = ResponseState


def _needs_recommendations(response: ManagementResponse) -> str:
    if response.evaluation.recommendations.present().exists():
        return ""
    return _("Enter the recommendations first: they are what is handed over.")


def _needs_coordinator(response: ManagementResponse) -> str:
    if response.coordinator_id or _focal_point(response):
        return ""
    return _("Name the coordinator of the response first, or a focal point of the responding office.")


def _focal_point(response: ManagementResponse) -> User | None:
    found = response.office.focal_point if response.office else None
    return found if found and found.is_active else None


def _nothing_answered(response: ManagementResponse) -> str:
    planned = KeyAction.objects.present().filter(answer__response=response)
    if response.answers.exclude(decision="", narrative="").exists() or planned.exists():
        return _("Some recommendations are answered already. Correct the recommendations in notes instead.")
    return ""


def _evaluation_goes_on(response: ManagementResponse) -> str:
    if response.evaluation.state == EvaluationState.CANCELLED:
        return _("The evaluation was cancelled. Reopen it first.")
    return ""


def _handed_over(made: Made[ManagementResponse]) -> None:
    """From now on someone coordinates it, and after the last one the evaluators no longer see it."""
    response = made.subject
    if response.coordinator_id is None:
        made.sets["coordinator"] = _focal_point(response)
    # The lock of the evaluation parts two that are handed over at once: the second sees the first.
    evaluation = Evaluation.objects.select_for_update().get(pk=response.evaluation_id)
    others = evaluation.responses.exclude(pk=response.pk).filter(state=S.PREFILLING)
    if not others.exists():
        change(evaluation, by=made.by, parent=evaluation, handed_over_at=made.now)
        response.evaluation = evaluation


def _handed_back(made: Made[ManagementResponse]) -> None:
    evaluation = Evaluation.objects.select_for_update().get(pk=made.subject.evaluation_id)
    change(evaluation, by=made.by, parent=evaluation, handed_over_at=None)
    made.subject.evaluation = evaluation


def _submitted(made: Made[ManagementResponse]) -> None:
    # Whoever cancels the evaluation at this moment has its lock, or waits for it and finds the submission.
    made.subject.evaluation = Evaluation.objects.select_for_update(no_key=True).get(
        pk=made.subject.evaluation_id
    )
    if sentence := _evaluation_goes_on(made.subject):
        raise Refused(sentence)
    clearance.begin(made)


def _published(made: Made[ManagementResponse]) -> None:
    made.sets["published_at"] = made.now
    snapshots.publish(made.subject, now=made.now)


def _next_version(made: Made[ManagementResponse]) -> None:
    made.sets.update(version=made.subject.version + 1, published_at=None)


def _parent(response: ManagementResponse) -> Evaluation:
    return response.evaluation


def _moment(response: ManagementResponse) -> str:
    """Version, state and step: a button pressed by two people at once counts once."""
    step = clearance.current(response) if response.state == S.IN_CLEARANCE else None
    return f"{response.version}.{response.state}.{step.pk if step else 0}"


MOVES: tuple[Move[ManagementResponse], ...] = (
    Move(
        name="hand_over",
        label=gettext_lazy("Hand over to the coordinator"),
        done=pgettext_lazy("what someone did", "handed over"),
        sources=(S.PREFILLING,),
        target=S.DRAFTING,
        needs="hand_over",
        guards=(_evaluation_goes_on, _needs_recommendations, _needs_coordinator),
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word to the coordinator"),
        confirm=gettext_lazy("Hand the recommendations over? The evaluators then no longer see them here."),
        tells=("coordinator", "overseers"),
        effect=_handed_over,
    ),
    Move(
        name="hand_back",
        label=gettext_lazy("Give back to the evaluators"),
        done=pgettext_lazy("what someone did", "gave back"),
        sources=(S.DRAFTING,),
        target=S.PREFILLING,
        needs="oversee",
        guards=(_nothing_answered,),
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("What are the evaluators to do?"),
        tells=("evaluators", "coordinator"),
        effect=_handed_back,
    ),
    Move(
        name="submit",
        label=gettext_lazy("Submit for clearance"),
        done=pgettext_lazy("what someone did", "submitted"),
        sources=(S.DRAFTING, S.RETURNED),
        target=S.IN_CLEARANCE,
        needs="respond",
        guards=(_evaluation_goes_on, checks.hindrance, clearance.unheld),
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word to those who clear it"),
        confirm=gettext_lazy("Submit the response? Its wording then stays as it is until it comes back."),
        tells=("clearing", "coordinator"),
        effect=_submitted,
    ),
    Move(
        name="withdraw",
        label=gettext_lazy("Withdraw from clearance"),
        done=pgettext_lazy("what someone did", "withdrew"),
        sources=(S.IN_CLEARANCE,),
        target=S.DRAFTING,
        needs="respond",
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("Why is it withdrawn?"),
        tells=("clearing", "cleared", "coordinator"),
        effect=clearance.withdraw_steps,
    ),
    Move(
        name="clear",
        label=gettext_lazy("Clear"),
        done=pgettext_lazy("what someone did", "cleared"),
        sources=(S.IN_CLEARANCE,),
        target=S.CLEARED,
        needs="clear",
        guards=(_evaluation_goes_on,),
        bars=(clearance.by_another,),
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word with it"),
        tells=("coordinator", "clearing", "overseers"),
        effect=clearance.clear_step,
        goes_on=clearance.goes_on,
    ),
    Move(
        name="return",
        label=gettext_lazy("Return with a comment"),
        done=pgettext_lazy("what someone did", "returned"),
        sources=(S.IN_CLEARANCE,),
        target=S.RETURNED,
        needs="clear",
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("What is to be changed?"),
        tells=("coordinator", "drafters", "cleared"),
        effect=clearance.return_step,
    ),
    Move(
        name="publish",
        label=gettext_lazy("Publish"),
        done=pgettext_lazy("what someone did", "published"),
        sources=(S.CLEARED,),
        target=S.PUBLISHED,
        needs="oversee",
        guards=(_evaluation_goes_on,),
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word with it"),
        confirm=gettext_lazy("Publish this version of the response?"),
        tells=("coordinator", "cleared", "leads"),
        effect=_published,
    ),
    Move(
        name="revise",
        label=gettext_lazy("Begin a new version"),
        done=pgettext_lazy("what someone did", "began a new version of"),
        sources=(S.CLEARED, S.PUBLISHED),
        target=S.DRAFTING,
        needs="respond",
        guards=(_evaluation_goes_on,),
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("Why is a new version needed?"),
        tells=("coordinator", "cleared", "overseers"),
        effect=_next_version,
    ),
)

WAY: Machine[ManagementResponse] = Machine(
    states=ResponseState,
    moves=MOVES,
    access=access,
    parent=_parent,
    moment=_moment,
    told=told.moved,
)
