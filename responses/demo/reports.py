"""A report of the demo, read and to be looked over; and what another evaluation has learned."""

import io
from datetime import timedelta
from importlib.resources import files

from evaltrack import audit
from evaltrack.files import Upload
from recommendations import lessons, readings
from recommendations.choices import LessonKind
from recommendations.models import Evaluation
from responses.demo.moments import Moments


def make(moments: Moments) -> None:
    evaluations = list(Evaluation.objects.exclude(manager=None).select_related("manager").order_by("pk"))
    drafted = next((one for one in evaluations if one.responses.filter(state="drafting").exists()), None)
    if drafted is None or drafted.manager is None:
        return
    then = moments.at(1)
    written = (files(__package__) / "report.txt").read_bytes()
    with audit.at(then):
        upload = Upload(io.BytesIO(written), "addendum-supply.txt")
        readings.ask(drafted, upload, by=drafted.manager, now=then)
        readings.work(now=then + timedelta(minutes=1))
    first = evaluations[0]
    assert first.manager is not None  # noqa: S101 - excluded above
    with audit.at(moments.at(40)):
        lessons.add(
            first,
            by=first.manager,
            kind=LessonKind.LESSON,
            title="Committees that are paid in kind stay",
            text="Where the households of a water committee had their own connection repaired first, it "
            "still met two years later.",
            based_on="Findings 3 and 5",
            page=31,
        )
        lessons.add(
            first,
            by=first.manager,
            kind=LessonKind.PRACTICE,
            text="Spare parts are kept at the school, where somebody is there every day.",
            page=32,
        )
