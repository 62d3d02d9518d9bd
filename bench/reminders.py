"""Planning reminders over 100,000 open key actions on PostgreSQL: seconds, memory, statements.

    python bench/reminders.py [--actions N]

The plain SELECT that the ratios are taken against reads the same rows with their leads and does nothing with
them. Each figure comes from a process of its own, so that its memory is its own.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import data
from data import TODAY

if TYPE_CHECKING:
    from responses.models import ActionParty, KeyAction

LIMIT_SECONDS, LIMIT_MEMORY = 30, 300
PEOPLE, OFFICES, EVALUATIONS, RECOMMENDATIONS = 2_000, 200, 500, 20
WORDS = ["prepare", "review", "share", "train", "partners", "guidance", "handover", "water", "office", "plan"]


def main() -> None:
    options = argparse.ArgumentParser(description="Plan reminders at scale.")
    options.add_argument("--actions", type=int, default=100_000)
    options.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        measure(chosen.measure)
        return
    with data.own_database(postgres=True):
        build(chosen.actions)
        report(chosen.actions)


# The data ------------------------------------------------------------------------------------------------


def build(actions: int) -> None:
    """Every action open, seven in ten due between two years ago and a year ahead, with leads of all kinds."""
    from django.db import connection

    chance = random.Random(1)
    answers = frame(chance)
    from responses.models import ActionParty, KeyAction

    for start in range(0, actions, 10_000):
        some = [
            an_action(chance, answers[n % len(answers)], n)
            for n in range(start, min(start + 10_000, actions))
        ]
        made = KeyAction.objects.bulk_create(some)
        ActionParty.objects.bulk_create([a_party(chance, action) for action in made])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def frame(chance: random.Random) -> list[int]:
    """People, offices, evaluations and answers; returns the answers' ids."""
    from evaltrack.models import Membership, Office, User
    from evaltrack.roles import Role
    from recommendations.models import Evaluation, Recommendation, RuleProfile
    from responses.models import ManagementResponse, RecommendationResponse

    zones = ["UTC", "Africa/Nairobi", "Asia/Manila", "America/Bogota"]
    people = User.objects.bulk_create(
        User(
            email=f"person{n}@example.org",
            name=f"Person {n}",
            language="en" if n % 3 else "fr",
            time_zone=zones[n % 4],
        )
        for n in range(PEOPLE)
    )
    offices = Office.objects.bulk_create(
        Office(name=f"Office {n}", name_key=f"office {n}", focal_point=chance.choice(people))
        for n in range(OFFICES)
    )
    Membership.objects.bulk_create(
        Membership(person=person, office=office, role=Role.ME_OFFICER)
        for office in offices
        for person in chance.sample(people, 2)
    )
    profile = RuleProfile.objects.latest_of("iom-matrix")
    assert profile
    evaluations = Evaluation.objects.bulk_create(
        Evaluation(
            reference=f"B-{n:04}", title=f"Evaluation {n}", short_title=f"Evaluation {n}", profile=profile
        )
        for n in range(EVALUATIONS)
    )
    responses = ManagementResponse.objects.bulk_create(
        ManagementResponse(evaluation=evaluation, coordinator=chance.choice(people))
        for evaluation in evaluations
    )
    recommendations = Recommendation.objects.bulk_create(
        Recommendation(evaluation=evaluation, order=n, number=str(n), text=words(chance, 30))
        for evaluation in evaluations
        for n in range(1, RECOMMENDATIONS + 1)
    )
    answers = RecommendationResponse.objects.bulk_create(
        RecommendationResponse(
            response=responses[n // RECOMMENDATIONS], recommendation=recommendation, decision="accepted"
        )
        for n, recommendation in enumerate(recommendations)
    )
    return [answer.pk for answer in answers]


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count)).capitalize() + "."


def an_action(chance: random.Random, answer: int, number: int) -> "KeyAction":
    from responses.models import KeyAction

    action = KeyAction(answer_id=answer, order=number, text=words(chance, 25), common_status="in_progress")
    if chance.random() < 0.7:
        action.deadline_due = TODAY + timedelta(days=chance.randint(-730, 365))
        action.deadline_text, action.deadline_kind = action.deadline_due.isoformat(), "date"
    else:
        action.check_on = TODAY + timedelta(days=chance.randint(-20, 180))
        action.deadline_text, action.deadline_kind = "continuous", "continuous"
    return action


def a_party(chance: random.Random, action: "KeyAction") -> "ActionParty":
    from responses.models import ActionParty

    office = chance.randint(1, OFFICES)
    kind = chance.random()
    if kind < 0.6:
        return ActionParty(action=action, name="Person", person_id=chance.randint(1, PEOPLE))
    if kind < 0.8:
        return ActionParty(action=action, name="M&E officers", office_id=office, role="me_officer")
    if kind < 0.95:
        return ActionParty(action=action, name="Office", office_id=office)
    return ActionParty(action=action, name="The partner")


# The measures --------------------------------------------------------------------------------------------


def read() -> str:
    """The plain SELECT."""
    from responses.models import ActionParty
    from responses.reminders import Due, to_remind_of

    rows = sum(len(chunk) for chunk in Due.chunks(to_remind_of()))
    parties = sum(
        1 for _row in ActionParty.objects.values_list("action", "person", "office", "role").iterator()
    )
    return f"{rows} actions, {parties} parties"


def plan(day: date) -> str:
    from responses import reminders

    done = reminders.plan(now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    return (
        f"{done.reminders} reminders, {done.mails} mails, {len(done.without_recipient)} without a recipient"
    )


MEASURES: dict[str, tuple[str, Callable[[], str]]] = {
    "read": ("plain SELECT of the same rows", read),
    "first": ("first run ever: all that is overdue or soon", lambda: plan(TODAY)),
    "again": ("the same day again: nothing new", lambda: plan(TODAY)),
    "next": ("the next day", lambda: plan(TODAY + timedelta(days=1))),
    "stopped": ("a month later, after a stop", lambda: plan(TODAY + timedelta(days=32))),
}


def measure(name: str) -> None:
    data.set_up()
    from django.db import connection

    statements = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    with connection.execute_wrapper(count):
        begun, worked = time.monotonic(), time.process_time() + cpu_of(backend)
        outcome = MEASURES[name][1]()
        cpu = time.process_time() + cpu_of(backend) - worked
        found = {"seconds": time.monotonic() - begun, "cpu": cpu}
    told = {"memory": data.peak_memory(), "statements": statements, "outcome": outcome}
    print(json.dumps(found | told))


def cpu_of(process: int) -> float:
    """Seconds of CPU a process has used; the database's and ours are what a machine left alone would take."""
    used = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def report(actions: int) -> None:
    print(f"{actions} open key actions, {PEOPLE} people; at most {LIMIT_SECONDS} s and {LIMIT_MEMORY} MB")
    print(f"{'':45} {'seconds':>8} {'ratio':>6} {'CPU s':>6} {'MB':>5} {'statements':>10}")
    plain = worst = 0.0
    for name, (title, _measure) in MEASURES.items():
        found = data.in_own_process(__file__, "--measure", name)
        plain = plain or found["seconds"]
        print(
            f"{title:45} {found['seconds']:8.1f} {found['seconds'] / plain:6.1f} {found['cpu']:6.1f}"
            f" {found['memory']:5.0f} {found['statements']:10}  {found['outcome']}"
        )
        worst = max(worst, found["seconds"] / LIMIT_SECONDS, found["memory"] / LIMIT_MEMORY)
    print("within the limits" if worst <= 1 else "OVER THE LIMITS")
    sys.exit(worst > 1)


if __name__ == "__main__":
    main()
