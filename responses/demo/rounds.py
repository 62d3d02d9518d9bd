"""Steps of the demo that open and close a round of one response."""

from datetime import timedelta
from typing import Any

from evaltrack.models import User
from responses import rounds
from responses.demo.moments import Moments
from responses.models import ManagementResponse, RoundMatrix

STEPS = ("open_round", "close_round")


def step(response: ManagementResponse, what: dict[str, Any], by: User, moments: Moments) -> None:
    """As the evaluation unit did it that day."""
    with moments.written(what["ago"]) as moment:
        if what["move"] == "open_round":
            day = moment.date()
            made = rounds.open(
                [response.pk],
                what["name"],
                by=by,
                now=moment,
                today=day,
                due_on=day + timedelta(days=what["for"]),
                note=what.get("comment", ""),
            )
            rounds.ask(now=moment, of=made.round)
        else:
            rounds.close(RoundMatrix.objects.open().filter(response=response), by=by, now=moment)
            rounds.freeze(now=moment)
