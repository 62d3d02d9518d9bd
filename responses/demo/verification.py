"""What the evaluation unit looked at itself, a report that does not hold among it, and who else may look."""

from evaltrack.models import User
from responses import verification
from responses.choices import ClosedAs
from responses.demo.moments import Moments
from responses.models import KeyAction

AGO = 5  # days
REVIEWER = "aurelia.winterbourne@example.org"
SECOND = "anahi.montesereno@example.org"
HOLDS = (
    "Seen on the visit of the regional office; the list is on file with the authorities of both countries."
)
DIFFERS = "Of the eleven offices two have not begun, by their own account."
QUESTION = "Which of the eleven offices are done, and by when do the others follow?"


def make(moments: Moments) -> None:
    """Of what was reported as completed before that day."""
    reviewer = User.objects.get(email=REVIEWER)
    done = KeyAction.objects.present().filter(closed_as=ClosedAs.COMPLETED, reported_on__lt=moments.day(AGO))
    free = [
        one
        for one in done.select_related("answer__response__evaluation__profile", "answer__recommendation")[:20]
        if not verification.why_not_independent(reviewer, one)
    ]
    with moments.written(AGO) as now:
        for action, grade, reason, question in zip(
            free, ("full", "full", "partly"), (HOLDS, HOLDS, DIFFERS), ("", "", QUESTION), strict=False
        ):
            verification.check(
                action, by=reviewer, now=now, implementation=grade, alignment="high",
                timeliness="in_time", reason=reason, question=question,
            )  # fmt: skip
        if free:
            response = free[0].answer.response
            verification.name_reviewer(response, User.objects.get(email=SECOND), by=reviewer, now=now)
