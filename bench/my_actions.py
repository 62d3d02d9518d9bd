"""My actions with 300 key actions: statements, bytes, and time against the bare template of the same page.

    python bench/my_actions.py [--sqlite]

The page as a browser asks for it, without the network. The bare template is rendered from the same context,
which was made before: what is above it is the page's own work.
"""

import argparse
import gzip
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import data

COUNTS = (1, 30, 300)
LIMIT_KB = 60.0  # in all, over the wire
TURNS = 15


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the page on which people report.")
    options.add_argument("--sqlite", action="store_true", help="on SQLite; without it, on PostgreSQL")
    chosen = options.parse_args()
    with data.own_database(postgres=not chosen.sqlite):
        print(f"On {'SQLite' if chosen.sqlite else 'PostgreSQL'}")
        print(f"{'actions':>7} {'statements':>10} {'KB':>6} {'gzipped':>7} {'CPU ms':>7} {'bare':>8} ratio")
        faults = list(faults_of([held(count) for count in COUNTS]))
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(bool(faults))


def held(count: int) -> tuple[int, float]:
    """Statements and gzipped KB of the page of a person with so many key actions."""
    from django.conf import settings
    from django.template import Context
    from django.template.loader import get_template
    from django.test import Client
    from django.test.utils import setup_test_environment, teardown_test_environment

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(someone(count))
    setup_test_environment()  # so that the response tells its context
    try:
        client.get("/my-actions/")
        with data.counted() as statements:
            response: Any = client.get("/my-actions/")
        context = Context(response.context[0].flatten())
    finally:
        teardown_test_environment()
    template = get_template("my_actions/page.html").template
    whole = cpu(lambda: client.get("/my-actions/"))
    bare = cpu(lambda: template.render(context))
    zipped = len(gzip.compress(response.content)) / 1024
    print(
        f"{count:7} {statements[0]:10} {len(response.content) / 1024:6.0f} {zipped:7.1f} {whole * 1000:7.1f}"
        f" {bare * 1000:8.1f} {whole / bare:6.1f}"
    )
    return statements[0], zipped


def someone(count: int) -> Any:
    """A person who leads so many key actions of responses that are cleared, ten under each answer."""
    from evaltrack.models import Part, User
    from recommendations.models import Evaluation, Recommendation, RuleProfile
    from responses.models import ActionParty, KeyAction, ManagementResponse, RecommendationResponse

    write = data.Words(count)
    person = User.objects.create_user(f"lead{count}@example.org", name="Arlo Quist")
    profile = RuleProfile.objects.latest_of("plain")
    assert profile
    actions: list[KeyAction] = []
    for number in range(0, count, 10):
        evaluation = Evaluation.objects.create(
            reference=f"B-{count}-{number}", title=write(6, 12), profile=profile, language="en"
        )
        response = ManagementResponse.objects.create(evaluation=evaluation, state="cleared")
        answer = RecommendationResponse.objects.create(
            response=response,
            recommendation=Recommendation.objects.create(evaluation=evaluation, order=1, text=write(20, 60)),
            decision="accepted",
        )
        for order in range(1, min(10, count - number) + 1):
            due = data.TODAY + timedelta(days=7 * order)
            made = KeyAction(answer=answer, order=order, text=write(15, 60))
            made.deadline_text, made.deadline_kind, made.deadline_due = due.isoformat(), "date", due
            actions.append(made)
    KeyAction.objects.bulk_create(actions)
    ActionParty.objects.bulk_create(
        ActionParty(action=action, order=1, name=person.name, person=person, part=Part.LEAD)
        for action in actions
    )
    return person


def cpu(deed: Callable[[], object]) -> float:
    """Seconds of the processor, the median of some turns."""
    taken = []
    for _turn in range(TURNS):
        begun = time.process_time()
        deed()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


def faults_of(found: list[tuple[int, float]]) -> list[str]:
    faults = []
    if len({statements for statements, _zipped in found}) > 1:
        faults.append("the number of statements grows with the number of key actions")
    if max(zipped for _statements, zipped in found) > LIMIT_KB:
        faults.append(f"the page is over {LIMIT_KB:.0f} KB")
    return faults


if __name__ == "__main__":
    main()
