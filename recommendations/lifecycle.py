"""The way of an evaluation, as a table of moves: planned, under way, final, published, closed."""

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from evaltrack.states import Comment, Machine, Made, Move
from recommendations.choices import EvaluationState
from recommendations.models import Evaluation
from recommendations.permissions import access

S = EvaluationState


def _needs_report_date(evaluation: Evaluation) -> str:
    if evaluation.report_date:
        return ""
    return _("Enter the date of the report first: the response is due so long after it.")


def _needs_recommendations(evaluation: Evaluation) -> str:
    if evaluation.recommendations.present().exists():
        return ""
    return _("Enter its recommendations first: they are what management answers.")


def _hindered_above(name: str, evaluation: Evaluation) -> str:
    """What the storey above has against a move, such as a response that is not published yet."""
    found = (import_string(path)(evaluation, name) for path in settings.EVALUATION_HINDRANCES)
    return next((sentence for sentence in found if sentence), "")


def _told(made: Made[Evaluation]) -> None:
    for path in settings.EVALUATION_FOLLOWERS:
        import_string(path)(made)


def _parent(evaluation: Evaluation) -> models.Model:
    return evaluation


def _moment(evaluation: Evaluation) -> str:
    return str(evaluation.state)


MOVES: tuple[Move[Evaluation], ...] = (
    Move(
        name="start",
        label=gettext_lazy("The evaluation has begun"),
        done=pgettext_lazy("what someone did", "began"),
        sources=(S.PLANNED,),
        target=S.UNDER_WAY,
        needs="edit",
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word with it"),
    ),
    Move(
        name="finalise",
        label=gettext_lazy("The report is final"),
        done=pgettext_lazy("what someone did", "declared final"),
        sources=(S.UNDER_WAY,),
        target=S.FINAL,
        needs="edit",
        guards=(_needs_report_date, _needs_recommendations),
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word with it"),
        tells=("office", "overseers"),
    ),
    Move(
        name="resume",
        label=gettext_lazy("Take the final report back"),
        done=pgettext_lazy("what someone did", "took back as not final"),
        sources=(S.FINAL,),
        target=S.UNDER_WAY,
        needs="oversee",
        guards=(lambda evaluation: _hindered_above("resume", evaluation),),
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("Why is the report not final?"),
        tells=("office", "coordinators"),
    ),
    Move(
        name="publish",
        label=gettext_lazy("The report is published"),
        done=pgettext_lazy("what someone did", "published"),
        sources=(S.FINAL,),
        target=S.PUBLISHED,
        needs="oversee",
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word with it"),
        tells=("office", "coordinators"),
    ),
    Move(
        name="close",
        label=gettext_lazy("Close the evaluation"),
        done=pgettext_lazy("what someone did", "closed"),
        sources=(S.PUBLISHED,),
        target=S.CLOSED,
        needs="oversee",
        guards=(lambda evaluation: _hindered_above("close", evaluation),),
        comment=Comment.OPTIONAL,
        comment_label=gettext_lazy("A word with it"),
        confirm=gettext_lazy("Close this evaluation? Nobody is reminded of it any more. You can reopen it."),
        tells=("office", "coordinators"),
    ),
    Move(
        name="cancel",
        label=gettext_lazy("Cancel the evaluation"),
        done=pgettext_lazy("what someone did", "cancelled"),
        sources=(S.PLANNED, S.UNDER_WAY, S.FINAL),
        target=S.CANCELLED,
        needs="oversee",
        guards=(lambda evaluation: _hindered_above("cancel", evaluation),),
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("Why is it cancelled?"),
        tells=("office", "evaluators", "coordinators"),
    ),
    Move(
        name="reopen",
        label=gettext_lazy("Reopen the evaluation"),
        done=pgettext_lazy("what someone did", "reopened"),
        sources=(S.CLOSED,),
        target=S.PUBLISHED,
        needs="oversee",
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("Why is it reopened?"),
        tells=("office", "coordinators"),
    ),
    Move(
        name="reopen",
        label=gettext_lazy("Reopen the evaluation"),
        done=pgettext_lazy("what someone did", "reopened"),
        sources=(S.CANCELLED,),
        target=S.UNDER_WAY,
        needs="oversee",
        comment=Comment.REQUIRED,
        comment_label=gettext_lazy("Why is it reopened?"),
        tells=("office", "evaluators", "coordinators"),
    ),
)

WAY: Machine[Evaluation] = Machine(
    states=EvaluationState,
    moves=MOVES,
    access=access,
    parent=_parent,
    moment=_moment,
    told=_told,
)
