"""Who is told of what happens to a response, and in which words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from evaltrack import notifications
from evaltrack.notifications import Kind
from evaltrack.roles import Role
from evaltrack.states import Made
from responses import audiences, kinds, links
from responses.choices import ResponseState, StepState
from responses.models import ManagementResponse

# What those whom a move names are told; who clears next is asked in words of their own.
NEWS: dict[str, tuple[Kind, Any]] = {
    "hand_over": (
        kinds.RESPONSE_HANDED_OVER,
        gettext_lazy("The recommendations of %(about)s are handed over: the response can be drafted."),
    ),
    "hand_back": (
        kinds.RESPONSE_HANDED_OVER,
        gettext_lazy("The recommendations of %(about)s are given back to the evaluators."),
    ),
    "submit": (
        kinds.RESPONSE_CLEARED,
        gettext_lazy("Version %(version)d of the response to %(about)s is submitted for clearance."),
    ),
    "withdraw": (
        kinds.RESPONSE_WITHDRAWN,
        gettext_lazy("The response to %(about)s is withdrawn from clearance: there is nothing to clear now."),
    ),
    "clear": (
        kinds.RESPONSE_CLEARED,
        gettext_lazy("Version %(version)d of the response to %(about)s is cleared."),
    ),
    "return": (
        kinds.RESPONSE_RETURNED,
        gettext_lazy("The response to %(about)s is returned with a comment, and can be changed again."),
    ),
    "publish": (
        kinds.RESPONSE_PUBLISHED,
        gettext_lazy("Version %(version)d of the response to %(about)s is published."),
    ),
    "revise": (
        kinds.RESPONSE_REVISED,
        gettext_lazy(
            "Version %(version)d of the response to %(about)s is begun. Until it is cleared, the version"
            " before it holds."
        ),
    ),
}
STEP_CLEARED = gettext_lazy("A step of the clearance of %(about)s is cleared. Next: %(step)s.")
WANTED = gettext_lazy("The response to %(about)s waits for your clearance: %(step)s.")


def moved(made: Made[ManagementResponse]) -> None:
    """Tell everyone whom the move names, and ask whoever clears next."""
    response, names = made.subject, set(made.move.tells)
    kind, words = NEWS[made.move.name]
    values: dict[str, Any] = {"about": _about(response), "version": response.version}
    if response.state == ResponseState.IN_CLEARANCE:
        values["step"] = _ask_to_clear(made)
        # Those who oversee hear of the end, not of every step.
        names -= {"clearing", "overseers"}
        words = STEP_CLEARED if made.move.name == "clear" else words
    notifications.tell(
        audiences.all_of(sorted(names), response.evaluation, response),
        kind,
        key=_occasion(made),
        about=_submission(response),
        text=lambda: str(words) % values,
        detail=made.comment,
        url=reverse("matrix", args=[response.pk]),
        now=made.now,
        by=made.by,
    )


def _ask_to_clear(made: Made[ManagementResponse]) -> str:
    """Ask those whose turn it is, each with a link of their own; what the step is called."""
    response = made.subject
    waiting = response.steps.filter(state=StepState.WAITING).select_related("office")
    step = waiting.order_by("version", "submission", "order")[0]
    called = f"{step.label or Role(step.role).label} ({step.office})"
    notifications.tell(
        audiences.clearing(response),
        kinds.CLEARANCE_WANTED,
        key=f"{_occasion(made)}.wanted",
        about=f"step.{step.pk}",
        text=lambda: str(WANTED) % {"about": _about(response), "step": called},
        detail=made.comment,
        url=lambda reader: links.address(step, reader),
        now=made.now,
        by=made.by,
    )
    return called


def _occasion(made: Made[ManagementResponse]) -> str:
    """One for each move that is made."""
    return f"response.{made.subject.pk}.{made.move.name}.{made.now.timestamp():.6f}"


def _submission(response: ManagementResponse) -> str:
    """What a mail of the same day may have told of already: a response that comes back is another matter."""
    submissions = response.steps.filter(version=response.version).values("submission").distinct()
    return f"response.{response.pk}.{response.version}.{submissions.count()}"


def _about(response: ManagementResponse) -> str:
    name = f"“{response.evaluation.name}”"
    return f"{name} ({response.office})" if response.office else name
