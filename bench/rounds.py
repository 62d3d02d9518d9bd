"""Opening and closing a round for 200 evaluations of 5 recommendations and 20 key actions each.

    python bench/rounds.py [--sqlite]

Opening is the request that opens it and the task that asks every lead; closing the request, and the task that
takes 200 snapshots. The same once more with twice the key actions: statements must not grow with them.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import data
from data import Size

if TYPE_CHECKING:
    from evaltrack.models import User

EVALUATIONS = 200
SIZES = (Size(5, 20), Size(5, 40))
LIMIT = 60.0  # seconds for each of opening and closing
LEADS = 400


class Measured(NamedTuple):
    statements: int
    seconds: float


def main() -> None:
    options = argparse.ArgumentParser(description="Measure opening and closing a round.")
    options.add_argument("--sqlite", action="store_true", help="on SQLite; without it, on PostgreSQL")
    chosen = options.parse_args()
    with data.own_database(postgres=not chosen.sqlite):
        print(f"On {'SQLite' if chosen.sqlite else 'PostgreSQL'}; {EVALUATIONS} evaluations")
        print(f"{'':30} {'statements':>10} {'s':>7}")
        found = {size: held(size) for size in SIZES}
    faults = list(faults_of(found))
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(bool(faults))


def held(size: Size) -> dict[str, Measured]:
    from responses import round_answers, rounds
    from responses.models import RoundMatrix

    responses, unit = loaded(size)
    today, now = data.TODAY, data.NOW
    matrices = RoundMatrix.objects.filter(name=f"Round of {size}")
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("open it", lambda: rounds.open(responses, f"Round of {size}", by=unit, now=now, today=today)),
        ("ask every lead", lambda: rounds.ask(now=now)),
        ("who has answered", lambda: round_answers.counts(matrices)),
        ("close it", lambda: rounds.close(matrices, by=unit, now=now)),
        ("freeze every matrix", lambda: rounds.freeze(now=now)),
    ]
    found = {}
    for name, deed in steps:
        found[name] = one = measured(deed)
        print(f"{size!s:9} {name:20} {one.statements:10} {one.seconds:7.1f}", flush=True)
    assert matrices.exclude(snapshot=None).count() == EVALUATIONS
    return found


def measured(deed: Callable[[], Any]) -> Measured:
    with data.counted() as statements:
        begun = time.perf_counter()
        deed()
        return Measured(statements[0], time.perf_counter() - begun)


def loaded(size: Size) -> tuple[list[int], "User"]:
    """Published responses with a lead for every key action, and who oversees them all."""
    from evaltrack.models import Membership, Office, User
    from evaltrack.roles import Role
    from recommendations.models import Evaluation, Recommendation, RuleProfile
    from responses.models import ActionParty, KeyAction, ManagementResponse, RecommendationResponse

    top, _made = Office.objects.get_or_create(name="Headquarters")
    unit, _made = User.objects.get_or_create(email="unit@example.org", name="Unit")
    Membership.objects.get_or_create(person=unit, office=top, role=Role.EVALUATION_UNIT)
    User.objects.bulk_create(
        [User(email=f"{number}@example.org", name=f"Lead {number}") for number in range(LEADS)],
        ignore_conflicts=True,
    )
    people = list(User.objects.exclude(pk=unit.pk).order_by("pk"))
    text = data.Words(size.actions)
    profile = RuleProfile.objects.latest_of("iom-matrix")
    assert profile
    evaluations = Evaluation.objects.bulk_create(
        Evaluation(
            reference=f"R-{size.actions}-{one}", title=text(8, 12), profile=profile, report_date=data.TODAY
        )
        for one in range(EVALUATIONS)
    )
    at = Evaluation.offices.through
    at.objects.bulk_create(at(evaluation=one, office=top) for one in evaluations)
    responses = ManagementResponse.objects.bulk_create(
        ManagementResponse(evaluation=one, office=top, coordinator=people[place], state="published")
        for place, one in enumerate(evaluations)
    )
    recommendations = Recommendation.objects.bulk_create(
        Recommendation(evaluation=one, order=order, number=str(order), text=text(30, 80))
        for one in evaluations
        for order in range(1, size.recommendations + 1)
    )
    of = {one.evaluation_id: one for one in responses}
    answers = RecommendationResponse.objects.bulk_create(
        RecommendationResponse(
            response=of[one.evaluation_id], recommendation=one, decision="accepted", narrative=text(80, 160)
        )
        for one in recommendations
    )
    each = size.actions // size.recommendations
    actions = KeyAction.objects.bulk_create(
        KeyAction(answer=one, order=order, text=text(15, 40), deadline_text="soon", deadline_due=data.TODAY)
        for one in answers
        for order in range(1, each + 1)
    )
    ActionParty.objects.bulk_create(
        ActionParty(action=one, name="Lead", person=people[place % len(people)])
        for place, one in enumerate(actions)
    )
    return [one.pk for one in responses], unit


def faults_of(found: dict[Size, dict[str, Measured]]) -> Iterator[str]:
    for name in found[SIZES[0]]:
        counts = [found[size][name].statements for size in SIZES]
        if len(set(counts)) > 1:
            yield f"{name}: {', '.join(map(str, counts))} statements, so they depend on the key actions"
    for size, steps in found.items():
        for name, one in steps.items():
            if one.seconds > LIMIT:
                yield f"{size}: {name} took {one.seconds:.0f} s, over {LIMIT:.0f}"


if __name__ == "__main__":
    main()
